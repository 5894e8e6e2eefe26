/** Kinds of settings that more than one part of the adapter reads: text, whole numbers, lists, yes or no. */
import { z } from 'zod';

/** Text with something in it, without white space at its ends. */
export const text = z.string('must be text').trim().min(1, 'must not be empty');

/** A whole number between two limits, both included; digits as text are taken too, as settings files often quote them. */
export function integer(least: number, most: number, otherwise: number) {
  const accepted = `must be a whole number from ${least} to ${most}`;
  const digits = z
    .string()
    .regex(/^\d{1,12}$/, accepted)
    .transform(Number);
  const limited = z.number(accepted).int(accepted).min(least, accepted).max(most, accepted);
  return z
    .union([z.number(), digits.pipe(z.number())], accepted)
    .pipe(limited)
    .default(otherwise);
}

/** A list, or text with commas between; empty entries are left out. */
export const list = z
  .union([z.string(), z.array(z.string())], 'must be a list, or text with commas between')
  .transform((value) => (typeof value === 'string' ? value.split(',') : value))
  .transform((values) => values.map((value) => value.trim()).filter((value) => value !== ''));

/** Yes or no; the words `true` and `false` are taken too. */
export function yesOrNo(otherwise: boolean) {
  const word = z.enum(['true', 'false'], 'must be true or false').transform((value) => value === 'true');
  return z.union([z.boolean(), word], 'must be true or false').default(otherwise);
}

/** True where traffic to the host never leaves this machine (RFC 1122 section 3.2.1.3, RFC 4291 section 2.5.3, RFC 6761 section 6.3). */
export function isLoopback(url: URL): boolean {
  return url.hostname === 'localhost' || url.hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(url.hostname);
}

/** True for https, and for http where the host is this machine itself. */
export function isSafeScheme(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url));
}

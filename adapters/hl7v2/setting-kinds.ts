/** Kinds of settings that a site profile may state: how each is read, and what is said of one that is not acceptable. */
import { isAbsolute } from 'node:path';
import { z } from 'zod';
import type { SettingDescription } from '../../src/clinical/clinical-record.port.js';

/** Text with something in it besides white space. */
export const text = z.string('must be text').trim().min(1, 'must not be empty');

/** A whole number between two limits, both included; digits as text are taken too, as settings files often quote them. */
export function integer(least: number, most: number) {
  const accepted = `must be a whole number from ${least} to ${most}`;
  const digits = z
    .string()
    .regex(/^\d{1,12}$/, accepted)
    .transform(Number);
  const limited = z.number(accepted).int(accepted).min(least, accepted).max(most, accepted);
  return z.union([z.number(), digits.pipe(z.number())], accepted).pipe(limited);
}

/** Several texts; blank ones are left out. */
export const list = z
  .union([z.string(), z.array(z.string())], 'must be a list, or text with commas between')
  .transform((value) => (typeof value === 'string' ? value.split(',') : value))
  .transform((values) => values.map((value) => value.trim()).filter((value) => value !== ''));

/** Yes or no; the words `true` and `false` are taken too. */
export function yesOrNo(otherwise: boolean) {
  const word = z.enum(['true', 'false'], 'must be true or false').transform((value) => value === 'true');
  return z.union([z.boolean(), word], 'must be true or false').default(otherwise);
}

/** One of several words. */
export function choice<const Choices extends readonly [string, ...string[]]>(
  choices: Choices,
  otherwise: Choices[number],
) {
  return z.enum(choices, `must be one of ${choices.join(', ')}`).prefault(otherwise);
}

/** True for a zone that this Node knows. */
function isZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en-GB', { timeZone: name }));
  } catch {
    return false;
  }
}

/** IANA name of a time zone. */
export const zone = (otherwise: string) =>
  text.refine(isZone, 'must be a time zone, as Europe/London').default(otherwise);

/** Path of a file; null when none is stated. */
export const file = text.refine(isAbsolute, 'must be an absolute path').nullable().default(null);

/** A setting that may be left out, described. */
export const optional = (
  key: string,
  type: SettingDescription['type'],
  help: string,
): SettingDescription => ({
  key,
  type,
  required: false,
  help,
});

/** A setting with a default, described. */
export const preset = (
  key: string,
  type: SettingDescription['type'],
  otherwise: string | number | boolean,
  help: string,
): SettingDescription => ({ ...optional(key, type, help), default: otherwise });

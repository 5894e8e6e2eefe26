/** Kinds of settings that a site profile may state: how each is read, and what is said of one that is not acceptable. */
import { isAbsolute } from 'node:path';
import { z } from 'zod';

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

/** What is said of a setting that is not acceptable: by its name, and without repeating what was stated. */
export function settingFaults(error: z.ZodError): readonly string[] {
  return error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => `${key}: is not a setting of this adapter`);
    if (issue.path.length === 0) return ['settings: must be an object'];
    const absent = issue.code !== 'custom' && issue.input === undefined;
    return [`${issue.path.join('.')}: ${absent ? 'is required' : issue.message}`];
  });
}

/** Kinds of settings: how each is read from the environment's text and how its accepted values are put into words. */

/** One row of the table of settings. `T` is the type of the value after reading. */
export interface SettingRow<T> {
  /** Environment variable. */
  readonly name: string;
  /** Heading under which it is listed. */
  readonly group: string;
  /** What is accepted, in words, as errors and documentation say it. */
  readonly accepted: string;
  /** Value when unset or blank; null when there is none. */
  readonly default: T;
  /** Never shown: not in errors, not by `hub config print`. */
  readonly secret: boolean;
  /** What it is for, in one or two sentences, with units. */
  readonly help: string;
  /** The value, or undefined when the text is not acceptable. */
  parse(text: string): NonNullable<T> | undefined;
}

interface Words<T> {
  readonly group: string;
  readonly default: T;
  readonly help: string;
}

/** A whole number between two bounds, both included. */
export function integer(
  name: string,
  bounds: readonly [number, number],
  words: Words<number>,
): SettingRow<number> {
  const [least, most] = bounds;
  return {
    name,
    accepted: `a whole number from ${least} to ${most}`,
    secret: false,
    ...words,
    parse(text) {
      const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
      return value >= least && value <= most ? value : undefined;
    },
  };
}

/** Text of any form, such as a path or a name; null when unset unless there is a default. */
export function text<T extends string | null>(
  name: string,
  accepted: string,
  words: Words<T>,
): SettingRow<T> {
  return { name, accepted, secret: false, ...words, parse: (value) => value as NonNullable<T> };
}

/** A secret of at least `least` characters, for which there is no default. */
export function secret(
  name: string,
  least: number,
  words: Omit<Words<null>, 'default'>,
): SettingRow<string | null> {
  return {
    name,
    accepted: `a random text of at least ${least} characters`,
    secret: true,
    default: null,
    ...words,
    parse: (value) => (value.length >= least ? value : undefined),
  };
}

/** An absolute URL with one of the protocols, without a fragment; null when unset. `isSecret` for one that holds a password. */
export function url(
  name: string,
  protocols: readonly string[],
  words: Omit<Words<null>, 'default'> & { readonly accepted?: string; readonly isSecret?: boolean },
): SettingRow<string | null> {
  const { isSecret = false, accepted = `an absolute URL (${protocols.join(', ')})`, ...rest } = words;
  return {
    name,
    accepted,
    secret: isSecret,
    default: null,
    ...rest,
    parse(value) {
      if (!URL.canParse(value)) return undefined;
      const parsed = new URL(value);
      if (!protocols.includes(parsed.protocol.slice(0, -1)) || parsed.hash !== '') return undefined;
      return isSecret && parsed.password === '' ? undefined : value;
    },
  };
}

/** One of a few words. */
export function choice<const T extends string>(
  name: string,
  choices: readonly T[],
  words: Words<NoInfer<T>>,
): SettingRow<T> {
  return {
    name,
    accepted: choices.join(' | '),
    secret: false,
    ...words,
    parse: (value) => choices.find((one) => one === value),
  };
}

/** Several of a few words, separated by commas; at least one. */
export function choices<const T extends string>(
  name: string,
  among: readonly T[],
  words: Words<readonly NoInfer<T>[]>,
): SettingRow<readonly T[]> {
  return {
    name,
    accepted: `one or more of ${among.join(', ')}, separated by commas`,
    secret: false,
    ...words,
    parse(value) {
      const parts = [...new Set(value.split(',').map((part) => part.trim()))];
      const known = parts
        .map((part) => among.find((one) => one === part))
        .filter((part) => part !== undefined);
      return known.length === parts.length && known.length > 0 ? known : undefined;
    },
  };
}

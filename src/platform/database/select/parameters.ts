/** Bound values: where each comes from in the arguments, what type it has, and the check before it is sent. */
import { isLocalDate } from '../../../core/calendar.js';
import { type HubError, inputError } from '../../../core/errors.js';
import { isId } from '../../../core/ids.js';
import type { ParamType } from './field-map.js';

/** Steps into an argument: names of input fields and positions in lists. */
export type ArgumentPath = readonly (string | number)[];

/** A parameter of a statement: a value inside the arguments of a field, or one that the runner hands in. */
export type Parameter =
  | { readonly type: ParamType; readonly source: number; readonly path: ArgumentPath }
  | { readonly type: ParamType; readonly extra: number };

/** The parameters of one statement in the making; each method answers the placeholder with its cast. */
export class Parameters {
  readonly list: Parameter[] = [];

  /** A value inside the arguments of source number `source`. */
  argument(type: ParamType, source: number, path: ArgumentPath): string {
    return this.add({ type, source, path });
  }

  /** Value number `extra` of those that the runner hands in: a key, a place in an order. */
  extra(type: ParamType, extra: number): string {
    return this.add({ type, extra });
  }

  private add(parameter: Parameter): string {
    return `$${this.list.push(parameter)}::${parameter.type}`;
  }
}

/** Values to send. Arguments are checked (`HUB_INPUT_INVALID`); what the runner hands in is trusted. */
export function parameterValues(
  list: readonly Parameter[],
  argumentsOf: readonly Readonly<Record<string, unknown>>[],
  extras: readonly unknown[],
): unknown[] {
  return list.map((parameter) => {
    if ('extra' in parameter) return extras[parameter.extra];
    const value = valueAt(argumentsOf[parameter.source], parameter.path);
    return encodeParameter(parameter.type, value, parameter.path.join('.'));
  });
}

/** The value at the end of a path that is known to be there. */
export function valueAt(value: unknown, path: ArgumentPath): unknown {
  return path.reduce((inner, step) => (inner as Record<string | number, unknown>)[step], value);
}

type Encode = (value: unknown) => unknown;

const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

/** By scalar type: the value to send, or undefined when it is not of the type. */
const ENCODE: Readonly<Record<string, readonly [Encode, string]>> = {
  text: [
    (value) => (typeof value === 'string' && !value.includes('\u0000') ? value : undefined),
    'text without null characters',
  ],
  uuid: [
    (value) => (typeof value === 'string' && isId(value.toLowerCase()) ? value.toLowerCase() : undefined),
    'a uuid',
  ],
  int: [
    (value) => (typeof value === 'number' && (value | 0) === value ? value : undefined),
    'a 32 bit integer',
  ],
  boolean: [(value) => (typeof value === 'boolean' ? value : undefined), 'true or false'],
  date: [
    (value) => {
      const text = value instanceof Date ? isoInstant(value)?.slice(0, 10) : value;
      return typeof text === 'string' && isLocalDate(text) && text >= '0001' ? text : undefined;
    },
    'YYYY-MM-DD',
  ],
  timestamptz: [
    (value) =>
      value instanceof Date
        ? isoInstant(value)
        : typeof value === 'string' && instant.test(value)
          ? isoInstant(new Date(value))
          : undefined,
    'an instant such as 2026-01-31T09:00:00.000Z',
  ],
};

function isoInstant(date: Date): string | undefined {
  const text = Number.isNaN(date.getTime()) ? '' : date.toISOString();
  return text.length === 24 && text >= '0001' ? text : undefined;
}

/** The value as it is sent; `label` names the input in the refusal. Only `text`-like scalars and lists of them. */
export function encodeParameter(type: ParamType, value: unknown, label: string): unknown {
  const list = type.endsWith('[]');
  const [encode, accepted] = ENCODE[list ? type.slice(0, -2) : type]!;
  const refuse = (): HubError =>
    inputError(label, 'not of the type', list ? `a list, each ${accepted}` : accepted);
  if (list) {
    if (!Array.isArray(value)) throw refuse();
    return value.map((item) => {
      const encoded = encode(item);
      if (encoded === undefined) throw refuse();
      return encoded;
    });
  }
  const encoded = encode(value);
  if (encoded === undefined) throw refuse();
  return encoded;
}

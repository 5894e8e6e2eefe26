/** Reading JSON of unknown shape without trusting it: own members only, wrong types read as absent. */

/** A JSON object whose members have not been looked at yet. */
export type Json = Readonly<Record<string, unknown>>;

/** The value as an object; null for anything else, arrays included. */
export function asObject(value: unknown): Json | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null;
}

/** An own member of an object; undefined when the value is no object or has no such member of its own. */
export function member(value: unknown, name: string): unknown {
  const object = asObject(value);
  return object !== null && Object.hasOwn(object, name) ? object[name] : undefined;
}

/** A member that is a string with something in it besides white space; null otherwise. */
export function textOf(value: unknown, name: string): string | null {
  const found = member(value, name);
  return typeof found === 'string' && found.trim() !== '' ? found : null;
}

/** The objects in a member that is a list; other elements are left out, and anything but a list is empty. */
export function objectsOf(value: unknown, name: string): readonly Json[] {
  const found = member(value, name);
  if (!Array.isArray(found)) return [];
  return found.map(asObject).filter((element) => element !== null);
}

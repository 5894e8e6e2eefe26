/** The shape of an answer: which slot of a positional row becomes which field of which object. */

/** How one field of an object is made from the row. */
export type Shape =
  | { readonly kind: 'value'; readonly slot: number }
  /** A text of any length: counted each time that it is answered. */
  | { readonly kind: 'text'; readonly slot: number }
  /** A `timestamptz` in either of PostgreSQL's text forms. */
  | { readonly kind: 'time'; readonly slot: number }
  /** Null at first; `edge` is the number of its plan, `slot` holds its key. */
  | { readonly kind: 'live'; readonly edge: number; readonly slot: number }
  /** `__typename`. */
  | { readonly kind: 'constant'; readonly text: string }
  | {
      readonly kind: 'object';
      /** The slot that is not null (`proof`) or true (`condition`) when the object is there; null: always there. */
      readonly presence: { readonly slot: number; readonly by: 'proof' | 'condition' } | null;
      /** Name of a non-null GraphQL field: absence ends the shortcut. */
      readonly required: string | null;
      readonly object: RowShape;
    }
  | {
      readonly kind: 'list';
      readonly slot: number;
      readonly object: RowShape;
      readonly chunked: boolean;
      /** Number of the cut that trims the list; null: the whole list. */
      readonly cut: number | null;
    };

/** One object of the answer. */
export interface ObjectShape {
  /** GraphQL type. */
  readonly type: string;
  /** Response key and shape, in the order of the answer. */
  readonly fields: readonly (readonly [string, Shape])[];
  /** Values kept for hand-written resolvers, by name. */
  readonly needs: readonly (readonly [string, number])[];
  /** Slot of the person whose data the object is; null: nobody's. */
  readonly subject: number | null;
  /** Slot of a second person; null: there is none. */
  readonly also: number | null;
}

/** An object of an interface or union: which of the members' shapes a row has is in the row. */
export interface VariantShape {
  /** Slot with the name of the object type. */
  readonly by: number;
  readonly members: readonly ObjectShape[];
}

/** What a row becomes. */
export type RowShape = ObjectShape | VariantShape;

const SHAPED = Symbol('shaped');
const NEEDS = Symbol('needs');

const prototypes = new Map<string, object>();

/** The prototype that marks objects of a type as shaped. */
export function shapedPrototype(type: string): object {
  let prototype = prototypes.get(type);
  if (!prototype) {
    prototype = Object.freeze(Object.create(null, { [SHAPED]: { value: type } })) as object;
    prototypes.set(type, prototype);
  }
  return prototype;
}

/** GraphQL type of an object made by the compiler, whose fields are under their response keys; undefined for any other value. */
export function shapedType(value: unknown): string | undefined {
  return typeof value === 'object' && value !== null ? (value as { [SHAPED]?: string })[SHAPED] : undefined;
}

/** The property under which hand-written resolvers find what they need. */
export const NEEDS_KEY: symbol = NEEDS;

/**
 * A value that a hand-written field named in `needs`, as text, or null. Undefined when the object was not read by the
 * compiler.
 */
export function needed(source: unknown, name: string): string | null | undefined {
  if (shapedType(source) === undefined) return undefined;
  return (source as { [NEEDS]?: Record<string, string | null> })[NEEDS]?.[name];
}

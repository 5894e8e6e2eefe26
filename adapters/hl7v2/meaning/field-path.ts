/** Places of a message as a site's rules name them: `PV1-3.1`, or `ROL-4 where ROL-3.1=CC` for one segment of several. */
import type { Er7Message, Er7Segment } from '../er7/message.js';

/** A place. */
export interface FieldPath {
  /** As it is written, without the condition; it names the place to people. */
  readonly name: string;
  readonly segment: string;
  readonly field: number;
  /** Null when the rule leaves it to what is read there. */
  readonly component: number | null;
  readonly subcomponent: number;
  /** Only segments in which another field holds this text; null: the first segment. */
  readonly where: { readonly field: number; readonly component: number; readonly value: string } | null;
}

const PATH = /^(([A-Z][A-Z0-9]{2})-([1-9]\d{0,2})(?:\.([1-9]\d?))?(?:\.([1-9]\d?))?)$/;
const WHERE = /^(.+?)\s+where\s+([A-Z][A-Z0-9]{2})-([1-9]\d{0,2})(?:\.([1-9]\d?))?\s*=\s*(\S.*)$/;

/** What a rule names; null for a text that names no place. */
export function fieldPath(text: string): FieldPath | null {
  const condition = WHERE.exec(text);
  const match = PATH.exec((condition?.[1] ?? text).trim());
  if (match === null) return null;
  const [, name, segment, field, component, subcomponent] = match as unknown as string[];
  if (condition !== null && condition[2] !== segment) return null;
  return {
    name: name!,
    segment: segment!,
    field: Number(field),
    component: component === undefined ? null : Number(component),
    subcomponent: Number(subcomponent ?? 1),
    where:
      condition === null
        ? null
        : { field: Number(condition[3]), component: Number(condition[4] ?? 1), value: condition[5]!.trim() },
  };
}

/** Segments that a path means, in their order. */
export function segmentsAt(message: Er7Message, { segment, where }: FieldPath): readonly Er7Segment[] {
  if (where === null) {
    const first = message.first(segment);
    return first === null ? [] : [first];
  }
  return message.all(segment).filter((one) => one.text(where.field, where.component) === where.value);
}

/** What a place states: undefined: nothing; null: that there is none; else its text, trimmed. */
export function statedAt(message: Er7Message, path: FieldPath): string | null | undefined {
  for (const segment of segmentsAt(message, path)) {
    const stated = segment.stated(path.field, path.component ?? 1, path.subcomponent);
    const text = stated?.trim();
    if (stated === null) return null;
    if (text !== undefined && text !== '') return text;
  }
  return undefined;
}

/** What the first of some places that states anything states, and where. */
export function firstStated(
  message: Er7Message,
  paths: readonly FieldPath[],
): { readonly path: FieldPath; readonly value: string | null } | null {
  for (const path of paths) {
    const value = statedAt(message, path);
    if (value !== undefined) return { path, value };
  }
  return null;
}

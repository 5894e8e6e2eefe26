/** Where the segments of a message lie in the groups of its structure. Forgiving: it names groups, it does not judge the order. */
import type { HL7MessageSegmentsDefinition } from 'hl7v2-dictionary';

/** A group, and the number of its occurrence inside the one around it, from 1. */
export interface GroupPlace {
  readonly name: string;
  readonly number: number;
}

/** Where a segment lies. */
export interface Place {
  /** Groups from the outermost; none for a segment of the message itself. */
  readonly groups: readonly GroupPlace[];
  /** False for a segment that the structure does not have there; it is shown where the one before it is. */
  readonly isExpected: boolean;
}

type Children = Readonly<Record<string, HL7MessageSegmentsDefinition>>;

/** An occurrence of a group, or the message. */
interface Open {
  readonly place: GroupPlace | null;
  readonly children: Children;
  readonly repeats: boolean;
  /** Index of the child that came last. */
  cursor: number;
  /** Segments that came, and how often each group inside did. */
  readonly seen: Set<string>;
  readonly counts: Map<string, number>;
}

function open(place: GroupPlace | null, children: Children, repeats: boolean): Open {
  return { place, children, repeats, cursor: 0, seen: new Set(), counts: new Map() };
}

/** Some dictionaries write a choice of segments as one name, parted by commas. */
function isNamed(key: string, segment: string): boolean {
  return key === segment || (key.includes(',') && key.split(',').includes(segment));
}

function childrenOf(children: Children): readonly [string, HL7MessageSegmentsDefinition][] {
  return Object.entries(children).sort(([, one], [, other]) => one.idx - other.idx);
}

/** Puts the segment straight into an occurrence; false when it has no room for it. */
function putDirectly(group: Open, segment: string): boolean {
  for (const [key, child] of childrenOf(group.children)) {
    if (child.segments !== undefined || !isNamed(key, segment)) continue;
    const isAgain = group.seen.has(segment) && child.max === 1;
    // In a group that repeats, what should have come earlier begins the next. The message itself does not repeat.
    if (isAgain || (group.repeats && child.idx < group.cursor)) continue;
    group.seen.add(segment);
    group.cursor = Math.max(group.cursor, child.idx);
    return true;
  }
  return false;
}

/** Opens the groups inside that lead to the segment, and puts it there; those opened, from the outermost, or null. */
function putInside(group: Open, segment: string): readonly Open[] | null {
  for (const [key, child] of childrenOf(group.children)) {
    if (child.segments === undefined) continue;
    const count = group.counts.get(key) ?? 0;
    if (group.repeats && child.idx < group.cursor) continue;
    if (count > 0 && child.max === 1) continue;
    const inner = open({ name: key, number: count + 1 }, child.segments, child.max !== 1);
    const deeper = putDirectly(inner, segment) ? [] : putInside(inner, segment);
    if (deeper === null) continue;
    group.counts.set(key, count + 1);
    group.cursor = Math.max(group.cursor, child.idx);
    return [inner, ...deeper];
  }
  return null;
}

/** Places of segments, by their names in their order. */
export function placesOf(structure: Children, segments: readonly string[]): readonly Place[] {
  let path: readonly Open[] = [open(null, structure, false)];
  return segments.map((segment) => {
    for (let depth = path.length; depth > 0; depth--) {
      const group = path[depth - 1]!;
      const around = path.slice(0, depth);
      const inside = putDirectly(group, segment) ? [] : putInside(group, segment);
      if (inside === null) continue;
      path = [...around, ...inside];
      return { groups: groupsOf(path), isExpected: true };
    }
    return { groups: groupsOf(path), isExpected: false };
  });
}

function groupsOf(path: readonly Open[]): readonly GroupPlace[] {
  return path.map(({ place }) => place).filter((place) => place !== null);
}

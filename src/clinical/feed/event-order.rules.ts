/** Events in the order in which they happened, each once, whatever their order of arrival. */
import type { FeedChange, FeedEvent } from '../feed.port.js';

/** An event with its times as numbers. */
export interface Happening<Change extends FeedChange = FeedChange> {
  readonly event: Omit<FeedEvent, 'change'> & { readonly change: Change };
  /** Milliseconds. */
  readonly at: number;
  /** Milliseconds. */
  readonly recorded: number;
}

/** Of one instant and one time of writing: who somebody is comes before where they are, a stay before its end. */
const RANK: Readonly<Record<FeedChange['kind'], number>> = {
  RENUMBERED: 0,
  REPLACED: 1,
  LINKED: 2,
  SEPARATED: 3,
  VISIT_GIVEN: 4,
  VISIT_REPLACED: 5,
  JOINED: 6,
  MOVED: 7,
  STANDS: 8,
  LEFT: 9,
  UNDONE: 10,
  DETAILS: 11,
};

/** The value as a text that does not depend on the order of its members; what is undefined is left out. */
export function canonical(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`);
  return `{${members.sort().join(',')}}`;
}

/** By when it happened, then when it was written down, then kind; 0 only for what differs in content at most. */
function byTimeAndKind(a: Happening, b: Happening): number {
  return a.at - b.at || a.recorded - b.recorded || RANK[a.event.change.kind] - RANK[b.event.change.kind];
}

/** Every event once, in an order that follows from the events alone. */
export function inOrder(events: readonly FeedEvent[]): readonly Happening[] {
  const contents = new Map<Happening, string>();
  const contentOf = (one: Happening): string => {
    const known = contents.get(one);
    if (known !== undefined) return known;
    const { localId, patient, change } = one.event;
    const content = canonical({ localId, patient, change });
    contents.set(one, content);
    return content;
  };
  const byContent = (a: Happening, b: Happening): number => {
    const [one, other] = [contentOf(a), contentOf(b)];
    return one < other ? -1 : one > other ? 1 : 0;
  };
  const sorted = events
    .map((event) => ({ event, at: Date.parse(event.happenedAt), recorded: Date.parse(event.recordedAt) }))
    .sort((a, b) => byTimeAndKind(a, b) || byContent(a, b));
  return sorted.filter((one, index) => {
    const before = sorted[index - 1];
    return before === undefined || byTimeAndKind(before, one) !== 0 || byContent(before, one) !== 0;
  });
}

type ChangeOf<Kind, Change = FeedChange> = Change extends { readonly kind: infer Kinds }
  ? Extract<Kind, Kinds> extends never
    ? never
    : Change
  : never;

/** An event of some kinds. */
export type HappeningOf<Kind extends FeedChange['kind']> = Happening<ChangeOf<Kind>>;

/** True when the event is of one of the kinds. */
export function isOf<Kind extends FeedChange['kind']>(
  happening: Happening,
  ...kinds: readonly Kind[]
): happening is HappeningOf<Kind> {
  return kinds.some((kind) => kind === happening.event.change.kind);
}

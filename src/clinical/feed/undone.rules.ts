/** What of a visit's events holds: what was taken back is left out, and of two that say different things of one instant the later. */
import { type Happening, type HappeningOf, isOf } from './event-order.rules.js';

/** The events of one visit, sorted out. */
export interface Effective {
  /** In order, without those that were taken back or corrected. */
  readonly happenings: readonly Happening[];
  /** When each that began, moved or ended the visit was first told, corrected or not. */
  readonly firstWritten: ReadonlyMap<Happening, number>;
  /** Snapshots that may show what was taken back afterwards: of team and period they say nothing. */
  readonly stale: ReadonlySet<Happening>;
  /** Those of them that name the team of what was taken back: nor of who coordinates. */
  readonly mistaken: ReadonlySet<Happening>;
  /** Snapshots that may show an end that was taken back afterwards. */
  readonly staleEnds: ReadonlySet<Happening>;
  /** Teams to which nobody came after all, or not then. */
  readonly undoneTeams: ReadonlySet<string>;
  /** Its beginning was taken back, and no other is known. */
  readonly isVoid: boolean;
  /** Something was taken back that is not there, though something like it is. */
  readonly hasUnmatchedUndo: boolean;
}

type Undo = HappeningOf<'UNDONE'>;

function isFact(happening: Happening): boolean {
  return isOf(happening, 'JOINED', 'MOVED', 'LEFT');
}

/** Leaves only the last of those that say something of one kind and instant, and tells when the first of them was written. */
function sortedOut(happenings: readonly Happening[]): Pick<Effective, 'happenings' | 'firstWritten'> {
  const keyOf = ({ event, at }: Happening): string => `${event.change.kind} ${at}`;
  // In order, those of one instant follow each other by when they were written down.
  const first = new Map<string, number>();
  const newest = new Map<string, Happening>();
  for (const happening of happenings.filter(isFact)) {
    const key = keyOf(happening);
    if (!first.has(key)) first.set(key, happening.recorded);
    newest.set(key, happening);
  }
  const left = happenings.filter((one) => !isFact(one) || newest.get(keyOf(one)) === one);
  return { happenings: left, firstWritten: new Map([...newest].map(([key, one]) => [one, first.get(key)!])) };
}

/** In which order they take back: those with a time first, so that one without does not take what was meant for them. */
function byWriting(a: Undo, b: Undo): number {
  return a.recorded - b.recorded || Number(a.event.change.at === null) - Number(b.event.change.at === null);
}

/** When the latest of them happened that was not taken back before; null when there is none. */
function latestOf(alike: readonly Happening[], undone: ReadonlySet<Happening>): number | null {
  return alike.findLast((one) => !undone.has(one))?.at ?? null;
}

/** @param happenings of one visit, in order. */
export function effective(happenings: readonly Happening[]): Effective {
  const undone = new Set<Happening>();
  const [stale, mistaken, staleEnds] = [new Set<Happening>(), new Set<Happening>(), new Set<Happening>()];
  const undoneTeams = new Set<string>();
  let hasUnmatchedUndo = false;
  let isBeginUndone = false;
  const undos = happenings.filter((one): one is Undo => isOf(one, 'UNDONE'));
  for (const { event, recorded } of undos.sort(byWriting)) {
    const { what, at } = event.change;
    const alike = happenings.filter((one) => isOf(one, what) && one.recorded <= recorded);
    const instant = at === null ? latestOf(alike, undone) : Date.parse(at);
    const taken = alike.filter((one) => one.at === instant);
    for (const one of taken) undone.add(one);
    if (taken.length === 0 && alike.length > 0 && at !== null) hasUnmatchedUndo = true;
    else if (what === 'JOINED') isBeginUndone = true;
    // A snapshot cannot show a mistake that had not been made.
    const since = Math.min(
      ...(taken.length > 0 ? taken.map((one) => one.recorded) : [Number.NEGATIVE_INFINITY]),
    );
    const teams = new Set(
      taken.flatMap((one) => (isOf(one, 'JOINED', 'MOVED') ? one.event.change.team : [])),
    );
    for (const team of teams) undoneTeams.add(team);
    for (const one of happenings) {
      if (!isOf(one, 'STANDS') || one.recorded < since || one.recorded > recorded) continue;
      (what === 'LEFT' ? staleEnds : stale).add(one);
      if (one.event.change.team !== null && teams.has(one.event.change.team)) mistaken.add(one);
    }
  }
  const left = sortedOut(happenings.filter((one) => !undone.has(one) && !isOf(one, 'UNDONE')));
  const isVoid = isBeginUndone && !left.happenings.some((one) => isOf(one, 'JOINED'));
  return { ...left, stale, mistaken, staleEnds, undoneTeams, isVoid, hasUnmatchedUndo };
}

const NONE: ReadonlySet<never> = new Set();

/** Everything that was ever said of a visit, as if nothing had been taken back. @param happenings of one visit, in order. */
export function asFirstSaid(happenings: readonly Happening[]): Effective {
  const left = happenings.filter((one) => !isOf(one, 'UNDONE'));
  const none = { stale: NONE, mistaken: NONE, staleEnds: NONE, undoneTeams: NONE } as const;
  return { happenings: left, firstWritten: new Map(), ...none, isVoid: false, hasUnmatchedUndo: false };
}

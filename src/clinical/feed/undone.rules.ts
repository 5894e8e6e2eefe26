/** What of a visit's events holds: what was taken back is left out, and of two that say different things of one instant the later. */
import { type Happening, type HappeningOf, isOf } from './event-order.rules.js';

/** The events of one visit, sorted out. */
export interface Effective {
  /** In order, without those that were taken back or corrected. */
  readonly happenings: readonly Happening[];
  /** Snapshots that may show what was taken back afterwards: of team and period they say nothing. */
  readonly stale: ReadonlySet<Happening>;
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

/** Leaves only the last of those that say something of one kind and instant. */
function withoutCorrected(happenings: readonly Happening[]): Happening[] {
  const keyOf = ({ event, at }: Happening): string => `${event.change.kind} ${at}`;
  const newest = new Map<string, Happening>();
  // In order, those of one instant follow each other by when they were written down.
  for (const happening of happenings) if (isFact(happening)) newest.set(keyOf(happening), happening);
  return happenings.filter((one) => !isFact(one) || newest.get(keyOf(one)) === one);
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
  const [stale, staleEnds] = [new Set<Happening>(), new Set<Happening>()];
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
    const since = taken[0]?.at ?? Number.NEGATIVE_INFINITY;
    const shown = what === 'LEFT' ? staleEnds : stale;
    for (const one of happenings) {
      if (isOf(one, 'STANDS') && one.at >= since && one.recorded <= recorded) shown.add(one);
    }
  }
  const left = withoutCorrected(happenings.filter((one) => !undone.has(one) && !isOf(one, 'UNDONE')));
  const isVoid = isBeginUndone && !left.some((one) => isOf(one, 'JOINED'));
  const undoneTeams = new Set(
    [...undone].flatMap((one) => (isOf(one, 'JOINED', 'MOVED') ? one.event.change.team : [])),
  );
  return { happenings: left, stale, staleEnds, undoneTeams, isVoid, hasUnmatchedUndo };
}

const NONE: ReadonlySet<never> = new Set();

/** Everything that was ever said of a visit, as if nothing had been taken back. @param happenings of one visit, in order. */
export function asFirstSaid(happenings: readonly Happening[]): Effective {
  const left = happenings.filter((one) => !isOf(one, 'UNDONE'));
  const none = { stale: NONE, staleEnds: NONE, undoneTeams: NONE } as const;
  return { happenings: left, ...none, isVoid: false, hasUnmatchedUndo: false };
}

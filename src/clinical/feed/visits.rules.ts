/** Which events are of which visit, and whose each visit is: merges of visits, and visits given to the patient whose they were. */
import { type Happening, isOf } from './event-order.rules.js';
import type { FeedDoubt } from './folded.js';

/** A visit with its events. */
export interface VisitEvents {
  readonly visit: string;
  /** In order, those of visits that were merged into it among them. */
  readonly happenings: readonly Happening[];
  /** What was said under its own number, in order. */
  readonly said: readonly Happening[];
  /** The record under which it was first told of, or to which it was given; replaced or not. */
  readonly owner: string;
  /** Everybody to whom it was given, and from whom. */
  readonly givenAmong: readonly string[];
}

interface Kept {
  readonly said: readonly Happening[];
  happenings: Happening[];
}

function visitOf({ event: { change } }: Happening): string | null {
  switch (change.kind) {
    case 'JOINED':
    case 'MOVED':
    case 'LEFT':
    case 'STANDS':
    case 'UNDONE':
      return change.visit;
    default:
      return null;
  }
}

/** Every visit of which something is told. @param happenings in order. */
export function visitsOf(happenings: readonly Happening[]): {
  readonly visits: readonly VisitEvents[];
  readonly doubts: readonly FeedDoubt[];
} {
  const visits = new Map<string, Kept>();
  for (const happening of happenings) {
    const visit = visitOf(happening);
    if (visit === null) continue;
    const known = visits.get(visit);
    if (known === undefined) {
      const said = [happening];
      visits.set(visit, { said, happenings: said });
    } else known.happenings.push(happening);
  }
  const doubts = mergeVisits(visits, happenings);
  const given = happenings.filter((one) => isOf(one, 'VISIT_GIVEN'));
  const told = [...visits].map(([visit, kept]) => {
    const to = given.filter(({ event }) => event.change.visit === visit);
    return {
      visit,
      ...kept,
      owner: to.at(-1)?.event.change.to ?? kept.said[0]!.event.localId,
      givenAmong: to.flatMap(({ event }) => [event.localId, event.change.to]),
    };
  });
  return { visits: told, doubts };
}

/**
 * Brings the events of a merged visit to the one it was merged into: all of them where nothing was known of that one, and
 * otherwise only what was written down since, because the stay was told twice.
 */
function mergeVisits(visits: Map<string, Kept>, happenings: readonly Happening[]): readonly FeedDoubt[] {
  const next = new Map<string, string>();
  const rootOf = (visit: string): string => {
    let root = visit;
    for (let at = next.get(root); at !== undefined; at = next.get(root)) root = at;
    return root;
  };
  const doubts: FeedDoubt[] = [];
  for (const { event, recorded } of happenings.filter((one) => isOf(one, 'VISIT_REPLACED'))) {
    const { visit, by } = event.change;
    const into = rootOf(by);
    if (visit === by || rootOf(visit) === into) {
      if (visit !== by && into === visit)
        doubts.push({ kind: 'VISIT_REVERSED', localIds: [event.localId], visit });
      continue;
    }
    if (next.has(visit)) continue;
    next.set(visit, into);
    const from = visits.get(visit);
    if (from === undefined) continue;
    const to = visits.get(into) ?? { said: from.happenings, happenings: [] };
    const isTold = to.happenings.some(
      (one) => one.recorded < recorded && isOf(one, 'JOINED', 'MOVED', 'STANDS'),
    );
    const moved = isTold ? from.happenings.filter((one) => one.recorded >= recorded) : from.happenings;
    // Both are in order already, and a sort keeps the order of what it takes for equal.
    to.happenings = [...to.happenings, ...moved].sort((a, b) => a.at - b.at || a.recorded - b.recorded);
    from.happenings = [];
    visits.set(into, to);
  }
  return doubts;
}

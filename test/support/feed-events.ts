/** Events of a feed in few words, and what they come to in few words. */

import { foldFeed } from '../../src/clinical/feed/fold.rules.js';
import type { FeedChange, FeedEvent, FeedPatient } from '../../src/clinical/feed.port.js';

/** An instant of March 2026: `on(3, 9)` is nine o'clock on the third, when clocks in London show the same. */
export function on(day: number, hour = 9): string {
  return new Date(Date.UTC(2026, 2, day, hour)).toISOString();
}

/** Something that happened, written down at once unless said otherwise. */
export function happened(
  happenedAt: string,
  change: FeedChange,
  more: { readonly localId?: string; readonly recordedAt?: string; readonly patient?: FeedPatient } = {},
): FeedEvent {
  return { happenedAt, recordedAt: happenedAt, localId: 'A', patient: {}, change, ...more };
}

type Joined = Extract<FeedChange, { kind: 'JOINED' }>;

export const joined = (team: string, more: Partial<Joined> = {}): FeedChange => {
  return { kind: 'JOINED', visit: 'v', team, state: 'OPEN', on: null, ...more };
};
export const moved = (team: string, from: string | null = null, visit = 'v'): FeedChange => {
  return { kind: 'MOVED', visit, team, from, on: null };
};
export const left = (visit = 'v'): FeedChange => ({ kind: 'LEFT', visit, on: null });
export const undone = (what: 'JOINED' | 'MOVED' | 'LEFT', at: string | null = null): FeedChange => {
  return { kind: 'UNDONE', visit: 'v', what, at };
};
export const stands = (
  team: string | null,
  more: Partial<Extract<FeedChange, { kind: 'STANDS' }>> = {},
): FeedChange => ({ kind: 'STANDS', visit: 'v', team, ...more });
export const replaced = (by: string): FeedChange => ({ kind: 'REPLACED', by });

const day = (date: string | null): string => (date === null ? '' : date.replace('2026-03-', ''));

/** The memberships: reference, state, days of March from and to, whose, `?` when nothing follows from it. */
export function membershipsOf(events: readonly FeedEvent[]): readonly string[] {
  return foldFeed(events).memberships.map((one) => {
    const whose =
      one.patient.localId + (one.patient.replacedByLocalId ? `>${one.patient.replacedByLocalId}` : '');
    const days = `${day(one.validFrom)}-${day(one.validTo)}`;
    return `${one.reference.replace('Visit/', '')} ${one.state} ${days} ${whose}${one.complete ? '' : ' ?'}`;
  });
}

/** The doubts: kind, whom and which visit. */
export function doubtsOf(events: readonly FeedEvent[]): readonly string[] {
  return foldFeed(events).doubts.map(({ kind, localIds, visit }) =>
    [kind, ...localIds, visit ?? ''].join(' ').trim(),
  );
}

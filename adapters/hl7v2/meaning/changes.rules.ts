/** What an event of a patient or a visit comes to, by what it means at the site. */

import type { FeedChange } from '../../../src/clinical/feed.port.js';
import { type LocalDate, londonDate } from '../../../src/core/calendar.js';
import type { Er7Message } from '../er7/message.js';
import type { EventMeaning } from './events.js';
import { MeaningFault } from './fault.js';
import { firstStated } from './field-path.js';
import type { MeaningRules } from './meaning-settings.js';
import { assertNotAhead, dayAt, dayOf, instantOf, type Moments, timeOf } from './moments.rules.js';
import {
  coordinatorIn,
  isWithoutVisit,
  priorTeamIn,
  stateOf,
  teamIn,
  type VisitState,
  visitIn,
  visitOf,
} from './visit.rules.js';

/** A change, and when it happened. */
export interface DatedChange {
  readonly happenedAt: string;
  readonly change: FeedChange;
}

/** A message with what has been read of it. */
export interface Told {
  readonly message: Er7Message;
  readonly rules: MeaningRules;
  readonly localId: string;
  readonly moments: Moments;
}

/** When that happened which the message tells of: EVN-6, else when it was written. @throws MeaningFault */
export function happenedAt({ moments: { occurred, recordedAt, latest }, rules }: Told): string {
  if (occurred === null) return recordedAt;
  const instant = instantOf(occurred, recordedAt, 'BEGINNING', rules);
  if (instant === null) throw new MeaningFault('EVN-6');
  assertNotAhead(instant, 'EVN-6', latest);
  return instant;
}

/** The day of EVN-6 where that is still to come, as some write there what is planned; else null. */
function plannedDay({ moments: { occurred, recordedAt }, rules }: Told): LocalDate | null {
  const instant = occurred === null ? null : instantOf(occurred, recordedAt, 'BEGINNING', rules);
  return occurred !== null && instant !== null && instant > recordedAt ? dayOf(occurred) : null;
}

/** When a visit ended: EVN-6, else the end that is stated, else when it was written. */
function endedAt(told: Told): string {
  const { message, moments, rules } = told;
  const { recordedAt, occurred, latest } = moments;
  if (occurred !== null) {
    const begun = happenedAt(told);
    return instantOf(occurred, recordedAt, 'END', rules) ?? begun;
  }
  const stated = firstStated(message, rules.endFrom);
  if (stated === null || stated.value === null) return recordedAt;
  const time = timeOf(stated.value, stated.path.name, rules);
  // By its beginning, where it is a day: the end of today is no time to come.
  assertNotAhead(instantOf(time, recordedAt, 'BEGINNING', rules), stated.path.name, latest);
  return instantOf(time, recordedAt, 'END', rules) ?? recordedAt;
}

function coordinatorOf({ message, rules }: Told): {
  readonly coordinator?: ReturnType<typeof coordinatorIn>;
} {
  const coordinator = coordinatorIn(message, rules);
  return coordinator === undefined ? {} : { coordinator };
}

/** How the visit stands, as a snapshot shows it; only details where it is of no visit. */
export function standing(told: Told, withEnd: boolean, visit?: string): FeedChange {
  const { message, rules, localId } = told;
  const number = visit ?? visitIn(message, localId, rules);
  if (number === null || isWithoutVisit(message)) return { kind: 'DETAILS' };
  const from = dayAt(message, rules.startFrom, rules);
  const to = withEnd ? dayAt(message, rules.endFrom, rules) : undefined;
  const state = stateOf(message);
  return {
    kind: 'STANDS',
    visit: number,
    team: teamIn(message, rules),
    ...(state !== 'OPEN' && { state }),
    ...(from && { from }),
    ...(to !== undefined && { to }),
    ...coordinatorOf(told),
  };
}

/** Somebody joins; where no place names the team, the visit stands and its team is not known. */
function joining(told: Told, state: VisitState): FeedChange {
  const { message, rules, localId } = told;
  const team = teamIn(message, rules);
  const visit = visitOf(message, localId, rules);
  if (team === null) return { ...standing(told, false, visit) };
  const from = state === 'OPEN' ? rules.startFrom : rules.plannedFrom;
  const on = dayAt(message, from, rules) ?? null;
  return { kind: 'JOINED', visit, team, state, on, ...coordinatorOf(told) };
}

/** Somebody is to join: that was said when it was written, whatever day is named for it. */
function planning(told: Told, state: VisitState): DatedChange {
  const day = plannedDay(told);
  const change = joining(told, state === 'OPEN' ? 'PLANNED' : state);
  if (day === null) return { happenedAt: happenedAt(told), change };
  const on = change.kind === 'JOINED' ? { on: change.on ?? day } : {};
  return { happenedAt: told.moments.recordedAt, change: { ...change, ...on } };
}

function moving(told: Told): FeedChange {
  const { message, rules, localId } = told;
  const team = teamIn(message, rules);
  if (team === null) throw new MeaningFault(rules.teamFrom[0]?.name ?? 'PV1-3');
  const visit = visitOf(message, localId, rules);
  return { kind: 'MOVED', visit, team, from: priorTeamIn(message, rules), on: null, ...coordinatorOf(told) };
}

/** The end, and before it how the visit stood, for a feed in which nothing had been told of it. */
function leaving(told: Told): readonly DatedChange[] {
  const { message, rules, localId, moments } = told;
  const at = endedAt(told);
  const on = dayAt(message, rules.endFrom, rules) ?? null;
  // Whoever is said to have left is not there until some day in years.
  if (on !== null && on > londonDate(new Date(moments.latest)))
    throw new MeaningFault(firstStated(message, rules.endFrom)!.path.name, 'HUB_MESSAGE_AHEAD');
  const change = { kind: 'LEFT', visit: visitOf(message, localId, rules), on } as const;
  return [
    { happenedAt: at, change: standing(told, false) },
    { happenedAt: at, change },
  ];
}

/** What is taken back; of the end also how the visit stands again, and that when it was written. */
function undoing(told: Told, what: 'JOINED' | 'MOVED' | 'LEFT'): readonly DatedChange[] {
  const { message, rules, localId, moments } = told;
  const stated = firstStated(message, rules.undoneAtFrom);
  const time =
    stated === null || stated.value === null ? null : timeOf(stated.value, stated.path.name, rules);
  const visit = visitOf(message, localId, rules);
  // What was still to come had not happened then: its plan is taken back, the latest of its kind.
  const instant = time?.instant ?? null;
  const at = instant !== null && instant > moments.recordedAt ? null : instant;
  const undone = { kind: 'UNDONE', visit, what, at } as const;
  const changes: readonly FeedChange[] = what === 'LEFT' ? [undone, standing(told, false)] : [undone];
  return changes.map((change) => ({ happenedAt: moments.recordedAt, change }));
}

/** RF1-1 (HL7 table 0283): accepted, pending, rejected or expired. */
function referral(told: Told, event: string): readonly DatedChange[] {
  const { message, rules, localId } = told;
  const status = message.first('RF1')?.text(1)?.trim().toUpperCase() ?? null;
  const at = happenedAt(told);
  if (status === 'R' || status === 'E')
    return [{ happenedAt: at, change: { kind: 'LEFT', visit: visitOf(message, localId, rules), on: null } }];
  const isKnown = event !== 'I12' && status !== 'A' && status !== 'P';
  return [
    {
      happenedAt: at,
      change: isKnown ? standing(told, true) : joining(told, status === 'A' ? 'OPEN' : 'PLANNED'),
    },
  ];
}

/** What the event comes to; nothing for a meaning that is not of one patient. @throws MeaningFault */
export function changesOf(told: Told, event: string, meaning: EventMeaning): readonly DatedChange[] {
  const once = (change: FeedChange): readonly DatedChange[] => [{ happenedAt: happenedAt(told), change }];
  const isOfVisit = !isWithoutVisit(told.message);
  if (!isOfVisit && meaning !== 'STANDS' && told.message.first('PV1') === null && meaning !== 'DETAILS')
    throw new MeaningFault('PV1');
  if (!isOfVisit) return once({ kind: 'DETAILS' });
  const state = stateOf(told.message);
  switch (meaning) {
    case 'JOINED':
      return once(joining(told, state));
    case 'PLANNED':
      return [planning(told, state)];
    case 'REFERRED':
      return referral(told, event);
    case 'MOVED':
      return once(moving(told));
    case 'LEFT':
      return leaving(told);
    case 'STANDS':
      return once(standing(told, true));
    case 'DETAILS':
      return once({ kind: 'DETAILS' });
    case 'UNDO_JOINED':
      return undoing(told, 'JOINED');
    case 'UNDO_MOVED':
      return undoing(told, 'MOVED');
    case 'UNDO_LEFT':
      return undoing(told, 'LEFT');
    default:
      return [];
  }
}

/** What a count of everybody on a team adds to a feed: who is there and was not told, who was told and is there no longer. */
import { londonDate } from '../../core/calendar.js';
import { type CaseloadItem, MembershipState } from '../clinical-record.port.js';
import type { FeedEvent, FeedPatient } from '../feed.port.js';

/** Somebody as the count has them. */
export interface CountedItem {
  /** The count's own reference of the membership, as `Type/id` with the id of the visit encoded as in a URL, or that bare. */
  readonly reference: string;
  readonly item: CaseloadItem;
  /** False where a part of it could not be understood: nothing follows from it, neither a yes nor a no. */
  readonly complete: boolean;
}

/** A stay as the feed has it. */
export interface KnownStay {
  /** Id of the visit. */
  readonly visit: string;
  readonly item: CaseloadItem;
  /** When its newest event was written down; ISO instant. */
  readonly asOf: string;
}

const GOES_ON: ReadonlySet<MembershipState> = new Set([
  MembershipState.OPEN,
  MembershipState.ON_HOLD,
  MembershipState.WAITING_LIST,
  MembershipState.PLANNED,
]);

const isThere = ({ state, validTo }: CaseloadItem, day: string): boolean =>
  GOES_ON.has(state) && (validTo === null || validTo > day);

/** True where that is not understood, and there is no end that is. */
const isPerhapsThere = ({ item: { state, validTo }, complete }: CountedItem, day: string): boolean =>
  !complete && state !== MembershipState.ENTERED_IN_ERROR && (validTo === null || validTo > day);

/** The id behind a reference. */
function idOf(reference: string): string {
  const id = reference.slice(reference.lastIndexOf('/') + 1);
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}

/**
 * Events that make the feed say what was counted. A stay of which something was written down after the count is left as it is:
 * the count knew nothing of that. Nor does it say of whoever it has in a form that is not understood that they left; should they be
 * new, the stay is not known whole. Somebody is matched by the visit where count and feed share its id, else by the patient.
 * @param asOf when it was so, as whoever counted says; ISO instant.
 */
export function countedEvents(
  teamReference: string,
  counted: readonly CountedItem[],
  known: readonly KnownStay[],
  asOf: string,
): readonly FeedEvent[] {
  const day = londonDate(new Date(asOf));
  const there = counted.filter((one) => isThere(one.item, day) || isPerhapsThere(one, day));
  const open = known.filter(({ item }) => isThere(item, day));
  const openVisits = new Set(open.map(({ visit }) => visit));
  const openPatients = new Set(open.map(({ item }) => item.patient.localId));
  const later = new Set(known.filter((stay) => stay.asOf > asOf).map(({ item }) => item.patient.localId));
  const countedVisits = new Set(there.map(({ reference }) => idOf(reference)));
  const countedPatients = new Set(there.map(({ item }) => item.patient.localId));
  const arrived = there.filter(
    ({ reference, item: { patient } }) =>
      !openVisits.has(idOf(reference)) && !openPatients.has(patient.localId) && !later.has(patient.localId),
  );
  const gone = open.filter(
    ({ visit, item: { patient }, asOf: written }) =>
      written <= asOf && !countedVisits.has(visit) && !countedPatients.has(patient.localId),
  );
  return [
    ...arrived.map((one) => arrival(teamReference, one, asOf)),
    ...gone.map(({ visit, item: { patient } }): FeedEvent => {
      const change = { kind: 'LEFT', visit, on: day } as const;
      return { happenedAt: asOf, recordedAt: asOf, localId: patient.localId, patient: {}, change };
    }),
  ];
}

/** Whose first day the count does not say, or of whom it is not understood, stands there since nobody knows when. */
function arrival(team: string, { reference, item, complete }: CountedItem, asOf: string): FeedEvent {
  const of = { visit: idOf(reference), team, coordinator: item.careCoordinator };
  const { state, validFrom: on, patient } = item;
  const isWait = state === MembershipState.WAITING_LIST || state === MembershipState.PLANNED;
  const change: FeedEvent['change'] =
    on === null || !complete
      ? { kind: 'STANDS', ...of, state: isWait ? state : 'OPEN' }
      : { kind: 'JOINED', ...of, state: isWait || state === MembershipState.ON_HOLD ? state : 'OPEN', on };
  const { localId } = patient;
  return { happenedAt: asOf, recordedAt: asOf, localId, patient: toldOf(patient), change };
}

/** What a count tells of a patient. Many have few columns: what is not in them takes nothing away that messages told. */
function toldOf(patient: CaseloadItem['patient']): FeedPatient {
  const { nhsNumber, nhsNumberStatus, dateOfBirth, deceasedOn, active, restricted } = patient;
  return {
    ...(nhsNumber !== null && { nhsNumber, ...(nhsNumberStatus !== null && { nhsNumberStatus }) }),
    ...(dateOfBirth !== null && { dateOfBirth }),
    ...(deceasedOn !== null && { deceasedOn }),
    ...(!active && { active }),
    ...(restricted && { restricted }),
  };
}

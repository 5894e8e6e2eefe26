/** A membership as it waits to be applied: checked once on arrival, so that one bad value cannot fail a whole set later. */
import { isLocalDate, type LocalDate } from '../../core/calendar.js';
import { HubError } from '../../core/errors.js';
import { parseNhsNumber } from '../../core/nhs-number.js';
import type { RecordIdentity } from '../../people/identity.rules.js';
import { type CaseloadItem, MembershipState, type Observed } from '../clinical-record.port.js';

/** What a row of `caseload_staging` holds beside its ids. */
export interface StagedItem extends RecordIdentity {
  readonly sourceVersion: string | null;
  readonly sourceAsOf: string | null;
  readonly state: MembershipState;
  readonly validFrom: LocalDate | null;
  readonly validTo: LocalDate | null;
  /** False when the record says more of the period than the hub could understand. */
  readonly complete: boolean;
  readonly coordinatorReference: string | null;
  readonly coordinatorName: string | null;
  /** ISO instant. */
  readonly readAt: string;
}

const UNSTORABLE = /\0|\p{Cs}/gu;
const STATES: ReadonlySet<string> = new Set(Object.values(MembershipState));

/**
 * Checks an item. A date or NHS number that is not one counts as not given; a state the port does not know, a missing
 * reference or time of reading, or an item of another team, fails the pull, because to leave it out would read as absence.
 * @throws HUB_UPSTREAM_PROTOCOL
 */
export function stagedItem(observed: Observed<CaseloadItem>, teamReference: string): StagedItem {
  const { value, source } = observed;
  const { patient, careCoordinator } = value;
  const localId = storable(patient.localId);
  if (!localId || !storable(source.reference)) throw fault('a membership without reference or patient');
  if (!STATES.has(value.state)) throw fault('a membership in a state the port does not know');
  if (value.teamReference !== teamReference) throw fault('a membership of another team');
  const readAt = instant(observed.fetchedAt);
  if (readAt === null) throw fault('a membership without the time it was read');
  const nhsNumber = patient.nhsNumber === null ? null : parseNhsNumber(patient.nhsNumber);
  return {
    localId,
    nhsNumber,
    nhsNumberStatus: nhsNumber === null ? null : storable(patient.nhsNumberStatus),
    dateOfBirth: date(patient.dateOfBirth),
    deceasedOn: date(patient.deceasedOn),
    active: patient.active,
    replacedByLocalId: storable(patient.replacedByLocalId),
    restricted: patient.restricted,
    sourceVersion: storable(source.version),
    sourceAsOf: instant(observed.asOf),
    state: value.state,
    validFrom: date(value.validFrom),
    validTo: date(value.validTo),
    complete: observed.complete,
    coordinatorReference: storable(careCoordinator?.reference ?? null),
    coordinatorName: storable(careCoordinator?.name ?? null),
    readAt,
  };
}

/** Text that PostgreSQL can hold: without NUL and halves of characters; null when nothing is left, for an empty text says nothing. */
export function storable(value: string | null): string | null {
  if (value === null || (value.isWellFormed() && !value.includes('\0'))) return value || null;
  return value.replace(UNSTORABLE, '') || null;
}

/** PostgreSQL has no year nought. */
function date(value: LocalDate | null): LocalDate | null {
  return value !== null && isLocalDate(value) && value >= '0001' ? value : null;
}

function instant(value: string | null): string | null {
  const at = value === null ? Number.NaN : Date.parse(value);
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}

function fault(what: string): HubError {
  return new HubError('HUB_UPSTREAM_PROTOCOL', { details: { fault: what } });
}

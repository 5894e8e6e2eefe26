/** Memberships as the port has them: each with its patient, or a pull that is known to be incomplete. */
import type { CaseloadItem, Observed } from '../../../src/clinical/clinical-record.port.js';
import { type Json, member } from '../json.js';
import { observed } from '../mapping/observed.rules.js';
import { mapPatient } from '../mapping/patient.rules.js';
import { localReference } from '../mapping/references.rules.js';
import type { Session } from '../transport/connection.js';
import { IncompleteReason, incomplete } from './incomplete.js';
import { patientsOf } from './patients.js';
import type { CaseloadStrategy, PullContext } from './strategy.js';

/** A membership whose patient is known by id. */
export interface Entry {
  /** What is read of it. */
  readonly part: Json;
  /** What it is cited as: a resource with `resourceType`, `id` and `meta`. */
  readonly cited: Json;
  readonly patientId: string;
}

/** What came along with memberships, and when; ISO instant of the hub's clock. */
export interface CameAlong {
  readonly included: ReadonlyMap<string, Json>;
  readonly fetchedAt: string;
}

/** The local id of the patient of a membership; one that names none on this server makes the pull incomplete. */
export function patientIdOf(
  { settings, unmapped }: PullContext,
  { path, patient }: CaseloadStrategy,
  part: Json,
): string {
  const target = localReference(member(part, patient), settings.baseUrl);
  if (target?.type === 'Patient') return target.id;
  unmapped(`${path}.${patient}`);
  throw incomplete(IncompleteReason.NOT_UNDERSTOOD, { path: `${path}.${patient}` });
}

/** One membership with its patient. A state that is not understood makes the pull incomplete. */
export function itemOf(
  context: PullContext,
  strategy: CaseloadStrategy,
  teamReference: string,
  { part, cited, patientId }: Entry,
  patient: Json,
  { included, fetchedAt }: CameAlong,
): Observed<CaseloadItem> {
  const { settings, system, unmapped } = context;
  const terms = strategy.terms(part, unmapped);
  if (terms === null) throw incomplete(IncompleteReason.NOT_UNDERSTOOD, { path: strategy.path });
  const { state, validFrom, validTo, understood } = terms;
  const item: CaseloadItem = {
    teamReference,
    state,
    validFrom,
    validTo,
    patient: mapPatient(patientId, patient, settings, unmapped),
    careCoordinator: strategy.coordinator(part, included, context),
  };
  return observed(cited, item, { system, fetchedAt }, understood);
}

/** Memberships with their patients, those that did not come along fetched. */
export async function itemsOf(
  context: PullContext,
  session: Session,
  strategy: CaseloadStrategy,
  teamReference: string,
  entries: readonly Entry[],
  cameAlong: CameAlong,
): Promise<readonly Observed<CaseloadItem>[]> {
  const ids = entries.map(({ patientId }) => patientId);
  const patients = await patientsOf(context, session, ids, cameAlong.included);
  return entries.map((entry) =>
    itemOf(context, strategy, teamReference, entry, patients.get(entry.patientId)!, cameAlong),
  );
}

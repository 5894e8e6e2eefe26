/**
 * The part of the port that reads a clinical record live for the graph: patients' ids in, answers out in the same order, one
 * request per resource type and page. A member that the system does not have is absent.
 */
import type { LocalDate } from '../core/calendar.js';
import type { MembershipState, Observed, PatientIdentity } from './clinical-record.port.js';

/** How to reach a patient, as the record has it now. */
export interface RecordDemographics {
  /**
   * Whose record it is and whether it may be opened here, as the same adapter tells it of a caseload. The hub judges by it
   * before it shows anything of the patient; it is never shown itself.
   */
  readonly identity: PatientIdentity;
  /** Official name as one line; null when the record holds none. */
  readonly name: string | null;
  /** FHIR AdministrativeGender: `male`, `female`, `other`, `unknown`. */
  readonly gender: string | null;
  readonly dateOfBirth: LocalDate | null;
  readonly deceasedOn: LocalDate | null;
  readonly telephone: string | null;
  /** Lines, town and postcode as one line. */
  readonly address: string | null;
  readonly postcode: string | null;
  /** Name of the general practice or practitioner when the record gives one. */
  readonly generalPractitioner: string | null;
}

/** Somebody in a care team. */
export interface CareTeamMember {
  readonly reference: string | null;
  readonly name: string | null;
  /** What they are in the team, as the record words it. */
  readonly role: string | null;
}

/** A care team of a patient. */
export interface RecordCareTeam {
  readonly name: string | null;
  readonly status: string | null;
  readonly members: readonly CareTeamMember[];
}

/** An episode of care of a patient that is open on the day asked. */
export interface RecordEpisode {
  readonly teamReference: string | null;
  readonly teamName: string | null;
  readonly state: MembershipState;
  readonly startedOn: LocalDate | null;
  readonly careCoordinator: { readonly reference: string; readonly name: string | null } | null;
}

/** A document in the record: what it is, never its text. */
export interface RecordDocument {
  readonly reference: string;
  readonly title: string | null;
  readonly type: string | null;
  readonly status: string | null;
  /** ISO instant. */
  readonly recordedAt: string | null;
  readonly author: string | null;
  /** The hub's own id of that version when the hub wrote it; uuid. */
  readonly documentVersionId: string | null;
}

/**
 * Live reads. Each takes local ids and answers in their order; null where the record holds no such patient. A failure is one
 * `HubError` for all of them. Where a system has `demographics`, every other read is held back until they have shown that the
 * record is still the person's and is not restricted; without, only what the last caseload pull said is known of that.
 */
export interface RecordCapability {
  demographics?(
    localIds: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly (Observed<RecordDemographics> | null)[]>;
  careTeams?(
    localIds: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly (readonly Observed<RecordCareTeam>[])[]>;
  openEpisodes?(
    localIds: readonly string[],
    on: LocalDate,
    signal: AbortSignal,
  ): Promise<readonly (readonly Observed<RecordEpisode>[])[]>;
  documents?(
    localIds: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly (readonly Observed<RecordDocument>[])[]>;
}

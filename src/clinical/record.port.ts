/**
 * The part of the port that reads a clinical record live for the graph: patients' ids in, answers out in the same order, one
 * request per resource type and page. A member that the system does not have is absent.
 */
import type { LocalDate } from '../core/calendar.js';
import type { MembershipState, Observed, PatientIdentity } from './clinical-record.port.js';

/** How precisely a record says when something was. */
export const MomentPrecision = { YEAR: 'YEAR', MONTH: 'MONTH', DAY: 'DAY', TIME: 'TIME' } as const;
export type MomentPrecision = (typeof MomentPrecision)[keyof typeof MomentPrecision];

/** When something was, exactly as precisely as the record says it: nothing is ever filled up. */
export interface RecordMoment {
  /** `YYYY`, `YYYY-MM`, `YYYY-MM-DD`, or an ISO instant in UTC. */
  readonly said: string;
  readonly precision: MomentPrecision;
  /** The day, of a time the day it was in London; null when less is said. */
  readonly day: LocalDate | null;
  /** ISO instant; null when no time is said. */
  readonly at: string | null;
}

/** A code as the record has it. */
export interface RecordCode {
  /** URI of the code system; null when the record names none. */
  readonly system: string | null;
  readonly code: string;
  readonly display: string | null;
}

/** The general practice of a patient. At least one of its members is there. */
export interface RecordGeneralPractice {
  /** The record system's own reference; null when the record names the practice by its code alone. */
  readonly reference: string | null;
  readonly name: string | null;
  /** ODS code, in capitals. */
  readonly odsCode: string | null;
}

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
  readonly generalPractice: RecordGeneralPractice | null;
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

/** A contact with a patient, or an appointment for one. */
export interface RecordContact {
  /** A code of FHIR EncounterStatus or AppointmentStatus; null when the record has another. */
  readonly status: string | null;
  /** What sort of contact it is, as the record words it. */
  readonly kind: string | null;
  readonly start: RecordMoment | null;
  readonly end: RecordMoment | null;
  readonly teamReference: string | null;
  readonly teamName: string | null;
}

/** A problem or diagnosis of a patient. */
export interface RecordProblem {
  /** In words. */
  readonly problem: string | null;
  readonly codes: readonly RecordCode[];
  /** A code of FHIR ConditionClinicalStatusCodes; null when the record has none or another. */
  readonly clinicalStatus: string | null;
  /** A code of FHIR ConditionVerificationStatus, `refuted` included; null when the record has none or another. */
  readonly verificationStatus: string | null;
  readonly category: string | null;
  readonly onset: RecordMoment | null;
  readonly recorded: RecordMoment | null;
}

/** A warning on a patient's record. */
export interface RecordFlag {
  /** In words. */
  readonly flag: string | null;
  readonly codes: readonly RecordCode[];
  readonly category: string | null;
  /** `active`; null when the record has a status that is none of FHIR's, as a warning is rather shown than lost. */
  readonly status: string | null;
  readonly start: RecordMoment | null;
  readonly end: RecordMoment | null;
}

/** What a patient, or somebody for them, has agreed to or refused. */
export interface RecordConsent {
  /** A code of FHIR ConsentState; null when the record has another. */
  readonly status: string | null;
  readonly scope: string | null;
  readonly category: string | null;
  readonly recorded: RecordMoment | null;
  /** `permit` or `deny`: what holds unless an exception says otherwise; null when the record does not say. */
  readonly provision: string | null;
  /** From and until when that holds. */
  readonly start: RecordMoment | null;
  readonly end: RecordMoment | null;
  /** The record holds exceptions, which are read there: what holds here is not all of it. */
  readonly hasExceptions: boolean;
}

/** The text of one document. */
export interface RecordDocumentText extends RecordDocument {
  /** As it stands in the record; line ends as they came. */
  readonly text: string;
}

/** Why the text of a document cannot be had, in `details.rule` of `HUB_RECORD_DOCUMENT`. */
export const DocumentFault = {
  /** It holds no plain text. */
  NOT_TEXT: 'NOT_TEXT',
  /** It is longer than the site profile allows. */
  TOO_LARGE: 'TOO_LARGE',
  /** It is kept on another server, or where the hub does not look. */
  ELSEWHERE: 'ELSEWHERE',
  /** It is marked restricted at its source. */
  RESTRICTED: 'RESTRICTED',
  /** It was entered in error. */
  WITHDRAWN: 'WITHDRAWN',
  /** What arrived is not what the record says of it: length, checksum or characters are wrong. */
  DAMAGED: 'DAMAGED',
} as const;
export type DocumentFault = (typeof DocumentFault)[keyof typeof DocumentFault];

/** Reads of what only direct care may see, and only where the site profile permits it. */
export const SENSITIVE_READS = ['problems', 'riskFlags', 'documentText'] as const;
/** One of them. */
export type SensitiveRead = (typeof SENSITIVE_READS)[number];

/**
 * Live reads. Each takes local ids and answers in their order; null where the record holds no such patient. A failure is one
 * `HubError` for all of them. Where a system has `demographics`, every other read is held back until they have shown that the
 * record is still the person's and is not restricted; without, only what the last caseload pull said is known of that.
 */
export interface RecordReads {
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
  /** Contacts that were not over before a day, newest first; one whose time is not known to the day counts. */
  encounters?(
    localIds: readonly string[],
    since: LocalDate,
    signal: AbortSignal,
  ): Promise<readonly (readonly Observed<RecordContact>[])[]>;
  /** Appointments from a day on, in the order of their start; one without a start counts. */
  appointments?(
    localIds: readonly string[],
    since: LocalDate,
    signal: AbortSignal,
  ): Promise<readonly (readonly Observed<RecordContact>[])[]>;
  /** Called only where `permitted` has it. */
  problems?(
    localIds: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly (readonly Observed<RecordProblem>[])[]>;
  /** Warnings in force. Called only where `permitted` has it. */
  riskFlags?(
    localIds: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly (readonly Observed<RecordFlag>[])[]>;
  consents?(
    localIds: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly (readonly Observed<RecordConsent>[])[]>;
}

/** What a system offers of live reads, and what of it its site profile permits. */
export interface RecordCapability extends RecordReads {
  /** Sensitive reads that the site profile permits to direct care; the others are never made. */
  readonly permitted?: readonly SensitiveRead[];
  /**
   * The text of a document of a patient, by `Type/id`; null when the record holds no such document of that patient.
   * `HUB_RECORD_DOCUMENT` with a `DocumentFault` when it cannot be shown. Called only where `permitted` has it.
   */
  documentText?(
    localId: string,
    reference: string,
    signal: AbortSignal,
  ): Promise<Observed<RecordDocumentText> | null>;
}

/** What the contract needs of the far end: to hold what it is told, and to misbehave when it is told. */
import { type ClinicalRecordAdapter, MembershipState } from '../../src/clinical/clinical-record.port.js';
import type { DocumentLabel, FiledDocument } from '../../src/clinical/documents.port.js';
import type {
  RecordCareTeam,
  RecordConsent,
  RecordContact,
  RecordDemographics,
  RecordEpisode,
  RecordFlag,
  RecordProblem,
} from '../../src/clinical/record.port.js';
import type { LocalDate } from '../../src/core/calendar.js';

/** A patient as the far end holds it, in the port's words. */
export interface PeerPatient {
  readonly localId: string;
  readonly nhsNumber: string | null;
  readonly nhsNumberStatus: string | null;
  readonly dateOfBirth: LocalDate | null;
  readonly deceasedOn: LocalDate | null;
  readonly active: boolean;
  readonly replacedByLocalId: string | null;
  readonly restricted: boolean;
}

/** A team as the far end holds it. */
export interface PeerTeam {
  readonly reference: string;
  readonly name: string;
  readonly code: string | null;
}

/** A membership as the far end holds it. */
export interface PeerMembership {
  readonly state: MembershipState;
  readonly validFrom: LocalDate | null;
  readonly validTo: LocalDate | null;
  readonly patient: PeerPatient;
  readonly coordinator: { readonly reference: string; readonly name: string | null } | null;
  /** ISO instant of the far end's clock at which it was last changed. */
  readonly changedAt: string;
}

/** The ways to misbehave. `page` in a fault says on which page (from 1; 0 for each), `times` how often; by default the first and for ever. */
export const FAULT_KINDS = [
  /** Answers later than any deadline. */
  'DELAY',
  /** Answers the head at once and then nothing. */
  'STALL',
  /** 429 with a time to wait. */
  'BUSY_429',
  /** 503 without one. */
  'DOWN_503',
  /** 500 with an OperationOutcome. */
  'FAILS_500',
  /** Proxy's HTML with 502. */
  'HTML_502',
  /** Proxy's HTML with 200. */
  'HTML_200',
  'REFUSES_401',
  'REFUSES_403',
  'REJECTS_400',
  'GONE_410',
  /** Closes the connection without an answer. */
  'DROP',
  /** Closes the connection in the middle of the body. */
  'BREAK_OFF',
  /** A whole answer whose content is cut short. */
  'TRUNCATED',
  'EMPTY',
  'NULL_BODY',
  'TEXT_BODY',
  'NOT_UTF8',
  /** The right content under another media type. */
  'WRONG_TYPE',
  /** More bytes than the site profile allows. */
  'TOO_LARGE',
  /** As before, but small on the wire. */
  'TOO_LARGE_ZIPPED',
  /** A reported failure in place of the result: server busy. */
  'OUTCOME_BUSY',
  /** A reported failure in place of the result: not permitted. */
  'OUTCOME_FORBIDDEN',
  /** A reported failure among the results. */
  'OUTCOME_ENTRY',
  /** Says that it is finished though it is not. */
  'NEXT_MISSING',
  /** The page before, once more. */
  'DUPLICATE_PAGE',
  /** The next page is this page. */
  'LINK_LOOP',
  /** Says another number of matches than before. */
  'TOTAL_CHANGES',
  /** Counts one more than there are. */
  'TOTAL_WRONG',
  /** Sends the caller to another host. */
  'REDIRECT',
  /** The next page is on another host. */
  'LINK_ELSEWHERE',
  /** The next page is on another host whose address starts like this one's. */
  'LINK_ALIKE',
  /** The next page is outside the agreed path. */
  'LINK_OUTSIDE',
  /** Leaves a patient out of the results, but has it. */
  'PATIENT_LEFT_OUT',
  /** Leaves a patient out of the results and does not have it. */
  'PATIENT_GONE',
  /** Ignores which team was asked for. */
  'OTHER_TEAM',
  /** A state of its own invention. */
  'UNKNOWN_STATE',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface Fault<Kind extends string = FaultKind> {
  readonly kind: Kind;
  readonly page?: number;
  readonly times?: number;
}

/** What a kind of far end can tell of a caseload, and which faults it cannot have. */
export interface CaseloadTraits<Kind extends string = FaultKind> {
  /** States that it can tell. */
  readonly states: readonly MembershipState[];
  /** A membership as far as it can tell it. */
  tellable(membership: PeerMembership): PeerMembership;
  /** Teams as far as it can tell them; all of them unless said otherwise. */
  tellableTeams?(teams: readonly PeerTeam[]): readonly PeerTeam[];
  /** Whether it can tell what changed since an instant; one that cannot gives everything and no watermark. */
  readonly incremental: boolean;
  /** Faults of things that it does not have. */
  readonly impossible: readonly Kind[];
  /** Requests that a caller costs who turns away after the first page of 350 memberships. */
  readonly requestsForOnePage: number;
  /** Whether a pull that was interrupted can be gone on with. */
  readonly resumes: boolean;
}

/** A far end that can tell everything that the port has a word for. */
export const EVERYTHING: CaseloadTraits = {
  states: Object.values(MembershipState),
  tellable: (membership) => membership,
  incremental: true,
  impossible: [],
  requestsForOnePage: 1,
  resumes: true,
};

/** The ways to misbehave towards the next write. */
export const WRITE_FAULT_KINDS = [
  /** Closes the connection without having done anything. */
  'DROP_BEFORE',
  /** Does it, and closes the connection without an answer. */
  'DROP_AFTER',
  /** Does it, and answers 500. */
  'FAILS_AFTER',
  /** Does it, and answers with a page of HTML and 200. */
  'HTML_AFTER',
  /** Does it, and answers with an empty body and no place. */
  'EMPTY_AFTER',
  /** Never answers. */
  'SILENT',
  /** Takes it, and holds it until somebody there has looked at it. */
  'HELD',
  'BUSY',
  'DOWN',
  'REJECTS',
  'REFUSES',
  'CONFLICT',
  'TOO_LARGE',
  /** Sends the caller to another host. */
  'REDIRECT',
] as const;
export type WriteFaultKind = (typeof WRITE_FAULT_KINDS)[number];

/** A document as the far end holds it, in the port's words. */
export interface PeerDocument {
  readonly documentVersionId: string;
  readonly reference: string;
  readonly patientLocalId: string;
  readonly text: string;
  readonly status: FiledDocument['status'];
  readonly isFinal: boolean;
  readonly labels: readonly DocumentLabel[];
  /** `REPLACE` or `APPEND`, and what; null for neither. */
  readonly relation: { readonly action: string; readonly reference: string } | null;
}

/** Everything that a far end holds of one person, in the port's words. */
export interface PeerRecord {
  readonly localId: string;
  readonly demographics: RecordDemographics;
  readonly careTeams: readonly RecordCareTeam[];
  /** Each with the day on which it ended; null while it goes on. */
  readonly episodes: readonly (RecordEpisode & { readonly endedOn: LocalDate | null })[];
  readonly encounters: readonly RecordContact[];
  readonly appointments: readonly RecordContact[];
  readonly problems: readonly RecordProblem[];
  /** Those that are not in force have the status `inactive`. */
  readonly flags: readonly RecordFlag[];
  readonly consents: readonly RecordConsent[];
}

/** A scripted far end together with the adapter that talks to it. `Kind` is how the far end can misbehave. */
export interface CaseloadSubject<Kind extends string> {
  readonly adapter: ClinicalRecordAdapter;
  readonly peer: CaseloadPeer<Kind>;
  /** One more, with a far end of its own; whoever asks closes it. */
  another(): Promise<CaseloadSubject<Kind>>;
}

/** A far end that has documents and records of people besides caseloads. */
export interface ContractSubject extends CaseloadSubject<FaultKind> {
  readonly peer: MisbehavingPeer;
  another(): Promise<ContractSubject>;
}

/** What every far end can be told and asked. */
export interface CaseloadPeer<Kind extends string> {
  readonly teamReference: string;
  /** Memberships that come in one page. */
  readonly pageSize: number;
  /** References that must be refused before anything is sent. */
  readonly hostileReferences: readonly string[];
  /** Text that is in every answer and must never come out of an error. */
  readonly canaries: readonly string[];
  /** Replaces what the far end holds for the team. */
  load(memberships: readonly PeerMembership[]): void;
  /** Teams that it holds, by reference, name and code. */
  loadTeams(teams: readonly PeerTeam[]): void;
  /** The reference of the n-th of some teams. */
  referenceOfTeam(n: number): string;
  /** Whether it can hold a team without a code. */
  readonly teamsMayLackCode: boolean;
  misbehave(fault: Fault<Kind> | null): void;
  /** Requests received so far; of files, those that were taken or refused. */
  requests(): number;
  /** Requests that reached another host or a path outside the agreed one. */
  strays(): number;
  close(): Promise<void>;
}

export interface MisbehavingPeer extends CaseloadPeer<FaultKind> {
  /** Replaces what the far end holds of people. */
  loadRecords(records: readonly PeerRecord[]): void;
  /** The next write is answered so. */
  misbehaveOnWrite(kind: WriteFaultKind): void;
  /** Documents that it holds, in the order in which they came. */
  documents(): readonly PeerDocument[];
  /** Moves a document to another patient, as a merge of records there does. */
  moveDocument(reference: string, patientLocalId: string): void;
  /** Replaces the text of a document. */
  rewriteDocument(reference: string, text: string): Promise<void>;
  /** Keeps a second copy of a document under another reference. */
  copyDocument(reference: string): void;
}

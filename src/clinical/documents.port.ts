/**
 * The part of the port that writes to a clinical record: send a document once in effect, read it back, withdraw it.
 * What every answer means is the hub's one table of answers; an adapter says it with the code of the `HubError` it throws
 * (retry class `transient`, `ambiguous`, `permanent`, `paused` or `conflict`) or with the stage of the receipt.
 */
import type { LocalDate } from '../core/calendar.js';
import type { Observed } from './clinical-record.port.js';

/** What sort of document it is; the site profile says which type and category codes the destination wants for each. */
export const DocumentKind = {
  PROGRESS_NOTE: 'PROGRESS_NOTE',
  VOCATIONAL_PROFILE: 'VOCATIONAL_PROFILE',
  ACTION_PLAN: 'ACTION_PLAN',
  BENEFITS_ADVICE_SUMMARY: 'BENEFITS_ADVICE_SUMMARY',
  IN_WORK_SUPPORT_PLAN: 'IN_WORK_SUPPORT_PLAN',
  CLOSURE_SUMMARY: 'CLOSURE_SUMMARY',
} as const;
export type DocumentKind = (typeof DocumentKind)[keyof typeof DocumentKind];

/** What each kind of document is called among people, where a site has no words of its own. */
export const KIND_WORDS: Readonly<Record<DocumentKind, string>> = {
  [DocumentKind.PROGRESS_NOTE]: 'IPS progress note',
  [DocumentKind.VOCATIONAL_PROFILE]: 'IPS vocational profile',
  [DocumentKind.ACTION_PLAN]: 'IPS action plan',
  [DocumentKind.BENEFITS_ADVICE_SUMMARY]: 'IPS benefits advice summary',
  [DocumentKind.IN_WORK_SUPPORT_PLAN]: 'IPS in-work support plan',
  [DocumentKind.CLOSURE_SUMMARY]: 'IPS closure summary',
};

/** Labels that must travel with a document or not at all: a destination that cannot carry one does not get the document. */
export const DocumentLabel = {
  /** Holds information given by or about somebody else. */
  THIRD_PARTY_INFORMATION: 'THIRD_PARTY_INFORMATION',
  /** Not to be shown to the person, online access included. */
  WITHHOLD_FROM_PERSON: 'WITHHOLD_FROM_PERSON',
  /** Part of a safeguarding concern. */
  SAFEGUARDING: 'SAFEGUARDING',
} as const;
export type DocumentLabel = (typeof DocumentLabel)[keyof typeof DocumentLabel];

/** How a version relates to what is on the record already. */
export const DocumentAction = {
  CREATE: 'CREATE',
  /** Takes the place of its predecessor (amendment). */
  REPLACE: 'REPLACE',
  /** Stands beside its predecessor (addendum). */
  APPEND: 'APPEND',
} as const;
export type DocumentAction = (typeof DocumentAction)[keyof typeof DocumentAction];

/**
 * How it shows that a document is on the record.
 * - `READ`: the record can be read; what `find` does not show is not there.
 * - `RECEIPT`: the far end tells by itself of what it has filed or turned down; what `find` does not show is not known.
 * - `NONE`: neither. That it was accepted is all there will ever be to say.
 */
export const DocumentProof = { READ: 'READ', RECEIPT: 'RECEIPT', NONE: 'NONE' } as const;
export type DocumentProof = (typeof DocumentProof)[keyof typeof DocumentProof];

/** What a destination can do, from its site profile. */
export interface DocumentTraits {
  /** Labels that reach the record as such. */
  readonly labels: readonly DocumentLabel[];
  /** Bytes of UTF-8 text at most; null: no limit known. */
  readonly maxTextBytes: number | null;
  /**
   * True when a repeat of the same send takes effect once at the far end itself (conditional create, client-assigned id).
   * Where false the hub, after an ambiguous answer that asking did not settle, waits and asks once more before it sends; where the
   * record cannot be read either, it sends no more until somebody says so.
   */
  readonly repeatsAreHarmless: boolean;
  readonly proof: DocumentProof;
}

/** Who wrote it, as the destination knows them; fixed at signing. */
export interface DocumentAuthor {
  /** The author's own identifier in the destination, as `Practitioner/id` or `PractitionerRole/id`. */
  readonly reference: string;
  readonly name: string;
  readonly employer: string;
  readonly role: string;
}

/** Whose document it is, as it was resolved for this attempt. Beside the id it holds what a receiver may check that by; null: not known. */
export interface OutgoingPatient {
  /** The far end's own id. */
  readonly localId: string;
  /** Verified, or null. */
  readonly nhsNumber?: string | null;
  readonly familyName?: string | null;
  readonly givenName?: string | null;
  readonly dateOfBirth?: LocalDate | null;
}

/** A signed version on its way. Everything but the patient was fixed at signing; the patient is resolved at sending. */
export interface OutgoingDocument {
  /** Identity of the send for ever: uuidv7, the identifier of this version at the far end. */
  readonly documentVersionId: string;
  /** uuid shared by all versions. */
  readonly documentId: string;
  /** From 1. */
  readonly version: number;
  readonly action: DocumentAction;
  /** The far end's reference of the version that this one replaces or is added to; null for `CREATE`. */
  readonly predecessorReference: string | null;
  readonly patient: OutgoingPatient;
  readonly kind: DocumentKind;
  readonly title: string;
  /** Normalised at signing: NFC, LF, no control characters but LF. Must be equal at the far end. */
  readonly text: string;
  /** SHA-256 of the text in UTF-8, lower-case hexadecimal. */
  readonly textHash: string;
  readonly author: DocumentAuthor;
  /** ODS code of the organisation whose document it is. */
  readonly custodianOdsCode: string;
  readonly contactOn: LocalDate;
  /** ISO instants; null when only the day of the contact is known. */
  readonly contactStartedAt: string | null;
  readonly writtenAt: string;
  readonly signedAt: string;
  readonly labels: readonly DocumentLabel[];
  /** The person and those whom they choose may be shown it. */
  readonly isShareable: boolean;
}

/** What a far end said to a send that it took. */
export interface DocumentReceipt {
  /** `AWAITING_REVIEW`: taken, and held until somebody there has looked at it (HTTP 202). */
  readonly stage: 'ACCEPTED' | 'AWAITING_REVIEW';
  /** `Type/id` at the far end; null when it did not say. */
  readonly reference: string | null;
  readonly version: string | null;
}

/** A version by which a document is looked for. */
export interface DocumentKey {
  readonly documentVersionId: string;
  readonly patientLocalId: string;
  /** Reference that it has at the far end, where the hub knows it; a far end that tells by itself does not always say. */
  readonly reference?: string | null;
  /**
   * For a far end at which versions share a reference: since when another version than this one was under way too, so that a word about
   * the reference may be about that one; ISO instant. Null: none ever was. Absent: not known.
   */
  readonly sharedSince?: string | null;
}

/** A document as the record has it. Only this, never a receipt, makes it filed. */
export interface FiledDocument {
  readonly documentVersionId: string;
  readonly reference: string;
  readonly version: string | null;
  /** Local id of the patient under whom it is. */
  readonly patientLocalId: string;
  /** `REJECTED`: the far end said, after it had taken it, that it will not file it. */
  readonly status: 'CURRENT' | 'SUPERSEDED' | 'ENTERED_IN_ERROR' | 'REJECTED';
  /** False while it waits for review or signature there. */
  readonly isFinal: boolean;
  /** SHA-256 of the text that the record holds, in UTF-8, lower-case hexadecimal; null when the text cannot be read back. */
  readonly textHash: string | null;
  /** The far end itself has said that it filed what it was sent: proof where there is no text to compare. Default false. */
  readonly isAttested?: boolean;
}

/** A version to be marked as entered in error. */
export interface DocumentWithdrawal extends DocumentKey {
  /** As `FiledDocument.reference`. */
  readonly reference: string;
  /** What is withdrawn, and when that was asked for (ISO instant): for a far end that wants a message about it, the same every time. */
  readonly document?: OutgoingDocument;
  readonly askedAt?: string;
}

/** A version whose reference is asked for; how it stands to others, where the caller knows that. */
export type DocumentToRefer = Pick<OutgoingDocument, 'documentId' | 'version'> &
  Partial<Pick<OutgoingDocument, 'action' | 'predecessorReference'>>;

/** Writing documents and reading them back. */
export interface DocumentsCapability {
  readonly traits: DocumentTraits;
  /**
   * Sends one version: one attempt, never repeated by the adapter. A `HubError` of class `ambiguous` means that it may be
   * on the record.
   */
  send(document: OutgoingDocument, signal: AbortSignal): Promise<DocumentReceipt>;
  /**
   * Looks for versions, answers in the order of the keys; null where the record has none. One request for a page of keys.
   * More than one match for a key is `HUB_UPSTREAM_CONFLICT` with `details.fault` `DUPLICATE`; without it a conflict is one
   * that the far end merely reports, and is asked about again.
   */
  find(
    keys: readonly DocumentKey[],
    signal: AbortSignal,
  ): Promise<readonly (Observed<FiledDocument> | null)[]>;
  /**
   * Reference that a version has at the far end, where that is settled before it is sent and whatever is answered; null where it is not.
   */
  referenceOf?(document: DocumentToRefer): string | null;
  /**
   * Writes what the site wants beside a version, where that is not there yet: for one that an earlier attempt sent without hearing
   * what became of it, and that `find` has shown. Never rejects. Absent where nothing goes beside a document.
   */
  accompany?(document: OutgoingDocument, reference: string, signal: AbortSignal): Promise<void>;
  /** Marks as entered in error; one attempt. Done already counts as done. The mark is proved by `find`. */
  withdraw(withdrawal: DocumentWithdrawal, signal: AbortSignal): Promise<DocumentReceipt>;
}

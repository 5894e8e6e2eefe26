/** What a form about a note may say: kind, title, visibility, labels, reasons. */
import { DocumentKind, DocumentLabel } from '../clinical/documents.port.js';
import { HubError, inputError } from '../core/errors.js';
import { isId } from '../core/ids.js';
import { plainLine, plainReason } from '../core/plain-line.js';
import type { DocumentVisibility } from '../delivery/signed-document.service.js';

/** Who may see a note once it is signed. */
export const NoteVisibility: { readonly [Value in DocumentVisibility]: Value } = {
  /** Filed in the clinical record. */
  CLINICAL_RECORD: 'CLINICAL_RECORD',
  /** Stays in the employment service and goes nowhere. */
  SERVICE_ONLY: 'SERVICE_ONLY',
  /** Filed, and the person and those whom they choose may be shown it. */
  SHAREABLE: 'SHAREABLE',
};

/** What a draft says; left out or null: as it was, or the default. */
export interface NoteForm {
  /** One line, 1 to 200 characters; default by kind. */
  readonly title?: string | null;
  /** As typed; checked when it is signed. */
  readonly text?: string | null;
  /** `YYYY-MM-DD`, in London. */
  readonly contactOn?: string | null;
  /** ISO instant on that day; null clears it, so that only the day is known; left out: as it was. */
  readonly contactStartedAt?: string | null;
  /** Default `CLINICAL_RECORD`. */
  readonly visibility?: DocumentVisibility | null;
  /** Default none. */
  readonly labels?: readonly DocumentLabel[] | null;
  /** To be told by telephone as well, and escalated when it is not filed in its time. Default false. */
  readonly urgent?: boolean | null;
}

const TITLES: Readonly<Record<DocumentKind, string>> = {
  PROGRESS_NOTE: 'Employment support: progress note',
  VOCATIONAL_PROFILE: 'Employment support: vocational profile',
  ACTION_PLAN: 'Employment support: action plan',
  BENEFITS_ADVICE_SUMMARY: 'Employment support: summary of benefits advice',
  IN_WORK_SUPPORT_PLAN: 'Employment support: in-work support plan',
  CLOSURE_SUMMARY: 'Employment support: closure summary',
};

/** A reason in free text: line ends become spaces, 3 to 500 characters. Throws `HUB_INPUT_INVALID` (`reason`). */
export function reasonOf(typed: string | null | undefined): string {
  return plainReason('reason', typed);
}

/** The title given, else the kind's own. Throws `HUB_INPUT_INVALID` (`title`). */
export function titleOf(kind: DocumentKind, typed: string | null | undefined): string {
  return typed === null || typed === undefined ? TITLES[kind] : plainLine('title', typed, 1, 200);
}

function wordOf<Value extends string>(
  field: string,
  value: string,
  accepted: Readonly<Record<string, Value>>,
): Value {
  const found = Object.values(accepted).find((candidate) => candidate === value);
  if (found === undefined)
    throw inputError(field, 'not one of the values', Object.values(accepted).join(', '));
  return found;
}

/** Throws `HUB_INPUT_INVALID` (`kind`). */
export function kindOf(kind: string): DocumentKind {
  return wordOf('kind', kind, DocumentKind);
}

/** Default the clinical record. Throws `HUB_INPUT_INVALID` (`visibility`). */
export function visibilityOf(visibility: string | null | undefined): DocumentVisibility {
  return wordOf('visibility', visibility ?? 'CLINICAL_RECORD', NoteVisibility);
}

/** Each label once, in the order of the vocabulary. Throws `HUB_INPUT_INVALID` (`labels`). */
export function labelsOf(labels: readonly string[] | null | undefined): readonly DocumentLabel[] {
  const given = (labels ?? []).map((label) => wordOf('labels', label, DocumentLabel));
  return Object.values(DocumentLabel).filter((label) => given.includes(label));
}

/** An id that may name something; else there is no such thing. Throws `HUB_NOT_FOUND` naming the field. */
export function idOf(field: string, id: string): string {
  if (!isId(id)) throw notFound(field);
  return id;
}

/** There is no such thing within the caller's scope: the same for what does not exist and for what is another team's. */
export function notFound(field: string): HubError {
  return new HubError('HUB_NOT_FOUND', { details: { field } });
}

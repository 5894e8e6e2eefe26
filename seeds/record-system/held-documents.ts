/** The DocumentReferences of the record system, for counting: what each is, whose, in which order they came, never their text. */
import { createHash } from 'node:crypto';
import type { DocumentReference } from '@medplum/fhirtypes';
import type { HttpCall } from './http-call.js';

/** A document as it is now. */
export interface HeldDocument {
  readonly id: string;
  /** Place of its first version in the order of all commits. */
  readonly createdSeq: number;
  /** Present version, from 1. */
  readonly version: number;
  readonly status: string;
  /** Null when it has none. */
  readonly docStatus: string | null;
  /** `system|value` of each identifier. */
  readonly identifiers: readonly string[];
  /** Reference of its subject; null when it has none. */
  readonly subject: string | null;
  /** `code reference` of each relation to another document. */
  readonly relations: readonly string[];
  /** SHA-256 of the first attachment's bytes, lower-case hexadecimal; null when it has none inline. */
  readonly textHash: string | null;
}

/** Runs a statement without parameters. */
export type Query = (sql: string) => readonly unknown[];

const CURRENT = `
  select c.body, c.vid, first.seq as created from current c
  join version first on first.type = c.type and first.id = c.id and first.vid = 1
  where c.type = 'DocumentReference' order by first.seq`;

interface Row {
  readonly body: string;
  readonly vid: number;
  readonly created: number;
}

function describe({ body, vid, created }: Row): HeldDocument {
  const document = JSON.parse(body) as DocumentReference & { id: string };
  const data = document.content?.[0]?.attachment?.data;
  return {
    id: document.id,
    createdSeq: created,
    version: vid,
    status: document.status ?? '',
    docStatus: document.docStatus ?? null,
    identifiers: (document.identifier ?? []).map(({ system = '', value = '' }) => `${system}|${value}`),
    subject: document.subject?.reference ?? null,
    relations: (document.relatesTo ?? []).map(({ code, target }) => `${code} ${target?.reference ?? ''}`),
    textHash:
      data === undefined ? null : createHash('sha256').update(Buffer.from(data, 'base64')).digest('hex'),
  };
}

/** Every document that is not deleted, in the order in which they were first held. */
export function documentsHeld(query: Query): readonly HeldDocument[] {
  return (query(CURRENT) as readonly Row[]).map(describe);
}

/** Those that wait for review. */
export function preliminaryDocuments(query: Query): readonly (DocumentReference & { id: string })[] {
  return (query(CURRENT) as readonly Row[])
    .map(({ body }) => JSON.parse(body) as DocumentReference & { id: string })
    .filter(({ docStatus }) => docStatus === 'preliminary');
}

/** The create with its document held for review; a body that is no JSON object stays as it is. */
export function asPreliminary(call: HttpCall): HttpCall {
  try {
    const document = JSON.parse(call.body.toString('utf8')) as object;
    return { ...call, body: Buffer.from(JSON.stringify({ ...document, docStatus: 'preliminary' })) };
  } catch {
    return call;
  }
}

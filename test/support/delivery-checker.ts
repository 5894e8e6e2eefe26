/** Holds what a hub says of its deliveries against what a record system's file holds: nothing lost, doubled, out of order or falsely filed. */
import { createHash } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import type pg from 'pg';
import { DOCUMENT_IDENTIFIER_SYSTEM } from '../../adapters/fhir-r4/documents/defaults.js';

/** One operation as the hub's tables have it. */
export interface ToldDelivery {
  readonly id: string;
  readonly laneId: string;
  readonly seq: number;
  readonly operation: 'FILE' | 'WITHDRAW';
  readonly ours: 'QUEUED' | 'SENDING' | 'SETTLED' | 'PARKED' | 'CANCELLED';
  readonly theirs: string;
  readonly mayHaveArrived: boolean;
  /** `Type/id`; null when not known. */
  readonly reference: string | null;
  readonly documentId: string;
  readonly documentVersionId: string;
  /** Of the signed text. */
  readonly textHash: string;
  /** Patients under whom the document may stand. */
  readonly localIds: readonly string[];
}

/** One version of one document in the record system's file. */
export interface HeldVersion {
  /** Place in the order of all commits. */
  readonly seq: number;
  readonly id: string;
  /** From 1; the first is the creation. */
  readonly vid: number;
  readonly isDeleted: boolean;
  /** Identifiers in the hub's system. */
  readonly versionIds: readonly string[];
  readonly status: string;
  readonly docStatus: string | null;
  /** Local id of the patient; null when it is none. */
  readonly patientLocalId: string | null;
  readonly text: string | null;
  /** Ids of the documents that it takes the place of. */
  readonly replaces: readonly string[];
}

/** What an author was told is done. */
export interface Acknowledged {
  /** Versions that were signed, with the words that were typed. */
  readonly signed: readonly { readonly documentVersionId: string; readonly text: string }[];
  /** Notes that were retracted. */
  readonly retracted: readonly string[];
}

/** What is wrong, as one line for each case; all lists are empty when all is well. */
export interface DeliveryReport {
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
  readonly disordered: readonly string[];
  /** The hub says filed or withdrawn, and the record does not show it. */
  readonly falselyFiled: readonly string[];
  /** On the record otherwise than it was signed, or without anybody's having sent it. */
  readonly unequal: readonly string[];
  /** Neither settled, cancelled nor parked. */
  readonly unfinished: readonly string[];
}

const TOLD = `
select d.id, d.lane_id as "laneId", d.seq::integer as seq, d.operation, d.ours, d.theirs, d.may_have_arrived as "mayHaveArrived",
       d.reference, d.document_id as "documentId", d.document_version_id as "documentVersionId", s.text_hash as "textHash",
       array(
         with recursive chain as (
           select p.id, p.merged_into_id from persons p where p.id = d.person_id
           union select p.id, p.merged_into_id from chain c join persons p on p.id = c.merged_into_id or p.merged_into_id = c.id
         )
         select k.local_id from chain c join record_links k on k.person_id = c.id where k.system_id = d.system_id
       ) as "localIds"
from deliveries d join signed_documents s on s.id = d.document_version_id
order by d.lane_id, d.seq`;

/** Every delivery, in the order of its lane; `owner` is a superuser's. */
export async function readTold(owner: pg.Pool): Promise<readonly ToldDelivery[]> {
  return (await owner.query<ToldDelivery>(TOLD)).rows;
}

interface StoredDocument {
  readonly identifier?: readonly { readonly system?: string; readonly value?: string }[];
  readonly status?: string;
  readonly docStatus?: string;
  readonly subject?: { readonly reference?: string };
  readonly relatesTo?: readonly {
    readonly code?: string;
    readonly target?: { readonly reference?: string };
  }[];
  readonly content?: readonly { readonly attachment?: { readonly data?: string } }[];
}

/** Every version of every document in the file, in the order of commits; opened from outside, also while a server has it open. */
export function readHeld(file: string): readonly HeldVersion[] {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const rows = database
      .prepare(`select seq, id, vid, op, body from version where type = 'DocumentReference' order by seq`)
      .all() as { seq: number; id: string; vid: number; op: string; body: string | null }[];
    return rows.map(({ seq, id, vid, op, body }) => {
      const document = JSON.parse(body ?? '{}') as StoredDocument;
      const data = document.content?.[0]?.attachment?.data;
      return {
        seq,
        id,
        vid,
        isDeleted: op === 'delete',
        versionIds: (document.identifier ?? [])
          .filter(({ system }) => system === DOCUMENT_IDENTIFIER_SYSTEM)
          .map(({ value = '' }) => value),
        status: document.status ?? '',
        docStatus: document.docStatus ?? null,
        patientLocalId: /^Patient\/(.+)$/.exec(document.subject?.reference ?? '')?.[1] ?? null,
        replaces: (document.relatesTo ?? [])
          .filter(({ code }) => code === 'replaces')
          .map(({ target }) => /DocumentReference\/([^/]+)$/.exec(target?.reference ?? '')?.[1] ?? ''),
        text: data === undefined ? null : Buffer.from(data, 'base64').toString('utf8'),
      };
    });
  } finally {
    database.close();
  }
}

/** A document as it is now, with the places at which it came and was first withdrawn. */
interface Document {
  readonly now: HeldVersion;
  readonly createdSeq: number;
  readonly withdrawnSeq: number | null;
  readonly withdrawals: number;
}

const WITHDRAWN = 'entered-in-error';
const hashOf = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

/** Documents by the version that they claim to be. */
function documentsOf(held: readonly HeldVersion[]): ReadonlyMap<string, readonly Document[]> {
  const histories = new Map<string, HeldVersion[]>();
  for (const version of held) histories.set(version.id, [...(histories.get(version.id) ?? []), version]);
  const documents = new Map<string, Document[]>();
  for (const history of histories.values()) {
    const now = history.at(-1)!;
    if (now.isDeleted) continue;
    const withdrawn = history.filter(({ status }) => status === WITHDRAWN);
    const document = {
      now,
      createdSeq: history[0]!.seq,
      withdrawnSeq: withdrawn[0]?.seq ?? null,
      withdrawals: withdrawn.length,
    };
    for (const id of now.versionIds) documents.set(id, [...(documents.get(id) ?? []), document]);
  }
  return documents;
}

const isFinal = ({ docStatus }: HeldVersion): boolean =>
  docStatus === null || ['final', 'amended', WITHDRAWN].includes(docStatus);

function isAsSigned({ now }: Document, delivery: ToldDelivery): boolean {
  return (
    now.text !== null &&
    hashOf(now.text) === delivery.textHash &&
    now.patientLocalId !== null &&
    delivery.localIds.includes(now.patientLocalId)
  );
}

/** Holds both sides against each other. */
export function checkDeliveries(
  told: readonly ToldDelivery[],
  held: readonly HeldVersion[],
  acknowledged: Acknowledged,
): DeliveryReport {
  const check = new Check(told, documentsOf(held));
  for (const delivery of told) {
    if (delivery.operation === 'FILE') check.filing(delivery);
    else check.withdrawal(delivery);
  }
  check.order();
  check.strangers();
  check.promises(acknowledged);
  return check.report;
}

class Check {
  readonly report = {
    lost: [] as string[],
    doubled: [] as string[],
    disordered: [] as string[],
    falselyFiled: [] as string[],
    unequal: [] as string[],
    unfinished: [] as string[],
  };
  private readonly filings: ReadonlyMap<string, ToldDelivery>;
  private readonly withdrawals: ReadonlyMap<string, ToldDelivery>;
  /** Ids of documents whose place another has taken. */
  private readonly replaced: ReadonlySet<string>;

  constructor(
    private readonly told: readonly ToldDelivery[],
    private readonly documents: ReadonlyMap<string, readonly Document[]>,
  ) {
    const by = (operation: ToldDelivery['operation']) =>
      new Map(
        told.filter((one) => one.operation === operation).map((one) => [one.documentVersionId, one] as const),
      );
    this.filings = by('FILE');
    this.withdrawals = by('WITHDRAW');
    this.replaced = new Set([...documents.values()].flat().flatMap(({ now }) => now.replaces));
  }

  private of(delivery: ToldDelivery): readonly Document[] {
    return this.documents.get(delivery.documentVersionId) ?? [];
  }

  filing(delivery: ToldDelivery): void {
    const { report } = this;
    const line = `${delivery.documentVersionId} (${delivery.ours}, ${delivery.theirs})`;
    const documents = this.of(delivery);
    if (documents.length > 1) report.doubled.push(`${line}: ${documents.length} on the record`);
    if (delivery.ours === 'QUEUED' || delivery.ours === 'SENDING') report.unfinished.push(line);
    if (delivery.ours === 'SETTLED' && documents.length === 0) report.lost.push(`${line}: not on the record`);
    if (delivery.ours === 'CANCELLED' && !delivery.mayHaveArrived && documents.length > 0)
      report.unequal.push(`${line}: on the record though it never left`);
    if (documents.some((document) => !isAsSigned(document, delivery)))
      report.unequal.push(`${line}: another text or person than signed`);
    if (['FILED', 'SIGNED'].includes(delivery.theirs) && !this.isFiled(delivery, documents))
      report.falselyFiled.push(line);
  }

  private isFiled(delivery: ToldDelivery, [document, ...more]: readonly Document[]): boolean {
    if (document === undefined || more.length > 0) return false;
    const { now } = document;
    const stands = now.status !== WITHDRAWN || this.withdrawals.has(delivery.documentVersionId);
    return (
      stands &&
      isFinal(now) &&
      isAsSigned(document, delivery) &&
      delivery.reference === `DocumentReference/${now.id}`
    );
  }

  withdrawal(delivery: ToldDelivery): void {
    const { report } = this;
    const line = `withdrawal of ${delivery.documentVersionId} (${delivery.ours}, ${delivery.theirs})`;
    const standing = this.of(delivery).filter(({ now }) => now.status !== WITHDRAWN);
    if (delivery.ours === 'QUEUED' || delivery.ours === 'SENDING') report.unfinished.push(line);
    if (delivery.ours === 'SETTLED' && standing.length > 0) report.lost.push(`${line}: it still stands`);
    if (delivery.theirs === 'WITHDRAWN' && (standing.length > 0 || this.of(delivery).length === 0))
      report.falselyFiled.push(line);
    if (this.of(delivery).some(({ withdrawals }) => withdrawals > 1)) report.doubled.push(line);
  }

  /** What a lane did must have taken effect in the order of the lane. */
  order(): void {
    const newest = new Map<string, number>();
    for (const delivery of this.told) {
      for (const { createdSeq, withdrawnSeq } of this.of(delivery)) {
        const at = delivery.operation === 'FILE' ? createdSeq : withdrawnSeq;
        if (at === null) continue;
        if (at < (newest.get(delivery.laneId) ?? 0))
          this.report.disordered.push(`${delivery.documentVersionId}, number ${delivery.seq} of its lane`);
        newest.set(delivery.laneId, Math.max(at, newest.get(delivery.laneId) ?? 0));
      }
    }
  }

  /** Nothing is on the record, or off it, without a delivery that says so. */
  strangers(): void {
    for (const [id, documents] of this.documents) {
      if (!this.filings.has(id)) this.report.unequal.push(`${id}: on the record, and nobody sent it`);
      else if (documents.some(({ now }) => now.status === WITHDRAWN) && !this.withdrawals.has(id))
        this.report.unequal.push(`${id}: withdrawn, and nobody asked for it`);
    }
  }

  /** What authors were told holds, whatever the hub's tables say. */
  promises({ signed, retracted }: Acknowledged): void {
    for (const { documentVersionId, text } of signed) {
      if (!this.filings.has(documentVersionId))
        this.report.lost.push(`${documentVersionId}: signed, and the hub does not know it`);
      for (const { now } of this.documents.get(documentVersionId) ?? [])
        if (!now.text?.includes(text)) this.report.unequal.push(`${documentVersionId}: not the words typed`);
    }
    const notes = new Set(retracted);
    for (const delivery of this.filings.values()) {
      if (!notes.has(delivery.documentId)) continue;
      // What was replaced stays as the past of what is withdrawn.
      const standing = this.of(delivery).filter(
        ({ now }) => now.status !== WITHDRAWN && !this.replaced.has(now.id),
      );
      if (standing.length > 0)
        this.report.lost.push(`${delivery.documentVersionId}: its note was retracted and it stands`);
    }
  }
}

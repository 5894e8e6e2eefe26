/** A record system that takes documents, in this process: answers by script, keeps what it took, and counts what must never happen. */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Observed } from '../../src/clinical/clinical-record.port.js';
import {
  type DocumentKey,
  DocumentLabel,
  DocumentProof,
  type DocumentReceipt,
  type DocumentsCapability,
  type DocumentTraits,
  type DocumentWithdrawal,
  type FiledDocument,
  type OutgoingDocument,
} from '../../src/clinical/documents.port.js';
import type { ErrorCode } from '../../src/core/error-codes.js';
import { HubError } from '../../src/core/errors.js';

/** How one call is answered; the default is at once and with success. */
export interface ScriptedAnswer {
  /** The failure that the caller gets. */
  readonly code?: ErrorCode;
  readonly retryAfterMs?: number;
  /** Whether the write took effect all the same; default: it did when there is no code. */
  readonly effect?: boolean;
  /** 202: taken, and held for review. */
  readonly held?: boolean;
  /** Milliseconds before the effect, and between it and the answer. */
  readonly beforeMs?: number;
  readonly afterMs?: number;
  /** Nothing takes effect before this is fulfilled. */
  readonly heldUntil?: Promise<unknown>;
  /** Never answers and heeds no signal. */
  readonly hangs?: boolean;
  /** The receipt says no reference. */
  readonly mute?: boolean;
  /** The write is on its way still when the answer comes, and takes effect when `land` is called. */
  readonly late?: boolean;
}

export interface ScriptedCall {
  readonly kind: 'send' | 'find' | 'withdraw';
  readonly versionId: string;
  readonly patient: string;
  /** How often this kind of call has been made for the version; from 1. */
  readonly nth: number;
}

export interface HeldDocument extends OutgoingDocument {
  readonly reference: string;
  localId: string;
  status: FiledDocument['status'];
  isFinal: boolean;
  textHash: string;
}

export class ScriptedDocuments implements DocumentsCapability {
  traits: DocumentTraits = {
    labels: Object.values(DocumentLabel),
    maxTextBytes: null,
    repeatsAreHarmless: false,
    proof: DocumentProof.READ,
  };
  /** True: a second send of a version answers with the first. */
  deduplicates = false;
  /** False: a document does not show until `show` is called. */
  shows = true;
  /** Hash that the record gives; null for texts that cannot be read back. */
  readsText = true;
  script: (call: ScriptedCall) => ScriptedAnswer | undefined = () => undefined;
  readonly held: HeldDocument[] = [];
  readonly calls: ScriptedCall[] = [];
  /** Writes of one patient that were under way together: must stay empty. */
  readonly overlaps: string[] = [];
  /** Most writes under way at once. */
  peak = 0;
  private readonly underway = new Map<string, number>();
  private busy = 0;
  /** Keys per call of `find`. */
  readonly batches: number[] = [];
  private readonly landing: (() => unknown)[] = [];

  /** What was under way takes effect now. */
  land(): void {
    for (const effect of this.landing.splice(0)) effect();
  }

  async send(document: OutgoingDocument, signal: AbortSignal): Promise<DocumentReceipt> {
    return this.writing('send', document.documentVersionId, document.patient.localId, signal, (answer) => {
      const there = this.deduplicates ? this.versions(document.documentVersionId)[0] : undefined;
      if (there) return there;
      if (document.action === 'REPLACE') {
        const old = this.held.find((each) => each.reference === document.predecessorReference);
        if (!old) throw new HubError('HUB_UPSTREAM_NOT_FOUND');
        old.status = 'SUPERSEDED';
      }
      const taken: HeldDocument = {
        ...document,
        reference: `DocumentReference/${this.held.length + 1}`,
        localId: document.patient.localId,
        status: 'CURRENT',
        isFinal: answer.held !== true,
        textHash: createHash('sha256').update(document.text).digest('hex'),
      };
      this.held.push(taken);
      return taken;
    });
  }

  async withdraw(withdrawal: DocumentWithdrawal, signal: AbortSignal): Promise<DocumentReceipt> {
    return this.writing('withdraw', withdrawal.documentVersionId, withdrawal.patientLocalId, signal, () => {
      const there = this.held.find((each) => each.reference === withdrawal.reference);
      if (!there) throw new HubError('HUB_UPSTREAM_NOT_FOUND');
      there.status = 'ENTERED_IN_ERROR';
      return there;
    });
  }

  async find(keys: readonly DocumentKey[], signal: AbortSignal): Promise<(Observed<FiledDocument> | null)[]> {
    this.batches.push(keys.length);
    for (const key of keys) {
      const answer = this.told('find', key.documentVersionId, key.patientLocalId);
      await this.idle(answer, answer.beforeMs, signal);
      if (answer.code) throw this.failure(answer);
    }
    return keys.map((key) => {
      const there = this.versions(key.documentVersionId).filter(
        (each) => each.localId === key.patientLocalId,
      );
      if (there.length > 1) throw new HubError('HUB_UPSTREAM_CONFLICT', { details: { fault: 'DUPLICATE' } });
      return there[0] && this.shows ? observed(there[0], this.readsText) : null;
    });
  }

  versions(documentVersionId: string): HeldDocument[] {
    return this.held.filter((each) => each.documentVersionId === documentVersionId);
  }

  count(kind: ScriptedCall['kind'], versionId?: string): number {
    return this.calls.filter(
      (call) => call.kind === kind && (versionId === undefined || call.versionId === versionId),
    ).length;
  }

  private async writing(
    kind: 'send' | 'withdraw',
    versionId: string,
    patient: string,
    signal: AbortSignal,
    effect: (answer: ScriptedAnswer) => HeldDocument,
  ): Promise<DocumentReceipt> {
    const answer = this.told(kind, versionId, patient);
    const now = (this.underway.get(patient) ?? 0) + 1;
    if (now > 1) this.overlaps.push(patient);
    this.underway.set(patient, now);
    this.peak = Math.max(this.peak, ++this.busy);
    try {
      await answer.heldUntil;
      await this.idle(answer, answer.beforeMs, signal);
      if (answer.late) this.landing.push(() => effect(answer));
      const there = (answer.effect ?? answer.code === undefined) ? effect(answer) : null;
      await this.idle(answer, answer.afterMs, signal);
      if (answer.code || !there) throw this.failure(answer);
      return {
        stage: answer.held ? 'AWAITING_REVIEW' : 'ACCEPTED',
        reference: answer.mute ? null : there.reference,
        version: '1',
      };
    } finally {
      this.underway.set(patient, this.underway.get(patient)! - 1);
      this.busy--;
    }
  }

  private told(kind: ScriptedCall['kind'], versionId: string, patient: string): ScriptedAnswer {
    const call = { kind, versionId, patient, nth: this.count(kind, versionId) + 1 };
    this.calls.push(call);
    return this.script(call) ?? {};
  }

  private async idle(answer: ScriptedAnswer, ms: number | undefined, signal: AbortSignal): Promise<void> {
    if (answer.hangs) {
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      throw new HubError('HUB_UPSTREAM_AMBIGUOUS');
    }
    if (ms) await sleep(ms, undefined, { ref: false });
  }

  private failure(answer: ScriptedAnswer): HubError {
    const { code = 'HUB_UPSTREAM_REJECTED', retryAfterMs } = answer;
    return new HubError(code, retryAfterMs === undefined ? {} : { retryAfterMs });
  }
}

function observed(held: HeldDocument, readsText: boolean): Observed<FiledDocument> {
  const { documentVersionId, reference, localId, status, isFinal, textHash } = held;
  return {
    value: {
      documentVersionId,
      reference,
      version: '1',
      patientLocalId: localId,
      status,
      isFinal,
      textHash: readsText ? textHash : null,
    },
    source: { system: 'SYS', reference, version: '1' },
    asOf: null,
    fetchedAt: new Date().toISOString(),
    complete: true,
  };
}

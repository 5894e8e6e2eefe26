/** One attempt at one delivery: may it go, was it there already, send, and what the answer means. Touches no database. */
import {
  type DocumentKey,
  DocumentProof,
  type DocumentReceipt,
  type DocumentsCapability,
  type FiledDocument,
  type OutgoingDocument,
} from '../clinical/documents.port.js';
import type { ErrorCode } from '../core/error-codes.js';
import { HubError, isHubError } from '../core/errors.js';
import type { Head } from './claim.service.js';
import { mayGo } from './gate.rules.js';
import { BY_STAGE, codeOf, detailOf, type Verdict, verdictOf } from './outcome.rules.js';
import { outgoing } from './outgoing-version.js';
import type { Ancestor } from './predecessor.reader.js';
import { mayBeThere, referenceFor } from './predecessor.rules.js';
import { compareWithSigned } from './receipt.rules.js';
import type { Outcome } from './settlement.js';
import { pause, within } from './within.js';

/** What an attempt works with. */
export interface Sending {
  readonly documents: DocumentsCapability;
  /** ODS code of the organisation whose documents they are. */
  readonly custodianOdsCode: string;
  readonly sendTimeoutMs: number;
  readonly ambiguousWaitMs: number;
  /** Aborted when the claim is lost or the worker stops. */
  readonly signal: AbortSignal;
  /** Awaited just before a request leaves. Rejects with `HUB_LEASE_LOST` when the claim no longer holds. */
  readonly ready: () => Promise<void>;
  /** Awaited when the request has been handed over, and when an answer has come. */
  readonly sent?: (() => void | Promise<void>) | undefined;
  readonly answered?: (() => void | Promise<void>) | undefined;
}

/** Makes one attempt. Never rejects: every failure is an outcome. */
export async function attemptDelivery(head: Head, sending: Sending): Promise<Outcome> {
  const attempt = new Attempt(head, sending);
  try {
    return head.operation === 'FILE' ? await attempt.file() : await attempt.withdraw();
  } catch (error) {
    return attempt.failed(error);
  }
}

class Attempt {
  /** Whether a write has left in this attempt. */
  private sent = false;
  private asked = false;
  private localId: string | null = null;

  constructor(
    private readonly head: Head,
    private readonly sending: Sending,
  ) {}

  async file(): Promise<Outcome> {
    const { head, sending } = this;
    const refusal = mayGo(head, sending.documents.traits);
    if (refusal !== null) return this.parked(refusal);
    this.localId = head.localIds![0]!;
    const there = head.mayHaveArrived ? await this.askBeforeRepeat() : null;
    if (there) return this.foundFiled(there);
    if (this.mustNotRepeat()) return this.parked('HUB_DELIVERY_UNPROVEN');
    const refer = await this.reference();
    if ('class' in refer) return refer;
    const send = (reference: string | null): Promise<Outcome> =>
      this.write((signal) => sending.documents.send(this.outgoing(refer.action, reference), signal));
    try {
      return await send(refer.reference);
    } catch (error) {
      if (codeOf(error) === 'HUB_UPSTREAM_CONFLICT') return this.settleConflict(error);
      const again = await this.findAgain(error, refer.ancestor, refer.reference);
      if (again === null) throw error;
      return typeof again === 'string' ? send(again) : again;
    }
  }

  async withdraw(): Promise<Outcome> {
    const { head, sending } = this;
    const filed = head.ancestors[0];
    if (!filed?.ours || (filed.ours === 'CANCELLED' && !filed.mayHaveArrived)) return this.nothingThere();
    if (filed.ours !== 'SETTLED' && filed.ours !== 'CANCELLED')
      return this.waited('HUB_DELIVERY_PREDECESSOR');
    this.localId = filed.patientLocalId ?? head.localIds?.[0] ?? null;
    if (this.localId === null) return this.nothingThere();
    const there =
      filed.reference === null ? await (mayBeThere(filed) ? this.twice(() => this.ask()) : this.ask()) : null;
    const reference = filed.reference ?? there?.reference ?? sending.documents.referenceOf?.(head) ?? null;
    if (reference === null)
      return filed.ours === 'CANCELLED' ? this.nothingThere() : this.waited('HUB_DELIVERY_PREDECESSOR');
    const withdraw = (known: string): Promise<Outcome> =>
      this.write((signal) =>
        sending.documents.withdraw(
          {
            documentVersionId: head.documentVersionId,
            patientLocalId: this.localId!,
            reference: known,
            askedAt: head.queuedAt.toISOString(),
            ...(head.authorReference === null ? {} : { document: this.outgoing(head.action, null) }),
          },
          signal,
        ),
      );
    try {
      return await withdraw(reference);
    } catch (error) {
      // Whatever it refuses: what is marked already, by an earlier attempt or by hand, is as it should be.
      const refused = codeOf(error) === 'HUB_UPSTREAM_CONFLICT' || codeOf(error) === 'HUB_UPSTREAM_REJECTED';
      if (refused && (await this.ask())?.status === 'ENTERED_IN_ERROR')
        return this.done('ACCEPTED', reference, null);
      const again = await this.findAgain(error, filed, reference);
      if (again === null) throw error;
      return typeof again === 'string' ? withdraw(again) : again;
    }
  }

  /** A failure of the last call, by the table. */
  failed(error: unknown): Outcome {
    const code = codeOf(error);
    if (!this.sent && (this.sending.signal.aborted || code === 'HUB_LEASE_LOST')) return this.waited(null);
    // Held twice is somebody's work; a conflict that the far end merely reports is asked about again.
    if (!this.sent && isHubError(error) && error.details.fault === 'DUPLICATE')
      return this.parked('HUB_DELIVERY_MISMATCH');
    const verdict = this.sending.signal.aborted
      ? verdictOf(new HubError('HUB_UPSTREAM_AMBIGUOUS'), 'write')
      : verdictOf(error, this.sent ? 'write' : 'read');
    return this.outcome(verdict, code, {
      detail: detailOf(error),
      retryAfterMs: isHubError(error) ? error.retryAfterMs : undefined,
    });
  }

  /** One write: the claim is made sure of, then it leaves, and its failure is told by the table of writes. */
  private async write(call: (signal: AbortSignal) => Promise<DocumentReceipt>): Promise<Outcome> {
    const { signal, sendTimeoutMs, ready, sent, answered } = this.sending;
    await ready();
    signal.throwIfAborted();
    this.sent = true;
    const answer = within(sendTimeoutMs, signal, call);
    answer.catch(() => {});
    await sent?.();
    const receipt = await answer;
    await answered?.();
    const { theirs } = BY_STAGE[receipt.stage];
    return this.done(theirs as 'ACCEPTED' | 'AWAITING_SIGNATURE', receipt.reference, receipt.version);
  }

  /** Asks whether the record has the version; where a repeat does harm, the answer is no only when it is so twice. */
  private askBeforeRepeat(): Promise<FiledDocument | null> {
    const { repeatsAreHarmless } = this.sending.documents.traits;
    return repeatsAreHarmless ? this.ask() : this.twice(() => this.ask());
  }

  /**
   * Whether nobody can tell if an earlier send arrived, so that a person has to look; who has looked and replays it has decided. What
   * tells of a patient who is known otherwise by now is no repeat, and where repeats are harmless not harmless.
   */
  private mustNotRepeat(): boolean {
    const { proof, repeatsAreHarmless } = this.sending.documents.traits;
    const { mayHaveArrived, tries, isSamePatient } = this.head;
    const isHarmless = repeatsAreHarmless && isSamePatient;
    return mayHaveArrived && tries > 1 && !isHarmless && proof !== DocumentProof.READ;
  }

  /**
   * Asks, waits and asks again before the answer is no: what an earlier write sent may arrive late. A destination where repeats
   * are harmless protects a repeat, and nobody who concludes that nothing is there.
   */
  private async twice(ask: () => Promise<FiledDocument | null>): Promise<FiledDocument | null> {
    const first = await ask();
    if (first) return first;
    await pause(this.sending.ambiguousWaitMs, this.sending.signal);
    return ask();
  }

  private ask(documentVersionId = this.head.documentVersionId): Promise<FiledDocument | null> {
    const { priorLocalId } = this.head;
    this.asked = true;
    const patients = new Set([this.localId!, ...(priorLocalId === null ? [] : [priorLocalId])]);
    const { head, sending } = this;
    const before = head.ancestors[0]?.reference ?? null;
    const known = head.operation === 'FILE' ? head.reference : before;
    const derived = sending.documents.referenceOf?.({ ...head, predecessorReference: before });
    const reference = known ?? derived ?? null;
    // Others of a document leave after its first version; what others there are beside a later one is the watch's to say.
    const alone = head.operation === 'FILE' && head.version === 1 ? { sharedSince: null } : {};
    return this.find(
      [...patients].map((patientLocalId) => ({ documentVersionId, patientLocalId, reference, ...alone })),
    );
  }

  private async find(keys: readonly DocumentKey[]): Promise<FiledDocument | null> {
    const { documents, sendTimeoutMs, signal } = this.sending;
    const found = await within(sendTimeoutMs, signal, (deadline) => documents.find(keys, deadline));
    const asAsked = found.find((each, index) => each?.value.patientLocalId === keys[index]!.patientLocalId);
    return (asAsked ?? found.find((each) => each !== null))?.value ?? null;
  }

  /** The version is on the record already. What a read shows here is settled as accepted; the receipt watch alone says filed. */
  private found(document: FiledDocument): Outcome {
    const { head, localId } = this;
    const localIds = [...head.localIds!, ...(head.priorLocalId === null ? [] : [head.priorLocalId])];
    const shown = compareWithSigned({ ...head, localIds }, document);
    if (shown === 'MISMATCH' || shown === 'WITHDRAWN') return this.parked('HUB_DELIVERY_MISMATCH');
    if (shown === 'REJECTED') return { ...this.parked('HUB_UPSTREAM_REJECTED'), theirs: 'REJECTED' };
    const theirs = shown === 'HELD' ? 'AWAITING_SIGNATURE' : 'ACCEPTED';
    if (localIds.includes(document.patientLocalId)) this.localId = document.patientLocalId;
    return {
      ...this.done(theirs, document.reference, document.version),
      patientLocalId: this.localId ?? localId,
    };
  }

  /** To what the version refers, or why it cannot go yet. */
  private async reference() {
    const absent = new Set<string>();
    for (;;) {
      const refer = referenceFor(this.head.action, this.head.ancestors, absent);
      if (refer.kind === 'create') return { action: 'CREATE' as const, ancestor: null, reference: null };
      if (refer.kind === 'missing') return this.parked('HUB_DELIVERY_PREDECESSOR');
      if (refer.kind === 'wait') return this.waited('HUB_DELIVERY_PREDECESSOR');
      if (refer.reference !== null) return refer;
      const { ancestor } = refer;
      const ask = (): Promise<FiledDocument | null> => this.ancestorOnRecord(ancestor);
      const found = await (mayBeThere(ancestor) ? this.twice(ask) : ask());
      if (found) return { ...refer, reference: found.reference };
      if (ancestor.ours === 'SETTLED') return this.waited('HUB_DELIVERY_PREDECESSOR');
      if (this.sending.documents.traits.proof !== DocumentProof.READ)
        return this.parked('HUB_DELIVERY_PREDECESSOR');
      absent.add(ancestor.documentVersionId);
    }
  }

  private ancestorOnRecord(ancestor: Ancestor): Promise<FiledDocument | null> {
    const { documentVersionId, patientLocalId, reference } = ancestor;
    const patients = new Set([patientLocalId ?? this.localId!, this.localId!]);
    return this.find([...patients].map((each) => ({ documentVersionId, patientLocalId: each, reference })));
  }

  /** A reference that the far end no longer knows is looked for once more; null when the failure is another. */
  private async findAgain(
    error: unknown,
    ancestor: Ancestor | null,
    known: string | null,
  ): Promise<string | Outcome | null> {
    if (codeOf(error) !== 'HUB_UPSTREAM_NOT_FOUND' || ancestor === null) return null;
    const found = await this.ancestorOnRecord(ancestor);
    return found && found.reference !== known ? found.reference : this.parked('HUB_DELIVERY_PREDECESSOR');
  }

  /** The far end holds something already: done when it is ours, a person's when it is not. */
  private async settleConflict(error: unknown): Promise<Outcome> {
    const there = await this.ask();
    return there ? this.foundFiled(there) : this.failed(error);
  }

  /** As `found`, of a version to be filed: what goes beside it may never have been written when it was. */
  private async foundFiled(document: FiledDocument): Promise<Outcome> {
    const outcome = this.found(document);
    const { documents, signal, sendTimeoutMs } = this.sending;
    if (outcome.class === 'DONE' && documents.accompany) {
      const sent = this.outgoing(this.head.action, null);
      await within(sendTimeoutMs, signal, (deadline) =>
        documents.accompany!(sent, document.reference, deadline),
      ).catch(() => {});
    }
    return outcome;
  }

  private outgoing(
    action: OutgoingDocument['action'],
    predecessorReference: string | null,
  ): OutgoingDocument {
    const to = { localId: this.localId!, custodianOdsCode: this.sending.custodianOdsCode };
    return outgoing(this.head, to, action, predecessorReference);
  }

  private outcome(verdict: Verdict, code: ErrorCode | null, more: Partial<Outcome> = {}): Outcome {
    const before = this.head.mayHaveArrived;
    return {
      class: verdict.class,
      lane: verdict.lane,
      code,
      detail: null,
      theirs: verdict.theirs,
      reference: null,
      referenceVersion: null,
      patientLocalId: this.sent ? this.localId : null,
      // A no to this write says nothing about an earlier one, which may be under way still.
      mayHaveArrived: this.sent && verdict.class === 'AMBIGUOUS' ? true : before,
      wasAskedFirst: this.asked,
      watch: false,
      answered: this.sent && ['DONE', 'TRANSIENT', 'PERMANENT', 'CONFLICT'].includes(verdict.class),
      retryAfterMs: undefined,
      ...more,
    };
  }

  private done(
    theirs: 'ACCEPTED' | 'AWAITING_SIGNATURE',
    reference: string | null,
    version: string | null,
  ): Outcome {
    const verdict: Verdict = { class: 'DONE', lane: 'next', theirs };
    return this.outcome(verdict, null, {
      reference,
      referenceVersion: version,
      patientLocalId: this.localId,
      mayHaveArrived: false,
      watch: this.sending.documents.traits.proof !== DocumentProof.NONE,
    });
  }

  private nothingThere(): Outcome {
    return this.outcome({ class: 'DONE', lane: 'next', theirs: null }, null, { mayHaveArrived: false });
  }

  private parked(code: ErrorCode): Outcome {
    return this.outcome({ class: 'PERMANENT', lane: 'parked', theirs: null }, code);
  }

  private waited(code: ErrorCode | null): Outcome {
    return this.outcome({ class: 'WAITED', lane: 'waits', theirs: null }, code);
  }
}

/** Takes lanes that are due, in one transaction: the destination's limit and pause, the claim, and what is next on each lane. */

import type { DocumentAction, DocumentKind, DocumentLabel } from '../clinical/documents.port.js';
import type { LocalDate } from '../core/calendar.js';
import { NO_SCOPE, type Scope } from '../core/caller.js';
import { newId } from '../core/ids.js';
import type { IdentityState } from '../people/identity.rules.js';
import type { Database } from '../platform/database/database.js';
import { prepared } from '../platform/database/prepared.js';
import type { LaneStatements } from './lane-statements.js';
import { type Ancestor, readAncestors } from './predecessor.reader.js';

/** The delivery at the head of a claimed lane, with all that sending it needs. Counts include the attempt that begins. */
export interface Head {
  readonly laneId: string;
  /** bigints, so text. */
  readonly fence: string;
  readonly seq: string;
  readonly attemptId: string;
  readonly deliveryId: string;
  readonly operation: 'FILE' | 'WITHDRAW';
  readonly ours: 'QUEUED' | 'SENDING' | 'CANCELLED' | 'PARKED' | 'SETTLED';
  /** The lane of somebody who was merged into this person is not empty yet. */
  readonly waits: boolean;
  readonly tries: number;
  readonly conflicts: number;
  /** As it was before this attempt: an earlier one may have reached the record. */
  readonly mayHaveArrived: boolean;
  readonly reference: string | null;
  /** The patient to whose record an earlier attempt was sent. */
  readonly priorLocalId: string | null;
  /** Nothing that a far end is told of the patient has changed since an attempt of which nobody knows whether it arrived. */
  readonly isSamePatient: boolean;
  /** When it was asked for. */
  readonly queuedAt: Date;
  readonly identityState: IdentityState;
  readonly deceasedOn: LocalDate | null;
  /** Verified, or null. */
  readonly nhsNumber: string | null;
  readonly familyName: string | null;
  readonly givenName: string | null;
  readonly dateOfBirth: LocalDate | null;
  /** Living records of the person in the destination; null for none. */
  readonly localIds: readonly string[] | null;
  readonly documentVersionId: string;
  readonly documentId: string;
  readonly version: number;
  readonly action: DocumentAction;
  readonly predecessorId: string | null;
  readonly kind: DocumentKind;
  readonly title: string;
  readonly text: string;
  readonly textHash: string;
  readonly authorReference: string | null;
  readonly authorName: string;
  readonly authorEmployer: string;
  readonly authorRole: string;
  readonly contactOn: LocalDate;
  readonly contactStartedAt: Date | null;
  readonly writtenAt: Date;
  readonly signedAt: Date;
  readonly visibility: 'CLINICAL_RECORD' | 'SERVICE_ONLY' | 'SHAREABLE';
  readonly labels: readonly DocumentLabel[];
  /** The version to be withdrawn, or the one that this one follows and those before it; nearest first. */
  readonly ancestors: readonly Ancestor[];
}

/** What a claim found. */
export interface Claim {
  readonly heads: readonly Head[];
  readonly sendTimeoutMs: number;
  /** The hub paused the destination and is finding out whether it may go on: any answer but another refusal ends the pause. */
  readonly probing: boolean;
}

/** Who claims from which destination, and how much. */
export interface ClaimRequest {
  readonly systemId: string;
  readonly organisationId: string;
  readonly holder: string;
  /** Lanes at most. */
  readonly most: number;
  readonly leaseMs: number;
}

interface DestinationRow {
  maxInFlight: number;
  sendTimeoutMs: number;
  paused: boolean;
  probing: boolean;
}

/** The scope of delivery in an organisation. */
export function deliveryScope(organisationId: string): Scope {
  return { ...NO_SCOPE, organisationId };
}

/** Claims up to `most` lanes; none while the destination is paused or full. All or nothing: without audit nothing is claimed. */
export async function claimHeads(
  database: Database,
  scope: Scope,
  statements: LaneStatements,
  request: ClaimRequest,
): Promise<Claim> {
  const { systemId, holder } = request;
  return database.transaction('worker', scope, async (tx) => {
    const [destination] = await prepared<DestinationRow>(tx, statements.destination, [systemId]);
    if (!destination || destination.paused)
      return { heads: [], sendTimeoutMs: destination?.sendTimeoutMs ?? 0, probing: false };
    const { sendTimeoutMs, probing } = destination;
    const lanes = await prepared<{ id: string; fence: string; seq: string }>(tx, statements.claim, [
      systemId,
      request.most,
      holder,
      request.leaseMs,
      probing ? 1 : destination.maxInFlight,
    ]);
    if (lanes.length === 0) return { heads: [], sendTimeoutMs, probing };
    const heads = await prepared<Omit<Head, 'ancestors'>>(tx, statements.load, [
      lanes.map((lane) => lane.id),
      lanes.map((lane) => lane.fence),
      lanes.map((lane) => lane.seq),
      lanes.map(() => newId()),
      lanes.map(() => newId()),
      holder,
      systemId,
    ]);
    const ancestors = await readAncestors(tx, systemId, heads);
    return {
      heads: heads.map((head) => ({ ...head, ancestors: ancestors.get(head.documentVersionId) ?? [] })),
      sendTimeoutMs,
      probing,
    };
  });
}

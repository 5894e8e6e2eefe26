/** Disputes about identity settled by a steward: under the lock of all identity work, on what the steward has seen, in one transaction. */
import { auditInTransaction } from '../access/audit.service.js';
import { once } from '../access/idempotency.service.js';
import { type Caller, Role } from '../core/caller.js';
import type { Clock } from '../core/clock.js';
import { HubError, inputError } from '../core/errors.js';
import { isId, newId } from '../core/ids.js';
import { plainReason } from '../core/plain-line.js';
import type { Database, Transaction } from '../platform/database/database.js';
import { rowSql } from '../platform/database/select/map-words.js';
import { VERSION_OF_CONFLICT } from './identity-conflict.reader.js';
import { lockIdentities, readNeighbourhood } from './identity-neighbourhood.reader.js';
import { writeIdentityPlan } from './identity-plan.service.js';
import { type Ruling, RulingResolution } from './ruling.rules.js';
import { planRuling, rulingOn, rulingsImplied } from './ruling-plan.rules.js';

/** What a steward states when settling a dispute. */
export interface SettleForm {
  readonly idempotencyKey: string;
  readonly conflictId: string;
  /** `version` of the dispute as it was shown. */
  readonly version: string;
  /** `SAME_PERSON` or `DIFFERENT_PERSONS`. */
  readonly resolution: string;
  /** 3 to 500 characters. */
  readonly reason: string;
}

interface OpenConflict {
  readonly kind: string;
  readonly personId: string;
  readonly otherPersonId: string;
  readonly isOpen: boolean;
  readonly version: string;
}

const CONFLICT = `
select kind, person_id as "personId", other_person_id as "otherPersonId", resolved_at is null as "isOpen",
       ${rowSql(VERSION_OF_CONFLICT, 'c')} as version
from identity_conflicts c where id = $1`;

/** Rulings of stewards. */
export class IdentityConflictService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Settles a dispute between two persons, and with it every other between the same two. One person: they are merged as if
   * their record system had merged them. Two: nothing but their record system or a later ruling makes them one.
   * Throws `HUB_ACCESS_REFUSED`, `HUB_INPUT_INVALID`, `HUB_INPUT_REPEATED_KEY`, `HUB_NOT_FOUND`, `HUB_STATE_CONFLICT` (settled
   * before), `HUB_STATE_CHANGED` (other than shown), `HUB_STATE_AT_SOURCE` (within the records of one person).
   */
  async settle(caller: Caller, form: SettleForm): Promise<{ conflictId: string }> {
    if (caller.role !== Role.IDENTITY_STEWARD) throw new HubError('HUB_ACCESS_REFUSED');
    const resolution = Object.values(RulingResolution).find((one) => one === form.resolution);
    if (!resolution)
      throw inputError('resolution', 'not a ruling', Object.values(RulingResolution).join(' or '));
    const reason = plainReason('reason', form.reason);
    return this.database.transaction('write', caller.scope, (tx) =>
      once(tx, caller, 'settleIdentityConflict', form.idempotencyKey, form, async () => {
        const organisationId = caller.scope.organisationId as string;
        await lockIdentities(tx, organisationId);
        const conflict = await openConflict(tx, form);
        const at = this.clock.now();
        const personIds = [conflict.personId, conflict.otherPersonId] as const;
        const around = await readNeighbourhood(tx, {
          organisationId,
          systemId: null,
          localIds: [],
          nhsNumbers: await numbersOf(tx, personIds),
          personIds,
        });
        const ruling = rulingOn(around, personIds, resolution, newId());
        if (!ruling) throw new HubError('HUB_STATE_CHANGED', { details: { field: 'version' } });
        const rulings = [...rulingsImplied(around, ruling, newId), ruling];
        const plan = planRuling(around, rulings);
        for (const each of rulings) await keepRuling(tx, caller, each, reason, at);
        await writeIdentityPlan(tx, organisationId, plan, at);
        await auditInTransaction(tx, caller, {
          kind: 'WRITE',
          operation: 'settleIdentityConflict',
          personIds: [
            ...new Set([
              ...personIds,
              ...rulings.flatMap(({ sides }) => sides.map(({ personId }) => personId)),
            ]),
          ],
          details: {
            conflictId: form.conflictId,
            kind: conflict.kind,
            rulingId: ruling.id,
            resolution,
            merged: plan.merges.length,
          },
        });
        return { conflictId: form.conflictId };
      }),
    );
  }
}

/** The dispute, when it is open, between two persons and as it was shown. */
async function openConflict(tx: Transaction, form: SettleForm): Promise<OpenConflict> {
  const [conflict] = isId(form.conflictId) ? await tx.query<OpenConflict>(CONFLICT, [form.conflictId]) : [];
  if (!conflict) throw new HubError('HUB_NOT_FOUND', { details: { field: 'conflictId' } });
  if (!conflict.isOpen)
    throw new HubError('HUB_STATE_CONFLICT', {
      message: 'The dispute was settled before.',
      details: { field: 'conflictId' },
    });
  if (conflict.personId === conflict.otherPersonId)
    throw new HubError('HUB_STATE_AT_SOURCE', { details: { field: 'conflictId' } });
  if (conflict.version !== form.version)
    throw new HubError('HUB_STATE_CHANGED', { details: { field: 'version' } });
  return conflict;
}

async function numbersOf(tx: Transaction, personIds: readonly string[]): Promise<string[]> {
  const rows = await tx.query<{ nhsNumber: string }>(
    'select distinct nhs_number as "nhsNumber" from persons where id = any($1::uuid[]) and nhs_number is not null',
    [personIds],
  );
  return rows.map(({ nhsNumber }) => nhsNumber);
}

async function keepRuling(
  tx: Transaction,
  caller: Caller,
  { id, resolution, nhsNumber, sides: [one, other] }: Ruling,
  reason: string,
  at: Date,
): Promise<void> {
  await tx.query(
    `insert into identity_rulings (id, organisation_id, person_id, other_person_id, resolution, reason, nhs_number,
       nhs_number_status, date_of_birth, other_nhs_number_status, other_date_of_birth, ruled_at, ruled_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    [
      id,
      caller.scope.organisationId,
      one.personId,
      other.personId,
      resolution,
      reason,
      nhsNumber,
      one.nhsNumberStatus,
      one.dateOfBirth,
      other.nhsNumberStatus,
      other.dateOfBirth,
      at,
      caller.subject,
    ],
  );
}

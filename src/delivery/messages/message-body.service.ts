/** Shows what a message says, to those who may see it, for a reason that is on record before anything leaves. */
import { auditInTransaction } from '../../access/audit.service.js';
import type { Caller } from '../../core/caller.js';
import { HubError } from '../../core/errors.js';
import { isId } from '../../core/ids.js';
import { plainReason } from '../../core/plain-line.js';
import type { Database } from '../../platform/database/database.js';
import { MESSAGE_READERS, mayOnly } from './message.policies.js';

/** Which message, and why. */
export interface BodyForm {
  readonly messageId: string;
  /** 3 to 500 characters. */
  readonly reason: string;
}

/** What came, and what was answered. */
export interface MessageBody {
  readonly messageId: string;
  /** As they came, without the frame. */
  readonly bytes: Uint8Array;
  /** What its sender was told; null where it was told nothing. */
  readonly answer: Uint8Array | null;
}

const BODY = `
select m.id, m.system_id as "systemId", b.bytes, m.answer,
  array(select distinct l.person_id from inbound_message_patients p
    join record_links l on l.system_id = p.system_id and l.local_id = p.local_id where p.message_id = m.id) as "personIds"
from inbound_messages m left join inbound_bodies b on b.message_id = m.id where m.id = $1`;

interface BodyRow {
  id: string;
  systemId: string;
  bytes: Buffer | null;
  answer: Buffer | null;
  personIds: string[];
}

/**
 * The bytes of a message, once it is committed that this caller was shown them and why.
 * @throws HUB_ACCESS_REFUSED, HUB_INPUT_INVALID, HUB_NOT_FOUND, HUB_MESSAGE_BODY_GONE, HUB_AUDIT_UNAVAILABLE.
 */
export async function messageBody(database: Database, caller: Caller, form: BodyForm): Promise<MessageBody> {
  mayOnly(caller, MESSAGE_READERS);
  const reason = plainReason('reason', form.reason);
  return database.transaction('write', caller.scope, async (tx) => {
    const [row] = isId(form.messageId) ? await tx.query<BodyRow>(BODY, [form.messageId]) : [];
    if (!row) throw new HubError('HUB_NOT_FOUND', { details: { field: 'messageId' } });
    const { id, systemId, bytes, answer, personIds } = row;
    if (bytes === null) throw new HubError('HUB_MESSAGE_BODY_GONE');
    await auditInTransaction(tx, caller, {
      kind: 'READ',
      operation: 'messageBody',
      personIds,
      details: { messageId: id, systemId, reason },
    });
    return { messageId: id, bytes, answer };
  });
}

/** What people do about messages: read them again, one or many, or set them aside. On record, and the same when repeated. */

import { auditInTransaction } from '../../access/audit.service.js';
import { once } from '../../access/idempotency.service.js';
import { hintIn } from '../../clinical/hints/hint.service.js';
import type { Caller } from '../../core/caller.js';
import { HubError, inputError } from '../../core/errors.js';
import { isId, newId } from '../../core/ids.js';
import { plainReason } from '../../core/plain-line.js';
import type { Database, Transaction } from '../../platform/database/database.js';
import { closeWorkItems, WorkItemKind } from '../work-item.service.js';
import { MESSAGE_OPERATORS, mayOnly } from './message.policies.js';
import { filterValues, MEANT, type MessageFilter } from './message-filter.js';
import { MESSAGES_CHANNEL, MessageHappening, MessageState, REPLAYABLE } from './message-state.js';
import { READER } from './read-batch.js';

/** One message, and why. */
export interface MessageForm {
  readonly idempotencyKey: string;
  readonly messageId: string;
  /** 3 to 500 characters, without personal data. */
  readonly reason: string;
}

/** Many messages, and why. */
export interface MessagesForm {
  readonly idempotencyKey: string;
  readonly filter: MessageFilter;
  /** How many were counted: should it be another number by then, nothing is done. */
  readonly count: number;
  /** 3 to 500 characters, without personal data. */
  readonly reason: string;
}

/** What is done to messages. */
export type MessageDeed = 'REPLAY' | 'SET_ASIDE';

/** Messages that are done something to at once at most. */
export const MOST_AT_ONCE = 50_000;

interface Found {
  id: string;
  systemId: string;
  state: MessageState;
  hasBody: boolean;
}

const FOUND = `m.id, m.system_id as "systemId", m.state,
  exists (select from inbound_bodies b where b.message_id = m.id) as "hasBody"`;

/** States from which a deed may be done. */
const FROM: Readonly<Record<MessageDeed, readonly MessageState[]>> = {
  REPLAY: REPLAYABLE,
  SET_ASIDE: [MessageState.NOT_UNDERSTOOD],
};
/** The state in which it is done already. */
const DONE: Readonly<Record<MessageDeed, MessageState>> = {
  REPLAY: MessageState.KEPT,
  SET_ASIDE: MessageState.SET_ASIDE,
};

/** Messages, in the hands of those who run the hub. */
export class MessageService {
  constructor(private readonly database: Database) {}

  /**
   * Has a message read again from its bytes, in its place among those that wait. One that waits already is left as it is.
   * Throws `HUB_ACCESS_REFUSED`, `HUB_NOT_FOUND`, `HUB_STATE_CONFLICT`, `HUB_MESSAGE_BODY_GONE`, `HUB_INPUT_INVALID`,
   * `HUB_INPUT_REPEATED_KEY`.
   */
  replay(caller: Caller, form: MessageForm): Promise<{ messageId: string }> {
    return this.one(caller, 'REPLAY', 'replayMessage', form);
  }

  /** Decides that a message which was not understood need not be. Throws as `replay` does. */
  setAside(caller: Caller, form: MessageForm): Promise<{ messageId: string }> {
    return this.one(caller, 'SET_ASIDE', 'setMessageAside', form);
  }

  /** How many messages a deed would be done to: those of the filter that are in a state for it, to replay with their bytes still kept. */
  async count(caller: Caller, deed: MessageDeed, filter: MessageFilter): Promise<number> {
    mayOnly(caller, MESSAGE_OPERATORS);
    return this.database.transaction(
      'write',
      caller.scope,
      async (tx) => (await meant(tx, deed, filter, '')).length,
    );
  }

  /**
   * Has many messages read again, in the order of their arrival. Throws `HUB_STATE_CONFLICT` when they are no longer as many as
   * were counted, else as `replay` does.
   */
  replayMany(caller: Caller, form: MessagesForm): Promise<{ count: number }> {
    return this.many(caller, 'REPLAY', 'replayMessages', form);
  }

  /** Sets many messages aside. Throws as `replayMany` does. */
  setAsideMany(caller: Caller, form: MessagesForm): Promise<{ count: number }> {
    return this.many(caller, 'SET_ASIDE', 'setMessagesAside', form);
  }

  private async one(
    caller: Caller,
    deed: MessageDeed,
    mutation: string,
    form: MessageForm,
  ): Promise<{ messageId: string }> {
    mayOnly(caller, MESSAGE_OPERATORS);
    const reason = plainReason('reason', form.reason);
    return this.database.transaction('write', caller.scope, (tx) =>
      once(tx, caller, mutation, form.idempotencyKey, form, async () => {
        const [found] = isId(form.messageId)
          ? await tx.query<Found>(`select ${FOUND} from inbound_messages m where m.id = $1 for update`, [
              form.messageId,
            ])
          : [];
        if (!found) throw new HubError('HUB_NOT_FOUND', { details: { field: 'messageId' } });
        if (found.state !== DONE[deed]) {
          if (!FROM[deed].includes(found.state)) throw stateConflict(deed, found.state);
          if (deed === 'REPLAY' && !found.hasBody) throw new HubError('HUB_MESSAGE_BODY_GONE');
          await this.done(tx, caller, deed, [found.id], found.systemId, reason);
        }
        await auditInTransaction(tx, caller, {
          kind: 'WRITE',
          operation: mutation,
          personIds: [],
          details: { messageId: found.id, systemId: found.systemId, state: found.state },
        });
        return { messageId: found.id };
      }),
    );
  }

  private async many(
    caller: Caller,
    deed: MessageDeed,
    mutation: string,
    form: MessagesForm,
  ): Promise<{ count: number }> {
    mayOnly(caller, MESSAGE_OPERATORS);
    const reason = plainReason('reason', form.reason);
    return this.database.transaction('write', caller.scope, (tx) =>
      once(tx, caller, mutation, form.idempotencyKey, form, async () => {
        const ids = await meant(tx, deed, form.filter, 'for update of m');
        const { length: count } = ids;
        if (count !== form.count)
          throw new HubError('HUB_STATE_CONFLICT', {
            message: `They are ${count} messages by now, not ${form.count}; nothing was done.`,
            details: { field: 'count', count },
          });
        const { systemId } = form.filter;
        if (count > 0) await this.done(tx, caller, deed, ids, systemId, reason);
        await auditInTransaction(tx, caller, {
          kind: 'WRITE',
          operation: mutation,
          personIds: [],
          details: { systemId, count },
        });
        return { count };
      }),
    );
  }

  private async done(
    tx: Transaction,
    caller: Caller,
    deed: MessageDeed,
    ids: readonly string[],
    systemId: string,
    reason: string,
  ): Promise<void> {
    if (deed === 'REPLAY') {
      await tx.query(FIRST_READING, [ids, ids.map(() => newId()), READER]);
      await tx.query(
        `update inbound_messages set state = 'KEPT', code = null, place = null, unended = 0, replayed_at = clock_timestamp()
         where id = any($1::uuid[])`,
        [ids],
      );
      await tx.query(`select pg_notify('${MESSAGES_CHANNEL}', $1)`, [systemId]);
    } else {
      await tx.query(`update inbound_messages set state = 'SET_ASIDE' where id = any($1::uuid[])`, [ids]);
      // Whom it left in doubt is in doubt no longer.
      const { organisationId } = caller.scope;
      if (organisationId !== null) await hintIn(tx, { id: systemId, organisationId });
    }
    const what = deed === 'REPLAY' ? MessageHappening.REPLAYED : MessageHappening.SET_ASIDE;
    await tx.query(HAPPENED, [
      ids,
      ids.map(() => newId()),
      what,
      caller.subject,
      reason,
      caller.scope.organisationId,
    ]);
    await closeWorkItems(tx, WorkItemKind.MESSAGE_NOT_UNDERSTOOD, ids, caller.subject, reason);
  }
}

/** A first reading that ended well is told by the message's own row alone, which is about to be written over. */
const FIRST_READING = `
insert into inbound_message_events (id, organisation_id, message_id, at, what, by)
select e.id, m.organisation_id, m.id, m.read_at, m.state, $3
from unnest($1::uuid[], $2::uuid[]) as e(message_id, id) join inbound_messages m on m.id = e.message_id
where m.attempts = 1 and m.state in ('READ', 'NOTHING')`;

const HAPPENED = `
insert into inbound_message_events (id, organisation_id, message_id, what, by, reason)
select e.id, $6, e.message_id, $3, $4, $5 from unnest($1::uuid[], $2::uuid[]) as e(message_id, id)`;

/** Ids of the messages of a filter to which a deed can be done. @throws HUB_INPUT_INVALID when they are too many for one time. */
async function meant(
  tx: Transaction,
  deed: MessageDeed,
  filter: MessageFilter,
  lock: '' | 'for update of m',
): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    `select m.id from inbound_messages m
     where ${MEANT} and m.state = any($8::text[])
       and ($9::boolean is false or exists (select from inbound_bodies b where b.message_id = m.id))
     order by m.id limit $10 ${lock}`,
    [...filterValues(filter), FROM[deed], deed === 'REPLAY', MOST_AT_ONCE + 1],
  );
  if (rows.length > MOST_AT_ONCE)
    throw inputError('filter', 'too many messages for one time', `up to ${MOST_AT_ONCE} messages`);
  return rows.map(({ id }) => id);
}

function stateConflict(deed: MessageDeed, state: MessageState): HubError {
  const accepted = FROM[deed].join(', ');
  return new HubError('HUB_STATE_CONFLICT', {
    message: `The message is ${state}; accepted: ${accepted}.`,
    details: { state, accepted },
  });
}

/** Messages, feeds and doubts in the world of the graph: those of the home trust with something in every field, and one of the other trust. */
import { newId } from '../../src/core/ids.js';
import type { GraphWorld } from './graph-world.js';
import { sha256 } from './message-world.js';

/** Messages that somebody may do something about. */
export interface MessageThings {
  readonly messageId: string;
  readonly messageSystemId: string;
  /** Messages of the system that are not understood. */
  readonly notUnderstood: number;
}

const OPEN = `
select id as "messageId", system_id as "messageSystemId", (count(*) over ())::integer as "notUnderstood"
from inbound_messages where organisation_id = $1 and state = 'NOT_UNDERSTOOD' order by seq limit 1`;

/** The oldest message of an organisation that was not understood; of none, ids of nothing. */
export async function messageThings(
  world: GraphWorld,
  organisationId: string | null,
): Promise<MessageThings> {
  const [row] = organisationId === null ? [] : await world.sql<MessageThings>(OPEN, [organisationId]);
  return row ?? { messageId: newId(), messageSystemId: newId(), notUnderstood: 1 };
}

/** A message as it is put. */
export interface PutMessage {
  readonly systemId: string;
  readonly organisationId: string;
  readonly controlId: string;
  readonly state?: string;
  readonly receivedAt: Date;
  readonly text?: string;
  /** Patients of the system whom it concerns. */
  readonly about?: readonly string[];
}

/** Puts a message, its bytes and whom it concerns, as the store keeps them. */
export async function putMessage(world: Pick<GraphWorld, 'sql'>, message: PutMessage): Promise<string> {
  const { systemId, organisationId, controlId, state = 'NOT_UNDERSTOOD', receivedAt, about = [] } = message;
  const { text = `MSH|^~\\&|PAS|RAA\rPID|1||${controlId}\r` } = message;
  const id = newId();
  const isOdd = state === 'NOT_UNDERSTOOD' || state === 'REFUSED';
  await world.sql(
    `insert into inbound_messages (id, organisation_id, system_id, seq, application, facility, control_id, content_hash, bytes_hash, type,
       sent_at, received_at, remote_address, state, code, place, answer, repeats, last_repeated_at, attempts, read_at, replayed_at)
     values ($1, $2, $3, nextval('inbound_messages_seq'), 'PAS', 'RAA', $4, $5, $5, 'ADT^A01', $6, $6, '10.0.0.7', $7, $8, $9,
       $10, 2, $6::timestamptz + interval '1 minute', 1, $6::timestamptz + interval '2 seconds', $6::timestamptz + interval '3 minutes')`,
    [
      id,
      organisationId,
      systemId,
      controlId,
      sha256(text),
      receivedAt,
      state,
      isOdd ? 'HUB_MESSAGE_PLACE' : null,
      isOdd ? 'PV1-3' : null,
      Buffer.from(`MSA|AA|${controlId}`),
    ],
  );
  await world.sql('insert into inbound_bodies (message_id, organisation_id, bytes) values ($1, $2, $3)', [
    id,
    organisationId,
    Buffer.from(text),
  ]);
  for (const localId of about)
    await world.sql(
      'insert into inbound_message_patients (message_id, local_id, organisation_id, system_id) values ($1, $2, $3, $4)',
      [id, localId, organisationId, systemId],
    );
  return id;
}

/** Puts them. */
export async function putMessages(world: GraphWorld): Promise<void> {
  const { home, other } = world.organisations;
  const ofHome = { systemId: world.systemId, organisationId: home };
  const ofOther = { systemId: world.otherSystem, organisationId: other };
  const told = async (id: string, at: Date): Promise<unknown> =>
    world.sql(
      `insert into inbound_message_events (id, organisation_id, message_id, at, what, code, place, by, reason)
       values ($1, $3, $4, $5, 'NOT_UNDERSTOOD', 'HUB_MESSAGE_PLACE', 'PV1-3', 'system:messages', null),
              ($2, $3, $4, $5, 'REPLAYED', null, null, 'adam', 'CnryReplay of the message')`,
      [newId(), newId(), home, id, at],
    );
  for (const at of [0, 1, 2, 3, 4]) {
    const id = await putMessage(world, {
      ...ofHome,
      controlId: `CnryControl${at}`,
      receivedAt: world.hoursAgo(20 - at),
      text: `MSH|^~\\&|PAS|RAA\rPID|1||CnryBody${at}\r`,
      about: ['identity-0', 'CnryLocal1'],
    });
    await told(id, world.hoursAgo(19 - at));
  }
  const waiting = await putMessage(world, {
    ...ofHome,
    controlId: 'CnryKept',
    state: 'KEPT',
    receivedAt: world.hoursAgo(1),
  });
  // Its first lines are those that have a code, a place and a reason.
  await world.sql(
    'update inbound_messages set answer = null, repeats = 0, last_repeated_at = null where id = $1',
    [waiting],
  );
  await told(waiting, world.clock.now());
  await putMessage(world, { ...ofHome, controlId: 'CnryRead', state: 'READ', receivedAt: world.hoursAgo(2) });
  await putMessage(world, { ...ofOther, controlId: 'CnryForeign', receivedAt: world.hoursAgo(3) });
  for (const { systemId, organisationId } of [ofHome, ofOther])
    await world.sql(
      'insert into inbound_sources (system_id, organisation_id, heard_at, silent_after_ms) values ($1, $2, $3, 315360000000)',
      [systemId, organisationId, world.hoursAgo(1)],
    );
  await world.sql(
    `insert into feed_baselines (system_id, team_reference, organisation_id, as_of, counted) values ($1, 'NORTH', $2, $3, 12)`,
    [world.systemId, home, world.hoursAgo(5)],
  );
  for (const [system, organisation, localIds, visit] of [
    [world.systemId, home, ['identity-0', 'CnryLocal1'], 'CnryVisit1'],
    [world.systemId, home, ['record-0'], null],
    [world.otherSystem, other, ['CnryLocal2'], 'CnryVisit2'],
  ] as const)
    await world.sql(
      `insert into feed_doubts (system_id, digest, organisation_id, kind, local_ids, visit, opened_at)
       values ($1, $2, $3, 'VISIT_OF_TWO', $4, $5, $6)`,
      [system, sha256(`${localIds.join()} ${visit}`), organisation, localIds, visit, world.hoursAgo(9)],
    );
}

/** Messages of record systems for the command line: found in whichever organisation they are, and as they are printed. */
import { systemCaller } from '../access/caller.service.js';
import type { Caller } from '../core/caller.js';
import { HubError, inputError } from '../core/errors.js';
import { isId, newId } from '../core/ids.js';
import type { MessageSummary, TimelineEntry } from '../delivery/messages/message.reader.js';
import { MessageState } from '../delivery/messages/message-state.js';
import type { Hub } from '../main/open-hub.js';
import { inEachOrganisation } from './delivery-lines.js';

/** States as they are typed. */
export const STATE_WORDS = Object.values(MessageState).map((state) =>
  state.toLowerCase().replaceAll('_', '-'),
);

/** How messages are picked out. */
export interface PickOptions {
  readonly system?: string;
  readonly state?: string;
  readonly type?: string;
  readonly controlId?: string;
  readonly code?: string;
  readonly since?: string;
  readonly until?: string;
}

/** What of a filter does not depend on the system. @throws HUB_INPUT_INVALID */
export function narrowing({ state, type, controlId, code, since, until }: PickOptions) {
  return {
    ...(state === undefined ? {} : { states: [stateOf(state)] }),
    ...(type === undefined ? {} : { type }),
    ...(controlId === undefined ? {} : { controlId }),
    ...(code === undefined ? {} : { code }),
    ...(since === undefined ? {} : { receivedFrom: instantOf('--since', since) }),
    ...(until === undefined ? {} : { receivedBefore: instantOf('--until', until) }),
  };
}

function stateOf(word: string): MessageState {
  const state = word.toUpperCase().replaceAll('-', '_');
  const found = Object.values(MessageState).find((one) => one === state);
  if (!found) throw inputError('--state', `${word} is no state`, STATE_WORDS.join(', '));
  return found;
}

function instantOf(option: string, text: string): string {
  const at = new Date(text);
  if (Number.isNaN(at.getTime()) || !/^\d{4}-\d\d-\d\d(T|$)/.test(text))
    throw inputError(option, 'not an instant', 'as 2026-01-31 or 2026-01-31T18:00:00Z');
  return at.toISOString();
}

/** @throws HUB_INPUT_INVALID */
export function messageIdOf(given: string | undefined): string {
  if (given === undefined || !isId(given))
    throw inputError('messageId', 'not an id', 'a uuid, as hub messages list shows it');
  return given;
}

/** Who the command line is in an organisation. */
export const commandLine = (organisationId: string): Caller =>
  systemCaller('command-line', organisationId, `cli-${newId()}`);

/** A system whose messages may be asked for. */
export interface AskedSystem {
  readonly id: string;
  readonly code: string;
  readonly organisationId: string;
}

/** Record systems that the hub keeps; only that of the code where one is given. @throws HUB_INPUT_INVALID when there is none. */
export async function askedSystems(
  hub: Pick<Hub, 'database'>,
  code: string | undefined,
): Promise<readonly AskedSystem[]> {
  const all = await inEachOrganisation(hub, (tx, organisationId) =>
    tx.query<AskedSystem>(
      `select id, code, organisation_id as "organisationId" from clinical_record_systems where organisation_id = $1 order by code`,
      [organisationId],
    ),
  );
  if (code === undefined) return all;
  const found = all.filter((system) => system.code === code);
  if (found.length === 0)
    throw inputError(
      '--system',
      `${code} is not a record system of this hub`,
      all.map((system) => system.code).join(', ') || 'none is kept yet',
    );
  return found;
}

/** The organisation whose message it is. @throws HUB_NOT_FOUND */
export async function organisationOfMessage(hub: Pick<Hub, 'database'>, id: string): Promise<string> {
  const [found] = await inEachOrganisation(hub, (tx) =>
    tx.query<{ organisationId: string }>(
      'select organisation_id as "organisationId" from inbound_messages where id = $1',
      [id],
    ),
  );
  if (!found) throw new HubError('HUB_NOT_FOUND', { details: { field: 'messageId' } });
  return found.organisationId;
}

/** A message as it is listed. */
export interface MessageLine extends Omit<MessageSummary, 'systemId'> {
  readonly system: string;
}

const iso = (at: string): string => new Date(at).toISOString();
const isoOrNull = (at: string | null): string | null => at && iso(at);

/** A summary under the code of its system, instants in UTC. */
export function lineOf({ systemId: _, ...message }: MessageSummary, system: string): MessageLine {
  return {
    system,
    ...message,
    sentAt: isoOrNull(message.sentAt),
    receivedAt: iso(message.receivedAt),
    lastRepeatedAt: isoOrNull(message.lastRepeatedAt),
    readAt: isoOrNull(message.readAt),
    replayedAt: isoOrNull(message.replayedAt),
  };
}

/** What a sender wrote, for a terminal: what could steer it is left out. */
export const printable = (text: string | null): string =>
  (text ?? '').replace(/[^\x20-\x7e\u00a1-\u2027\u202f-\u2065\u206a-\ud7ff]/g, '?');

/** Application and facility of the sender; of a message without a number they are not kept, and the address says where it came from. */
export function senderOf({
  application,
  facility,
  remoteAddress,
}: Pick<MessageLine, 'application' | 'facility' | 'remoteAddress'>): string {
  return printable([application, facility].filter(Boolean).join(' ')) || `at ${remoteAddress}`;
}

/** A timeline with its instants in UTC. */
export const timelineOf = (entries: readonly TimelineEntry[]): readonly TimelineEntry[] =>
  entries.map((entry) => ({ ...entry, at: iso(entry.at) }));

/** A line of a timeline. */
export function entryLine({ at, what, times, code, place, by, reason }: TimelineEntry): string {
  const parts = [at, what, times > 1 ? `${times} times` : null, code, place && printable(place), by, reason];
  return `  ${parts.filter((part) => part !== null && part !== '').join('  ')}`;
}

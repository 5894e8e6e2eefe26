/** What a message says, by the rules of its site. Pure: the same message under the same rules says the same. */
import type { FeedEvent } from '../../../src/clinical/feed.port.js';
import type { InboundReceipt, MessageReading } from '../../../src/clinical/inbound.port.js';
import type { Er7Message } from '../er7/message.js';
import { changesOf, happenedAt } from './changes.rules.js';
import { EVENTS, type EventMeaning, OF_FEEDS } from './events.js';
import { MeaningFault } from './fault.js';
import { identifiersIn, isUsableId, ownIds } from './identifiers.rules.js';
import type { MeaningRules } from './meaning-settings.js';
import { mergesOf } from './merging.rules.js';
import { momentsOf } from './moments.rules.js';
import { localIdOf, patientOf } from './patient.rules.js';

import { acknowledged, documentTold } from './receipt.rules.js';

const NOTHING: MessageReading = { kind: 'NOTHING' };

/** Reads a message that came at `receivedAt`. Never throws. */
export function readMeaning(message: Er7Message, rules: MeaningRules, receivedAt: Date): MessageReading {
  const type = message.header.text(9, 1)?.trim() ?? '';
  const event = message.header.text(9, 2)?.trim() || message.first('EVN')?.text(1)?.trim() || '';
  if (type === 'ACK') return receipt(acknowledged(message));
  if (type === 'MDM') return receipt(documentTold(message, event, rules));
  if (type === '') return notUnderstood(message, new MeaningFault('MSH-9'), rules);
  const meaning = rules.eventMeanings.get(event) ?? EVENTS.get(event) ?? 'NOTHING';
  if (!OF_FEEDS.includes(type) || meaning === 'NOTHING') return NOTHING;
  try {
    const events = eventsOf({ message, rules, receivedAt }, event, meaning);
    return { kind: 'FEED', events, localIds: [...new Set(events.flatMap(concerned))] };
  } catch (error) {
    if (error instanceof MeaningFault) return notUnderstood(message, error, rules);
    throw error;
  }
}

function eventsOf(
  {
    message,
    rules,
    receivedAt,
  }: { readonly message: Er7Message; readonly rules: MeaningRules; readonly receivedAt: Date },
  event: string,
  meaning: EventMeaning,
): readonly FeedEvent[] {
  if (meaning === 'AGAINST') throw new MeaningFault('MSH-9', 'HUB_MESSAGE_EVENT');
  const moments = momentsOf(message, rules, receivedAt);
  const { recordedAt } = moments;
  const at = (): string => happenedAt({ message, rules, localId: '', moments });
  const merges = mergesOf(message, meaning, at, moments, rules);
  if (merges !== null) return merges.map((one) => ({ ...one, recordedAt, patient: {} }));
  const localId = localIdOf(message, rules);
  const patient = patientOf(message, rules);
  return changesOf({ message, rules, localId, moments }, event, meaning).map((one, index) => {
    return { ...one, recordedAt, localId, patient: index === 0 ? patient : {} };
  });
}

function concerned({ localId, change }: FeedEvent): readonly string[] {
  switch (change.kind) {
    case 'REPLACED':
      return [localId, change.by];
    case 'RENUMBERED':
    case 'VISIT_GIVEN':
      return [localId, change.to];
    case 'LINKED':
    case 'SEPARATED':
      return [localId, change.with];
    default:
      return [localId];
  }
}

function receipt(told: InboundReceipt | null): MessageReading {
  return told === null ? NOTHING : { kind: 'RECEIPT', receipt: told };
}

/** Whom it may concern: everybody whose id can be read in it; nobody in particular where one cannot be told. */
function notUnderstood(
  message: Er7Message,
  { code, place }: MeaningFault,
  rules: MeaningRules,
): MessageReading {
  const fields = [
    ...message.all('PID').map((pid) => [pid, 3] as const),
    ...message.all('MRG').map((mrg) => [mrg, 1] as const),
  ];
  const ids = fields.map(([segment, field]) => ownIds(identifiersIn(segment, field), rules));
  const isTold = ids.length > 0 && ids.every((own) => own.length > 0 && own.every(isUsableId));
  return { kind: 'NOT_UNDERSTOOD', code, place, localIds: isTold ? [...new Set(ids.flat())] : [] };
}

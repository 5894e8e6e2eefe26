/** HL7 v2 messages of one record system, as the hub's port wants them. */
import type { AdapterDependencies, ClinicalRecordAdapter } from '../../src/clinical/clinical-record.port.js';
import type { InboundCapability, MessageReading } from '../../src/clinical/inbound.port.js';
import { decode, isCharsetFault } from './er7/charset.js';
import { Er7Fault } from './er7/fault.js';
import { Er7Message } from './er7/message.js';
import { patienceOf } from './feed-settings.js';
import { createListener } from './listening/listen.js';
import { readMeaning } from './meaning/read-meaning.js';
import type { Hl7v2Settings } from './settings.js';

/** What a kept message says; bytes that are no message say so. */
function read(bytes: Uint8Array, { listening, meaning }: Hl7v2Settings): MessageReading {
  const decoded = decode(bytes, listening.characterSet);
  if (isCharsetFault(decoded))
    return { kind: 'NOT_UNDERSTOOD', code: 'HUB_MESSAGE_CHARACTERS', place: 'MSH-18', localIds: [] };
  try {
    const { maxSegments: segments } = listening;
    return readMeaning(Er7Message.parse(decoded.text, { segments, charset: decoded.charset }), meaning);
  } catch (error) {
    if (!(error instanceof Er7Fault)) throw error;
    return { kind: 'NOT_UNDERSTOOD', code: 'HUB_MESSAGE_FORMAT', place: null, localIds: [] };
  }
}

/** Opens nothing yet: listening and the first document do. */
export function createHl7v2(
  settings: Hl7v2Settings,
  dependencies: AdapterDependencies,
): ClinicalRecordAdapter {
  const listener = createListener(settings.listening, dependencies);
  const inbound: InboundCapability = {
    feed: patienceOf(settings.feed),
    listen: (intake) => listener.listen(intake),
    read: (bytes) => read(bytes, settings),
  };
  return {
    ...(settings.listening.listenPort === null ? {} : { inbound }),
    // Whoever listens can ask nobody: whether the far end lives is told by when it was heard of.
    health: async () => ({ state: 'UP', code: null, tookMs: 0, product: null }),
    close: async () => {},
  };
}

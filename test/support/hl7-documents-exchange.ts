/** Many documents to one engine through a wire that does its worst, each sent until it is accepted. */
import { createSender } from '../../adapters/hl7v2/mllp/sender.js';
import { createDocuments } from '../../adapters/hl7v2/writing/documents.js';
import type { OutgoingDocument } from '../../src/clinical/documents.port.js';
import { messageNumber, numberIn } from '../../src/core/document-numbers.js';
import { isHubError } from '../../src/core/errors.js';
import { silentLogger } from '../../src/core/logger.js';
import { readMessage, writingSettings } from './hl7-documents.js';
import type { Engine } from './hl7-documents-engines.js';
import { openFaultyPath, PATH_FAULTS, type PathFault } from './hl7-documents-faults.js';
import { anOutgoingDocument } from './outgoing-documents.js';

const SYSTEM = 'RIO';

/** What is sent, and how bad the wire is. */
export interface ExchangePlan {
  readonly documents: number;
  readonly connections: number;
  readonly answerTimeoutMs: number;
  /** Share of messages to which something happens. */
  readonly faults: number;
  /** All connections are killed so often; milliseconds. */
  readonly killEveryMs: number;
  readonly seed: number;
}

/** What came of it. */
export interface ExchangeResult {
  readonly attempts: number;
  readonly happened: ReadonlyMap<PathFault, number>;
  /** Documents that were accepted when the engine had not taken them. */
  readonly creditedWrongly: number;
  /** Numbers of messages at the engine; texts under each. */
  readonly held: ReadonlyMap<string, ReadonlySet<string>>;
  readonly sent: readonly OutgoingDocument[];
}

/** The number under which a document is filed. */
export const numberOf = ({ documentVersionId }: OutgoingDocument): string =>
  messageNumber(documentVersionId, SYSTEM, 'FILE');

/** Numbers drawn from a seed (Lehmer, 48271). */
function drawing(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

/** Sends them all. Fails with any error that is neither of doubt nor of a connection. */
export async function exchangeDocuments(engine: Engine, plan: ExchangePlan): Promise<ExchangeResult> {
  const draw = drawing(plan.seed);
  const path = await openFaultyPath(
    engine.port,
    () => (draw(1_000) < plan.faults * 1_000 ? PATH_FAULTS[draw(PATH_FAULTS.length)]! : null),
    plan.answerTimeoutMs + 30,
  );
  const sender = createSender({
    host: '127.0.0.1',
    port: path.port,
    tls: null,
    connectTimeoutMs: 30_000,
    maxAnswerBytes: 65_536,
    answerTimeoutMs: plan.answerTimeoutMs,
    connections: plan.connections,
    keepsOpen: engine.keepsOpen,
    tlsRefreshMs: 60_000,
  });
  const settings = writingSettings({ sendCharacterSet: 'UNICODE UTF-8', repeatsAreHarmless: true });
  const documents = createDocuments({ settings, sender, system: SYSTEM, logger: silentLogger });
  const sent = Array.from({ length: plan.documents }, (_, index) =>
    anOutgoingDocument({ text: `Note ${index}\n– “|^~\\&” –` }),
  );
  const held = new Map<string, Set<string>>();
  let read = 0;
  /** Reads what the engine has taken since the last time. */
  function take(): void {
    for (; read < engine.taken.length; read++) {
      const message = readMessage(Buffer.from(engine.taken[read]!, 'utf8'));
      const number = numberIn(message.field('MSH', 10));
      held.set(number, (held.get(number) ?? new Set()).add(message.text));
    }
  }
  let attempts = 0;
  let creditedWrongly = 0;
  let isOver = false;
  async function deliver(document: OutgoingDocument): Promise<void> {
    while (!isOver) {
      attempts++;
      try {
        await documents.send(document, new AbortController().signal);
        take();
        if (!held.has(numberOf(document))) creditedWrongly++;
        return;
      } catch (error) {
        if (!isHubError(error) || !['ambiguous', 'transient'].includes(error.retry)) throw error;
      }
    }
  }
  const killer = setInterval(path.kill, plan.killEveryMs);
  try {
    await Promise.all(sent.map(deliver));
  } finally {
    isOver = true;
    clearInterval(killer);
    sender.close();
    await path.close();
  }
  take();
  return { attempts, happened: path.happened, creditedWrongly, held, sent };
}

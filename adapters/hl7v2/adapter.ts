/** HL7 v2 messages of one record system, as the hub's port wants them. */
import type {
  AdapterDependencies,
  AdapterHealth,
  CaseloadCapability,
  ClinicalRecordAdapter,
  FileFinding,
} from '../../src/clinical/clinical-record.port.js';
import type { InboundCapability, MessageReading } from '../../src/clinical/inbound.port.js';
import { isHubError } from '../../src/core/errors.js';
import { createBatchCount } from './batch/batch-count.js';
import { decode, isCharsetFault } from './er7/charset.js';
import { Er7Fault } from './er7/fault.js';
import { Er7Message } from './er7/message.js';
import { patienceOf } from './feed-settings.js';
import { arrivalOf } from './listening/arrival.rules.js';
import { createListener } from './listening/listen.js';
import { listeningTlsFiles, listeningTlsNames } from './listening/listening-settings.js';
import { readMeaning } from './meaning/read-meaning.js';
import type { MllpSender } from './mllp/sender.js';
import { createSiteSender, sendingTlsFiles, sendingTlsNames } from './mllp/sender-settings.js';
import { examineTlsFiles } from './mllp/tls-files.js';
import { askingSettings } from './query/query-settings.js';
import { createTeamLists } from './query/team-list.js';
import type { Hl7v2Settings } from './settings.js';
import { createDocuments } from './writing/documents.js';

/** What a kept message says; bytes that are no message say so. */
function read(bytes: Uint8Array, receivedAt: Date, { listening, meaning }: Hl7v2Settings): MessageReading {
  const decoded = decode(bytes, listening.characterSet);
  if (isCharsetFault(decoded))
    return { kind: 'NOT_UNDERSTOOD', code: 'HUB_MESSAGE_CHARACTERS', place: 'MSH-18', localIds: [] };
  try {
    const { maxSegments: segments } = listening;
    const message = Er7Message.parse(decoded.text, { segments, charset: decoded.charset });
    return readMeaning(message, meaning, receivedAt);
  } catch (error) {
    if (!(error instanceof Er7Fault)) throw error;
    return { kind: 'NOT_UNDERSTOOD', code: 'HUB_MESSAGE_FORMAT', place: null, localIds: [] };
  }
}

/** Another way to the caseloads of the feed, with what has to be closed behind it. */
interface Count {
  readonly caseload: CaseloadCapability;
  close(): void;
}

/** Segments of a list: its bytes are what is limited. */
const LIST_SEGMENTS = 10_000_000;

/** Questions, or files of messages; null where the site has neither. */
function countOf(settings: Hl7v2Settings, dependencies: AdapterDependencies): Count | null {
  const { listening, meaning: rules, query, batch, sending } = settings;
  const { characterSet, maxSegments, maxMessageBytes } = listening;
  if (query.queryTeams && sending !== null) {
    const sender = createSiteSender(askingSettings(sending.to, query), dependencies, query.queryMaxBytes);
    const context = {
      sender,
      envelope: sending.writing,
      characterSet,
      maxSegments: LIST_SEGMENTS,
      settings: query,
      rules,
    };
    return { caseload: createTeamLists({ ...dependencies, ...context }), close: () => sender.close() };
  }
  if (batch.batchFolder === null) return null;
  const reading = { rules, characterSet, maxMessageBytes, maxSegments };
  const folder = { folder: batch.batchFolder, settings: batch, reading };
  return { caseload: createBatchCount({ ...dependencies, ...folder }), close: () => {} };
}

/** Keeps an answer that came on the connection of a message as one that came by itself is kept. */
async function keepAnswer(
  frame: Uint8Array,
  { listening, sending }: Hl7v2Settings,
  { intake }: AdapterDependencies,
): Promise<void> {
  const arrival = arrivalOf(frame, listening);
  if (arrival === null || intake === undefined) return;
  const { identity, contentHash, type, sentAt } = arrival;
  await intake.keep({
    bytes: frame,
    identity,
    contentHash,
    type,
    sentAt,
    remoteAddress: sending?.to.sendHost ?? '',
    isOfFeed: false,
    refusal: null,
    answer: null,
    answerToOther: null,
  });
}

/** What is wrong with certificates and keys of either end. */
function filesOf(
  { listening, sending }: Hl7v2Settings,
  { system, clock }: AdapterDependencies,
): readonly FileFinding[] {
  const ends = [
    { files: listeningTlsFiles(listening), names: listeningTlsNames(system) },
    { files: sending && sendingTlsFiles(sending.to), names: sendingTlsNames(system) },
  ];
  return ends.flatMap(({ files, names }) => (files ? examineTlsFiles(files, names, clock.now()) : []));
}

/**
 * Whether the far end can be reached; whoever only listens can ask nobody, and is told by when it was heard of. One whose own files
 * are at fault is down, whoever else is there.
 */
async function probe(
  sender: MllpSender | null,
  files: readonly FileFinding[],
  signal: AbortSignal,
): Promise<AdapterHealth> {
  const started = performance.now();
  const tookMs = (): number => Math.round(performance.now() - started);
  if (files.some(({ isFault }) => isFault))
    return { state: 'DOWN', code: 'HUB_SETTINGS_INVALID', tookMs: tookMs(), product: null };
  try {
    await sender?.reach(signal);
    return { state: 'UP', code: null, tookMs: tookMs(), product: null };
  } catch (error) {
    const code = isHubError(error) ? error.code : 'HUB_INTERNAL';
    return { state: 'DOWN', code, tookMs: tookMs(), product: null };
  }
}

/** Opens nothing yet: listening and the first document do. */
export function createHl7v2(
  settings: Hl7v2Settings,
  dependencies: AdapterDependencies,
): ClinicalRecordAdapter {
  const { listening, sending } = settings;
  const listener = createListener(listening, dependencies);
  const inbound: InboundCapability = {
    feed: patienceOf(settings.feed),
    listen: (intake) => listener.listen(intake),
    read: (bytes, receivedAt) => read(bytes, receivedAt, settings),
  };
  const sender = sending === null ? null : createSiteSender(sending.to, dependencies);
  const count = countOf(settings, dependencies);
  return {
    ...(listening.listenPort === null ? {} : { inbound }),
    ...(count && { count: count.caseload }),
    ...(sender !== null &&
      sending?.documents && {
        documents: createDocuments({
          ...dependencies,
          settings: sending.writing,
          sender,
          keepAnswer: (frame) => keepAnswer(frame, settings, dependencies),
        }),
      }),
    unmapped: listener.mishaps,
    files: () => filesOf(settings, dependencies),
    health: (signal) => probe(sender, filesOf(settings, dependencies), signal),
    close: async () => {
      sender?.close();
      count?.close();
    },
  };
}

/** Documents as messages on a wire: every answer of the table, repeats, withdrawals, receipts, and whatever the wire does to them. */
import { readFileSync } from 'node:fs';
import { createSender, type MllpSender } from '../../../adapters/hl7v2/mllp/sender.js';
import { createDocuments, type WritingContext } from '../../../adapters/hl7v2/writing/documents.js';
import {
  DocumentAction,
  type DocumentKey,
  DocumentLabel,
  type DocumentReceipt,
  type DocumentsCapability,
  type OutgoingDocument,
} from '../../../src/clinical/documents.port.js';
import { documentNumber, messageNumber, numberIn } from '../../../src/core/document-numbers.js';
import { isHubError } from '../../../src/core/errors.js';
import { newId } from '../../../src/core/ids.js';
import { type Logger, silentLogger } from '../../../src/core/logger.js';
import { BY_STAGE, FEW_TRIES, verdictOf } from '../../../src/delivery/outcome.rules.js';
import { everythingIn, failureOf, never } from '../../contract/contract-case.js';
import { type ReadMessage, readMessage, receiptsOf, writingSettings } from '../../support/hl7-documents.js';
import { ANSWER_CANARY, answersThat } from '../../support/hl7-documents-answers.js';
import { ENGINES } from '../../support/hl7-documents-engines.js';
import { exchangeDocuments, numberOf } from '../../support/hl7-documents-exchange.js';
import { PATH_FAULTS } from '../../support/hl7-documents-faults.js';
import { ANSWERS_AA, type FarEnd, startFarEnd } from '../../support/hl7-far-end.js';
import { noteOfEveryScript } from '../../support/note-scripts.js';
import { anOutgoingDocument, keyOf } from '../../support/outgoing-documents.js';

interface Row {
  readonly answer: string;
  readonly mode?: Record<string, string>;
  readonly cases: readonly string[];
  readonly write: string;
  readonly lane: string;
  readonly theirs?: string;
  readonly tries?: number;
}

const TABLE = JSON.parse(
  readFileSync(new URL('../../fixtures/answers/mllp.json', import.meta.url), 'utf8'),
) as readonly Row[];

const SYSTEM = 'RIO';
/** An answer that comes is waited for however slow the machine is; one that never comes, or comes late, is not. */
const ANSWER_TIMEOUT_MS = 30_000;
const SHORT_MS = 250;
/** Cases of the table that end by the hub's own limit. */
const ENDLESS: ReadonlySet<string> = new Set([
  'CA and no more',
  'late',
  'nothing',
  'half a frame',
  'rubbish and nothing more',
]);
const UTF8 = { sendCharacterSet: 'UNICODE UTF-8' };

let farEnd: FarEnd;
let senders: MllpSender[] = [];
beforeAll(async () => {
  farEnd = await startFarEnd();
});
afterEach(() => {
  for (const sender of senders) sender.close();
  senders = [];
  farEnd.deed = ANSWERS_AA;
  (farEnd.received as string[]).length = 0;
});
afterAll(() => farEnd.close());

function senderTo(port: number, answerTimeoutMs = ANSWER_TIMEOUT_MS): MllpSender {
  const sender = createSender({
    host: '127.0.0.1',
    port,
    tls: null,
    connectTimeoutMs: 30_000,
    maxAnswerBytes: 65_536,
    answerTimeoutMs,
    connections: 1,
    keepsOpen: true,
    tlsRefreshMs: 60_000,
  });
  senders.push(sender);
  return sender;
}

function documentsAt(
  change: Record<string, unknown> = {},
  more: Partial<WritingContext> = {},
): DocumentsCapability {
  return createDocuments({
    settings: writingSettings({ ...UTF8, ...change }),
    sender: more.sender ?? senderTo(farEnd.port),
    system: SYSTEM,
    logger: silentLogger,
    ...more,
  });
}

/** Messages as the far end read them. */
const received = (): readonly ReadMessage[] =>
  farEnd.received.map((text) => readMessage(Buffer.from(text, 'latin1')));

/** How a send ended, in the words of the table. */
async function endOf(work: Promise<DocumentReceipt>) {
  try {
    const { stage } = await work;
    const { lane, theirs } = BY_STAGE[stage];
    return { write: 'accepted', lane, theirs, told: '' };
  } catch (error) {
    if (!isHubError(error)) throw error;
    const { lane, theirs } = verdictOf(error, 'write');
    const tries = FEW_TRIES[error.code];
    return {
      write: error.retry,
      lane,
      theirs: theirs ?? 'NONE',
      ...(tries && { tries }),
      told: everythingIn(error),
    };
  }
}

describe('the table of answers', () => {
  const deeds = answersThat(SHORT_MS + 100);
  const senderFor = async (name: string): Promise<MllpSender> => {
    if (name === 'nobody listens') return senderTo(await closedPort());
    farEnd.deed = deeds[name]!;
    return senderTo(farEnd.port, ENDLESS.has(name) ? SHORT_MS : undefined);
  };

  describe.each(TABLE)('$answer', ({ mode, cases, write, lane, theirs, tries }) => {
    test.each(cases)('%s', async (name) => {
      const documents = documentsAt(mode, { sender: await senderFor(name) });
      const { told, ...end } = await endOf(documents.send(anOutgoingDocument(), never()));
      const expected = { write, lane, ...(theirs && { theirs }), ...(tries && { tries }) };
      expect(end).toMatchObject(expected);
      expect(told).not.toContain(ANSWER_CANARY);
    });

    test.each(cases)('%s, to a withdrawal', async (name) => {
      const documents = documentsAt(mode, { sender: await senderFor(name) });
      const end = await endOf(documents.withdraw(withdrawalOf(anOutgoingDocument()), never()));
      expect(end).toMatchObject({ write, lane });
    });
  });

  test('what came late is not the answer to the next message', async () => {
    farEnd.deed = (message) =>
      message.number === 1 ? void setTimeout(message.acknowledge, SHORT_MS + 30) : undefined;
    (farEnd.received as string[]).length = 0;
    const documents = documentsAt({}, { sender: senderTo(farEnd.port, SHORT_MS) });
    for (let time = 0; time < 2; time++)
      expect(await failureOf(documents.send(anOutgoingDocument(), never()))).toMatchObject({
        code: 'HUB_UPSTREAM_AMBIGUOUS',
      });
  });
});

async function closedPort(): Promise<number> {
  const gone = await startFarEnd();
  await gone.close();
  return gone.port;
}

const REFERENCE = 'DOCUMENTNUMBERDOCUMENTNUMB.1';

/** A withdrawal of a version, as the hub asks for it. */
function withdrawalOf(document: OutgoingDocument, reference = REFERENCE) {
  return { ...keyOf(document), reference, document, askedAt: '2026-03-01T09:00:00.000Z' };
}

describe('a document that is sent', () => {
  test('is under the numbers of its version and document, which the receipt says', async () => {
    const document = anOutgoingDocument({ version: 3 });
    const receipt = await documentsAt().send(document, never());
    const reference = `${documentNumber(document.documentId)}.3`;
    expect(receipt).toEqual({ stage: 'ACCEPTED', reference, version: null });
    const [message] = received();
    const number = messageNumber(document.documentVersionId, SYSTEM, 'FILE');
    expect(numberIn(message!.field('MSH', 10))).toBe(number);
    expect(message!.field('TXA', 12)).toBe(reference);
    expect(message!.text).toBe(document.text);
  });

  test('of somebody who is known otherwise by now is another message, and so is one in another form', async () => {
    const document = anOutgoingDocument();
    const moved = { ...document, patient: { localId: 'person-2' } };
    await documentsAt().send(document, never());
    await documentsAt().send(moved, never());
    await documentsAt({ documentText: 'FT' }).send(document, never());
    await documentsAt().send(document, never());
    const [one, other, form, again] = received().map((message) => message.field('MSH', 10));
    expect(new Set([one, other, form]).size).toBe(3);
    expect(again).toBe(one);
    expect(new Set([one, other, form].map((number) => numberIn(number!))).size).toBe(1);
  });

  test('again is the same bytes', async () => {
    const document = anOutgoingDocument();
    const documents = documentsAt();
    await documents.send(document, never());
    await documentsAt().send({ ...document }, never());
    expect(farEnd.received[1]).toBe(farEnd.received[0]);
  });

  test('and withdrawn are two messages, each the same again', async () => {
    const document = anOutgoingDocument();
    const documents = documentsAt();
    const { reference } = await documents.send(document, never());
    for (let time = 0; time < 2; time++)
      expect(await documents.withdraw(withdrawalOf(document, reference!), never())).toEqual({
        stage: 'ACCEPTED',
        reference,
        version: null,
      });
    const [filed, withdrawn] = received();
    expect(farEnd.received[2]).toBe(farEnd.received[1]);
    expect(withdrawn!.field('MSH', 10)).not.toBe(filed!.field('MSH', 10));
    expect(withdrawn!.field('TXA', 12)).toBe(filed!.field('TXA', 12));
    expect(withdrawn!.field('TXA', 19)).toBe('CA');
  });

  test.each(['TX', 'FT', 'ED'])(
    '2.7 as %s: 30,000 characters of every script, over the wire',
    async (form) => {
      const document = anOutgoingDocument({ text: noteOfEveryScript(30_000) });
      await documentsAt({ documentText: form }).send(document, never());
      expect(received()[0]!.text).toBe(document.text);
    },
  );

  test.each([
    [
      'a character that the set has not',
      { text: 'It’s at 9.' },
      {},
      'HUB_DELIVERY_CHARACTERS',
      { characters: ['U+2019'], characterSet: 'ASCII' },
    ],
    [
      'more text than the site takes',
      { text: 'xx' },
      { maxTextBytes: 1 },
      'HUB_UPSTREAM_TOO_LARGE',
      { bytes: 2, maxTextBytes: 1 },
    ],
    [
      'a label that the receiver is not sent',
      { labels: [DocumentLabel.SAFEGUARDING] },
      {},
      'HUB_DELIVERY_LABEL',
      { labels: ['SAFEGUARDING'] },
    ],
    [
      'another text than was signed',
      { textHash: 'f'.repeat(64) },
      {},
      'HUB_INPUT_INVALID',
      { field: 'text' },
    ],
    ['a successor of nothing', { action: DocumentAction.REPLACE }, {}, 'HUB_DELIVERY_PREDECESSOR', {}],
    [
      'a parent that is no number',
      { action: DocumentAction.APPEND, predecessorReference: 'DocumentReference/1' },
      {},
      'HUB_INPUT_INVALID',
      { field: 'predecessorReference' },
    ],
    [
      'a step that the receiver has no message for',
      { action: DocumentAction.APPEND, predecessorReference: REFERENCE },
      { documentTriggers: 'APPEND=NONE' },
      'HUB_DELIVERY_UNSUPPORTED',
      { step: 'APPEND' },
    ],
  ])('does not leave with %s', async (_what, document, change, code, details) => {
    const documents = documentsAt({ sendCharacterSet: 'ASCII', ...change });
    const error = await failureOf(
      documents.send(anOutgoingDocument({ text: 'At 9.', ...document }), never()),
    );
    expect(error).toMatchObject({ code, retry: 'permanent', details });
    expect(farEnd.received).toEqual([]);
  });

  test.each([
    ['no word of what is withdrawn', { document: undefined }, { field: 'document' }],
    ['another version', { document: anOutgoingDocument() }, { field: 'document' }],
    ['no time', { askedAt: undefined }, { field: 'askedAt' }],
    ['a reference that is no number', { reference: 'Document/1' }, { field: 'reference' }],
  ])('is not withdrawn with %s', async (_what, change, details) => {
    const withdrawal = { ...withdrawalOf(anOutgoingDocument()), ...change } as never;
    expect(await failureOf(documentsAt().withdraw(withdrawal, never()))).toMatchObject({
      code: 'HUB_INPUT_INVALID',
      details,
    });
    expect(farEnd.received).toEqual([]);
  });

  test('is not withdrawn where the receiver has no message for it', async () => {
    const documents = documentsAt({ documentMessages: 'REPLACEMENT' });
    expect(await failureOf(documents.withdraw(withdrawalOf(anOutgoingDocument()), never()))).toMatchObject({
      code: 'HUB_DELIVERY_UNSUPPORTED',
      details: { step: 'WITHDRAW' },
    });
  });

  test('is not sent by a caller that has given up', async () => {
    const error = await failureOf(documentsAt().send(anOutgoingDocument(), AbortSignal.abort()));
    expect(error).toMatchObject({ code: 'HUB_UPSTREAM_STOPPED' });
    expect(farEnd.received).toEqual([]);
  });
});

describe('numbers of documents', () => {
  const documentId = newId();
  const number = documentNumber(documentId);
  const steps = [
    [1, DocumentAction.CREATE, null],
    [2, DocumentAction.REPLACE, `${number}.1`],
    [3, DocumentAction.APPEND, `${number}.2`],
    [4, DocumentAction.REPLACE, `${number}.3`],
  ] as const;

  /** Sends the steps, each after what became of the one before, and answers the number of each. */
  async function numbersOf(change: Record<string, unknown>): Promise<(string | null)[]> {
    const documents = documentsAt(change);
    const numbers: (string | null)[] = [];
    for (const [version, action] of steps) {
      const predecessorReference = numbers.at(-1) ?? null;
      const document = anOutgoingDocument({ documentId, version, action, predecessorReference });
      const { reference } = await documents.send(document, never());
      expect(documents.referenceOf!(document)).toBe(reference);
      numbers.push(reference);
    }
    expect(received().map((message) => message.field('TXA', 12) || message.field('OBR', 3))).toEqual(numbers);
    return numbers;
  }

  test('of the standard: one for each version, known before it is sent', async () => {
    expect(await numbersOf({})).toEqual([1, 2, 3, 4].map((version) => `${number}.${version}`));
    expect(documentsAt().referenceOf!({ documentId, version: 7 })).toBe(`${number}.7`);
    expect(received().map((message) => message.field('TXA', 13))).toEqual([
      '',
      `${number}.1`,
      `${number}.2`,
      `${number}.3`,
    ]);
  });

  test.each(['SAME_NUMBER', 'REPLACEMENT', 'ORU_R01'])(
    'of %s: what replaces a version keeps its number, an addendum has one of its own',
    async (documentMessages) => {
      expect(await numbersOf({ documentMessages })).toEqual([number, number, `${number}.3`, `${number}.3`]);
      const { referenceOf } = documentsAt({ documentMessages });
      expect(referenceOf!({ documentId, version: 1 })).toBe(number);
      expect(referenceOf!({ documentId, version: 2 })).toBeNull();
    },
  );
});

describe('what has been told of a document', () => {
  const document = anOutgoingDocument();
  const reference = `${documentNumber(document.documentId)}.1`;
  const filing = messageNumber(document.documentVersionId, SYSTEM, 'FILE');
  const withdrawal = messageNumber(document.documentVersionId, SYSTEM, 'WITHDRAW');
  const key = { ...keyOf(document), reference };
  const at = (minute: number): string => `2026-03-01T09:0${minute}:00.000Z`;

  const found = async (said: Parameters<typeof receiptsOf>[0], change: Record<string, unknown> = {}) => {
    const receipts = receiptsOf(said);
    const documents = documentsAt({ documentProof: 'RECEIPT', ...change }, { receipts });
    const [answer] = await documents.find([key], never());
    expect(receipts.asked).toEqual([[filing, withdrawal, reference]]);
    return answer;
  };

  test('its message was carried out: filed, by the far end’s word alone', async () => {
    expect(await found({ [filing]: { receivedAt: at(3) } })).toEqual({
      value: {
        documentVersionId: document.documentVersionId,
        reference,
        version: null,
        patientLocalId: 'person-1',
        status: 'CURRENT',
        isFinal: true,
        textHash: null,
        isAttested: true,
      },
      source: { system: SYSTEM, reference, version: null },
      asOf: null,
      fetchedAt: at(3),
      complete: true,
    });
  });

  test.each([
    ['nothing', {}, null],
    ['filed, by its number', { [reference]: {} }, 'CURRENT'],
    ['rejected', { [filing]: { says: 'REJECTED' } }, 'REJECTED'],
    [
      'filed, then rejected',
      { [reference]: { receivedAt: at(1) }, [filing]: { says: 'REJECTED', receivedAt: at(2) } },
      'REJECTED',
    ],
    [
      'rejected, then filed',
      { [filing]: { says: 'REJECTED', receivedAt: at(1) }, [reference]: { receivedAt: at(2) } },
      'CURRENT',
    ],
    ['withdrawn by the far end', { [filing]: {}, [reference]: { says: 'WITHDRAWN' } }, 'ENTERED_IN_ERROR'],
    ['its withdrawal was carried out', { [filing]: {}, [withdrawal]: {} }, 'ENTERED_IN_ERROR'],
    ['its withdrawal was rejected', { [filing]: {}, [withdrawal]: { says: 'REJECTED' } }, 'CURRENT'],
    ['its withdrawal was rejected, and no more', { [withdrawal]: { says: 'REJECTED' } }, null],
  ] as const)('%s', async (_what, said, status) => {
    expect((await found(said))?.value.status ?? null).toBe(status);
  });

  test('under a number that versions share a word counts while one alone was under way, a withdrawal always', async () => {
    const documents = (said: Parameters<typeof receiptsOf>[0]) =>
      documentsAt(
        { documentProof: 'RECEIPT', documentMessages: 'SAME_NUMBER' },
        { receipts: receiptsOf(said) },
      );
    const status = async (said: Parameters<typeof receiptsOf>[0], shared: Partial<DocumentKey>) =>
      (await documents(said).find([{ ...key, ...shared }], never()))[0]?.value.status ?? null;
    const told = { [reference]: { receivedAt: at(3) } };
    expect(await status(told, { sharedSince: null })).toBe('CURRENT');
    expect(await status(told, { sharedSince: at(4) })).toBe('CURRENT');
    expect(await status(told, { sharedSince: at(3) })).toBeNull();
    expect(await status(told, { sharedSince: at(2) })).toBeNull();
    expect(await status(told, {})).toBeNull();
    expect(await status({ [filing]: { receivedAt: at(3) } }, { sharedSince: at(2) })).toBe('CURRENT');
    const withdrawn = { [reference]: { says: 'WITHDRAWN', receivedAt: at(3) } } as const;
    expect(await status(withdrawn, { sharedSince: at(2) })).toBe('ENTERED_IN_ERROR');
  });

  test('many at once are one question, and answered in the order of the keys', async () => {
    const others = Array.from({ length: 20 }, () => anOutgoingDocument());
    const filed = others.filter((_, index) => index % 3 === 0);
    const said = filed.map((one) => [messageNumber(one.documentVersionId, SYSTEM, 'FILE'), {}] as const);
    const receipts = receiptsOf(Object.fromEntries(said));
    const documents = documentsAt({ documentProof: 'RECEIPT' }, { receipts });
    const keys = [...others, ...others].map((one) => ({ ...keyOf(one), reference }));
    const answers = await documents.find(keys, never());
    expect(receipts.asked).toHaveLength(1);
    expect(answers.map((one) => one?.value.documentVersionId ?? null)).toEqual(
      [...others, ...others].map((one) => (filed.includes(one) ? one.documentVersionId : null)),
    );
    expect(await documents.find([], never())).toEqual([]);
    expect(receipts.asked).toHaveLength(1);
  });

  test('under no number that is known it is nobody’s to guess', async () => {
    const documents = documentsAt({}, { receipts: receiptsOf({ [filing]: {} }) });
    expect(await failureOf(documents.find([keyOf(document)], never()))).toMatchObject({
      code: 'HUB_INPUT_INVALID',
      details: { field: 'reference' },
    });
    expect(await documents.find([keyOf(anOutgoingDocument())], never())).toEqual([null]);
  });

  test('a site whose receipts nobody keeps proves nothing, whatever it says', async () => {
    const proofOf = (more: Partial<WritingContext>, documentProof = 'RECEIPT') =>
      documentsAt({ documentProof }, more).traits.proof;
    expect(proofOf({})).toBe('NONE');
    expect(proofOf({ receipts: receiptsOf({}) })).toBe('RECEIPT');
    expect(proofOf({ receipts: receiptsOf({}) }, 'NONE')).toBe('NONE');
    expect(await documentsAt({ documentProof: 'RECEIPT' }).find([key], never())).toEqual([null]);
  });
});

describe('an answer about what became of a message, on its own connection', () => {
  const HERE = { sendAcknowledgements: 'COMMIT_AND_APPLICATION', applicationAnswers: 'HERE' };

  test.each([
    ['AA', ['CA', 'AA']],
    ['AE', ['CA', 'AE']],
  ])('%s is kept, for it is the proof', async (code, codes) => {
    farEnd.deed = ({ acknowledge }) => {
      for (const one of codes) acknowledge(one);
    };
    const kept: string[] = [];
    const documents = documentsAt(HERE, {
      keepAnswer: async (frame) => void kept.push(Buffer.from(frame).toString('latin1')),
    });
    const document = anOutgoingDocument();
    await documents.send(document, never()).catch(() => {});
    const number = messageNumber(document.documentVersionId, SYSTEM, 'FILE');
    expect(kept).toHaveLength(1);
    expect(kept[0]).toContain(`MSA|${code}|${number}`);
  });

  test('one that cannot be kept leaves the document accepted, and is told', async () => {
    farEnd.deed = answersThat(0)['CA, then AA']!;
    const warned: string[] = [];
    const logger: Logger = { ...silentLogger, warn: (message) => void warned.push(message) };
    const documents = documentsAt(HERE, { logger, keepAnswer: () => Promise.reject(new Error('full')) });
    expect(await documents.send(anOutgoingDocument(), never())).toMatchObject({ stage: 'ACCEPTED' });
    expect(warned).toEqual(['an answer about a document could not be kept']);
  });

  test('that a message was stored is no proof, and nor is any answer of original mode', async () => {
    const keepAnswer = counted();
    farEnd.deed = ({ acknowledge }) => acknowledge('CA');
    await documentsAt({ sendAcknowledgements: 'COMMIT' }, { keepAnswer }).send(anOutgoingDocument(), never());
    farEnd.deed = ANSWERS_AA;
    await documentsAt({}, { keepAnswer }).send(anOutgoingDocument(), never());
    expect(keepAnswer.times()).toBe(0);
  });
});

function counted() {
  let count = 0;
  return Object.assign(async () => void count++, { times: () => count });
}

test('a record that the person reads gets nothing that they may not see', async () => {
  const documents = documentsAt({ documentsShareableOnly: true });
  expect(await failureOf(documents.send(anOutgoingDocument(), never()))).toMatchObject({
    code: 'HUB_DELIVERY_NOT_SHAREABLE',
    retry: 'permanent',
  });
  expect(farEnd.received).toEqual([]);
  await documents.send(anOutgoingDocument({ isShareable: true }), never());
  expect(farEnd.received).toHaveLength(1);
});

describe('a receiver of PDFs', () => {
  const pages = { documentText: 'ED_PDF' };

  test('gets a page with the text, the same bytes each time', async () => {
    const document = anOutgoingDocument();
    const documents = documentsAt(pages);
    for (let time = 0; time < 2; time++) await documents.send(document, never());
    expect(received().map((message) => message.text)).toEqual([document.text, document.text]);
    expect(new Set(farEnd.received).size).toBe(1);
  });

  test('gets none of a document that a page cannot show', async () => {
    const failure = await failureOf(documentsAt(pages).send(anOutgoingDocument({ text: 'مرحبا' }), never()));
    expect(failure).toMatchObject({ code: 'HUB_DELIVERY_CHARACTERS', retry: 'permanent' });
    expect(farEnd.received).toEqual([]);
  });

  test('is told of a withdrawal without one', async () => {
    await documentsAt(pages).withdraw(withdrawalOf(anOutgoingDocument({ text: 'مرحبا' })), never());
    expect(received()[0]!.segments).not.toContain('OBX');
  });
});

describe('whatever the wire does, with an engine that nobody here wrote', () => {
  test.each(Object.entries(ENGINES))(
    '%s: no document is lost, none doubled in effect, none accepted that is not there',
    async (_name, start) => {
      const engine = await start();
      const plan = { documents: 150, connections: 8, answerTimeoutMs: 150, faults: 0.3, killEveryMs: 400 };
      const result = await exchangeDocuments(engine, { ...plan, seed: 7 });
      await engine.close();
      expect([...result.happened.keys()].sort()).toEqual([...PATH_FAULTS].sort());
      expect(result.attempts).toBeGreaterThan(170);
      expect(result.creditedWrongly).toBe(0);
      // The engine tells repeats by their number: each number is one text, and each document has its own.
      expect(result.held.size).toBe(150);
      for (const document of result.sent)
        expect([...result.held.get(numberOf(document))!]).toEqual([document.text]);
    },
  );
});

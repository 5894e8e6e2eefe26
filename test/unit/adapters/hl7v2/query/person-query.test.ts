/** Questions about people: what is asked, and what is believed of the answer. */
import { createSender, type MllpSender } from '../../../../../adapters/hl7v2/mllp/sender.js';
import { findPeople } from '../../../../../adapters/hl7v2/query/find-people.js';
import type { PersonQuestion } from '../../../../../adapters/hl7v2/query/person-query.rules.js';
import { FixedClock } from '../../../../../src/core/clock.js';
import { isHubError } from '../../../../../src/core/errors.js';
import { type FarEnd, startFarEnd } from '../../../../support/hl7-far-end.js';
import { framedText } from '../../../../support/hl7-peer.js';

const BY_ID: PersonQuestion = { by: 'ID', id: '9990000018', authority: 'NHS', type: 'NH' };
const BY_DETAILS: PersonQuestion = { by: 'DETAILS', family: 'Ash^grove', given: null, bornOn: '1990-01-02' };

let farEnd: FarEnd;
let sender: MllpSender;
beforeAll(async () => {
  farEnd = await startFarEnd();
  sender = createSender({
    host: farEnd.host,
    port: farEnd.port,
    tls: null,
    connectTimeoutMs: 30_000,
    maxAnswerBytes: 65_536,
    answerTimeoutMs: 30_000,
    connections: 1,
    tlsRefreshMs: 30_000,
  });
});
afterAll(async () => {
  sender.close();
  await farEnd.close();
});

/** Answers page by page; `{Q}` stands for the tag of the question. */
function script(event: string, ...pages: readonly string[]): void {
  let page = 0;
  farEnd.deed = ({ text, controlId, socket }) => {
    const body = pages[Math.min(page++, pages.length - 1)]!;
    const tag = /\rQPD\|[^|]*\|([^|]*)/.exec(text)![1]!;
    const head = `MSH|^~\\&|PAS|RXX|IPSHUB|RYY|20260304115900||RSP^${event}|R|P|2.4\rMSA|AA|${controlId}\r`;
    socket.write(framedText(head + body.replaceAll('{Q}', tag)));
  };
}
const find = (question: PersonQuestion, maxPages = 5) =>
  findPeople(
    question,
    {
      sender,
      clock: new FixedClock(new Date('2026-03-04T12:00:00Z')),
      characterSet: 'ASCII',
      maxSegments: 1_000,
      maxPages,
      pageSize: null,
      envelope: {
        sendingApplication: 'IPSHUB',
        sendingFacility: 'RYY',
        receivingApplication: 'PAS',
        receivingFacility: 'RXX',
        sendVersion: '2.4',
        sendCountry: 'GBR',
        sendCharacterSet: 'ASCII',
        sendOffsets: false,
        sendMaxBytes: 65_536,
        timeZone: 'Europe/London',
        processingId: 'P',
      },
    },
    AbortSignal.timeout(60_000),
  );
const failure = (question: PersonQuestion): Promise<string> =>
  find(question).then(
    () => 'FOUND',
    (error: unknown) => {
      if (!isHubError(error)) throw error;
      return `${error.code} ${String(error.details.fault ?? error.details.answer)}`;
    },
  );
const pid = (id: string, more = ''): string => `PID|1||${id}^^^RXX^MR||ASHGROVE^Elowen||19900102\r${more}`;

test('by id: the question as HL7 has it, and who answers to it', async () => {
  script('K21', `QAK|{Q}|OK|Q21|1|1|0\r${pid('7')}`);
  expect(await find(BY_ID)).toEqual([
    {
      identifiers: [{ value: '7', authority: 'RXX', type: 'MR' }],
      family: 'ASHGROVE',
      given: 'Elowen',
      bornOn: '1990-01-02',
      score: null,
    },
  ]);
  expect(farEnd.received.at(-1)).toMatch(
    /^MSH\|\^~\\&\|IPSHUB\|RYY\|PAS\|RXX\|20260304120000\|\|QBP\^Q21\^QBP_Q21\|QRY-[A-Z2-7]{16}\|P\|2\.4\|\|\|\|\|GBR\rQPD\|Q21\^Get Person Demographics\^HL7nnnn\|[A-Z2-7]{10}\|9990000018\^\^\^NHS\^NH\rRCP\|I\r$/,
  );
});

test('by details: nothing in a name parts anything; candidates with how well they fit, over pages', async () => {
  script('K22', `QAK|{Q}|OK|Q22|2\r${pid('7', 'QRI|0.95\r')}DSC|2\r`, `QAK|{Q}|OK|Q22|2\r${pid('8')}`);
  const before = farEnd.received.length;
  const found = await find(BY_DETAILS);
  expect(found.map(({ identifiers, score }) => [identifiers[0]!.value, score])).toEqual([
    ['7', '0.95'],
    ['8', null],
  ]);
  const asked = farEnd.received.slice(before);
  expect(asked[0]).toContain('|@PID.5.1^Ash\\S\\grove~@PID.7^19900102\r');
  expect(asked[1]).toContain('\rDSC|2\r');
});

test('nobody, where it says so', async () => {
  script('K21', 'QAK|{Q}|NF\r');
  expect(await find(BY_ID)).toEqual([]);
});

test.each([
  ['nobody, and it does not say so', 'K21', 'QAK|{Q}|OK\r', 'QAK-2'],
  ['nobody found, and somebody there', 'K21', `QAK|{Q}|NF\r${pid('7')}`, 'QAK-2'],
  ['an answer to the other kind of question', 'K22', `QAK|{Q}|OK\r${pid('7')}`, 'MSH-9'],
  ['an answer to another question', 'K21', `QAK|OTHER|OK\r${pid('7')}`, 'QAK-1'],
  ['another number here', 'K21', `QAK|{Q}|OK|Q21||2\r${pid('7')}`, 'QAK-5'],
  ['another number in all', 'K21', `QAK|{Q}|OK|Q21|2\r${pid('7')}`, 'QAK-4'],
  ['pages without an end', 'K21', `QAK|{Q}|OK\r${pid('7')}DSC|2\r`, 'DSC'],
])('%s: not believed', async (_what, event, body, fault) => {
  script(event, body);
  expect(await failure(BY_ID)).toBe(`HUB_UPSTREAM_PROTOCOL ${fault}`);
});

test('an error of the query', async () => {
  script('K21', 'QAK|{Q}|AE\r');
  expect(await failure(BY_ID)).toBe('HUB_UPSTREAM_REJECTED QAK-2 AE');
});

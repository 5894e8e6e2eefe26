/** The list of a team from a far end that answers by a script: whole, or refused with the reason. */
import { z } from 'zod';
import { createSender, type MllpSender } from '../../../../../adapters/hl7v2/mllp/sender.js';
import { queryFields } from '../../../../../adapters/hl7v2/query/query-settings.js';
import { createTeamLists } from '../../../../../adapters/hl7v2/query/team-list.js';
import type { CaseloadPage } from '../../../../../src/clinical/clinical-record.port.js';
import { FixedClock } from '../../../../../src/core/clock.js';
import { isHubError } from '../../../../../src/core/errors.js';
import { siteRules } from '../../../../support/hl7-adt.js';
import { type FarEnd, startFarEnd } from '../../../../support/hl7-far-end.js';
import { framedText } from '../../../../support/hl7-peer.js';

const NOW = '2026-03-04T12:00:00.000Z';
const ENVELOPE = {
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
} as const;

let farEnd: FarEnd;
let sender: MllpSender;
/** Waits no longer than a moment, for what never comes. */
let hasty: MllpSender;
const senderThatWaits = (answerTimeoutMs: number): MllpSender =>
  createSender({
    host: farEnd.host,
    port: farEnd.port,
    tls: null,
    connectTimeoutMs: 30_000,
    maxAnswerBytes: 1_048_576,
    answerTimeoutMs,
    keepsOpen: true,
    connections: 1,
    tlsRefreshMs: 30_000,
  });
beforeAll(async () => {
  farEnd = await startFarEnd();
  sender = senderThatWaits(30_000);
  hasty = senderThatWaits(1_000);
});
afterAll(async () => {
  sender.close();
  hasty.close();
  await farEnd.close();
});

const person = (id: string, visit = `v${id}`, more = ''): string =>
  `PID|1||${id}^^^RXX^MR~999000000${id.length}^^^X^Y||ASHGROVE^Elowen\rPV1|1|O|N-CMHT${'|'.repeat(16)}${visit}${more}\r`;

/** What goes back for a question: its header and MSA, then what the script adds. `Q` stands for the number of the question. */
interface Scripted {
  readonly code?: string;
  readonly id?: string;
  readonly type?: string;
  readonly body: string;
}
/** Far end that answers page by page; `null` says nothing. */
function script(...pages: readonly (Scripted | string | null)[]): void {
  let page = 0;
  farEnd.deed = ({ text, controlId, socket }) => {
    const given = pages[Math.min(page, pages.length - 1)]!;
    page++;
    if (given === null) return;
    const {
      code = 'AA',
      id = controlId,
      type = 'ADR^A19',
      body,
    } = typeof given === 'string' ? { body: given } : given;
    const queryId = /\rQRD\|[^|]*\|R\|I\|([^|]*)/.exec(text)![1]!;
    const head = `MSH|^~\\&|PAS|RXX|IPSHUB|RYY|20260304115900||${type}|R${page}|P|2.4\rMSA|${code}|${id}\r`;
    socket.write(framedText(head + body.replaceAll('{Q}', queryId)));
  };
}

function lists(raw: Record<string, unknown> = {}, rules: Record<string, unknown> = {}, from = sender) {
  return createTeamLists({
    system: 'pas',
    clock: new FixedClock(new Date(NOW)),
    settings: z.strictObject(queryFields).parse(raw),
    rules: siteRules(rules),
    sender: from,
    envelope: ENVELOPE,
    characterSet: 'ASCII',
    maxSegments: 10_000,
  });
}

async function pull(
  raw: Record<string, unknown> = {},
  since: string | null = null,
  rules: Record<string, unknown> = {},
  from = sender,
): Promise<readonly CaseloadPage[]> {
  const pages: CaseloadPage[] = [];
  const request = { teamReference: 'N-CMHT', since };
  for await (const page of lists(raw, rules, from).pull(request, AbortSignal.timeout(60_000)))
    pages.push(page);
  return pages;
}
/** The code, and the reason or fault, with which it ends. */
async function failure(...args: Parameters<typeof pull>): Promise<string> {
  try {
    await pull(...args);
  } catch (error) {
    if (!isHubError(error)) throw error;
    return `${error.code} ${String(error.details.reason ?? error.details.fault ?? error.details.answer)}`;
  }
  return 'WHOLE';
}
const members = (pages: readonly CaseloadPage[]): readonly string[] =>
  pages.flatMap(({ items }) =>
    items.map(({ value, source }) => `${source.reference} ${value.patient.localId}`),
  );
const ECHO = 'QRD|20260304115900|R|I|{Q}|||||APN\r';

test('everybody of the team, as the rules of the site read them', async () => {
  script(
    `QAK|{Q}|OK|A19|2|2|0\r${ECHO}${person('7', 'v/7', '|||||||||||||||||||||||||20260102')}EVN|A01|20260304\r${person('8')}`,
  );
  const [page, ...more] = await pull();
  expect(more).toEqual([]);
  expect(page).toMatchObject({ page: 1, last: true, total: 2, watermark: '2026-03-04T11:59:00.000Z' });
  expect(members([page!])).toEqual(['Visit/v%2F7 7', 'Visit/v8 8']);
  expect(page!.items[0]).toMatchObject({
    value: { teamReference: 'N-CMHT', state: 'OPEN', validFrom: '2026-01-02', validTo: null },
    asOf: '2026-03-04T11:59:00.000Z',
    fetchedAt: NOW,
    complete: true,
  });
});

test('the question names what is asked for, and the team where the far end looks for it', async () => {
  script('QAK|{Q}|NF\r');
  const before = farEnd.received.length;
  await pull();
  await pull({ queryTeamIn: 'QRD-8', queryFor: 'DEM', queryPageSize: 50 }, '2026-03-01T00:00:00Z');
  await pull({ queryTeamIn: 'MSH-4' });
  const asked = farEnd.received
    .slice(before)
    .map((text) =>
      text.replaceAll(/QRY-[A-Z2-7]{16}/g, '<id>').replaceAll(/(?<=\|R\|I\|)[A-Z2-7]{10}/g, '<q>'),
    );
  const head = 'MSH|^~\\&|IPSHUB|RYY|PAS|RXX|20260304120000||QRY^A19^QRY_A19|<id>|P|2.4|||||GBR\r';
  expect(asked).toEqual([
    `${head}QRD|20260304120000|R|I|<q>|||||APN\rQRF|N-CMHT\r`,
    `${head}QRD|20260304120000|R|I|<q>|||50^RD|N-CMHT|DEM\rQRF||20260301000000\r`,
    `${head.replace('RYY', 'N-CMHT')}QRD|20260304120000|R|I|<q>|||||APN\r`,
  ]);
});

test('nobody: only where the answer says that nobody was found', async () => {
  script('QAK|{Q}|NF|A19|0|0|0\r');
  expect(await pull()).toEqual([
    { page: 1, last: true, total: 0, items: [], watermark: '2026-03-04T11:59:00.000Z' },
  ]);
  for (const body of ['', ECHO, 'QAK|{Q}|OK|A19|0|0|0\r']) {
    script(body);
    expect(await failure()).toBe('HUB_CASELOAD_INCOMPLETE EMPTY');
  }
  script(`QAK|{Q}|NF\r${person('7')}`);
  expect(await failure()).toBe('HUB_CASELOAD_INCOMPLETE CONTRADICTION');
});

test('pages are followed by the pointer of each, and asked for under one number of the question', async () => {
  script(
    `QAK|{Q}|OK|A19|3|1|2\r${ECHO}${person('7')}DSC|a\\F\\1\r`,
    `QAK|{Q}|OK|A19|3|1|1\r${ECHO}${person('8')}DSC|2\r`,
    `QAK|{Q}|OK|A19|3|1|0\r${ECHO}${person('9')}`,
  );
  const before = farEnd.received.length;
  const pages = await pull({ queryPageSize: 1 });
  expect(pages.map(({ page, last, total }) => [page, last, total])).toEqual([
    [1, false, 3],
    [2, false, 3],
    [3, true, 3],
  ]);
  expect(members(pages)).toEqual(['Visit/v7 7', 'Visit/v8 8', 'Visit/v9 9']);
  const asked = farEnd.received.slice(before);
  expect(asked.map((text) => /\rDSC\|(.*)\r$/.exec(text)?.[1] ?? null)).toEqual([null, 'a\\F\\1', '2']);
  expect(new Set(asked.map((text) => /\|R\|I\|([^|]*)/.exec(text)![1])).size).toBe(1);
  expect(new Set(asked.map((text) => text.split('|')[9])).size).toBe(3);
});

test('a list without any count is as whole as its message', async () => {
  script(`${ECHO}${person('7')}${person('8')}`);
  const [page] = await pull();
  expect(page).toMatchObject({ last: true, total: null });
  expect(page!.items).toHaveLength(2);
});

test.each<[string, readonly string[], Record<string, unknown>, string]>([
  ['fewer than it says', [`QAK|{Q}|OK|A19|3\r${person('7')}${person('8')}`], {}, 'COUNTS'],
  ['more than it says', [`QAK|{Q}|OK|A19|1\r${person('7')}${person('8')}`], {}, 'COUNTS'],
  ['another number here', [`QAK|{Q}|OK|A19||3\r${person('7')}${person('8')}`], {}, 'COUNTS'],
  ['some are left and there is no way to them', [`QAK|{Q}|OK|A19|||4\r${person('7')}`], {}, 'COUNTS'],
  ['none are left and there is a way on', [`QAK|{Q}|OK|A19|||0\r${person('7')}DSC|2\r`], {}, 'COUNTS'],
  [
    'another number on the second page',
    [`QAK|{Q}|OK|A19|2\r${person('7')}DSC|2\r`, `QAK|{Q}|OK|A19|3\r${person('8')}`],
    {},
    'COUNTS',
  ],
  [
    'as many as were asked for, and nothing said',
    [person('7') + person('8')],
    { queryPageSize: 2 },
    'LIMIT_REACHED',
  ],
  ['a second page that is empty', [`${person('7')}DSC|2\r`, `${ECHO}`], {}, 'EMPTY'],
  [
    'a way on that leads back',
    [`${person('7')}DSC|2\r`, `${person('8')}DSC|3\r`, `${person('9')}DSC|2\r`],
    {},
    'REPEATED_PAGE',
  ],
  ['another question by QRD-4', [`QRD|20260304|R|I|OTHER\r${person('7')}`], {}, 'OTHER_QUERY'],
  ['another question by QAK-1', [`QAK|OTHER|OK\r${person('7')}`], {}, 'OTHER_QUERY'],
  ['somebody twice', [person('7') + person('8') + person('7')], {}, 'TWICE'],
  ['somebody of another team', [person('7') + person('8').replace('N-CMHT', 'N-EIP')], {}, 'OTHER_TEAM'],
  ['somebody without an id', [person('7') + person('8').replace('8^^^RXX^MR~', '')], {}, 'NOT_UNDERSTOOD'],
  [
    'somebody of whom it cannot be read whether they left',
    [person('7', 'v7', '||||||||||||||||||||||||||the third')],
    {},
    'NOT_UNDERSTOOD',
  ],
])('%s: refused as not whole', async (_what, bodies, raw, reason) => {
  script(...bodies);
  expect(await failure(raw)).toBe(`HUB_CASELOAD_INCOMPLETE ${reason}`);
});

test('a list that never ends is given up', async () => {
  let page = 0;
  farEnd.deed = ({ controlId, socket }) => {
    page++;
    const head = `MSH|^~\\&|PAS|RXX|IPSHUB|RYY|20260304115900||ADR^A19|R${page}|P|2.4\rMSA|AA|${controlId}\r`;
    socket.write(framedText(`${head}${person(String(page))}DSC|${page}\r`));
  };
  expect(await failure({ queryMaxPages: 12 })).toBe('HUB_CASELOAD_INCOMPLETE PAGE_CAP');
  expect(page).toBe(12);
});

test('a refusal, an acknowledgement, an answer to something else, and none at all', async () => {
  script({ code: 'AE', body: 'ERR|QRD^1^9^204\r' });
  expect(await failure()).toBe('HUB_UPSTREAM_REJECTED AE');
  script({ code: 'AR', body: '' });
  expect(await failure()).toBe('HUB_UPSTREAM_DECLINED AR');
  script('QAK|{Q}|AE\r');
  expect(await failure()).toBe('HUB_UPSTREAM_REJECTED QAK-2 AE');
  script('QAK|{Q}|AR\r');
  expect(await failure()).toBe('HUB_UPSTREAM_DECLINED QAK-2 AR');
  script(`QAK|{Q}|PERHAPS\r${person('7')}`);
  expect(await failure()).toBe('HUB_UPSTREAM_PROTOCOL QAK-2');
  script(`QAK|{Q}|OK|A19|some\r${person('7')}`);
  expect(await failure()).toBe('HUB_UPSTREAM_PROTOCOL QAK-4');
  script({ type: 'ACK', body: '' });
  expect(await failure()).toBe('HUB_CASELOAD_INCOMPLETE NO_LIST');
  script({ id: 'OTHER', body: person('7') });
  expect(await failure()).toBe('HUB_UPSTREAM_PROTOCOL FOREIGN_ANSWER');
  script(null);
  expect(await failure({}, null, {}, hasty)).toBe('HUB_UPSTREAM_TIMEOUT TIMEOUT');
  script({ code: 'CA', body: '' });
  expect(await failure({}, null, {}, hasty)).toBe('HUB_UPSTREAM_TIMEOUT STORED_AND_NOT_ANSWERED');
});

test('that the question was stored comes first, and the list after it', async () => {
  farEnd.deed = ({ controlId, socket }) => {
    const head = (code: string, type: string): string =>
      `MSH|^~\\&|PAS|RXX|IPSHUB|RYY|20260304115900||${type}|R|P|2.4\rMSA|${code}|${controlId}\r`;
    socket.write(framedText(head('CA', 'ACK')));
    socket.write(framedText(head('AA', 'ADR^A19') + person('7')));
  };
  expect(members(await pull())).toEqual(['Visit/v7 7']);
});

test('who has left is told with the day; a first day that cannot be read is told as unknown, and so marked', async () => {
  script(
    person('7', 'v7', '||||||||||||||||||||||||||20260301') +
      person('8', 'v8', '|||||||||||||||||||||||||spring') +
      person('9', ''),
  );
  const [page] = await pull();
  expect(
    page!.items.map(({ value, complete }) => [value.state, value.validFrom, value.validTo, complete]),
  ).toEqual([
    ['ENDED', null, '2026-03-01', true],
    ['OPEN', null, null, false],
    ['OPEN', null, null, true],
  ]);
  expect(page!.items[2]!.source.reference).toBe('Visit/patient%3A9');
});

test('where the patient stands for the visit, the list does so too, with or without PV1', async () => {
  script(`${person('7', '')}PID|1||8^^^RXX^MR\r`);
  expect(members(await pull({}, null, { visitFrom: 'PATIENT' }))).toEqual(['Visit/7 7', 'Visit/8 8']);
});

test('a clock that runs ahead says no more than now', async () => {
  script(person('7'));
  const deed = farEnd.deed;
  farEnd.deed = (message) =>
    deed({
      ...message,
      socket: {
        write: (bytes: Uint8Array) =>
          message.socket.write(
            Buffer.from(String(bytes).replace('20260304115900', '20270101000000'), 'latin1'),
          ),
      } as typeof message.socket,
    });
  const [page] = await pull();
  expect(page).toMatchObject({ watermark: NOW, items: [{ asOf: NOW }] });
});

test('which teams there are it cannot say; what is no reference is not asked for', async () => {
  expect(await lists().teams(AbortSignal.timeout(60_000))).toEqual([]);
  const before = farEnd.received.length;
  const ended = lists().pull({ teamReference: ' ', since: null }, AbortSignal.timeout(60_000));
  await expect(ended[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'HUB_INPUT_INVALID' });
  expect(farEnd.received).toHaveLength(before);
});

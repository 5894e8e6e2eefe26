/** `hub hl7 find` to a far end that answers otherwise: what it answered is told as `send` tells it. */
import { documentOf, hub } from '../../support/command-line.js';
import { type FarEnd, startFarEnd } from '../../support/hl7-far-end.js';
import { framedText } from '../../support/hl7-peer.js';

const opened: FarEnd[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

/** Asks a far end that answers a question by these segments behind its header. */
async function asked(type: string, answer: (controlId: string, tag: string) => string, ...more: string[]) {
  const farEnd = await startFarEnd(({ text, controlId, socket }) => {
    const tag = /\rQPD\|[^|]*\|([^|]*)/.exec(text)![1]!;
    const header = `MSH|^~\\&|PAS|ZZ998|IPSHUB|ZZ999|20260304||${type}|1|T|2.5\r`;
    socket.write(framedText(header + answer(controlId, tag)));
  });
  opened.push(farEnd);
  return hub(['hl7', 'find', '--to', `127.0.0.1:${farEnd.port}`, '--id', '7', ...more], {});
}

test.each([
  [
    'a question that it does not take',
    'ACK^Q21',
    (id: string) => `MSA|AR|${id}\rERR||MSH^1^9|200|E\r`,
    { answer: 'AR', error: '200', place: 'MSH-9', failure: null },
    'the far end refuses the question: AR 200 Unsupported message type, at MSH-9',
  ],
  [
    'a fault that it does not place',
    'RSP^K21',
    (id: string) => `MSA|AE|${id}\r`,
    { answer: 'AE', error: null, place: null, failure: null },
    'the far end refuses the question: AE',
  ],
  [
    'an acknowledgement and no more',
    'ACK^Q21',
    (id: string) => `MSA|AA|${id}\r`,
    { answer: 'AA', failure: 'HUB_UPSTREAM_PROTOCOL MSH-9' },
    'AA, and what came is no answer to a question about people, by its MSH-9',
  ],
  [
    'a refusal beside the acknowledgement',
    'RSP^K21',
    (id: string, tag: string) => `MSA|AA|${id}\rQAK|${tag}|AR\r`,
    { answer: 'AA', failure: 'HUB_UPSTREAM_DECLINED QAK-2 AR' },
    'the far end refuses the question: QAK-2 AR',
  ],
])('%s', async (_what, type, answer, exchanged, line) => {
  const said = await asked(type, answer);
  expect([said.code, said.err, said.out.trimEnd().split('\n').at(-1)]).toEqual([1, '', line]);
  const told = documentOf(await asked(type, answer, '--json'));
  expect(told).toMatchObject({ found: null, answer: { type: 'QBP^Q21', ...exchanged } });
});

test('nobody there', async () => {
  const said = await hub(['hl7', 'find', '--to', '127.0.0.1:1', '--id', '7'], {});
  expect([said.code, said.out.trimEnd().split('\n').at(-1)]).toEqual([
    1,
    'no answer: HUB_UPSTREAM_UNREACHABLE ECONNREFUSED',
  ]);
});

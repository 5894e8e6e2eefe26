/** `hub hl7`: what one end sends the other end takes, without a database; exit codes, JSON, and nothing of a patient that nobody asked for. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '../../../src/cli/program.js';
import { parseNhsNumber } from '../../../src/core/nhs-number.js';
import { authority } from '../../support/certificates.js';
import { documentOf, hub, type Said } from '../../support/command-line.js';
import { type FarEnd, startFarEnd } from '../../support/hl7-far-end.js';
import { startListener } from '../../support/hl7-listener.js';
import { framedText } from '../../support/hl7-peer.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hub-hl7-tools-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
/** A listener that did not get what it waits for is told to end, as a terminal tells it. */
let open = 0;
const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  if (open > 0) process.emit('SIGTERM');
  for (const one of opened.splice(0)) await one.close();
});
async function farEndThat(deed?: Parameters<typeof startFarEnd>[0]): Promise<FarEnd> {
  const farEnd = await startFarEnd(deed);
  opened.push(farEnd);
  return farEnd;
}

const tool = (...argv: readonly string[]): Promise<Said> => hub(['hl7', ...argv], {});
function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text, 'latin1');
  return join(folder, name);
}
const adt = (id: string, rest = 'PID|1||7^^^RXX^MR||ASHGROVE^Elowen\r'): string =>
  `MSH|^~\\&|PAS|RXX|HUB|RYY|20260304100000||ADT^A08|${id}|P|2.4\r${rest}`;

/** Starts `hub hl7 listen`, and answers with its address as soon as it listens. */
async function listening(
  ...argv: readonly string[]
): Promise<{ readonly address: string; readonly said: Promise<Said> }> {
  const out: string[] = [];
  const err: string[] = [];
  const told = Promise.withResolvers<string>();
  const streams = {
    out: { write: (text: string) => void out.push(text) },
    err: {
      write: (text: string) => {
        err.push(text);
        const address = /listens at (\S+)/.exec(text)?.[1];
        if (address !== undefined) told.resolve(address);
      },
    },
  };
  open++;
  const code = runProgram(['hl7', 'listen', '--port', '0', ...argv], streams, {});
  const said = code
    .finally(() => open--)
    .then((exit) => ({ code: exit, out: out.join(''), err: err.join('') }));
  const ended = said.then((all) => Promise.reject(new Error(`ended: ${JSON.stringify(all)}`)));
  ended.catch(() => {});
  return { address: await Promise.race([told.promise, ended]), said };
}

interface Exchange {
  readonly controlId: string;
  readonly answer: string | null;
  readonly failure: string | null;
  readonly error: string | null;
  readonly type: string;
  readonly tookMs: number;
}

test('made-up people to a listener of ours: each message taken, told by type and number alone, and kept byte for byte', async () => {
  const out = join(folder, 'kept');
  const { address, said } = await listening('--messages', '5', '--out', out);
  const made = documentOf<{ messages: string[] }>(
    await tool('generate', 'adt', '--count', '5', '--seed', '7', '--json'),
  );
  const sent = await tool('generate', 'adt', '--count', '5', '--seed', '7', '--to', address, '--json');
  expect(sent.code).toBe(0);
  expect(documentOf<Exchange[]>(sent).map(({ controlId, answer }) => [controlId, answer])).toEqual(
    ['Z7-1', 'Z7-2', 'Z7-3', 'Z7-4', 'Z7-5'].map((id) => [id, 'AA']),
  );
  const heard = await said;
  expect([heard.code, heard.err]).toEqual([0, expect.stringMatching(/^listens at \S+\n$/)]);
  expect(heard.out.trimEnd().split('\n')).toEqual([
    ...[1, 2, 3, 4, 5].map((number) =>
      expect.stringMatching(
        new RegExp(`Z  ADT\\^A\\d\\d  Z7-${number}  \\d+ bytes  from 127\\.0\\.0\\.1  answered AA$`),
      ),
    ),
    '5 messages',
  ]);
  const files = readdirSync(out).sort();
  expect(files.map((name) => readFileSync(join(out, name), 'latin1'))).toEqual(made.messages);
  for (const text of made.messages)
    expect(heard.out + heard.err).not.toContain(/\|\|([A-Z][a-z']+\^\w+)/.exec(text)![1]);
});

test('a listener of a site takes them: made-up messages are messages by the rules of the house', async () => {
  const site = await startListener({ allowedSenders: ['PAS|RXX'] });
  opened.push(site);
  const argv = ['generate', 'adt', '--count', '40', '--sender', 'PAS|RXX', '--to', site.address];
  const sent = await tool(...argv, '--processing', 'P');
  expect(sent).toMatchObject({ code: 0 });
  expect(sent.out).toMatch(/40 of 40 taken\n$/);
  expect(site.intake.kept).toHaveLength(40);
  const training = await tool(
    'generate',
    'adt',
    '--count',
    '1',
    '--sender',
    'PAS|RXX',
    '--to',
    site.address,
    '--json',
  );
  expect(training.code).toBe(1);
  expect(documentOf<Exchange[]>(training)).toMatchObject([{ answer: 'AR', error: '202' }]);
});

test.each(['adt', 'mdm'])('%s: fewer messages of a seed are the first of more', async (kind) => {
  const made = async (count: string): Promise<readonly string[]> =>
    documentOf<{ messages: string[] }>(await tool('generate', kind, '--count', count, '--json')).messages;
  const most = await made('60');
  for (const count of [1, 5, 20]) expect(await made(String(count))).toEqual(most.slice(0, count));
  const times = most.map((text) => text.split('|')[6]!);
  if (kind === 'adt') expect(times).toEqual([...times].sort());
});

test('the same seed gives the same, another others; every NHS number is one that is never issued', async () => {
  const made = async (seed: string): Promise<string> =>
    (await tool('generate', 'adt', '--count', '60', '--seed', seed)).out;
  const [one, again, other] = [await made('1'), await made('1'), await made('2')];
  expect(one).toBe(again);
  expect(one).not.toBe(other);
  const numbers = [...one.matchAll(/\|(\d{10})\^\^\^NHS\^NH/g)].map((match) => match[1]!);
  expect(new Set(numbers).size).toBeGreaterThan(10);
  for (const number of numbers) expect([number.slice(0, 3), parseNhsNumber(number)]).toEqual(['999', number]);
  expect(new Set([...one.matchAll(/\^(A\d\d)\^/g)].map((match) => match[1]))).toEqual(
    new Set(['A04', 'A08', 'A02', 'A03', 'A11']),
  );
});

test('documents as the hub sends them; they come with the text that they were made with', async () => {
  const { address, said } = await listening('--messages', '2', '--show');
  expect(await tool('generate', 'mdm', '--count', '2', '--to', address)).toMatchObject({ code: 0 });
  const heard = await said;
  expect(heard.out.match(/Met at .*\./g)).toHaveLength(2);
  expect(heard.out).toContain('TXA-17');
});

test('what is refused, and what is not answered: exit code 1, and nothing after it that might overtake it', async () => {
  const path = file('three.hl7', adt('1') + adt('2') + adt('3'));
  const refusing = await listening('--messages', '3', '--answer', 'AE');
  const refused = await tool('send', path, '--to', refusing.address, '--json');
  expect(refused.code).toBe(1);
  expect(documentOf<Exchange[]>(refused)).toMatchObject(
    Array(3).fill({ answer: 'AE', error: '207', failure: null }),
  );
  await refusing.said;
  const silent = await listening('--messages', '1', '--answer', 'NONE');
  const unanswered = await tool('send', path, '--to', silent.address, '--timeout', '1', '--json');
  expect(unanswered.code).toBe(1);
  expect(documentOf<Exchange[]>(unanswered)).toMatchObject(
    [{ controlId: '1', answer: null, failure: /AMBIGUOUS/ }].map((one) => ({
      ...one,
      failure: expect.stringMatching(one.failure),
    })),
  );
  expect(unanswered.err).toContain('2 more not sent.');
  await silent.said;
  const nobody = await tool('send', path, '--to', silent.address, '--json');
  expect(nobody.code).toBe(1);
  expect(documentOf<Exchange[]>(nobody)).toMatchObject([
    { failure: 'HUB_UPSTREAM_UNREACHABLE ECONNREFUSED' },
  ]);
});

test('a far end that takes the connection and never gets to TLS is waited for as long as an answer is', async () => {
  const farEnd = await farEndThat(() => {});
  const argv = ['--to', `127.0.0.1:${farEnd.port}`, '--tls', '--timeout', '1', '--json'];
  const [one] = documentOf<Exchange[]>(await tool('send', file('one.hl7', adt('1')), ...argv));
  expect(one).toMatchObject({ answer: null, failure: 'HUB_UPSTREAM_UNREACHABLE CONNECT_TIMEOUT' });
  expect(one!.tookMs).toBeLessThan(15_000);
});

test('what takes longer than a moment tells how far it is, unless it is to be quiet', async () => {
  const slow = await farEndThat(({ acknowledge }) => void setTimeout(acknowledge, 600));
  // From the first on there are 1200 ms more, which is longer than a moment.
  const argv = ['generate', 'adt', '--count', '3', '--to', `127.0.0.1:${slow.port}`];
  const [said, quiet] = await Promise.all([tool(...argv), tool(...argv, '--quiet')]);
  expect([said.code, said.err, quiet.err]).toEqual([0, expect.stringMatching(/sent 100 %\n$/), '']);
});

test('it listens until it is told to end, and leaves the signals to others then', async () => {
  const before = process.listeners('SIGTERM');
  const { address, said } = await listening('--json');
  expect(await tool('send', file('one.hl7', adt('1')), '--to', address)).toMatchObject({ code: 0 });
  process.emit('SIGTERM');
  const { code, out } = await said;
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    address,
    messages: [{ type: 'ADT^A08', controlId: '1', answers: ['AA'] }],
  });
  expect(process.listeners('SIGTERM')).toEqual(before);
});

test('another’s acknowledgement is none', async () => {
  const farEnd = await farEndThat(({ acknowledge }) => acknowledge('AA', 'other'));
  const said = await tool('send', file('one.hl7', adt('1')), '--to', `127.0.0.1:${farEnd.port}`, '--json');
  expect(said.code).toBe(1);
  expect(documentOf<Exchange[]>(said)).toMatchObject([
    { answer: null, failure: expect.stringContaining('FOREIGN_ANSWER') },
  ]);
});

test('what became of it is waited for where it is to follow on the connection', async () => {
  const farEnd = await farEndThat(({ acknowledge }) => {
    acknowledge('CA');
    setTimeout(() => acknowledge('AE'), 20);
  });
  const text = adt('1').replace('|2.4\r', '|2.4|||AL|AL\r');
  const said = await tool('send', file('enhanced.hl7', text), '--to', `127.0.0.1:${farEnd.port}`, '--json');
  expect(documentOf<Exchange[]>(said)).toMatchObject([{ answer: 'AE' }]);
  const stored = await tool(
    'send',
    file('stored.hl7', text.replace('|AL|AL', '|AL|NE')),
    '--to',
    `127.0.0.1:${farEnd.port}`,
    '--json',
  );
  expect(documentOf<Exchange[]>(stored)).toMatchObject([{ answer: 'CA' }]);
});

test('a file: line ends made carriage returns unless it goes as it is; a batch message by message, and not at all when it is not whole', async () => {
  const farEnd = await farEndThat();
  const to = `127.0.0.1:${farEnd.port}`;
  const lines = adt('1').replaceAll('\r', '\n');
  await tool('send', file('lf.hl7', lines), '--to', to);
  await tool('send', file('crlf.hl7', adt('1').replaceAll('\r', '\r\n')), '--to', to);
  await tool('send', file('lf.hl7', lines), '--to', to, '--as-is');
  await tool('send', file('wire.hl7', `${framedText(adt('1')).toString('latin1')}`), '--to', to);
  expect(farEnd.received).toEqual([adt('1'), adt('1'), lines, adt('1')]);
  const batch = `FHS|^~\\&|PAS\rBHS|^~\\&|PAS\r${adt('1')}${adt('2')}BTS|2\rFTS|1\r`;
  expect(await tool('send', file('batch.hl7', batch), '--to', to)).toMatchObject({ code: 0 });
  expect(farEnd.received.slice(4)).toEqual([adt('1'), adt('2')]);
  const short = await tool('send', file('short.hl7', batch.replace('BTS|2', 'BTS|3')), '--to', to);
  expect(short).toMatchObject({ code: 1, err: expect.stringContaining('BATCH_COUNT in line 7') });
  expect(farEnd.received).toHaveLength(6);
});

test('a file that is not whole: exit code 1 of whatever reads it, and nothing of it is sent', async () => {
  const farEnd = await farEndThat();
  const [one, two] = [adt('1'), adt('2')];
  const frames = framedText(one).toString('latin1');
  for (const [text, fault] of [
    [`${frames}\x0b${two}`, 'UNFINISHED in line 5'],
    [`${frames}\x0b${two.slice(0, -4)}`, 'UNFINISHED in line 5'],
    [`\x0b${one}${frames}`, 'UNFINISHED in line 2'],
    [`${frames}PID|2\r${frames}`, 'OUTSIDE in line 4'],
    [`BHS|^~\\&|PAS\r${one}`, 'UNFINISHED in line 3'],
    [`BHS|^~\\&|PAS\r${one}BTS|2\r`, 'BATCH_COUNT in line 4'],
    ['', 'EMPTY in line 1'],
    ['name,team\n', 'OUTSIDE in line 1'],
  ] as const) {
    const path = file('cut.hl7', text);
    expect(await tool('show', path)).toMatchObject({ code: 1, out: expect.stringContaining(fault) });
    const sent = await tool('send', path, '--to', `127.0.0.1:${farEnd.port}`);
    expect(sent).toMatchObject({ code: 1, err: expect.stringContaining(`${fault}; nothing was sent`) });
  }
  expect(farEnd.received).toEqual([]);
});

test('behind TLS with certificates of both ends', async () => {
  const ca = authority();
  const [own, other] = [ca.issue({ hosts: ['localhost'] }), ca.issue({ name: 'engine' })];
  const path = (name: string, text: string): string => file(name, text);
  const files = ['--authority', path('ca.pem', ca.cert)];
  const ours = ['--certificate', path('own.pem', own.cert), '--key', path('own.key', own.key)];
  const theirs = ['--certificate', path('engine.pem', other.cert), '--key', path('engine.key', other.key)];
  const { address, said } = await listening('--messages', '1', ...ours, ...files);
  const message = path('one.hl7', adt('1'));
  const names = ['--server-name', 'localhost'];
  const without = await tool('send', message, '--to', address, '--tls', ...files, ...names, '--json');
  expect(documentOf<Exchange[]>(without)).toMatchObject([{ answer: null }]);
  const plain = await tool('send', message, '--to', address, ...files);
  expect(plain).toMatchObject({ code: 2, err: expect.stringContaining('--tls') });
  expect(await tool('send', message, '--to', address, '--tls', ...files, ...theirs, ...names)).toMatchObject({
    code: 0,
  });
  expect((await said).out).toMatch(/ADT\^A08 {2}1 {2}/);
});

test('what is wrong with certificates is told in words, by the option that names the file', async () => {
  const inDays = new Date(Date.now() + 20 * 86_400_000).toISOString().slice(2, 10).replaceAll('-', '');
  const { key, cert } = authority().issue({ to: `${inDays}000000Z` });
  const given = ['--tls', '--certificate', file('soon.pem', cert), '--key'];
  const message = file('late.hl7', adt('1'));
  const soon = await tool('send', message, '--to', '127.0.0.1:1', ...given, file('soon.key', key));
  expect(soon.err).toMatch(/^the certificate runs out soon, .*days \d\d$/m);
  expect(await tool('send', message, '--to', '127.0.0.1:1', ...given, join(folder, 'none'))).toMatchObject({
    code: 2,
    err: expect.stringMatching(/^HUB_INPUT_INVALID: --key .*none: the file cannot be read$/m),
  });
});

test('show: segments and fields by name, as lines and as JSON; what cannot be read makes exit code 1', async () => {
  const path = file('show.hl7', adt('1'));
  const said = await tool('show', path);
  expect(said).toMatchObject({ code: 0, err: '' });
  expect(said.out).toMatch(/^message 1 of 1, line 1: ADT\^A08 .*, version 2\.4\nMSH {2}Message Header\n/);
  expect(said.out).toMatch(/^ {2}PID-5\.1 +ASHGROVE +<- Patient Name \/ Family Name$/m);
  const { messages } = documentOf<{ messages: { type: string; segments: { segment: string }[] }[] }>(
    await tool('show', path, '--json'),
  );
  expect(messages).toMatchObject([{ type: 'ADT^A08', segments: [{ segment: 'MSH' }, { segment: 'PID' }] }]);
  const broken = await tool('show', file('broken.hl7', adt('1', 'PID|1||7\rwell then\r')));
  expect(broken).toMatchObject({
    code: 1,
    out: expect.stringContaining('no message: SEGMENT_NAME in segment 3'),
  });
  expect(await tool('show', join(folder, 'nowhere.hl7'))).toMatchObject({
    code: 2,
    err: expect.stringContaining('ENOENT'),
  });
});

test('find: by id and by details; how many there are, and who only where that is asked for', async () => {
  const farEnd = await farEndThat(({ text, controlId, socket }) => {
    const tag = /\rQPD\|[^|]*\|([^|]*)/.exec(text)![1]!;
    const event = text.includes('QBP^Q21') ? 'K21' : 'K22';
    const isKnown = !text.includes('unknown');
    socket.write(
      framedText(
        `MSH|^~\\&|PAS|ZZ998|IPSHUB|ZZ999|20260304||RSP^${event}|1|T|2.4\rMSA|AA|${controlId}\rQAK|${tag}|${isKnown ? 'OK' : 'NF'}\r${isKnown ? 'PID|1||7^^^RXX^MR||ASHGROVE^Elowen||19900102\r' : ''}`,
      ),
    );
  });
  const to = ['--to', `127.0.0.1:${farEnd.port}`];
  expect(await tool('find', ...to, '--id', '7', '--type', 'MR')).toMatchObject({ code: 0, out: '1 found\n' });
  expect(await tool('find', ...to, '--family', 'Ashgrove', '--born', '1990-01-02', '--show')).toMatchObject({
    code: 0,
    out: '1 found\nElowen ASHGROVE  1990-01-02  7 RXX MR\n',
  });
  expect(await tool('find', ...to, '--id', 'unknown')).toMatchObject({ code: 1, out: '0 found\n' });
  expect(await tool('find', ...to)).toMatchObject({ code: 2 });
  expect(await tool('find', ...to, '--id', '7', '--family', 'Ashgrove')).toMatchObject({ code: 2 });
});

test.each([
  [['send', 'x'], '--to'],
  [['send', 'x', '--to', 'nowhere'], 'file'],
  [['send', '{one}', '--to', 'nowhere'], '--to'],
  [['send', '{one}', '--to', '127.0.0.1:1', '--timeout', 'soon'], '--timeout'],
  [['listen'], '--port'],
  [['listen', '--port', '0', '--answer', 'YES'], '--answer'],
  [['listen', '--port', '0', '--key', 'k'], '--certificate'],
  [['listen', '--port', '0', '--authority', 'a'], '--certificate'],
  [['send', '{one}', '--to', '127.0.0.1:1', '--authority', 'a'], '--tls'],
  [['listen', '--port', '0', '--host', '192.0.2.1'], '--host'],
  [['listen', '--port', '0', '--out', '{one}'], '--out'],
  [['send', '.', '--to', '127.0.0.1:1'], 'file'],
  [['generate', 'orm'], 'kind'],
  [['generate', 'adt', '--count', '0'], '--count'],
  [['generate', 'adt', '--since', 'spring'], '--since'],
  [['generate', 'adt', '--sender', 'PAS'], '--sender'],
  [['generate', 'adt', '--teams', 'A,,B'], '--teams'],
  [['show', '{one}', '--character-set', 'EBCDIC'], '--character-set'],
])('%j is refused by the name of %s', async (argv, name) => {
  const one = file('one.hl7', adt('1'));
  const said = await tool(...argv.map((word) => word.replace('{one}', one)), '--json');
  expect(said.code).toBe(2);
  expect(documentOf<{ error: { details: { field: string } } }>(said).error.details.field).toBe(name);
});

test('an option that cannot be used is told by its name, with what it was and why', async () => {
  const taken = await farEndThat();
  const [pem, none] = [file('none.pem', 'none'), join(folder, 'nosuch.pem')];
  for (const [argv, fault] of [
    [['listen'], '--port: not given; accepted: 0 to 65535'],
    [
      ['listen', '--port', String(taken.port)],
      `--port: 127.0.0.1:${taken.port} is in use by another process; accepted: a port that is free, or 0 for any`,
    ],
    [
      ['listen', '--port', '0', '--certificate', none, '--key', pem],
      `--certificate ${none}: the file cannot be read`,
    ],
    [
      ['listen', '--port', '0', '--certificate', pem, '--key', pem],
      `--certificate ${pem}: the file holds no certificate in PEM`,
    ],
    [['show', folder], `file: ${folder} is a folder (EISDIR); accepted: a file of messages`],
    [['show', none], `file: ${none} is not there (ENOENT); accepted: a file of messages`],
  ] as const) {
    const said = await tool(...argv);
    expect(said).toMatchObject({ code: 2, out: '' });
    expect(said.err).toContain(`HUB_INPUT_INVALID: ${fault}\n`);
  }
});

test('a path is one of the folder in which the command was typed', async () => {
  file('here.hl7', adt('1'));
  const env = { npm_lifecycle_event: 'hub', INIT_CWD: folder };
  expect(await hub(['hl7', 'show', 'here.hl7'], env)).toMatchObject({ code: 0 });
  const at = '127.0.0.1:1';
  expect(
    (await hub(['hl7', 'send', 'here.hl7', '--to', at, '--tls', '--authority', 'ca2.pem'], env)).err,
  ).toContain(`--authority ${join(folder, 'ca2.pem')}: the file cannot be read`);
});

/** `hub messages` and `hub feeds`: what record systems sent, for whoever runs the hub; replayed and set aside, many only once counted. */
import { readFileSync, writeFileSync } from 'node:fs';
import { newId } from '../../../src/core/ids.js';
import { documentOf, hub, type Said } from '../../support/command-line.js';
import { putMessage } from '../../support/graph-messages.js';
import { type QuietStore, quietStore } from '../../support/quiet-store.js';

let store: QuietStore;
let pas: { id: string; organisationId: string };
const run = (...argv: string[]): Promise<Said> => hub(argv, store.env);
const json = async <T>(...argv: string[]): Promise<T> => documentOf<T>(await run(...argv, '--json'));
const sql = async <Row = Record<string, unknown>>(text: string, values: unknown[] = []): Promise<Row[]> =>
  (await store.db.owner.query(text, values)).rows as Row[];
const ago = (minutes: number): Date => new Date(Date.now() - minutes * 60_000);
const put = (controlId: string, more: Partial<Parameters<typeof putMessage>[1]> = {}): Promise<string> =>
  putMessage(
    { sql: sql as never },
    {
      systemId: pas.id,
      organisationId: pas.organisationId,
      controlId,
      receivedAt: ago(10),
      text: `MSH|^~\\&|PAS|RAA\rPID|1||CnryPatient\u001b[2J\r`,
      about: ['p1'],
      ...more,
    },
  );
const stateOf = async (id: string): Promise<string> =>
  (await sql<{ state: string }>('select state from inbound_messages where id = $1', [id]))[0]!.state;
const audited = (operation: string) =>
  sql<{ subject: string; role: string; details: Record<string, unknown> }>(
    'select subject, role, details from audit_events where operation = $1 order by at, id',
    [operation],
  );

interface Line {
  readonly id: string;
  readonly system: string;
  readonly controlId: string;
  readonly state: string;
}

beforeAll(async () => {
  store = await quietStore();
  const file = store.env.HUB_SITES_FILE!;
  const sites = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>[];
  const settings = { listenPort: 0, allowedSenders: ['PAS|RAA'], silentAfterMinutes: 60 };
  sites.push({
    ...{ code: 'pas', name: 'PAS', organisation: 'DEMO1', adapter: 'hl7v2', settings },
    teams: [{ reference: 'NORTH', team: null }],
  });
  writeFileSync(file, JSON.stringify(sites));
  // Sites are kept by the first command that is run.
  expect(await run('systems', 'list')).toMatchObject({ code: 0 });
  [pas] = (await sql<{ id: string; organisationId: string }>(
    `select id, organisation_id as "organisationId" from clinical_record_systems where code = 'pas'`,
  )) as [typeof pas];
});
afterEach(() => sql('delete from inbound_messages'));
afterAll(() => store.close());

describe('hub messages list', () => {
  it('of nothing is a head without rows', async () => {
    const said = await run('messages', 'list');
    expect(said).toMatchObject({ code: 0, err: '' });
    expect(said.out).toMatch(/^MESSAGE +RECEIVED +SYSTEM +SENDER +TYPE +NUMBER +STATE +CODE +PLACE\n$/);
    expect(await json('messages', 'list')).toEqual([]);
  });

  it('shows senders, numbers, states and codes, newest first, and nothing of what a message says', async () => {
    const older = await put('1');
    const newer = await put('2', { state: 'READ', receivedAt: ago(5) });
    const said = await run('messages', 'list');
    expect(said.out.indexOf(newer)).toBeLessThan(said.out.indexOf(older));
    expect(said.out).toMatch(
      new RegExp(
        `^${older} +\\S+Z +pas +PAS RAA +ADT\\^A01 +1 +NOT_UNDERSTOOD +HUB_MESSAGE_PLACE +PV1-3$`,
        'm',
      ),
    );
    for (const out of [said.out, (await run('messages', 'list', '--json')).out])
      expect(out).not.toMatch(/Cnry|p1/);
  });

  it('of one without a number, of which the sender is not kept, shows where it came from', async () => {
    const id = await put('1', { state: 'REFUSED' });
    await sql(
      'update inbound_messages set application = null, facility = null, control_id = null where id = $1',
      [id],
    );
    expect((await run('messages', 'list')).out).toMatch(
      new RegExp(`^${id} +\\S+Z +pas +at 10\\.0\\.0\\.7 +ADT\\^A01 +REFUSED `, 'm'),
    );
    expect((await run('messages', 'show', id)).out).toContain('  from 10.0.0.7, without a number; ');
  });

  it('narrows by system, state, type, number, code and time, and says when there is more', async () => {
    await put('1');
    await put('2', { state: 'READ', receivedAt: ago(90) });
    const listed = async (...argv: string[]): Promise<string[]> =>
      (await json<Line[]>('messages', 'list', ...argv)).map(({ controlId }) => controlId);
    expect(await listed('--system', 'pas')).toEqual(['1', '2']);
    expect(await listed('--system', 'demo-a')).toEqual([]);
    expect(await listed('--state', 'not-understood')).toEqual(['1']);
    expect(await listed('--control-id', '2', '--type', 'ADT^A01')).toEqual(['2']);
    expect(await listed('--type', 'ADT^A02')).toEqual([]);
    expect(await listed('--code', 'HUB_MESSAGE_PLACE')).toEqual(['1']);
    expect(await listed('--since', ago(60).toISOString())).toEqual(['1']);
    const said = await run('messages', 'list', '--limit', '1');
    const more = /^the newest 1; more: --until (\S+)\n$/.exec(said.err)?.[1];
    // Whoever came in the same millisecond is not left out.
    expect(await listed('--until', more!)).toEqual(['1', '2']);
    expect(await listed('--until', ago(60).toISOString())).toEqual(['2']);
    expect(await listed('--since', ago(60).toISOString(), '--until', ago(60).toISOString())).toEqual([]);
    expect((await audited('messages')).at(-1)).toMatchObject({ subject: 'system:command-line' });
  });

  it('lets no sender steer a terminal', async () => {
    await put('7\u001b]0;x\u009b1m\u202e');
    const { out } = await run('messages', 'list');
    expect(out).toContain('7?]0;x?1m?');
  });
});

describe('hub messages show', () => {
  it('tells a message and all that happened to it, and nothing of what it says', async () => {
    const id = await put('1');
    const said = await run('messages', 'show', id);
    expect(said).toMatchObject({ code: 0, err: '' });
    const lines = said.out.split('\n');
    expect(lines[0]).toBe(`${id}  pas  ADT^A01  NOT_UNDERSTOOD  HUB_MESSAGE_PLACE  PV1-3`);
    expect(lines[1]).toBe('  from PAS RAA at 10.0.0.7, number 1');
    expect(lines[2]).toMatch(/^ {2}bytes kept, SHA-256 [0-9a-f]{64}$/);
    expect(lines.slice(3).map((line) => line.replace(/^ {2}\S+Z/, ''))).toEqual([
      ...['  RECEIVED', '  ANSWERED', '  REPEATED  2 times', ''],
    ]);
    const shown = await run('messages', 'show', id, '--json');
    expect(documentOf(shown)).toMatchObject({ id, system: 'pas', timeline: [{ what: 'RECEIVED' }, {}, {}] });
    expect(said.out + shown.out).not.toMatch(/Cnry|p1/);
  });

  it('one that is none', async () => {
    expect(await run('messages', 'show', newId())).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(/^HUB_NOT_FOUND/),
    });
  });
});

describe('hub messages body', () => {
  it('shows what a message says and was answered, once that and why are on record', async () => {
    const id = await put('1');
    const said = await run('messages', 'body', id, '--reason', 'team code not mapped');
    expect(said).toEqual({
      code: 0,
      out: 'MSH|^~\\&|PAS|RAA\nPID|1||CnryPatient<U+001B>[2J\nanswered: MSA|AA|1\n',
      err: '',
    });
    expect(await audited('messageBody')).toEqual([
      {
        subject: 'system:command-line',
        role: 'IDENTITY_STEWARD',
        details: { messageId: id, systemId: pas.id, reason: 'team code not mapped' },
      },
    ]);
    await sql('delete from inbound_bodies');
    expect(await run('messages', 'body', id, '--reason', 'once more')).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(/^HUB_MESSAGE_BODY_GONE/),
    });
  });
});

describe('hub messages replay', () => {
  it('one: it waits to be read again, on record as the command line’s work', async () => {
    const id = await put('1');
    const said = await run('messages', 'replay', id, '--reason', 'the team is mapped now');
    expect(said).toEqual({ code: 0, out: `${id}  waits to be read again\n`, err: '' });
    expect(await stateOf(id)).toBe('KEPT');
    expect((await audited('replayMessage')).at(-1)).toMatchObject({
      subject: 'system:command-line',
      details: { messageId: id },
    });
  });

  it('many: counted, and done only with the number that was counted', async () => {
    const [one, two, read] = [await put('1'), await put('2'), await put('3', { state: 'READ' })];
    const which = ['messages', 'replay', '--system', 'pas', '--state', 'not-understood'];
    expect(await run(...which)).toMatchObject({
      code: 0,
      out: '2 messages of pas; nothing was done: --confirm 2 does it (replay)\n',
    });
    expect(await json(...which)).toEqual({ system: 'pas', count: 2, isDone: false });
    for (const wrong of ['1', '3'])
      expect(await run(...which, '--confirm', wrong)).toMatchObject({
        code: 1,
        out: '',
        err: expect.stringMatching(/^HUB_STATE_CONFLICT: They are 2 messages by now/),
      });
    expect([await stateOf(one), await stateOf(two)]).toEqual(['NOT_UNDERSTOOD', 'NOT_UNDERSTOOD']);
    expect(await json(...which, '--confirm', '2')).toEqual({ system: 'pas', count: 2, isDone: true });
    expect([await stateOf(one), await stateOf(two), await stateOf(read)]).toEqual(['KEPT', 'KEPT', 'READ']);
  });

  it('one that was refused to its sender is not', async () => {
    const id = await put('1', { state: 'REFUSED' });
    expect(await run('messages', 'replay', id)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^HUB_STATE_CONFLICT/),
    });
  });
});

describe('hub messages set-aside', () => {
  it('one, with the reason in its story; and many once counted', async () => {
    const [one, two] = [await put('1'), await put('2')];
    const because = ['--reason', 'meant for another hub'];
    expect(await json('messages', 'set-aside', one, ...because)).toEqual({
      messageId: one,
      done: 'set-aside',
    });
    expect((await run('messages', 'show', one)).out).toContain(
      'SET_ASIDE  system:command-line  meant for another hub',
    );
    expect(await run('messages', 'set-aside', '--system', 'pas', '--confirm', '1', ...because)).toMatchObject(
      {
        code: 0,
        out: '1 messages of pas set aside\n',
      },
    );
    expect(await stateOf(two)).toBe('SET_ASIDE');
  });
});

describe('hub feeds list', () => {
  const line = async (): Promise<string> => (await run('feeds', 'list')).out.split('\n')[1]!;

  it('tells of each system that sends whether it speaks, and what waits, was not understood, is in doubt and was counted', async () => {
    const { code, out } = await run('feeds', 'list');
    expect([code, out.split('\n')[0]]).toEqual([
      0,
      expect.stringMatching(/^SYSTEM +STATE +HEARD +UNREAD +NOT UNDERSTOOD +DOUBTS +COUNTED$/),
    ]);
    expect(await line()).toMatch(/^pas +SILENT +never +0 +0 +0 +0 of 1 teams$/);
    await sql('insert into inbound_sources (system_id, organisation_id, heard_at) values ($1, $2, $3)', [
      pas.id,
      pas.organisationId,
      ago(59),
    ]);
    expect(await line()).toMatch(/^pas +HEARD +\S+Z +0 +0 +0 +0 of 1 teams$/);
    await put('1');
    await put('2', { state: 'KEPT', receivedAt: ago(7) });
    await sql(
      `insert into feed_doubts (system_id, digest, organisation_id, kind, local_ids) values ($1, 'd', $2, 'TEAM_UNKNOWN', '{p1}')`,
      [pas.id, pas.organisationId],
    );
    await sql(
      `insert into feed_baselines (system_id, team_reference, organisation_id, as_of, counted) values ($1, 'NORTH', $2, '2026-03-01T04:05:06Z', 3)`,
      [pas.id, pas.organisationId],
    );
    expect(await line()).toMatch(
      /^pas +BEHIND +\S+Z +1, 7 min +1 +1 +1 of 1 teams, oldest 2026-03-01T04:05:06Z$/,
    );
    await sql('update inbound_sources set heard_at = $1', [ago(61)]);
    expect(await json('feeds', 'list')).toMatchObject([{ system: 'pas', state: 'SILENT', doubts: 1 }]);
  });
});

const AN_ID = '01890000-0000-7000-8000-000000000000';
test.each([
  [
    ['messages', 'list', '--state', 'lost'],
    /--state: lost is no state; accepted: kept, read, nothing, not-understood/,
  ],
  [['messages', 'list', '--since', 'yesterday'], /--since: not an instant/],
  [['messages', 'list', '--until', 'tomorrow'], /--until: not an instant/],
  [['messages', 'list', '--limit', '251'], /--limit: .*accepted: 1 to 250/],
  [['messages', 'show', 'it'], /messageId: not an id/],
  [['messages', 'body', AN_ID], /required option '--reason/],
  [['messages', 'replay'], /either one or those of --system/],
  [['messages', 'replay', AN_ID, '--system', 'pas'], /either one or those of --system/],
  [['messages', 'replay', AN_ID, '--confirm', '1'], /one message needs no filter/],
  [['messages', 'replay', '--system', 'pas', '--confirm', 'all'], /--confirm: not a number/],
  [['messages', 'set-aside', AN_ID], /required option '--reason/],
])('%j is refused before anything is opened', async (argv, words) => {
  expect(await hub(argv, { HUB_PORT: 'many' })).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringMatching(words),
  });
});

it('a system that the hub does not have is named', async () => {
  expect(await run('messages', 'list', '--system', 'none')).toMatchObject({
    code: 2,
    err: expect.stringMatching(/none is not a record system of this hub; accepted: .*pas/),
  });
});

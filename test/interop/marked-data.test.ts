/** What a run leaves on a server: nothing, whatever the server does, and never anything of anybody else's gone. */
import type { FhirConnection } from '../../adapters/fhir-r4/transport/connection.js';
import { HubError } from '../../src/core/errors.js';
import { startRecordSystem, type TestRecordSystem } from '../support/record-system.js';
import { DOCUMENT_MARK, MARK, MarkedData, NotAllowed } from './marked-data.js';
import * as made from './resources.js';
import { InteropRun } from './run.js';
import { SiteDoors, siteOf } from './site.js';

const settings = new SiteDoors(siteOf({ HUB_INTEROP_BASE_URL: 'http://127.0.0.1:9/fhir' })!).settings();

describe('a server that answers whatever it likes', () => {
  const others = ['DocumentReference', 'Patient', 'Organization'].map((resourceType, n) => ({
    resourceType,
    id: `other-${n}`,
    meta: { tag: [{ system: 'https://trust.example/tags', code: 'test-data' }] },
    subject: { reference: 'Patient/ours' },
  }));

  /** A connection of which every search answers the same, and that notes what is to be removed. */
  function connection(entries: readonly object[], removed: string[]): FhirConnection {
    const entry = entries.map((resource) => ({ resource, search: { mode: 'match' } }));
    const answer = async (_session: unknown, type: string) => ({
      resourceType: 'Bundle',
      type: 'searchset',
      link: [],
      entry: entry.filter(({ resource }) => (resource as { resourceType: string }).resourceType === type),
    });
    const open: FhirConnection['open'] = async (_session, { address }, take) => {
      removed.push(address);
      return take(new Response(null));
    };
    const write = async () => {
      throw new HubError('HUB_UPSTREAM_REJECTED', { details: { status: 400 } });
    };
    const session = () => ({});
    const dateOf = () => null;
    const partly = { search: answer, searchByForm: answer, open, write, session, dateOf };
    return partly as unknown as FhirConnection;
  }

  test('and ignores _tag is not searched by tag, and nothing is removed', async () => {
    const removed: string[] = [];
    const data = new MarkedData(connection(others, removed), settings);
    expect(await data.searchesByTag()).toBe(false);
    expect(await data.removeLeftOvers(true)).toBe(0);
    await data.removeAll();
    expect(removed).toEqual([]);
  });

  test('and answers others beside ours loses ours alone', async () => {
    const removed: string[] = [];
    const tag = ['test-data', 'run-20200101T000000Z-00'].map((code) => ({ system: MARK, code }));
    const ours = { resourceType: 'Patient', id: 'ours', meta: { tag } };
    const filed = {
      resourceType: 'DocumentReference',
      id: 'filed',
      subject: { reference: 'Patient/ours' },
      identifier: [{ system: DOCUMENT_MARK, value: 'x' }],
    };
    const elsewhere = { ...filed, id: 'elsewhere', subject: { reference: 'Patient/other-1' } };
    const answers = connection([...others, ours, filed, elsewhere], removed);
    // To a tag that nothing bears it answers nothing, as it should; to any other, everything.
    const honest = { ...answers, searchByForm: askedForNothing(answers) };
    const data = new MarkedData(honest, settings);
    expect(await data.removeLeftOvers(true)).toBe(1);
    await data.removeAll();
    expect(removed).toEqual(['DocumentReference/filed', 'Patient/ours']);
  });

  const askedForNothing =
    ({ searchByForm }: FhirConnection): FhirConnection['searchByForm'] =>
    async (session, type, parameters) =>
      parameters._count === '1' ? { resourceType: 'Bundle' } : searchByForm(session, type, parameters);
});

describe('on a server', () => {
  let system: TestRecordSystem;
  const runs: InteropRun[] = [];
  beforeAll(async () => {
    system = await startRecordSystem({ world: 'empty' });
  });
  afterEach(async () => {
    await system.clearFaults();
    for (const run of runs.splice(0)) await run.close();
  });
  afterAll(() => system.stop());

  function begin(): InteropRun {
    const run = new InteropRun(siteOf({ HUB_INTEROP_BASE_URL: system.baseUrl })!);
    runs.push(run);
    return run;
  }
  /** Somebody on a caseload, with a document that the adapter filed. */
  async function makeSome(run: InteropRun): Promise<string> {
    const [who, team] = [await run.person(), await run.team('some')];
    await run.data.makeMany(
      Array.from({ length: 150 }, () => made.episode(who, team, { status: 'active', start: '2026-01-05' })),
    );
    return who;
  }
  const left = async (run: InteropRun): Promise<number> => (await run.data.tagged('test-data')).length;

  test('what a run made is gone when it ends, in whatever state it is', async () => {
    const run = begin();
    await makeSome(run);
    expect(await left(begin())).toBe(153);
    await run.data.removeAll();
    expect([await left(begin()), [...run.data.stuck]]).toEqual([0, []]);
  });

  test('what a run left that nobody ended is removed by a later one: all, or what is an hour old', async () => {
    const dead = begin();
    await makeSome(dead);
    const later = begin();
    expect(await later.data.removeLeftOvers(false)).toBe(0);
    expect(await left(later)).toBe(153);
    const [old] = [begin()];
    Object.assign(old!.data, { run: 'run-20200101T101010Z-00ff' });
    const who = await makeSome(old!);
    expect(await later.data.removeLeftOvers(false)).toBe(153);
    expect(await left(later)).toBe(153);
    expect(await later.data.removeLeftOvers(true)).toBe(153);
    expect(await left(later)).toBe(0);
    expect((await later.data.search('Patient', { _id: who.slice(8) })).length).toBe(0);
  });

  test('where there are no batches each is made and removed by itself', async () => {
    await system.faults({
      kind: 'status',
      status: 404,
      match: { method: 'POST', path: '^/fhir/?$' },
      times: 20,
    });
    const run = begin();
    await makeSome(run);
    expect(await left(begin())).toBe(153);
    await run.data.removeAll();
    expect(await left(begin())).toBe(0);
    const posts = (await system.requests()).filter(
      ({ method, path }) => method === 'POST' && path === '/fhir/EpisodeOfCare',
    );
    expect(posts.reduce((sum, { count }) => sum + count, 0)).toBeGreaterThan(150);
  });

  test('what cannot be removed is not made, beyond the one that shows it; that one is told', async () => {
    await system.faults({ kind: 'status', status: 405, match: { method: 'DELETE' }, times: 100 });
    const run = begin();
    await expect(run.person()).rejects.toThrow(
      new NotAllowed('Patient cannot be removed again (HUB_UPSTREAM_REJECTED, HTTP 405)'),
    );
    await expect(run.person()).rejects.toThrow(NotAllowed);
    expect(await left(begin())).toBe(1);
    await run.data.removeAll();
    expect([...run.data.stuck]).toEqual([
      [expect.stringMatching(/^Patient\//), 'HUB_UPSTREAM_REJECTED, HTTP 405'],
    ]);
    await system.clearFaults();
    await run.data.removeAll();
    expect([await left(begin()), run.data.stuck.size]).toEqual([0, 0]);
  });
});

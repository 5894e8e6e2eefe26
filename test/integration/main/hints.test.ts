/** The receiver of hints on a database: whose secret lets in, what is counted, and that many at once are few writes. */
import { newId } from '../../../src/core/ids.js';
import { hintReceiver, hintsOf } from '../../../src/main/hints.js';
import type { ConnectedSystem } from '../../../src/main/systems.js';
import type { Database } from '../../../src/platform/database/database.js';
import { createMetrics } from '../../../src/platform/metrics.js';
import { CaseloadWorld } from '../../support/caseload-world.js';
import { ScriptedCaseload } from '../../support/scripted-caseload.js';

const SECRETS = {
  north: 'north-secret-of-at-least-32-characters',
  south: 'south-secret-of-at-least-32-characters',
};

let world: CaseloadWorld;
let systems: ConnectedSystem[];
const metrics = createMetrics(false);
beforeAll(async () => {
  world = await CaseloadWorld.open();
  const connect = async (code: string, adapter: string, settings: object): Promise<ConnectedSystem> => ({
    system: await world.system(code),
    adapter: new ScriptedCaseload(code, world.clock),
    profile: {
      code,
      name: code,
      organisation: 'RAA',
      adapter,
      settings: { ...settings },
      shownSettings: {},
      teams: [],
    },
  });
  const fhir = { baseUrl: 'https://record.example/fhir', bearerToken: 'token' };
  systems = [
    await connect('north', 'fhir-r4', { ...fhir, hintSecret: SECRETS.north }),
    await connect('south', 'fhir-r4', { ...fhir, hintSecret: SECRETS.south }),
    await connect('silent', 'fhir-r4', fhir),
    await connect('file', 'caseload-extract', {
      folder: '/drop',
      filePattern: 'c_{asOf}.csv',
      columns: ['team=Team', 'localId=Patient'],
    }),
  ];
});
afterAll(() => world.close());

const receiver = (database: Database = world.db.database) => hintReceiver({ systems, database }, metrics);
const counted = async (): Promise<string[]> =>
  (await metrics.render()).split('\n').filter((line) => line.startsWith('hub_hints_total{'));
const asked = async (code: string): Promise<string | undefined> =>
  (
    await world.sql<{ asked: string }>(
      'select h.asked from caseload_hints h join clinical_record_systems s on s.id = h.system_id where s.code = $1',
      [code],
    )
  )[0]?.asked;

test.each<[string, string | null, boolean]>([
  ['north', SECRETS.north, true],
  ['south', SECRETS.south, true],
  ['north', SECRETS.south, false],
  ['north', `${SECRETS.north} `, false],
  ['north', '', false],
  ['north', null, false],
  ['silent', '', false],
  ['silent', null, false],
  ['silent', SECRETS.north, false],
  ['file', SECRETS.north, false],
  ['nobody', SECRETS.north, false],
  ['nobody', '', false],
  ['constructor', SECRETS.north, false],
])('%s with %j: %j', (code, secret, isLetIn) => {
  expect(receiver().recognises(code, secret)).toBe(isLetIn);
});

test('an adapter whose far end can give none has none', () => {
  expect(systems.map(({ profile }) => hintsOf(profile)?.secret)).toEqual([
    SECRETS.north,
    SECRETS.south,
    null,
    undefined,
  ]);
});

test('a hint is in the database once it is taken, the next has joined it, and each is counted', async () => {
  const one = receiver();
  await one.take('north');
  expect(await asked('north')).toBe('1');
  await receiver().take('north');
  expect(await asked('north')).toBe('2');
  one.refused('south');
  one.refused('nobody');
  one.refused(newId());
  expect(await counted()).toEqual([
    'hub_hints_total{system="north",outcome="accepted"} 1',
    'hub_hints_total{system="north",outcome="coalesced"} 1',
    'hub_hints_total{system="south",outcome="refused"} 1',
    'hub_hints_total{system="(none)",outcome="refused"} 2',
  ]);
});

/** A database that counts transactions, as many at once as there are, and fails as often as it is told to. */
class Counting {
  transactions = 0;
  under = 0;
  most = 0;
  failing = 0;
  readonly database: Database = {
    ...world.db.database,
    transaction: async (...args: Parameters<Database['transaction']>) => {
      this.transactions += 1;
      this.most = Math.max(this.most, ++this.under);
      try {
        if (this.failing-- > 0) throw new Error('gone');
        return await world.db.database.transaction(...args);
      } finally {
        this.under -= 1;
      }
    },
  } as Database;
}

test('a thousand at once are two writes, one after the other, and none is answered before its write', async () => {
  const counting = new Counting();
  const one = receiver(counting.database);
  const first = one.take('south');
  await Promise.resolve();
  const rest = Array.from({ length: 999 }, () => one.take('south'));
  await first;
  expect(Number(await asked('south'))).toBeGreaterThanOrEqual(1);
  await Promise.all(rest);
  expect([await asked('south'), counting.transactions, counting.most]).toEqual(['2', 2, 1]);
  await one.take('south');
  expect([await asked('south'), counting.transactions]).toEqual(['3', 3]);
});

test('a write that fails fails those that share it, and no other', async () => {
  const counting = new Counting();
  counting.failing = 1;
  const before = Number(await asked('south'));
  const one = receiver(counting.database);
  const first = one.take('south');
  const shared = one.take('south');
  expect((await Promise.allSettled([first, shared])).map(({ status }) => status)).toEqual([
    'rejected',
    'rejected',
  ]);
  await one.take('south');
  expect(await asked('south')).toBe(String(before + 1));
});

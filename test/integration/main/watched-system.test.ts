/** What deliveries and live reads meet moves the state of a record system, its row and the log; and never disturbs the call. */
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  CaseloadCapability,
  ClinicalRecordAdapter,
} from '../../../src/clinical/clinical-record.port.js';
import { readSource, SourceBreakers } from '../../../src/clinical/record-source.js';
import type { RefreshedSystem } from '../../../src/clinical/refresh/pull.service.js';
import type { ErrorCode } from '../../../src/core/error-codes.js';
import { HubError } from '../../../src/core/errors.js';
import { type LogFields, silentLogger } from '../../../src/core/logger.js';
import { within } from '../../../src/delivery/within.js';
import { startDeliveryWorker } from '../../../src/delivery/worker/start-worker.js';
import { type Hub, openHub } from '../../../src/main/open-hub.js';
import { askThoseGone } from '../../../src/main/return-watch.js';
import { type Serving, serve } from '../../../src/main/serve.js';
import { connectSystems } from '../../../src/main/systems.js';
import { WATCH_QUIET_MS, watchedAdapter } from '../../../src/main/watched-system.js';
import type { HubLogger } from '../../../src/platform/logging.js';
import { readSettings } from '../../../src/platform/settings/settings.js';
import { parseSiteProfiles } from '../../../src/platform/settings/site-profiles.js';
import { failureOf } from '../../support/casework-world.js';
import { createDeliveryWorld, type DeliveryWorld } from '../../support/delivery-world.js';
import { eventually } from '../../support/eventually.js';
import { anOutgoingDocument, keyOf } from '../../support/outgoing-documents.js';
import { ScriptedDocuments } from '../../support/scripted-documents.js';
import { ScriptedRecord } from '../../support/scripted-record.js';

interface Line {
  readonly level: 'warn' | 'info';
  readonly message: string;
  readonly fields: LogFields;
}
interface Row {
  readonly last_answer_at: Date | null;
  readonly last_failure_at: Date | null;
  readonly last_failure_code: string | null;
}

const ON = { on: '2026-03-11', deadlineMs: 60 };
const NEVER = new AbortController().signal;
const document = anOutgoingDocument();

let world: DeliveryWorld;
let system: RefreshedSystem;
let documents: ScriptedDocuments;
let record: ScriptedRecord;
let lines: Line[];
let opened: ClinicalRecordAdapter[];
let logger: HubLogger;
let systems = 0;

beforeAll(async () => {
  world = await createDeliveryWorld();
});
beforeEach(async () => {
  const code = `watched-${++systems}`;
  system = { id: await world.destination(code), organisationId: world.casework.organisations.home, code };
  documents = new ScriptedDocuments();
  record = new ScriptedRecord({ system: code });
  lines = [];
  opened = [];
  const kept =
    (level: Line['level']) =>
    (message: string, fields: LogFields = {}) =>
      void lines.push({ level, message, fields });
  logger = { ...silentLogger, warn: kept('warn'), info: kept('info'), with: () => logger };
  world.casework.clock.advance(3_600_000);
});
afterEach(async () => {
  for (const adapter of opened) await adapter.close();
});
afterAll(() => world?.close());

const now = (): Date => world.casework.clock.now();

function watch(
  members: Partial<ClinicalRecordAdapter> = { documents, record: record.capability },
  given: { restMs?: number; database?: DeliveryWorld['casework']['database'] } = {},
): ClinicalRecordAdapter {
  const adapter: ClinicalRecordAdapter = {
    ...members,
    health: async () => ({ state: 'UP', code: null, tookMs: 1, product: 'A record' }),
    close: async () => {},
  };
  const { database, clock } = world.casework;
  const watched = watchedAdapter(adapter, system, { database, clock, logger, restMs: 1, ...given });
  opened.push(watched);
  return watched;
}

async function row(): Promise<Row> {
  const [found] = await world.sql<Row>(
    'select last_answer_at, last_failure_at, last_failure_code from clinical_record_systems where id = $1',
    [system.id],
  );
  return found!;
}

/** Waits for a row of that sort; what is written is not awaited by the call. */
async function untilRow(holds: (found: Row) => boolean): Promise<Row> {
  let found = await row();
  await eventually(
    async () => {
      found = await row();
      return holds(found);
    },
    () => `the row stays ${JSON.stringify(found)}`,
  );
  return found;
}

/** Everything that is to be written has been. */
async function written(watched: ClinicalRecordAdapter): Promise<Row> {
  await watched.close();
  return row();
}

const failing = (code: ErrorCode, details = {}): void => {
  documents.find = async () => {
    throw new HubError(code, { details });
  };
};
const find = (watched: ClinicalRecordAdapter) => watched.documents!.find([keyOf(document)], NEVER);

describe('what a call says of the system', () => {
  it.each([
    'HUB_UPSTREAM_UNREACHABLE',
    'HUB_UPSTREAM_TIMEOUT',
    'HUB_UPSTREAM_UNAVAILABLE',
    'HUB_UPSTREAM_REFUSED',
    'HUB_UPSTREAM_PROTOCOL',
    'HUB_UPSTREAM_AMBIGUOUS',
    'HUB_UPSTREAM_ORIGIN',
  ] as const)('%s is a failure, shown with its code', async (code) => {
    failing(code);
    const watched = watch();
    expect(await failureOf(find(watched))).toEqual({ code });
    const found = await untilRow(({ last_failure_at }) => last_failure_at !== null);
    expect(found).toEqual({ last_answer_at: null, last_failure_at: now(), last_failure_code: code });
  });

  it.each([
    'HUB_UPSTREAM_REJECTED',
    'HUB_UPSTREAM_NOT_FOUND',
    'HUB_UPSTREAM_CONFLICT',
    'HUB_UPSTREAM_TOO_LARGE',
  ] as const)('%s is an answer', async (code) => {
    failing(code);
    const watched = watch();
    expect(await failureOf(find(watched))).toEqual({ code });
    const found = await untilRow(({ last_answer_at }) => last_answer_at !== null);
    expect(found).toEqual({ last_answer_at: now(), last_failure_at: null, last_failure_code: null });
  });

  it.each([
    ['HUB_UPSTREAM_STOPPED', {}],
    ['HUB_DELIVERY_PREDECESSOR', {}],
    ['HUB_DELIVERY_LABEL', {}],
    ['HUB_INPUT_INVALID', {}],
    ['HUB_INTERNAL', {}],
    // Refused by the adapter itself: nothing was sent.
    ['HUB_UPSTREAM_UNAVAILABLE', { circuit: 'OPEN' }],
    ['HUB_UPSTREAM_UNAVAILABLE', { queue: 'FULL' }],
    ['HUB_UPSTREAM_TOO_LARGE', { bytes: 20, maxTextBytes: 10 }],
  ] as const)('%s %j says nothing', async (code, details) => {
    failing(code, details);
    const watched = watch();
    expect(await failureOf(find(watched))).toEqual({ code });
    expect(await written(watched)).toEqual({
      last_answer_at: null,
      last_failure_at: null,
      last_failure_code: null,
    });
    expect(lines).toEqual([]);
  });

  it('a fault of the adapter’s own says nothing', async () => {
    record.misbehave('THROWS');
    const watched = watch();
    await expect(watched.record!.demographics!(['p1'], NEVER)).rejects.toThrow(TypeError);
    expect(await written(watched)).toMatchObject({ last_answer_at: null, last_failure_at: null });
  });

  it('a call about nothing says nothing: nothing is sent for it', async () => {
    const watched = watch();
    await watched.documents!.find([], NEVER);
    await watched.record!.careTeams!([], NEVER);
    expect(await written(watched)).toMatchObject({ last_answer_at: null, last_failure_at: null });
  });

  it('every write and every live read counts', async () => {
    const calls: ((adapter: ClinicalRecordAdapter) => Promise<unknown>)[] = [
      (adapter) => adapter.documents!.send(anOutgoingDocument(), NEVER),
      (adapter) => adapter.documents!.withdraw({ ...keyOf(document), reference: 'Document/none' }, NEVER),
      (adapter) => adapter.record!.demographics!(['p1'], NEVER),
      (adapter) => adapter.record!.careTeams!(['p1'], NEVER),
      (adapter) => adapter.record!.openEpisodes!(['p1'], '2026-03-11', NEVER),
      (adapter) => adapter.record!.documents!(['p1'], NEVER),
    ];
    for (const call of calls) {
      await world.sql('update clinical_record_systems set last_answer_at = null where id = $1', [system.id]);
      const watched = watch();
      await call(watched).catch(() => {});
      expect(await written(watched)).toMatchObject({ last_answer_at: now() });
    }
  });
});

describe('a system that hangs', () => {
  it('has failed a delivery once its time is up, though it heeds no signal', async () => {
    documents.find = () => new Promise(() => {});
    const watched = watch();
    const call = within(40, NEVER, (signal) => watched.documents!.find([keyOf(document)], signal));
    expect(await failureOf(call)).toEqual({ code: 'HUB_UPSTREAM_TIMEOUT' });
    expect(await untilRow(({ last_failure_at }) => last_failure_at !== null)).toMatchObject({
      last_failure_code: 'HUB_UPSTREAM_TIMEOUT',
    });
  });

  it('has failed it also when its adapter calls that end a stop', async () => {
    documents.find = (_keys, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new HubError('HUB_UPSTREAM_STOPPED')));
      });
    const watched = watch();
    await failureOf(within(40, NEVER, (signal) => watched.documents!.find([keyOf(document)], signal)));
    expect(await written(watched)).toMatchObject({ last_failure_code: 'HUB_UPSTREAM_TIMEOUT' });
  });

  it('has not failed when the hub stops', async () => {
    documents.find = () => new Promise(() => {});
    const watched = watch();
    const stop = new AbortController();
    const call = within(5_000, stop.signal, (signal) => watched.documents!.find([keyOf(document)], signal));
    stop.abort();
    expect(await failureOf(call)).toEqual({ code: 'HUB_UPSTREAM_STOPPED' });
    expect(await written(watched)).toMatchObject({ last_failure_at: null });
    expect(lines).toEqual([]);
  });

  it('has failed a live read at its deadline', async () => {
    record.misbehave('HANGS');
    const watched = watch();
    const breaker = new SourceBreakers().of(watched.record!);
    const call = readSource(watched.record!, breaker, 'careTeams', ['p1'], ON);
    expect(await failureOf(call)).toEqual({ code: 'HUB_UPSTREAM_TIMEOUT' });
    expect(await written(watched)).toMatchObject({ last_failure_code: 'HUB_UPSTREAM_TIMEOUT' });
  });
});

describe('what is written, and when', () => {
  it('a change at once, the same only every thirty seconds', async () => {
    const watched = watch();
    await find(watched);
    const first = now();
    await untilRow(({ last_answer_at }) => last_answer_at?.getTime() === first.getTime());
    world.casework.clock.advance(WATCH_QUIET_MS - 1);
    await find(watched);
    await sleep(50);
    expect((await row()).last_answer_at).toEqual(first);
    world.casework.clock.advance(1);
    await find(watched);
    await untilRow(({ last_answer_at }) => last_answer_at?.getTime() === now().getTime());
    failing('HUB_UPSTREAM_UNREACHABLE');
    world.casework.clock.advance(1);
    await failureOf(find(watched));
    await untilRow(({ last_failure_at }) => last_failure_at?.getTime() === now().getTime());
  });

  it('of an answer and a failure in the same millisecond the later shows', async () => {
    const watched = watch();
    await find(watched);
    failing('HUB_UPSTREAM_REFUSED');
    await failureOf(find(watched));
    const { last_answer_at, last_failure_at } = await written(watched);
    expect(last_failure_at!.getTime()).toBeGreaterThan(last_answer_at!.getTime());
  });

  it('a system that wavers is written once in a rest, and in the end as it was last', async () => {
    let statements = 0;
    const { database } = world.casework;
    const counted = {
      ...database,
      transaction: ((role, scope, work) => {
        statements++;
        return database.transaction(role, scope, work);
      }) as typeof database.transaction,
    };
    const watched = watch(undefined, { restMs: 60_000, database: counted });
    for (let round = 0; round < 30; round++) {
      documents.script = () => (round % 2 === 0 ? { code: 'HUB_UPSTREAM_UNAVAILABLE' } : undefined);
      await find(watched).catch(() => {});
      await sleep(5);
    }
    const { last_answer_at, last_failure_at } = await written(watched);
    expect(statements).toBe(2);
    expect(last_answer_at!.getTime()).toBeGreaterThan(last_failure_at!.getTime());
  });

  it('what somebody else wrote later stands', async () => {
    const later = new Date(now().getTime() + 60_000);
    await world.sql(
      `update clinical_record_systems set last_answer_at = $2, last_failure_at = $2, last_failure_code = 'HUB_UPSTREAM_ORIGIN' where id = $1`,
      [system.id, later],
    );
    const watched = watch();
    await find(watched);
    failing('HUB_UPSTREAM_TIMEOUT');
    await failureOf(find(watched));
    expect(await written(watched)).toEqual({
      last_answer_at: later,
      last_failure_at: later,
      last_failure_code: 'HUB_UPSTREAM_ORIGIN',
    });
  });

  it('touches no other system', async () => {
    const other = await world.destination(`beside-${systems}`);
    failing('HUB_UPSTREAM_UNREACHABLE');
    const watched = watch();
    await failureOf(find(watched));
    await watched.close();
    expect(
      await world.sql('select last_answer_at, last_failure_at from clinical_record_systems where id = $1', [
        other,
      ]),
    ).toEqual([{ last_answer_at: null, last_failure_at: null }]);
  });

  it('is neither awaited nor able to fail a call', async () => {
    let letGo!: () => void;
    const gate = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    let asked = 0;
    const database = {
      ...world.casework.database,
      transaction: async () => {
        asked++;
        await gate;
        throw new HubError('HUB_DATABASE_UNAVAILABLE');
      },
    } as unknown as DeliveryWorld['casework']['database'];
    const watched = watch(undefined, { database });
    // Answers while the database hangs, and goes on answering once it has failed.
    expect(await find(watched)).toEqual([null]);
    expect(asked).toBe(1);
    letGo();
    await sleep(20);
    expect(await find(watched)).toEqual([null]);
    expect(asked).toBe(2);
  });

  it('is due again with the next call when the database did not take it', async () => {
    let isDown = true;
    const { database } = world.casework;
    const flaky = {
      ...database,
      transaction: ((role, scope, work) =>
        isDown
          ? Promise.reject(new HubError('HUB_DATABASE_UNAVAILABLE'))
          : database.transaction(role, scope, work)) as typeof database.transaction,
    };
    const watched = watch(undefined, { database: flaky });
    await find(watched);
    await sleep(20);
    isDown = false;
    await find(watched);
    expect(await written(watched)).toMatchObject({ last_answer_at: now() });
  });
});

describe('the log', () => {
  const warning = (code: string) => ({
    level: 'warn',
    message: 'a record system does not answer as it should',
    fields: { system: system.code, code },
  });
  const relief = () => ({
    level: 'info',
    message: 'a record system answers again',
    fields: { system: system.code },
  });

  it('says once that it fails and once that it answers again', async () => {
    const watched = watch();
    await find(watched);
    expect(lines).toEqual([]);
    failing('HUB_UPSTREAM_UNREACHABLE');
    for (let round = 0; round < 5; round++) await failureOf(find(watched));
    expect(lines).toEqual([warning('HUB_UPSTREAM_UNREACHABLE')]);
    for (let round = 0; round < 3; round++) await watched.record!.careTeams!(['p1'], NEVER);
    expect(lines).toEqual([warning('HUB_UPSTREAM_UNREACHABLE'), relief()]);
  });

  it('of one that wavers says so every thirty seconds at most', async () => {
    const watched = watch();
    const waver = async (): Promise<void> => {
      for (let round = 0; round < 20; round++) {
        documents.script = () => (round % 2 === 0 ? { code: 'HUB_UPSTREAM_TIMEOUT' } : undefined);
        await find(watched).catch(() => {});
      }
    };
    await waver();
    const pair = [warning('HUB_UPSTREAM_TIMEOUT'), relief()];
    expect(lines).toEqual(pair);
    world.casework.clock.advance(WATCH_QUIET_MS);
    await waver();
    expect(lines).toEqual([...pair, ...pair]);
  });

  it('has a line when a delivery worker meets an outage, and one when it is over', async () => {
    const watched = watch();
    documents.script = () => ({ code: 'HUB_UPSTREAM_UNREACHABLE' });
    await world.sign(system.id, await world.linked(system.id, 'p1'));
    const { database, clock, db } = world.casework;
    const worker = await startDeliveryWorker({
      database,
      ownerUrl: db.ownerUrl,
      destinations: [
        {
          systemId: system.id,
          systemCode: system.code,
          organisationId: system.organisationId,
          custodianOdsCode: 'RAA',
          documents: watched.documents!,
        },
      ],
      clock,
      logger: silentLogger,
      settings: { backoffMs: 20, longestBackoffMs: 40, pollMs: 20 },
    });
    try {
      await untilRow(({ last_failure_at }) => last_failure_at !== null);
      expect(lines).toEqual([warning('HUB_UPSTREAM_UNREACHABLE')]);
      documents.script = () => undefined;
      await untilRow(
        (found) => found.last_answer_at !== null && found.last_answer_at > found.last_failure_at!,
      );
      expect(lines).toEqual([warning('HUB_UPSTREAM_UNREACHABLE'), relief()]);
    } finally {
      await worker.stop();
    }
  });
});

describe('the adapter that is watched', () => {
  it('has the members that it had, no more', () => {
    const caseload = {} as CaseloadCapability;
    expect(Object.keys(watch({})).sort()).toEqual(['close', 'health']);
    const some = watch({
      caseload,
      record: new ScriptedRecord({ system: 'x', offers: ['careTeams'] }).capability,
    });
    expect(some.caseload).toBe(caseload);
    expect(Object.keys(some).sort()).toEqual(['caseload', 'close', 'health', 'record']);
    expect(Object.keys(some.record!)).toEqual(['careTeams']);
    expect(watch({ documents }).documents!.traits).toBe(documents.traits);
  });

  it('is what a hub connects', async () => {
    const site = {
      code: system.code,
      name: 'Record',
      organisation: 'RAA',
      adapter: 'fhir-r4',
      settings: { baseUrl: 'http://127.0.0.1:9/fhir', auth: 'NONE', maxAttempts: 1 },
      teams: [],
    };
    const { database, clock, organisations } = world.casework;
    const ods = await world.sql<{ ods_code: string }>('select ods_code from organisations where id = $1', [
      organisations.home,
    ]);
    const profiles = parseSiteProfiles(JSON.stringify([{ ...site, organisation: ods[0]!.ods_code }]), {});
    const [connected] = await connectSystems(profiles, database, clock, logger);
    opened.push(connected!.adapter);
    expect(await failureOf(find(connected!.adapter))).toEqual({ code: 'HUB_UPSTREAM_UNREACHABLE' });
    await untilRow(({ last_failure_code }) => last_failure_code === 'HUB_UPSTREAM_UNREACHABLE');
  });
});

describe('/health/ready', () => {
  let hub: Hub;
  let serving: Serving;
  afterEach(async () => {
    await serving?.close();
    await hub?.close();
  });

  async function state(): Promise<string | undefined> {
    const answer = (await (await fetch(`${serving.url}/health/ready`)).json()) as {
      systems: { system: string; state: string }[];
    };
    return answer.systems.find((one) => one.system === system.code)?.state;
  }

  it('shows an outage that deliveries alone meet, and its end', async () => {
    const { ownerUrl } = world.casework.db;
    const settings = readSettings({
      DATABASE_URL: ownerUrl,
      HUB_TOKEN_ISSUER: 'https://issuer.example',
      HUB_TOKEN_AUDIENCE: 'hub',
      HUB_TOKEN_JWKS_URL: 'https://issuer.example/keys',
      HUB_CURSOR_SECRET: 'kT3xPq9vW2mZ7rB4nY6sL1dF8hJ5gC0a',
      HUB_PORT: '0',
    });
    hub = await openHub(
      settings,
      { ownerUrl, embedded: false, stop: async () => {} },
      logger,
      world.casework.clock,
    );
    serving = await serve(hub);
    const watched = watch();
    const shows = (wanted: string): Promise<void> =>
      eventually(
        async () => (await state()) === wanted,
        () => `it was never ${wanted}`,
      );
    // A pull has succeeded a minute ago.
    await world.sql('update clinical_record_systems set last_answer_at = $2 where id = $1', [
      system.id,
      new Date(now().getTime() - 60_000),
    ]);
    await shows('ANSWERING');
    documents.script = () => ({ code: 'HUB_UPSTREAM_UNREACHABLE' });
    await failureOf(watched.documents!.send(anOutgoingDocument(), NEVER));
    await shows('FAILING');
    await watched.record!.demographics!(['p1'], NEVER);
    await shows('ANSWERING');
  });
});

describe('one that could not be reached is asked again by itself', () => {
  const away = async (code: ErrorCode): Promise<void> => {
    const failedAt = new Date(now().getTime() - 1_000);
    await world.sql(
      'update clinical_record_systems set last_failure_at = $2, last_failure_code = $3 where id = $1',
      [system.id, failedAt, code],
    );
  };
  const asked = async (state: 'UP' | 'DOWN'): Promise<number> => {
    let times = 0;
    const health: ClinicalRecordAdapter['health'] = async () => {
      times += 1;
      return { state, code: null, tookMs: 1, product: null };
    };
    const { database, clock } = world.casework;
    const connected = { system, adapter: { health, close: async () => {} }, profile: null as never };
    await askThoseGone({ database, clock, logger, systems: [connected] });
    return times;
  };

  it('and answers again with the first answer', async () => {
    await away('HUB_UPSTREAM_UNREACHABLE');
    expect(await asked('DOWN')).toBe(1);
    expect((await row()).last_answer_at).toBeNull();
    expect(await asked('UP')).toBe(1);
    expect((await row()).last_answer_at).toEqual(now());
    expect(lines).toEqual([
      {
        level: 'info',
        message: 'a record system that could not be reached is there again',
        fields: { system: system.code },
      },
    ]);
    expect(await asked('UP')).toBe(0);
  });

  it('but not one that failed in another way, which an answer to something harmless does not end', async () => {
    await away('HUB_UPSTREAM_REFUSED');
    expect(await asked('UP')).toBe(0);
    expect((await row()).last_answer_at).toBeNull();
  });
});

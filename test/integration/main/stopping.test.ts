/** Stopping under load: what is under way finishes, nothing new begins, no connection and no timer is left. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { Environment } from '../../../src/platform/settings/settings.js';
import { eventually } from '../../support/eventually.js';
import { Production, tokenOf } from '../../support/production.js';

const loader = fileURLToPath(new URL('../../support/typescript-loader.js', import.meta.url));
const program = fileURLToPath(new URL('run-until-told.ts', import.meta.url));

describe('stopping', () => {
  let production: Production;
  beforeAll(async () => {
    production = await new Production().build();
  });
  afterEach(() => production.stopHubs());
  afterAll(() => production?.close());

  /** Runs work while every read of specifications is held up; `held` resolves once so many wait. */
  async function holdingSpecifications(
    work: (held: (count: number) => Promise<void>, letGo: () => Promise<void>) => Promise<void>,
  ): Promise<void> {
    const client = new pg.Client({ connectionString: production.superuserUrl, application_name: 'test' });
    await client.connect();
    try {
      await client.query('begin');
      await client.query('lock table service_specifications in access exclusive mode');
      const held = async (count: number): Promise<void> => {
        await eventually(
          async () => {
            const [row] = await production.sql<{ n: number }>(
              `select count(distinct pid)::integer as n from pg_locks where relation = 'service_specifications'::regclass and not granted`,
            );
            return row!.n >= count;
          },
          () => 'they do not wait',
        );
      };
      await work(held, async () => void (await client.query('rollback')));
    } finally {
      await client.end();
    }
  }

  it('lets requests that are under way finish, then leaves no connection', async () => {
    const hub = await production.start();
    await holdingSpecifications(async (held, letGo) => {
      const asked = Array.from({ length: 4 }, () =>
        production.ask(hub, tokenOf(), '{ serviceSpecifications { totalCount nodes { code } } }'),
      );
      // As many as there are connections for staff; the others wait for one of them, and are answered too.
      await held(2);
      let stopped = false;
      const stopping = hub.stop().then(() => {
        stopped = true;
      });
      // The door is closed while the requests inside are still waiting.
      await untilRefused(`${hub.url}/health/live`);
      expect(stopped).toBe(false);
      await letGo();
      for (const answer of await Promise.all(asked)) {
        expect(answer).toMatchObject({ status: 200, codes: [] });
        expect(answer.data).toMatchObject({ serviceSpecifications: { totalCount: 0 } });
      }
      await stopping;
    });
    expect(await production.connections()).toEqual([]);
  });

  it('does not wait for a connection that never asked anything', async () => {
    const hub = await production.start();
    const silent = connect(Number(new URL(hub.url!).port), '127.0.0.1');
    await once(silent, 'connect');
    const closed = once(silent, 'close');
    const startedAt = Date.now();
    await hub.stop();
    await closed;
    expect(Date.now() - startedAt).toBeLessThan(20_000);
  });

  it('right after the start leaves nothing either, and twice is once', async () => {
    const hub = await production.start();
    await Promise.all([hub.stop(), hub.stop()]);
    await hub.stop();
    expect(await production.connections()).toEqual([]);
  });

  it('a hub that was stopped starts again on the same database', async () => {
    for (let round = 0; round < 3; round++) {
      const hub = await production.start();
      expect((await production.ask(hub, tokenOf(), '{ me { subject } }')).data).toEqual({
        me: { subject: 'kit' },
      });
      await hub.stop();
    }
    expect(await production.connections()).toEqual([]);
  });

  describe('a process', () => {
    interface Process {
      readonly child: ChildProcess;
      readonly url: string;
      said(): string;
    }

    async function run(changes: Environment = {}): Promise<Process> {
      const child = spawn(process.execPath, ['--import', loader, program], {
        env: {
          PATH: process.env.PATH,
          NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
          ...production.env(changes),
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let text = '';
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
      while (!/^serving .*$/m.test(text)) {
        if (child.exitCode !== null) throw new Error(text);
        await once(child.stdout, 'data');
      }
      return { child, url: /^serving (.*)$/m.exec(text)![1]!, said: () => text };
    }

    async function ended({ child }: Process): Promise<number | null> {
      const limit = setTimeout(() => child.kill('SIGKILL'), 20_000);
      if (child.exitCode === null) await once(child, 'exit');
      clearTimeout(limit);
      return child.exitCode;
    }

    it('ends by itself after stop: no timer, socket or pool keeps it; it has warned of HUB_ names that are no setting, and of no secret’s', async () => {
      const running = await run({ HUB_LOG_LEVEL: 'warn', HUB_PROT: '8080', HUB_SECRET_SOMETHING: 'hush' });
      expect((await production.ask(running, tokenOf(), '{ teams { totalCount } }')).data).toEqual({
        teams: { totalCount: 2 },
      });
      running.child.kill('SIGTERM');
      expect(await ended(running)).toBe(0);
      expect(running.said()).toMatch(/^stopped$/m);
      expect(await production.connections()).toEqual([]);
      const warnings = running
        .said()
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as { level: string; setting?: string })
        .filter(({ setting }) => setting !== undefined);
      expect(warnings).toEqual([expect.objectContaining({ level: 'warn', setting: 'HUB_PROT' })]);
      expect(running.said()).not.toMatch(/8080|hush/);
    });

    it('that is killed leaves nothing that keeps another from starting', async () => {
      const running = await run();
      running.child.kill('SIGKILL');
      await ended(running);
      const hub = await production.start();
      expect((await production.ask(hub, tokenOf(), '{ me { subject } }')).data).toEqual({
        me: { subject: 'kit' },
      });
      await hub.stop();
      expect(await production.connections()).toEqual([]);
    });
  });
});

/** Waits until nobody listens at an address, or nobody new is served. */
const untilRefused = (url: string): Promise<void> =>
  eventually(async () => {
    try {
      const response = await fetch(url, { headers: { connection: 'close' } });
      await response.arrayBuffer();
      return response.status === 503;
    } catch {
      return true;
    }
  });

/** What the record system has acknowledged it keeps, however it ends; and it ends when it should. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bundle, DocumentReference } from 'fhir/r4.js';
import { CAST } from '../../../seeds/demonstration/cast.js';
import { demonstrationRecords } from '../../../seeds/demonstration/clinical-world.js';
import { countHeld, heldWithIdentifier } from '../../../seeds/record-system/count-held.js';
import { startRecordSystemProcess } from '../../../seeds/record-system/record-system-process.js';
import { NEVER_MS } from '../../support/eventually.js';
import { startRecordSystem, type TestRecordSystem } from '../../support/record-system.js';
import { scratchFolder } from '../../support/scratch-folder.js';
import { aNote, fhir, NOTE_SYSTEM, nextOf, walk } from './fhir-calls.js';

const ENTRY = fileURLToPath(new URL('../../../seeds/record-system/main.ts', import.meta.url));
const LOADER = new URL('../../support/typescript-loader.js', import.meta.url).href;

describe('kill -9', () => {
  let system: TestRecordSystem;
  beforeAll(async () => {
    system = await startRecordSystem({ world: 'empty' });
  });
  afterAll(() => system.stop());

  test('under four writers, three times: nothing acknowledged is lost, nothing is held twice', async () => {
    const acknowledged = new Set<string>();
    const sent: string[] = [];
    for (let round = 0; round < 3; round++) {
      let killed = false;
      const before = acknowledged.size;
      const enough = Promise.withResolvers<void>();
      const writer = async (name: number): Promise<void> => {
        for (let index = 0; !killed; index++) {
          const identifier = `r${round}-w${name}-${index}`;
          sent.push(identifier);
          const condition = { 'if-none-exist': `identifier=${NOTE_SYSTEM}|${identifier}` };
          const answer = await fhir<DocumentReference>(
            system.baseUrl,
            'POST',
            'DocumentReference',
            aNote(identifier),
            condition,
          ).catch(() => null);
          if (answer?.status === 201) acknowledged.add(identifier);
          if (acknowledged.size === before + 60) enough.resolve();
        }
      };
      const writers = [0, 1, 2, 3].map(writer);
      await enough.promise;
      await system.kill('SIGKILL');
      killed = true;
      await Promise.all(writers);
      const found = countHeld(system.file);
      expect(found.integrity).toBe('ok');
      expect(found.current.DocumentReference).toBeGreaterThanOrEqual(acknowledged.size);
      await system.restart();
    }
    const held = new Map(
      sent.map((identifier) => [
        identifier,
        heldWithIdentifier(system.file, 'DocumentReference', NOTE_SYSTEM, identifier).length,
      ]),
    );
    expect([...acknowledged].filter((identifier) => held.get(identifier) !== 1)).toEqual([]);
    expect([...held.values()].filter((count) => count > 1)).toEqual([]);
    const { body } = await fhir<Bundle>(system.baseUrl, 'GET', 'DocumentReference?_summary=count');
    expect(body.total).toBe([...held.values()].filter((count) => count === 1).length);
  });
});

describe('restart', () => {
  let system: TestRecordSystem;
  beforeAll(async () => {
    system = await startRecordSystem({ people: 150 });
  });
  afterAll(() => system.stop());

  test('finds the first start’s data, seeds nothing again, and links go on, those of a posted search too', async () => {
    const path = 'Patient?_count=60&_sort=_lastUpdated';
    const whole = (await walk(system.baseUrl, path)).length;
    const first = (await fhir<Bundle>(system.baseUrl, 'GET', path)).body;
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const posted = (await fhir<Bundle>(system.baseUrl, 'POST', 'Patient/_search', '_count=60', form)).body;
    const before = countHeld(system.file);
    await system.kill('SIGKILL');
    await system.restart();
    expect(countHeld(system.file)).toEqual(before);
    expect((await walk(system.baseUrl, nextOf(first)!)).length).toBe(whole - 1);
    expect((await fhir(system.baseUrl, 'GET', nextOf(posted)!)).status).toBe(200);
  });

  test('what is seeded is what the world says', async () => {
    const expected: Record<string, number> = {};
    for (const { resourceType } of demonstrationRecords('2026-03-02', 150))
      expected[resourceType] = (expected[resourceType] ?? 0) + 1;
    expect(countHeld(system.file).current).toEqual(expected);
    expect(
      heldWithIdentifier(
        system.file,
        'Patient',
        'https://fhir.nhs.uk/Id/nhs-number',
        CAST.twoRecords.nhsNumber,
      ).length,
    ).toBe(2);
  });
});

describe('the end of the process', () => {
  let folder: string;
  beforeEach(() => {
    folder = scratchFolder('record-system-end-');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const start = (file = join(folder, 'a.sqlite'), port = 0) =>
    startRecordSystemProcess({
      file,
      port,
      world: 'empty',
      entry: ENTRY,
      nodeArguments: ['--import', LOADER],
    });

  test('SIGINT ends it with code 0', async () => {
    const child = await start();
    await child.kill('SIGINT');
    expect(await child.exited).toEqual({ code: 0, signal: null });
  });

  test('SIGTERM too, and an idle connection does not hold it', async () => {
    const child = await start();
    await fhir(child.baseUrl, 'GET', 'metadata');
    const hanging = fetch(`${child.controlUrl}/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"kind":"hang"}',
    })
      .then(() => fetch(`${child.baseUrl}/metadata`))
      .catch((error: Error) => error.message);
    while (
      ((await (await fetch(`${child.controlUrl}/requests`)).json()) as { requests: { count: number }[] })
        .requests[0]!.count < 2
    )
      await new Promise(setImmediate);
    await child.kill('SIGTERM');
    expect(await child.exited).toEqual({ code: 0, signal: null });
    expect(await hanging).toBe('fetch failed');
  });

  test('it does not outlive a parent that was killed', async () => {
    const script = `
      import { startRecordSystemProcess } from ${JSON.stringify(new URL('../../../seeds/record-system/record-system-process.ts', import.meta.url).href)};
      const child = await startRecordSystemProcess({ file: ${JSON.stringify(join(folder, 'b.sqlite'))}, world: 'empty', entry: ${JSON.stringify(ENTRY)}, nodeArguments: ['--import', ${JSON.stringify(LOADER)}] });
      process.stdout.write(JSON.stringify({ baseUrl: child.baseUrl, pid: child.pid }));
      setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ['--import', LOADER, '--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [said] = (await once(parent.stdout!, 'data')) as [Buffer];
    const { baseUrl, pid } = JSON.parse(said.toString()) as { baseUrl: string; pid: number };
    expect((await fhir(baseUrl, 'GET', 'metadata')).status).toBe(200);
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    const answers = (): Promise<boolean> =>
      fetch(`${baseUrl}/metadata`).then(
        ({ ok }) => ok,
        () => false,
      );
    let alive = true;
    for (const until = Date.now() + NEVER_MS; alive && Date.now() < until; ) alive = await answers();
    if (alive) process.kill(pid, 'SIGKILL');
    expect(alive).toBe(false);
  });

  test('on a port that somebody has it says so and ends', async () => {
    const somebody = createServer().listen(0, '127.0.0.1');
    await once(somebody, 'listening');
    const { port } = somebody.address() as { port: number };
    await expect(start(join(folder, 'c.sqlite'), port)).rejects.toThrow('EADDRINUSE');
    somebody.close();
  });
});

describe('arguments', () => {
  test('every fault is named at once, with exit code 2', async () => {
    const child = spawn(
      process.execPath,
      [
        '--import',
        LOADER,
        ENTRY,
        '--port',
        '70000',
        '--people',
        'many',
        '--today',
        '2026-02-30',
        '--world',
        'other',
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    const said: string[] = [];
    child.stderr!.on('data', (chunk: Buffer) => said.push(chunk.toString()));
    const [code] = (await once(child, 'close')) as [number];
    expect(code).toBe(2);
    for (const name of ['--port', '--people', '--today', '--world', '--file'])
      expect(said.join('')).toMatch(new RegExp(`^${name}: `, 'm'));
  });
});

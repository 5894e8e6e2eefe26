/**
 * A bulk export of 50,000 resources in the memory of 5,000; killed half-way it goes on with the same export, and comes to what
 * an undisturbed one comes to; where the server has dropped the export, a new one is begun.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { RefreshedSystem } from '../../src/clinical/refresh/pull.service.js';
import { CaseloadWorld } from '../support/caseload-world.js';
import type { ExportOrder, ExportWord } from '../support/export-refresher.js';
import { type LargeExportServer, startLargeExportServer } from '../support/large-export-server.js';

const TEAM = 'Organization/team-one';
const RESOURCES = 50_005;
const PEOPLE = 25_000;
const here = (name: string): string => fileURLToPath(new URL(`../support/${name}`, import.meta.url));

/** A database with nobody in it, and a server. */
interface Scene {
  readonly world: CaseloadWorld;
  readonly system: RefreshedSystem;
  readonly server: LargeExportServer;
}

const scenes: Scene[] = [];

async function scene(resources = RESOURCES): Promise<Scene> {
  const world = await CaseloadWorld.open();
  const one = {
    world,
    system: await world.system('SYS'),
    server: await startLargeExportServer(TEAM, resources),
  };
  scenes.push(one);
  return one;
}

afterEach(async () => {
  for (const { world, server } of scenes.splice(0)) {
    await server.close();
    await world.close();
  }
});

/** A hub's process at work, under a bound on its heap for what lives long: with the patients of the export in it, it would die. */
function refresher({ world, system, server }: Scene): ChildProcess {
  const order: ExportOrder = {
    ownerUrl: world.db.ownerUrl,
    organisationId: world.organisationId,
    systemId: system.id,
    teamReference: TEAM,
    baseUrl: server.baseUrl,
  };
  return fork(here('export-refresher.ts'), [JSON.stringify(order)], {
    execArgv: [
      '--max-old-space-size=64',
      '--max-semi-space-size=16',
      '--import',
      here('typescript-loader.js'),
    ],
  });
}

/** Runs it to its end. */
async function finished(child: ChildProcess): Promise<ExportWord> {
  let last: ExportWord | undefined;
  child.on('message', (word) => {
    last = word as ExportWord;
  });
  const [code] = await once(child, 'exit');
  expect([code, last?.ended?.state]).toEqual([0, 'COMPLETE']);
  return last!;
}

/** Kills it once half the memberships have come; answers how many had. */
async function killedHalfWay(child: ChildProcess): Promise<number> {
  const half = new Promise<number>((resolve) =>
    child.on('message', (word) => {
      const { received } = word as ExportWord;
      if (received < PEOPLE / 2) return;
      child.kill('SIGKILL');
      resolve(received);
    }),
  );
  const [[, signal], received] = await Promise.all([once(child, 'exit'), half]);
  expect(signal).toBe('SIGKILL');
  return received;
}

/** What the hub knows, without what differs between two runs. */
async function known({ world }: Scene): Promise<unknown> {
  const [row] = await world.sql(
    `select count(*)::int as memberships, count(distinct m.person_id)::int as people, count(distinct m.source_reference)::int as sources,
            md5(string_agg(concat_ws('|', m.source_reference, m.source_version, m.state, m.valid_from, m.valid_to, m.care_coordinator_reference,
              m.care_coordinator_name, m.restricted, m.local_id, p.nhs_number, p.nhs_number_status, p.date_of_birth, p.deceased_on,
              p.identity_state), ',' order by m.source_reference)) as says
     from caseload_memberships m join persons p on p.id = m.person_id where m.observed_to is null`,
  );
  const pulls = await world.sql('select state, watermark, received, expected, changed from caseload_pulls');
  const left = await world.sql('select 1 from caseload_staging union all select 1 from caseload_progress');
  return { row, pulls, left: left.length };
}

test('50,000 resources take the memory of 5,000; killed half-way and gone on with they come to the same', async () => {
  const few = await finished(refresher(await scene(5_005)));
  const undisturbed = await scene();
  const many = await finished(refresher(undisturbed));
  process.stdout.write(`export: ${few.peakMb} MB for 5,000 resources, ${many.peakMb} MB for 50,000\n`);
  expect(many.received).toBe(PEOPLE);
  // What waits for its patient is half a kilobyte of each.
  expect(many.peakMb - few.peakMb).toBeLessThan(64);
  const expected = await known(undisturbed);

  const disturbed = await scene();
  const before = await killedHalfWay(refresher(disturbed));
  const kept = await disturbed.world.sql<{ pages: number }>('select pages from caseload_progress');
  expect(kept[0]!.pages * 100).toBeGreaterThanOrEqual(before - 300);
  const filesBefore = disturbed.server.fetched.length;
  const words: number[] = [];
  const second = refresher(disturbed);
  second.on('message', (word) => words.push((word as ExportWord).received));
  await finished(second);
  expect(disturbed.server.begun).toBe(1);
  expect(disturbed.server.jobs.size).toBe(0);
  // The first page of the second process is the one after the last that was kept.
  expect(words[0]).toBe((kept[0]!.pages + 1) * 100);
  expect(await known(disturbed)).toEqual(expected);
  process.stdout.write(
    `export: killed after ${before} of ${PEOPLE}, gone on with after ${kept[0]!.pages * 100}; files ${filesBefore} and ${disturbed.server.fetched.length - filesBefore}\n`,
  );
}, 900_000);

test('an export that the server has dropped meanwhile is begun anew, and comes to the same', async () => {
  const undisturbed = await scene();
  await finished(refresher(undisturbed));
  const disturbed = await scene();
  await killedHalfWay(refresher(disturbed));
  disturbed.server.expire();
  await finished(refresher(disturbed));
  expect(disturbed.server.begun).toBe(2);
  expect(disturbed.server.jobs.size).toBe(0);
  expect(await known(disturbed)).toEqual(await known(undisturbed));
}, 900_000);

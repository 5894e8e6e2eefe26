/** Two ways to a false answer about absence and presence, closed: somebody who has moved, and a list of teams that cannot be had. */
import type { RefreshedSystem } from '../../../src/clinical/refresh/pull.service.js';
import { HubError } from '../../../src/core/errors.js';
import { CaseloadWorld } from '../../support/caseload-world.js';
import { patient, ScriptedCaseload } from '../../support/scripted-caseload.js';

let world: CaseloadWorld;
let system: RefreshedSystem;
let record: ScriptedCaseload;
const [north, crisis] = ['Team/north', 'Team/crisis'];

beforeAll(async () => {
  world = await CaseloadWorld.open();
  system = await world.system('MOVES');
  record = new ScriptedCaseload(system.code, world.clock, 3);
  await world.map(system, north, await world.team('CMHT'));
  await world.map(system, crisis, await world.team('CRISIS'));
});
afterAll(() => world.close());

const openRows = async (team: string): Promise<string[]> =>
  (await world.rows(team))
    .filter((row) => row.observed_to === null)
    .map((row) => String(row.source_reference));

test('an entry that an increment finds under another team closes the row that it had', async () => {
  record.put(north, 'Episode/1', { patient: patient('p1', null) });
  record.put(crisis, 'Episode/2', { patient: patient('p2', null) });
  await world.refresh.refreshSystem(system, record, 'SWEEP');
  expect(await openRows(north)).toEqual(['Episode/1']);

  world.clock.advance(3_600_000);
  record.teamsHeld.get(north)!.delete('Episode/1');
  record.put(crisis, 'Episode/1', { patient: patient('p1', null) });
  record.put(crisis, 'Episode/1', { patient: patient('p1', null), state: 'ON_HOLD' });
  await world.refresh.refreshSystem(system, record, 'INCREMENT');
  expect(await openRows(crisis)).toContain('Episode/1');
  expect(await openRows(north)).toEqual([]);
});

test('without the list of teams there is no sweep, the reason is on the system, and nothing has changed', async () => {
  const before = await world.rows(crisis);
  const listless = Object.assign(Object.create(record) as ScriptedCaseload, {});
  Object.defineProperty(listless, 'caseload', {
    value: {
      pull: record.caseload.pull.bind(record.caseload),
      teams: () => Promise.reject(new HubError('HUB_UPSTREAM_REFUSED')),
    },
  });
  await expect(world.refresh.refreshSystem(system, listless, 'SWEEP')).rejects.toMatchObject({
    code: 'HUB_UPSTREAM_REFUSED',
  });
  expect(await world.rows(crisis)).toEqual(before);
  const [row] = await world.sql('select last_failure_code from clinical_record_systems where id = $1', [
    system.id,
  ]);
  expect(row).toEqual({ last_failure_code: 'HUB_UPSTREAM_REFUSED' });
  await expect(world.refresh.refreshSystem(system, listless, 'INCREMENT')).resolves.toHaveLength(2);
});

/**
 * Whatever stops a pull, memberships stay those of the last whole one, row for row, and nobody becomes absent by it.
 * Planted fault: a pull that was cut short and is applied nevertheless; the same comparison must find it out.
 */
import { MembershipState } from '../../../src/clinical/clinical-record.port.js';
import { readCaseloadEvidence } from '../../../src/clinical/evidence.reader.js';
import { absenceStanding, presenceUsable } from '../../../src/clinical/freshness.rules.js';
import { openOn, Standing } from '../../../src/clinical/membership.rules.js';
import type { PullKind, RefreshedSystem } from '../../../src/clinical/refresh/pull.service.js';
import { CaseloadWorld, saidBy } from '../../support/caseload-world.js';
import { type Fault, patient, ScriptedCaseload } from '../../support/scripted-caseload.js';

const TEAMS = ['Team/CMHT', 'Team/EIP', 'Team/REHABILITATION'];
const PER_TEAM = 44;
const PAGE = 12;
const HOUR = 3_600_000;
const NOW = new Date('2026-03-02T09:00:00Z');
const FATAL = ['stop', 'cut', 'truncate', 'instead'] as const;

let world: CaseloadWorld;
let system: RefreshedSystem;
let record: ScriptedCaseload;
let next: number;

/** Numbers that look random and are the same in every run. */
let seed = 20_260_302;
function random(below: number): number {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return seed % below;
}

/** Past the triggers that let nobody delete; far quicker than another database. */
const CLEAR = `set session_replication_role = replica;
  delete from caseload_memberships; delete from caseload_staging; delete from caseload_pulls; delete from team_maps;
  delete from teams; delete from clinical_record_systems; delete from record_links; delete from persons;
  delete from identity_conflicts; delete from leases; delete from audit_events;
  set session_replication_role = origin`;

beforeAll(async () => {
  world = await CaseloadWorld.open();
});
beforeEach(async () => {
  await world.sql(CLEAR);
  world.clock.set(NOW);
  system = await world.system('SYS');
  record = new ScriptedCaseload('SYS', world.clock, PAGE);
  for (const team of TEAMS) await world.map(system, team, await world.team(team.slice(5)));
  next = 0;
  for (const team of TEAMS) for (let n = 0; n < PER_TEAM; n++) join(team);
});
afterAll(() => world.close());

function join(team: string): void {
  const n = next++;
  record.put(team, `Episode/${n}`, { patient: patient(`p${n}`, null) });
}

/** A day in the trust: on every team some join, some end, some move on, some records vanish. */
function liveOn(): void {
  for (const team of TEAMS) {
    const references = [...record.teamsHeld.get(team)!.keys()];
    const any = (): string => references.splice(random(references.length), 1)[0]!;
    const who = (reference: string): ReturnType<typeof patient> =>
      record.teamsHeld.get(team)!.get(reference)!.item.patient;
    for (let n = 0; n < 2; n++) join(team);
    for (let n = 0; n < 3; n++) {
      const reference = any();
      record.put(team, reference, {
        patient: who(reference),
        state: MembershipState.ENDED,
        validTo: '2026-03-01',
      });
    }
    for (let n = 0; n < 12; n++) {
      const reference = any();
      record.put(team, reference, {
        patient: who(reference),
        careCoordinator: { reference: `Practitioner/${random(9)}`, name: null },
      });
    }
    record.remove(team, any());
  }
}

async function everyRow(): Promise<Map<string, Record<string, unknown>[]>> {
  return new Map(await Promise.all(TEAMS.map(async (team) => [team, await world.rows(team)] as const)));
}

/** A random page of a team, by default a random one, where the fault shows: not "instead" of a first page, which has none before it. */
function anyFault(
  kinds: readonly Fault['kind'][],
  kind: PullKind,
  team = TEAMS[random(TEAMS.length)]!,
): Fault {
  const pages = kind === 'SWEEP' ? Math.ceil(PER_TEAM / PAGE) - 1 : 2;
  const fault = kinds[random(kinds.length)]!;
  return {
    kind: fault,
    team,
    page: fault === 'instead' ? 2 + random(pages - 1) : 1 + random(pages),
  };
}

const run = (kind: PullKind, adapter = record): ReturnType<CaseloadWorld['refresh']['refreshSystem']> =>
  world.refresh.refreshSystem(system, adapter, kind);

async function expectWholeCaseloads(): Promise<void> {
  for (const team of TEAMS) expect(await world.current(team)).toEqual(saidBy(record.teamsHeld.get(team)!));
}

test.each<[PullKind]>([['SWEEP'], ['INCREMENT']])(
  '20 times stopped, cut, truncated or replaced at a random page of a %s',
  async (kind) => {
    await run('SWEEP');
    await expectWholeCaseloads();
    // Two teams of three in each round.
    for (let round = 0; round < 10; round++) {
      world.clock.advance(900_000);
      liveOn();
      const before = await everyRow();
      const spared = random(TEAMS.length);
      const faults = TEAMS.filter((_, at) => at !== spared).map((team) => anyFault(FATAL, kind, team));
      record.faults.push(...faults);
      const results = await run(kind);
      expect(record.faults).toEqual([]);
      for (const result of results) {
        const fault = faults.find(({ team }) => team === result.teamReference);
        expect([fault?.kind, result.kind, result.state]).toEqual([
          fault?.kind,
          kind,
          fault ? 'INCOMPLETE' : 'COMPLETE',
        ]);
        if (fault) expect(await world.rows(fault.team)).toEqual(before.get(fault.team));
        else if (kind === 'SWEEP')
          expect(await world.current(result.teamReference)).toEqual(
            saidBy(record.teamsHeld.get(result.teamReference)!),
          );
      }
      expect(await world.sql('select 1 from caseload_staging')).toEqual([]);
      await run('SWEEP');
      await expectWholeCaseloads();
    }
  },
);

test('after a failed increment the next one still brings what it would have brought', async () => {
  await run('SWEEP');
  world.clock.advance(HOUR);
  record.put(TEAMS[0]!, 'Episode/0', { patient: patient('p0', null), state: MembershipState.ON_HOLD });
  record.fault = { kind: 'stop', team: TEAMS[0]!, page: 1 };
  await run('INCREMENT');
  world.clock.advance(HOUR);
  await run('INCREMENT');
  await expectWholeCaseloads();
});

test.each([[true], [false]])('a page that comes twice is no harm (announced: %s)', async (announces) => {
  record.announces = announces;
  for (let round = 0; round < 5; round++) {
    liveOn();
    record.fault = anyFault(['twice'], 'SWEEP');
    for (const result of await run('SWEEP')) expect(result.state).toBe('COMPLETE');
    await expectWholeCaseloads();
    world.clock.advance(HOUR);
  }
});

test('a system that announces nothing: an end without a last page is no end', async () => {
  record.announces = false;
  await run('SWEEP');
  const before = await everyRow();
  for (const kind of ['stop', 'cut'] as const) {
    liveOn();
    record.fault = { ...anyFault([kind], 'SWEEP'), team: TEAMS[0]! };
    await run('SWEEP');
    expect(await world.rows(TEAMS[0]!)).toEqual(before.get(TEAMS[0]!));
  }
});

test('nobody is absent or closed by it: what was seen open stays so within its budget, absence lapses to cannot tell', async () => {
  await run('SWEEP');
  const people = await world.sql<{ id: string; on: string[] }>(
    `select person_id as id, array_agg(team_reference) as on from caseload_memberships group by 1`,
  );
  const verdicts = async (): Promise<Set<string>> => {
    const knownAt = world.clock.now();
    const { memberships, sweeps } = await world.as('decide', (tx) =>
      readCaseloadEvidence(
        tx,
        world.organisationId,
        people.map((person) => person.id),
        knownAt,
      ),
    );
    const absence = absenceStanding(sweeps, new Set(['CMHT', 'EIP', 'REHABILITATION']), knownAt);
    return new Set(
      people.map(({ id }) => {
        const open = (memberships.get(id) ?? []).filter((one) => openOn(one, '2026-03-02') === Standing.OPEN);
        if (open.some((one) => presenceUsable(one.lastSeenAt, knownAt, one.presenceBudgetHours)))
          return 'PASS';
        return open.length === 0 && absence.usable ? 'FAIL' : 'UNKNOWN';
      }),
    );
  };
  const failFor = async (hours: number): Promise<void> => {
    world.clock.advance(hours * HOUR);
    for (const team of TEAMS) record.teamsHeld.get(team)!.clear();
    for (const team of TEAMS) {
      record.put(team, `Episode/new-${team}`, { patient: patient(`new-${team}`, null) });
      record.fault = { kind: 'stop', team, page: 1 };
      const [teamId] = await world.sql<{ id: string }>(
        'select team_id as id from team_maps where team_reference = $1',
        [team],
      );
      await world.refresh.refreshTeam(system, record, { teamReference: team, teamId: teamId!.id }, 'SWEEP');
    }
  };
  expect(await verdicts()).toEqual(new Set(['PASS']));
  for (let n = 0; n < 7; n++) {
    await failFor(24);
    expect(await verdicts()).toEqual(new Set(['PASS']));
  }
  await failFor(1);
  expect(await verdicts()).toEqual(new Set(['UNKNOWN']));
  record.fault = null;
  await run('SWEEP');
  expect(await verdicts()).toEqual(new Set(['FAIL']));
});

describe('planted fault: a pull that was cut short is passed off as whole', () => {
  /** Ends every stream as if it had been the last page, and announces nothing. */
  function lying(): ScriptedCaseload {
    const pull = record.pull.bind(record);
    record.pull = async function* (request, signal) {
      let page = 0;
      try {
        for await (const each of pull(request, signal)) {
          page = each.page;
          yield { ...each, total: null };
        }
      } catch {}
      yield { page: Math.max(1, page), last: true, total: null, items: [], watermark: null };
    };
    return record;
  }

  test('the comparison goes red', async () => {
    await run('SWEEP');
    const before = await everyRow();
    record.fault = { kind: 'stop', team: TEAMS[1]!, page: 3 };
    const results = await run('SWEEP', lying());
    expect(results.every((result) => result.state === 'COMPLETE')).toBe(true);
    expect(await world.rows(TEAMS[1]!)).not.toEqual(before.get(TEAMS[1]!));
    const gone = await world.sql(
      `select 1 from caseload_memberships where closed_because = 'ABSENT_FROM_SWEEP'`,
    );
    expect(gone).toHaveLength(PER_TEAM - 2 * PAGE);
  });
});

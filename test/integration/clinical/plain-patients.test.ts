/** Persons made as a set are those that the identity rules would make one after another, whatever is known already. */

import type { PatientIdentity } from '../../../src/clinical/clinical-record.port.js';
import { applyPull } from '../../../src/clinical/refresh/apply.service.js';
import { openPull, type RefreshedSystem, stagePage } from '../../../src/clinical/refresh/pull.service.js';
import { newId } from '../../../src/core/ids.js';
import type { RecordIdentity } from '../../../src/people/identity.rules.js';
import { linkRecords } from '../../../src/people/linking.service.js';
import { acquireLease } from '../../../src/platform/database/lease.js';
import { CaseloadWorld, testNhsNumber } from '../../support/caseload-world.js';
import { patient } from '../../support/scripted-caseload.js';

const TEAM = 'Team/1';
let seed = 20_260_302;
function random(below: number): number {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return (seed >>> 8) % below;
}
const one = <T>(...values: readonly T[]): T => values[random(values.length)]!;

/** A record of few numbers and places, so that everything that can meet does. */
function record(n: number): PatientIdentity {
  const number = random(3) === 0 ? null : testNhsNumber(random(60));
  return patient(`p${n}`, number, {
    nhsNumberStatus: number === null ? null : one('01', '01', '02', null),
    dateOfBirth: one('1980-02-29', '1980-02-28', null),
    active: random(8) > 0,
    deceasedOn: random(20) === 0 ? '2026-01-01' : null,
    replacedByLocalId: random(9) === 0 ? `p${random(60)}` : null,
    restricted: random(12) === 0,
  });
}

/** Brings records in as a pull of the system does, or as the identity rules have it one set at a time. */
async function bring(
  world: CaseloadWorld,
  system: RefreshedSystem,
  records: readonly PatientIdentity[],
  asPull: boolean,
): Promise<void> {
  const at = world.clock.now();
  if (!asPull) {
    await world.as('worker', (tx) =>
      linkRecords(tx, {
        organisationId: world.organisationId,
        systemId: system.id,
        records: records as unknown as RecordIdentity[],
        at,
      }),
    );
    return;
  }
  const lease = (await acquireLease(world.db.database, `caseload ${system.id}`, 'test', 60_000))!;
  const team = { teamReference: TEAM, teamId: null };
  const pull = await openPull(world.db.database, system, team, 'INCREMENT', lease, { startedAt: at });
  const items = records.map((each) => ({
    value: {
      teamReference: TEAM,
      state: 'OPEN' as const,
      validFrom: null,
      validTo: null,
      patient: each,
      careCoordinator: null,
    },
    source: { system: system.code, reference: `Episode/${each.localId}`, version: '1' },
    asOf: null,
    fetchedAt: at.toISOString(),
    complete: true,
  }));
  const page = { page: 1, last: true, total: null, items, watermark: null };
  const ledger = { pages: 1, ended: true, expected: null, watermark: null };
  await stagePage(world.db.database, pull, page, { ledger, afreshAt: null });
  await applyPull(world.db.database, pull, ledger, at);
  await lease.release();
}

/** Everybody, told without ids that differ from run to run: who shares a person, what the person says, and what is in dispute. */
async function told(world: CaseloadWorld): Promise<unknown> {
  const people = await world.sql(
    `with recursive root as (
       select id, id as leaf from persons where merged_into_id is null
       union all select r.id, p.id from root r join persons p on p.merged_into_id = r.leaf
     ), named as (
       select r.id, string_agg(s.code || ' ' || l.local_id, ', ' order by s.code, l.local_id) as records
       from root r left join record_links l on l.person_id = r.leaf left join clinical_record_systems s on s.id = l.system_id group by r.id
     )
     select n.records, p.nhs_number, p.nhs_number_status, p.date_of_birth, p.deceased_on, p.restricted, p.identity_state, p.family_name
     from named n join persons p on p.id = n.id order by n.records, p.nhs_number, p.family_name`,
  );
  const conflicts = await world.sql(
    `select kind, resolution, count(*)::int as n from identity_conflicts group by 1, 2 order by 1, 2`,
  );
  return { people, conflicts };
}

test.each(Array.from({ length: 6 }, (_, n) => n))(
  'history %i: a system known before, referrals, and two arrivals',
  async (n) => {
    seed = 7_000 + n;
    const before = Array.from({ length: 20 }, (_, at) => record(at));
    const referrals = Array.from(
      { length: 12 },
      () => [testNhsNumber(random(60)), one('1980-02-29', '1980-02-28')] as const,
    );
    const first = Array.from({ length: 40 }, (_, at) => record(at));
    // An increment: most say nothing new, and who replaced somebody may come long after that was said.
    const second = Array.from({ length: 60 }, (_, at) => record(at)).filter(
      (_, at) => at >= 40 || random(4) === 0,
    );
    const worlds: unknown[] = [];
    for (const asPull of [true, false]) {
      const world = await CaseloadWorld.open();
      try {
        const [other, system] = [await world.system('OTHER'), await world.system('SYS')];
        await bring(world, other, before, false);
        for (const [at, [number, born]] of referrals.entries())
          await world.sql(
            `insert into persons (id, organisation_id, nhs_number, date_of_birth, family_name) values ($1, $2, $3, $4, $5)`,
            [newId(), world.organisationId, number, born, `Family ${at}`],
          );
        const steps: unknown[] = [];
        for (const records of [first, second]) {
          world.clock.advance(60_000);
          await bring(world, system, records, asPull);
          steps.push(await told(world));
        }
        worlds.push(steps);
      } finally {
        await world.close();
      }
    }
    expect(worlds[0]).toEqual(worlds[1]);
  },
);

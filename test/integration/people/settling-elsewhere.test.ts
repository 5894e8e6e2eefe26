/** What a ruling does beyond identity: notes that waited are filed under the survivor, and what was decided in doubt is decided differently now. */
import { EligibilityService } from '../../../src/casework/eligibility/eligibility.service.js';
import { ReviewService } from '../../../src/casework/eligibility/review.service.js';
import { type Caller, Role } from '../../../src/core/caller.js';
import { FixedClock } from '../../../src/core/clock.js';
import { newId } from '../../../src/core/ids.js';
import { DeliveryService } from '../../../src/delivery/delivery.service.js';
import { VERSION_OF_CONFLICT } from '../../../src/people/identity-conflict.reader.js';
import { IdentityConflictService } from '../../../src/people/identity-conflict.service.js';
import type { Database } from '../../../src/platform/database/database.js';
import { rowSql } from '../../../src/platform/database/select/map-words.js';
import { type CaseworkWorld, createCaseworkWorld } from '../../support/casework-world.js';
import { LaneWorld } from '../../support/lane-world.js';
import { ScriptedDocuments } from '../../support/scripted-documents.js';

const N = '9990000018';
const BORN = '1990-05-01';
type Sql = <Row extends object>(text: string, values?: unknown[]) => Promise<Row[]>;

/** Opens a dispute between two, and settles it as a steward who has seen it. */
async function settle(
  { sql, database, organisationId }: { sql: Sql; database: Database; organisationId: string },
  pair: readonly [string, string],
  resolution: string,
): Promise<void> {
  const id = newId();
  await sql(
    `insert into identity_conflicts (id, organisation_id, kind, person_id, other_person_id, found_at)
     values ($1, $2, 'UNVERIFIED_NUMBER', least($3::uuid, $4::uuid), greatest($3::uuid, $4::uuid), now())`,
    [id, organisationId, ...pair],
  );
  const [row] = await sql<{ version: string }>(
    `select ${rowSql(VERSION_OF_CONFLICT, 'c')} as version from identity_conflicts c where id = $1`,
    [id],
  );
  const steward: Caller = {
    subject: 'stella',
    role: Role.IDENTITY_STEWARD,
    purpose: 'ADMINISTRATION',
    scope: { organisationId, teamIds: [], organisationIds: [], staffId: null },
    correlationId: 'settling',
  };
  await new IdentityConflictService(database, new FixedClock(new Date())).settle(steward, {
    idempotencyKey: `key-${id}`,
    conflictId: id,
    version: row!.version,
    resolution,
    reason: 'asked the ward',
  });
}

describe('a note that waits in doubt', () => {
  let world: LaneWorld;
  let record: ScriptedDocuments;
  let deliveries: DeliveryService;
  beforeAll(async () => {
    world = await LaneWorld.open();
    deliveries = new DeliveryService(world.db.database, new FixedClock(new Date('2026-03-02T12:00:00Z')));
  });
  beforeEach(() => {
    record = new ScriptedDocuments();
  });
  afterEach(() => world.stopWorkers());
  afterAll(() => world.close());

  it.each([
    ['SAME_PERSON', 'SETTLED', null],
    ['DIFFERENT_PERSONS', 'PARKED', 'HUB_DELIVERY_UNLINKED'],
  ])('ruled %s, is %s once it is replayed', async (resolution, ours, code) => {
    const identity = { nhs_number: N, date_of_birth: BORN };
    const known = await world.person(`known-${resolution}`, { ...identity, nhs_number_status: '02' });
    await world.sql(
      `update record_links set nhs_number = $2, nhs_number_status = '02', date_of_birth = $3 where person_id = $1`,
      [known, N, BORN],
    );
    const stated = await world.person(null, {
      ...identity,
      identity_state: 'CONFLICT',
      family_name: 'Made-Up',
    });
    const signed = await world.sign(stated);
    await world.worker(record);
    await world.parked(signed.deliveryId, 'HUB_DELIVERY_IDENTITY');
    expect(record.calls).toEqual([]);
    const sql: Sql = (text, values) => world.sql(text, values);
    await settle(
      { sql, database: world.db.database, organisationId: world.organisationId },
      [known, stated],
      resolution,
    );
    await deliveries.replay(world.caller, {
      idempotencyKey: world.key(),
      deliveryId: signed.deliveryId,
      reason: 'the steward has ruled',
    });
    if (code !== null) {
      await world.parked(signed.deliveryId, code);
      expect(record.held).toEqual([]);
    } else {
      expect(await world.filed(signed.deliveryId)).toMatchObject({
        ours,
        patient_local_id: `known-${resolution}`,
      });
      expect(record.held.map(({ localId }) => localId)).toEqual([`known-${resolution}`]);
    }
    await world.sql(`update persons set nhs_number = null`);
  });
});

describe('a decision that was made in doubt', () => {
  let world: CaseworkWorld;
  let reviews: ReviewService;
  let eligibility: EligibilityService;
  beforeAll(async () => {
    world = await createCaseworkWorld();
    eligibility = new EligibilityService(world.database, world.clock);
    reviews = new ReviewService(world.database, world.clock, eligibility);
  });
  afterAll(() => world.close());

  it.each([
    ['SAME_PERSON', N, 'ELIGIBLE'],
    ['DIFFERENT_PERSONS', '9990000026', 'NOT_ELIGIBLE'],
  ])(
    'ruled %s is on the list of those that would be made differently now',
    async (resolution, number, verdict) => {
      const known = await world.someone().born(BORN).numbered(number, '02').openTo('CMHT').known();
      const stated = await world
        .someone()
        .born(BORN)
        .numbered(number, null)
        .inConflict()
        .referredUnder('001');
      world.clock.advance(1_000);
      const { outcomes } = await eligibility.check(world.callers.manager, {
        idempotencyKey: world.key(),
        referralIds: [stated.referralId],
        purpose: 'ENTRY',
      });
      const [{ decisionId } = { decisionId: null }] = outcomes;
      expect(
        await world.sql('select verdict, confirm_by from eligibility_decisions where id = $1', [decisionId]),
      ).toEqual([{ verdict: 'NEEDS_CONFIRMATION', confirm_by: 'IDENTITY_STEWARD' }]);
      const sql: Sql = (text, values) => world.sql(text, values);
      await settle(
        { sql, database: world.database, organisationId: world.organisations.home },
        [known, stated.personId],
        resolution,
      );
      world.later(2);
      await world.sweep();
      expect(await reviews.findDifferences(world.callers.system)).toBe(1);
      expect(
        await world.sql('select verdict_now from decision_reviews where decision_id = $1', [decisionId]),
      ).toEqual([{ verdict_now: verdict }]);
    },
  );
});

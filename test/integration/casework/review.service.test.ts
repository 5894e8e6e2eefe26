/** Looking again: late evidence puts a case on the list, and a day that has come decides anew; nothing is rewritten. */
import { EligibilityService } from '../../../src/casework/eligibility/eligibility.service.js';
import { ReviewService } from '../../../src/casework/eligibility/review.service.js';
import { newId } from '../../../src/core/ids.js';
import { putMembership, type Referred } from '../../support/casework-people.js';
import { type CaseworkWorld, createCaseworkWorld, NOW } from '../../support/casework-world.js';

describe('ReviewService', () => {
  let world: CaseworkWorld;
  let eligibility: EligibilityService;
  let service: ReviewService;
  beforeAll(async () => {
    world = await createCaseworkWorld();
    eligibility = new EligibilityService(world.database, world.clock);
    service = new ReviewService(world.database, world.clock, eligibility);
  });
  afterEach(() => world.restart());
  afterAll(() => world.close());

  async function decide(people: readonly Referred[], purpose: 'ENTRY' | 'CONTINUE' | 'RE_ENTRY' = 'ENTRY') {
    world.clock.advance(1_000);
    const { outcomes } = await eligibility.check(world.callers.manager, {
      idempotencyKey: world.key(),
      referralIds: people.map(({ referralId }) => referralId),
      purpose,
    });
    return outcomes.map(({ decisionId }) => decisionId as string);
  }
  const find = async (hoursLater = 2, by = service) => {
    world.later(hoursLater);
    await world.sweep();
    return by.findDifferences(world.callers.system);
  };
  const listed = () =>
    world.sql(
      'select decision_id, team_id, verdict_now, reason_now from decision_reviews order by found_at, decision_id',
    );
  const stored = () => world.sql('select * from eligibility_decisions order by id');
  const replaceMembership = async (personId: string, change: Parameters<typeof putMembership>[3]) => {
    await world.sql('update caseload_memberships set observed_to = $2 where person_id = $1', [
      personId,
      world.clock.now(),
    ]);
    await putMembership(world, personId, 'CMHT', { ...change, observedFrom: world.clock.now() });
  };

  it('finds nothing while nothing has changed', async () => {
    await decide([
      await world.someone().openTo('CMHT').referredUnder('001'),
      await world.someone().referredUnder('001'),
      await world.someone().born('2010-01-01').openTo('CMHT').referredUnder('001'),
    ]);
    expect(await find()).toBe(0);
    expect(await world.count('audit_events', `operation = 'findDifferences'`)).toBe(0);
  });

  it('lists a late correction once, and rewrites nothing', async () => {
    const person = await world.someone().referredUnder('001');
    const [decisionId] = await decide([person]);
    const before = await stored();
    await putMembership(world, person.personId, 'CMHT', { observedFrom: world.clock.now() });
    expect(await find()).toBe(1);
    expect(await listed()).toEqual([
      {
        decision_id: decisionId,
        team_id: world.teams.CMHT,
        verdict_now: 'ELIGIBLE',
        reason_now: 'ALL_CRITERIA_MET',
      },
    ]);
    expect(await find()).toBe(0);
    expect(await listed()).toHaveLength(1);
    expect(await stored()).toEqual(before);
    const events = await world.sql(
      `select subject, kind, person_ids, details from audit_events where operation = 'findDifferences'`,
    );
    expect(events).toEqual([
      { subject: 'system:review', kind: 'SYSTEM', person_ids: [person.personId], details: { recorded: 1 } },
    ]);
  });

  it('lists a late discharge, dated before the day that was decided on', async () => {
    const person = await world.someone().openTo('CMHT').referredUnder('001');
    const [decisionId] = await decide([person]);
    await replaceMembership(person.personId, { state: 'ENDED', to: '2026-02-01' });
    expect(await find()).toBe(1);
    expect(await listed()).toMatchObject([
      { decision_id: decisionId, verdict_now: 'NOT_ELIGIBLE', reason_now: 'NOT_ON_CASELOAD' },
    ]);
  });

  it('does not list a discharge after the day that was decided on', async () => {
    const person = await world.someone().openTo('CMHT').referredUnder('001');
    await decide([person]);
    world.later(72);
    await replaceMembership(person.personId, { state: 'ENDED', to: '2026-03-13' });
    expect(await find()).toBe(0);
  });

  it('lists a merge', async () => {
    const person = await world.someone().referredUnder('001');
    await decide([person]);
    const survivor = await world.someone().openTo('CMHT').known();
    await world.sql('update persons set merged_into_id = $2 where id = $1', [person.personId, survivor]);
    expect(await find()).toBe(1);
    expect(await listed()).toMatchObject([{ verdict_now: 'ELIGIBLE' }]);
  });

  it('lists a corrected date of birth that moves the day, though the verdict is the same', async () => {
    const person = await world.someone().born('2009-05-01').openTo('CMHT').referredUnder('001');
    await decide([person]);
    await world.sql(`update persons set date_of_birth = '2008-05-01' where id = $1`, [person.personId]);
    expect(await find()).toBe(1);
    expect(await listed()).toMatchObject([{ verdict_now: 'NOT_YET' }]);
  });

  it('lists a case that somebody else has to settle now', async () => {
    const person = await world.someone().openTo('CMHT', { state: 'WAITING_LIST' }).referredUnder('001');
    await decide([person]);
    await world.sql(`update persons set identity_state = 'CONFLICT' where id = $1`, [person.personId]);
    expect(await find()).toBe(1);
    expect(await listed()).toMatchObject([
      { verdict_now: 'NEEDS_CONFIRMATION', reason_now: 'IDENTITY_CONFLICT' },
    ]);
  });

  it('puts nobody on the list for an outage of the feed', async () => {
    await decide([
      await world.someone().referredUnder('001'),
      await world.someone().openTo('CMHT').referredUnder('001'),
    ]);
    world.later(24 * 10);
    expect(await service.findDifferences(world.callers.system)).toBe(0);
  });

  it('looks at the latest decision of open referrals only', async () => {
    const settled = await world.someone().referredUnder('001');
    const closed = await world.someone().referredUnder('001');
    await decide([settled, closed]);
    for (const { personId } of [settled, closed]) {
      await putMembership(world, personId, 'CMHT', { observedFrom: world.clock.now() });
    }
    await decide([settled]);
    await world.sql(`update referrals set state = 'CLOSED' where id = $1`, [closed.referralId]);
    expect(await find()).toBe(0);
  });

  it('judges each decision for its own purpose and day', async () => {
    const kept = await world
      .someone()
      .openTo('CMHT')
      .referredUnder('001', { receivedOn: '2025-06-01', acceptedOn: '2025-06-10' });
    const entering = await world.someone().openTo('CMHT').referredUnder('001');
    await decide([kept], 'CONTINUE');
    await decide([entering], 'ENTRY');
    for (const { personId } of [kept, entering]) {
      await replaceMembership(personId, { state: 'ENDED', to: '2025-05-01' });
    }
    expect(await find()).toBe(1);
  });

  it('works through more than one batch, the last one full or not', async () => {
    const people: Referred[] = [];
    for (let index = 0; index < 7; index++) people.push(await world.someone().referredUnder('001'));
    await decide(people);
    for (const { personId } of people) {
      await putMembership(world, personId, 'CMHT', { observedFrom: world.clock.now() });
    }
    const inThrees = new ReviewService(world.database, world.clock, eligibility, 3);
    expect(await find(2, inThrees)).toBe(7);
    await world.sql('delete from decision_reviews');
    const inSevens = new ReviewService(world.database, world.clock, eligibility, 7);
    expect(await find(2, inSevens)).toBe(7);
  });

  it('does not reach into another trust', async () => {
    const person = await world.someone().referredUnder('001');
    await decide([person]);
    await putMembership(world, person.personId, 'CMHT', { observedFrom: world.clock.now() });
    const scope = { ...world.callers.system.scope, organisationId: newId() };
    world.later(1);
    expect(await service.findDifferences({ ...world.callers.system, scope })).toBe(0);
  });

  describe('decideThoseDue', () => {
    const birthday = new Date('2026-05-11T00:30:00+01:00');

    it('decides anew on the day and not before, keeping the earlier decision', async () => {
      const person = await world.someone().born('2008-05-11').openTo('CMHT').referredUnder('001');
      await decide([person]);
      world.clock.set(new Date('2026-05-10T22:30:00Z'));
      await world.sweep();
      expect(await service.decideThoseDue(world.callers.system)).toBe(0);
      world.clock.set(birthday);
      expect(await service.decideThoseDue(world.callers.system)).toBe(1);
      expect(
        await world.sql('select verdict, decided_by from eligibility_decisions order by decided_at'),
      ).toEqual([
        { verdict: 'NOT_YET', decided_by: 'mo' },
        { verdict: 'ELIGIBLE', decided_by: 'system:review' },
      ]);
      expect(await service.decideThoseDue(world.callers.system)).toBe(0);
      expect(world.clock.now() > NOW).toBe(true);
    });

    it('asks again for the purpose that was asked for', async () => {
      const person = await world
        .someone()
        .born('2008-05-11')
        .openTo('CMHT')
        .referredUnder('001', { acceptedOn: '2026-03-05' });
      await decide([person], 'RE_ENTRY');
      world.clock.set(birthday);
      await world.sweep();
      expect(await service.decideThoseDue(world.callers.system)).toBe(1);
      expect(await world.sql('select purpose from eligibility_decisions')).toEqual([
        { purpose: 'RE_ENTRY' },
        { purpose: 'RE_ENTRY' },
      ]);
    });

    it('works through teams and batches', async () => {
      const people: Referred[] = [];
      for (const team of ['CMHT', 'EIP', 'CMHT', 'EIP', 'CMHT'] as const) {
        people.push(await world.someone().born('2008-05-11').openTo('CMHT').referredUnder('001', { team }));
      }
      await decide(people);
      world.clock.set(birthday);
      await world.sweep();
      const inTwos = new ReviewService(world.database, world.clock, eligibility, 2);
      expect(await inTwos.decideThoseDue(world.callers.system)).toBe(5);
      expect(await world.count('eligibility_decisions', `verdict = 'ELIGIBLE'`)).toBe(5);
    });
  });
});

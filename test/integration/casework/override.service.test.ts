/** Setting a decision aside: beside it, never over it. */
import { EligibilityService } from '../../../src/casework/eligibility/eligibility.service.js';
import { type OverrideForm, OverrideService } from '../../../src/casework/eligibility/override.service.js';
import { newId } from '../../../src/core/ids.js';
import { type CaseworkWorld, createCaseworkWorld, failureOf } from '../../support/casework-world.js';

describe('OverrideService', () => {
  let world: CaseworkWorld;
  let service: OverrideService;
  let decisionId: string;
  let personId: string;
  beforeAll(async () => {
    world = await createCaseworkWorld();
    service = new OverrideService(world.database, world.clock);
    const referred = await world.someone().referredUnder('001');
    personId = referred.personId;
    const { outcomes } = await new EligibilityService(world.database, world.clock).check(
      world.callers.specialist,
      { idempotencyKey: world.key(), referralIds: [referred.referralId], purpose: 'ENTRY' },
    );
    decisionId = outcomes[0]!.decisionId as string;
  });
  afterAll(() => world.close());

  const override = (change: Partial<OverrideForm> = {}, by = world.callers.manager) =>
    service.override(by, {
      idempotencyKey: world.key(),
      decisionId,
      verdict: 'ELIGIBLE',
      reason: 'Agreed with the commissioner by letter.',
      clause: '001:8',
      told: ['the person', 'the referrer'],
      ...change,
    });
  const decision = () => world.sql('select * from eligibility_decisions where id = $1', [decisionId]);

  it('is written beside the decision, with author, reason, clause and who was told', async () => {
    const before = await decision();
    const { overrideId } = await override({ reason: '  Agreed with\nthe commissioner.  ' });
    expect(await world.sql('select * from eligibility_overrides where id = $1', [overrideId])).toEqual([
      {
        id: overrideId,
        decision_id: decisionId,
        organisation_id: world.organisations.home,
        team_id: world.teams.CMHT,
        verdict: 'ELIGIBLE',
        reason: 'Agreed with\nthe commissioner.',
        clause: '001:8',
        told: ['the person', 'the referrer'],
        author_id: world.callers.manager.scope.staffId,
        made_at: world.clock.now(),
      },
    ]);
    expect(await decision()).toEqual(before);
    expect(before[0]).toMatchObject({ verdict: 'NOT_ELIGIBLE' });
  });

  it('is on record without its words', async () => {
    const { overrideId } = await override();
    const [event] = await world.sql(
      `select subject, kind, person_ids, details from audit_events where details ->> 'overrideId' = $1`,
      [overrideId],
    );
    expect(event).toEqual({
      subject: 'mo',
      kind: 'WRITE',
      person_ids: [personId],
      details: { decisionId, overrideId, verdict: 'ELIGIBLE' },
    });
  });

  it('can itself be neither changed nor deleted, only followed by another', async () => {
    const { overrideId } = await override();
    await expect(
      world.sql(`update eligibility_overrides set verdict = 'NOT_ELIGIBLE' where id = $1`, [overrideId]),
    ).rejects.toThrow('append-only');
    await expect(world.sql('delete from eligibility_overrides where id = $1', [overrideId])).rejects.toThrow(
      'append-only',
    );
    expect((await override({ verdict: 'NOT_ELIGIBLE' })).overrideId).not.toBe(overrideId);
  });

  it('is answered again to the same request', async () => {
    const idempotencyKey = world.key();
    expect(await override({ idempotencyKey })).toEqual(await override({ idempotencyKey }));
    expect(await failureOf(override({ idempotencyKey, clause: '001:7' }))).toEqual({
      code: 'HUB_INPUT_REPEATED_KEY',
    });
  });

  it.each<[string, Partial<OverrideForm>]>([
    ['verdict', { verdict: 'CANNOT_TELL' }],
    ['reason', { reason: 'because   ' }],
    ['reason', { reason: 'x'.repeat(2_001) }],
    ['reason', { reason: 'a reason with \u0000 in it' }],
    ['clause', { clause: ' ' }],
    ['clause', { clause: 'x'.repeat(201) }],
    ['told', { told: [] }],
    ['told', { told: Array.from({ length: 21 }, () => 'somebody') }],
    ['told', { told: ['the person', ' '] }],
    ['idempotencyKey', { idempotencyKey: 'short' }],
  ])('names a bad %s', async (field, change) => {
    const before = await world.count('eligibility_overrides');
    expect(await failureOf(override(change))).toEqual({ code: 'HUB_INPUT_INVALID', field });
    expect(await world.count('eligibility_overrides')).toBe(before);
  });

  it('finds no decision outside the caller’s teams', async () => {
    const { eipSpecialist, foreignSpecialist, machine, manager } = world.callers;
    for (const work of [
      () => override({}, eipSpecialist),
      () => override({}, foreignSpecialist),
      () => override({}, machine),
      () => override({ decisionId: newId() }, manager),
      () => override({ decisionId: 'x' }, manager),
    ]) {
      expect(await failureOf(work())).toEqual({ code: 'HUB_NOT_FOUND', field: 'decisionId' });
    }
  });
});

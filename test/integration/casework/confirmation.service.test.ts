/** Asking the team: whom, once, with whose answer, and what its silence never means. */
import {
  type ConfirmationReply,
  ConfirmationService,
} from '../../../src/casework/eligibility/confirmation.service.js';
import { EligibilityService } from '../../../src/casework/eligibility/eligibility.service.js';
import type { Caller } from '../../../src/core/caller.js';
import { newId } from '../../../src/core/ids.js';
import type { PersonBuilder, ReferralRowForm, Referred } from '../../support/casework-people.js';
import { type CaseworkWorld, createCaseworkWorld, failureOf, NOW } from '../../support/casework-world.js';

describe('ConfirmationService', () => {
  let world: CaseworkWorld;
  let service: ConfirmationService;
  let eligibility: EligibilityService;
  let sam: Caller;
  let cass: Caller;
  let mo: Caller;
  beforeAll(async () => {
    world = await createCaseworkWorld();
    service = new ConfirmationService(world.database, world.clock);
    eligibility = new EligibilityService(world.database, world.clock);
    sam = world.callers.specialist;
    cass = world.callers.coordinator;
    mo = world.callers.manager;
  });
  beforeEach(() => world.clock.set(NOW));
  afterAll(() => world.close());

  /** A decision made an instant later than any before it. */
  async function decide(referralId: string, by = sam) {
    world.clock.advance(1_000);
    const { outcomes } = await eligibility.check(by, {
      idempotencyKey: world.key(),
      referralIds: [referralId],
      purpose: 'ENTRY',
    });
    const [row] = await world.sql<{ id: string; verdict: string; confirm_by: string | null; reason: string }>(
      'select id, verdict, confirm_by, reason from eligibility_decisions where id = $1',
      [outcomes[0]!.decisionId],
    );
    return row!;
  }
  const waiting = (
    form: ReferralRowForm = {},
    who = (person: PersonBuilder) => person.openTo('CMHT', { state: 'WAITING_LIST' }),
  ): Promise<Referred> => who(world.someone()).referredUnder('001', form);
  const ask = (decisionId: string, by = sam, teamId?: string) =>
    service.request(by, { idempotencyKey: world.key(), decisionId, teamId: teamId ?? null });
  const answer = (requestId: string, change: Partial<ConfirmationReply> = {}, by = cass) =>
    service.answer(by, { idempotencyKey: world.key(), requestId, answer: 'ON_CASELOAD', ...change });
  const requestOf = async (id: string) => {
    const [row] = await world.sql<Record<string, unknown>>(
      `select *, due_on::text as due_on, answer_from::text as answer_from, answer_to::text as answer_to from confirmation_requests where id = $1`,
      [id],
    );
    return row!;
  };

  describe('request', () => {
    it('asks the care coordinator where one is recorded, within five working days', async () => {
      const { referralId, personId } = await waiting();
      const { id: decisionId } = await decide(referralId);
      const { requestId } = await ask(decisionId);
      expect(await requestOf(requestId)).toMatchObject({
        state: 'ASKED',
        asked_of: 'CARE_COORDINATOR',
        asked_by: 'sam',
        asked_team_id: world.teams.CMHT,
        visible_team_ids: [world.teams.CMHT],
        decision_id: decisionId,
        referral_id: referralId,
        person_id: personId,
        due_on: '2026-03-18',
        answer: null,
      });
    });

    it('asks the duty contact where none is', async () => {
      const { referralId } = await waiting({ route: 'SELF' }, (p) =>
        p.openTo('CMHT', { coordinator: false }),
      );
      const { requestId } = await ask((await decide(referralId)).id);
      expect((await requestOf(requestId)).asked_of).toBe('DUTY_CONTACT');
    });

    it('lets the team that is asked see the question and the person', async () => {
      const { referralId, personId } = await waiting();
      const { requestId } = await ask((await decide(referralId)).id, sam, world.teams.EIP);
      const seenBy = async ({ scope }: Caller) => {
        const rows = await world.database.read('staff', scope, {
          text: 'select c.id from confirmation_requests c join persons p on p.id = c.person_id where c.id = $1 and p.id = $2',
          values: [requestId, personId],
        });
        return rows.length;
      };
      expect(await seenBy(world.callers.eipSpecialist)).toBe(1);
      expect(await seenBy(world.callers.foreignSpecialist)).toBe(0);
    });

    it('has one open question for a referral and a team, and another for another team', async () => {
      const { referralId } = await waiting();
      const first = await ask((await decide(referralId)).id);
      const newer = await decide(referralId);
      expect(await ask(newer.id, mo)).toEqual(first);
      expect(await ask(newer.id, sam, world.teams.EIP)).not.toEqual(first);
      expect(await world.count('confirmation_requests', 'referral_id = $1', [referralId])).toBe(2);
    });

    it('has one open question when two ask at once', async () => {
      const { referralId, personId } = await waiting();
      const { id } = await decide(referralId);
      // Both are under way before either can finish: the last step of a question waits for the person.
      const holder = await world.db.owner.connect();
      await holder.query('begin');
      await holder.query('select id from persons where id = $1 for update', [personId]);
      const both = Promise.all([ask(id), ask(id, mo)]);
      await world.untilWaiting(2);
      await holder.query('commit');
      holder.release();
      const [first, second] = await both;
      expect(second).toEqual(first);
      expect(await world.count('confirmation_requests', 'referral_id = $1', [referralId])).toBe(1);
    });

    it('asks anew once the question was answered', async () => {
      const { referralId } = await waiting();
      const first = await ask((await decide(referralId)).id);
      await answer(first.requestId, { answer: 'CANNOT_SAY' });
      expect(await ask((await decide(referralId)).id)).not.toEqual(first);
    });

    it('refuses a decision that does not wait for the team', async () => {
      const eligible = await world.someone().openTo('CMHT').referredUnder('001');
      const unsure = await world.someone().openTo('CMHT').referredUnder('001', { wordOnWork: 'UNSURE' });
      for (const { referralId } of [eligible, unsure]) {
        expect(await failureOf(ask((await decide(referralId)).id))).toEqual({ code: 'HUB_STATE_CONFLICT' });
      }
    });

    it('finds no decision or team outside the caller’s own', async () => {
      const { referralId } = await waiting();
      const { id } = await decide(referralId);
      const { eipSpecialist, foreignSpecialist } = world.callers;
      for (const [decisionId, by] of [
        [id, eipSpecialist],
        [id, foreignSpecialist],
        [newId(), sam],
        ['x', sam],
      ] as const) {
        expect(await failureOf(ask(decisionId, by))).toEqual({ code: 'HUB_NOT_FOUND', field: 'decisionId' });
      }
      for (const team of [world.teams.FOREIGN, newId(), 'x']) {
        expect(await failureOf(ask(id, sam, team))).toEqual({ code: 'HUB_NOT_FOUND', field: 'teamId' });
      }
    });

    it('is on record and answered again to the same request', async () => {
      const { referralId, personId } = await waiting();
      const question = { idempotencyKey: world.key(), decisionId: (await decide(referralId)).id };
      expect(await service.request(sam, question)).toEqual(await service.request(sam, question));
      const where = `operation = 'requestConfirmation' and person_ids = array[$1::uuid]`;
      expect(await world.count('audit_events', where, [personId])).toBe(1);
    });
  });

  describe('answer', () => {
    it('is taken from the team that was asked and from nobody else', async () => {
      const { referralId } = await waiting();
      const { requestId } = await ask((await decide(referralId)).id, sam, world.teams.EIP);
      const { foreignSpecialist, machine, eipSpecialist } = world.callers;
      for (const by of [sam, cass, foreignSpecialist, machine]) {
        expect(await failureOf(answer(requestId, {}, by))).toEqual({
          code: 'HUB_NOT_FOUND',
          field: 'requestId',
        });
      }
      expect(await failureOf(answer('x'))).toEqual({ code: 'HUB_NOT_FOUND', field: 'requestId' });
      await answer(requestId, { from: '2026-01-05', to: '2026-03-05' }, eipSpecialist);
      expect(await requestOf(requestId)).toMatchObject({
        state: 'ANSWERED',
        answer: 'ON_CASELOAD',
        answer_from: '2026-01-05',
        answer_to: '2026-03-05',
        answered_by: 'erin',
      });
    });

    it('is given once', async () => {
      const { referralId } = await waiting();
      const { requestId } = await ask((await decide(referralId)).id);
      await answer(requestId);
      expect(await failureOf(answer(requestId, { answer: 'NOT_ON_CASELOAD' }))).toEqual({
        code: 'HUB_STATE_CONFLICT',
      });
      expect((await requestOf(requestId)).answer).toBe('ON_CASELOAD');
    });

    it.each<[string, Partial<ConfirmationReply>]>([
      ['answer', { answer: 'MAYBE' as 'CANNOT_SAY' }],
      ['from', { from: '2026-02-30' }],
      ['to', { from: '2026-02-02', to: '2026-02-01' }],
      ['from', { answer: 'NOT_ON_CASELOAD', from: '2026-02-01' }],
    ])('names a bad %s', async (field, change) => {
      const { referralId } = await waiting();
      const { requestId } = await ask((await decide(referralId)).id);
      expect(await failureOf(answer(requestId, change))).toEqual({ code: 'HUB_INPUT_INVALID', field });
      expect((await requestOf(requestId)).state).toBe('ASKED');
    });

    it('is on record with the person', async () => {
      const { referralId, personId } = await waiting();
      const { requestId } = await ask((await decide(referralId)).id);
      await answer(requestId);
      const [event] = await world.sql(
        `select subject, details from audit_events where operation = 'answerConfirmation' and person_ids = array[$1::uuid]`,
        [personId],
      );
      expect(event).toEqual({ subject: 'cass', details: { requestId, answer: 'ON_CASELOAD' } });
    });

    it.each([
      ['ON_CASELOAD', 'ELIGIBLE ALL_CRITERIA_MET'],
      ['NOT_ON_CASELOAD', 'NOT_ELIGIBLE NOT_ON_CASELOAD'],
      ['CANNOT_SAY', 'NEEDS_CONFIRMATION TEAM_TO_CONFIRM'],
    ] as const)('%s leads to %s', async (said, expected) => {
      const { referralId } = await waiting();
      const { requestId } = await ask((await decide(referralId)).id);
      await answer(requestId, { answer: said });
      const { verdict, reason } = await decide(referralId);
      expect(`${verdict} ${reason}`).toBe(expected);
    });

    it('settles a self-referral under 001, which good evidence does not (001:23)', async () => {
      const { referralId } = await waiting({ route: 'SELF' }, (p) => p.openTo('CMHT'));
      const before = await decide(referralId);
      expect([before.verdict, before.confirm_by]).toEqual(['NEEDS_CONFIRMATION', 'TEAM']);
      await answer((await ask(before.id)).requestId);
      expect((await decide(referralId)).verdict).toBe('ELIGIBLE');
    });

    it('of a team that has the person outlasts the no of a team that was asked later', async () => {
      const { referralId } = await waiting();
      const { id } = await decide(referralId);
      const cmht = await ask(id);
      const eip = await ask(id, sam, world.teams.EIP);
      await answer(cmht.requestId);
      world.clock.advance(1_000);
      await answer(eip.requestId, { answer: 'NOT_ON_CASELOAD' }, world.callers.eipSpecialist);
      expect((await decide(referralId)).verdict).toBe('ELIGIBLE');
    });

    it('is corrected by a later one of the same team', async () => {
      const { referralId } = await waiting({ route: 'SELF' }, (p) => p);
      const { id, verdict } = await decide(referralId);
      expect(verdict).toBe('NOT_ELIGIBLE');
      await world.sql(
        `insert into confirmation_requests (id, organisation_id, team_id, asked_team_id, visible_team_ids, referral_id, person_id, decision_id,
           asked_of, state, asked_by, asked_at, due_on, answer, answered_at)
         select x.id, d.organisation_id, d.team_id, d.team_id, array[d.team_id], d.referral_id, d.person_id, d.id, 'DUTY_CONTACT', 'ANSWERED', 'sam',
           x.at, '2026-03-18', x.answer, x.at
         from eligibility_decisions d, (values ($2::uuid, 'ON_CASELOAD', $3::timestamptz), ($4::uuid, 'NOT_ON_CASELOAD', $5::timestamptz)) x(id, answer, at)
         where d.id = $1`,
        [id, newId(), world.hoursAgo(3), newId(), world.hoursAgo(2)],
      );
      expect((await decide(referralId)).verdict).toBe('NOT_ELIGIBLE');
      const { outcomes } = await eligibility.check(sam, {
        idempotencyKey: world.key(),
        referralIds: [referralId],
        purpose: 'ENTRY',
        knownAt: world.hoursAgo(2.5).toISOString(),
      });
      const [then] = await world.sql('select verdict from eligibility_decisions where id = $1', [
        outcomes[0]!.decisionId,
      ]);
      expect(then).toEqual({ verdict: 'ELIGIBLE' });
    });
  });

  describe('escalateOverdue', () => {
    it('escalates the day after the last, once, and the verdict stays as it was', async () => {
      const { referralId, personId } = await waiting();
      const { requestId } = await ask((await decide(referralId)).id);
      await world.sql(
        `update confirmation_requests set state = 'WITHDRAWN' where id <> $1 and state <> 'ANSWERED'`,
        [requestId],
      );
      world.clock.set(new Date('2026-03-18T23:59:00Z'));
      expect(await service.escalateOverdue(world.callers.system)).toBe(0);
      world.clock.set(new Date('2026-03-19T00:00:00Z'));
      expect(await service.escalateOverdue(world.callers.system)).toBe(1);
      expect(await requestOf(requestId)).toMatchObject({
        state: 'ESCALATED',
        escalated_to: 'TEAM_MANAGER',
        escalated_at: world.clock.now(),
        answer: null,
      });
      expect(await service.escalateOverdue(world.callers.system)).toBe(0);
      const [event] = await world.sql(
        `select subject, kind, person_ids, details from audit_events where operation = 'escalateConfirmations'`,
      );
      expect(event).toEqual({
        subject: 'system:review',
        kind: 'SYSTEM',
        person_ids: [personId],
        details: { escalated: 1 },
      });
      await world.sweep();
      expect(await decide(referralId)).toMatchObject({ verdict: 'NEEDS_CONFIRMATION', confirm_by: 'TEAM' });
    });

    it('leaves an escalated question open to its answer, and no second one beside it', async () => {
      const { referralId } = await waiting();
      const { id } = await decide(referralId);
      const first = await ask(id);
      world.clock.set(new Date('2026-03-20T12:00:00Z'));
      await service.escalateOverdue(world.callers.system);
      expect(await ask(id)).toEqual(first);
      await answer(first.requestId);
      await world.sweep();
      expect((await decide(referralId)).verdict).toBe('ELIGIBLE');
    });

    it('does not reach into another trust', async () => {
      const { referralId } = await waiting();
      const { requestId } = await ask((await decide(referralId)).id);
      world.clock.set(new Date('2026-03-20T12:00:00Z'));
      const scope = { ...world.callers.system.scope, organisationId: world.organisations.other };
      expect(await service.escalateOverdue({ ...world.callers.system, scope })).toBe(0);
      expect((await requestOf(requestId)).state).toBe('ASKED');
    });
  });

  it('takes no answer from whoever asked, and one from another member of the team', async () => {
    const { referralId } = await waiting();
    const decision = await decide(referralId);
    const { requestId } = await ask(decision.id);
    expect(await failureOf(answer(requestId, {}, { ...cass, subject: sam.subject }))).toEqual({
      code: 'HUB_STATE_CONFLICT',
    });
    await expect(answer(requestId)).resolves.toEqual({ requestId });
  });
});

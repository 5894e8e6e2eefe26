/** Asking the team through the graph: the question, the answer by its coordinator, escalation, and what a new decision makes of it. */
import { newId } from '../../../src/core/ids.js';
import type { ReferralRowForm } from '../../support/casework-people.js';
import { TODAY } from '../../support/casework-world.js';
import { openUseCases, type UseCases } from '../../support/use-cases.js';

interface Asked {
  readonly request: { readonly id: string; readonly [field: string]: unknown };
}
interface Decision {
  readonly id: string;
  readonly verdict: string;
  readonly confirmBy: string | null;
  readonly reason: string;
  readonly mayProceed: string;
  readonly flags: readonly string[];
  readonly criteria: readonly {
    readonly key: string;
    readonly result: string;
    readonly evidence: readonly object[];
  }[];
}

const REQUEST = `request { id state askedOf askedAt dueOn escalatedAt escalatedTo answer answerFrom answerTo answeredAt
  askedTeam { code } person { id } }`;
const DECISION =
  'id verdict confirmBy reason mayProceed flags criteria { key result evidence { source finding fresh periodFrom periodTo team { code } } }';

describe('asking the team', () => {
  let graph: UseCases;
  beforeAll(async () => {
    graph = await openUseCases();
  });
  afterAll(() => graph?.close());

  const decide = async (referralId: string): Promise<Decision> => {
    graph.world.clock.advance(1_000);
    return (await graph.decide<Decision>('specialist', [referralId], DECISION))[0]!;
  };
  /** Somebody on the waiting list of the CMHT, so that the team has to say. */
  const waiting = async (form: ReferralRowForm = {}, coordinator = true) => {
    const { personId, referralId } = await graph.world
      .someone()
      .openTo('CMHT', { state: 'WAITING_LIST', coordinator })
      .referredUnder('001', form);
    await graph.world.sql('update persons set visible_team_ids = array[$2::uuid] where id = $1', [
      personId,
      graph.world.teams.CMHT,
    ]);
    return { personId, referralId, decision: await decide(referralId) };
  };
  const ask = (decisionId: string, change: object = {}) =>
    graph.change<Asked>('specialist', 'requestConfirmation', { decisionId, ...change }, REQUEST);
  const say = (requestId: string, answer: string, change: object = {}) =>
    graph.change<Asked>('coordinator', 'answerConfirmation', { requestId, answer, ...change }, REQUEST);

  describe('the question', () => {
    it('goes to the care coordinator of the referral’s team, with five working days to answer', async () => {
      const { decision, personId } = await waiting();
      expect(decision).toMatchObject({
        verdict: 'NEEDS_CONFIRMATION',
        confirmBy: 'TEAM',
        mayProceed: 'CONTACT',
      });
      expect((await ask(decision.id)).request).toEqual({
        id: expect.any(String),
        state: 'ASKED',
        askedOf: 'CARE_COORDINATOR',
        askedAt: graph.world.clock.now().toISOString(),
        dueOn: '2026-03-18',
        escalatedAt: null,
        escalatedTo: null,
        answer: null,
        answerFrom: null,
        answerTo: null,
        answeredAt: null,
        askedTeam: { code: 'CMHT' },
        person: { id: personId },
      });
    });

    it('goes to the duty contact where no coordinator is recorded', async () => {
      const { decision } = await waiting({}, false);
      expect(decision.flags).toContain('DUTY_CONTACT');
      expect((await ask(decision.id)).request).toMatchObject({ askedOf: 'DUTY_CONTACT' });
    });

    it('may go to another team of the trust, which then sees whom it is about', async () => {
      const { decision, personId } = await waiting();
      const person = () =>
        graph.query('eipSpecialist', 'query ($id: UUID!) { person(id: $id) { id } }', { id: personId });
      expect(await person()).toEqual({ person: null });
      expect((await ask(decision.id, { teamId: graph.world.teams.EIP })).request).toMatchObject({
        askedTeam: { code: 'EIP' },
      });
      expect(await person()).toEqual({ person: { id: personId } });
    });

    it('asked twice is the one that is open', async () => {
      const { decision } = await waiting();
      const first = await ask(decision.id);
      expect((await ask(decision.id)).request).toEqual(first.request);
    });

    it('asked by two at once is one', async () => {
      const { decision, referralId } = await waiting();
      const both = await Promise.all([ask(decision.id), ask(decision.id)]);
      expect(new Set(both.map(({ request }) => request.id)).size).toBe(1);
      expect(await graph.world.count('confirmation_requests', 'referral_id = $1', [referralId])).toBe(1);
    });

    it('stands among the referral’s requests', async () => {
      const { decision, referralId } = await waiting();
      const { request } = await ask(decision.id);
      expect(
        await graph.query(
          'specialist',
          'query ($id: UUID!) { referral(id: $id) { confirmationRequests { id state } } }',
          { id: referralId },
        ),
      ).toEqual({ referral: { confirmationRequests: [{ id: request.id, state: 'ASKED' }] } });
    });

    it('is not asked about a decision that waits for nobody', async () => {
      const { referralId } = await graph.world.someone().openTo('CMHT').referredUnder('001');
      const { id } = await decide(referralId);
      expect(await graph.refusal('specialist', 'requestConfirmation', { decisionId: id })).toMatchObject({
        code: 'HUB_STATE_CONFLICT',
        message: 'That decision does not wait for the team.',
      });
    });

    it('is not asked of a team of another trust, or of nobody', async () => {
      const { decision } = await waiting();
      for (const teamId of [graph.world.teams.FOREIGN, newId()])
        expect(
          await graph.refusal('specialist', 'requestConfirmation', { decisionId: decision.id, teamId }),
        ).toMatchObject({
          code: 'HUB_NOT_FOUND',
          field: 'teamId',
        });
    });

    it('is not asked by a colleague of another team', async () => {
      const { decision } = await waiting();
      const foreign = await graph.refusal('eipSpecialist', 'requestConfirmation', {
        decisionId: decision.id,
      });
      expect(foreign).toEqual(
        await graph.refusal('eipSpecialist', 'requestConfirmation', { decisionId: newId() }),
      );
      expect(foreign).toMatchObject({ code: 'HUB_NOT_FOUND', field: 'decisionId' });
    });
  });

  describe('the answer', () => {
    it('ON_CASELOAD makes eligible, on the team’s word', async () => {
      const { decision, referralId } = await waiting();
      const { request } = await ask(decision.id);
      const answered = await say(request.id, 'ON_CASELOAD', { from: '2026-02-01' });
      expect(answered.request).toMatchObject({
        id: request.id,
        state: 'ANSWERED',
        answer: 'ON_CASELOAD',
        answerFrom: '2026-02-01',
        answerTo: null,
        answeredAt: graph.world.clock.now().toISOString(),
      });
      const next = await decide(referralId);
      expect(next).toMatchObject({ verdict: 'ELIGIBLE', mayProceed: 'ENGAGE' });
      const membership = next.criteria.find(({ key }) => key === 'TEAM_MEMBERSHIP')!;
      expect(membership.result).toBe('PASS');
      expect(membership.evidence).toContainEqual(
        expect.objectContaining({ source: 'TEAM', periodFrom: '2026-02-01', team: { code: 'CMHT' } }),
      );
    });

    it('CANNOT_SAY leaves the question as it was', async () => {
      const { decision, referralId } = await waiting();
      await say((await ask(decision.id)).request.id, 'CANNOT_SAY');
      expect(await decide(referralId)).toMatchObject({ verdict: 'NEEDS_CONFIRMATION', confirmBy: 'TEAM' });
    });

    it('a self-referral that the team confirms goes on; one that it does not is put right by nobody else', async () => {
      const self = async () => {
        const { personId, referralId } = await graph.world
          .someone()
          .openTo('CMHT')
          .referredUnder('001', { route: 'SELF' });
        await graph.world.sql('update persons set visible_team_ids = array[$2::uuid] where id = $1', [
          personId,
          graph.world.teams.CMHT,
        ]);
        const { request } = await ask((await decide(referralId)).id);
        return { referralId, request };
      };
      const yes = await self();
      await say(yes.request.id, 'ON_CASELOAD');
      expect(await decide(yes.referralId)).toMatchObject({ verdict: 'ELIGIBLE' });
      const no = await self();
      await say(no.request.id, 'NOT_ON_CASELOAD');
      expect((await decide(no.referralId)).verdict).not.toBe('ELIGIBLE');
    });

    it('once given stands: after it the question can be asked anew', async () => {
      const { decision } = await waiting();
      const { request } = await ask(decision.id);
      await say(request.id, 'CANNOT_SAY');
      expect(
        await graph.refusal('coordinator', 'answerConfirmation', {
          requestId: request.id,
          answer: 'ON_CASELOAD',
        }),
      ).toMatchObject({
        code: 'HUB_STATE_CONFLICT',
        message: 'That question has been answered.',
      });
      expect((await ask(decision.id)).request.id).not.toBe(request.id);
    });

    it('repeated under one key is one answer', async () => {
      const { decision } = await waiting();
      const { request } = await ask(decision.id);
      const input = { idempotencyKey: graph.world.key(), requestId: request.id, answer: 'ON_CASELOAD' };
      const first = await graph.change<Asked>('coordinator', 'answerConfirmation', input, REQUEST);
      expect(await graph.change<Asked>('coordinator', 'answerConfirmation', input, REQUEST)).toEqual(first);
    });

    it.each<[string, string, object, string, string]>([
      [
        'a period with a no',
        'NOT_ON_CASELOAD',
        { from: '2026-01-01' },
        'from',
        'no period unless the answer is ON_CASELOAD',
      ],
      [
        'an end with “cannot say”',
        'CANNOT_SAY',
        { to: '2026-01-01' },
        'from',
        'no period unless the answer is ON_CASELOAD',
      ],
      [
        'an end before the start',
        'ON_CASELOAD',
        { from: '2026-02-01', to: '2026-01-01' },
        'to',
        'a date after 2026-02-01',
      ],
      [
        'an end on the day of the start',
        'ON_CASELOAD',
        { from: '2026-02-01', to: '2026-02-01' },
        'to',
        'a date after 2026-02-01',
      ],
    ])('%s is refused', async (_what, answer, change, field, accepted) => {
      const { decision } = await waiting();
      const { request } = await ask(decision.id);
      expect(
        await graph.refusal('coordinator', 'answerConfirmation', {
          requestId: request.id,
          answer,
          ...change,
        }),
      ).toMatchObject({
        code: 'HUB_INPUT_INVALID',
        field,
        accepted,
      });
      expect((await say(request.id, 'CANNOT_SAY')).request.state).toBe('ANSWERED');
    });

    it('is for the asked team to give: another one’s manager finds no such question', async () => {
      const { decision } = await waiting();
      const { request } = await ask(decision.id, { teamId: graph.world.teams.CRISIS });
      expect(
        await graph.refusal('coordinator', 'answerConfirmation', {
          requestId: request.id,
          answer: 'CANNOT_SAY',
        }),
      ).toMatchObject({
        code: 'HUB_NOT_FOUND',
        field: 'requestId',
      });
      const { request: answered } = await graph.change<Asked>(
        'manager',
        'answerConfirmation',
        { requestId: request.id, answer: 'CANNOT_SAY' },
        REQUEST,
      );
      expect(answered).toMatchObject({ state: 'ANSWERED' });
    });

    it('is not for the specialist who asks to give', async () => {
      const { decision } = await waiting();
      const { request } = await ask(decision.id);
      const { errors } = await graph.answer(
        'specialist',
        'mutation ($input: AnswerConfirmationInput!) { answerConfirmation(input: $input) { __typename } }',
        { input: { idempotencyKey: graph.world.key(), requestId: request.id, answer: 'ON_CASELOAD' } },
      );
      expect(errors.map(({ extensions }) => extensions.code)).toEqual(['HUB_ACCESS_FIELD']);
    });
  });

  describe('consent (004:43)', () => {
    /** Soft membership under 004 never asks the team, so 001 is asked with the flag of 004 planted in the decision. */
    it.each(['CONSENT_REQUIRED', 'CONSENT_REFUSED'])(
      'a decision with %s cannot be asked about',
      async (flag) => {
        const { decision } = await waiting();
        await graph.world.sql('alter table eligibility_decisions disable trigger user');
        await graph.world.sql('update eligibility_decisions set flags = array[$2] where id = $1', [
          decision.id,
          flag,
        ]);
        await graph.world.sql('alter table eligibility_decisions enable trigger user');
        expect(
          await graph.refusal('specialist', 'requestConfirmation', { decisionId: decision.id }),
        ).toMatchObject({
          code: 'HUB_STATE_CONFLICT',
          message: 'The person has not consented to contact with the clinician.',
        });
      },
    );
  });

  describe('time', () => {
    it('passing escalates to the manager, is never an answer, and takes a late one', async () => {
      const { decision, referralId } = await waiting();
      const { request } = await ask(decision.id);
      const { confirmations } = graph.server.runtime.services;
      await graph.world.sql(`update confirmation_requests set due_on = '2026-03-10' where id = $1`, [
        request.id,
      ]);
      expect(await confirmations.escalateOverdue(graph.world.callers.system)).toBe(1);
      const { confirmationRequests } = await graph.query<{ confirmationRequests: { nodes: object[] } }>(
        'manager',
        '{ confirmationRequests(filter: { stateIn: [ESCALATED] }) { nodes { id state escalatedTo escalatedAt answer } } }',
      );
      expect(confirmationRequests.nodes).toEqual([
        {
          id: request.id,
          state: 'ESCALATED',
          escalatedTo: 'TEAM_MANAGER',
          escalatedAt: graph.world.clock.now().toISOString(),
          answer: null,
        },
      ]);
      expect(await decide(referralId)).toMatchObject({ verdict: 'NEEDS_CONFIRMATION' });
      expect((await say(request.id, 'ON_CASELOAD')).request).toMatchObject({
        state: 'ANSWERED',
        escalatedTo: 'TEAM_MANAGER',
      });
      expect(await decide(referralId)).toMatchObject({ verdict: 'ELIGIBLE' });
    });

    it('on the last day does not yet escalate', async () => {
      const { decision } = await waiting();
      const { request } = await ask(decision.id);
      await graph.world.sql('update confirmation_requests set due_on = $2 where id = $1', [
        request.id,
        TODAY,
      ]);
      await graph.server.runtime.services.confirmations.escalateOverdue(graph.world.callers.system);
      const [row] = await graph.world.sql<{ state: string }>(
        'select state from confirmation_requests where id = $1',
        [request.id],
      );
      expect(row!.state).toBe('ASKED');
    });
  });

  describe('the list', () => {
    const ids = async (where: string, order: string, team: string) =>
      (
        await graph.world.sql<{ id: string }>(
          `select id from confirmation_requests where visible_team_ids @> array[$1::uuid] and ${where} order by ${order}`,
          [team],
        )
      ).map(({ id }) => id);

    it.each([
      ['NEWEST', 'asked_at desc, id desc'],
      ['DUE', 'due_on, id'],
    ])('by %s, page by page, both ways', async (order, sql) => {
      const whole = await ids('true', sql, graph.world.teams.CMHT);
      expect(whole.length).toBeGreaterThan(12);
      expect(await graph.walk('coordinator', 'confirmationRequests', `, orderBy: ${order}`, 5)).toEqual(
        whole,
      );
      expect(await graph.walk('coordinator', 'confirmationRequests', `, orderBy: ${order}`, 5, true)).toEqual(
        whole,
      );
    });

    it.each(['ASKED', 'ESCALATED', 'ANSWERED', 'WITHDRAWN'])('only those %s', async (state) => {
      expect(
        await graph.walk('coordinator', 'confirmationRequests', `, filter: { stateIn: [${state}] }`, 7),
      ).toEqual(await ids(`state = '${state}'`, 'asked_at desc, id desc', graph.world.teams.CMHT));
    });

    it('only those asked of a team', async () => {
      const { CMHT, EIP } = graph.world.teams;
      const asked = await graph.walk(
        'specialist',
        'confirmationRequests',
        `, filter: { askedTeamId: "${EIP}" }`,
        7,
      );
      expect(asked).toEqual(await ids(`asked_team_id = '${EIP}'`, 'asked_at desc, id desc', CMHT));
      expect(asked).toHaveLength(1);
      expect(await graph.walk('eipSpecialist', 'confirmationRequests', '', 7)).toEqual(asked);
    });
  });
});

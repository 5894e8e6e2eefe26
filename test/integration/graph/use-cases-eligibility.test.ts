/** Eligibility through the graph: every verdict with its criteria, clause, evidence and what follows; purposes, days, instants, lists, overrides. */
import { CRITERIA } from '../../../src/casework/eligibility/criterion.rules.js';
import { newId } from '../../../src/core/ids.js';
import { type PersonBuilder, putMembership, type ReferralRowForm } from '../../support/casework-people.js';
import { type Document, NOW, TODAY } from '../../support/casework-world.js';
import { openUseCases, type UseCases } from '../../support/use-cases.js';

interface Criterion {
  readonly key: string;
  readonly position: number;
  readonly result: string;
  readonly strength: string;
  readonly reason: string;
  readonly clause: string | null;
  readonly confirmBy: string | null;
  readonly laterOn: string | null;
  readonly settledBy: string | null;
  readonly evidence: readonly Record<string, unknown>[];
}

interface Decision {
  readonly id: string;
  readonly verdict: string;
  readonly reason: string;
  readonly criteria: readonly Criterion[];
  readonly [field: string]: unknown;
}

const WHOLE = `id verdict reason purpose asOf knownAt decidedAt notYetUntil confirmBy mayProceed flags
  version { version activatedAt } referral { id state } overrides { id }
  criteria { key position result strength reason clause confirmBy laterOn settledBy
    evidence { item source finding reference version periodFrom periodTo sourceAsOf fetchedAt fresh system { code } team { code kind } } }`;

describe('eligibility', () => {
  let graph: UseCases;
  beforeAll(async () => {
    graph = await openUseCases();
  });
  afterAll(() => graph?.close());

  const someone = () => graph.world.someone();
  const decide = async (referralId: string, more: object = {}): Promise<Decision> =>
    (await graph.decide<Decision>('specialist', [referralId], WHOLE, more))[0]!;
  const decidedFor = async (
    person: PersonBuilder,
    document: Document,
    form: ReferralRowForm = {},
    more: object = {},
  ): Promise<Decision> => decide((await person.referredUnder(document, form)).referralId, more);
  const criterionOf = (decision: Decision, key: string): Criterion =>
    decision.criteria.find((one) => one.key === key)!;

  describe('each verdict', () => {
    it('ELIGIBLE: engage, on evidence that names team, record, version, period and age', async () => {
      const person = someone().openTo('CMHT');
      const { personId, referralId } = await person.referredUnder('001');
      const decision = await decide(referralId);
      expect(decision).toMatchObject({
        verdict: 'ELIGIBLE',
        reason: 'ALL_CRITERIA_MET',
        purpose: 'ENTRY',
        asOf: TODAY,
        knownAt: NOW.toISOString(),
        decidedAt: NOW.toISOString(),
        notYetUntil: null,
        confirmBy: null,
        mayProceed: 'ENGAGE',
        flags: [],
        overrides: [],
        version: { version: 1, activatedAt: expect.any(String) },
        referral: { id: referralId, state: 'RECEIVED' },
      });
      const [row] = await graph.world.sql<{ source_reference: string; observed_from: Date }>(
        'select source_reference, observed_from from caseload_memberships where person_id = $1',
        [personId],
      );
      const membership = criterionOf(decision, 'TEAM_MEMBERSHIP');
      expect(membership).toMatchObject({
        result: 'PASS',
        strength: 'HARD',
        reason: 'OPEN_TO_TEAM',
        settledBy: null,
      });
      expect(membership.clause).toMatch(/(^|, )001:8(,|$)/);
      expect(membership.evidence).toEqual([
        {
          item: 0,
          source: 'RECORD',
          finding: 'OPEN',
          reference: row!.source_reference,
          version: '1',
          periodFrom: '2025-03-01',
          periodTo: null,
          sourceAsOf: null,
          fetchedAt: expect.stringMatching(/Z$/),
          fresh: true,
          system: { code: 'home' },
          team: { code: 'CMHT', kind: 'CMHT' },
        },
      ]);
    });

    it('NOT_YET: with the day, contact meanwhile', async () => {
      const decision = await decidedFor(someone().born('2008-05-11').openTo('CMHT'), '001');
      expect(decision).toMatchObject({
        verdict: 'NOT_YET',
        reason: 'UNDER_MINIMUM_AGE',
        notYetUntil: '2026-05-11',
        confirmBy: null,
        mayProceed: 'CONTACT',
      });
      expect(criterionOf(decision, 'AGE')).toMatchObject({
        result: 'LATER',
        laterOn: '2026-05-11',
        settledBy: 'TIME',
        strength: 'HARD',
      });
    });

    it.each<[string, (person: PersonBuilder) => PersonBuilder, Document, ReferralRowForm, string, string]>([
      [
        'TEAM',
        (p) => p.openTo('CMHT', { state: 'WAITING_LIST' }),
        '001',
        {},
        'TEAM_MEMBERSHIP',
        'TEAM_TO_CONFIRM',
      ],
      ['TEAM', (p) => p.openTo('CMHT'), '001', { route: 'SELF' }, 'SELF_REFERRAL', 'TEAM_TO_CONFIRM'],
      [
        'PERSON',
        (p) => p.openTo('CMHT'),
        '001',
        { wordOnWork: 'UNSURE' },
        'WISH_FOR_WORK',
        'WISH_TO_BE_ASKED',
      ],
      [
        'COMMISSIONER',
        (p) => p.openTo('EIP'),
        '002',
        { employment: 'EMPLOYED_AT_RISK' },
        'EMPLOYMENT',
        'EMPLOYMENT_TO_CONFIRM',
      ],
      ['IDENTITY_STEWARD', (p) => p.openTo('CMHT').inConflict(), '001', {}, 'IDENTITY', 'IDENTITY_CONFLICT'],
    ])('NEEDS_CONFIRMATION by %s', async (confirmBy, build, document, form, key, reason) => {
      const decision = await decidedFor(build(someone()), document, form);
      expect(decision).toMatchObject({
        verdict: 'NEEDS_CONFIRMATION',
        confirmBy,
        reason,
        mayProceed: 'CONTACT',
      });
      expect(criterionOf(decision, key)).toMatchObject({
        result: 'CONFIRM',
        confirmBy,
        settledBy: confirmBy,
        reason,
      });
    });

    it('CANNOT_TELL: the code of a team that nobody has mapped', async () => {
      const decision = await decidedFor(someone().openTo('UNMAPPED'), '001');
      expect(decision).toMatchObject({
        verdict: 'CANNOT_TELL',
        reason: 'TEAM_NOT_KNOWN',
        mayProceed: 'CONTACT',
        confirmBy: null,
      });
      const membership = criterionOf(decision, 'TEAM_MEMBERSHIP');
      // Whose caseload it is nobody knows, so nobody's scope holds the record that it rests on.
      expect(membership).toMatchObject({ result: 'UNKNOWN', settledBy: 'INTEGRATION', evidence: [] });
      const rests = await graph.world.sql(
        'select source, system_id from eligibility_evidence where decision_id = $1 and position = $2',
        [decision.id, membership.position],
      );
      expect(rests).toEqual([{ source: 'RECORD', system_id: graph.world.systemId }]);
    });

    it('NOT_ELIGIBLE: on the sweep that did not see them', async () => {
      const decision = await decidedFor(someone(), '001');
      expect(decision).toMatchObject({
        verdict: 'NOT_ELIGIBLE',
        reason: 'NOT_ON_CASELOAD',
        mayProceed: 'NONE',
      });
      expect(criterionOf(decision, 'TEAM_MEMBERSHIP').evidence).toMatchObject([
        { source: 'RECORD', finding: 'NOT_SEEN', fresh: true, team: null, fetchedAt: expect.any(String) },
      ]);
    });

    it('NOT_ELIGIBLE: on the person’s own explicit no', async () => {
      const decision = await decidedFor(someone().openTo('CMHT'), '001', {
        wordOnWork: 'DOES_NOT_WANT_PAID_WORK',
      });
      expect(decision).toMatchObject({ verdict: 'NOT_ELIGIBLE', reason: 'DOES_NOT_WISH_TO_WORK' });
      expect(criterionOf(decision, 'WISH_FOR_WORK').evidence).toMatchObject([
        { source: 'PERSON', fresh: null, reference: null },
      ]);
    });
  });

  it.each<Document>(['001', '002', '003', '004'])(
    'all nine criteria are reported under %s, in order, each with what it rests on',
    async (document) => {
      const decision = await decidedFor(someone().openTo('CMHT'), document);
      expect(decision.criteria.map(({ key }) => key)).toEqual([...CRITERIA]);
      expect(decision.criteria.map(({ position }) => position)).toEqual(CRITERIA.map((_, at) => at));
      for (const { result, clause, strength, key } of decision.criteria) {
        if (result === 'NOT_SPECIFIED') expect(strength).toBe('NOT_SPECIFIED');
        else if (key !== 'IDENTITY') expect(clause).toMatch(/^00\d:\d+/);
        if (clause !== null)
          for (const line of clause.split(', '))
            expect(line).toMatch(new RegExp(`^${document}:\\d+(-\\d+)?$`));
      }
    },
  );

  describe('flags', () => {
    it.each<[string, (person: PersonBuilder) => PersonBuilder, Document, ReferralRowForm]>([
      ['EXPECTED_TO_LEAVE_TEAM', (p) => p.openTo('CRISIS'), '001', {}],
      ['DUTY_CONTACT', (p) => p.openTo('CMHT', { coordinator: false }), '001', { route: 'SELF' }],
      ['CONSENT_REQUIRED', (p) => p.openTo('CMHT'), '004', { route: 'SELF', consent: 'NOT_ASKED' }],
      ['FILING_STOPS', (p) => p.openTo('CMHT').inConflict(), '003', {}],
      ['SAFEGUARDING_UNDER_18', (p) => p.born('2009-01-01'), '003', {}],
    ])('%s', async (flag, build, document, form) => {
      expect((await decidedFor(build(someone()), document, form)).flags).toContain(flag);
    });

    it('CONSENT_REFUSED, and refusing is never a no', async () => {
      const { referralId } = await someone()
        .openTo('CMHT')
        .referredUnder('004', { route: 'SELF', consent: 'NOT_ASKED' });
      const refused = { referralId, consent: 'REFUSED', givenOn: TODAY };
      await graph.change('specialist', 'recordConsentToContactClinician', refused);
      expect(await decide(referralId)).toMatchObject({ verdict: 'ELIGIBLE', flags: ['CONSENT_REFUSED'] });
    });

    it('none where nothing is to be said', async () => {
      expect((await decidedFor(someone().openTo('CMHT'), '001')).flags).toEqual([]);
    });
  });

  describe('purposes', () => {
    const left = () => someone().leftOn('CMHT', '2025-09-01');

    it('CONTINUE keeps somebody in work who left the team half a year ago, and says so', async () => {
      const decision = await decidedFor(
        left(),
        '001',
        { employment: 'EMPLOYED', acceptedOn: '2026-03-02' },
        { purpose: 'CONTINUE' },
      );
      expect(decision).toMatchObject({
        purpose: 'CONTINUE',
        verdict: 'ELIGIBLE',
        reason: 'KEPT_AFTER_LOSS',
        mayProceed: 'ENGAGE',
        flags: ['LOST_MEMBERSHIP'],
      });
    });

    it.each(['ENTRY', 'RE_ENTRY'])('%s tests them', async (purpose) => {
      expect(await decidedFor(left(), '001', {}, { purpose })).toMatchObject({
        purpose,
        verdict: 'NOT_ELIGIBLE',
      });
    });
  });

  describe('asOf and knownAt', () => {
    it('asOf asks what was so: 000 ended in 2021, and is in force on a day in its period', async () => {
      const { personId, referralId } = await someone()
        .openTo('CMHT')
        .referredUnder('000', { receivedOn: '2021-06-01' });
      await graph.world.sql(
        `update caseload_memberships set valid_from = '2020-01-01' where person_id = $1`,
        [personId],
      );
      expect(await decide(referralId, { asOf: '2021-06-15' })).toMatchObject({
        verdict: 'ELIGIBLE',
        asOf: '2021-06-15',
      });
      const today = await graph.change<{ decisions: object[]; notDecided: object[] }>(
        'specialist',
        'checkEligibility',
        { referralIds: [referralId], purpose: 'ENTRY' },
        'decisions { id } notDecided { referralId refusal { code message field } }',
      );
      expect(today).toMatchObject({
        decisions: [],
        notDecided: [{ referralId, refusal: { code: 'HUB_ELIGIBILITY_NOT_IN_FORCE', field: null } }],
      });
    });

    it('asOf decides on the age of that day', async () => {
      const { referralId } = await someone().born('2008-03-10').openTo('CMHT').referredUnder('001');
      expect(await decide(referralId, { asOf: '2026-03-09' })).toMatchObject({
        verdict: 'NOT_YET',
        notYetUntil: '2026-03-10',
      });
      expect(await decide(referralId, { asOf: '2026-03-10' })).toMatchObject({ verdict: 'ELIGIBLE' });
    });

    it('knownAt asks what the hub knew: before it had seen them open, it did not', async () => {
      const { personId, referralId } = await someone().referredUnder('001');
      const seen = new Date(NOW.getTime() - 30 * 60_000);
      await putMembership(graph.world, personId, 'CMHT', { observedFrom: seen });
      const before = await decide(referralId, { knownAt: new Date(seen.getTime() - 1_000).toISOString() });
      expect(before).toMatchObject({
        verdict: 'NOT_ELIGIBLE',
        knownAt: new Date(seen.getTime() - 1_000).toISOString(),
        decidedAt: NOW.toISOString(),
      });
      expect(await decide(referralId)).toMatchObject({ verdict: 'ELIGIBLE' });
    });

    it('knownAt with another offset is the same instant', async () => {
      const { referralId } = await someone().openTo('CMHT').referredUnder('001');
      expect(await decide(referralId, { knownAt: '2026-03-11T12:30:00+01:00' })).toMatchObject({
        knownAt: '2026-03-11T11:30:00.000Z',
      });
    });

    it('long before any sweep nothing can be told of absence', async () => {
      const { referralId } = await someone().referredUnder('001');
      expect(await decide(referralId, { knownAt: '2026-03-01T00:00:00Z' })).toMatchObject({
        verdict: 'CANNOT_TELL',
        reason: 'ABSENCE_NOT_KNOWN',
      });
    });

    it.each([
      ['asOf tomorrow', { asOf: '2026-03-12' }, 'asOf', 'a date up to today'],
      [
        'knownAt in a second',
        { knownAt: '2026-03-11T12:00:01Z' },
        'knownAt',
        'an ISO 8601 instant up to now',
      ],
    ])('%s is refused', async (_what, more, field, accepted) => {
      const { referralId } = await someone().referredUnder('001');
      expect(
        await graph.refusal('specialist', 'checkEligibility', {
          referralIds: [referralId],
          purpose: 'ENTRY',
          ...more,
        }),
      ).toMatchObject({ code: 'HUB_INPUT_INVALID', field, accepted });
      expect(await graph.world.count('eligibility_decisions', 'referral_id = $1', [referralId])).toBe(0);
    });
  });

  describe('lists', () => {
    it('come back in the order asked, each once', async () => {
      const [a, b, c] = [
        await someone().openTo('CMHT').referredUnder('001'),
        await someone().referredUnder('001'),
        await someone().openTo('CRISIS').referredUnder('003'),
      ].map(({ referralId }) => referralId);
      const decisions = await graph.decide<Decision>(
        'specialist',
        [c!, a!, b!, a!],
        'verdict referral { id }',
      );
      expect(decisions).toEqual([
        { verdict: 'ELIGIBLE', referral: { id: c } },
        { verdict: 'ELIGIBLE', referral: { id: a } },
        { verdict: 'NOT_ELIGIBLE', referral: { id: b } },
      ]);
    });

    it('name those not decided, and do not tell a colleague’s referral from nobody’s', async () => {
      const mine = await someone().openTo('CMHT').referredUnder('001');
      const theirs = await someone().openTo('EIP').referredUnder('001', { team: 'EIP' });
      const ended = await someone().referredUnder('000');
      const nobodys = newId();
      const answer = await graph.change<{
        decisions: object[];
        notDecided: { referralId: string; refusal: object }[];
      }>(
        'specialist',
        'checkEligibility',
        { referralIds: [nobodys, mine.referralId, theirs.referralId, ended.referralId], purpose: 'ENTRY' },
        'decisions { referral { id } } notDecided { referralId refusal { code message field accepted rule clause } }',
      );
      expect(answer.decisions).toEqual([{ referral: { id: mine.referralId } }]);
      const [nobody, colleague, gate] = answer.notDecided;
      expect([nobody!.referralId, colleague!.referralId, gate!.referralId]).toEqual([
        nobodys,
        theirs.referralId,
        ended.referralId,
      ]);
      expect(nobody!.refusal).toEqual(colleague!.refusal);
      expect(nobody!.refusal).toMatchObject({ code: 'HUB_NOT_FOUND' });
      expect(gate!.refusal).toMatchObject({ code: 'HUB_ELIGIBILITY_NOT_IN_FORCE' });
      expect(await graph.world.count('eligibility_decisions', 'referral_id = $1', [theirs.referralId])).toBe(
        0,
      );
    });

    it.each([
      ['nobody', 0],
      ['1,001', 1_001],
    ])('of %s are refused', async (_what, count) => {
      const referralIds = Array.from({ length: count }, () => newId());
      expect(
        await graph.refusal('specialist', 'checkEligibility', { referralIds, purpose: 'ENTRY' }),
      ).toMatchObject({
        code: 'HUB_INPUT_INVALID',
        field: 'referralIds',
        accepted: '1 to 1000',
      });
    });

    it('of a thousand are decided in one call, one row and one criterion each', async () => {
      const { world } = graph;
      await world.sql(
        `with people as (
           insert into persons (id, organisation_id, nhs_number, nhs_number_status, date_of_birth)
           select gen_random_uuid(), $1, null, null, date '1980-01-01' + n from generate_series(1, 1000) n returning id
         ) insert into referrals (id, organisation_id, team_id, person_id, specification_id, state, route, received_on, word_on_work, employment_at_referral,
             consent_to_contact_clinician, residence, age_band)
           select gen_random_uuid(), $1, $2, id, $3, 'RECEIVED', 'CLINICAL_TEAM', '2026-03-01', 'NOT_RECORDED', 'OUT_OF_WORK', 'GIVEN', 'IN_REGION', 'OTHER' from people`,
        [world.organisations.home, world.teams.CMHT, world.specifications['003']],
      );
      const ids = (
        await world.sql<{ id: string }>(
          `select id from referrals where age_band = 'OTHER' and specification_id = $1`,
          [world.specifications['003']],
        )
      ).map(({ id }) => id);
      expect(ids).toHaveLength(1_000);
      const decisions = await graph.decide<Decision>(
        'specialist',
        ids,
        'verdict referral { id } criteria { key }',
      );
      expect(decisions.map((decision) => (decision.referral as { id: string }).id)).toEqual(ids);
      expect(new Set(decisions.map(({ verdict }) => verdict)).size).toBe(1);
      expect(decisions.every(({ criteria }) => criteria.length === 9)).toBe(true);
      const [audit] = await world.sql<{ n: number }>(
        `select cardinality(person_ids) as n from audit_events where operation = 'checkEligibility' order by n desc limit 1`,
      );
      expect(audit!.n).toBe(1_000);
    });
  });

  describe('repeats', () => {
    it('under one key answer with the same decisions and decide nothing anew', async () => {
      const { referralId } = await someone().openTo('CMHT').referredUnder('001');
      const idempotencyKey = graph.world.key();
      const first = await decide(referralId, { idempotencyKey });
      await graph.world.sql(`update referrals set word_on_work = 'DOES_NOT_WANT_PAID_WORK' where id = $1`, [
        referralId,
      ]);
      expect(await decide(referralId, { idempotencyKey })).toEqual(first);
      expect(await decide(referralId)).toMatchObject({ verdict: 'NOT_ELIGIBLE' });
      expect(await graph.world.count('eligibility_decisions', 'referral_id = $1', [referralId])).toBe(2);
    });

    it('under one key for another purpose are refused', async () => {
      const { referralId } = await someone().openTo('CMHT').referredUnder('001');
      const idempotencyKey = graph.world.key();
      await decide(referralId, { idempotencyKey });
      expect(
        await graph.refusal('specialist', 'checkEligibility', {
          idempotencyKey,
          referralIds: [referralId],
          purpose: 'CONTINUE',
        }),
      ).toMatchObject({ code: 'HUB_INPUT_REPEATED_KEY' });
    });
  });

  describe('reading decisions', () => {
    it('one, by id, is what the mutation answered', async () => {
      const { referralId } = await someone().openTo('CMHT').referredUnder('001');
      const decision = await decide(referralId);
      const { eligibilityDecision } = await graph.query<{ eligibilityDecision: Decision }>(
        'specialist',
        `query ($id: UUID!) { eligibilityDecision(id: $id) { ${WHOLE} } }`,
        { id: decision.id },
      );
      expect(eligibilityDecision).toEqual(decision);
      const foreign = await graph.query(
        'eipSpecialist',
        'query ($id: UUID!) { eligibilityDecision(id: $id) { id } }',
        { id: decision.id },
      );
      expect(foreign).toEqual({ eligibilityDecision: null });
    });

    it('lists them by verdict, purpose, referral and time', async () => {
      const { referralId } = await someone().openTo('CMHT').referredUnder('001', { wordOnWork: 'UNSURE' });
      const waiting = await decide(referralId);
      graph.world.clock.advance(5_000);
      const kept = await decide(referralId, { purpose: 'CONTINUE' });
      const list = async (filter: object): Promise<string[]> => {
        const { eligibilityDecisions } = await graph.query<{
          eligibilityDecisions: { nodes: { id: string }[]; totalCount: number };
        }>(
          'specialist',
          'query ($filter: EligibilityDecisionFilter) { eligibilityDecisions(first: 10, filter: $filter) { totalCount nodes { id } } }',
          { filter },
        );
        expect(eligibilityDecisions.totalCount).toBe(eligibilityDecisions.nodes.length);
        return eligibilityDecisions.nodes.map(({ id }) => id);
      };
      expect(await list({ referralId })).toEqual([kept.id, waiting.id]);
      expect(await list({ referralId, purpose: 'ENTRY' })).toEqual([waiting.id]);
      expect(await list({ referralId, verdictIn: ['NEEDS_CONFIRMATION'], purpose: 'ENTRY' })).toEqual([
        waiting.id,
      ]);
      expect(await list({ referralId, verdictIn: ['NOT_YET'] })).toEqual([]);
      expect(await list({ referralId, decidedFrom: kept.decidedAt })).toEqual([kept.id]);
      expect(await list({ referralId, decidedUntil: waiting.decidedAt })).toEqual([waiting.id]);
      expect(
        await list({ referralId, or: [{ purpose: 'CONTINUE' }, { decidedUntil: waiting.decidedAt }] }),
      ).toEqual([kept.id, waiting.id]);
    });

    it('hides evidence about a team that is not the reader’s, though the verdict rests on it', async () => {
      const { referralId } = await someone().openTo('EIP').referredUnder('001');
      const decision = await decide(referralId);
      expect(decision.verdict).toBe('ELIGIBLE');
      expect(criterionOf(decision, 'TEAM_MEMBERSHIP')).toMatchObject({ result: 'PASS', evidence: [] });
      const { eligibilityDecision } = await graph.query<{ eligibilityDecision: Decision }>(
        'manager',
        'query ($id: UUID!) { eligibilityDecision(id: $id) { criteria { key evidence { team { code } } } } }',
        { id: decision.id },
      );
      expect(criterionOf(eligibilityDecision, 'TEAM_MEMBERSHIP').evidence).toEqual([
        { team: { code: 'EIP' } },
      ]);
    });

    it('answers a restricted record like any that the team has to confirm, word for word', async () => {
      const say = async (person: PersonBuilder) => {
        const { id, referral, ...decision } = await decidedFor(person, '001');
        return decision;
      };
      const restricted = await say(someone().openTo('CMHT').restricted());
      expect(restricted).toMatchObject({
        verdict: 'NEEDS_CONFIRMATION',
        confirmBy: 'TEAM',
        reason: 'TEAM_TO_CONFIRM',
      });
      expect(
        (restricted.criteria as Criterion[]).find(({ key }) => key === 'TEAM_MEMBERSHIP')!.evidence,
      ).toEqual([]);
      expect(JSON.stringify(restricted)).not.toMatch(/restrict/i);
    });
  });

  describe('overrides', () => {
    const override = (decisionId: string, change: object = {}) => ({
      decisionId,
      verdict: 'ELIGIBLE',
      reason: 'Agreed with the commissioner on the telephone.',
      clause: '001:8',
      told: ['Sam', 'the person'],
      ...change,
    });
    const SELECTION = `override { id verdict reason clause told madeAt author { displayName } }
      decision { id verdict overrides { id verdict reason author { displayName } } }`;

    it('stand beside the decision, newest first, and change nothing of it', async () => {
      const decision = await decidedFor(someone(), '001');
      const first = await graph.change<{ override: Record<string, unknown>; decision: Decision }>(
        'manager',
        'overrideEligibility',
        override(decision.id),
        SELECTION,
      );
      expect(first.override).toEqual({
        id: expect.any(String),
        verdict: 'ELIGIBLE',
        reason: 'Agreed with the commissioner on the telephone.',
        clause: '001:8',
        told: ['Sam', 'the person'],
        madeAt: graph.world.clock.now().toISOString(),
        author: { displayName: 'mo' },
      });
      graph.world.clock.advance(60_000);
      const second = await graph.change<typeof first>(
        'manager',
        'overrideEligibility',
        override(decision.id, { verdict: 'NOT_ELIGIBLE' }),
        SELECTION,
      );
      expect(second.decision).toMatchObject({
        id: decision.id,
        verdict: 'NOT_ELIGIBLE',
        overrides: [
          { id: second.override.id, verdict: 'NOT_ELIGIBLE' },
          { id: first.override.id, verdict: 'ELIGIBLE' },
        ],
      });
      const { eligibilityDecision } = await graph.query<{ eligibilityDecision: Decision }>(
        'specialist',
        `query ($id: UUID!) { eligibilityDecision(id: $id) { ${WHOLE} } }`,
        { id: decision.id },
      );
      expect({ ...eligibilityDecision, overrides: [] }).toEqual({ ...decision, overrides: [] });
    });

    it.each<[string, object, string, string]>([
      ['a verdict that no person gives', { verdict: 'CANNOT_TELL' }, 'verdict', 'ELIGIBLE or NOT_ELIGIBLE'],
      ['a reason too short', { reason: 'because' }, 'reason', '10 to 2000 characters'],
      ['a reason too long', { reason: 'x'.repeat(2_001) }, 'reason', '10 to 2000 characters'],
      ['no clause', { clause: ' ' }, 'clause', '3 to 200 characters'],
      ['nobody told', { told: [] }, 'told', '1 to 20 entries'],
      ['too many told', { told: Array.from({ length: 21 }, () => 'Sam') }, 'told', '1 to 20 entries'],
      ['somebody of one letter', { told: ['S'] }, 'told', '2 to 200 characters'],
      ['a bell in the reason', { reason: 'ring the \u0007 bell now' }, 'reason', 'text and line ends'],
    ])('%s is refused', async (_what, change, field, accepted) => {
      const decision = await decidedFor(someone(), '001');
      expect(
        await graph.refusal('manager', 'overrideEligibility', override(decision.id, change)),
      ).toMatchObject({
        code: 'HUB_INPUT_INVALID',
        field,
        accepted,
      });
      expect(await graph.world.count('eligibility_overrides', 'decision_id = $1', [decision.id])).toBe(0);
    });

    it('of nothing are not found', async () => {
      expect(await graph.refusal('manager', 'overrideEligibility', override(newId()))).toMatchObject({
        code: 'HUB_NOT_FOUND',
        field: 'decisionId',
      });
    });

    it('are a manager’s', async () => {
      const decision = await decidedFor(someone(), '001');
      const { errors } = await graph.answer(
        'specialist',
        'mutation ($input: OverrideEligibilityInput!) { overrideEligibility(input: $input) { __typename } }',
        { input: { idempotencyKey: graph.world.key(), ...override(decision.id) } },
      );
      expect(errors.map(({ extensions }) => extensions.code)).toEqual(['HUB_ACCESS_FIELD']);
      expect(await graph.world.count('eligibility_overrides', 'decision_id = $1', [decision.id])).toBe(0);
    });
  });
});

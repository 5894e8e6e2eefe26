/** Eligibility end to end: from caseload rows under a specification to a stored verdict with its evidence. */
import pg from 'pg';
import { ipsGrowLeaflet } from '../../../seeds/specifications/ips-grow-leaflet.js';
import {
  type EligibilityQuestion,
  EligibilityService,
  MOST_REFERRALS,
} from '../../../src/casework/eligibility/eligibility.service.js';
import { seedSpecifications } from '../../../src/contracts/specification.service.js';
import type { Caller } from '../../../src/core/caller.js';
import { newId } from '../../../src/core/ids.js';
import { roleUrl } from '../../../src/platform/database/roles.js';
import { type PersonBuilder, putMembership, type ReferralRowForm } from '../../support/casework-people.js';
import {
  type CaseworkWorld,
  createCaseworkWorld,
  type Document,
  failureOf,
} from '../../support/casework-world.js';

/** The day in its period on which 000 is asked about. */
const DAY_OF_000 = '2021-06-15';

interface DecisionRow {
  readonly id: string;
  readonly verdict: string;
  readonly reason: string;
  readonly confirm_by: string | null;
  readonly may_proceed: string;
  readonly flags: readonly string[];
  readonly not_yet_until: string | null;
}

describe('EligibilityService', () => {
  let world: CaseworkWorld;
  let service: EligibilityService;
  let sam: Caller;
  beforeAll(async () => {
    world = await createCaseworkWorld();
    service = new EligibilityService(world.database, world.clock);
    sam = world.callers.specialist;
  });
  afterAll(() => world.close());

  const check = async (ids: readonly string[], change: Partial<EligibilityQuestion> = {}, by = sam) =>
    (
      await service.check(by, {
        idempotencyKey: world.key(),
        referralIds: ids,
        purpose: 'ENTRY',
        ...change,
      })
    ).outcomes;
  const decided = async (referralId: string, change: Partial<EligibilityQuestion> = {}, by = sam) => {
    const [outcome] = await check([referralId], change, by);
    const [row] = await world.sql<DecisionRow>(
      `select id, verdict, reason, confirm_by, may_proceed, flags, not_yet_until::text as not_yet_until from eligibility_decisions where id = $1`,
      [outcome!.decisionId],
    );
    return row!;
  };

  describe('verdicts', () => {
    /** E eligible, Y not yet, N not, ? cannot tell; T, P, M, D needs team, person, commissioner, identity steward. */
    const letterOf = ({ verdict, confirm_by }: DecisionRow): string =>
      confirm_by === null
        ? { ELIGIBLE: 'E', NOT_YET: 'Y', CANNOT_TELL: '?', NOT_ELIGIBLE: 'N' }[verdict]!
        : { TEAM: 'T', PERSON: 'P', COMMISSIONER: 'M', IDENTITY_STEWARD: 'D' }[confirm_by]!;

    const people: [string, (person: PersonBuilder) => PersonBuilder, ReferralRowForm, string][] = [
      ['open to the CMHT', (p) => p.openTo('CMHT'), {}, 'E E M E E'],
      ['open to EIP', (p) => p.openTo('EIP'), {}, 'M E E E E'],
      ['crisis team only', (p) => p.openTo('CRISIS'), {}, 'M N N E E'],
      ['on no caseload', (p) => p, {}, 'N N N E E'],
      ['17 and open to EIP', (p) => p.born('2008-05-11').openTo('EIP'), {}, 'Y Y Y M Y'],
      ['unsure of work', (p) => p.openTo('CMHT'), { wordOnWork: 'UNSURE' }, 'P P M E E'],
      ['does not want work', (p) => p.openTo('CMHT'), { wordOnWork: 'DOES_NOT_WANT_PAID_WORK' }, 'N N M N N'],
      ['on the waiting list', (p) => p.openTo('CMHT', { state: 'WAITING_LIST' }), {}, 'T T M E E'],
      ['a restricted record', (p) => p.openTo('CMHT').restricted(), {}, 'T T T E E'],
      [
        'a restricted person, on a caseload that does not say so',
        (p) => p.openTo('CMHT', { restricted: false }).restricted(),
        {},
        'T T T E E',
      ],
      ['a restricted person on no caseload', (p) => p.restricted(), {}, 'T T T E E'],
      ['two living records', (p) => p.openTo('CMHT').inConflict(), {}, 'D D D E E'],
      ['a team that nobody has mapped', (p) => p.openTo('UNMAPPED'), {}, '? ? ? E E'],
      ['lives elsewhere', (p) => p.openTo('EIP'), { residence: 'OUTSIDE_REGION' }, 'M E E E N'],
      ['employed and at risk', (p) => p.openTo('EIP'), { employment: 'EMPLOYED_AT_RISK' }, 'M E M E E'],
      ['self-referred', (p) => p.openTo('CMHT', { coordinator: false }), { route: 'SELF' }, 'E T M E E'],
    ];

    it.each(people)('%s', async (_, describe_, form, expected) => {
      const letters: string[] = [];
      for (const document of ['000', '001', '002', '003', '004'] as const) {
        const past = document === '000';
        const person = describe_(world.someone());
        // 000 ended in 2021: it is asked about a day in its period, when today's child was a child as well.
        const { personId, referralId } = await person.referredUnder(document, {
          ...form,
          ...(past ? { receivedOn: '2021-06-01' } : {}),
        });
        if (past) {
          await world.sql(
            `update caseload_memberships set valid_from = '2020-01-01' where person_id = $1 and valid_from is not null`,
            [personId],
          );
          await world.sql(
            `update persons set date_of_birth = case when date_of_birth > '2008-01-01' then date '2003-08-15' else date_of_birth end where id = $1`,
            [personId],
          );
        }
        letters.push(letterOf(await decided(referralId, past ? { asOf: DAY_OF_000 } : {})));
      }
      expect(letters.join(' ')).toBe(expected);
    });

    it('stores all nine criteria with clause, evidence and who settles them', async () => {
      const { referralId } = await world.someone().born('2008-05-11').openTo('CMHT').referredUnder('001');
      const { id, not_yet_until, may_proceed } = await decided(referralId);
      expect([not_yet_until, may_proceed]).toEqual(['2026-05-11', 'CONTACT']);
      const criteria = await world.sql(
        `select key, result, strength, clause, later_on::text as later_on, settled_by from eligibility_criteria where decision_id = $1 order by position`,
        [id],
      );
      expect(criteria).toHaveLength(9);
      expect(criteria[2]).toEqual({
        key: 'AGE',
        result: 'LATER',
        strength: 'HARD',
        clause: '001:7',
        later_on: '2026-05-11',
        settled_by: 'TIME',
      });
      const evidence = await world.sql(
        `select source, finding, source_team_id, system_id, version, period_from::text as period_from, restricted, fresh, fetched_at
         from eligibility_evidence e where decision_id = $1 and position = 3`,
        [id],
      );
      expect(evidence).toEqual([
        {
          source: 'RECORD',
          finding: 'OPEN',
          source_team_id: world.teams.CMHT,
          system_id: world.systemId,
          version: '1',
          period_from: '2025-03-01',
          restricted: false,
          fresh: true,
          fetched_at: world.hoursAgo(1),
        },
      ]);
    });

    it('keeps somebody whose team has discharged them since, with the reason and the flag', async () => {
      const { referralId } = await world
        .someone()
        .leftOn('CMHT', '2025-09-11')
        .referredUnder('001', { receivedOn: '2025-06-01', acceptedOn: '2025-06-10' });
      expect(await decided(referralId, { purpose: 'CONTINUE' })).toMatchObject({
        verdict: 'ELIGIBLE',
        reason: 'KEPT_AFTER_LOSS',
        flags: ['LOST_MEMBERSHIP'],
      });
    });

    it('cannot tell once the sweeps are too old to prove absence, and still trusts somebody seen open', async () => {
      const open = await world.someone().openTo('CMHT').referredUnder('001');
      const absent = await world.someone().referredUnder('001');
      world.later(24 * 3);
      const verdicts = [await decided(open.referralId), await decided(absent.referralId)];
      world.later(-24 * 3);
      expect(verdicts.map(({ verdict, reason }) => `${verdict} ${reason}`)).toEqual([
        'ELIGIBLE ALL_CRITERIA_MET',
        'CANNOT_TELL ABSENCE_NOT_KNOWN',
      ]);
    });
  });

  it.each([
    [240, 26, 9, 'ELIGIBLE CANNOT_TELL'],
    [24, 26, 2, 'CANNOT_TELL CANNOT_TELL'],
    [168, 72, 2, 'ELIGIBLE NOT_ELIGIBLE'],
  ])(
    'trusts presence for %d hours and absence for %d, as the site says: after %d days',
    async (presence, absence, days, expected) => {
      const budgets = (values: readonly number[]) =>
        world.sql(
          'update clinical_record_systems set presence_budget_hours = $1, absence_budget_hours = $2',
          values,
        );
      const open = await world.someone().openTo('CMHT').referredUnder('001');
      const absent = await world.someone().referredUnder('001');
      await budgets([presence, absence]);
      world.later(24 * days);
      const verdicts = [await decided(open.referralId), await decided(absent.referralId)];
      world.later(-24 * days);
      await budgets([168, 26]);
      expect(verdicts.map(({ verdict }) => verdict).join(' ')).toBe(expected);
    },
  );

  describe('gates', () => {
    it('refuses under a specification that has ended, without a decision', async () => {
      const { referralId } = await world.someone().openTo('CMHT').referredUnder('000');
      expect(await check([referralId])).toEqual([
        { referralId, decisionId: null, refusal: 'HUB_ELIGIBILITY_NOT_IN_FORCE' },
      ]);
      expect(await world.count('eligibility_decisions', 'referral_id = $1', [referralId])).toBe(0);
    });

    it('refuses under a template with placeholders', async () => {
      await world.database.transaction('write', sam.scope, (tx) =>
        seedSpecifications(tx, [{ ...ipsGrowLeaflet, code: 'UNFILLED' }]),
      );
      const [row] = await world.sql<{ id: string }>(
        `select id from service_specifications where code = 'UNFILLED'`,
      );
      world.specifications.unfilled = row!.id;
      const { referralId } = await world.someone().referredUnder('unfilled' as Document);
      expect(await check([referralId])).toEqual([
        { referralId, decisionId: null, refusal: 'HUB_ELIGIBILITY_NOT_ACTIVATED' },
      ]);
    });

    it('decides the others in the same call', async () => {
      const ended = await world.someone().referredUnder('000');
      const open = await world.someone().openTo('CMHT').referredUnder('001');
      const outcomes = await check([ended.referralId, open.referralId]);
      expect(outcomes.map(({ refusal }) => refusal)).toEqual(['HUB_ELIGIBILITY_NOT_IN_FORCE', null]);
    });
  });

  describe('who may ask about whom', () => {
    it('answers a referral of another team, of another trust and of nobody alike', async () => {
      const eip = await world.someone().referredUnder('001', { team: 'EIP' });
      const foreign = await world.someone().ofOtherTrust().referredUnder('001', { team: 'FOREIGN' });
      for (const referralId of [eip.referralId, foreign.referralId, newId(), newId().toUpperCase(), 'x']) {
        expect(await check([referralId])).toEqual([
          { referralId, decisionId: null, refusal: 'HUB_NOT_FOUND' },
        ]);
      }
      const theirs = `referral_id in ('${eip.referralId}', '${foreign.referralId}')`;
      expect(await world.count('eligibility_decisions', theirs)).toBe(0);
    });

    it('gives a machine and an administrator nothing', async () => {
      const { referralId } = await world.someone().openTo('CMHT').referredUnder('001');
      for (const by of [world.callers.machine, world.callers.system]) {
        expect((await check([referralId], {}, by))[0]!.refusal).toBe('HUB_NOT_FOUND');
      }
    });

    it('gives a specialist outside the person’s team the right verdict and no hidden evidence', async () => {
      const { referralId } = await world
        .someone()
        .openTo('CMHT')
        .openTo('UNMAPPED')
        .referredUnder('001', { team: 'EIP' });
      const { eipSpecialist, manager, specialist } = world.callers;
      const { id, verdict } = await decided(referralId, {}, eipSpecialist);
      expect(verdict).toBe('ELIGIBLE');
      const all = `decision_id = '${id}' and source = 'RECORD' and reference is not null`;
      expect(await world.count('eligibility_evidence', all)).toBe(2);
      const seenBy = ({ scope }: Caller) =>
        world.database.read('staff', scope, {
          text: `select source_team_id from eligibility_evidence where ${all}`,
          values: [],
        });
      expect(await seenBy(eipSpecialist)).toEqual([]);
      expect(await seenBy(specialist)).toEqual([]);
      expect(await seenBy(manager)).toEqual([[world.teams.CMHT]]);
      const criteria = await world.database.read('staff', eipSpecialist.scope, {
        text: `select key from eligibility_criteria where decision_id = '${id}'`,
        values: [],
      });
      expect(criteria).toHaveLength(9);
    });

    it('shows the evidence of a restricted record to nobody', async () => {
      const { referralId } = await world.someone().openTo('CMHT').restricted().referredUnder('001');
      const { id, verdict, confirm_by } = await decided(referralId);
      expect([verdict, confirm_by]).toEqual(['NEEDS_CONFIRMATION', 'TEAM']);
      const record = `decision_id = '${id}' and system_id is not null`;
      expect(await world.count('eligibility_evidence', record)).toBe(1);
      for (const { scope } of [sam, world.callers.manager, world.callers.coordinator]) {
        const text = `select 1 from eligibility_evidence where ${record}`;
        expect(await world.database.read('staff', scope, { text, values: [] })).toEqual([]);
      }
    });
  });

  describe('what is asked', () => {
    it.each<[string, Partial<EligibilityQuestion>]>([
      ['referralIds', { referralIds: [] }],
      ['referralIds', { referralIds: Array.from({ length: MOST_REFERRALS + 1 }, () => newId()) }],
      ['asOf', { asOf: '2026-02-30' }],
      ['asOf', { asOf: '2026-03-12' }],
      ['knownAt', { knownAt: 'lately' }],
      ['knownAt', { knownAt: '2026-03-11T12:00:01Z' }],
      ['purpose', { purpose: 'CURIOSITY' as 'ENTRY' }],
      ['idempotencyKey', { idempotencyKey: 'short' }],
    ])('names a bad %s', async (field, change) => {
      expect(await failureOf(check([newId()], change))).toEqual({ code: 'HUB_INPUT_INVALID', field });
    });

    it('answers each referral once, in the order asked', async () => {
      const a = await world.someone().referredUnder('003');
      const b = await world.someone().referredUnder('003');
      const unknown = newId();
      const outcomes = await check([b.referralId, unknown, a.referralId, b.referralId]);
      expect(outcomes.map(({ referralId }) => referralId)).toEqual([b.referralId, unknown, a.referralId]);
    });

    it('decides a thousand in one call', async () => {
      const rows = await world.sql<{ id: string }>(
        `with p as (insert into persons (id, organisation_id, date_of_birth) select gen_random_uuid(), $1, '1990-01-01' from generate_series(1, 1000) returning id),
           m as (insert into caseload_memberships (id, organisation_id, system_id, team_id, team_reference, person_id, local_id, source_reference, state, valid_from, observed_from, pull_id)
             select gen_random_uuid(), $1, $2, $3, 'Organization/cmht', id, id::text, id::text, 'OPEN', '2025-01-01', '2026-03-01', $4 from p)
         insert into referrals (id, organisation_id, team_id, person_id, specification_id, state, route, received_on, word_on_work, word_recorded_on)
         select gen_random_uuid(), $1, $3, id, $5, 'RECEIVED', 'JOINT', '2026-03-01', 'WANTS_PAID_WORK', '2026-03-01' from p returning id`,
        [
          world.organisations.home,
          world.systemId,
          world.teams.CMHT,
          world.pullOf('CMHT'),
          world.specifications['001'],
        ],
      );
      const outcomes = await check(rows.map(({ id }) => id));
      expect(outcomes.filter(({ decisionId }) => decisionId !== null)).toHaveLength(1_000);
      const ids = outcomes.map(({ decisionId }) => decisionId);
      expect(
        await world.sql(
          `select verdict, count(*)::integer as n from eligibility_decisions where id = any ($1::uuid[]) group by verdict`,
          [ids],
        ),
      ).toEqual([{ verdict: 'ELIGIBLE', n: 1_000 }]);
    });
  });

  describe('what was known', () => {
    it('sees a membership only from when the hub observed it, and as it was then', async () => {
      const { personId, referralId } = await world.someone().referredUnder('001');
      const pull = { observedFrom: world.hoursAgo(10), observedTo: world.hoursAgo(4) };
      await putMembership(world, personId, 'CMHT', pull);
      await putMembership(world, personId, 'CMHT', {
        state: 'ENDED',
        to: '2026-02-01',
        observedFrom: world.hoursAgo(4),
      });
      await world.sweep(world.hoursAgo(24));
      const knownAt = (hours: number) =>
        decided(referralId, { knownAt: world.hoursAgo(hours).toISOString() });
      expect((await knownAt(12)).verdict).toBe('NOT_ELIGIBLE');
      expect((await knownAt(5)).verdict).toBe('ELIGIBLE');
      expect((await decided(referralId)).verdict).toBe('NOT_ELIGIBLE');
    });

    it('proves absence only by sweeps that had ended by then', async () => {
      const { referralId } = await world.someone().referredUnder('001');
      const knownAt = new Date('2026-03-01T00:00:00Z').toISOString();
      expect(await decided(referralId, { knownAt })).toMatchObject({
        verdict: 'CANNOT_TELL',
        reason: 'ABSENCE_NOT_KNOWN',
      });
    });

    it('does not hold a person to a word that had not been said', async () => {
      const { referralId } = await world
        .someone()
        .openTo('CMHT', { observedFrom: world.hoursAgo(24 * 5) })
        .referredUnder('001', { wordOnWork: 'DOES_NOT_WANT_PAID_WORK', wordRecordedOn: '2026-03-10' });
      expect((await decided(referralId)).verdict).toBe('NOT_ELIGIBLE');
      expect(await decided(referralId, { knownAt: '2026-03-09T12:00:00Z' })).toMatchObject({
        verdict: 'NEEDS_CONFIRMATION',
        confirm_by: 'PERSON',
      });
    });

    it('asks about a day in the past by what is known now', async () => {
      const { referralId } = await world.someone().born('2008-03-05').openTo('EIP').referredUnder('001');
      expect((await decided(referralId, { asOf: '2026-03-04' })).verdict).toBe('NOT_YET');
      expect((await decided(referralId)).verdict).toBe('ELIGIBLE');
    });

    it('follows a merge to the record of the person who survives', async () => {
      const survivor = await world.someone().openTo('CMHT').known();
      const { personId, referralId } = await world.someone().born(null).referredUnder('001');
      await world.sql('update persons set merged_into_id = $2 where id = $1', [personId, survivor]);
      const { id, verdict } = await decided(referralId);
      expect(verdict).toBe('ELIGIBLE');
      expect(
        await world.sql(
          `select reason from eligibility_criteria where decision_id = $1 and key = 'IDENTITY'`,
          [id],
        ),
      ).toEqual([{ reason: 'IDENTITY_MERGED' }]);
    });
  });

  describe('what is kept', () => {
    it('cannot be changed or deleted, by the role that decides or by any other', async () => {
      const { referralId } = await world.someone().openTo('CMHT').referredUnder('001');
      const { id } = await decided(referralId);
      for (const [table, column] of [
        ['eligibility_decisions', 'id'],
        ['eligibility_criteria', 'decision_id'],
        ['eligibility_evidence', 'decision_id'],
      ] as const) {
        const reason = table === 'eligibility_evidence' ? 'finding' : 'reason';
        const update = `update ${table} set ${reason} = 'OTHER' where ${column} = '${id}'`;
        const remove = `delete from ${table} where ${column} = '${id}'`;
        for (const statement of [update, remove]) {
          await expect(world.sql(statement)).rejects.toThrow('append-only');
          await expect(
            world.database.transaction('decide', sam.scope, (tx) => tx.query(statement)),
          ).rejects.toMatchObject({ name: 'HubError' });
        }
      }
      expect(await decidedRow(id)).toBe(1);
    });

    const decidedRow = (id: string): Promise<number> => world.count('eligibility_decisions', 'id = $1', [id]);

    it('is on record in the same transaction, with everybody asked about', async () => {
      const a = await world.someone().openTo('CMHT').referredUnder('001');
      const b = await world.someone().referredUnder('000');
      await check([a.referralId, b.referralId, newId()]);
      const [event] = await world.sql<{ person_ids: string[] }>(
        `select subject, kind, operation, person_ids, details from audit_events where person_ids @> array[$1::uuid]`,
        [b.personId],
      );
      expect(event).toMatchObject({
        subject: 'sam',
        kind: 'DECIDE',
        operation: 'checkEligibility',
        details: { purpose: 'ENTRY', decisions: 1, refused: 1 },
      });
      expect([...event!.person_ids].sort()).toEqual([a.personId, b.personId].sort());
    });

    it('is not there when it cannot be put on record, and the key stays free', async () => {
      const { referralId } = await world.someone().openTo('CMHT').referredUnder('001');
      const idempotencyKey = world.key();
      await world.sql('revoke insert on audit_events from hub_decide');
      const refused = await failureOf(check([referralId], { idempotencyKey }));
      await world.sql('grant insert on audit_events to hub_decide');
      expect(refused.code).toBe('HUB_AUDIT_UNAVAILABLE');
      expect(await world.count('eligibility_decisions', 'referral_id = $1', [referralId])).toBe(0);
      expect((await check([referralId], { idempotencyKey }))[0]!.refusal).toBeNull();
    });

    it('is answered again to the same question, and not decided again', async () => {
      const { referralId } = await world.someone().openTo('CMHT').referredUnder('001');
      const idempotencyKey = world.key();
      const first = await check([referralId, newId()], { idempotencyKey }).catch(() => null);
      expect(first).toHaveLength(2);
      const question = { idempotencyKey, referralIds: first!.map((outcome) => outcome.referralId) };
      expect(await check([], question)).toEqual(first);
      expect(await world.count('eligibility_decisions', 'referral_id = $1', [referralId])).toBe(1);
      expect(await failureOf(check([referralId], { idempotencyKey }))).toEqual({
        code: 'HUB_INPUT_REPEATED_KEY',
      });
    });

    it('is kept beside an earlier decision', async () => {
      const { referralId } = await world.someone().openTo('CMHT').referredUnder('001');
      await decided(referralId);
      await decided(referralId);
      expect(await world.count('eligibility_decisions', 'referral_id = $1', [referralId])).toBe(2);
    });
  });

  it('lets the deciding role write nothing but decisions', async () => {
    const client = new pg.Client({ connectionString: roleUrl(world.db.ownerUrl, 'hub_decide') });
    await client.connect();
    for (const table of ['referrals', 'persons', 'caseload_memberships', 'confirmation_requests']) {
      await expect(client.query(`update ${table} set id = id`)).rejects.toThrow('permission denied');
    }
    await client.end();
  });
});

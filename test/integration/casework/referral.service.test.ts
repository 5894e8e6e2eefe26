/** Referrals on the real database: whom they are about, who may touch them, what each use case refuses. */
import { type ReferralForm, ReferralService } from '../../../src/casework/referrals/referral.service.js';
import type { Caller } from '../../../src/core/caller.js';
import { newId } from '../../../src/core/ids.js';
import { nextNhsNumber } from '../../support/casework-people.js';
import {
  type CaseworkWorld,
  CODE_OF,
  createCaseworkWorld,
  failureOf,
  TODAY,
} from '../../support/casework-world.js';

describe('ReferralService', () => {
  let world: CaseworkWorld;
  let service: ReferralService;
  let sam: Caller;
  beforeAll(async () => {
    world = await createCaseworkWorld();
    service = new ReferralService(world.database, world.clock);
    sam = world.callers.specialist;
  });
  afterAll(() => world.close());

  type Person = Partial<ReferralForm['person']>;
  const form = (change: Omit<Partial<ReferralForm>, 'person'> = {}, person: Person = {}): ReferralForm => ({
    idempotencyKey: world.key(),
    specificationCode: CODE_OF['004'],
    teamId: world.teams.CMHT,
    route: 'SELF',
    receivedOn: '2026-04-01',
    ...change,
    person: { givenName: 'Ada', familyName: 'Vane', ...person },
  });
  const recorded = async (change: Parameters<typeof form>[0] = {}, person: Person = {}, by = sam) => {
    const { referralId } = await service.record(by, form({ receivedOn: TODAY, ...change }, person));
    const [row] = await world.sql<Record<string, unknown>>(
      `select r.*, received_on::text as received_on, accepted_on::text as accepted_on, word_recorded_on::text as word_recorded_on,
         consent_recorded_on::text as consent_recorded_on, first_contact_due_on::text as first_contact_due_on
       from referrals r where id = $1`,
      [referralId],
    );
    return row as Record<string, unknown> & { id: string; person_id: string };
  };
  const personOf = async (id: string) => {
    const [row] = await world.sql<Record<string, unknown>>('select * from persons where id = $1', [id]);
    return row!;
  };

  describe('record', () => {
    it('makes a person with the name on the form, for the receiving team alone', async () => {
      const nhsNumber = nextNhsNumber();
      const row = await recorded(
        { wordOnWork: 'UNSURE', consentToContactClinician: 'REFUSED', onCareProgrammeApproach: true },
        { nhsNumber, dateOfBirth: '2000-03-12', telephone: ' 01202 1 ', postcode: ' bh1 1aa ' },
      );
      expect(row).toMatchObject({
        state: 'RECEIVED',
        team_id: world.teams.CMHT,
        organisation_id: world.organisations.home,
        specification_id: world.specifications['004'],
        specialist_id: null,
        word_on_work: 'UNSURE',
        word_recorded_on: TODAY,
        consent_to_contact_clinician: 'REFUSED',
        consent_recorded_on: TODAY,
        employment_at_referral: 'NOT_RECORDED',
        residence: 'NOT_RECORDED',
        on_care_programme_approach: true,
        age_band: '16-25',
        first_contact_due_on: '2026-03-18',
      });
      expect(await personOf(row.person_id)).toMatchObject({
        nhs_number: nhsNumber,
        given_name: 'Ada',
        family_name: 'Vane',
        telephone: '01202 1',
        postcode: 'BH1 1AA',
        visible_team_ids: [world.teams.CMHT],
      });
    });

    it('leaves the day of a statement open when nothing was stated', async () => {
      const row = await recorded();
      expect(row).toMatchObject({ word_recorded_on: null, consent_recorded_on: null, age_band: null });
    });

    it('finds the person whom number and date of birth name together', async () => {
      const nhsNumber = nextNhsNumber();
      const known = await world.someone().numbered(nhsNumber).born('1980-01-01').openTo('EIP').known();
      expect(await personOf(known)).toMatchObject({ given_name: null, family_name: null });
      const row = await recorded({}, { nhsNumber, dateOfBirth: '1980-01-01' });
      expect(row.person_id).toBe(known);
      expect(await personOf(known)).toMatchObject({
        family_name: 'Vane',
        visible_team_ids: [world.teams.CMHT],
      });
    });

    it('makes somebody new for another date of birth, and for no number', async () => {
      const nhsNumber = nextNhsNumber();
      const known = await world.someone().numbered(nhsNumber).born('1980-01-01').known();
      expect((await recorded({}, { nhsNumber, dateOfBirth: '1981-01-01' })).person_id).not.toBe(known);
      expect((await recorded({}, { dateOfBirth: '1980-01-01' })).person_id).not.toBe(known);
    });

    it('never finds somebody of another trust', async () => {
      const nhsNumber = nextNhsNumber();
      const foreign = await world.someone().numbered(nhsNumber).born('1980-01-01').ofOtherTrust().known();
      const row = await recorded({}, { nhsNumber, dateOfBirth: '1980-01-01' });
      expect(row.person_id).not.toBe(foreign);
    });

    it('counts the days to first contact over Easter', async () => {
      world.clock.set(new Date('2026-04-01T12:00:00Z'));
      const row = await recorded({ receivedOn: '2026-04-01' });
      world.clock.set(new Date(`${TODAY}T12:00:00Z`));
      expect(row.first_contact_due_on).toBe('2026-04-10');
    });

    it('names no day for first contact where the specification names none', async () => {
      const row = await recorded({ specificationCode: CODE_OF['001'] });
      expect(row.first_contact_due_on).toBeNull();
    });

    it('takes first contact from the version in force, even when an older one said more', async () => {
      await world.sql(
        `with s as (insert into service_specifications (id, code, source_document, name) values ($1, 'TWO-VERSIONS', '004', 'Two') returning id),
           v as (insert into specification_versions (id, specification_id, version, activated_at)
             select x.id, s.id, x.version, now() from s, (values ($2::uuid, 1), ($3::uuid, 2)) x(id, version) returning id, version)
         insert into specification_rules (id, version_id, key, value, strength) select $4, id, 'firstContactWorkingDays', '5', 'SETTING' from v where version = 1`,
        [newId(), newId(), newId(), newId()],
      );
      expect((await recorded({ specificationCode: 'TWO-VERSIONS' })).first_contact_due_on).toBeNull();
    });

    it('is seen by the receiving team and by nobody else', async () => {
      const row = await recorded({}, { nhsNumber: nextNhsNumber(), dateOfBirth: '1980-01-01' });
      const seenBy = async ({ scope }: Caller) => {
        const rows = await world.database.read('staff', scope, {
          text: 'select r.id, p.family_name from referrals r left join persons p on p.id = r.person_id where r.id = $1',
          values: [row.id],
        });
        return rows.length;
      };
      const { specialist, coordinator, eipSpecialist, foreignSpecialist, machine } = world.callers;
      expect(
        await Promise.all([specialist, coordinator, eipSpecialist, foreignSpecialist, machine].map(seenBy)),
      ).toEqual([1, 1, 0, 0, 0]);
    });

    it('puts it on record with the person and never with a name', async () => {
      const row = await recorded({}, { nhsNumber: nextNhsNumber(), dateOfBirth: '1980-01-01' });
      const events = await world.sql(
        `select kind, operation, person_ids, details from audit_events where details ->> 'referralId' = $1`,
        [row.id],
      );
      expect(events).toEqual([
        {
          kind: 'WRITE',
          operation: 'recordReferral',
          person_ids: [row.person_id],
          details: { referralId: row.id, personMade: true },
        },
      ]);
    });

    it('answers a repeat with the same referral', async () => {
      const once = form({ receivedOn: TODAY });
      expect(await service.record(sam, once)).toEqual(await service.record(sam, once));
      const other = { ...once, route: 'JOINT' as const };
      expect(await failureOf(service.record(sam, other))).toEqual({ code: 'HUB_INPUT_REPEATED_KEY' });
    });

    it('makes one person of two referrals that arrive at once', async () => {
      const person = { nhsNumber: nextNhsNumber(), dateOfBirth: '1980-01-01' };
      const [a, b] = await Promise.all([recorded({}, person), recorded({}, person)]);
      expect(a.person_id).toBe(b.person_id);
    });

    it.each<[string, Parameters<typeof form>[0], Person]>([
      ['receivedOn', { receivedOn: '2026-03-12' }, {}],
      ['receivedOn', { receivedOn: 'today' }, {}],
      ['route', { route: 'PIGEON' as 'SELF' }, {}],
      ['wordOnWork', { wordOnWork: 'PERHAPS' as 'UNSURE' }, {}],
      ['employmentAtReferral', { employmentAtReferral: 'BUSY' as 'EMPLOYED' }, {}],
      ['consentToContactClinician', { consentToContactClinician: 'YES' as 'GIVEN' }, {}],
      ['residence', { residence: 'MOON' as 'IN_REGION' }, {}],
      ['idempotencyKey', { idempotencyKey: 'short' }, {}],
      ['person.dateOfBirth', {}, { dateOfBirth: '2026-03-12' }],
      ['person.nhsNumber', {}, { nhsNumber: '9990000000' }],
      ['person.givenName', {}, { givenName: ' ' }],
      ['person.familyName', {}, { familyName: 'a\u0000b' }],
      ['person.telephone', {}, { telephone: '0\u00001' }],
      ['person.postcode', {}, { postcode: 'x'.repeat(41) }],
    ])('names a bad %s and writes nothing', async (field, change, person) => {
      const before = await world.count('referrals');
      const bad = form({ receivedOn: TODAY, ...change }, person);
      expect(await failureOf(service.record(sam, bad))).toEqual({ code: 'HUB_INPUT_INVALID', field });
      expect(await world.count('referrals')).toBe(before);
    });

    it('does not find a foreign team, an unknown one, or an unknown specification', async () => {
      const foreign = { code: 'HUB_NOT_FOUND', field: 'teamId' };
      for (const teamId of [world.teams.EIP, world.teams.FOREIGN, newId(), 'CMHT']) {
        expect(await failureOf(service.record(sam, form({ receivedOn: TODAY, teamId })))).toEqual(foreign);
      }
      const unknown = form({ receivedOn: TODAY, specificationCode: 'NONE' });
      expect(await failureOf(service.record(sam, unknown))).toEqual({
        code: 'HUB_NOT_FOUND',
        field: 'specificationCode',
      });
    });
  });

  describe('accept, word on work, consent', () => {
    const accept = (referralId: string, acceptedOn = TODAY, by = sam) =>
      service.accept(by, { idempotencyKey: world.key(), referralId, acceptedOn });
    const say = (referralId: string, saidOn = TODAY, by = sam) =>
      service.recordWordOnWork(by, {
        idempotencyKey: world.key(),
        referralId,
        wordOnWork: 'WANTS_PAID_WORK',
        saidOn,
      });
    const consent = (referralId: string, givenOn = TODAY, by = sam) =>
      service.recordConsent(by, { idempotencyKey: world.key(), referralId, consent: 'GIVEN', givenOn });
    const stateOf = async (id: string) => {
      const [row] = await world.sql(
        `select state, accepted_on::text as accepted_on, specialist_id, word_on_work, word_recorded_on::text as word_recorded_on,
           consent_to_contact_clinician as consent, consent_recorded_on::text as consent_recorded_on from referrals where id = $1`,
        [id],
      );
      return row;
    };

    it('accepts once, by the specialist who does it, on a day from receipt to today', async () => {
      const { id } = await recorded({ receivedOn: '2026-03-05' });
      expect(await failureOf(accept(id, '2026-03-04'))).toEqual({
        code: 'HUB_INPUT_INVALID',
        field: 'acceptedOn',
      });
      await accept(id, '2026-03-05');
      expect(await stateOf(id)).toMatchObject({
        state: 'ACCEPTED',
        accepted_on: '2026-03-05',
        specialist_id: sam.scope.staffId,
      });
      expect(await failureOf(accept(id))).toEqual({ code: 'HUB_STATE_CONFLICT' });
    });

    it('records word and consent on their days, before and after acceptance', async () => {
      const { id } = await recorded({ receivedOn: '2026-03-05' });
      await say(id, '2026-03-06');
      await accept(id);
      await consent(id, '2026-03-10');
      expect(await stateOf(id)).toMatchObject({
        word_on_work: 'WANTS_PAID_WORK',
        word_recorded_on: '2026-03-06',
        consent: 'GIVEN',
        consent_recorded_on: '2026-03-10',
      });
    });

    it.each(['DECLINED', 'CLOSED'])('refuses all of them once the referral is %s', async (state) => {
      const { id } = await recorded();
      await world.sql('update referrals set state = $2 where id = $1', [id, state]);
      for (const act of [accept, say, consent]) {
        expect(await failureOf(act(id))).toEqual({ code: 'HUB_STATE_CONFLICT' });
      }
      expect(await stateOf(id)).toMatchObject({ state, word_on_work: 'NOT_RECORDED', consent: 'NOT_ASKED' });
    });

    it('names a bad day, a bad word and a bad consent', async () => {
      const { id: referralId } = await recorded();
      const idempotencyKey = world.key();
      expect(await failureOf(say(referralId, '2026-03-12'))).toMatchObject({ field: 'saidOn' });
      expect(await failureOf(consent(referralId, 'never'))).toMatchObject({ field: 'givenOn' });
      const odd = { idempotencyKey, referralId, saidOn: TODAY, givenOn: TODAY };
      expect(
        await failureOf(service.recordWordOnWork(sam, { ...odd, wordOnWork: 'ODD' as 'UNSURE' })),
      ).toMatchObject({ field: 'wordOnWork' });
      expect(
        await failureOf(service.recordConsent(sam, { ...odd, consent: 'ODD' as 'GIVEN' })),
      ).toMatchObject({ field: 'consent' });
    });

    it('finds neither a referral of another team or trust, nor one that is not there', async () => {
      const { id } = await recorded();
      const { eipSpecialist, foreignSpecialist, machine } = world.callers;
      for (const act of [accept, say, consent]) {
        for (const by of [eipSpecialist, foreignSpecialist, machine]) {
          expect(await failureOf(act(id, TODAY, by))).toEqual({ code: 'HUB_NOT_FOUND', field: 'referralId' });
        }
        for (const unknown of [newId(), 'not-an-id']) {
          expect(await failureOf(act(unknown))).toEqual({ code: 'HUB_NOT_FOUND', field: 'referralId' });
        }
      }
      expect(await stateOf(id)).toMatchObject({ state: 'RECEIVED' });
    });
  });

  it('leaves the name that another team recorded, and lets the same team correct its own', async () => {
    const pair = { nhsNumber: nextNhsNumber(), dateOfBirth: '1984-02-03' };
    const first = await recorded({}, { ...pair, givenName: 'Ada', familyName: 'Northcote' });
    const other = world.callers.eipSpecialist;
    const again = await recorded(
      { teamId: other.scope.teamIds[0]! },
      { ...pair, givenName: 'Test', familyName: 'Probe' },
      other,
    );
    expect(again.person_id).toBe(first.person_id);
    expect(await personOf(String(first.person_id))).toMatchObject({
      given_name: 'Ada',
      family_name: 'Northcote',
    });
    await recorded({}, { ...pair, givenName: 'Ada', familyName: 'Northcote-Hale' });
    expect(await personOf(String(first.person_id))).toMatchObject({ family_name: 'Northcote-Hale' });
  });
});

/** Referrals through the graph: recorded, accepted, what the person says, consent; each refusal by field; repeats. */
import {
  ConsentToContactClinician,
  EmploymentAtReferral,
  ReferralRoute,
  Residence,
  WordOnWork,
} from '../../../src/casework/referrals/referral.rules.js';
import { newId } from '../../../src/core/ids.js';
import { nextNhsNumber } from '../../support/casework-people.js';
import { CODE_OF, TODAY } from '../../support/casework-world.js';
import { mutationOf, openUseCases, type UseCases } from '../../support/use-cases.js';

interface Recorded {
  readonly referral: {
    readonly id: string;
    readonly [field: string]: unknown;
    readonly person: { readonly id: string; readonly [field: string]: unknown };
  };
}

const EVERYTHING = `referral { id state route receivedOn acceptedOn closedOn wordOnWork wordRecordedOn employmentAtReferral
  consentToContactClinician residence ageBand firstContactDueOn createdAt latestDecision { id }
  team { id code } specification { code } specialist { displayName }
  person { id nhsNumber nhsNumberStatus dateOfBirth givenName familyName telephone postcode identityState } }`;

describe('referrals', () => {
  let graph: UseCases;
  beforeAll(async () => {
    graph = await openUseCases();
  });
  afterAll(() => graph?.close());

  const form = (change: object = {}) => ({
    specificationCode: CODE_OF['001'],
    teamId: graph.world.teams.CMHT,
    route: 'CLINICAL_TEAM',
    receivedOn: '2026-03-02',
    person: {
      nhsNumber: nextNhsNumber(),
      dateOfBirth: '1991-03-14',
      givenName: 'Jory',
      familyName: 'Penhallam',
    },
    ...change,
  });
  const record = (change: object = {}, selection = EVERYTHING, by: 'specialist' | 'manager' = 'specialist') =>
    graph.change<Recorded>(by, 'recordReferral', form(change), selection);
  const stored = async (id: string) =>
    (
      await graph.world.sql(
        `select state, route, word_on_work, word_recorded_on::text, employment_at_referral, consent_to_contact_clinician,
           consent_recorded_on::text, residence, on_care_programme_approach, accepted_on::text from referrals where id = $1`,
        [id],
      )
    )[0]!;

  describe('recordReferral', () => {
    it('answers with everything that was said, and nothing that was not', async () => {
      const nhsNumber = nextNhsNumber();
      const { referral } = await record({
        person: {
          nhsNumber: `${nhsNumber.slice(0, 3)} ${nhsNumber.slice(3, 6)} ${nhsNumber.slice(6)}`,
          dateOfBirth: '1991-03-14',
          givenName: '  Jory ',
          familyName: 'Penhallam',
          telephone: '01632 960001',
          postcode: 'zz1 1zz',
        },
        wordOnWork: 'WANTS_PAID_WORK',
        employmentAtReferral: 'OUT_OF_WORK',
        consentToContactClinician: 'GIVEN',
        residence: 'IN_REGION',
        onCareProgrammeApproach: true,
      });
      expect(referral).toEqual({
        id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/),
        state: 'RECEIVED',
        route: 'CLINICAL_TEAM',
        receivedOn: '2026-03-02',
        acceptedOn: null,
        closedOn: null,
        wordOnWork: 'WANTS_PAID_WORK',
        wordRecordedOn: '2026-03-02',
        employmentAtReferral: 'OUT_OF_WORK',
        consentToContactClinician: 'GIVEN',
        residence: 'IN_REGION',
        ageBand: '26-35',
        firstContactDueOn: null,
        createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        latestDecision: null,
        team: { id: graph.world.teams.CMHT, code: 'CMHT' },
        specification: { code: 'QVV/0294' },
        specialist: null,
        person: {
          id: expect.any(String),
          nhsNumber,
          nhsNumberStatus: null,
          dateOfBirth: '1991-03-14',
          givenName: 'Jory',
          familyName: 'Penhallam',
          telephone: '01632 960001',
          postcode: 'ZZ1 1ZZ',
          identityState: 'CLEAR',
        },
      });
      expect(await stored(referral.id)).toMatchObject({
        consent_recorded_on: '2026-03-02',
        on_care_programme_approach: true,
      });
    });

    it('takes what was left out as not recorded, not asked and not known', async () => {
      const { referral } = await record();
      expect(await stored(referral.id)).toEqual({
        state: 'RECEIVED',
        route: 'CLINICAL_TEAM',
        word_on_work: 'NOT_RECORDED',
        word_recorded_on: null,
        employment_at_referral: 'NOT_RECORDED',
        consent_to_contact_clinician: 'NOT_ASKED',
        consent_recorded_on: null,
        residence: 'NOT_RECORDED',
        on_care_programme_approach: null,
        accepted_on: null,
      });
    });

    it('takes an explicit null as left out', async () => {
      const nothing = {
        wordOnWork: null,
        employmentAtReferral: null,
        consentToContactClinician: null,
        residence: null,
        onCareProgrammeApproach: null,
      };
      const { referral } = await record({
        ...nothing,
        person: {
          nhsNumber: null,
          dateOfBirth: null,
          givenName: 'A',
          familyName: 'B',
          telephone: null,
          postcode: null,
        },
      });
      expect(referral).toMatchObject({
        wordOnWork: 'NOT_RECORDED',
        ageBand: null,
        person: { nhsNumber: null, dateOfBirth: null },
      });
    });

    const values: [string, readonly string[]][] = [
      ['route', Object.values(ReferralRoute)],
      ['wordOnWork', Object.values(WordOnWork)],
      ['employmentAtReferral', Object.values(EmploymentAtReferral)],
      ['consentToContactClinician', Object.values(ConsentToContactClinician)],
      ['residence', Object.values(Residence)],
    ];
    it.each(values.flatMap(([field, all]) => all.map((value) => [field, value] as const)))(
      '%s %s comes back as it was said',
      async (field, value) => {
        const { referral } = await record({ [field]: value }, `referral { id person { id } ${field} }`);
        expect(referral[field]).toBe(value);
      },
    );

    it.each([
      ['2010-03-03', 'OTHER'],
      ['2010-03-02', '16-25'],
      ['2000-03-02', '26-35'],
      ['1961-03-03', '56-64'],
      ['1961-03-02', 'OTHER'],
    ])('puts somebody born %s into the age band %s of the day of receipt', async (dateOfBirth, ageBand) => {
      const { referral } = await record({
        person: { nhsNumber: nextNhsNumber(), dateOfBirth, givenName: 'A', familyName: 'B' },
      });
      expect(referral.ageBand).toBe(ageBand);
    });

    it('counts working days to first contact where the specification names them (004:49)', async () => {
      // From Monday 2 March, day 0: five working days are the Monday after.
      const { referral } = await record({ specificationCode: CODE_OF['004'] });
      expect(referral.firstContactDueOn).toBe('2026-03-09');
    });

    it('is open to the care coordinator who refers to their own team', async () => {
      const { referral } = await graph.change<Recorded>('coordinator', 'recordReferral', form(), EVERYTHING);
      expect(referral).toMatchObject({ state: 'RECEIVED', team: { code: 'CMHT' } });
    });

    it('puts the writing on record: who, which person, made or found', async () => {
      const { referral } = await record();
      const events = await graph.world.sql(
        `select subject, kind, person_ids, details from audit_events where operation = 'recordReferral' and details->>'referralId' = $1`,
        [referral.id],
      );
      expect(events).toEqual([
        {
          subject: 'sam',
          kind: 'WRITE',
          person_ids: [referral.person.id],
          details: { referralId: referral.id, personMade: true },
        },
      ]);
    });
  });

  describe('the person', () => {
    it('is made once and found again by number and date of birth together', async () => {
      const person = {
        nhsNumber: nextNhsNumber(),
        dateOfBirth: '1985-06-01',
        givenName: 'Ana',
        familyName: 'Trew',
      };
      const first = await record({ person });
      const second = await record({ person: { ...person, givenName: 'Anna' } });
      expect(second.referral.person.id).toBe(first.referral.person.id);
      expect(second.referral.id).not.toBe(first.referral.id);
      expect(second.referral.person.givenName).toBe('Anna');
    });

    it('is found on a caseload, from which the hub had no name', async () => {
      const nhsNumber = nextNhsNumber();
      const personId = await graph.world
        .someone()
        .numbered(nhsNumber)
        .born('1985-06-01')
        .openTo('CMHT')
        .known();
      const { referral } = await record({
        person: { nhsNumber, dateOfBirth: '1985-06-01', givenName: 'Wella', familyName: 'Kitto' },
      });
      expect(referral.person).toMatchObject({ id: personId, familyName: 'Kitto', nhsNumberStatus: '01' });
    });

    it('is somebody else when the date of birth differs, and both are then in dispute', async () => {
      const nhsNumber = nextNhsNumber();
      const personId = await graph.world
        .someone()
        .numbered(nhsNumber)
        .born('1985-06-01')
        .openTo('CMHT')
        .known();
      const { referral } = await record({
        person: { nhsNumber, dateOfBirth: '1985-01-06', givenName: 'Wella', familyName: 'Kitto' },
      });
      expect(referral.person.id).not.toBe(personId);
      expect(referral.person.identityState).toBe('CONFLICT');
    });

    it('is somebody new each time without a number', async () => {
      const person = { dateOfBirth: '1985-06-01', givenName: 'No', familyName: 'Number' };
      const [first, second] = [await record({ person }), await record({ person })];
      expect(first.referral.person.id).not.toBe(second.referral.person.id);
    });

    it('keeps a telephone number that a later referral does not mention', async () => {
      const person = {
        nhsNumber: nextNhsNumber(),
        dateOfBirth: '1985-06-01',
        givenName: 'A',
        familyName: 'B',
      };
      await record({ person: { ...person, telephone: '01632 960002', postcode: 'ZZ2 2ZZ' } });
      const { referral } = await record({ person: { ...person, telephone: '01632 960003' } });
      expect(referral.person).toMatchObject({ telephone: '01632 960003', postcode: 'ZZ2 2ZZ' });
    });

    it('is made once by two referrals that arrive together', async () => {
      const person = {
        nhsNumber: nextNhsNumber(),
        dateOfBirth: '1985-06-01',
        givenName: 'A',
        familyName: 'B',
      };
      const both = await Promise.all([record({ person }), record({ person }, EVERYTHING, 'manager')]);
      expect(new Set(both.map(({ referral }) => referral.person.id)).size).toBe(1);
      expect(await graph.world.count('persons', 'nhs_number = $1', [person.nhsNumber])).toBe(1);
    });

    it('has a name with marks and apostrophes as it is written', async () => {
      const { referral } = await record({
        person: { nhsNumber: nextNhsNumber(), givenName: 'Zoe\u0308', familyName: "O'Brien-Łukasz" },
      });
      expect(referral.person).toMatchObject({ givenName: 'Zo\u00eb', familyName: "O'Brien-Łukasz" });
    });
  });

  describe('a bad field is refused by name, with what is accepted', () => {
    const person = (change: object) => ({ person: { givenName: 'A', familyName: 'B', ...change } });
    const cases: [string, object, string, string][] = [
      ['received in the future', { receivedOn: '2026-03-12' }, 'receivedOn', `a date up to ${TODAY}`],
      [
        'received before there was any such service',
        { receivedOn: '1999-12-31' },
        'receivedOn',
        'a date from 2000-01-01',
      ],
      [
        'a check digit that does not fit',
        person({ nhsNumber: '9990000019' }),
        'person.nhsNumber',
        'ten digits with a correct check digit',
      ],
      [
        'nine digits',
        person({ nhsNumber: '999000001' }),
        'person.nhsNumber',
        'ten digits with a correct check digit',
      ],
      [
        'born tomorrow',
        person({ dateOfBirth: '2026-03-12' }),
        'person.dateOfBirth',
        'a date in the last 120 years',
      ],
      [
        'born 121 years ago',
        person({ dateOfBirth: '1905-03-10' }),
        'person.dateOfBirth',
        'a date in the last 120 years',
      ],
      ['a blank given name', person({ givenName: ' ' }), 'person.givenName', '1 to 100 characters'],
      [
        'a family name of 101 characters',
        person({ familyName: 'x'.repeat(101) }),
        'person.familyName',
        '1 to 100 characters',
      ],
      [
        'a name with a line end',
        person({ familyName: 'Bobby\nTables' }),
        'person.familyName',
        'letters, marks, spaces, hyphens, apostrophes',
      ],
      [
        'a name that turns the text around',
        person({ givenName: 'A\u202eB' }),
        'person.givenName',
        'letters, marks, spaces, hyphens, apostrophes',
      ],
      [
        'a telephone number of 41 characters',
        person({ telephone: '0'.repeat(41) }),
        'person.telephone',
        'up to 40 characters on one line',
      ],
      [
        'a postcode on two lines',
        person({ postcode: 'ZZ1\n1ZZ' }),
        'person.postcode',
        'up to 40 characters on one line',
      ],
      [
        'a key of seven characters',
        { idempotencyKey: 'short-7' },
        'idempotencyKey',
        '8 to 100 visible ASCII characters',
      ],
      [
        'a key with a space',
        { idempotencyKey: 'has a space' },
        'idempotencyKey',
        '8 to 100 visible ASCII characters',
      ],
      [
        'a key of 101 characters',
        { idempotencyKey: 'k'.repeat(101) },
        'idempotencyKey',
        '8 to 100 visible ASCII characters',
      ],
    ];
    it.each(cases)('%s', async (_what, change, field, accepted) => {
      const before = await graph.world.count('referrals');
      const refused = await graph.refusal('specialist', 'recordReferral', form(change));
      expect(refused).toMatchObject({ code: 'HUB_INPUT_INVALID', field, accepted });
      expect(await graph.world.count('referrals')).toBe(before);
    });

    it.each([
      ['999000001', { nhsNumber: '999000001' }],
      ['1905-03-10', { dateOfBirth: '1905-03-10' }],
      ['Bobby', { familyName: 'Bobby\nTables' }],
    ])('and never repeats what was sent: %s', async (value, change) => {
      const { text } = await graph.answer('specialist', mutationOf('recordReferral', '__typename'), {
        input: { idempotencyKey: graph.world.key(), ...form(person(change)) },
      });
      expect(text).toContain('HUB_INPUT_INVALID');
      expect(text).not.toContain(value);
    });

    const absent: [string, () => object, string][] = [
      ['an unknown specification', () => ({ specificationCode: 'NO/SUCH' }), 'specificationCode'],
      ['a team of nobody', () => ({ teamId: newId() }), 'teamId'],
      ['a team of the trust that is not one’s own', () => ({ teamId: graph.world.teams.EIP }), 'teamId'],
      ['a team of another trust', () => ({ teamId: graph.world.teams.FOREIGN }), 'teamId'],
    ];
    it.each(absent)('%s is not found', async (_what, change, field) => {
      expect(await graph.refusal('specialist', 'recordReferral', form(change()))).toMatchObject({
        code: 'HUB_NOT_FOUND',
        field,
      });
    });

    it.each([
      [
        'route',
        'PIGEON',
        'input.route',
        'CARE_COORDINATOR, CLINICAL_TEAM, JOINT, SELF, JOBCENTRE_PLUS, OTHER_AGENCY',
      ],
      ['teamId', '12', 'input.teamId', 'a uuid'],
      ['receivedOn', '2026-02-30', 'input.receivedOn', 'YYYY-MM-DD'],
      ['onCareProgrammeApproach', 'yes', 'input.onCareProgrammeApproach', 'Boolean'],
    ])('%s of another kind never reaches the use case', async (name, value, field, accepted) => {
      const input = { idempotencyKey: graph.world.key(), ...form({ [name]: value }) };
      const fault = await graph.fault('specialist', mutationOf('recordReferral', '__typename'), { input });
      expect(fault).toMatchObject({ code: 'HUB_INPUT_INVALID', field });
      expect(sortedWords(fault.accepted)).toEqual(sortedWords(accepted));
    });

    it.each(['specificationCode', 'teamId', 'route', 'receivedOn', 'person', 'idempotencyKey'])(
      'a form without %s is told which field is missing',
      async (name) => {
        const { [name]: _left, ...input } = { idempotencyKey: graph.world.key(), ...form() } as Record<
          string,
          unknown
        >;
        const fault = await graph.fault('specialist', mutationOf('recordReferral', '__typename'), { input });
        expect(fault).toMatchObject({ code: 'HUB_INPUT_INVALID', field: `input.${name}` });
      },
    );
  });

  describe('acceptReferral', () => {
    const accept = (
      referralId: string,
      acceptedOn: string,
      selection = 'referral { state acceptedOn specialist { displayName } }',
    ) => graph.change<Recorded>('specialist', 'acceptReferral', { referralId, acceptedOn }, selection);

    it.each(['2026-03-02', '2026-03-05', TODAY])(
      'on %s, from the day it came to today',
      async (acceptedOn) => {
        const { referral } = await record();
        expect((await accept(referral.id, acceptedOn)).referral).toEqual({
          state: 'ACCEPTED',
          acceptedOn,
          specialist: { displayName: 'sam' },
        });
      },
    );

    it.each([
      ['the day before it came', '2026-03-01', 'a date from 2026-03-02'],
      ['tomorrow', '2026-03-12', `a date up to ${TODAY}`],
    ])('never on %s', async (_what, acceptedOn, accepted) => {
      const { referral } = await record();
      expect(
        await graph.refusal('specialist', 'acceptReferral', { referralId: referral.id, acceptedOn }),
      ).toMatchObject({ code: 'HUB_INPUT_INVALID', field: 'acceptedOn', accepted });
      expect((await stored(referral.id)).state).toBe('RECEIVED');
    });

    it('happens once', async () => {
      const { referral } = await record();
      await accept(referral.id, TODAY);
      expect(
        await graph.refusal('specialist', 'acceptReferral', {
          referralId: referral.id,
          acceptedOn: '2026-03-03',
        }),
      ).toMatchObject({ code: 'HUB_STATE_CONFLICT', field: null });
      expect((await stored(referral.id)).accepted_on).toBe(TODAY);
    });

    it('of two at once, one', async () => {
      const { referral } = await record();
      const answers = await Promise.all(
        ['2026-03-03', '2026-03-04'].map((acceptedOn) =>
          graph.send<{ __typename: string }>('specialist', 'acceptReferral', {
            referralId: referral.id,
            acceptedOn,
          }),
        ),
      );
      expect(answers.map(({ __typename }) => __typename).sort()).toEqual(['ReferralChanged', 'Refusal']);
    });
  });

  describe('the person’s word and consent', () => {
    it.each(Object.values(WordOnWork))('recordWordOnWork %s', async (wordOnWork) => {
      const { referral } = await record({ wordOnWork: 'UNSURE' });
      const changed = await graph.change<Recorded>(
        'specialist',
        'recordWordOnWork',
        { referralId: referral.id, wordOnWork, saidOn: '2026-03-07' },
        'referral { wordOnWork wordRecordedOn }',
      );
      expect(changed.referral).toEqual({ wordOnWork, wordRecordedOn: '2026-03-07' });
    });

    it.each(Object.values(ConsentToContactClinician))(
      'recordConsentToContactClinician %s',
      async (consent) => {
        const { referral } = await record();
        const changed = await graph.change<Recorded>(
          'specialist',
          'recordConsentToContactClinician',
          { referralId: referral.id, consent, givenOn: '2026-03-06' },
          'referral { consentToContactClinician }',
        );
        expect(changed.referral).toEqual({ consentToContactClinician: consent });
        expect(await stored(referral.id)).toMatchObject({ consent_recorded_on: '2026-03-06' });
      },
    );

    it('are not given in the future', async () => {
      const { referral } = await record();
      const later = { referralId: referral.id, saidOn: '2026-03-12', wordOnWork: 'UNSURE' };
      expect(await graph.refusal('specialist', 'recordWordOnWork', later)).toMatchObject({ field: 'saidOn' });
      const given = { referralId: referral.id, givenOn: '2026-03-12', consent: 'GIVEN' };
      expect(await graph.refusal('specialist', 'recordConsentToContactClinician', given)).toMatchObject({
        field: 'givenOn',
      });
    });

    it.each(['DECLINED', 'CLOSED'])('are not recorded on a referral that is %s', async (state) => {
      const { referral } = await record();
      await graph.world.sql(`update referrals set state = $2, closed_on = '2026-03-10' where id = $1`, [
        referral.id,
        state,
      ]);
      const word = { referralId: referral.id, saidOn: TODAY, wordOnWork: 'UNSURE' };
      const consent = { referralId: referral.id, givenOn: TODAY, consent: 'GIVEN' };
      expect(await graph.refusal('specialist', 'recordWordOnWork', word)).toMatchObject({
        code: 'HUB_STATE_CONFLICT',
      });
      expect(await graph.refusal('specialist', 'recordConsentToContactClinician', consent)).toMatchObject({
        code: 'HUB_STATE_CONFLICT',
      });
    });

    it('leave each other alone', async () => {
      const { referral } = await record({
        wordOnWork: 'WANTS_PAID_WORK',
        consentToContactClinician: 'REFUSED',
      });
      await graph.change('specialist', 'recordWordOnWork', {
        referralId: referral.id,
        wordOnWork: 'UNSURE',
        saidOn: TODAY,
      });
      expect(await stored(referral.id)).toMatchObject({
        word_on_work: 'UNSURE',
        consent_to_contact_clinician: 'REFUSED',
        consent_recorded_on: '2026-03-02',
      });
    });
  });

  describe('what is somebody else’s is not there', () => {
    const changes = [
      ['acceptReferral', { acceptedOn: TODAY }],
      ['recordWordOnWork', { wordOnWork: 'UNSURE', saidOn: TODAY }],
      ['recordConsentToContactClinician', { consent: 'GIVEN', givenOn: TODAY }],
    ] as const;
    it.each(changes)(
      '%s: a referral of another team is answered as one of nobody’s',
      async (mutation, more) => {
        const { referral } = await record();
        const foreign = await graph.refusal('eipSpecialist', mutation, { referralId: referral.id, ...more });
        const nobodys = await graph.refusal('eipSpecialist', mutation, { referralId: newId(), ...more });
        expect(foreign).toEqual(nobodys);
        expect(foreign).toMatchObject({ code: 'HUB_NOT_FOUND', field: 'referralId' });
      },
    );
  });

  describe('repeats', () => {
    it('under one key record once and answer alike', async () => {
      const input = { idempotencyKey: graph.world.key(), ...form() };
      const first = await graph.change<Recorded>('specialist', 'recordReferral', input, EVERYTHING);
      const second = await graph.change<Recorded>('specialist', 'recordReferral', input, EVERYTHING);
      expect(second).toEqual(first);
      expect(await graph.world.count('referrals', 'person_id = $1', [first.referral.person.id])).toBe(1);
    });

    it('answer with the referral as it is now, not as it was', async () => {
      const input = { idempotencyKey: graph.world.key(), ...form() };
      const { referral } = await graph.change<Recorded>(
        'specialist',
        'recordReferral',
        input,
        'referral { id state }',
      );
      await graph.change('specialist', 'acceptReferral', { referralId: referral.id, acceptedOn: TODAY });
      const again = await graph.change<Recorded>(
        'specialist',
        'recordReferral',
        input,
        'referral { id state }',
      );
      expect(again.referral).toEqual({ id: referral.id, state: 'ACCEPTED' });
    });

    it('under another key are another referral', async () => {
      const same = form();
      const first = await graph.change<Recorded>('specialist', 'recordReferral', same, 'referral { id }');
      const second = await graph.change<Recorded>('specialist', 'recordReferral', same, 'referral { id }');
      expect(second.referral.id).not.toBe(first.referral.id);
    });

    it('under one key with another input are refused', async () => {
      const idempotencyKey = graph.world.key();
      await record({ idempotencyKey });
      expect(
        await graph.refusal('specialist', 'recordReferral', { ...form({ route: 'SELF' }), idempotencyKey }),
      ).toMatchObject({ code: 'HUB_INPUT_REPEATED_KEY' });
    });

    it('of another caller under the same key are their own', async () => {
      const idempotencyKey = graph.world.key();
      const sam = await record({ idempotencyKey }, 'referral { id }');
      const mo = await record({ idempotencyKey }, 'referral { id }', 'manager');
      expect(mo.referral.id).not.toBe(sam.referral.id);
    });

    it('at the same moment record once', async () => {
      const input = { idempotencyKey: graph.world.key(), ...form() };
      const answers = await Promise.all(
        [1, 2, 3].map(() => graph.change<Recorded>('specialist', 'recordReferral', input, 'referral { id }')),
      );
      expect(new Set(answers.map(({ referral }) => referral.id)).size).toBe(1);
    });

    it('of what was refused may be corrected under the same key', async () => {
      const idempotencyKey = graph.world.key();
      await graph.refusal(
        'specialist',
        'recordReferral',
        form({ idempotencyKey, specificationCode: 'NO/SUCH' }),
      );
      expect((await record({ idempotencyKey })).referral.state).toBe('RECEIVED');
    });

    it('accept once', async () => {
      const { referral } = await record();
      const input = { idempotencyKey: graph.world.key(), referralId: referral.id, acceptedOn: TODAY };
      await graph.change('specialist', 'acceptReferral', input);
      await graph.change('specialist', 'acceptReferral', input);
      expect(
        await graph.world.count(
          'audit_events',
          `operation = 'acceptReferral' and details->>'referralId' = $1`,
          [referral.id],
        ),
      ).toBe(1);
    });
  });

  describe('the document', () => {
    it('may name the same mutation twice: they run one after the other', async () => {
      const inputs = [form(), form()].map((one) => ({ idempotencyKey: graph.world.key(), ...one }));
      const { data, errors } = await graph.answer(
        'specialist',
        `mutation ($a: RecordReferralInput!, $b: RecordReferralInput!) {
          first: recordReferral(input: $a) { ...Result } second: recordReferral(input: $b) { ...Result } }
         fragment Result on ReferralResult { ... on ReferralChanged { referral { ...Short } } ... on Refusal { ...Why } }
         fragment Short on Referral { number: id who: person { family: familyName given: givenName } }
         fragment Why on Refusal { code field }`,
        { a: inputs[0], b: { ...inputs[1], receivedOn: '2026-03-20' } },
      );
      expect(errors).toEqual([]);
      expect(data).toEqual({
        first: { referral: { number: expect.any(String), who: { family: 'Penhallam', given: 'Jory' } } },
        second: { code: 'HUB_INPUT_INVALID', field: 'receivedOn' },
      });
    });

    it('may give the input literally', async () => {
      const { data, errors } = await graph.answer(
        'specialist',
        `mutation { recordReferral(input: { idempotencyKey: "${graph.world.key()}", specificationCode: "QVV/0294", teamId: "${graph.world.teams.CMHT.toUpperCase()}",
           route: SELF, receivedOn: "2026-03-01", person: { givenName: "A", familyName: "B" } }) { ... on ReferralChanged { referral { route team { id } } } } }`,
      );
      expect(errors).toEqual([]);
      expect(data).toEqual({
        recordReferral: { referral: { route: 'SELF', team: { id: graph.world.teams.CMHT } } },
      });
    });

    it('whose success selects nothing but its type still records', async () => {
      const before = await graph.world.count('referrals');
      await record({}, '__typename');
      expect(await graph.world.count('referrals')).toBe(before + 1);
    });

    it('by GET changes nothing', async () => {
      const app = await graph.server.variant({});
      const response = await app.inject({
        method: 'GET',
        url: `/graphql?query=${encodeURIComponent('mutation { __typename }')}`,
      });
      expect(response.statusCode).toBeGreaterThanOrEqual(400);
    });
  });
});

function sortedWords(text: unknown): string[] {
  return String(text).split(', ').sort();
}

/** A partner's machine asks about an NHS number and date of birth: it learns a verdict, and never who is under mental health care. */
import {
  type IdentityQuestion,
  IdentityQuestionService,
  PAIRS_PER_HOUR,
} from '../../../src/casework/eligibility/identity-question.service.js';
import type { Caller } from '../../../src/core/caller.js';
import { nextNhsNumber, type PersonBuilder } from '../../support/casework-people.js';
import {
  type CaseworkWorld,
  CODE_OF,
  createCaseworkWorld,
  failureOf,
  TODAY,
} from '../../support/casework-world.js';

describe('IdentityQuestionService', () => {
  let world: CaseworkWorld;
  let service: IdentityQuestionService;
  let machine: Caller;
  const born = '1990-05-01';
  beforeAll(async () => {
    world = await createCaseworkWorld();
    machine = world.callers.machine;
  });
  beforeEach(() => {
    service = new IdentityQuestionService(world.database, world.clock);
  });
  afterAll(() => world.close());

  const ask = (change: Partial<IdentityQuestion> = {}, by = machine) =>
    service.ask(by, {
      nhsNumber: nextNhsNumber(),
      dateOfBirth: born,
      specificationCode: CODE_OF['001'],
      purpose: 'ENTRY',
      route: 'CLINICAL_TEAM',
      receivedOn: '2026-03-01',
      wordOnWork: 'WANTS_PAID_WORK',
      ...change,
    });

  describe('somebody whom the pair names', () => {
    it.each<[string, (person: PersonBuilder) => PersonBuilder, string, string]>([
      ['open to the CMHT', (p) => p.openTo('CMHT'), 'ELIGIBLE', 'ALL_CRITERIA_MET'],
      ['crisis team only', (p) => p.openTo('CRISIS'), 'NOT_ELIGIBLE', 'NOT_ON_CASELOAD'],
      [
        'on the waiting list',
        (p) => p.openTo('CMHT', { state: 'WAITING_LIST' }),
        'NEEDS_CONFIRMATION',
        'TEAM_TO_CONFIRM',
      ],
      ['of an unmapped team', (p) => p.openTo('UNMAPPED'), 'CANNOT_TELL', 'TEAM_NOT_KNOWN'],
    ])('is answered by the rules: %s', async (_, describe_, verdict, reason) => {
      const nhsNumber = nextNhsNumber();
      await describe_(world.someone()).numbered(nhsNumber).born(born).known();
      expect(await ask({ nhsNumber })).toMatchObject({ verdict, reason, purpose: 'ENTRY', asOf: TODAY });
    });

    it('comes without evidence: not which team, not which record', async () => {
      const nhsNumber = nextNhsNumber();
      await world.someone().numbered(nhsNumber).born(born).openTo('CMHT').known();
      const { criteria } = await ask({ nhsNumber });
      expect(criteria).toHaveLength(9);
      expect(criteria.flatMap(({ evidence }) => evidence)).toEqual([]);
    });

    it('leaves no decision behind', async () => {
      const nhsNumber = nextNhsNumber();
      const personId = await world.someone().numbered(nhsNumber).born(born).openTo('CMHT').known();
      await ask({ nhsNumber });
      expect(await world.count('eligibility_decisions', 'person_id = $1', [personId])).toBe(0);
    });
  });

  describe('a pair that names nobody who may be told of', () => {
    const nobodies: [string, (person: PersonBuilder) => PersonBuilder][] = [
      ['somebody on no caseload', (p) => p],
      ['another date of birth', (p) => p.born('1990-05-02').openTo('CMHT')],
      ['two living records', (p) => p.inConflict().openTo('CMHT')],
      ['a restricted person', (p) => p.restricted().openTo('CMHT')],
      ['a restricted record of a person who is not', (p) => p.openTo('CMHT', { restricted: true })],
      [
        'a restricted record beside an open one',
        (p) => p.openTo('CRISIS', { restricted: true }).openTo('CMHT'),
      ],
      ['somebody who has died', (p) => p.died().openTo('CMHT')],
      ['a number that was not verified', (p) => p.openTo('CMHT')],
      ['somebody of another trust', (p) => p.ofOtherTrust()],
    ];
    /** Their numbers, by what they are. */
    const numbers = new Map<string, string>();
    beforeAll(async () => {
      for (const [name, describe_] of nobodies) {
        const nhsNumber = nextNhsNumber();
        const status = name.includes('verified') ? '03' : '01';
        await describe_(world.someone().born(born).numbered(nhsNumber, status)).known();
        numbers.set(name, nhsNumber);
      }
    });

    it.each(['ENTRY', 'CONTINUE', 'RE_ENTRY'] as const)(
      'is answered exactly as one that is unknown, for %s',
      async (purpose) => {
        for (const specificationCode of Object.values(CODE_OF).filter((code) => code !== CODE_OF['000'])) {
          for (const route of ['CLINICAL_TEAM', 'SELF'] as const) {
            const unknown = await ask({ purpose, specificationCode, route });
            for (const [name, nhsNumber] of numbers) {
              const answer = await ask({ nhsNumber, purpose, specificationCode, route });
              expect({ name, answer }).toEqual({ name, answer: unknown });
            }
            await world.sql('delete from quotas');
          }
        }
      },
    );

    it('is answered so as well when two persons share the pair', async () => {
      const nhsNumber = nextNhsNumber();
      for (let twin = 0; twin < 2; twin++) {
        await world.someone().numbered(nhsNumber).born(born).openTo('CMHT').known();
      }
      expect(await ask({ nhsNumber })).toEqual(await ask());
    });

    it('is answered so as well while the sweeps are stale', async () => {
      const nhsNumber = nextNhsNumber();
      await world.someone().numbered(nhsNumber).born(born).restricted().openTo('CMHT').known();
      world.later(48);
      const [restricted, unknown] = [await ask({ nhsNumber }), await ask()];
      world.later(-48);
      expect(unknown).toMatchObject({ verdict: 'CANNOT_TELL' });
      expect(restricted).toEqual(unknown);
    });

    it('differs from a known person on a caseload, so that the comparison above means something', async () => {
      const nhsNumber = nextNhsNumber();
      await world.someone().numbered(nhsNumber).born(born).openTo('CMHT').known();
      expect(await ask({ nhsNumber })).not.toEqual(await ask());
    });
  });

  describe('on record', () => {
    const questions = () =>
      world.sql<{ person_ids: string[]; details: object }>(
        `select person_ids, details from audit_events where operation = 'checkEligibilityByIdentity' order by id desc`,
      );

    it('is each pair that was asked about, with the person when there is one', async () => {
      const nhsNumber = nextNhsNumber();
      const personId = await world.someone().numbered(nhsNumber).born(born).openTo('CMHT').known();
      const before = (await questions()).length;
      world.later();
      await ask({ nhsNumber });
      await ask();
      const after = await questions();
      expect(after).toHaveLength(before + 2);
      const details = { purpose: 'ENTRY', specification: 'QVV/0294', version: 1 };
      expect(after.slice(0, 2)).toEqual(
        expect.arrayContaining([
          { person_ids: [personId], details: { ...details, verdict: 'ELIGIBLE' } },
          { person_ids: [], details: expect.objectContaining(details) },
        ]),
      );
      world.later(-1);
    });

    it('is no answer without it', async () => {
      await world.sql('revoke insert on audit_events from hub_decide');
      const refused = await failureOf(ask());
      await world.sql('grant insert on audit_events to hub_decide');
      expect(refused).toEqual({ code: 'HUB_AUDIT_UNAVAILABLE' });
    });
  });

  describe('limits and refusals', () => {
    beforeEach(() => world.sql('delete from quotas'));

    it('answers so many pairs an hour and machine, and says when to come back', async () => {
      const other = { ...machine, subject: 'other-machine' };
      for (let pair = 0; pair < PAIRS_PER_HOUR; pair++) await ask();
      world.clock.advance(60_000);
      await expect(ask()).rejects.toMatchObject({
        code: 'HUB_ACCESS_RATE',
        retry: 'transient',
        retryAfterMs: 59 * 60_000,
      });
      await expect(ask({}, other)).resolves.toBeDefined();
      world.clock.advance(59 * 60_000);
      await expect(ask()).resolves.toBeDefined();
      world.later(-1);
    });

    it.each<[string, Partial<IdentityQuestion>]>([
      ['nhsNumber', { nhsNumber: '9990000000' }],
      ['nhsNumber', { nhsNumber: '' }],
      ['dateOfBirth', { dateOfBirth: '2026-03-12' }],
      ['dateOfBirth', { dateOfBirth: '01/05/1990' }],
      ['receivedOn', { receivedOn: '2026-03-12' }],
    ])('names a bad %s', async (field, change) => {
      expect(await failureOf(ask(change))).toEqual({ code: 'HUB_INPUT_INVALID', field });
    });

    it('meets the gates of the specification before anybody is looked for', async () => {
      expect(await failureOf(ask({ specificationCode: CODE_OF['000'] }))).toEqual({
        code: 'HUB_ELIGIBILITY_NOT_IN_FORCE',
      });
      expect(await failureOf(ask({ specificationCode: 'NONE' }))).toEqual({
        code: 'HUB_NOT_FOUND',
        field: 'specificationCode',
      });
    });
  });
});

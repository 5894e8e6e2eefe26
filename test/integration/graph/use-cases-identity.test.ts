/** Who the hub takes a caller to be, and what a partner's machine is told about an NHS number and date of birth. */
import type { FastifyInstance, InjectOptions } from 'fastify';
import { PAIRS_PER_HOUR } from '../../../src/casework/eligibility/identity-question.service.js';
import { newId } from '../../../src/core/ids.js';
import { nextNhsNumber } from '../../support/casework-people.js';
import { CODE_OF, TODAY } from '../../support/casework-world.js';
import { type Client, openUseCases, type UseCases } from '../../support/use-cases.js';

const ANSWER =
  'verdict reason purpose mayProceed confirmBy notYetUntil asOf knownAt criteria { key result strength reason clause }';
const BORN = '1990-05-01';

let graph: UseCases;
beforeAll(async () => {
  graph = await openUseCases();
});
afterAll(() => graph?.close());

describe('me', () => {
  it.each<[Client, string, string, string, ('CMHT' | 'EIP' | 'CRISIS' | 'FOREIGN')[]]>([
    ['specialist', 'sam', 'EMPLOYMENT_SPECIALIST', 'DIRECT_CARE', ['CMHT']],
    ['manager', 'mo', 'TEAM_MANAGER', 'DIRECT_CARE', ['CMHT', 'EIP', 'CRISIS']],
    ['coordinator', 'cass', 'CARE_COORDINATOR', 'DIRECT_CARE', ['CMHT']],
    ['analyst', 'ana', 'ANALYST', 'REPORTING', []],
    ['machine', 'partner-machine', 'INTEGRATION', 'DIRECT_CARE', []],
    ['administrator', 'adam', 'ADMINISTRATOR', 'ADMINISTRATION', []],
    ['foreignSpecialist', 'fran', 'EMPLOYMENT_SPECIALIST', 'DIRECT_CARE', ['FOREIGN']],
  ])('%s', async (who, subject, role, purpose, teams) => {
    const { me } = await graph.query<{ me: { teamIds: string[] } }>(
      who,
      '{ me { subject role purpose teamIds } }',
    );
    expect({ ...me, teamIds: [...me.teamIds].sort() }).toEqual({
      subject,
      role,
      purpose,
      teamIds: teams.map((team) => graph.world.teams[team]).sort(),
    });
  });

  it('is nobody without a token: an error, not an empty answer', async () => {
    const { data, errors } = await graph.answer(null, '{ me { subject } }');
    expect(data ?? null).toBeNull();
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['HUB_ACCESS_UNAUTHENTICATED']);
  });

  it('without a token the hub still says that it is there', async () => {
    expect((await graph.answer(null, '{ __typename }')).data).toEqual({ __typename: 'Query' });
  });

  it('a team that is taken away is gone within seconds', async () => {
    const { world } = graph;
    const staffId = world.callers.eipSpecialist.scope.staffId;
    const teams = async () =>
      (await graph.query<{ me: { teamIds: string[] } }>('eipSpecialist', '{ me { teamIds } }')).me.teamIds;
    expect(await teams()).toEqual([world.teams.EIP]);
    await world.sql(`update staff_teams set valid_to = '2026-03-11' where staff_id = $1`, [staffId]);
    world.clock.advance(5_001);
    expect(await teams()).toEqual([]);
  });

  it.each([
    [{ 'hub-purpose': 'REPORTING' }, 'HUB_ACCESS_PURPOSE'],
    [{ 'hub-purpose': 'CURIOSITY' }, 'HUB_ACCESS_PURPOSE'],
    [{ 'hub-role': 'TEAM_MANAGER' }, 'HUB_ACCESS_REFUSED'],
  ])('headers %j are refused: %s', async (headers, code) => {
    const served = await graph.server.variant({});
    const app = {
      inject: (request: { headers: object }) =>
        served.inject({ ...request, headers: { ...request.headers, ...headers } } as InjectOptions),
    } as unknown as FastifyInstance;
    const { errors } = await graph.answer('specialist', '{ me { subject } }', {}, { app });
    expect(errors.map(({ extensions }) => extensions.code)).toEqual([code]);
  });
});

describe('checkEligibilityByIdentity', () => {
  beforeEach(() => graph.world.restart());

  const question = (change: object = {}) => ({
    nhsNumber: nextNhsNumber(),
    dateOfBirth: BORN,
    specificationCode: CODE_OF['001'],
    purpose: 'ENTRY',
    route: 'CLINICAL_TEAM',
    receivedOn: '2026-03-01',
    wordOnWork: 'WANTS_PAID_WORK',
    ...change,
  });
  const ask = (change: object = {}) =>
    graph.change<Record<string, unknown>>('machine', 'checkEligibilityByIdentity', question(change), ANSWER);
  const known = async (build: (person: ReturnType<UseCases['world']['someone']>) => unknown = (p) => p) => {
    const nhsNumber = nextNhsNumber();
    const person = graph.world.someone().numbered(nhsNumber).born(BORN);
    build(person);
    return { nhsNumber, personId: await person.known() };
  };

  it('answers by the rules, with every criterion and no evidence', async () => {
    const { nhsNumber } = await known((p) => p.openTo('CMHT'));
    const answer = await ask({ nhsNumber });
    expect(answer).toMatchObject({
      verdict: 'ELIGIBLE',
      reason: 'ALL_CRITERIA_MET',
      purpose: 'ENTRY',
      mayProceed: 'ENGAGE',
      confirmBy: null,
      notYetUntil: null,
      asOf: TODAY,
      knownAt: graph.world.clock.now().toISOString(),
    });
    expect(answer.criteria).toHaveLength(9);
  });

  it('takes the number as printed, with spaces', async () => {
    const { nhsNumber } = await known((p) => p.openTo('CMHT'));
    const printed = nhsNumber.replace(/(\d{3})(\d{3})(\d{4})/, '$1 $2 $3');
    expect(await ask({ nhsNumber: printed })).toMatchObject({ verdict: 'ELIGIBLE' });
  });

  it('never tells somebody unknown from somebody it may not tell of: the answers are equal to the letter', async () => {
    const stranger = await ask();
    expect(stranger).toMatchObject({ verdict: 'NOT_ELIGIBLE', reason: 'NOT_ON_CASELOAD' });
    const hidden = [
      await known(),
      await known((p) => p.openTo('CMHT').born('1990-05-02')),
      await known((p) => p.openTo('CMHT').restricted()),
      await known((p) => p.openTo('CMHT').inConflict()),
      await known((p) => p.openTo('CMHT').died()),
      await known((p) => p.openTo('CMHT').ofOtherTrust()),
    ];
    for (const { nhsNumber } of hidden) expect(await ask({ nhsNumber })).toEqual(stranger);
  });

  it('leaves nothing behind but the record of the question', async () => {
    const { nhsNumber, personId } = await known((p) => p.openTo('CMHT'));
    await ask({ nhsNumber });
    expect(await graph.world.count('eligibility_decisions')).toBe(0);
    expect(await graph.world.count('referrals')).toBe(0);
    const [event] = await graph.world.sql(
      `select subject, person_ids, details from audit_events where operation = 'checkEligibilityByIdentity'`,
    );
    expect(event).toMatchObject({
      subject: 'partner-machine',
      person_ids: [personId],
      details: { purpose: 'ENTRY', verdict: 'ELIGIBLE' },
    });
    expect(JSON.stringify(event)).not.toContain(nhsNumber);
  });

  it.each<[string, object, string, string]>([
    [
      'a number of nine digits',
      { nhsNumber: '999000001' },
      'nhsNumber',
      'ten digits with a correct check digit',
    ],
    [
      'a number with a wrong check digit',
      { nhsNumber: '9990000019' },
      'nhsNumber',
      'ten digits with a correct check digit',
    ],
    ['born tomorrow', { dateOfBirth: '2026-03-12' }, 'dateOfBirth', 'a date in the last 120 years'],
    ['received tomorrow', { receivedOn: '2026-03-12' }, 'receivedOn', `a date up to ${TODAY}`],
  ])('%s is refused', async (_what, change, field, accepted) => {
    expect(await graph.refusal('machine', 'checkEligibilityByIdentity', question(change))).toMatchObject({
      code: 'HUB_INPUT_INVALID',
      field,
      accepted,
    });
  });

  it.each([
    ['NO/SUCH', 'HUB_NOT_FOUND'],
    [CODE_OF['000'], 'HUB_ELIGIBILITY_NOT_IN_FORCE'],
  ])('under %s: %s', async (specificationCode, code) => {
    expect(
      await graph.refusal('machine', 'checkEligibilityByIdentity', question({ specificationCode })),
    ).toMatchObject({ code });
  });

  it('is asked no more than so often in an hour, and then again', async () => {
    const document = `mutation ($input: CheckEligibilityByIdentityInput!) { ${Array.from({ length: 10 }, (_, n) => `a${n}: checkEligibilityByIdentity(input: $input) { __typename }`).join(' ')} }`;
    for (let asked = 0; asked < PAIRS_PER_HOUR; asked += 10) {
      const { errors } = await graph.answer('machine', document, { input: question() });
      expect(errors).toEqual([]);
    }
    const { errors } = await graph.answer('machine', document, { input: question() });
    expect(errors).toHaveLength(1);
    expect(errors[0]!.extensions).toMatchObject({
      code: 'HUB_ACCESS_RATE',
      retry: 'transient',
      retryAfterMs: expect.any(Number),
    });
    graph.world.clock.advance(3_600_001);
    expect(await ask()).toMatchObject({ verdict: expect.any(String) });
  });

  it.each<Client>(['specialist', 'manager', 'coordinator', 'analyst', 'administrator'])(
    'is not for the %s',
    async (who) => {
      const { errors } = await graph.answer(
        who,
        'mutation ($input: CheckEligibilityByIdentityInput!) { checkEligibilityByIdentity(input: $input) { __typename } }',
        { input: question() },
      );
      expect(errors.map(({ extensions }) => extensions.code)).toEqual(['HUB_ACCESS_FIELD']);
    },
  );

  it('and a machine reads no person, referral or decision', async () => {
    for (const query of [
      '{ persons { totalCount } }',
      '{ referrals { totalCount } }',
      '{ eligibilityDecisions { totalCount } }',
      '{ memberships { totalCount } }',
      `{ person(id: "${newId()}") { id } }`,
    ]) {
      const { errors, data } = await graph.answer('machine', query);
      expect(Object.values(data ?? {})).not.toContainEqual(expect.anything());
      expect(errors.map(({ extensions }) => extensions.code)).toEqual(['HUB_ACCESS_FIELD']);
    }
  });
});

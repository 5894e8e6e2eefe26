/** What a caller cannot find out: whether a foreign thing exists, what another's key or cursor stood for, which evidence is hidden; and that the search would tell. */
import { Role } from '../../../src/core/caller.js';
import { newId } from '../../../src/core/ids.js';
import { PERSONS } from '../../../src/people/person.reader.js';
import { Canaries } from '../../support/graph-canaries.js';
import { mutationOf } from '../../support/graph-mutations.js';
import type { Answer } from '../../support/graph-server.js';
import {
  closeGraphWorld,
  createGraphWorld,
  type GraphWorld,
  NAMES,
  WHO,
  type WhoName,
} from '../../support/graph-world.js';

let world: GraphWorld;
let canaries: Canaries;
beforeAll(async () => {
  world = await createGraphWorld();
  canaries = await new Canaries().learn(world);
});
afterAll(() => closeGraphWorld(world));

const plain = (text: string, id: string): string =>
  text.replaceAll(id, '<id>').replace(/"correlationId":"[^"]+"/g, '"correlationId":"<c>"');
const codesOf = (answer: Answer): string[] => answer.errors.map((error) => error.extensions.code);

/** Every id of a kind that exists, with who may know of it by the rows themselves. */
async function idsOf(who: WhoName): Promise<Record<string, string[]>> {
  const { scope, role } = await world.caller(who);
  const inTeams = role === Role.ANALYST ? 'organisation_id = any ($1::uuid[])' : 'team_id = any ($1::uuid[])';
  const mine = role === Role.ANALYST ? scope.organisationIds : scope.teamIds;
  const list = async (sql: string): Promise<string[]> =>
    (await world.sql<{ id: string }>(sql, [mine])).map(({ id }) => id);
  return {
    person: [
      ...(await list(
        role === Role.ANALYST
          ? 'select id from persons where $1::uuid[] is not null'
          : 'select id from persons where not visible_team_ids && $1::uuid[]',
      )),
      ...(await list(
        role === Role.ANALYST
          ? 'select pseudonym as id from persons where organisation_id <> all ($1::uuid[]) or family_name is null'
          : 'select pseudonym as id from persons where $1::uuid[] is not null',
      )),
    ],
    referral: await list(`select id from referrals where not ${inTeams}`),
    episode: await list(`select id from employment_episodes where not ${inTeams}`),
    eligibilityDecision: await list(`select id from eligibility_decisions where not ${inTeams}`),
  };
}

/** Ids that one document asks for at most. */
const TOGETHER = 20;
const documentOf = (root: string, count: number): string => {
  const numbers = Array.from({ length: count }, (_, at) => at);
  return `query(${numbers.map((at) => `$i${at}: UUID!`).join(' ')}) { ${numbers.map((at) => `r${at}: ${root}(id: $i${at}) { __typename id }`).join(' ')} }`;
};

describe('ids of foreign rows', () => {
  it.each(['specialist', 'eipSpecialist', 'manager', 'coordinator', 'analyst', 'foreignSpecialist'] as const)(
    '%s: every one is answered as an id of nothing, byte for byte, in as many statements',
    async (who) => {
      for (const [root, ids] of Object.entries(await idsOf(who))) {
        expect(ids.length).toBeGreaterThan(0);
        const asked = async (some: readonly string[], stock: boolean): Promise<string> => {
          const before = world.server.statements();
          const answer = await world.ask(who, documentOf(root, some.length), {
            variables: Object.fromEntries(some.map((id, at) => [`i${at}`, id])),
            stock,
          });
          const said = some.reduce((text, id) => plain(text, id), answer.text);
          return `${said} in ${world.server.statements() - before}`;
        };
        for (const stock of [false, true]) {
          const nothing = new Map<number, string>();
          for (let from = 0; from < ids.length; from += TOGETHER) {
            const some = ids.slice(from, from + TOGETHER);
            if (!nothing.has(some.length))
              nothing.set(
                some.length,
                await asked(
                  some.map(() => newId()),
                  stock,
                ),
              );
            expect(await asked(some, stock)).toBe(nothing.get(some.length));
          }
        }
      }
    },
  );

  it.each([
    ['referrals', (id: string) => `teamId: "${id}"`, 'FOREIGN'],
    ['memberships', (id: string) => `teamId: "${id}"`, 'FOREIGN'],
    ['confirmationRequests', (id: string) => `askedTeamId: "${id}"`, 'FOREIGN'],
    ['episodes', (id: string) => `teamId: "${id}"`, 'FOREIGN'],
    ['eligibilityDecisions', (id: string) => `referralId: "${id}"`, null],
  ] as const)('%s filtered by one are as by nothing', async (root, filter, team) => {
    const foreign = team ? world.teams[team] : (world.referredTo('FOREIGN')[0]!.referralId as string);
    for (const who of ['specialist', 'manager', 'coordinator', 'analyst'] as const) {
      const ask = async (id: string) =>
        plain(
          (
            await world.ask(
              who,
              `{ ${root}(filter: { ${filter(id)} }) { totalCount nodes { id } pageInfo { hasNextPage } } }`,
            )
          ).text,
          id,
        );
      expect(await ask(foreign)).toBe(await ask(newId()));
    }
  });
});

describe('cursors', () => {
  const page = (after = '', order = 'NEWEST') =>
    `{ persons(first: 2, orderBy: ${order}${after && `, after: "${after}"`}) { nodes { id } pageInfo { endCursor } } }`;
  const endOf = (answer: Answer): string =>
    (answer.data!.persons as { pageInfo: { endCursor: string } }).pageInfo.endCursor;

  it('are of use to nobody else, in no other order or list, and not when bent', async () => {
    const cursor = endOf(await world.ask('specialist', page()));
    expect((await world.ask('specialist', page(cursor))).errors).toEqual([]);
    const bent = `${cursor.slice(0, -2)}${cursor.at(-2) === 'A' ? 'B' : 'A'}${cursor.at(-1)}`;
    const refused = [
      ...NAMES.filter(
        (who) =>
          who !== 'specialist' &&
          ![Role.INTEGRATION, Role.ADMINISTRATOR, Role.IDENTITY_STEWARD].includes(WHO[who].role as never),
      ).map((who) => [who, page(cursor)] as const),
      ['specialist', page(cursor, 'FAMILY_NAME')] as const,
      ['specialist', `{ referrals(after: "${cursor}") { nodes { id } } }`] as const,
      ['specialist', page(bent)] as const,
      ['specialist', page(Buffer.from('["2026-03-11T12:00:00.000Z"]').toString('base64url'))] as const,
    ];
    for (const [who, query] of refused) {
      for (const stock of [false, true]) {
        const answer = await world.ask(who, query, { stock });
        expect([who, query, codesOf(answer), answer.data]).toEqual([who, query, ['HUB_INPUT_CURSOR'], null]);
      }
    }
  });

  it('of one role are not of another role of the same person', async () => {
    await world.sql(
      `insert into staff_roles (id, staff_id, role, valid_from) select $1, id, 'CARE_COORDINATOR', '2025-01-01' from staff where subject = 'sam'`,
      [newId()],
    );
    world.clock.advance(6_000);
    const asCoordinator = { subject: 'sam', role: Role.CARE_COORDINATOR, org: 'RAA' };
    const cursor = endOf(await world.ask('specialist', page()));
    expect(codesOf(await world.server.ask(asCoordinator, page(cursor)))).toEqual(['HUB_INPUT_CURSOR']);
  });
});

describe('repeats under a key', () => {
  const accept = (who: WhoName, idempotencyKey: string, referralId: string, acceptedOn = '2026-03-06') =>
    world.ask(
      who,
      mutationOf(
        'acceptReferral',
        '__typename ... on Refusal { code message field } ... on ReferralChanged { referral { id state person { familyName } } }',
      ),
      { variables: { input: { idempotencyKey, referralId, acceptedOn } } },
    );

  it('are the caller’s alone: another’s key says nothing, and other input under the same key is refused without a value', async () => {
    const key = world.key();
    const referralId = world.referredTo('CMHT')[7]!.referralId as string;
    const first = await accept('specialist', key, referralId);
    expect(first.text).toContain('CnryFamily7');
    expect((await accept('specialist', key, referralId)).text).toBe(first.text);
    const other = await accept('specialist', key, referralId, '2026-03-07');
    expect(other.data).toMatchObject({ acceptReferral: { code: 'HUB_INPUT_REPEATED_KEY', field: null } });
    expect(canaries.leaks('eipSpecialist', other)).toEqual([]);
    for (const who of ['eipSpecialist', 'foreignSpecialist'] as const) {
      const repeated = plain((await accept(who, key, referralId)).text, referralId);
      const fresh = plain((await accept(who, world.key(), referralId)).text, referralId);
      expect(repeated).toBe(fresh);
      expect(repeated).toContain('HUB_NOT_FOUND');
    }
  });

  it('show nothing any more to somebody who has left the team', async () => {
    const key = world.key();
    const referralId = world.referredTo('EIP')[6]!.referralId as string;
    expect((await accept('eipSpecialist', key, referralId)).text).toContain('CnryFamily');
    const leave = (to: string | null) =>
      world.sql(
        `update staff_teams set valid_to = $1 where staff_id = (select id from staff where subject = 'erin')`,
        [to],
      );
    await leave('2026-03-01');
    world.clock.advance(6_000);
    const after = await accept('eipSpecialist', key, referralId);
    await leave(null);
    world.clock.advance(6_000);
    expect([after.data, codesOf(after)]).toEqual([null, ['HUB_NOT_FOUND']]);
    expect(canaries.leaks('machine', after, referralId)).toEqual([]);
  });
});

describe('errors', () => {
  it.each([
    ['specialist', '{ persons(filter: { dateOfBirth: "CnryEcho1" }) { totalCount } }', undefined],
    ['specialist', '{ person(id: "CnryEcho1") { id } }', undefined],
    ['specialist', '{ persons(orderBy: CnryEcho1) { totalCount } }', undefined],
    ['specialist', '{ persons(after: "CnryEcho1") { totalCount } }', undefined],
    [
      'specialist',
      'query($f: PersonFilter) { persons(filter: $f) { totalCount } }',
      { f: { nhsNumber: 'a\u0000CnryEcho1' } },
    ],
    [
      'specialist',
      'query($f: PersonFilter) { persons(filter: $f) { totalCount } }',
      { f: { identityState: 'CnryEcho1' } },
    ],
    ['analyst', '{ persons(filter: { nhsNumber: "CnryEcho1" }) { totalCount } }', undefined],
    ['specialist', '{ serviceSpecification(code: "CnryEcho1") { id } }', undefined],
    ['specialist', 'query($d: Date) { memberships(asOf: $d) { totalCount } }', { d: 'CnryEcho1' }],
  ] as const)('to %s repeat no value: %s', async (who, query, variables) => {
    const answer = await world.ask(who, query, variables ? { variables } : {});
    expect(answer.text).not.toContain('CnryEcho1');
  });

  it('of a mutation repeat no value', async () => {
    const person = {
      givenName: 'CnryEcho1',
      familyName: 'CnryEcho1\u0007',
      nhsNumber: '9990000000',
      dateOfBirth: '1980-01-01',
    };
    for (const change of [
      {},
      { familyName: 'CnryEcho1', telephone: 'CnryEcho1'.repeat(40) },
      { nhsNumber: '999000' },
    ]) {
      const answer = await world.ask(
        'specialist',
        mutationOf('recordReferral', '__typename ... on Refusal { code message field accepted rule clause }'),
        {
          variables: {
            input: {
              idempotencyKey: world.key(),
              specificationCode: 'QVV/0294',
              teamId: world.teams.CMHT,
              route: 'SELF',
              receivedOn: '2026-03-01',
              person: { ...person, ...change },
            },
          },
        },
      );
      expect(answer.text).toContain('HUB_INPUT_INVALID');
      expect(answer.text).not.toMatch(/CnryEcho1|9990000000|999000/);
    }
  });
});

describe('hidden evidence', () => {
  const CHECK = mutationOf(
    'checkEligibility',
    '... on EligibilityChecked { decisions { id verdict reason criteria { key result reason evidence { source reference team { id } } } } notDecided { referralId } }',
  );
  interface Checked {
    checkEligibility: {
      decisions: {
        verdict: string;
        reason: string;
        criteria: { evidence: { reference: string | null }[] }[];
      }[];
    };
  }
  const check = async (who: WhoName, referralIds: readonly (string | null)[]) => {
    const answer = await world.ask(who, CHECK, {
      variables: { input: { idempotencyKey: world.key(), referralIds, purpose: 'ENTRY' } },
    });
    await canaries.learn(world);
    expect(canaries.leaks(who, answer, JSON.stringify(referralIds))).toEqual([]);
    const { decisions } = (answer.data as unknown as Checked).checkEligibility;
    const references = decisions.flatMap(({ criteria }) =>
      criteria.flatMap(({ evidence }) => evidence.flatMap((item) => item.reference ?? [])),
    );
    return { verdicts: decisions.map(({ verdict, reason }) => `${verdict} ${reason}`), references };
  };

  it('counts for the verdict of a specialist outside the team, who does not see it; a manager of both does', async () => {
    // Referred to the CMHT, on the caseload of the EIP team only.
    const elsewhere = world
      .referredTo('CMHT')
      .slice(14, 18)
      .map(({ referralId }) => referralId);
    const theirs = await check('specialist', elsewhere);
    const managers = await check('manager', elsewhere);
    expect(theirs.verdicts).toEqual(Array(4).fill('ELIGIBLE ALL_CRITERIA_MET'));
    expect(theirs.verdicts).toEqual(managers.verdicts);
    expect(theirs.references).toEqual([]);
    expect(managers.references).toHaveLength(4);
  });

  it('of a restricted record is seen by nobody, and asks the team as an unrestricted question does', async () => {
    const restricted = world
      .referredTo('CMHT')
      .slice(22, 24)
      .map(({ referralId }) => referralId);
    const [theirs, managers] = [await check('specialist', restricted), await check('manager', restricted)];
    expect(theirs.verdicts.map((verdict) => verdict.split(' ')[0])).toEqual([
      'NEEDS_CONFIRMATION',
      'NEEDS_CONFIRMATION',
    ]);
    expect([theirs, managers]).toEqual([managers, { ...managers, references: [] }]);
  });
});

describe('the search itself (planted faults)', () => {
  const everything = async (who: WhoName, app?: Awaited<ReturnType<typeof world.server.variant>>) => {
    const answers = await Promise.all(
      [
        '{ eligibilityDecisions(first: 100) { nodes { criteria { evidence { reference team { id } } } } } }',
        '{ persons(first: 100, orderBy: FAMILY_NAME) { edges { cursor node { id } } } }',
        '{ persons(first: 100) { nodes { id identityState } } }',
      ].map((query) => world.ask(who, query, app ? { app } : {})),
    );
    return answers.flatMap((answer) => canaries.leaks(who, answer));
  };

  it('finds evidence once its policy is gone', async () => {
    expect(await everything('specialist')).toEqual([]);
    await world.sql('alter policy eligibility_evidence_hub_read_staff on eligibility_evidence using (true)');
    const found = await everything('specialist');
    await world.sql(
      `alter policy eligibility_evidence_hub_read_staff on eligibility_evidence using (${EVIDENCE_ROWS})`,
    );
    expect(new Set(found.map(({ kind }) => kind))).toEqual(new Set(['record reference']));
    expect(await everything('specialist')).toEqual([]);
  });

  it('finds names in cursors that are not sealed', async () => {
    const open = {
      for: () => ({
        seal: (_order: string, place: readonly string[]) =>
          Buffer.from(JSON.stringify(place)).toString('base64url'),
        open: () => [],
      }),
    };
    const app = await world.server.variant({ cursors: open as never });
    // A name that a manager of the other trust would read off a cursor passed on.
    const answer = await world.ask(
      'specialist',
      '{ persons(first: 3, orderBy: FAMILY_NAME) { edges { cursor } } }',
      { app },
    );
    expect(canaries.leaks('foreignManager', answer).map(({ kind }) => kind)).toContain('name or contact');
  });

  it('finds a number once a field is opened to analysts, column grant and all', async () => {
    const columns = PERSONS.columns as Record<string, { allow: readonly Role[] }>;
    const { nhsNumber } = columns as { nhsNumber: { allow: readonly Role[] } };
    columns.nhsNumber = { ...nhsNumber, allow: [...nhsNumber.allow, Role.ANALYST] };
    await world.sql('grant select (nhs_number) on persons to hub_read_analyst');
    const answer = await world.ask('analyst', '{ persons(first: 100) { nodes { open: nhsNumber } } }');
    columns.nhsNumber = nhsNumber;
    await world.sql('revoke select (nhs_number) on persons from hub_read_analyst');
    expect(new Set(canaries.leaks('analyst', answer).map(({ kind }) => kind))).toEqual(
      new Set(['NHS number']),
    );
  });
});

let EVIDENCE_ROWS: string;
beforeAll(async () => {
  const [policy] = await world.sql<{ rows: string }>(
    `select qual as rows from pg_policies where policyname = 'eligibility_evidence_hub_read_staff'`,
  );
  EVIDENCE_ROWS = policy!.rows;
});

/** Episodes through the graph: opened, handed on, given a destination, closed; lists by every filter and order; each role; foreign rows. */
import { ClosingReason } from '../../../src/casework/episodes/episode.rules.js';
import { Role } from '../../../src/core/caller.js';
import { newId } from '../../../src/core/ids.js';
import { putReferral } from '../../support/casework-people.js';
import { type TeamName, TODAY } from '../../support/casework-world.js';
import { putEpisode } from '../../support/graph-episodes.js';
import { type Client, mutationOf, openUseCases, type UseCases } from '../../support/use-cases.js';

const EVERYTHING = `episode { id state openedOn closedOn closingReason createdAt
  person { id familyName } team { code } specialist { id displayName } specification { code } system { code }
  referral { id state episode { id } } specialists { validFrom validTo specialist { id displayName } } }`;

interface Changed {
  readonly episode: { readonly id: string; readonly [field: string]: unknown };
}

describe('episodes', () => {
  let graph: UseCases;
  let sam: string;
  const sue = newId();
  beforeAll(async () => {
    graph = await openUseCases();
    const { world } = graph;
    sam = world.callers.specialist.scope.staffId!;
    await world.sql(
      'insert into staff (id, organisation_id, subject, display_name) values ($1, $2, $3, $4)',
      [sue, world.organisations.home, 'sue', 'Sue'],
    );
    await world.sql(
      `insert into staff_roles (id, staff_id, role, valid_from) values ($1, $2, $3, '2025-01-01')`,
      [newId(), sue, Role.EMPLOYMENT_SPECIALIST],
    );
    await world.sql(
      `insert into staff_teams (id, staff_id, team_id, valid_from) values ($1, $2, $3, '2025-01-01')`,
      [newId(), sue, world.teams.CMHT],
    );
  });
  afterAll(() => graph?.close());

  /** An accepted referral of somebody whom its team may see. */
  const accepted = async (team: TeamName = 'CMHT', acceptedOn: string | null = '2026-03-04') => {
    const person = graph.world.someone();
    const { personId, referralId } = await (team === 'FOREIGN'
      ? person.ofOtherTrust()
      : person
    ).referredUnder('001', { team, acceptedOn });
    await graph.world.sql(
      `update persons set family_name = 'Kitto', visible_team_ids = array[$2::uuid] where id = $1`,
      [personId, graph.world.teams[team]],
    );
    return { personId, referralId };
  };
  const open = async (change: object = {}, by: Client = 'specialist', referralId?: string) =>
    (
      await graph.change<Changed>(
        by,
        'openEpisode',
        { referralId: referralId ?? (await accepted()).referralId, openedOn: '2026-03-05', ...change },
        EVERYTHING,
      )
    ).episode;
  const undecided = async () => {
    const { referralId } = await accepted();
    return putEpisode(graph.world, referralId, sam, { systemId: null });
  };

  describe('openEpisode', () => {
    it('answers with everything that was taken from the referral, the directory and the team map', async () => {
      const { personId, referralId } = await accepted();
      const episode = await open({}, 'specialist', referralId);
      expect(episode).toEqual({
        id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/),
        state: 'OPEN',
        openedOn: '2026-03-05',
        closedOn: null,
        closingReason: null,
        createdAt: expect.stringMatching(/Z$/),
        person: { id: personId, familyName: 'Kitto' },
        team: { code: 'CMHT' },
        specialist: { id: sam, displayName: 'sam' },
        specification: { code: 'QVV/0294' },
        system: { code: 'home' },
        referral: { id: referralId, state: 'ACCEPTED', episode: { id: episode.id } },
        specialists: [
          { validFrom: '2026-03-05', validTo: null, specialist: { id: sam, displayName: 'sam' } },
        ],
      });
    });

    it('is a manager’s as well, who names the specialist', async () => {
      expect(await open({ specialistId: sue }, 'manager')).toMatchObject({
        specialist: { displayName: 'Sue' },
      });
      const { referralId } = await accepted();
      expect(await graph.refusal('manager', 'openEpisode', { referralId, openedOn: TODAY })).toEqual({
        code: 'HUB_INPUT_INVALID',
        message: expect.stringContaining('nobody is on the referral'),
        field: 'specialistId',
        accepted: 'the id of an employment specialist of the team',
        rule: null,
        clause: null,
      });
    });

    it.each<[string, object, string, string | null]>([
      ['before acceptance', { openedOn: '2026-03-03' }, 'openedOn', 'a date from 2026-03-04'],
      ['tomorrow', { openedOn: '2026-03-12' }, 'openedOn', `a date up to ${TODAY}`],
      ['a system that does not have the team', { systemCode: 'none' }, 'systemCode', 'home'],
      ['a key of seven characters', { idempotencyKey: 'short-7' }, 'idempotencyKey', null],
    ])('refuses %s and says what is accepted', async (_what, change, field, told) => {
      const { referralId } = await accepted();
      const refused = await graph.refusal('specialist', 'openEpisode', {
        referralId,
        openedOn: TODAY,
        ...change,
      });
      expect(refused).toMatchObject({ code: 'HUB_INPUT_INVALID', field });
      if (told) expect(refused.accepted).toBe(told);
    });

    it('says to accept first what has only been received, and opens nothing twice', async () => {
      const { referralId } = await accepted('CMHT', null);
      expect(await graph.refusal('specialist', 'openEpisode', { referralId, openedOn: TODAY })).toMatchObject(
        {
          code: 'HUB_STATE_CONFLICT',
          message: 'Only an accepted referral becomes an episode; accept it first.',
        },
      );
      const again = await accepted();
      await open({}, 'specialist', again.referralId);
      expect(
        await graph.refusal('specialist', 'openEpisode', { referralId: again.referralId, openedOn: TODAY }),
      ).toMatchObject({ code: 'HUB_STATE_CONFLICT', message: 'The referral has an episode already.' });
    });

    it.each(['EIP', 'FOREIGN'] as const)(
      'does not find a referral of %s, nor one of nobody',
      async (team) => {
        const theirs = await graph.refusal('specialist', 'openEpisode', {
          referralId: (await accepted(team)).referralId,
          openedOn: TODAY,
        });
        const nobodys = await graph.refusal('specialist', 'openEpisode', {
          referralId: newId(),
          openedOn: TODAY,
        });
        expect(theirs).toEqual(nobodys);
        expect(theirs).toMatchObject({ code: 'HUB_NOT_FOUND', field: 'referralId' });
      },
    );

    it('answers a repeat with the same episode', async () => {
      const { referralId } = await accepted();
      const input = { idempotencyKey: graph.world.key(), referralId, openedOn: TODAY };
      const [one, two] = [
        await graph.change<Changed>('specialist', 'openEpisode', input, 'episode { id }'),
        await graph.change<Changed>('specialist', 'openEpisode', input, 'episode { id }'),
      ];
      expect(two).toEqual(one);
    });
  });

  describe('assignSpecialist', () => {
    it('keeps who carried it, the present one first', async () => {
      const { id: episodeId } = await open();
      const { episode } = await graph.change<Changed>(
        'manager',
        'assignSpecialist',
        { episodeId, specialistId: sue, from: '2026-03-09' },
        EVERYTHING,
      );
      expect(episode).toMatchObject({
        specialist: { displayName: 'Sue' },
        specialists: [
          { validFrom: '2026-03-09', validTo: null, specialist: { displayName: 'Sue' } },
          { validFrom: '2026-03-05', validTo: '2026-03-09', specialist: { displayName: 'sam' } },
        ],
      });
    });

    it('refuses a specialist of another team as it refuses nobody, without a name', async () => {
      const { id: episodeId } = await open();
      const ask = (specialistId: string) =>
        graph.refusal('specialist', 'assignSpecialist', { episodeId, specialistId, from: TODAY });
      const theirs = await ask(graph.world.callers.eipSpecialist.scope.staffId!);
      expect(theirs).toEqual(await ask(newId()));
      expect(theirs).toMatchObject({ code: 'HUB_INPUT_INVALID', field: 'specialistId' });
      expect(await ask(sam)).toMatchObject({ code: 'HUB_STATE_CONFLICT' });
    });
  });

  describe('setEpisodeDestination', () => {
    it('is a manager’s act, once', async () => {
      const episodeId = await undecided();
      const { episode } = await graph.change<Changed>(
        'manager',
        'setEpisodeDestination',
        { episodeId, systemCode: 'home' },
        EVERYTHING,
      );
      expect(episode).toMatchObject({ id: episodeId, system: { code: 'home' } });
      const again = { episodeId, systemCode: 'home' };
      expect(await graph.refusal('manager', 'setEpisodeDestination', again)).toMatchObject({
        code: 'HUB_STATE_CONFLICT',
      });
    });

    it('names the systems that are accepted', async () => {
      const episodeId = await undecided();
      const refused = await graph.refusal('manager', 'setEpisodeDestination', {
        episodeId,
        systemCode: 'elsewhere',
      });
      expect(refused).toMatchObject({ code: 'HUB_INPUT_INVALID', field: 'systemCode', accepted: 'home' });
    });

    it.each<Client>(['specialist', 'coordinator', 'analyst', 'machine', 'administrator'])(
      'is refused to a %s',
      async (who) => {
        const episodeId = await undecided();
        const { data, errors } = await graph.answer(who, mutationOf('setEpisodeDestination', '__typename'), {
          input: { idempotencyKey: graph.world.key(), episodeId, systemCode: 'home' },
        });
        expect(data ?? null).toBeNull();
        expect(errors.map(({ extensions }) => extensions.code)).toEqual(['HUB_ACCESS_FIELD']);
        expect(
          await graph.world.count('employment_episodes', 'id = $1 and system_id is null', [episodeId]),
        ).toBe(1);
      },
    );
  });

  describe('closeEpisode', () => {
    it.each(Object.values(ClosingReason))('for %s comes back as it was said', async (reason) => {
      const { id: episodeId } = await open();
      const { episode } = await graph.change<Changed>(
        'specialist',
        'closeEpisode',
        { episodeId, closedOn: '2026-03-10', reason },
        EVERYTHING,
      );
      expect(episode).toMatchObject({
        state: 'CLOSED',
        closedOn: '2026-03-10',
        closingReason: reason,
        specialists: [{ validFrom: '2026-03-05', validTo: '2026-03-10' }],
      });
    });

    it('never reaches the use case with another reason', async () => {
      const { id: episodeId } = await open();
      const input = { idempotencyKey: graph.world.key(), episodeId, closedOn: TODAY, reason: 'BORED' };
      expect(await graph.fault('specialist', mutationOf('closeEpisode', '__typename'), { input })).toEqual({
        code: 'HUB_INPUT_INVALID',
        field: 'input.reason',
        accepted: Object.values(ClosingReason).join(', '),
      });
    });

    it('says what is accepted of a day, and that it is over', async () => {
      const { id: episodeId } = await open();
      const close = (closedOn: string) =>
        graph.refusal('specialist', 'closeEpisode', { episodeId, closedOn, reason: 'OTHER' });
      expect(await close('2026-03-04')).toMatchObject({
        field: 'closedOn',
        accepted: 'a date from 2026-03-05',
      });
      await graph.change('specialist', 'closeEpisode', { episodeId, closedOn: TODAY, reason: 'OTHER' });
      expect(await close(TODAY)).toMatchObject({ code: 'HUB_STATE_CONFLICT' });
    });
  });

  describe('lists', () => {
    let all: Record<string, string>[];
    beforeAll(async () => {
      const { world } = graph;
      for (let n = 0; n < 40; n++) {
        const team = (['CMHT', 'EIP', 'FOREIGN'] as const)[n % 3]!;
        const { personId, referralId } = await accepted(team);
        const carrier = team === 'CMHT' ? (n % 2 ? sue : sam) : world.callers.eipSpecialist.scope.staffId!;
        const id = await putEpisode(world, referralId, carrier, {
          systemId: n % 5 ? world.systemId : null,
          ...(n % 4 === 0 ? { handedTo: carrier } : {}),
        });
        await world.sql(
          `update employment_episodes set opened_on = date '2026-02-20' + $2::integer where id = $1`,
          [id, n % 7],
        );
        await world.sql('update persons set family_name = $2 where id = $1', [personId, `Family${n % 6}`]);
        if (n % 9 === 0) await putReferral(world, personId, '001', { team });
      }
      all = await world.sql<Record<string, string>>(
        `select e.id, e.state, e.specialist_id, e.team_id, e.opened_on::text as opened_on, p.family_name, r.route, e.person_id, e.referral_id
         from employment_episodes e join persons p on p.id = e.person_id join referrals r on r.id = e.referral_id`,
      );
    });

    const mine = () => all.filter(({ team_id }) => team_id === graph.world.teams.CMHT);
    const byOldest = (a: Record<string, string>, b: Record<string, string>) =>
      `${a.opened_on} ${a.id}` < `${b.opened_on} ${b.id}` ? -1 : 1;
    const filtered = async (filter: object | null, who: Client = 'specialist') => {
      const { episodes } = await graph.query<{ episodes: { totalCount: number; nodes: { id: string }[] } }>(
        who,
        'query ($filter: EmploymentEpisodeFilter) { episodes(first: 250, filter: $filter, orderBy: OLDEST) { totalCount nodes { id } } }',
        { filter },
      );
      expect(episodes.totalCount).toBe(episodes.nodes.length);
      return episodes.nodes.map(({ id }) => id);
    };
    type Keeps = (row: Record<string, string>) => boolean;
    const cases: [string, () => object | null, () => Keeps][] = [
      ['no filter', () => null, () => () => true],
      ['stateIn', () => ({ stateIn: ['CLOSED'] }), () => (row) => row.state === 'CLOSED'],
      ['stateIn nothing', () => ({ stateIn: [] }), () => () => false],
      ['specialistId', () => ({ specialistId: sue }), () => (row) => row.specialist_id === sue],
      ['teamId of one’s own', () => ({ teamId: graph.world.teams.CMHT }), () => () => true],
      ['teamId of others', () => ({ teamId: graph.world.teams.EIP }), () => () => false],
      [
        'openedFrom and openedUntil include their days',
        () => ({ openedFrom: '2026-02-22', openedUntil: '2026-02-24' }),
        () => (row) => row.opened_on! >= '2026-02-22' && row.opened_on! <= '2026-02-24',
      ],
      [
        'person',
        () => ({ person: { familyNameStartsWith: 'Family3' } }),
        () => (row) => row.family_name === 'Family3',
      ],
      [
        'referral',
        () => ({ referral: { routeIn: ['CARE_COORDINATOR'], person: { familyNameStartsWith: 'Family0' } } }),
        () => (row) => row.route === 'CARE_COORDINATOR' && row.family_name === 'Family0',
      ],
      [
        'or, not',
        () => ({ or: [{ stateIn: ['CLOSED'] }, { not: { specialistId: sue } }] }),
        () => (row) => row.state === 'CLOSED' || row.specialist_id !== sue,
      ],
    ];
    it.each(cases)('%s', async (_what, filter, keeps) => {
      const expected = mine().filter(keeps()).sort(byOldest);
      expect(await filtered(filter())).toEqual(expected.map(({ id }) => id));
    });

    it('has rows on both sides of what is filtered', () => {
      for (const [what, , keeps] of cases.slice(1)) {
        const kept = mine().filter(keeps()).length;
        if (!/nothing|own|others/.test(what))
          expect([what, kept > 0 && kept < mine().length]).toEqual([what, true]);
      }
    });

    it.each(['NEWEST', 'OLDEST'])('%s, page by page, forwards and backwards', async (order) => {
      const expected = mine()
        .sort(byOldest)
        .map(({ id }) => id!);
      if (order === 'NEWEST') expected.reverse();
      for (const size of [3, 7])
        for (const backwards of [false, true])
          expect(await graph.walk('specialist', 'episodes', `orderBy: ${order}`, size, backwards)).toEqual(
            expected,
          );
    });

    it('shows a manager the episodes of all their teams, a coordinator their team’s, the other trust its own', async () => {
      const { CMHT, EIP, FOREIGN } = graph.world.teams;
      const of = (...teams: string[]) =>
        all
          .filter(({ team_id }) => teams.includes(team_id!))
          .sort(byOldest)
          .map(({ id }) => id);
      expect(await filtered(null, 'manager')).toEqual(of(CMHT, EIP));
      expect(await filtered(null, 'coordinator')).toEqual(of(CMHT));
      expect(await filtered(null, 'eipSpecialist')).toEqual(of(EIP));
      expect(await filtered(null, 'foreignSpecialist')).toEqual(of(FOREIGN));
      // The agreement of these analysts is about the other trust.
      expect(await filtered(null, 'analyst')).toEqual(of(FOREIGN));
    });

    it('shows an analyst a pseudonym and nobody’s name', async () => {
      const { episodes } = await graph.query<{ episodes: { nodes: { person: { id: string } }[] } }>(
        'analyst',
        '{ episodes(first: 100) { nodes { id state closingReason person { id } specialist { id } specialists { validFrom } referral { route } } } }',
      );
      const people = new Set(all.map(({ person_id }) => person_id));
      expect(episodes.nodes.length).toBeGreaterThan(5);
      for (const { person } of episodes.nodes) expect(people.has(person.id)).toBe(false);
      for (const field of ['person { familyName }', 'specialist { displayName }']) {
        const { errors } = await graph.answer('analyst', `{ episodes(first: 2) { nodes { ${field} } } }`);
        expect(errors.map(({ extensions }) => extensions.code)).toContain('HUB_ACCESS_FIELD');
      }
    });

    it.each<Client>(['machine', 'administrator'])('is refused to a %s', async (who) => {
      for (const query of ['{ episodes { totalCount } }', `{ episode(id: "${newId()}") { id } }`]) {
        const { errors } = await graph.answer(who, query);
        expect(errors.map(({ extensions }) => extensions.code)).toEqual(['HUB_ACCESS_FIELD']);
      }
    });

    it('finds a person’s episodes, a referral’s and an episode by its id, and none that is foreign', async () => {
      const one = mine()[0]!;
      const read = await graph.query(
        'specialist',
        `query ($id: UUID!, $person: UUID!, $referral: UUID!) {
           episode(id: $id) { id referral { id } } person(id: $person) { episodes(first: 5) { id } } referral(id: $referral) { episode { id state } } }`,
        { id: one.id, person: one.person_id, referral: one.referral_id },
      );
      expect(read).toEqual({
        episode: { id: one.id, referral: { id: one.referral_id } },
        person: { episodes: [{ id: one.id }] },
        referral: { episode: { id: one.id, state: one.state } },
      });
      for (const { id } of all.filter(({ team_id }) => team_id !== graph.world.teams.CMHT).slice(0, 6))
        expect(await graph.query('specialist', `{ episode(id: "${id}") { id } }`)).toEqual({ episode: null });
      const { referralId } = await accepted();
      expect(await graph.query('specialist', `{ referral(id: "${referralId}") { episode { id } } }`)).toEqual(
        {
          referral: { episode: null },
        },
      );
    });
  });
});

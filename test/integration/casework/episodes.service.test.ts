/** Episodes on the real database: whom they are about, who carries them, where their notes go, what each use case refuses. */
import { type EpisodeForm, EpisodeService } from '../../../src/casework/episodes/episode.service.js';
import { type Caller, Role } from '../../../src/core/caller.js';
import { newId } from '../../../src/core/ids.js';
import type { TeamName } from '../../support/casework-world.js';
import { type CaseworkWorld, createCaseworkWorld, failureOf, TODAY } from '../../support/casework-world.js';

const ACCEPTED = '2026-03-04';

describe('EpisodeService', () => {
  let world: CaseworkWorld;
  let service: EpisodeService;
  let sam: Caller;
  let manager: Caller;
  /** A second specialist of the CMHT, and one who will have left it. */
  const ola = newId();
  const lee = newId();

  beforeAll(async () => {
    world = await createCaseworkWorld();
    service = new EpisodeService(world.database, world.clock);
    sam = world.callers.specialist;
    manager = world.callers.manager;
    await employ(ola, 'ola', 'CMHT', '2025-01-01', null);
    await employ(lee, 'lee', 'CMHT', '2025-01-01', '2026-03-08');
  });
  afterAll(() => world.close());

  const employ = async (id: string, subject: string, team: TeamName, from: string, until: string | null) => {
    await world.sql(
      'insert into staff (id, organisation_id, subject, display_name) values ($1, $2, $3, $3)',
      [id, world.organisations.home, subject],
    );
    await world.sql(`insert into staff_roles (id, staff_id, role, valid_from) values ($1, $2, $3, $4)`, [
      newId(),
      id,
      Role.EMPLOYMENT_SPECIALIST,
      from,
    ]);
    await world.sql(
      'insert into staff_teams (id, staff_id, team_id, valid_from, valid_to) values ($1, $2, $3, $4, $5)',
      [newId(), id, world.teams[team], from, until],
    );
  };
  const referral = async (
    form: { team?: TeamName; acceptedOn?: string | null; specialistId?: string | null } = {},
  ) => {
    const person = world.someone();
    const { personId, referralId } = await (form.team === 'FOREIGN'
      ? person.ofOtherTrust()
      : person
    ).referredUnder('001', {
      ...(form.team ? { team: form.team } : {}),
      acceptedOn: form.acceptedOn === undefined ? ACCEPTED : form.acceptedOn,
    });
    await world.sql('update referrals set specialist_id = $2 where id = $1', [
      referralId,
      form.specialistId ?? null,
    ]);
    return { personId, referralId };
  };
  const formOf = (referralId: string, change: Partial<EpisodeForm> = {}): EpisodeForm => ({
    idempotencyKey: world.key(),
    referralId,
    openedOn: ACCEPTED,
    ...change,
  });
  const opened = async (
    change: Partial<EpisodeForm> = {},
    by = sam,
    form: Parameters<typeof referral>[0] = {},
  ) => (await service.open(by, formOf((await referral(form)).referralId, change))).episodeId;
  const episodeOf = async (id: string) => {
    const [row] = await world.sql<Record<string, unknown>>(
      'select *, opened_on::text as opened_on, closed_on::text as closed_on from employment_episodes where id = $1',
      [id],
    );
    return row!;
  };
  const historyOf = async (id: string) =>
    (
      await world.sql<{ staff_id: string; from: string; to: string | null }>(
        `select staff_id, valid_from::text as from, valid_to::text as to from episode_specialists
         where episode_id = $1 order by valid_from, valid_to nulls last, id`,
        [id],
      )
    ).map(({ staff_id, from, to }) => [staff_id, from, to]);
  const auditOf = (id: string) =>
    world.sql(
      `select kind, operation, person_ids, details from audit_events where details ->> 'episodeId' = $1 order by at, id`,
      [id],
    );

  describe('open', () => {
    it('takes person, team and specification from the referral, and the one record system that has the team', async () => {
      const { personId, referralId } = await referral();
      const { episodeId } = await service.open(sam, formOf(referralId));
      expect(await episodeOf(episodeId)).toMatchObject({
        organisation_id: world.organisations.home,
        team_id: world.teams.CMHT,
        person_id: personId,
        referral_id: referralId,
        specification_id: world.specifications['001'],
        specialist_id: sam.scope.staffId,
        system_id: world.systemId,
        state: 'OPEN',
        opened_on: ACCEPTED,
        closed_on: null,
        closing_reason: null,
      });
      expect(await historyOf(episodeId)).toEqual([[sam.scope.staffId, ACCEPTED, null]]);
      expect(await auditOf(episodeId)).toEqual([
        {
          kind: 'WRITE',
          operation: 'openEpisode',
          person_ids: [personId],
          details: { episodeId, referralId, specialistId: sam.scope.staffId, systemId: world.systemId },
        },
      ]);
    });

    it('goes to the one named before the one on the referral, and to that one before the caller', async () => {
      const named = await opened({ specialistId: ola }, sam, { specialistId: sam.scope.staffId });
      expect(await episodeOf(named)).toMatchObject({ specialist_id: ola });
      const onReferral = await opened({}, sam, { specialistId: ola });
      expect(await episodeOf(onReferral)).toMatchObject({ specialist_id: ola });
      const byManager = await opened({ specialistId: ola }, manager);
      expect(await episodeOf(byManager)).toMatchObject({ specialist_id: ola });
    });

    it('asks a manager for a name when nobody is on the referral: managing is not carrying', async () => {
      const { referralId } = await referral();
      expect(await failureOf(service.open(manager, formOf(referralId)))).toEqual({
        code: 'HUB_INPUT_INVALID',
        field: 'specialistId',
      });
      expect(await world.count('employment_episodes', 'referral_id = $1', [referralId])).toBe(0);
    });

    it('refuses everybody who is no specialist of the team on that day and today, all alike', async () => {
      const { referralId } = await referral();
      const { eipSpecialist, foreignSpecialist, coordinator } = world.callers;
      const inactive = newId();
      await employ(inactive, `gone-${inactive}`, 'CMHT', '2025-01-01', null);
      await world.sql('update staff set active = false where id = $1', [inactive]);
      const late = newId();
      await employ(late, `late-${late}`, 'CMHT', '2026-03-05', null);
      for (const specialistId of [
        eipSpecialist.scope.staffId!,
        foreignSpecialist.scope.staffId!,
        coordinator.scope.staffId!,
        manager.scope.staffId!,
        inactive,
        late,
        lee,
        newId(),
        'somebody',
      ]) {
        expect(await failureOf(service.open(sam, formOf(referralId, { specialistId })))).toEqual({
          code: 'HUB_INPUT_INVALID',
          field: 'specialistId',
        });
      }
      const onceThere = formOf(referralId, { specialistId: late, openedOn: '2026-03-05' });
      expect(await episodeOf((await service.open(sam, onceThere)).episodeId)).toMatchObject({
        specialist_id: late,
      });
    });

    it('refuses the specialist on the referral who has left, and says whom to name', async () => {
      const { referralId } = await referral({ specialistId: lee });
      expect(await failureOf(service.open(sam, formOf(referralId)))).toEqual({
        code: 'HUB_INPUT_INVALID',
        field: 'specialistId',
      });
    });

    it.each([
      ['before acceptance', '2026-03-03'],
      ['in the future', '2026-03-12'],
      ['no date', 'today'],
    ])('refuses a day %s', async (_what, openedOn) => {
      const { referralId } = await referral();
      expect(await failureOf(service.open(sam, formOf(referralId, { openedOn })))).toEqual({
        code: 'HUB_INPUT_INVALID',
        field: 'openedOn',
      });
    });

    it.each(['RECEIVED', 'DECLINED', 'CLOSED'])('refuses a referral that is %s', async (state) => {
      const { referralId } = await referral();
      await world.sql('update referrals set state = $2 where id = $1', [referralId, state]);
      expect(await failureOf(service.open(sam, formOf(referralId)))).toEqual({ code: 'HUB_STATE_CONFLICT' });
    });

    it('opens one episode for a referral, even of two that ask at once', async () => {
      const { referralId } = await referral();
      const asked = await Promise.allSettled([
        service.open(sam, formOf(referralId)),
        service.open(sam, formOf(referralId, { openedOn: TODAY })),
        service.open(manager, formOf(referralId, { specialistId: ola })),
      ]);
      expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const answer of asked)
        if (answer.status === 'rejected') expect(answer.reason).toMatchObject({ code: 'HUB_STATE_CONFLICT' });
      expect(await failureOf(service.open(sam, formOf(referralId)))).toEqual({ code: 'HUB_STATE_CONFLICT' });
      expect(await world.count('employment_episodes', 'referral_id = $1', [referralId])).toBe(1);
    });

    it('answers a repeat with the same episode, and another input under the key with a refusal', async () => {
      const { referralId } = await referral();
      const form = formOf(referralId);
      expect(await service.open(sam, form)).toEqual(await service.open(sam, form));
      expect(await failureOf(service.open(sam, { ...form, openedOn: TODAY }))).toEqual({
        code: 'HUB_INPUT_REPEATED_KEY',
      });
    });

    it('finds no referral of another team or trust, nor one that is not there', async () => {
      const absent = { code: 'HUB_NOT_FOUND', field: 'referralId' };
      for (const team of ['EIP', 'CRISIS', 'FOREIGN'] as const) {
        const { referralId } = await referral({ team });
        expect(await failureOf(service.open(sam, formOf(referralId)))).toEqual(absent);
        expect(await world.count('employment_episodes', 'referral_id = $1', [referralId])).toBe(0);
      }
      for (const unknown of [newId(), 'not-an-id'])
        expect(await failureOf(service.open(sam, formOf(unknown)))).toEqual(absent);
    });
  });

  describe('destination', () => {
    const secondSystem = newId();
    const mapSecond = async (team: TeamName, from: string | null, to: string | null) => {
      await world.sql(
        `insert into team_maps (id, organisation_id, system_id, team_reference, team_id, valid_from, valid_to)
         values ($1, $2, $3, $4, $5, $6, $7)`,
        [
          newId(),
          world.organisations.home,
          secondSystem,
          `Organization/${newId()}`,
          world.teams[team],
          from,
          to,
        ],
      );
    };
    beforeAll(async () => {
      await world.sql(
        `insert into clinical_record_systems (id, organisation_id, code, name, adapter) values ($1, $2, 'second', 'Second', 'fhir-r4')`,
        [secondSystem, world.organisations.home],
      );
    });
    afterEach(() => world.sql('delete from team_maps where system_id = $1', [secondSystem]));

    const systemOf = async (id: string) => (await episodeOf(id)).system_id;

    it('must be named where two systems have the team on that day', async () => {
      await mapSecond('CMHT', null, null);
      const { referralId } = await referral();
      expect(await failureOf(service.open(sam, formOf(referralId)))).toEqual({
        code: 'HUB_INPUT_INVALID',
        field: 'systemCode',
      });
      const { episodeId } = await service.open(sam, formOf(referralId, { systemCode: 'second' }));
      expect(await systemOf(episodeId)).toBe(secondSystem);
    });

    it.each([
      ['not yet', '2026-03-05', null],
      ['no longer', null, ACCEPTED],
    ])('does not count a system that has the team %s', async (_what, from, to) => {
      await mapSecond('CMHT', from, to);
      expect(await systemOf(await opened())).toBe(world.systemId);
    });

    it('counts a system on the first day of its mapping, and once though it knows the team by two names', async () => {
      await world.sql('update team_maps set valid_to = $2 where team_id = $1 and system_id = $3', [
        world.teams.CMHT,
        ACCEPTED,
        world.systemId,
      ]);
      await mapSecond('CMHT', ACCEPTED, null);
      await mapSecond('CMHT', ACCEPTED, null);
      expect(await systemOf(await opened())).toBe(secondSystem);
      await world.sql('update team_maps set valid_to = null where system_id = $1', [world.systemId]);
    });

    it('refuses a system that does not have the team, of another trust, or that is not there', async () => {
      const foreign = newId();
      await world.sql(
        `insert into clinical_record_systems (id, organisation_id, code, name, adapter) values ($1, $2, 'foreign', 'Foreign', 'fhir-r4')`,
        [foreign, world.organisations.other],
      );
      const { referralId } = await referral();
      for (const systemCode of ['second', 'foreign', 'none'])
        expect(await failureOf(service.open(sam, formOf(referralId, { systemCode })))).toEqual({
          code: 'HUB_INPUT_INVALID',
          field: 'systemCode',
        });
    });

    const undecided = async () => {
      await world.sql('update team_maps set team_id = null where team_id = $1', [world.teams.CMHT]);
      const id = await opened();
      await world.sql('update team_maps set team_id = $1 where team_reference = $2', [
        world.teams.CMHT,
        'Organization/cmht',
      ]);
      expect(await systemOf(id)).toBeNull();
      return id;
    };
    const set = (episodeId: string, systemCode: string, by = manager) =>
      service.setDestination(by, { idempotencyKey: world.key(), episodeId, systemCode });

    it('is none while no system has the team, and is then said once, by a manager', async () => {
      const id = await undecided();
      expect(await failureOf(set(id, 'home', sam))).toEqual({ code: 'HUB_ACCESS_REFUSED' });
      for (const code of ['foreign', 'none', ''])
        expect(await failureOf(set(id, code))).toEqual({ code: 'HUB_INPUT_INVALID', field: 'systemCode' });
      await set(id, 'second');
      expect(await systemOf(id)).toBe(secondSystem);
      expect(await failureOf(set(id, 'home'))).toEqual({ code: 'HUB_STATE_CONFLICT' });
      expect(await systemOf(id)).toBe(secondSystem);
      expect((await auditOf(id)).at(-1)).toMatchObject({
        operation: 'setEpisodeDestination',
        details: { episodeId: id, systemId: secondSystem },
      });
    });

    it('is never said of a closed episode, nor of another trust’s', async () => {
      const id = await undecided();
      await service.close(sam, {
        idempotencyKey: world.key(),
        episodeId: id,
        closedOn: TODAY,
        reason: 'MOVED_AWAY',
      });
      expect(await failureOf(set(id, 'home'))).toEqual({ code: 'HUB_STATE_CONFLICT' });
      const foreignManager = { ...world.callers.foreignSpecialist, role: Role.TEAM_MANAGER };
      expect(await failureOf(set(await undecided(), 'home', foreignManager))).toEqual({
        code: 'HUB_NOT_FOUND',
        field: 'episodeId',
      });
    });
  });

  describe('assign', () => {
    const assign = (episodeId: string, specialistId: string, from = TODAY, by = sam) =>
      service.assign(by, { idempotencyKey: world.key(), episodeId, specialistId, from });

    it('keeps who carried it until then, half-open', async () => {
      const id = await opened();
      await assign(id, ola, '2026-03-06');
      await assign(id, sam.scope.staffId!, '2026-03-09', manager);
      expect(await historyOf(id)).toEqual([
        [sam.scope.staffId, ACCEPTED, '2026-03-06'],
        [ola, '2026-03-06', '2026-03-09'],
        [sam.scope.staffId, '2026-03-09', null],
      ]);
      expect(await episodeOf(id)).toMatchObject({ specialist_id: sam.scope.staffId, state: 'OPEN' });
      expect((await auditOf(id)).at(-1)).toMatchObject({
        kind: 'WRITE',
        operation: 'assignSpecialist',
        details: { episodeId: id, specialistId: sam.scope.staffId, from: '2026-03-09' },
      });
    });

    it('corrects a name on the day it was given without forgetting it', async () => {
      const id = await opened();
      await assign(id, ola, ACCEPTED);
      expect(await historyOf(id)).toEqual([
        [sam.scope.staffId, ACCEPTED, ACCEPTED],
        [ola, ACCEPTED, null],
      ]);
    });

    it('refuses who carries it already, a day before the present one began, and a day to come', async () => {
      const id = await opened({ openedOn: '2026-03-06' });
      expect(await failureOf(assign(id, sam.scope.staffId!))).toEqual({ code: 'HUB_STATE_CONFLICT' });
      expect(await failureOf(assign(id, ola, '2026-03-05'))).toEqual({
        code: 'HUB_STATE_CONFLICT',
        field: 'from',
      });
      expect(await failureOf(assign(id, ola, '2026-03-12'))).toEqual({
        code: 'HUB_INPUT_INVALID',
        field: 'from',
      });
      expect(await historyOf(id)).toEqual([[sam.scope.staffId, '2026-03-06', null]]);
    });

    it('refuses somebody who is no specialist of the team', async () => {
      const id = await opened();
      for (const other of [world.callers.eipSpecialist.scope.staffId!, manager.scope.staffId!, lee, newId()])
        expect(await failureOf(assign(id, other))).toEqual({
          code: 'HUB_INPUT_INVALID',
          field: 'specialistId',
        });
    });

    it('leaves one specialist when two are named at once', async () => {
      const third = newId();
      await employ(third, `third-${third}`, 'CMHT', '2025-01-01', null);
      const id = await opened();
      await Promise.all([assign(id, ola, TODAY), assign(id, third, TODAY, manager)]);
      const open = (await historyOf(id)).filter(([, , to]) => to === null);
      expect(open).toHaveLength(1);
      expect(await episodeOf(id)).toMatchObject({ specialist_id: open[0]![0] });
    });
  });

  describe('close', () => {
    const close = (episodeId: string, closedOn = TODAY, by = sam, reason = 'SUSTAINED_IN_WORK' as const) =>
      service.close(by, { idempotencyKey: world.key(), episodeId, closedOn, reason });

    it('ends the episode and who carries it on that day, with the reason', async () => {
      const id = await opened();
      await close(id, '2026-03-10');
      expect(await episodeOf(id)).toMatchObject({
        state: 'CLOSED',
        closed_on: '2026-03-10',
        closing_reason: 'SUSTAINED_IN_WORK',
        specialist_id: sam.scope.staffId,
      });
      expect(await historyOf(id)).toEqual([[sam.scope.staffId, ACCEPTED, '2026-03-10']]);
      expect((await auditOf(id)).at(-1)).toMatchObject({
        operation: 'closeEpisode',
        details: { episodeId: id, closedOn: '2026-03-10', reason: 'SUSTAINED_IN_WORK' },
      });
    });

    it('happens once, and nothing happens to it afterwards', async () => {
      const id = await opened();
      await close(id);
      expect(await failureOf(close(id))).toEqual({ code: 'HUB_STATE_CONFLICT' });
      const assigned = service.assign(sam, {
        idempotencyKey: world.key(),
        episodeId: id,
        specialistId: ola,
        from: TODAY,
      });
      expect(await failureOf(assigned)).toEqual({ code: 'HUB_STATE_CONFLICT' });
    });

    it('names a bad day and a bad reason', async () => {
      const id = await opened({ openedOn: '2026-03-06' });
      const invalid = (field: string) => ({ code: 'HUB_INPUT_INVALID', field });
      expect(await failureOf(close(id, '2026-03-05'))).toEqual(invalid('closedOn'));
      expect(await failureOf(close(id, '2026-03-12'))).toEqual(invalid('closedOn'));
      expect(await failureOf(close(id, TODAY, sam, 'BORED' as 'SUSTAINED_IN_WORK'))).toEqual(
        invalid('reason'),
      );
      expect(await episodeOf(id)).toMatchObject({ state: 'OPEN' });
    });

    it('never closes before the present specialist began', async () => {
      const id = await opened();
      await service.assign(sam, {
        idempotencyKey: world.key(),
        episodeId: id,
        specialistId: ola,
        from: '2026-03-09',
      });
      expect(await failureOf(close(id, '2026-03-08'))).toEqual({
        code: 'HUB_STATE_CONFLICT',
        field: 'closedOn',
      });
    });
  });

  it('finds neither an episode of another team or trust, nor one that is not there', async () => {
    const id = await opened();
    const { eipSpecialist, foreignSpecialist, machine } = world.callers;
    const acts = (episodeId: string, by: Caller) => [
      service.assign(by, { idempotencyKey: world.key(), episodeId, specialistId: ola, from: TODAY }),
      service.close(by, { idempotencyKey: world.key(), episodeId, closedOn: TODAY, reason: 'OTHER' }),
      service.setDestination(
        { ...by, role: Role.TEAM_MANAGER },
        { idempotencyKey: world.key(), episodeId, systemCode: 'home' },
      ),
    ];
    for (const [episodeId, by] of [
      [id, eipSpecialist],
      [id, foreignSpecialist],
      [id, machine],
      [newId(), sam],
      ['not-an-id', sam],
    ] as const)
      for (const act of acts(episodeId, by))
        expect(await failureOf(act)).toEqual({ code: 'HUB_NOT_FOUND', field: 'episodeId' });
    expect(await episodeOf(id)).toMatchObject({ state: 'OPEN', specialist_id: sam.scope.staffId });
  });

  it('writes nothing when the act cannot be put on record', async () => {
    const { referralId } = await referral();
    await world.sql(
      'alter table audit_events add constraint planted check (operation <> $$openEpisode$$) not valid',
    );
    expect(await failureOf(service.open(sam, formOf(referralId)))).toEqual({ code: 'HUB_AUDIT_UNAVAILABLE' });
    await world.sql('alter table audit_events drop constraint planted');
    expect(await world.count('employment_episodes', 'referral_id = $1', [referralId])).toBe(0);
    expect(await world.count('idempotency_keys', `mutation = 'openEpisode' and outcome = 'null'`)).toBe(0);
  });
});

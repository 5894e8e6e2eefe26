/** Record systems through the graph: freshness after sweeps, increments and failures; refreshCaseload with a record system that pages and misbehaves. */
import type { FastifyInstance } from 'fastify';
import { RefreshService } from '../../../src/clinical/refresh/refresh.service.js';
import { HubError } from '../../../src/core/errors.js';
import { silentLogger } from '../../../src/core/logger.js';
import type { Hub } from '../../../src/main/open-hub.js';
import { refreshByCaller } from '../../../src/main/refresh-by-caller.js';
import { acquireLease } from '../../../src/platform/database/lease.js';
import { nextNhsNumber } from '../../support/casework-people.js';
import { patient, ScriptedCaseload } from '../../support/scripted-caseload.js';
import { type Client, openUseCases, type UseCases } from '../../support/use-cases.js';

interface Pull {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly pages: number;
  readonly received: number;
  readonly expected: number | null;
  readonly changed: number;
  readonly failureCode: string | null;
}
interface Caseload {
  readonly teamReference: string;
  readonly label: string | null;
  readonly team: { readonly code: string } | null;
  readonly lastSweep: Pull | null;
  readonly lastIncrement: Pull | null;
}
interface System {
  readonly code: string;
  readonly caseloads: readonly Caseload[];
  readonly [field: string]: unknown;
}

const PULL = 'id kind state startedAt finishedAt pages received expected changed failureCode';
const SYSTEMS = `{ clinicalRecordSystems { totalCount nodes { code name adapter presenceBudgetHours absenceBudgetHours lastAnswerAt lastFailureAt lastFailureCode
  caseloads { teamReference label team { code } lastSweep { ${PULL} } lastIncrement { ${PULL} } } } } }`;
const REFRESH = `mutation ($systemCode: String!, $kind: PullKind!) { refreshCaseload(systemCode: $systemCode, kind: $kind) {
  __typename ... on CaseloadRefreshed { pullIds } ... on Refusal { code field accepted message } } }`;

describe('clinical record systems', () => {
  let graph: UseCases;
  let record: ScriptedCaseload;
  let app: FastifyInstance;
  beforeAll(async () => {
    graph = await openUseCases();
    const { world, server } = graph;
    const { database, clock } = world;
    const hub = {
      database,
      audit: server.runtime.audit,
      logger: silentLogger,
      services: {
        ...server.runtime.services,
        reviews: server.reviews,
        refresh: new RefreshService({ database, clock, logger: silentLogger }),
      },
      systems: [
        {
          profile: { code: 'home' },
          system: { id: world.systemId, organisationId: world.organisations.home, code: 'home' },
          get adapter() {
            return record;
          },
        },
      ],
    } as unknown as Hub;
    app = await server.variant({
      services: { ...server.runtime.services, refreshCaseload: refreshByCaller(hub) },
    });
  });
  beforeEach(() => {
    record = new ScriptedCaseload('home', graph.world.clock, 2);
  });
  afterEach(async () => {
    await graph.world.sql(`delete from team_maps where team_reference = 'Organization/x99'`);
    await graph.world.sql(
      'update clinical_record_systems set last_answer_at = null, last_failure_at = null, last_failure_code = null',
    );
    await graph.world.restart();
  });
  afterAll(() => graph?.close());

  const system = async (): Promise<System> => {
    const { clinicalRecordSystems } = await graph.query<{
      clinicalRecordSystems: { totalCount: number; nodes: System[] };
    }>('specialist', SYSTEMS);
    expect(clinicalRecordSystems.totalCount).toBe(1);
    return clinicalRecordSystems.nodes[0]!;
  };
  const caseload = async (teamReference: string): Promise<Caseload> =>
    (await system()).caseloads.find((one) => one.teamReference === teamReference)!;
  const refresh = async (
    kind: 'SWEEP' | 'INCREMENT' = 'SWEEP',
    who: Client = 'manager',
    systemCode = 'home',
  ) => {
    const { data, errors } = await graph.answer(who, REFRESH, { systemCode, kind }, { app });
    return {
      result: (data as { refreshCaseload?: Record<string, unknown> } | null)?.refreshCaseload,
      errors,
    };
  };
  const refreshed = async (kind: 'SWEEP' | 'INCREMENT' = 'SWEEP') => {
    const { result, errors } = await refresh(kind);
    expect(errors).toEqual([]);
    expect(result).toMatchObject({ __typename: 'CaseloadRefreshed' });
    return result!.pullIds as string[];
  };
  /** Five people of the CMHT, three pages. */
  const fill = () => {
    for (let n = 0; n < 5; n++)
      record.put('Organization/cmht', `Episode/${n}`, { patient: patient(`p${n}`, nextNhsNumber()) });
  };

  it('say how they are spoken to and how long what they said is used', async () => {
    expect(await system()).toMatchObject({
      code: 'home',
      name: 'Record',
      adapter: 'fhir-r4',
      presenceBudgetHours: 168,
      absenceBudgetHours: 26,
      lastAnswerAt: null,
      lastFailureAt: null,
      lastFailureCode: null,
    });
  });

  it('name each caseload with its team and its last whole read', async () => {
    const { caseloads } = await system();
    expect(caseloads.map(({ teamReference, team }) => [teamReference, team?.code])).toEqual([
      ['Organization/cmht', 'CMHT'],
      ['Organization/crisis', 'CRISIS'],
      ['Organization/eip', 'EIP'],
    ]);
    for (const { lastSweep, lastIncrement } of caseloads) {
      expect(lastSweep).toMatchObject({
        kind: 'SWEEP',
        state: 'COMPLETE',
        startedAt: graph.world.hoursAgo(1).toISOString(),
      });
      expect(lastIncrement).toBeNull();
    }
  });

  it('a code that nobody has mapped stands there without a team', async () => {
    await graph.world.mapTeam('Organization/x99', null);
    const unmapped = await caseload('Organization/x99');
    expect(unmapped).toMatchObject({ team: null, label: null, lastSweep: { state: 'COMPLETE' } });
  });

  it('a sweep is the newest complete one: one that broke off or still runs does not count', async () => {
    const { world } = graph;
    const before = (await caseload('Organization/eip')).lastSweep!;
    await world.sql(
      `insert into caseload_pulls (id, organisation_id, system_id, team_reference, team_id, kind, state, started_at, finished_at, failure_code, fence)
       values (gen_random_uuid(), $1, $2, 'Organization/eip', $3, 'SWEEP', 'INCOMPLETE', $4, $4, 'HUB_CASELOAD_INCOMPLETE', 2),
              (gen_random_uuid(), $1, $2, 'Organization/eip', $3, 'SWEEP', 'RUNNING', $4, null, null, 3)`,
      [world.organisations.home, world.systemId, world.teams.EIP, world.clock.now()],
    );
    expect((await caseload('Organization/eip')).lastSweep).toEqual(before);
  });

  it('are of everybody who is signed in', async () => {
    for (const who of ['machine', 'analyst', 'administrator', 'coordinator'] as const)
      expect(
        (await graph.query<{ clinicalRecordSystems: { totalCount: number } }>(who, SYSTEMS))
          .clinicalRecordSystems,
      ).toBeDefined();
  });

  describe('refreshCaseload', () => {
    it('reads every caseload whole, answers the pulls and shows them', async () => {
      fill();
      const pullIds = await refreshed();
      expect(pullIds).toHaveLength(3);
      const { lastSweep } = await caseload('Organization/cmht');
      expect(pullIds).toContain(lastSweep!.id);
      expect(lastSweep).toMatchObject({
        kind: 'SWEEP',
        state: 'COMPLETE',
        pages: 3,
        received: 5,
        expected: 5,
        changed: 5,
        failureCode: null,
      });
      expect((await system()).lastAnswerAt).toBe(graph.world.clock.now().toISOString());
    });

    it('what it read is on the caseload', async () => {
      fill();
      await refreshed();
      const { memberships } = await graph.query<{ memberships: { totalCount: number; nodes: object[] } }>(
        'specialist',
        '{ memberships(first: 10, filter: { stateIn: [OPEN] }) { totalCount nodes { sourceReference team { code } } } }',
      );
      expect(memberships.totalCount).toBe(5);
      expect(memberships.nodes).toContainEqual({ sourceReference: 'Episode/3', team: { code: 'CMHT' } });
    });

    it('an increment asks for what changed since; a sweep alone proves who is gone', async () => {
      fill();
      // An increment reaches back a few minutes behind the last read.
      graph.world.later();
      await refreshed();
      graph.world.later();
      record.remove('Organization/cmht', 'Episode/0');
      record.put('Organization/cmht', 'Episode/1', {
        patient: patient('p1', null),
        state: 'ENDED',
        validTo: '2026-03-10',
      });
      await refreshed('INCREMENT');
      const after = await caseload('Organization/cmht');
      expect(after.lastIncrement).toMatchObject({
        kind: 'INCREMENT',
        state: 'COMPLETE',
        received: 1,
        changed: 1,
      });
      const open = async () => {
        const { memberships } = await graph.query<{ memberships: { nodes: { sourceReference: string }[] } }>(
          'specialist',
          '{ memberships(first: 10, filter: { stateIn: [OPEN] }) { nodes { sourceReference } } }',
        );
        return memberships.nodes.map(({ sourceReference }) => sourceReference).sort();
      };
      expect(await open()).toEqual(['Episode/0', 'Episode/2', 'Episode/3', 'Episode/4']);
      graph.world.later();
      await refreshed('SWEEP');
      expect(await open()).toEqual(['Episode/2', 'Episode/3', 'Episode/4']);
    });

    it.each(['stop', 'cut', 'truncate', 'instead'] as const)(
      'a caseload that goes wrong (%s) changes nothing, and the failure is shown',
      async (kind) => {
        fill();
        await refreshed();
        const before = await caseload('Organization/cmht');
        graph.world.later();
        record.remove('Organization/cmht', 'Episode/4');
        record.put('Organization/cmht', 'Episode/9', { patient: patient('p9', nextNhsNumber()) });
        record.fault = { kind, team: 'Organization/cmht', page: 2 };
        const { result, errors } = await refresh();
        expect(errors).toEqual([]);
        expect(result).toMatchObject({ __typename: 'CaseloadRefreshed' });
        expect((await caseload('Organization/cmht')).lastSweep).toEqual(before.lastSweep);
        expect((await system()).lastFailureCode).toMatch(/^HUB_(UPSTREAM_UNREACHABLE|CASELOAD_INCOMPLETE)$/);
        expect((await system()).lastFailureAt).toBe(graph.world.clock.now().toISOString());
        const { memberships } = await graph.query<{ memberships: { totalCount: number } }>(
          'specialist',
          '{ memberships { totalCount } }',
        );
        expect(memberships.totalCount).toBe(5);
      },
    );

    it('decides anew what the new caseload puts differently', async () => {
      const nhsNumber = nextNhsNumber();
      const { referralId } = await graph.world
        .someone()
        .numbered(nhsNumber)
        .born('1980-02-29')
        .referredUnder('001');
      await graph.decide('specialist', [referralId], 'verdict');
      graph.world.later();
      record.put('Organization/cmht', 'Episode/late', { patient: patient('late', nhsNumber) });
      await refreshed();
      const { decisionsDifferingNow } = await graph.query<{ decisionsDifferingNow: { nodes: object[] } }>(
        'specialist',
        '{ decisionsDifferingNow { nodes { verdictNow decision { referral { id } } } } }',
      );
      expect(decisionsDifferingNow.nodes).toEqual([
        { verdictNow: 'ELIGIBLE', decision: { referral: { id: referralId } } },
      ]);
    });

    it('is on the asker’s record', async () => {
      fill();
      record.fault = { kind: 'stop', team: 'Organization/cmht', page: 1 };
      await refresh('SWEEP', 'administrator');
      const events = await graph.world.sql(
        `select subject, kind, person_ids, details from audit_events where operation = 'refreshCaseload'`,
      );
      expect(events).toEqual([
        {
          subject: 'adam',
          kind: 'SYSTEM',
          person_ids: [],
          details: { system: 'home', kind: 'SWEEP', teams: 3, failed: 1 },
        },
      ]);
    });

    it.each(['nowhere', '', 'HOME'])(
      'of a system called %j is refused, naming those there are',
      async (systemCode) => {
        const { result } = await refresh('SWEEP', 'manager', systemCode);
        expect(result).toMatchObject({
          __typename: 'Refusal',
          code: 'HUB_INPUT_INVALID',
          field: 'systemCode',
          accepted: 'home',
        });
        expect(record.requests).toEqual([]);
      },
    );

    it('while another process is at it is refused as busy', async () => {
      const lease = await acquireLease(
        graph.world.database,
        `caseload ${graph.world.systemId}`,
        'another process',
        60_000,
      );
      const { result, errors } = await refresh();
      expect(errors).toEqual([]);
      expect(result).toMatchObject({ __typename: 'Refusal', code: 'HUB_BUSY' });
      await lease!.release();
      await refreshed();
    });

    it('of a system of which every caseload fails is an error with the system’s code', async () => {
      record.beforePage = () => {
        throw new HubError('HUB_UPSTREAM_TIMEOUT');
      };
      const { errors } = await refresh();
      expect(errors.map(({ extensions }) => extensions.code)).toEqual(['HUB_UPSTREAM_TIMEOUT']);
      expect((await system()).lastFailureCode).toBe('HUB_UPSTREAM_TIMEOUT');
    });

    it.each<Client>(['specialist', 'coordinator', 'machine', 'analyst'])('is not for the %s', async (who) => {
      const { errors } = await refresh('SWEEP', who);
      expect(errors.map(({ extensions }) => extensions.code)).toEqual(['HUB_ACCESS_FIELD']);
      expect(record.requests).toEqual([]);
    });

    it.each([
      [{ systemCode: 'home', kind: 'BOTH' }, 'kind'],
      [{ systemCode: 'home' }, 'kind'],
      [{ kind: 'SWEEP' }, 'systemCode'],
      [{ systemCode: 7, kind: 'SWEEP' }, 'systemCode'],
    ])('%j is refused by name', async (variables, field) => {
      expect(await graph.fault('manager', REFRESH, variables)).toMatchObject({
        code: 'HUB_INPUT_INVALID',
        field,
      });
    });
  });
});

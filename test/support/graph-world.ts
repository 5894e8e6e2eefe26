/** A world for the graph: two trusts, several teams, every role, and some sixty people whose every identifying value is a canary. */

import type { PatientIdentity } from '../../src/clinical/clinical-record.port.js';
import type { ReadableSystem } from '../../src/clinical/record-read.service.js';
import { addDays } from '../../src/core/calendar.js';
import { Role } from '../../src/core/caller.js';
import { newId } from '../../src/core/ids.js';
import { nextNhsNumber, putMembership, putReferral } from './casework-people.js';
import { type CaseloadName, CaseworkWorld, type Document, type TeamName } from './casework-world.js';
import { employColleagues, putEpisodes } from './graph-episodes.js';
import { putIdentityConflicts } from './graph-identities.js';
import { putMessages } from './graph-messages.js';
import { putNotes } from './graph-notes.js';
import { type GraphServer, serveGraph, type TokenOf } from './graph-server.js';
import { ScriptedRecord } from './scripted-record.js';
import { createTestDatabase, type TestDatabaseOptions } from './test-database.js';

/** Who asks in the walks: a caller per role, a second specialist in another team, and two of the other trust. */
export const WHO = {
  specialist: { subject: 'sam', role: Role.EMPLOYMENT_SPECIALIST, org: 'RAA' },
  eipSpecialist: { subject: 'erin', role: Role.EMPLOYMENT_SPECIALIST, org: 'RAA' },
  manager: { subject: 'mo', role: Role.TEAM_MANAGER, org: 'RAA' },
  coordinator: { subject: 'cass', role: Role.CARE_COORDINATOR, org: 'RAA' },
  analyst: { subject: 'oana', role: Role.ANALYST, org: 'RCC' },
  machine: { subject: 'partner-machine', role: Role.INTEGRATION, org: 'RAA' },
  administrator: { subject: 'adam', role: Role.ADMINISTRATOR, org: 'RAA' },
  steward: { subject: 'stella', role: Role.IDENTITY_STEWARD, org: 'RAA' },
  foreignSteward: { subject: 'stan', role: Role.IDENTITY_STEWARD, org: 'RBB' },
  foreignSpecialist: { subject: 'fran', role: Role.EMPLOYMENT_SPECIALIST, org: 'RBB' },
  foreignManager: { subject: 'fay', role: Role.TEAM_MANAGER, org: 'RBB' },
} as const satisfies Record<string, TokenOf>;
export type WhoName = keyof typeof WHO;
export const NAMES = Object.keys(WHO) as readonly WhoName[];

/** A person of the world with the referral that the walk asks about. */
export interface Someone {
  readonly n: number;
  readonly personId: string;
  readonly referralId: string | null;
}

interface Plan {
  readonly team: TeamName | null;
  readonly document?: Document;
  readonly on?: readonly CaseloadName[];
  readonly state?: string;
  readonly restricted?: boolean;
  /** First day no longer on the caseload. */
  readonly left?: string;
  /** Born, unless in the fifties to seventies. */
  readonly born?: string;
}

const times = (count: number, plan: Plan): Plan[] => Array.from({ length: count }, () => plan);
const PEOPLE: readonly Plan[] = [
  ...times(10, { team: 'CMHT', document: '001', on: ['CMHT'] }),
  ...times(4, { team: 'CMHT', document: '002', on: ['CMHT', 'EIP'] }),
  ...times(4, { team: 'CMHT', document: '001', on: ['EIP'] }),
  ...times(4, { team: 'CMHT', document: '001', on: ['CMHT'], state: 'WAITING_LIST' }),
  ...times(2, { team: 'CMHT', document: '001', on: ['CMHT'], restricted: true }),
  ...times(2, { team: 'CMHT', document: '003', on: ['UNMAPPED'] }),
  { team: 'CMHT', document: '001', on: ['CMHT'], born: '2009-06-17' },
  { team: 'CMHT', document: '001', on: ['CMHT'], state: 'ENDED', left: '2026-02-20' },
  ...times(8, { team: 'EIP', document: '001', on: ['EIP'] }),
  ...times(4, { team: 'EIP', document: '001', on: ['CMHT'] }),
  ...times(3, { team: 'EIP', document: '001', on: ['EIP'], state: 'WAITING_LIST' }),
  ...times(4, { team: 'CRISIS', document: '003', on: ['CRISIS'] }),
  ...times(10, { team: 'FOREIGN', document: '001' }),
  ...times(3, { team: 'FOREIGN', document: '001', state: 'WAITING_LIST' }),
  ...times(3, { team: null, on: ['CMHT'] }),
  ...times(3, { team: null, on: ['EIP', 'CRISIS'] }),
];

/** The name that a record gives the person whose number its local id ends in. */
const cnryName = (localId: string): string => `CnryFamily${localId.slice('record-'.length)}`;

/** A record system whose connection may be another from one request to the next. */
const readable = (
  id: string,
  organisationId: string,
  code: string,
  record: ScriptedRecord,
): ReadableSystem => ({
  id,
  organisationId,
  code,
  get record() {
    return record.capability;
  },
});

/** The world, served. */
export class GraphWorld extends CaseworkWorld {
  server!: GraphServer;
  readonly people: Someone[] = [];
  readonly thirdOrganisation = newId();
  readonly otherSystem = newId();
  /** Whose each record is, by local id: what its person is known by. */
  private readonly identities = new Map<string, Partial<PatientIdentity>>();
  private readonly identityOf = (localId: string) => this.identities.get(localId);
  /** What the record systems say of a person is made of the person's own names, so that another's would be met as theirs. */
  readonly record = new ScriptedRecord({
    system: 'home',
    nameOf: cnryName,
    identityOf: this.identityOf,
  });
  readonly otherRecord = new ScriptedRecord({
    system: 'other',
    nameOf: cnryName,
    identityOf: this.identityOf,
  });

  /** People whose referral a team received, in the order they were made. */
  referredTo(team: TeamName): Someone[] {
    return this.people.filter((_, at) => PEOPLE[at]?.team === team);
  }

  /** People on a caseload whom nobody has referred. */
  get neverReferred(): Someone[] {
    return this.people.filter((one) => one.referralId === null);
  }

  ask(who: WhoName | null, query: string, options?: Parameters<GraphServer['ask']>[2]) {
    return this.server.ask(who && WHO[who], query, options);
  }

  /** Rows, decisions, overrides, questions and reviews. */
  async populate(auditLimitMs?: number): Promise<void> {
    await this.extraStaff();
    for (const [n, plan] of PEOPLE.entries()) await this.makePerson(n, plan);
    await this.sql(`update persons set identity_state = 'CONFLICT' where id = any ($1::uuid[])`, [
      [this.people[2]!.personId, this.people[30]!.personId],
    ]);
    // The former half of a merge keeps its own row, seen by the team that it was referred to.
    await this.sql('update persons set merged_into_id = $2 where id = $1', [
      this.people[3]!.personId,
      this.people[4]!.personId,
    ]);
    this.server = await serveGraph(this, {
      ...(auditLimitMs === undefined ? {} : { auditLimitMs }),
      records: [
        readable(this.systemId, this.organisations.home, 'home', this.record),
        readable(this.otherSystem, this.organisations.other, 'other', this.otherRecord),
      ],
    });
    await this.act();
  }

  /** What colleagues have done by the real use cases. */
  private async act(): Promise<void> {
    const { services } = this.server.runtime;
    for (const [by, teams] of [
      [await this.caller('manager'), ['CMHT', 'EIP', 'CRISIS']],
      [await this.caller('foreignManager'), ['FOREIGN']],
    ] as const) {
      const referrals = teams.flatMap((team) => this.referredTo(team));
      const { outcomes } = await services.eligibility.check(by, {
        idempotencyKey: this.key(),
        referralIds: referrals.map(({ referralId }) => referralId as string),
        purpose: 'ENTRY',
      });
      for (const [at, { referralId, decisionId }] of outcomes.entries()) {
        if (!decisionId) continue;
        const n = this.people.find((one) => one.referralId === referralId)!.n;
        if (at % 5 === 0) {
          await services.overrides.override(by, {
            idempotencyKey: this.key(),
            decisionId,
            verdict: 'NOT_ELIGIBLE',
            reason: `CnryReason${n} because it was so agreed`,
            clause: `CnryClause${n}`,
            told: [`CnryTold${n}`],
          });
        }
        await services.confirmations
          .request(by, {
            idempotencyKey: this.key(),
            decisionId,
            teamId: at % 2 && by.scope.organisationId === this.organisations.home ? this.teams.EIP : null,
          })
          .catch((error: { code?: string }) => {
            if (error.code !== 'HUB_STATE_CONFLICT') throw error;
          });
      }
    }
    const [asked] = await this.sql<{ id: string }>(
      `select id from confirmation_requests where asked_team_id = $1 order by id limit 1`,
      [this.teams.CMHT],
    );
    await services.confirmations.answer(await this.caller('coordinator'), {
      idempotencyKey: this.key(),
      requestId: asked!.id,
      answer: 'ON_CASELOAD',
      from: '2025-01-01',
      to: '2027-01-01',
    });
    await this.sql(
      `update confirmation_requests set escalated_at = $1, escalated_to = 'TEAM_MANAGER', state = 'ESCALATED' where state = 'ASKED'
         and id in (select distinct on (team_id) id from confirmation_requests where state = 'ASKED' order by team_id, id)`,
      [this.clock.now()],
    );
    await this.sql(
      `insert into decision_reviews (id, decision_id, organisation_id, team_id, verdict_now, reason_now, known_at, found_at)
       select gen_random_uuid(), id, organisation_id, team_id, 'CANNOT_TELL', 'RECORD_STALE', $1, $1 from eligibility_decisions`,
      [this.clock.now()],
    );
    // Every field of the graph must have something to show to whoever may read it.
    await this.sql(
      `update referrals set accepted_on = '2026-03-05', state = 'CLOSED', closed_on = '2026-03-10', age_band = '26-35',
         first_contact_due_on = '2026-03-12', specialist_id = (select s.id from staff s join staff_teams t on t.staff_id = s.id where t.team_id = referrals.team_id limit 1)
       where id in (select distinct on (team_id) id from referrals order by team_id, id desc)`,
    );
    await putEpisodes(this);
    await putNotes(this);
    await putIdentityConflicts(this);
    await putMessages(this);
  }

  /** A caller as the directory makes them. */
  async caller(name: WhoName) {
    const { subject, role, org } = WHO[name];
    const { DirectoryScopeSource } = await import('../../src/directory/scope.reader.js');
    const { CallerService } = await import('../../src/access/caller.service.js');
    const service = new CallerService(new DirectoryScopeSource(this.database), this.clock);
    return service.resolve(
      { subject, roles: [role], organisationCode: org },
      { correlationId: `world-${subject}` },
    );
  }

  private async extraStaff(): Promise<void> {
    const { home, other } = this.organisations;
    await this.sql(
      `insert into organisations (id, ods_code, name, kind) values ($1, 'RCC', 'Commissioner', 'COMMISSIONER')`,
      [this.thirdOrganisation],
    );
    await this.sql(
      `insert into reporting_agreements (id, recipient_organisation_id, covered_organisation_id, reference, valid_from)
       values ($1, $2, $3, 'agreement of the commissioner', '2025-01-01')`,
      [newId(), this.thirdOrganisation, home],
    );
    for (const [subject, role, organisation, team] of [
      ['adam', Role.ADMINISTRATOR, home, null],
      ['stella', Role.IDENTITY_STEWARD, home, null],
      ['stan', Role.IDENTITY_STEWARD, other, null],
      ['oana', Role.ANALYST, this.thirdOrganisation, null],
      ['fay', Role.TEAM_MANAGER, other, this.teams.FOREIGN],
    ] as const) {
      const id = newId();
      await this.sql(
        'insert into staff (id, organisation_id, subject, display_name) values ($1, $2, $3, $3)',
        [id, organisation, subject],
      );
      await this.sql(
        `insert into staff_roles (id, staff_id, role, valid_from) values ($1, $2, $3, '2025-01-01')`,
        [newId(), id, role],
      );
      if (team)
        await this.sql(
          `insert into staff_teams (id, staff_id, team_id, valid_from) values ($1, $2, $3, '2025-01-01')`,
          [newId(), id, team],
        );
    }
    await employColleagues(this);
    await this.sql(`update staff set display_name = 'CnryStaff' || replace(subject, '-', '')`);
    await this.sql(
      `update teams set mhsds_team_type = 'A06', area = 'North', valid_from = '2020-01-01', valid_to = '2030-01-01'`,
    );
    await this.sql(
      `update service_specifications set commissioner = coalesce(commissioner, 'A commissioner'), provider = coalesce(provider, 'A provider')`,
    );
    await this.sql(
      `insert into clinical_record_systems (id, organisation_id, code, name, adapter) values ($1, $2, 'other', 'Other record', 'fhir-r4')`,
      [this.otherSystem, other],
    );
    await this.sql(
      `update clinical_record_systems set last_answer_at = $1, last_failure_at = $1, last_failure_code = 'HUB_UPSTREAM_TIMEOUT'`,
      [this.clock.now()],
    );
    await this.sql(
      'insert into team_maps (id, organisation_id, system_id, team_reference, team_id, label) values ($1, $2, $3, $4, $5, $6)',
      [newId(), other, this.otherSystem, 'Organization/foreign', this.teams.FOREIGN, 'Foreign'],
    );
    await this.sql(
      `insert into caseload_pulls (id, organisation_id, system_id, team_reference, team_id, kind, state, started_at, finished_at, expected, failure_code, fence)
       select gen_random_uuid(), m.organisation_id, m.system_id, m.team_reference, m.team_id, k, 'COMPLETE', $1, $1, 3, 'HUB_CASELOAD_INCOMPLETE', 1
       from team_maps m, unnest(array['SWEEP', 'INCREMENT']) k`,
      [this.clock.now()],
    );
  }

  private async makePerson(n: number, plan: Plan): Promise<void> {
    const personId = newId();
    const foreign = plan.team === 'FOREIGN';
    const restricted = plan.restricted ?? false;
    const nhsNumber = nextNhsNumber();
    const dateOfBirth = plan.born ?? addDays('1950-01-01', n * 97);
    this.identities.set(`record-${n}`, { nhsNumber, nhsNumberStatus: '01', dateOfBirth });
    await this.sql(
      `insert into persons (id, organisation_id, nhs_number, nhs_number_status, date_of_birth, restricted)
       values ($1, $2, $3, '01', $4, $5)`,
      [
        personId,
        foreign ? this.organisations.other : this.organisations.home,
        nhsNumber,
        dateOfBirth,
        restricted,
      ],
    );
    const memberships: string[] = [];
    for (const caseload of plan.on ?? []) {
      memberships.push(
        await putMembership(this, personId, caseload, {
          restricted,
          to: plan.left ?? null,
          ...(plan.state ? { state: plan.state } : {}),
        }),
      );
    }
    if (foreign) memberships.push(await this.foreignMembership(personId, plan.state ?? 'OPEN'));
    for (const [at, id] of memberships.entries()) {
      await this.sql(
        `update caseload_memberships set source_reference = $2, care_coordinator_name = $3, source_as_of = observed_from where id = $1`,
        [id, `EpisodeOfCare/CnryRef${n}x${at}`, `CnryCoord${n}x${at}`],
      );
    }
    // One ended version, so that there is something to see in the past.
    if (n === 0)
      await putMembership(this, personId, 'CMHT', {
        state: 'ENDED',
        to: '2025-02-01',
        from: '2024-02-01',
        observedFrom: this.hoursAgo(24 * 60),
        observedTo: this.hoursAgo(24 * 30),
      });
    const referralId =
      plan.team && plan.document
        ? await putReferral(this, personId, plan.document, { team: plan.team })
        : null;
    if (plan.team) {
      await this.sql(
        `update persons set given_name = $2, family_name = $3, telephone = $4, postcode = $5, visible_team_ids = array[$6::uuid],
           deceased_on = case when $7 then date '1999-01-01' + $8::integer end where id = $1`,
        [
          personId,
          `CnryGiven${n}`,
          `CnryFamily${n}`,
          `CnryTel${n}`,
          `CnryPost${n}`,
          this.teams[plan.team],
          n % 9 === 5,
          n,
        ],
      );
    }
    await this.sql(
      `insert into record_links (id, organisation_id, system_id, local_id, person_id, restricted, observed_at) values ($1, $2, $3, $4, $5, $6, $7)`,
      [
        newId(),
        foreign ? this.organisations.other : this.organisations.home,
        foreign ? this.otherSystem : this.systemId,
        `record-${n}`,
        personId,
        restricted,
        this.hoursAgo(48),
      ],
    );
    this.people.push({ n, personId, referralId });
  }

  private async foreignMembership(personId: string, state: string): Promise<string> {
    const id = newId();
    await this.sql(
      `insert into caseload_memberships (id, organisation_id, system_id, team_id, team_reference, person_id, local_id, source_reference,
         source_version, state, valid_from, care_coordinator_reference, observed_from, pull_id)
       select $1, $2, $3, $4, 'Organization/foreign', $5, 'patient', $6, '1', $8, '2025-03-01', 'Practitioner/9', $7, p.id
       from caseload_pulls p where p.system_id = $3 and p.kind = 'SWEEP'`,
      [
        id,
        this.organisations.other,
        this.otherSystem,
        this.teams.FOREIGN,
        personId,
        `EpisodeOfCare/${id}`,
        this.hoursAgo(48),
        state,
      ],
    );
    return id;
  }
}

/** A served world in a database of its own. Close the server, then the world. */
export async function createGraphWorld(
  options: TestDatabaseOptions & { readonly auditLimitMs?: number } = {},
): Promise<GraphWorld> {
  const { auditLimitMs, ...rest } = options;
  const world = new GraphWorld(await createTestDatabase(rest));
  await world.build();
  await world.sweep();
  await world.populate(auditLimitMs);
  return world;
}

/** Closes servers and database. */
export async function closeGraphWorld(world: GraphWorld | undefined): Promise<void> {
  await world?.server?.close();
  await world?.close();
}

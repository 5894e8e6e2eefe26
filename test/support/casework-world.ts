/** A small world for tests of access and casework: two organisations, their teams and callers, one record system, the specifications. */
import { ALL_SPECIFICATIONS } from '../../seeds/specifications/all-specifications.js';
import { systemCaller } from '../../src/access/caller.service.js';
import type { TeamKind } from '../../src/contracts/rule-values.js';
import { seedSpecifications } from '../../src/contracts/specification.service.js';
import { type Caller, PURPOSES_OF, Role } from '../../src/core/caller.js';
import { FixedClock } from '../../src/core/clock.js';
import { newId } from '../../src/core/ids.js';
import { PersonBuilder } from './casework-people.js';
import { createTestDatabase, type TestDatabase, type TestDatabaseOptions } from './test-database.js';

/** Noon in London on a Wednesday in March. */
export const NOW = new Date('2026-03-11T12:00:00.000Z');
export const TODAY = '2026-03-11';
const HOUR_MS = 3_600_000;

/** Code of the specification that each source document became. */
export const CODE_OF = {
  '000': '11J/0227',
  '001': 'QVV/0294',
  '002': 'HEREFORDSHIRE-IPS',
  '003': 'VOCATIONAL-SAMPLE',
  '004': 'IPS-GROW-LEAFLET',
} as const;
export type Document = keyof typeof CODE_OF;

/** Teams of the world. `UNMAPPED` is a code of the record system that nobody has mapped; `FOREIGN` is a CMHT of the other trust. */
export type TeamName = 'CMHT' | 'EIP' | 'CRISIS' | 'FOREIGN';
/** Where a membership can be: a team of the trust, or the code that nobody has mapped. */
export type CaseloadName = Exclude<TeamName, 'FOREIGN'> | 'UNMAPPED';

const KIND_OF: Readonly<Record<TeamName, TeamKind>> = {
  CMHT: 'CMHT',
  EIP: 'EIP',
  CRISIS: 'CRISIS',
  FOREIGN: 'CMHT',
};
/** Team references of the record system. */
export const REFERENCE_OF: Readonly<Record<CaseloadName, string>> = {
  CMHT: 'Organization/cmht',
  EIP: 'Organization/eip',
  CRISIS: 'Organization/crisis',
  UNMAPPED: 'Organization/x99',
};

export type Callers = Readonly<
  Record<
    | 'specialist'
    | 'eipSpecialist'
    | 'manager'
    | 'coordinator'
    | 'machine'
    | 'analyst'
    | 'foreignSpecialist'
    | 'system',
    Caller
  >
>;

interface Colleague {
  readonly subject: string;
  readonly role: Role;
  readonly teams: readonly TeamName[];
  readonly organisation: 'home' | 'other';
}

const COLLEAGUES: Readonly<Record<Exclude<keyof Callers, 'system'>, Colleague>> = {
  specialist: { subject: 'sam', role: Role.EMPLOYMENT_SPECIALIST, teams: ['CMHT'], organisation: 'home' },
  eipSpecialist: { subject: 'erin', role: Role.EMPLOYMENT_SPECIALIST, teams: ['EIP'], organisation: 'home' },
  manager: { subject: 'mo', role: Role.TEAM_MANAGER, teams: ['CMHT', 'EIP', 'CRISIS'], organisation: 'home' },
  coordinator: { subject: 'cass', role: Role.CARE_COORDINATOR, teams: ['CMHT'], organisation: 'home' },
  machine: { subject: 'partner-machine', role: Role.INTEGRATION, teams: [], organisation: 'home' },
  analyst: { subject: 'ana', role: Role.ANALYST, teams: [], organisation: 'home' },
  foreignSpecialist: {
    subject: 'fran',
    role: Role.EMPLOYMENT_SPECIALIST,
    teams: ['FOREIGN'],
    organisation: 'other',
  },
};

/** Tables that the world is built of. */
const BUILT = [
  ...['migrations', 'migration_digests', 'organisations', 'teams', 'staff', 'staff_roles', 'staff_teams'],
  ...['reporting_agreements', 'clinical_record_systems', 'team_maps'],
  ...['service_specifications', 'specification_versions', 'specification_rules'],
];

/** Arranges rows as a superuser, past every policy, and hands out callers as the directory would make them. */
export class CaseworkWorld {
  readonly clock = new FixedClock(NOW);
  readonly organisations = { home: newId(), other: newId() } as const;
  readonly teams: Readonly<Record<TeamName, string>> = {
    CMHT: newId(),
    EIP: newId(),
    CRISIS: newId(),
    FOREIGN: newId(),
  };
  readonly systemId = newId();
  /** Ids by document. */
  readonly specifications: Record<string, string> = {};
  readonly callers: Callers;
  private readonly pulls = new Map<CaseloadName, string>();
  private keys = 0;

  constructor(readonly db: TestDatabase) {
    const colleagues = Object.entries(COLLEAGUES).map(([name, one]) => [name, this.callerOf(one)] as const);
    const system = systemCaller('review', this.organisations.home, 'corr-system');
    this.callers = { ...Object.fromEntries(colleagues), system } as Callers;
  }

  get database(): TestDatabase['database'] {
    return this.db.database;
  }

  /** Rows as the superuser sees them. */
  async sql<Row extends object = Record<string, unknown>>(
    text: string,
    values: readonly unknown[] = [],
  ): Promise<Row[]> {
    return (await this.db.owner.query<Row>(text, [...values])).rows;
  }

  /** How many rows a table has. */
  async count(table: string, where = 'true', values: readonly unknown[] = []): Promise<number> {
    const [row] = await this.sql<{ n: number }>(
      `select count(*)::integer as n from ${table} where ${where}`,
      values,
    );
    return row!.n;
  }

  /** A key that no request has used. */
  key(): string {
    return `request-${++this.keys}`;
  }

  /** Somebody of whom nothing is known yet; see the builder. */
  someone(): PersonBuilder {
    return new PersonBuilder(this);
  }

  /** An instant some hours before the clock's. */
  hoursAgo(hours: number): Date {
    return new Date(this.clock.now().getTime() - hours * HOUR_MS);
  }

  /** Moves the clock, so that what follows is later. */
  later(hours = 1): void {
    this.clock.advance(hours * HOUR_MS);
  }

  /** A complete sweep of caseloads, by default all of them an hour ago. */
  async sweep(
    at: Date = this.hoursAgo(1),
    names = Object.keys(REFERENCE_OF) as readonly CaseloadName[],
  ): Promise<void> {
    for (const name of names) {
      const id = newId();
      this.pulls.set(name, id);
      await this.sql(
        `insert into caseload_pulls (id, organisation_id, system_id, team_reference, team_id, kind, state, started_at, finished_at, fence)
         values ($1, $2, $3, $4, $5, 'SWEEP', 'COMPLETE', $6, $6::timestamptz + interval '1 minute', 1)`,
        [id, this.organisations.home, this.systemId, REFERENCE_OF[name], this.teamOf(name), at],
      );
    }
  }

  /** The team behind a caseload; null for the code that nobody has mapped. */
  teamOf(name: CaseloadName): string | null {
    return name === 'UNMAPPED' ? null : this.teams[name];
  }

  /** The newest sweep of a caseload. */
  pullOf(name: CaseloadName): string {
    return this.pulls.get(name) as string;
  }

  /** Returns once so many connections wait for a lock that another holds. */
  async untilWaiting(connections: number): Promise<void> {
    for (let waiting = 0; waiting < connections; ) {
      const [row] = await this.sql<{ n: number }>(
        `select count(distinct pid)::integer as n from pg_locks join pg_stat_activity using (pid)
         where not granted and pg_stat_activity.datname = current_database()`,
      );
      waiting = row!.n;
    }
  }

  /** Back to the beginning: every row goes but those that `build` wrote, the clock is at `NOW`, and caseloads are swept again. */
  async restart(): Promise<void> {
    const tables = await this.sql<{ name: string }>(
      `select quote_ident(tablename) as name from pg_tables where schemaname = 'public' and not tablename = any ($1)`,
      [BUILT],
    );
    const emptied = tables.map(({ name }) => `delete from ${name};`).join(' ');
    // Past the guards of tables that are only added to.
    await this.sql(`set session_replication_role = replica; ${emptied} reset session_replication_role`);
    this.clock.set(NOW);
    await this.sweep();
  }

  async close(): Promise<void> {
    await this.db.close();
  }

  private callerOf({ subject, role, teams, organisation }: Colleague): Caller {
    const home = role !== Role.ANALYST;
    return {
      subject,
      role,
      purpose: PURPOSES_OF[role][0]!,
      scope: {
        organisationId: this.organisations[organisation],
        teamIds: teams.map((team) => this.teams[team]),
        organisationIds: home ? [] : [this.organisations.other],
        staffId: newId(),
      },
      correlationId: `corr-${subject}`,
    };
  }

  /** Writes organisations, teams, staff, the record system and the specifications. */
  async build(): Promise<void> {
    const { home, other } = this.organisations;
    await this.sql(
      `insert into organisations (id, ods_code, name, kind) values ($1, 'RAA', 'Home trust', 'TRUST'), ($2, 'RBB', 'Other trust', 'TRUST')`,
      [home, other],
    );
    for (const [name, id] of Object.entries(this.teams)) {
      await this.sql(
        `insert into teams (id, organisation_id, code, name, kind) values ($1, $2, $3, $3, $4)`,
        [id, name === 'FOREIGN' ? other : home, name, KIND_OF[name as TeamName]],
      );
    }
    for (const [name, colleague] of Object.entries(COLLEAGUES)) await this.employ(name, colleague);
    await this.sql(
      `insert into reporting_agreements (id, recipient_organisation_id, covered_organisation_id, reference, valid_from)
       values ($1, $2, $3, 'agreement', '2025-01-01')`,
      [newId(), home, other],
    );
    await this.sql(
      `insert into clinical_record_systems (id, organisation_id, code, name, adapter) values ($1, $2, 'home', 'Record', 'fhir-r4')`,
      [this.systemId, home],
    );
    for (const [name, reference] of Object.entries(REFERENCE_OF)) {
      if (name !== 'UNMAPPED') await this.mapTeam(reference, this.teamOf(name as CaseloadName));
    }
    await this.database.transaction('write', this.callers.specialist.scope, (tx) =>
      seedSpecifications(tx, ALL_SPECIFICATIONS),
    );
    for (const [document, code] of Object.entries(CODE_OF)) {
      const [row] = await this.sql<{ id: string }>('select id from service_specifications where code = $1', [
        code,
      ]);
      this.specifications[document] = row!.id;
    }
  }

  /** Adds a line to the record system's team map; a null team is a code that somebody has yet to map. */
  async mapTeam(reference: string, teamId: string | null): Promise<void> {
    await this.sql(
      'insert into team_maps (id, organisation_id, system_id, team_reference, team_id) values ($1, $2, $3, $4, $5)',
      [newId(), this.organisations.home, this.systemId, reference, teamId],
    );
  }

  private async employ(name: string, { subject, role, teams, organisation }: Colleague): Promise<void> {
    const staffId = this.callers[name as keyof Callers].scope.staffId;
    await this.sql('insert into staff (id, organisation_id, subject, display_name) values ($1, $2, $3, $3)', [
      staffId,
      this.organisations[organisation],
      subject,
    ]);
    await this.sql(
      `insert into staff_roles (id, staff_id, role, valid_from) values ($1, $2, $3, '2025-01-01')`,
      [newId(), staffId, role],
    );
    for (const team of teams) {
      await this.sql(
        `insert into staff_teams (id, staff_id, team_id, valid_from) values ($1, $2, $3, '2025-01-01')`,
        [newId(), staffId, this.teams[team]],
      );
    }
  }
}

/** A world in a database of its own, every caseload swept an hour ago but the one nobody has mapped. */
export async function createCaseworkWorld(options: TestDatabaseOptions = {}): Promise<CaseworkWorld> {
  const world = new CaseworkWorld(await createTestDatabase(options));
  await world.build();
  await world.sweep();
  return world;
}

/** The error that a promise rejects with, or a sentence when it does not, so that a test compares codes and fields. */
export async function failureOf(work: Promise<unknown>): Promise<{ code?: string; field?: unknown }> {
  try {
    await work;
  } catch (error) {
    const { code, details } = error as { code?: string; details?: { field?: unknown } };
    if (code === undefined) throw error;
    return details?.field === undefined ? { code } : { code, field: details.field };
  }
  throw new Error('it did not fail');
}

/** An organisation with teams, record systems and team maps, and the means to look at what the hub keeps of them. */
import type pg from 'pg';
import type { RefreshedSystem } from '../../src/clinical/refresh/pull.service.js';
import { RefreshService } from '../../src/clinical/refresh/refresh.service.js';
import { NO_SCOPE, type Scope } from '../../src/core/caller.js';
import { FixedClock } from '../../src/core/clock.js';
import { newId } from '../../src/core/ids.js';
import { silentLogger } from '../../src/core/logger.js';
import type { Transaction, WritingRole } from '../../src/platform/database/database.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';

const numbers: string[] = [];

/** NHS numbers of the range that is never issued, valid by their check digit; the n-th of them. */
export function testNhsNumber(n: number): string {
  for (let stem = Number(numbers.at(-1)?.slice(0, 9) ?? 998_999_999) + 1; numbers.length <= n; stem++) {
    const digits = String(stem);
    let sum = 0;
    for (let i = 0; i < 9; i++) sum += Number(digits[i]) * (10 - i);
    const check = (11 - (sum % 11)) % 11;
    if (check !== 10) numbers.push(`${digits}${check}`);
  }
  return numbers[n]!;
}

export class CaseloadWorld {
  readonly organisationId = newId();
  readonly clock = new FixedClock(new Date('2026-03-02T09:00:00Z'));
  readonly refresh: RefreshService;
  private constructor(readonly db: TestDatabase) {
    this.refresh = new RefreshService({ database: db.database, clock: this.clock, logger: silentLogger });
  }

  static async open(): Promise<CaseloadWorld> {
    const world = new CaseloadWorld(await createTestDatabase());
    await world.sql(
      `insert into organisations (id, ods_code, name, kind) values ($1, $2, 'Trust', 'TRUST')`,
      [world.organisationId, world.organisationId.slice(-6)],
    );
    return world;
  }

  get scope(): Scope {
    return { ...NO_SCOPE, organisationId: this.organisationId };
  }

  close(): Promise<void> {
    return this.db.close();
  }

  /** A statement as superuser. */
  async sql<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.db.owner.query<Row>(text, values)).rows;
  }

  as<T>(role: WritingRole, work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.db.database.transaction(role, this.scope, work);
  }

  async system(code: string): Promise<RefreshedSystem> {
    const system = { id: newId(), organisationId: this.organisationId, code };
    await this.sql(
      `insert into clinical_record_systems (id, organisation_id, code, name, adapter) values ($1, $2, $3, $3, 'scripted')`,
      [system.id, system.organisationId, code],
    );
    return system;
  }

  async team(kind: string): Promise<string> {
    const id = newId();
    await this.sql(`insert into teams (id, organisation_id, code, name, kind) values ($1, $2, $3, $3, $4)`, [
      id,
      this.organisationId,
      `${kind} ${id.slice(-4)}`,
      kind,
    ]);
    return id;
  }

  async map(system: RefreshedSystem, teamReference: string, teamId: string | null): Promise<void> {
    await this.sql(
      `insert into team_maps (id, organisation_id, system_id, team_reference, team_id) values ($1, $2, $3, $4, $5)
       on conflict (system_id, team_reference) do update set team_id = excluded.team_id`,
      [newId(), this.organisationId, system.id, teamReference, teamId],
    );
  }

  /** Every membership row of a team reference, all columns, in a stable order. */
  rows(teamReference: string): Promise<Record<string, unknown>[]> {
    return this.sql(`select * from caseload_memberships where team_reference = $1 order by id`, [
      teamReference,
    ]);
  }

  /** What is current, as the record system would say it: reference to state, dates, version and patient. */
  async current(teamReference: string): Promise<Map<string, string>> {
    const rows = await this.sql<{ reference: string; says: string }>(
      `select source_reference as reference, concat_ws('|', state, coalesce(valid_from::text, '-'), coalesce(valid_to::text, '-'), source_version, local_id) as says
       from caseload_memberships where team_reference = $1 and observed_to is null order by source_reference`,
      [teamReference],
    );
    return new Map(rows.map((row) => [row.reference, row.says]));
  }

  /** The person a record belongs to now, merges followed, with their identity state. */
  async personOf(
    localId: string,
  ): Promise<{ id: string; own: string; state: string; family: string | null }> {
    const [row] = await this.sql<{ id: string; own: string; state: string; family: string | null }>(
      `with recursive chain as (
         select p.*, l.person_id as own from record_links l join persons p on p.id = l.person_id where l.local_id = $1
         union all select p.*, c.own from chain c join persons p on p.id = c.merged_into_id
       ) select id, own, identity_state as state, family_name as family from chain where merged_into_id is null`,
      [localId],
    );
    return row!;
  }

  /** Disputes on record, as `kind localId localId resolution`. */
  async conflicts(): Promise<string[]> {
    const rows = await this.sql<{ line: string }>(
      `select kind || ' ' || coalesce(resolution, 'OPEN') as line from identity_conflicts order by 1`,
    );
    return rows.map((row) => row.line);
  }
}

/** What a scripted team would look like if every row were current. */
export function saidBy(
  held: ReadonlyMap<
    string,
    {
      item: { state: string; validFrom: string | null; validTo: string | null; patient: { localId: string } };
      version: number;
    }
  >,
): Map<string, string> {
  return new Map(
    [...held]
      .map(
        ([reference, { item, version }]) =>
          [
            reference,
            [item.state, item.validFrom ?? '-', item.validTo ?? '-', version, item.patient.localId].join('|'),
          ] as const,
      )
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

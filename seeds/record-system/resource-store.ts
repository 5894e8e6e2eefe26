/** The record system's store: one SQLite file of resource versions that are only ever added to, and the index over them. */
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type { Resource } from '@medplum/fhirtypes';
import type { Definitions } from './definitions.js';
import { indexRows } from './index-rows.js';
import { storeFailed } from './outcomes.js';

/** A resource as it is held: with id, version and time of last change. */
export type HeldResource = Resource & { id: string };

/** What made a version. */
export type StoredOperation = 'create' | 'update' | 'delete';

/** One version of one resource. `body` is null for a deletion. */
export interface StoredVersion {
  /** Place in the order of all commits, from 1. */
  readonly seq: number;
  readonly id: string;
  /** Version of this resource, from 1. */
  readonly vid: number;
  readonly op: StoredOperation;
  /** ISO instant; later commits have later instants. */
  readonly updated: string;
  readonly body: string | null;
}

const SCHEMA = `
  create table if not exists version (
    seq integer primary key,
    type text not null,
    id text not null,
    vid integer not null,
    op text not null check (op in ('create', 'update', 'delete')),
    updated text not null,
    -- seq of the version that replaced this one; the only column that is ever set later, and only once
    superseded_by integer,
    body text
  ) strict;
  create unique index if not exists version_vid on version (type, id, vid);
  create unique index if not exists version_current on version (type, id) where superseded_by is null;
  create index if not exists version_listing on version (type, seq);
  create table if not exists idx (
    type text not null, code text not null, value text not null, system text not null, hi text not null, seq integer not null,
    primary key (type, code, value, system, hi, seq)
  ) strict, without rowid;
  create index if not exists idx_of_version on idx (seq, code, value);
  create table if not exists setting (name text primary key, value text not null) strict;
  create view if not exists current as select * from version where superseded_by is null and op <> 'delete';
`;

const COLUMNS = 'seq, id, vid, op, updated, body';

/**
 * Writes are synchronous and durable when they return (`synchronous = full`). Whoever opens a transaction across an `await`
 * must keep every other writer away meanwhile; `WriteLock` does.
 */
export class ResourceStore {
  private readonly statements = new Map<string, StatementSync>();
  private lastInstant = 0;
  private depth = 0;

  private constructor(
    private readonly database: DatabaseSync,
    private readonly definitions: Definitions,
  ) {}

  /** Opens or makes the file for writing. */
  static open(file: string, definitions: Definitions): ResourceStore {
    const database = new DatabaseSync(file);
    database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma busy_timeout = 5000');
    database.exec(SCHEMA);
    const store = new ResourceStore(database, definitions);
    const [latest] = store.query<{ updated: string | null }>('select max(updated) as updated from version');
    store.lastInstant = latest?.updated ? Date.parse(latest.updated) : 0;
    return store;
  }

  /** Opens an existing file for reading: sees what is committed and nothing else. */
  static openReader(file: string, definitions: Definitions): ResourceStore {
    return new ResourceStore(new DatabaseSync(file, { readOnly: true }), definitions);
  }

  /** Runs a statement with bound parameters and returns its rows. */
  query<Row>(sql: string, ...parameters: SQLInputValue[]): Row[] {
    try {
      let statement = this.statements.get(sql);
      if (!statement) {
        // Searches are made of few fragments, so the statements repeat; the cap is against a caller who never repeats one.
        if (this.statements.size > 500) this.statements.clear();
        statement = this.database.prepare(sql);
        this.statements.set(sql, statement);
      }
      return statement.all(...parameters) as Row[];
    } catch (error) {
      throw storeFailed(error);
    }
  }

  /** Place of the latest commit; 0 in an empty store. */
  latestSeq(): number {
    return this.query<{ seq: number | null }>('select max(seq) as seq from version')[0]?.seq ?? 0;
  }

  /** The latest version of a resource, a deletion included; undefined when there never was one. */
  latest(type: string, id: string): StoredVersion | undefined {
    return this.query<StoredVersion>(
      `select ${COLUMNS} from version where type = ? and id = ? and superseded_by is null`,
      type,
      id,
    )[0];
  }

  version(type: string, id: string, vid: number): StoredVersion | undefined {
    return this.query<StoredVersion>(
      `select ${COLUMNS} from version where type = ? and id = ? and vid = ?`,
      type,
      id,
      vid,
    )[0];
  }

  /** Versions of a resource, newest first. */
  history(type: string, id: string, limit: number, offset: number): StoredVersion[] {
    return this.query<StoredVersion>(
      `select ${COLUMNS} from version where type = ? and id = ? order by vid desc limit ? offset ?`,
      type,
      id,
      limit,
      offset,
    );
  }

  versionCount(type: string, id: string): number {
    return (
      this.query<{ held: number }>(
        'select count(*) as held from version where type = ? and id = ?',
        type,
        id,
      )[0]?.held ?? 0
    );
  }

  /** Adds a version, giving it number and time, and returns the resource as it is now held. */
  put<T extends Resource>(
    resource: T & { id: string },
    op: 'create' | 'update',
    at: string = this.nextInstant(),
  ): T & { id: string } {
    return this.atomically(() => {
      const former = this.latest(resource.resourceType, resource.id);
      const vid = (former?.vid ?? 0) + 1;
      const held = { ...resource, meta: { ...resource.meta, versionId: String(vid), lastUpdated: at } };
      const seq = this.insert(held.resourceType, held.id, vid, op, at, JSON.stringify(held), former);
      for (const { code, system, value, hi } of indexRows(this.definitions, held)) {
        this.query(
          'insert into idx (type, code, value, system, hi, seq) values (?, ?, ?, ?, ?, ?)',
          held.resourceType,
          code,
          value,
          system,
          hi,
          seq,
        );
      }
      return held;
    });
  }

  /** Adds a deletion. The resource must exist and not be deleted yet. */
  remove(type: string, id: string): void {
    this.atomically(() => {
      const former = this.latest(type, id);
      this.insert(type, id, (former?.vid ?? 0) + 1, 'delete', this.nextInstant(), null, former);
    });
  }

  /** Adds resources in one transaction, in the order given, each at its own `meta.lastUpdated` or just after the one before. */
  load(resources: Iterable<HeldResource>): number {
    return this.atomically(() => {
      let count = 0;
      for (const resource of resources) {
        const wished = Date.parse(resource.meta?.lastUpdated ?? '') || 0;
        this.lastInstant = Math.max(wished, this.lastInstant + 1);
        this.put(resource, 'create', new Date(this.lastInstant).toISOString());
        count++;
      }
      return count;
    });
  }

  /** Runs `work` in the transaction that is open, or in one of its own; everything or nothing is kept. */
  async transaction<T>(work: () => Promise<T>): Promise<T> {
    this.begin();
    try {
      const result = await work();
      this.commit();
      return result;
    } catch (error) {
      this.rollback();
      throw error;
    }
  }

  setting(name: string): string | undefined {
    return this.query<{ value: string }>('select value from setting where name = ?', name)[0]?.value;
  }

  keepSetting(name: string, value: string): void {
    this.query(
      'insert into setting (name, value) values (?, ?) on conflict (name) do update set value = excluded.value',
      name,
      value,
    );
  }

  close(): void {
    this.database.close();
  }

  /** As `transaction`, for work that does not wait for anything. */
  atomically<T>(work: () => T): T {
    this.begin();
    try {
      const result = work();
      this.commit();
      return result;
    } catch (error) {
      this.rollback();
      throw error;
    }
  }

  private insert(
    type: string,
    id: string,
    vid: number,
    op: StoredOperation,
    at: string,
    body: string | null,
    former: StoredVersion | undefined,
  ): number {
    const seq = this.latestSeq() + 1;
    if (former) this.query('update version set superseded_by = ? where seq = ?', seq, former.seq);
    this.query(
      'insert into version (seq, type, id, vid, op, updated, body) values (?, ?, ?, ?, ?, ?, ?)',
      seq,
      type,
      id,
      vid,
      op,
      at,
      body,
    );
    return seq;
  }

  /** The machine's time, but always later than the last change, so that order of time and order of commit are one. */
  private nextInstant(): string {
    this.lastInstant = Math.max(Date.now(), this.lastInstant + 1);
    return new Date(this.lastInstant).toISOString();
  }

  private begin(): void {
    if (this.depth++ === 0) this.exec('begin immediate');
  }

  private commit(): void {
    if (--this.depth === 0) this.exec('commit');
  }

  private rollback(): void {
    if (--this.depth === 0) this.exec('rollback');
  }

  private exec(sql: string): void {
    try {
      this.database.exec(sql);
    } catch (error) {
      throw storeFailed(error);
    }
  }
}

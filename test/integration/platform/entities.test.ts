/** Entities and migrations say the same: TypeORM's "generate" finds nothing to do. */
import { Column, DataSource, Entity, type MixedList, PrimaryColumn } from 'typeorm';
import { entities } from '../../../ormconfig.js';
import { cloneDatabase } from '../../support/test-database.js';

/**
 * What the schema builder would undo because entities do not say it, by decision: a check's list of words is stated once, in its
 * migration (`ck_…`), and mirrored by the property's type. Indexes that run downwards, and the gin index, are named in the
 * entity with `synchronize: false`, so they need no line here. Policies, grants, triggers, statistics and functions are
 * unknown to the schema builder.
 */
const EXCLUDED = /^ALTER TABLE "\w+" DROP CONSTRAINT "ck_\w+"$/;

async function differences(url: string, classes: MixedList<new () => object>): Promise<string[]> {
  const source = new DataSource({ type: 'postgres', url, entities: classes, installExtensions: false });
  await source.initialize();
  try {
    const log = await source.driver.createSchemaBuilder().log();
    return log.upQueries.map(({ query }) => query).filter((query) => !EXCLUDED.test(query));
  } finally {
    await source.destroy();
  }
}

/** A copy of `leases` with a column that no migration makes. */
@Entity('leases')
class PlantedLease {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'pk_leases' })
  name: string;

  @Column('text', { nullable: true })
  planted: string | null;
}

describe('entities', () => {
  let clone: Awaited<ReturnType<typeof cloneDatabase>>;
  beforeAll(async () => {
    clone = await cloneDatabase();
  });
  afterAll(() => clone.drop());

  it('differ in nothing from the migrated schema', async () => {
    expect(await differences(clone.ownerUrl, entities)).toEqual([]);
  });

  it('show a planted column', async () => {
    expect(await differences(clone.ownerUrl, [PlantedLease])).toContainEqual(
      'ALTER TABLE "leases" ADD "planted" text',
    );
  });

  it('cover every table', async () => {
    const source = new DataSource({
      type: 'postgres',
      url: clone.ownerUrl,
      entities,
      installExtensions: false,
    });
    await source.initialize();
    const rows: { name: string }[] = await source.query(
      `select relname as name from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace order by 1`,
    );
    const bookkeeping = ['migration_digests', 'migrations'];
    const known = [...source.entityMetadatas.map((metadata) => metadata.tableName), ...bookkeeping].sort();
    await source.destroy();
    expect(rows.map((row) => row.name)).toEqual(known);
  });
});

/** Every room's migrations and entities in one list, and the data source that TypeORM's command line works with. */
import 'reflect-metadata';
import { DataSource } from 'typeorm';
import { Access1750000000100 } from './src/access/access.migration.js';
import { Eligibility1750000000700 } from './src/casework/eligibility/eligibility.migration.js';
import { Referrals1750000000600 } from './src/casework/referrals/referrals.migration.js';
import { Clinical1750000000500 } from './src/clinical/clinical.migration.js';
import { Contracts1750000000400 } from './src/contracts/contracts.migration.js';
import { Directory1750000000200 } from './src/directory/directory.migration.js';
import { People1750000000300 } from './src/people/people.migration.js';
import type { MigrationClass } from './src/platform/database/migrate.js';
import { Platform1750000000000 } from './src/platform/platform.migration.js';

/** Migrations of every room, from the lowest floor up; a migration may refer to tables of floors below its own. */
export const migrations: readonly MigrationClass[] = [
  Platform1750000000000,
  Access1750000000100,
  Directory1750000000200,
  People1750000000300,
  Contracts1750000000400,
  Clinical1750000000500,
  Referrals1750000000600,
  Eligibility1750000000700,
];

/** Entity classes of every room. */
export const entities: (new () => object)[] = [];

/** For `typeorm migration:show` and `migration:generate`; the hub itself migrates with `hub migrate`, which makes the roles too. */
export default new DataSource({
  type: 'postgres',
  url: process.env.DATABASE_URL,
  entities,
  migrations: [...migrations],
  migrationsTransactionMode: 'each',
  installExtensions: false,
});

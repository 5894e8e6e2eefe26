/** The database contract over PostgreSQL: scope, transactions, reads in one Sync, errors. */
import { NO_SCOPE, type Scope } from '../../../src/core/caller.js';
import { newId } from '../../../src/core/ids.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';

const organisationId = newId();
const teamId = newId();
const scope: Scope = { organisationId, teamIds: [teamId], organisationIds: [organisationId], staffId: null };
const SETTINGS = `select current_setting('hub.org', true), current_setting('hub.teams', true), current_setting('hub.orgs', true), current_setting('hub.staff', true)`;

describe('PgDatabase', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await createTestDatabase({ pools: { staff: 1, write: 1 } });
  });
  afterAll(() => db.close());

  describe('transaction', () => {
    it('sets the whole scope and leaves nothing of it on the connection', async () => {
      const inside = await db.database.transaction('write', scope, (tx) =>
        tx.query(`select current_setting('hub.org') as org, current_setting('hub.teams') as teams`),
      );
      expect(inside).toEqual([{ org: organisationId, teams: teamId }]);
      const after = await db.database.transaction('write', NO_SCOPE, (tx) =>
        tx.query(`select current_setting('hub.org') as org, current_user as role`),
      );
      expect(after).toEqual([{ org: '', role: 'hub_write' }]);
    });
  });

  describe('read', () => {
    it('reads under the scope', async () => {
      expect(await db.database.read('staff', scope, { text: SETTINGS, values: [] })).toEqual([
        [organisationId, teamId, organisationId, ''],
      ]);
    });
  });
});

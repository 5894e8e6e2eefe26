/** The record of who saw and did what, on the real database: with its write or not at all, and no answer without it. */
import pg from 'pg';
import { type AuditEntry, AuditTrail, auditInTransaction } from '../../../src/access/audit.service.js';
import type { Caller } from '../../../src/core/caller.js';
import { type CaseworkWorld, createCaseworkWorld, failureOf } from '../../support/casework-world.js';

const looked = (operation: string, personIds: readonly string[] = []): AuditEntry => ({
  kind: 'READ',
  operation,
  personIds,
});

describe('audit', () => {
  let world: CaseworkWorld;
  let caller: Caller;
  beforeAll(async () => {
    world = await createCaseworkWorld({ statementTimeoutMs: 5_000 });
    caller = world.callers.specialist;
  });
  afterAll(() => world.close());

  const namesOnRecord = (operation: string): Promise<number> =>
    world.count('audit_events', 'operation = $1', [operation]);

  describe('of a write', () => {
    const rename = (personId: string, operation: string, fault?: Error): Promise<void> =>
      world.database.transaction('write', caller.scope, async (tx) => {
        await tx.query('update persons set family_name = $2 where id = $1', [personId, operation]);
        await auditInTransaction(tx, caller, { kind: 'WRITE', operation, personIds: [personId] });
        if (fault) throw fault;
      });

    it('commits together with it', async () => {
      const personId = await world.someone().known();
      await rename(personId, 'both');
      expect(await world.count('persons', `family_name = 'both'`)).toBe(1);
      expect(
        await world.sql(
          'select subject, role, purpose, organisation_id, kind, outcome, person_ids, details, correlation_id from audit_events where operation = $1',
          ['both'],
        ),
      ).toEqual([
        {
          subject: 'sam',
          role: 'EMPLOYMENT_SPECIALIST',
          purpose: 'DIRECT_CARE',
          organisation_id: world.organisations.home,
          kind: 'WRITE',
          outcome: 'DONE',
          person_ids: [personId],
          details: {},
          correlation_id: 'corr-sam',
        },
      ]);
    });

    it('rolls back together with it', async () => {
      const personId = await world.someone().known();
      await expect(rename(personId, 'neither', new Error('afterwards'))).rejects.toThrow('afterwards');
      expect(await world.count('persons', `family_name = 'neither'`)).toBe(0);
      expect(await namesOnRecord('neither')).toBe(0);
    });

    it('stops the write when it cannot be made', async () => {
      const personId = await world.someone().known();
      const unlock = await lockAudit(world.db);
      await expect(rename(personId, 'unheard')).rejects.toThrow();
      await unlock();
      expect(await world.count('persons', `family_name = 'unheard'`)).toBe(0);
    });

    it('can be changed by nobody', async () => {
      await expect(world.sql('delete from audit_events')).rejects.toThrow('append-only');
      await expect(world.sql(`update audit_events set subject = 'else'`)).rejects.toThrow('append-only');
    });
  });

  describe('of reads', () => {
    it('is committed when the answer may leave', async () => {
      const trail = new AuditTrail(world.database);
      const personId = await world.someone().known();
      await trail.record(caller, looked('persons', [personId]));
      expect(await world.count('audit_events', 'person_ids @> array[$1::uuid]', [personId])).toBe(1);
    });

    it('takes many at once in few statements', async () => {
      let statements = 0;
      const counted = {
        audit(text: string, values: readonly unknown[]): Promise<void> {
          statements++;
          return world.database.audit(text, values);
        },
      };
      const trail = new AuditTrail(counted);
      await Promise.all(Array.from({ length: 60 }, () => trail.record(caller, looked('crowd'))));
      expect(await namesOnRecord('crowd')).toBe(60);
      expect(statements).toBe(2);
    });

    it('refuses the answer while the table is locked, and goes on afterwards', async () => {
      const trail = new AuditTrail(world.database, 2_500);
      const unlock = await lockAudit(world.db);
      // By its own limit, before the database gives the statement up.
      await expect(trail.record(caller, looked('locked'))).rejects.toMatchObject({
        code: 'HUB_AUDIT_UNAVAILABLE',
        cause: { message: 'audit record not written in time' },
      });
      await unlock();
      await trail.record(caller, looked('unlocked'));
      expect(await namesOnRecord('unlocked')).toBe(1);
    });

    it('refuses the answer when the statement itself fails, and goes on afterwards', async () => {
      const trail = new AuditTrail(world.database);
      const unlock = await lockAudit(world.db);
      expect(await failureOf(trail.record(caller, looked('timed out')))).toEqual({
        code: 'HUB_AUDIT_UNAVAILABLE',
      });
      await unlock();
      expect(await failureOf(trail.record(caller, looked('no such person', ['nobody'])))).toEqual({
        code: 'HUB_AUDIT_UNAVAILABLE',
      });
      await trail.record(caller, looked('well again'));
      expect(await namesOnRecord('timed out')).toBe(0);
      expect(await namesOnRecord('well again')).toBe(1);
    });
  });
});

/** Holds the audit table from a connection of its own until the returned function is called. */
async function lockAudit(db: CaseworkWorld['db']): Promise<() => Promise<void>> {
  const { connectionString } = db.owner.options;
  const holder = new pg.Client({ connectionString });
  await holder.connect();
  await holder.query('begin; lock table audit_events in access exclusive mode');
  return () => holder.end();
}

/** What the migrations promise of row-level security is read from their statements, and read in full. */
import fc from 'fast-check';
import { migrations } from '../../../ormconfig.js';
import { expectedSecurity } from '../../../src/main/doctor/expected-security.rules.js';
import { statementsOf } from '../../../src/platform/database/migrate.js';
import { DatabaseRole, IN_ORG, secureTable } from '../../../src/platform/database/policy.js';

const TABLE = [
  'create table notes (id uuid)',
  ...secureTable('notes', [{ role: DatabaseRole.WORKER, may: 'all', rows: IN_ORG }]),
];

test('a table, its policy and the statement that makes it', () => {
  const { tables, secured, appendOnly } = expectedSecurity(TABLE);
  expect([...tables]).toEqual(['notes']);
  expect(secured.get('notes')).toEqual([
    { name: 'notes_hub_worker', statement: `${TABLE.at(-1)};`, isOpen: false },
  ]);
  expect(appendOnly).toEqual([]);
});

test.each(['select', 'insert', 'all'] as const)('a policy for %s of every row is known to be open', (may) => {
  const statements = secureTable('notes', [{ role: DatabaseRole.AUDIT, may, rows: 'true' }]);
  expect(expectedSecurity(statements).secured.get('notes')).toMatchObject([{ isOpen: true }]);
});

test('what a later migration drops is forgotten; what it makes anew counts', () => {
  expect(expectedSecurity([...TABLE, 'drop policy notes_hub_worker on notes']).secured.get('notes')).toEqual(
    [],
  );
  const again = 'create policy notes_hub_worker on notes for select to hub_worker using (true)';
  expect(
    expectedSecurity([...TABLE, 'drop policy notes_hub_worker on notes', again]).secured.get('notes'),
  ).toEqual([{ name: 'notes_hub_worker', statement: `${again};`, isOpen: true }]);
  const trigger = 'create trigger notes_fixed before update on notes execute function refuse_change()';
  const gone = expectedSecurity([...TABLE, trigger, 'drop table notes']);
  expect([gone.tables.size, gone.secured.size, gone.appendOnly.length]).toEqual([0, 0, 0]);
});

test('a trigger that refuses change is told with its table; another is not', () => {
  const refusing =
    'create trigger notes_fixed before update or delete on notes execute function refuse_change()';
  const other = 'create trigger notes_stamp before update on notes execute function stamp()';
  expect(expectedSecurity([...TABLE, refusing, other]).appendOnly).toEqual([
    { name: 'notes_fixed', table: 'notes', statement: `${refusing};` },
  ]);
});

test('indentation and line breaks make no difference', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(' ', '\n', '\n   ', '\t'), { minLength: 40, maxLength: 40 }),
      (gaps) => {
        const spread = TABLE.map((sql) => {
          let at = 0;
          return sql.replace(/ /g, () => gaps[at++ % gaps.length]!);
        });
        expect(expectedSecurity(spread)).toEqual(expectedSecurity(TABLE));
      },
    ),
  );
});

test('of the real migrations: every statement that forces security or makes a policy is in it', async () => {
  const statements = (await Promise.all(migrations.map(statementsOf))).flat();
  const { tables, secured, appendOnly } = expectedSecurity(statements);
  const matching = (pattern: RegExp): number => statements.filter((sql) => pattern.test(sql)).length;
  expect(tables.size).toBe(matching(/^\s*create table/));
  expect(secured.size).toBe(matching(/force row level security/));
  expect([...secured.values()].flat()).toHaveLength(matching(/^create policy/));
  expect(appendOnly).toHaveLength(matching(/^\s*create trigger [\s\S]*refuse_change/));
  for (const table of ['persons', 'record_links', 'referrals', 'caseload_memberships', 'audit_events'])
    expect(secured.get(table)!.length).toBeGreaterThan(0);
});

/** Checks that the database still holds what the migrations promise: forced row-level security, its policies, records that only grow. */
import { migrations } from '../../../ormconfig.js';
import { COLUMNS_OF_READS } from '../../access/audit.service.js';
import { statementsOf } from '../../platform/database/migrate.js';
import { DatabaseRole } from '../../platform/database/policy.js';
import type { Check } from './check.js';
import { type ExpectedPolicy, type ExpectedSecurity, expectedSecurity } from './expected-security.rules.js';
import { fault, fine, together, type Verdict } from './verdict.js';

/** Columns that make a table one about persons. */
const PERSONAL = [
  'person_id',
  'nhs_number',
  'date_of_birth',
  'given_name',
  'family_name',
  'telephone',
  'postcode',
];

interface TableRow {
  readonly name: string;
  readonly forced: boolean;
  readonly scoped: boolean;
  readonly personal: boolean;
}

interface PolicyRow {
  readonly table: string;
  readonly name: string;
  readonly isOpen: boolean;
}

const TABLES = `
select c.relname as name, c.relrowsecurity and c.relforcerowsecurity as forced,
  coalesce(bool_or(a.attname = 'organisation_id'), false) as scoped, coalesce(bool_or(a.attname = any ($1)), false) as personal
from pg_class c left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') group by c.oid order by c.relname`;

const POLICIES = `
select tablename as table, policyname as name, coalesce(qual = 'true', false) or coalesce(with_check = 'true', false) as "isOpen"
from pg_policies where schemaname = 'public' order by tablename, policyname`;

async function promised(): Promise<ExpectedSecurity> {
  return expectedSecurity((await Promise.all(migrations.map(statementsOf))).flat());
}

function judgeTable(table: TableRow, expected: ExpectedSecurity): Verdict[] {
  const { name, forced, scoped, personal } = table;
  const ours = expected.tables.has(name);
  const must = expected.secured.has(name) || personal || (scoped && !ours);
  if (!must || forced) return [];
  const what = ours ? name : `${name}, which no migration made,`;
  const statement = `alter table ${name} enable row level security, force row level security;`;
  return [fault(`${what} has no forced row-level security`, statement)];
}

function judgePolicies(
  table: string,
  expected: readonly ExpectedPolicy[],
  held: readonly PolicyRow[],
): Verdict[] {
  const made = new Map(held.filter((row) => row.table === table).map((row) => [row.name, row]));
  const again = (policy: ExpectedPolicy): string =>
    `drop policy ${policy.name} on ${table}; ${policy.statement}`;
  const wanting = expected.flatMap((policy) => {
    const row = made.get(policy.name);
    made.delete(policy.name);
    if (!row) return [fault(`${table} lacks the policy ${policy.name}`, policy.statement)];
    return row.isOpen && !policy.isOpen ? [fault(`${policy.name} lets in every row`, again(policy))] : [];
  });
  const foreign = [...made.keys()].map((name) =>
    fault(`${table} has the policy ${name}, which no migration made`, `drop policy ${name} on ${table};`),
  );
  return [...wanting, ...foreign];
}

/** Checks of what protects rows. */
export const securityChecks: readonly Check[] = [
  {
    name: 'row-security',
    examines:
      'that row-level security is forced on every table about persons, with exactly the policies of the migrations',
    needs: ['schema'],
    async run({ query }) {
      const expected = await promised();
      const tables = await query<TableRow>(TABLES, [PERSONAL]);
      const policies = await query<PolicyRow>(POLICIES);
      const verdicts = [
        ...tables.flatMap((table) => judgeTable(table, expected)),
        ...[...expected.secured].flatMap(([table, list]) => judgePolicies(table, list, policies)),
      ];
      return together(verdicts, fine(`${expected.secured.size} tables, ${policies.length} policies`));
    },
  },
  {
    name: 'audit',
    examines:
      'that audit events can be added and neither changed nor removed by the hub, nor read but for who has read what',
    needs: ['schema'],
    async run({ query }) {
      const { appendOnly } = await promised();
      const held = await query<{ name: string; table: string }>(
        `select t.tgname as name, c.relname as table from pg_trigger t join pg_class c on c.oid = t.tgrelid
         join pg_proc f on f.oid = t.tgfoid
         where not t.tgisinternal and t.tgenabled in ('O', 'A') and f.proname = 'refuse_change' and c.relnamespace = 'public'::regnamespace`,
      );
      const off = appendOnly.filter(
        ({ name, table }) => !held.some((row) => row.name === name && row.table === table),
      );
      const roles = Object.values(DatabaseRole).filter((role) => role !== DatabaseRole.OWNER);
      const granted = await query<{ role: string; may: string }>(
        `select r.rolname as role, p.may from pg_roles r cross join unnest(array['select', 'update', 'delete', 'truncate']) p (may)
         where r.rolname = any ($1) and (has_table_privilege(r.oid, 'audit_events', p.may)
           or (p.may in ('select', 'update') and exists (
             select from pg_attribute a where a.attrelid = 'audit_events'::regclass and a.attnum > 0 and not a.attisdropped
               and has_column_privilege(r.oid, a.attrelid, a.attnum, p.may)
               and not (p.may = 'select' and r.rolname = $2 and a.attname = any ($3)))))
         order by 1, 2`,
        [roles, DatabaseRole.WRITE, COLUMNS_OF_READS],
      );
      return together(
        [
          ...off.map(({ name, table, statement }) =>
            fault(
              `${table} can be changed: its trigger ${name} is off or gone`,
              `drop trigger if exists ${name} on ${table}; ${statement}`,
            ),
          ),
          ...granted.map(({ role, may }) =>
            fault(`${role} may ${may} audit events`, `revoke ${may} on audit_events from ${role};`),
          ),
        ],
        fine(`add only; ${appendOnly.length} tables refuse change`),
      );
    },
  },
];

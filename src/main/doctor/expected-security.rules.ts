/** Who may see which table, as the migrations say it: read from their own statements, so that there is no second list to keep. */

/** A policy with the statement that makes it. */
export interface ExpectedPolicy {
  readonly name: string;
  readonly statement: string;
  /** Whether it lets in every row, as few do. */
  readonly isOpen: boolean;
}

/** A trigger that refuses change, with the statement that makes it. */
export interface ExpectedTrigger {
  readonly name: string;
  readonly table: string;
  readonly statement: string;
}

/** What the statements amount to. */
export interface ExpectedSecurity {
  /** Every table made and not dropped. */
  readonly tables: ReadonlySet<string>;
  /** Tables under forced row-level security, with their policies. */
  readonly secured: ReadonlyMap<string, readonly ExpectedPolicy[]>;
  /** Triggers that call `refuse_change`. */
  readonly appendOnly: readonly ExpectedTrigger[];
}

const flat = (sql: string): string => sql.replace(/\s+/g, ' ').trim();

/** Reads the statements of every migration in order; of those that drop a table or a policy it forgets what they drop. */
export function expectedSecurity(statements: readonly string[]): ExpectedSecurity {
  const tables = new Set<string>();
  const secured = new Map<string, ExpectedPolicy[]>();
  let appendOnly: ExpectedTrigger[] = [];
  const forgetPolicy = (table: string, name: string): void => {
    secured.set(
      table,
      (secured.get(table) ?? []).filter((policy) => policy.name !== name),
    );
  };
  for (const sql of statements.map(flat)) {
    const words = sql.match(
      /^(create table|drop table|alter table|create policy|drop policy|create trigger) (\w+)/,
    );
    const [, verb, name = ''] = words ?? [];
    const on = / on (\w+)/.exec(sql)?.[1] ?? '';
    if (verb === 'create table') tables.add(name);
    if (verb === 'drop table') {
      tables.delete(name);
      secured.delete(name);
      appendOnly = appendOnly.filter(({ table }) => table !== name);
    }
    if (verb === 'alter table' && sql.endsWith('force row level security'))
      secured.set(name, secured.get(name) ?? []);
    if (verb === 'drop policy') forgetPolicy(on, name);
    if (verb === 'create policy') {
      forgetPolicy(on, name);
      const isOpen = /(using|with check) \(true\)/.test(sql);
      secured.get(on)?.push({ name, statement: `${sql};`, isOpen });
    }
    if (verb === 'create trigger' && /execute function refuse_change\(\)/.test(sql))
      appendOnly.push({ name, table: on, statement: `${sql};` });
  }
  return { tables, secured, appendOnly };
}

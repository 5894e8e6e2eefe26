/** The hub's field maps against its own tables: the shortcut completes nothing, so nullability, types, enumerations and grants must agree. */
import {
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isNonNullType,
} from 'graphql';
import { buildGraph } from '../../../schema/build-graph.js';
import { FIELD_MAPS } from '../../../schema/roots.js';
import { Role } from '../../../src/core/caller.js';
import type { Column, TypeMap } from '../../../src/platform/database/select/field-map.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';

interface TableColumn {
  readonly nullable: boolean;
  readonly type: string;
  readonly check: string | null;
  readonly analyst: boolean;
  readonly staff: boolean;
  readonly steward: boolean;
}

let test_: TestDatabase;
let schema: GraphQLSchema;
const tables = new Map<string, TableColumn>();

beforeAll(async () => {
  test_ = await createTestDatabase();
  schema = await buildGraph();
  const { rows } = await test_.owner.query<TableColumn & { path: string }>(`
    select c.relname || '.' || a.attname as path, not a.attnotnull as nullable, format_type(coalesce(nullif(t.typbasetype, 0), t.oid), a.atttypmod) as type,
      (select pg_get_constraintdef(k.oid) from pg_constraint k where k.contype = 'c' and
        (k.conrelid = c.oid and k.conkey = array[a.attnum] or k.contypid = t.oid) limit 1) as check,
      has_column_privilege('hub_read_analyst', c.oid, a.attnum, 'select') as analyst,
      has_column_privilege('hub_read_staff', c.oid, a.attnum, 'select') as staff,
      has_column_privilege('hub_read_steward', c.oid, a.attnum, 'select') as steward
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      join pg_type t on t.oid = a.atttypid
    where c.relkind in ('r', 'v') and c.relnamespace = 'public'::regnamespace`);
  for (const { path, ...column } of rows) tables.set(path, column);
});
afterAll(() => test_.close());

const TYPES: Readonly<Record<Column['kind'], readonly string[]>> = {
  text: ['text'],
  uuid: ['uuid'],
  int: ['integer', 'smallint'],
  bool: ['boolean'],
  date: ['date'],
  time: ['timestamp(3) with time zone'],
  textArray: ['text[]', 'uuid[]'],
  json: ['json', 'jsonb'],
};

/** A field of the map's type, or of the first type of an interface or union that has it. */
function fieldOf(map: TypeMap, name: string): GraphQLField<unknown, unknown> | undefined {
  const types = (map.variants?.types ?? [map.type]).map((type) => schema.getType(type) as GraphQLObjectType);
  return types.map((type) => type.getFields()[name]).find((field) => field !== undefined);
}

/** Columns of a map that are answered by a column of its table as it is. */
function plainColumns(map: TypeMap): [string, Column, TableColumn][] {
  return Object.entries(map.columns).flatMap(([name, column]): [string, Column, TableColumn][] => {
    const found = tables.get(`${map.table}.${column.sql}`);
    return found ? [[`${map.type}.${name}`, column, found]] : [];
  });
}

const every = (
  check: (path: string, column: Column, table: TableColumn, map: TypeMap) => boolean,
): string[] =>
  FIELD_MAPS.flatMap((map) =>
    plainColumns(map).flatMap(([path, column, table]) => (check(path, column, table, map) ? [] : [path])),
  );

test('most fields are plain columns, so that these checks see something', () => {
  const all = FIELD_MAPS.reduce((sum, map) => sum + Object.keys(map.columns).length, 0);
  const seen = every(() => false).length;
  expect(seen).toBeGreaterThan(all * 0.8);
});

test('a field that is never null has a column that is never null', () => {
  expect(every((_path, column, table) => column.nullable || !table.nullable)).toEqual([]);
});

test('a column is of the kind that its map says', () => {
  expect(every((_path, column, table) => TYPES[column.kind].includes(table.type))).toEqual([]);
});

test('who may read a field holds the grant of its column', () => {
  const granted = every((_path, column, table, map) => {
    const sqlFor = (role: Role): TableColumn =>
      tables.get(`${map.table}.${column.per[role] ?? column.sql}`) ?? table;
    const analyst = !column.allow.includes(Role.ANALYST) || sqlFor(Role.ANALYST).analyst;
    const steward = !column.allow.includes(Role.IDENTITY_STEWARD) || sqlFor(Role.IDENTITY_STEWARD).steward;
    const others = column.allow.filter((role) => role !== Role.ANALYST && role !== Role.IDENTITY_STEWARD);
    return analyst && steward && others.every((role) => sqlFor(role).staff);
  });
  expect(granted).toEqual([]);
});

test('an enumeration has exactly the values that its column may hold', () => {
  const different = every((path, column, table, map) => {
    const field = path.split('.')[1]!;
    const named = getNamedType(fieldOf(map, field)?.type);
    // A list has no constraint of its own: the rules that write it keep it to the enumeration.
    if (!isEnumType(named) || column.kind === 'textArray') return true;
    const allowed = [...(table.check ?? '').matchAll(/'([^']+)'::text/g)].map((match) => match[1]!);
    const values = named.getValues().map(({ name }) => name);
    return allowed.length > 0 && allowed.every((value) => values.includes(value));
  });
  expect(different).toEqual([]);
});

test('an order over a column that may be null says what takes its place', () => {
  const faults = FIELD_MAPS.flatMap((map) =>
    Object.entries(map.orders).flatMap(([name, { keys }]) =>
      keys
        .filter((key) => key.whenNull === undefined && tables.get(`${map.table}.${key.sql}`)?.nullable)
        .map((key) => `${map.type} ${name}: ${key.sql}`),
    ),
  );
  expect(faults).toEqual([]);
});

test('a field that roles are refused may be null, so that the refusal costs no more than the field', () => {
  const faults = FIELD_MAPS.flatMap((map) => {
    const parts = Object.entries({ ...map.columns, ...map.one, ...map.many });
    const readers = new Set(parts.flatMap(([, part]) => [...part.allow]));
    return parts
      .filter(([name, part]) => part.allow.length < readers.size && isNonNullType(fieldOf(map, name)!.type))
      .map(([name]) => `${map.type}.${name}`);
  });
  expect(faults).toEqual([]);
});

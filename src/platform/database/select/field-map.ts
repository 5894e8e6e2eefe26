/** Field maps: one table per GraphQL type that says which column or relation answers each field, and who may read it. */
import type { Role } from '../../../core/caller.js';

/** Roles that may use a column, relation, filter or order. Stated once, here; everybody else is refused. */
export type Allow = readonly Role[];

/**
 * SQL over one row. A bare identifier (`family_name`) is that column of the row; anything else is an expression
 * in which `{t}` stands for the row's alias (`{t}.valid_to is null`). Constant text: never built from input.
 */
export type RowSql = string;

/**
 * What a column holds and how it is answered: `time` is `timestamptz(3)` answered as `YYYY-MM-DDTHH:MM:SS.mmmZ`;
 * `date` is `YYYY-MM-DD`; `textArray` a list of text; `json` whatever the column holds; `int` a 32 bit integer.
 * Text that answers an enumeration must hold exactly the names of its GraphQL values.
 */
export type ColumnKind = 'text' | 'uuid' | 'int' | 'bool' | 'date' | 'time' | 'textArray' | 'json';

/** PostgreSQL type of a bound value. Input that is not of the type is refused with `HUB_INPUT_INVALID` before it is sent. */
export type ParamType =
  | 'text'
  | 'uuid'
  | 'int'
  | 'boolean'
  | 'date'
  | 'timestamptz'
  | 'text[]'
  | 'uuid[]'
  | 'int[]'
  | 'date[]';

/** A field answered by one column or expression. */
export interface Column {
  readonly kind: ColumnKind;
  readonly sql: RowSql;
  /** May the value be null? Must not be true under a non-null GraphQL field. */
  readonly nullable: boolean;
  readonly allow: Allow;
  /** Roles for which another expression of the same kind answers, such as a pseudonym for analysts. */
  readonly per: Readonly<Partial<Record<Role, RowSql>>>;
  /** Selecting it makes the answer identifiable, so that the row's subject goes on the audit record. */
  readonly identifies: boolean;
}

/**
 * Foreign key between two rows. As text: the column that refers, to the `key` of the row referred to. As a record,
 * for composite keys: each column of the row that refers → the column referred to.
 */
export type Link = string | Readonly<Record<string, string>>;

/** A field answered by the row that this row's foreign key names. Null when there is none or row-level security hides it. */
export interface KeyOne {
  readonly kind: 'key';
  readonly to: () => TypeMap;
  /** This row refers; the other row is referred to. */
  readonly via: Link;
  /** Condition used in place of `via`: `{t}.column` is this row, `{to}.column` the other. */
  readonly viaSql?: string;
  /** False promises that a visible row always has its other row visible; a breach is answered as GraphQL's null error. */
  readonly nullable: boolean;
  readonly allow: Allow;
}

/** A field answered by the first row of a child table by one of its orders. Always nullable. */
export interface LatestOne {
  readonly kind: 'latest';
  readonly to: () => TypeMap;
  /** The child refers to this row. */
  readonly via: Link;
  /** Name in the target's `orders`; default its first. */
  readonly order?: string;
  /** Restricts the children considered. */
  readonly where?: RowSql;
  readonly nullable: true;
  readonly allow: Allow;
}

/** A field answered by an object made of columns of this very row, such as a period of two dates. */
export interface InlineOne {
  readonly kind: 'inline';
  readonly to: () => TypeMap;
  /** The object is null where this is not true; default: always there. */
  readonly presentIf?: RowSql;
  readonly nullable: boolean;
  readonly allow: Allow;
}

/** A field answered by one object: of another row by key, of the first child row, or of this row. */
export type One = KeyOne | LatestOne | InlineOne;

/** How many items of a list are answered when `first` is left out, and the most that may be asked for. */
export interface PageRule {
  readonly size: number;
  readonly max: number;
}

/** A field answered by the list of rows that refer to this row. A plain GraphQL list, never null. */
export interface Many {
  readonly to: () => TypeMap;
  /** The child refers to this row. */
  readonly via: Link;
  /** Condition used in place of `via`: `{t}.column` is this row, `{to}.column` the child. */
  readonly viaSql?: string;
  readonly allow: Allow;
  /** Present: the field may have an argument `first`. Absent: the whole list, for lists that are short by nature. */
  readonly page?: PageRule;
  /** Name in the target's `orders` when the field has no order argument; default its first. */
  readonly order?: string;
  /** Name of the field's argument with the target's filter, if it has one. */
  readonly filterArg?: string;
  /** Name of the field's argument with the name of one of the target's orders, if it has one. */
  readonly orderArg?: string;
  /** Restricts the children always. */
  readonly where?: RowSql;
}

/** A field that its own resolver answers (a clinical record, a computation). It takes the operation off the shortcut. */
export interface HandField {
  readonly allow: Allow;
  /** Values of this row that the resolver needs, as text, read with `needed(source, name)`. */
  readonly needs: Readonly<Record<string, RowSql>>;
}

/**
 * A field answered by a live source (a clinical record) with an object per key: read in one batch after the rows, for all
 * rows at once. The object is of a type without a map, all of whose fields the same roles may read. A source that fails
 * leaves null and one error per source and edge; it never fails the read.
 */
export interface LiveEdge {
  readonly allow: Allow;
  /** Yields the key, as text. */
  readonly key: RowSql;
  /** Name of the batch reader in the read context. */
  readonly batch: string;
  /** Selecting it makes the answer identifiable, as a column's `identifies`. */
  readonly identifies: boolean;
}

/** A filter with a value. `where` gets the row's alias, the bound value with its cast, and the caller's role. */
export interface ValueFilter {
  readonly kind: 'value';
  readonly allow: Allow;
  readonly type: ParamType;
  readonly where: (row: string, value: string, role: Role) => string;
  /** True: the value is a person's id, and who asks by it is on record with that person whatever is answered. Type `uuid`. */
  readonly names?: boolean;
}

/** A boolean filter with a condition of its own for each answer, so that each can use its index. */
export interface FlagFilter {
  readonly kind: 'flag';
  readonly allow: Allow;
  readonly yes: RowSql;
  readonly no: RowSql;
}

/** A filter object over a related row: the row this one refers to (`up`), or at least one that refers to this one (`down`). */
export interface ThroughFilter {
  readonly kind: 'through';
  readonly allow: Allow;
  readonly to: () => TypeMap;
  readonly via: Link;
  readonly direction: 'up' | 'down';
}

/** A field of a filter input. */
export type Filter = ValueFilter | FlagFilter | ThroughFilter;

/** One column of an order. The last key of an order must make it total (an id). */
export interface OrderKey {
  readonly sql: RowSql;
  readonly type: 'text' | 'uuid' | 'int' | 'date' | 'timestamptz';
  readonly desc: boolean;
  /** Constant SQL that takes the place of null; mandatory for a nullable column, because a keyset cannot hold null. */
  readonly whenNull?: string;
}

/** A named order; pages walk its keys. When all keys run the same way an index over them serves every page. */
export interface Order {
  readonly allow: Allow;
  readonly keys: readonly OrderKey[];
}

/** A free argument of lists of the type (`asOf`, `knownAt`). Null counts as absent. */
export interface FreeArg {
  readonly type: ParamType;
  /** Condition when the argument has a value. */
  readonly given: (row: string, value: string) => string;
  /** Condition when it has none, or when the list's field does not have the argument; default: no condition. */
  readonly absent?: (row: string) => string;
}

/** Whose data a row is: the person that the audit record of a read names. */
export interface Subject {
  /** The person's id (uuid, never a pseudonym). */
  readonly sql: RowSql;
  /** A second person, of whose data the row is as much. */
  readonly also?: RowSql;
  /** True: every row of the type that is answered. False: only when a column with `identifies` is selected. */
  readonly always: boolean;
  /** Roles whose reads are recorded by subject; default all. */
  readonly roles?: Allow;
}

/**
 * A column that row-level security holds to a set of ids of the caller's scope (itself, or what it refers to), and an index over it and the map's usual
 * order. Root lists are then read id by id, each from its own start in the index, instead of sorting all rows in scope:
 * a page costs the same however long the lists have grown. Row-level security stays in force beside it.
 */
export interface ScopeColumn {
  /** Roles whose policy it is. */
  readonly roles: Allow;
  readonly column: string;
  /** The set: an expression of type `uuid[]` without a row. */
  readonly ids: string;
}

/**
 * How the rows of one table answer an interface or a union. Each row is one of the object types, and the fields of all of
 * them are looked up in the one map. A field may be in some of the types only.
 */
export interface Variants {
  /** Yields the name of the row's GraphQL object type; a row that yields another is `HUB_INTERNAL`. */
  readonly by: RowSql;
  /** Exactly the possible types of the interface or union. */
  readonly types: readonly string[];
}

/** Everything the compiler knows of a GraphQL object type, or of an interface or union. Build it with `typeMap`. */
export interface TypeMap {
  /** Name of the GraphQL object type; of the interface or union when there are `variants`. */
  readonly type: string;
  readonly table: string;
  /** A column that is never null: its presence proves a joined row, and links without a record refer to it. Default `id`. */
  readonly key: string;
  readonly columns: Readonly<Record<string, Column>>;
  readonly one: Readonly<Record<string, One>>;
  readonly many: Readonly<Record<string, Many>>;
  readonly hand: Readonly<Record<string, HandField>>;
  readonly edges: Readonly<Record<string, LiveEdge>>;
  /** By name in the filter input; `and`, `or` and `not` are there by themselves. */
  readonly filters: Readonly<Record<string, Filter>>;
  /** By name of the order's enum value; the first is the default. */
  readonly orders: Readonly<Record<string, Order>>;
  /** By argument name. They apply to lists and `latest`, not to a row reached by its key. */
  readonly args: Readonly<Record<string, FreeArg>>;
  /** Page of a root list. */
  readonly page: PageRule;
  readonly subject: Subject | null;
  /** Default none: row-level security alone says which rows there are. */
  readonly scopes: readonly ScopeColumn[];
  /** Null: every row is of the one object type. */
  readonly variants: Variants | null;
}

/** What a map's author states; the rest has defaults (`key` `id`, page of 25 and at most 100, everything else empty). */
export type TypeMapDefinition = Pick<TypeMap, 'type' | 'table' | 'columns'> & Partial<TypeMap>;

/** A complete map from what its author states. */
export function typeMap(definition: TypeMapDefinition): TypeMap {
  const empty = { one: {}, many: {}, hand: {}, edges: {}, filters: {}, orders: {}, args: {} };
  const plain = { key: 'id', page: { size: 25, max: 100 }, subject: null, scopes: [], variants: null };
  return { ...plain, ...empty, ...definition };
}

/**
 * Adds relations to a map of a lower room: the room with the foreign key declares the inverse name, the graph
 * assembles. Call it once, before the schema is built. Throws when the field is there already.
 */
export function addRelations(
  map: TypeMap,
  relations: Partial<Pick<TypeMap, 'one' | 'many' | 'hand' | 'edges' | 'filters'>>,
): void {
  for (const part of ['one', 'many', 'hand', 'edges', 'filters'] as const) {
    for (const [name, relation] of Object.entries(relations[part] ?? {})) {
      if (Object.hasOwn(map[part], name)) throw new Error(`${map.type}.${name} is there already`);
      (map[part] as Record<string, unknown>)[name] = relation;
    }
  }
}

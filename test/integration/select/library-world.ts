/** The library on a database of its own, a caller's read context, and the ways to ask it. */
import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  type GraphQLObjectType,
  type GraphQLSchema,
  getOperationAST,
  parse,
  validate,
} from 'graphql';
import { applyFieldMaps } from '../../../schema/apply-field-maps.js';
import { NO_SCOPE, Role } from '../../../src/core/caller.js';
import type { ReadStatement } from '../../../src/platform/database/database.js';
import { PlanCache } from '../../../src/platform/database/select/plans.js';
import { read } from '../../../src/platform/database/select/read.js';
import type { ReadContext } from '../../../src/platform/database/select/read-context.js';
import { type OperationPlans, readOperation } from '../../../src/platform/database/select/read-operation.js';
import { CursorKeyring } from '../../../src/platform/database/select/sealed-cursors.js';
import { needed } from '../../../src/platform/database/select/shapes.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';
import { insertLibrary, type LibraryRows, libraryRows, ORGANISATION, TEAMS } from './library-data.js';
import { LiveWorld } from './library-live.js';
import { BOOKS, LIBRARY_POLICY, PEOPLE, ROOTS } from './library-maps.js';
import { MEDIA } from './library-media.js';
import { createLibrary, librarySchema } from './library-schema.js';

export type Variables = Readonly<Record<string, unknown>>;

export interface Asked {
  readonly context: ReadContext;
  readonly statements: ReadStatement[];
  readonly audits: { operation: string; subjects: readonly string[] }[];
}

const keyring = new CursorKeyring(Buffer.alloc(32, 7));

export class LibraryWorld {
  readonly plans: OperationPlans = new PlanCache(500);
  private readonly documents = new Map<string, DocumentNode>();
  /** Live sources; replace it to make them fail. */
  live = new LiveWorld();

  private constructor(
    readonly test: TestDatabase,
    readonly schema: GraphQLSchema,
    readonly rows: LibraryRows,
  ) {}

  static async open(rows: LibraryRows = libraryRows()): Promise<LibraryWorld> {
    const test = await createTestDatabase();
    await createLibrary(test.owner);
    await insertLibrary(test.owner, rows);
    const schema = applyFieldMaps<ReadContext>(handWritten(librarySchema()), LIBRARY_POLICY, {
      contextOf: (context) => context,
    });
    return new LibraryWorld(test, schema, rows);
  }

  /** A request of a caller; `auditRead` may be replaced to fail. */
  request(
    role: Role = Role.EMPLOYMENT_SPECIALIST,
    more: Partial<ReadContext> = {},
    teams?: readonly string[],
  ): Asked {
    const statements: ReadStatement[] = [];
    const audits: Asked['audits'] = [];
    const analyst = role === Role.ANALYST;
    const context: ReadContext = {
      role,
      scope: analyst
        ? { ...NO_SCOPE, organisationIds: [ORGANISATION] }
        : { ...NO_SCOPE, organisationId: ORGANISATION, teamIds: teams ?? [TEAMS.own, TEAMS.second] },
      reader: analyst ? 'analyst' : 'staff',
      database: {
        read: (reader, scope, statement) => {
          statements.push(statement);
          return this.test.database.read(reader, scope, statement);
        },
      },
      auditRead: async (operation, subjects) => {
        audits.push({ operation, subjects });
      },
      cursors: keyring.for('somebody'),
      batches: this.live.batches(),
      ...more,
    };
    return { context, statements, audits };
  }

  /** The document of a query, found valid once however often it is asked. */
  private documentOf(query: string): DocumentNode {
    const known = this.documents.get(query);
    if (known) return known;
    const document = parse(query);
    const faults = validate(this.schema, document);
    if (faults.length) throw faults[0]!;
    this.documents.set(query, document);
    return document;
  }

  /** The shortcut: null when it does not answer. */
  async whole(query: string, variables: Variables = {}, asked = this.request()): Promise<object | null> {
    const document = this.documentOf(query);
    const operation = getOperationAST(document)!;
    const { schema, plans } = this;
    return readOperation(
      { schema, plans, roots: ROOTS, document, operation, variables, key: query },
      asked.context,
    );
  }

  /** The stock way over the same maps. */
  async stock(query: string, variables: Variables = {}, asked = this.request()): Promise<ExecutionResult> {
    const document = this.documents.get(query) ?? parse(query);
    return execute({ schema: this.schema, document, variableValues: variables, contextValue: asked.context });
  }

  close(): Promise<void> {
    return this.test.close();
  }
}

/** What the library's own resolvers do: a computed field, a version, mutations that answer rows by id. */
function handWritten(schema: GraphQLSchema): GraphQLSchema {
  const field = (type: string, name: string) =>
    (schema.getType(type) as GraphQLObjectType<unknown, ReadContext>).getFields()[name]!;
  field('Book', 'mood').resolve = (source) => `${needed(source, 'id')} has ${needed(source, 'pages')} pages`;
  field('Query', 'version').resolve = () => '1';
  field('Mutation', 'touch').resolve = async (_source, args: { id: string }, context, info) => {
    const map = [BOOKS, PEOPLE].find((_map, at) => args.id.includes(at === 0 ? '-8005-' : '-8003-'));
    const row = map && (await read(info, { kind: 'id', map, id: args.id }, context));
    return row ?? { __typename: 'Refused', reason: 'not there' };
  };
  field('Mutation', 'touchAll').resolve = (_source, args: { ids: string[] }, context, info) =>
    read(info, { kind: 'ids', map: BOOKS, ids: args.ids }, context);
  field('Disc', 'sound').resolve = (source) => `${needed(source, 'label')}!`;
  field('Mutation', 'touchMedium').resolve = (_source, args: { id: string }, context, info) =>
    read(info, { kind: 'id', map: MEDIA, id: args.id }, context);
  field('Mutation', 'touchMedia').resolve = (_source, args: { ids: string[] }, context, info) =>
    read(info, { kind: 'ids', map: MEDIA, ids: args.ids }, context);
  field('Mutation', 'finish').resolve = (_source, args: { id: string }) =>
    args.id.includes('-8007-')
      ? { __typename: 'MediumDone', mediumId: args.id }
      : { __typename: 'Refused', reason: 'no medium' };
  field('MediumDone', 'medium').resolve = (source, _args, context, info) =>
    read(info, { kind: 'id', map: MEDIA, id: (source as { mediumId: string }).mediumId }, context);
  return schema;
}

/** The rows that a caller of these teams sees. */
export function visibleRows(rows: LibraryRows, teams: readonly string[]): LibraryRows {
  const see = Object.entries(rows).map(([table, list]) => [
    table,
    list.filter((row) => teams.includes(String(row.team_id))),
  ]);
  return Object.fromEntries(see) as LibraryRows;
}

/** Runs a plan: checks the arguments, reads, cuts to the page asked for, makes the answer. */
import { HubError } from '../../../core/errors.js';
import { pageSize } from './compilation.js';
import type { Gathered, Hydration } from './hydrate.js';
import { encodeParameter, parameterValues, valueAt } from './parameters.js';
import type { ConnectionPlan, EdgeField, PageInfoField, Plan, PlannedStatement } from './plan.js';
import type { ReadContext } from './read-context.js';
import { shapedPrototype } from './shapes.js';

type Values = Readonly<Record<string, unknown>>;
type PositionalRow = readonly unknown[];

/** Values that a run brings beside the arguments. */
export interface RunInput {
  readonly variables: Values;
  /** Ids of an `ids` plan. */
  readonly ids?: readonly string[];
}

/** A run whose arguments have been checked; nothing has been read yet. */
export interface PreparedRun {
  read(): Promise<unknown>;
}

/**
 * Checks a run's arguments (page sizes, values, cursor) and prepares its reads, which fill `gathered`.
 * Throws the coded error of a bad argument.
 */
export function prepareRun(
  plan: Plan,
  input: RunInput,
  context: ReadContext,
  gathered: Gathered,
): PreparedRun {
  const values = plan.sources.map((source) => source(input.variables));
  const cuts = plan.cuts.map((cut) => pageSize(values[cut.source]?.[cut.arg], cut.arg, cut.page));
  for (const { source, path } of plan.named)
    gathered.subjects.add(encodeParameter('uuid', valueAt(values[source], path), path.join('.')) as string);
  const run: Hydration = { cuts, live: plan.live, ...gathered };
  if (plan.kind === 'connection') return prepareConnection(plan, values, run, context);
  const rows = statement(plan.rows, values, input.ids === undefined ? [] : [input.ids], context);
  return {
    read: async () => {
      const found = await rows();
      if (plan.kind === 'single') return found.length ? plan.hydrate(found[0]!, run) : null;
      if (plan.kind === 'list') return found.slice(0, cuts[plan.cut!]).map((row) => plan.hydrate(row, run));
      const byId = new Map(found.map((row) => [row[plan.idSlot], row]));
      return input.ids!.map((id) => (byId.has(id) ? plan.hydrate(byId.get(id)!, run) : null));
    },
  };
}

function prepareConnection(
  plan: ConnectionPlan,
  values: readonly Values[],
  run: Hydration,
  context: ReadContext,
): PreparedRun {
  // The connection's own arguments are always the first source.
  const cursor = plan.cursorArg && (values[0]![plan.cursorArg] as string);
  const place = cursor === null ? [] : context.cursors.open(plan.order.name, cursor);
  if (cursor !== null && place.length !== plan.order.length) throw new HubError('HUB_INPUT_CURSOR');
  const rows = plan.rows && statement(plan.rows, values, place, context);
  const count = plan.count && statement(plan.count, values, [], context);
  return {
    read: async () => {
      const [found, counted] = await Promise.all([rows ? rows() : [], count ? count() : null]);
      const size = run.cuts[plan.cut]!;
      const page = found.slice(0, size);
      if (plan.backward) page.reverse();
      const more = found.length > size;
      const answer = new ConnectionAnswer(plan, page, run, context, {
        hasNextPage: plan.backward ? cursor !== null : more,
        hasPreviousPage: plan.backward ? more : cursor !== null,
      });
      return answer.connection(counted === null ? null : counted[0]![0]);
    },
  };
}

function statement(
  planned: PlannedStatement,
  values: readonly Values[],
  extras: readonly unknown[],
  context: ReadContext,
): () => Promise<PositionalRow[]> {
  const bound = parameterValues(planned.parameters, values, extras);
  const { text } = planned;
  // A shape seen once is not worth a prepared statement: each costs the server memory on every connection.
  const named = planned.uses++ > 0 ? { name: planned.name } : {};
  return () => context.database.read(context.reader, context.scope, { text, values: bound, ...named });
}

class ConnectionAnswer {
  constructor(
    private readonly plan: ConnectionPlan,
    private readonly page: readonly PositionalRow[],
    private readonly run: Hydration,
    private readonly context: ReadContext,
    private readonly neighbours: { readonly hasNextPage: boolean; readonly hasPreviousPage: boolean },
  ) {}

  connection(totalCount: unknown): object {
    const { types } = this.plan;
    return this.object(types.connection, this.plan.fields, (field) => {
      switch (field.kind) {
        case 'constant':
          return field.text;
        case 'totalCount':
          return totalCount;
        case 'nodes':
          return this.page.map((row) => field.hydrate(row, this.run));
        case 'edges':
          return this.page.map((row) =>
            this.object(types.edge, field.fields, (part) => this.edge(part, row)),
          );
        case 'pageInfo':
          return this.object(types.pageInfo, field.fields, (part) => this.info(part));
      }
    });
  }

  private edge(field: EdgeField, row: PositionalRow): unknown {
    if (field.kind === 'constant') return field.text;
    return field.kind === 'node' ? field.hydrate(row, this.run) : this.cursor(row);
  }

  private info(field: PageInfoField): unknown {
    switch (field.kind) {
      case 'constant':
        return field.text;
      case 'startCursor':
        return this.page.length ? this.cursor(this.page[0]!) : null;
      case 'endCursor':
        return this.page.length ? this.cursor(this.page.at(-1)!) : null;
      default:
        return this.neighbours[field.kind];
    }
  }

  private cursor(row: PositionalRow): string {
    const { name, slots } = this.plan.order;
    return this.context.cursors.seal(
      name,
      slots.map((slot) => row[slot] as string),
    );
  }

  /** Keys are response keys of the request: without a prototype chain `__proto__` is an ordinary one. */
  private object<Field>(
    type: string,
    fields: readonly (readonly [string, Field])[],
    value: (field: Field) => unknown,
  ): object {
    const made = Object.create(this.plan.marked ? shapedPrototype(type) : null) as Record<string, unknown>;
    for (const [key, field] of fields) made[key] = value(field);
    return made;
  }
}

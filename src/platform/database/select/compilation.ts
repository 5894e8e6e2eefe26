/** What one compilation gathers: aliases, the fields whose arguments it reads, and the page sizes that a run must check. */
import {
  type FieldNode,
  type GraphQLField,
  type GraphQLObjectType,
  getArgumentValues,
  Kind,
  visit,
} from 'graphql';
import type { Role } from '../../../core/caller.js';
import { HubError, inputError } from '../../../core/errors.js';
import type { Allow, PageRule } from './field-map.js';
import type { LivePlan } from './live-plan.js';
import { NotCompilable } from './not-compilable.js';
import type { ArgumentPath } from './parameters.js';
import type { DocumentScope } from './selection.js';

/** The arguments of a field in a run, from the run's variables. */
export type ArgumentValues = (
  variables: Readonly<Record<string, unknown>>,
) => Readonly<Record<string, unknown>>;

/** A field with arguments. Its values may differ from run to run; their shape may not, or it is another plan. */
export interface ArgumentSource {
  readonly index: number;
  /** Values at the time of compiling: read for their shape only, and not kept in the plan, for they may be of a person. */
  readonly shape: Readonly<Record<string, unknown>>;
  readonly values: ArgumentValues;
}

/** Where a list is cut to what was asked: a statement fetches the next size of `PAGE_SIZES`. */
export interface Cut {
  readonly source: number;
  readonly arg: string;
  readonly page: PageRule;
}

/** Where a filter's value names a person. */
export interface NamedPerson {
  readonly source: number;
  readonly path: ArgumentPath;
}

/** Sizes of literal limits, so that few statements serve all page sizes. */
export const PAGE_SIZES: readonly number[] = [1, 2, 3, 5, 10, 20, 25, 50, 100, 250, 1000];

/** The size fetched for a size asked for; the size itself past the last step. */
export function fetchSize(asked: number): number {
  return PAGE_SIZES.find((size) => size >= asked) ?? asked;
}

/** The number of items asked for; outside 0…max is `HUB_INPUT_LIMIT` or `HUB_INPUT_INVALID`. */
export function pageSize(value: unknown, arg: string, page: PageRule): number {
  const asked = value ?? page.size;
  if (typeof asked !== 'number' || asked < 0) throw inputError(arg, 'not a page size', `0 to ${page.max}`);
  if (asked > page.max) {
    throw new HubError('HUB_INPUT_LIMIT', {
      message: `${arg}: too many at once; accepted: 0 to ${page.max}`,
      details: { field: arg, accepted: `0 to ${page.max}` },
    });
  }
  return asked;
}

/**
 * `whole`: the answer is complete, so a refused or hand-written field ends the compilation. `field`: graphql-js walks
 * the answer, so such fields are left out for their resolvers to word.
 */
export type CompileMode = 'whole' | 'field';

/** State of one compilation. */
export class Compilation {
  readonly sources: ArgumentSource[] = [];
  readonly cuts: Cut[] = [];
  readonly live: LivePlan[] = [];
  readonly named: NamedPerson[] = [];
  private aliases = 0;

  constructor(
    readonly scope: DocumentScope,
    readonly role: Role,
    readonly mode: CompileMode,
  ) {}

  /** A new alias: a letter and a number. */
  alias(letter: string): string {
    return `${letter}${this.aliases++}`;
  }

  /** The arguments of a field; null when the field takes none. */
  source(type: GraphQLObjectType, node: FieldNode): ArgumentSource | null {
    const definition = type.getFields()[node.name.value];
    if (!definition) throw new NotCompilable(`${type.name}.${node.name.value}`);
    if (definition.args.length === 0) return null;
    const { shape, values } = argumentReader(definition, node, this.scope.variables);
    const source = { index: this.sources.length, shape, values };
    this.sources.push(source);
    return source;
  }

  /** What a plan keeps: how to find the values of each run. */
  get argumentValues(): readonly ArgumentValues[] {
    return this.sources.map(({ values }) => values);
  }

  /** The literal limit of a page whose size argument is `arg`, and the number of the cut that trims it; no source: the default size. */
  limit(source: ArgumentSource | null, arg: string, page: PageRule): { limit: number; cut: number } {
    const asked = source?.shape[arg];
    const size = typeof asked === 'number' ? asked : page.size;
    const cut = this.cuts.push({ source: source?.index ?? -1, arg, page }) - 1;
    return { limit: Math.min(fetchSize(Math.max(size, 0)), page.max), cut };
  }

  /** True when the role may. */
  allows(allow: Allow): boolean {
    return allow.includes(this.role);
  }

  /** Refuses with `HUB_ACCESS_FIELD` unless the role may. */
  demand(allow: Allow, field: string): void {
    if (!this.allows(allow)) throw fieldRefused(field);
  }
}

/** The refusal of a field, filter, order or argument. */
export function fieldRefused(field: string): HubError {
  return new HubError('HUB_ACCESS_FIELD', { details: { field } });
}

function argumentReader(
  definition: GraphQLField<unknown, unknown>,
  node: FieldNode,
  variables: Readonly<Record<string, unknown>>,
): Pick<ArgumentSource, 'shape' | 'values'> {
  const shape = getArgumentValues(definition, node, variables);
  let constant = true;
  for (const argument of node.arguments ?? []) {
    visit(argument, {
      [Kind.VARIABLE]: () => {
        constant = false;
      },
    });
  }
  return { shape, values: constant ? fixed(shape) : varying(definition, node) };
}

// Each in a function of its own, so that no plan holds on to the values it was compiled with.
function fixed(values: Readonly<Record<string, unknown>>): ArgumentValues {
  return () => values;
}

function varying(definition: GraphQLField<unknown, unknown>, node: FieldNode): ArgumentValues {
  return (variables) => getArgumentValues(definition, node, variables);
}

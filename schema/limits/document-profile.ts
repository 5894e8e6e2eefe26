/** What a document is, judged by its text and the schema alone: its size in every respect but those that variables settle. */
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { inputError } from '../../src/core/errors.js';
import { type Cost, fixedCost, type ListSize, NO_COST, plus, times } from './cost.js';
import { argumentLength, type Declared, isPaged, pageSize } from './list-size.js';
import { type CostModel, limitPassed, type RequestLimits } from './request-limits.js';
import { refuseNul } from './variables.rules.js';

/** One operation of a document. */
export interface OperationProfile {
  readonly name: string | null;
  readonly cost: Cost;
  /** Whether it asks for `__schema` or `__type` at the root. */
  readonly introspects: boolean;
}

/**
 * The profile of a document's operations; null when the text is not GraphQL (Apollo words that).
 * Throws `HUB_INPUT_LIMIT` for every limit that does not hang on variables, `HUB_INPUT_INVALID` for a subscription whose root
 * field has a condition.
 */
export function profileDocument(
  schema: GraphQLSchema,
  text: string,
  limits: RequestLimits,
  model: CostModel = {},
): readonly OperationProfile[] | null {
  if (text.length > limits.characters) throw limitPassed('characters', text.length, limits.characters);
  const document = parseWithin(text, limits.tokens);
  if (!document) return null;
  checkWritten(document, limits);
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION && !fragments.has(node.name.value))
      fragments.set(node.name.value, node);
  }
  const operations = document.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
  if (operations.length > limits.operations)
    throw limitPassed('operations', operations.length, limits.operations);
  return operations.map((operation) => new Walk(schema, limits, model, fragments, operation).profile());
}

function parseWithin(text: string, maxTokens: number): DocumentNode | null {
  try {
    return parse(text, { maxTokens, noLocation: true });
  } catch (error) {
    if (error instanceof GraphQLError && /contains more tha\w+ \d+ tokens/.test(error.message)) {
      throw limitPassed('tokens', maxTokens + 1, maxTokens);
    }
    return null;
  }
}

/** Counts what is written, whether it is used or not. */
function checkWritten(document: DocumentNode, limits: RequestLimits): void {
  let directives = 0;
  visit(document, {
    enter(node) {
      if (node.kind === Kind.STRING) refuseNul('query', node.value);
      const here = 'directives' in node ? (node.directives?.length ?? 0) : 0;
      if (here > limits.directivesPerNode)
        throw limitPassed('directivesPerNode', here, limits.directivesPerNode);
      directives += here;
      if (directives > limits.directives) throw limitPassed('directives', directives, limits.directives);
    },
  });
}

/** Where a walk stands: the type around, how deep, and the size of the connection around. */
interface Place {
  readonly type: GraphQLNamedType | undefined;
  readonly depth: number;
  /** Size of the page when `type` is the connection of a paged field: its lists have that size. */
  readonly page: ListSize | null;
  readonly introspecting: boolean;
}

/** One pass over an operation with its fragments expanded. Every step counts as a node, so the work is bounded by the limit on them. */
class Walk {
  private nodes = 0;
  private aliases = 0;
  private rootFields = 0;
  private introspects = false;
  private readonly open = new Set<string>();
  private readonly declared: Declared;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly limits: RequestLimits,
    private readonly model: CostModel,
    private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>,
    private readonly operation: OperationDefinitionNode,
  ) {
    this.declared = new Map(operation.variableDefinitions?.map((node) => [node.variable.name.value, node]));
  }

  profile(): OperationProfile {
    const type = this.schema.getRootType(this.operation.operation) ?? undefined;
    const place: Place = { type, depth: 0, page: null, introspecting: false };
    const cost = this.selections(this.operation.selectionSet, place);
    return { name: this.operation.name?.value ?? null, cost, introspects: this.introspects };
  }

  private selections(set: SelectionSetNode, place: Place): Cost {
    let cost = NO_COST;
    for (const node of set.selections) {
      this.nodes = this.within('nodes', this.nodes + 1);
      if (place.depth === 0 && this.operation.operation === 'subscription') refuseCondition(node);
      if (node.kind === Kind.FIELD) cost = plus(cost, this.field(node, place));
      else if (node.kind === Kind.INLINE_FRAGMENT) {
        const type = node.typeCondition ? this.schema.getType(node.typeCondition.name.value) : place.type;
        cost = plus(cost, this.selections(node.selectionSet, { ...place, type }));
      } else cost = plus(cost, this.spread(node.name.value, place));
    }
    return cost;
  }

  private spread(name: string, place: Place): Cost {
    const fragment = this.fragments.get(name);
    // A fragment that spreads itself is left to validation, which refuses it.
    if (!fragment || this.open.has(name)) return NO_COST;
    this.open.add(name);
    const type = this.schema.getType(fragment.typeCondition.name.value);
    const cost = this.selections(fragment.selectionSet, { ...place, type });
    this.open.delete(name);
    return cost;
  }

  private field(node: FieldNode, place: Place): Cost {
    const name = node.name.value;
    const depth = place.depth + 1;
    if (node.alias) this.aliases = this.within('aliases', this.aliases + 1);
    if (depth === 1) this.rootFields = this.within('rootFields', this.rootFields + 1);
    const meta = depth === 1 && (name === '__schema' || name === '__type');
    this.introspects ||= meta;
    const introspecting = place.introspecting || meta;
    this.within(introspecting ? 'introspectionDepth' : 'depth', depth);
    const definition = fieldOf(place.type, name);
    const inner = { type: definition && getNamedType(definition.type), depth, page: null, introspecting };
    if (introspecting) return node.selectionSet ? this.selections(node.selectionSet, inner) : NO_COST;
    const own = fixedCost(this.settled(this.model.weights, place.type, name) ?? 1);
    if (!node.selectionSet) return own;
    if (!definition) return plus(own, this.selections(node.selectionSet, inner));
    const page = isPaged(definition)
      ? pageSize(definition, node, this.declared, this.model.defaultPage ?? 50)
      : null;
    if (!isList(definition)) return plus(own, this.selections(node.selectionSet, { ...inner, page }));
    const size = this.configured(place.type, node) ?? page ?? place.page ?? this.model.defaultList ?? 10;
    const item = plus(own, this.selections(node.selectionSet, inner));
    return plus(own, times(size, item));
  }

  private configured(type: GraphQLNamedType | undefined, node: FieldNode): ListSize | undefined {
    const size = this.settled(this.model.sizes, type, node.name.value);
    return typeof size === 'string' ? argumentLength(node, size, this.declared) : size;
  }

  /** What a table of the model says of a field: under the type's own name, else its interfaces', else the largest of its members'. */
  private settled<Value extends number | string>(
    table: Readonly<Record<string, Value>> | undefined,
    type: GraphQLNamedType | undefined,
    field: string,
  ): Value | undefined {
    if (!table || !type) return undefined;
    const own = table[`${type.name}.${field}`];
    if (own !== undefined) return own;
    const among = (types: readonly GraphQLNamedType[]): Value | undefined => {
      const found = types.map(({ name }) => table[`${name}.${field}`]).filter((one) => one !== undefined);
      return found.length === 0 ? undefined : found.reduce((left, right) => (right > left ? right : left));
    };
    if (!isObjectType(type) && !isInterfaceType(type)) return undefined;
    const inherited = among(type.getInterfaces());
    if (inherited !== undefined || isObjectType(type)) return inherited;
    return among(this.schema.getPossibleTypes(type));
  }

  private within(
    limit: 'nodes' | 'aliases' | 'rootFields' | 'depth' | 'introspectionDepth',
    value: number,
  ): number {
    if (value > this.limits[limit]) throw limitPassed(limit, value, this.limits[limit]);
    return value;
  }
}

/**
 * What a subscription is to must not hang on a condition (GraphQL, September 2025, section 5.2.4.1). graphql-js throws from
 * within its own rule on it, or finds no field at all.
 */
function refuseCondition({ directives }: SelectionNode): void {
  if (directives?.some(({ name }) => name.value === 'skip' || name.value === 'include'))
    throw inputError('query', 'has a condition on what it subscribes to', 'no @skip or @include there');
}

function fieldOf(
  type: GraphQLNamedType | undefined,
  name: string,
): GraphQLField<unknown, unknown> | undefined {
  if (!type || !isCompositeType(type)) return undefined;
  return isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
}

function isList(field: GraphQLField<unknown, unknown>): boolean {
  return isListType(isNonNullType(field.type) ? field.type.ofType : field.type);
}

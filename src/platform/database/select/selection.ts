/** Walks a selection set as graphql-js does: fragments, type conditions, skip and include, merged duplicates. */
import {
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLIncludeDirective,
  type GraphQLObjectType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getDirectiveValues,
  isAbstractType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** The parts of an operation that selection needs. `variables` are coerced. */
export interface DocumentScope {
  readonly schema: GraphQLSchema;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** A field of the answer: its response key, its name in the type, and every node that asks for it. */
export interface SelectedField {
  readonly key: string;
  readonly name: string;
  readonly nodes: readonly FieldNode[];
}

/** Fields of an object type that the nodes' selection sets ask for, in the order of the answer (GraphQL section 6.3.2). */
export function selectedFields(
  scope: DocumentScope,
  type: GraphQLObjectType,
  nodes: readonly { readonly selectionSet?: SelectionSetNode | undefined }[],
): SelectedField[] {
  const found = new Map<string, { key: string; name: string; nodes: FieldNode[] }>();
  const visited = new Set<string>();

  const applies = (condition: string | undefined): boolean => {
    if (condition === undefined || condition === type.name) return true;
    const other = scope.schema.getType(condition);
    return isAbstractType(other) && scope.schema.isSubType(other, type);
  };

  const walk = (set: SelectionSetNode): void => {
    for (const node of set.selections) {
      if (!included(scope, node)) continue;
      if (node.kind === Kind.FIELD) {
        const key = node.alias?.value ?? node.name.value;
        const field = found.get(key);
        if (field) field.nodes.push(node);
        else found.set(key, { key, name: node.name.value, nodes: [node] });
      } else if (node.kind === Kind.INLINE_FRAGMENT) {
        if (applies(node.typeCondition?.name.value)) walk(node.selectionSet);
      } else if (!visited.has(node.name.value)) {
        visited.add(node.name.value);
        const fragment = scope.fragments[node.name.value];
        if (fragment && applies(fragment.typeCondition.name.value)) walk(fragment.selectionSet);
      }
    }
  };

  for (const node of nodes) if (node.selectionSet) walk(node.selectionSet);
  return [...found.values()];
}

function included(scope: DocumentScope, node: SelectionNode): boolean {
  if (!node.directives?.length) return true;
  if (getDirectiveValues(GraphQLSkipDirective, node, scope.variables)?.if === true) return false;
  return getDirectiveValues(GraphQLIncludeDirective, node, scope.variables)?.if !== false;
}

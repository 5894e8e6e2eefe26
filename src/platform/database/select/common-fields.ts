/** Fields that several members of an interface or union select alike: compiled once, so that no join or list is read twice. */
import type { FieldNode, GraphQLField, GraphQLObjectType } from 'graphql';
import type { SelectedField } from './selection.js';
import type { Shape } from './shapes.js';

interface Known {
  readonly nodes: readonly FieldNode[];
  readonly definition: string;
  readonly shape: Shape;
}

/** The fields of one row, by what asks for them. */
export class CommonFields {
  private readonly known = new Map<string, Known[]>();

  /** The shape of a field: that of another member which the same nodes ask for the same, else what `compile` makes. */
  shape(type: GraphQLObjectType, field: SelectedField, compile: () => Shape): Shape {
    const definition = definitionText(type.getFields()[field.name]);
    const before = this.known.get(field.name) ?? [];
    const same = before.find((one) => one.definition === definition && sameNodes(one.nodes, field.nodes));
    if (same) return same.shape;
    const shape = compile();
    this.known.set(field.name, [...before, { nodes: field.nodes, definition, shape }]);
    return shape;
  }
}

/** Everything of a field's definition that its compilation depends on: its type and its arguments with their defaults. */
function definitionText(field: GraphQLField<unknown, unknown> | undefined): string {
  const args = field?.args.map((arg) => `${arg.name}:${arg.type}=${JSON.stringify(arg.defaultValue)}`);
  return `${field?.type}(${args?.join()})`;
}

function sameNodes(left: readonly FieldNode[], right: readonly FieldNode[]): boolean {
  return left.length === right.length && left.every((node, at) => node === right[at]);
}

/** Relay connections: one factory, so that every list pages alike. */
import { type ClassType, Field, Int, ObjectType } from 'type-graphql';

/** Where a page stands in its list (Relay Cursor Connections, PageInfo). */
@ObjectType({ simpleResolvers: true, description: 'Where a page stands in its list.' })
export class PageInfo {
  @Field(() => Boolean)
  hasNextPage: boolean;

  @Field(() => Boolean)
  hasPreviousPage: boolean;

  @Field(() => String, { nullable: true })
  startCursor: string | null;

  @Field(() => String, { nullable: true })
  endCursor: string | null;
}

/** What a connection type holds; the compiled read fills what was selected. */
export interface Connection<Node> {
  readonly edges: readonly { readonly cursor: string; readonly node: Node }[];
  readonly nodes: readonly Node[];
  readonly pageInfo: PageInfo;
  readonly totalCount: number;
}

/** The connection type over a node type: `edges { cursor node }`, `nodes`, `pageInfo`, `totalCount` (counted only when asked for). */
export function connectionOf<Node extends object>(
  node: abstract new () => Node,
): ClassType<Connection<Node>> {
  @ObjectType(`${node.name}Edge`, { simpleResolvers: true, description: 'A row with its place in the list.' })
  class Edge {
    @Field(() => String, { description: 'Opaque; valid for this caller, list and order only.' })
    cursor: string;

    @Field(() => node)
    node: Node;
  }

  @ObjectType(`${node.name}Connection`, {
    simpleResolvers: true,
    description: 'One page of a list: rows by `nodes`, or by `edges` with their cursors.',
  })
  class ConnectionType implements Connection<Node> {
    @Field(() => [Edge])
    edges: Edge[];

    @Field(() => [node])
    nodes: Node[];

    @Field(() => PageInfo)
    pageInfo: PageInfo;

    @Field(() => Int, { description: 'Of the whole list; counted only when asked for.' })
    totalCount: number;
  }
  return ConnectionType;
}

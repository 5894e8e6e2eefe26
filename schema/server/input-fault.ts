/** What is wrong with an input value, said without the value: graphql-js repeats values in its messages, and they may be about a person. */
import {
  type ASTNode,
  type GraphQLError,
  type GraphQLInputType,
  type GraphQLNamedInputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isInputType,
  isListType,
  Kind,
  type Token,
  TokenKind,
  typeFromAST,
} from 'graphql';
import { type HubError, isHubError } from '../../src/core/errors.js';

/** What is wrong with an input: which, and what is accepted. Never its value. */
export interface InputFault {
  /** Path of the variable or argument, as `input.referrals[2].receivedOn`. */
  readonly field: string;
  readonly fault: string;
  /** What is accepted there. */
  readonly accepted: string;
}

const VALUE_KINDS: readonly string[] = [
  Kind.INT,
  Kind.FLOAT,
  Kind.STRING,
  Kind.BOOLEAN,
  Kind.ENUM,
  Kind.LIST,
  Kind.NULL,
];
const NAME = /^[A-Za-z_]\w{0,63}$/;

/** The `HubError` at the bottom of an error's chain of originals; null when there is none. */
export function hubErrorIn(error: unknown): HubError | null {
  let current = error;
  for (let step = 0; step < 8; step++) {
    if (isHubError(current)) return current;
    if (typeof current !== 'object' || current === null || !('originalError' in current)) return null;
    current = current.originalError;
  }
  return null;
}

/** The fault of a variable or literal that does not fit its type; null when the error is about something else. */
export function inputFaultOf(error: GraphQLError, schema: GraphQLSchema): InputFault | null {
  const node = error.nodes?.[0];
  if (!node) return null;
  const fault =
    node.kind === Kind.VARIABLE_DEFINITION ? ofVariable(error, schema) : ofLiteral(error, node, schema);
  const hub = fault && hubErrorIn(error);
  if (!fault || !hub) return fault;
  return {
    field: fault.field,
    fault: typeof hub.details.fault === 'string' ? hub.details.fault : fault.fault,
    accepted: typeof hub.details.accepted === 'string' ? hub.details.accepted : fault.accepted,
  };
}

function ofVariable(error: GraphQLError, schema: GraphQLSchema): InputFault | null {
  const node = error.nodes?.[0];
  if (node?.kind !== Kind.VARIABLE_DEFINITION) return null;
  const name = node.variable.name.value;
  const declared = typeFromAST(schema, node.type as Parameters<typeof typeFromAST>[1]);
  if (!declared || !isInputType(declared)) return null;
  const tail = error.message.slice(error.message.lastIndexOf('; ') + 2);
  const said = / at "([\w.[\]]{1,500})"; [^"]*(?:"[^"]*"[^"]*)*$/.exec(error.message.slice(-4_000))?.[1];
  const place = said?.startsWith(name) ? follow(declared, said.slice(name.length)) : null;
  const field = place ? said! : name;
  const type = place ?? declared;
  const missing = /Field "(\w+)" of required type "[\w![\]]+" was not provided\.?$/.exec(tail)?.[1];
  if (missing) {
    const within = stepInto(type, missing);
    return { field: `${field}.${missing}`, fault: 'is missing', accepted: describe(within) };
  }
  return { field, fault: faultIn(tail, error.message), accepted: describe(type) };
}

function faultIn(tail: string, message: string): string {
  if (/is not defined by type "\w+"\./.test(tail)) return 'has a field that the type does not know';
  if (/was not provided\.$/.test(message)) return 'is missing';
  if (/must not be null\.$|not to be null\.$/.test(message)) return 'is null';
  return 'is not acceptable';
}

function ofLiteral(error: GraphQLError, node: ASTNode, schema: GraphQLSchema): InputFault | null {
  const whole = node.kind === Kind.OBJECT && /^Expected value of type |cannot represent /.test(error.message);
  if (!whole && !VALUE_KINDS.includes(node.kind)) return null;
  const named =
    /^Expected value of type "\[*(\w+)|does not exist in "(\w+)" enum|^Enum "(\w+)"|^(Int|Float|String|Boolean|ID) cannot/;
  const match = named.exec(error.message.slice(0, 200)) ?? named.exec(error.message.slice(-300));
  const typeName = match?.slice(1).find((name) => name !== undefined);
  const type = typeName ? schema.getType(typeName) : undefined;
  const accepted = type && isInputType(type) ? describe(type) : 'a value of the declared type';
  return { field: nameBefore(node.loc?.startToken), fault: 'is not acceptable', accepted };
}

/** The argument or input field that a literal belongs to: the name before the nearest colon before it. */
function nameBefore(start: Token | undefined): string {
  for (let token = start?.prev ?? null; token; token = token.prev) {
    if (token.kind === TokenKind.COLON && token.prev?.kind === TokenKind.NAME)
      return safeName(token.prev.value);
    if (token.kind === TokenKind.EQUALS) return safeName(variableBefore(token));
  }
  return 'argument';
}

function variableBefore(equals: Token): string {
  for (let token = equals.prev; token; token = token.prev) {
    if (token.kind === TokenKind.DOLLAR) return token.next?.value ?? '';
  }
  return '';
}

function safeName(name: string): string {
  return NAME.test(name) ? name : 'argument';
}

/** The type at the end of a path as `.filter.or[2].verdictIn`; null when a step does not exist, so that no key of the caller's is repeated. */
function follow(declared: GraphQLInputType, path: string): GraphQLInputType | null {
  return (path.match(/\w+/g) ?? []).reduce<GraphQLInputType | null>(
    (at, step) => stepInto(at, step),
    declared,
  );
}

function stepInto(type: GraphQLInputType | null, step: string): GraphQLInputType | null {
  const here = type && getNullableType(type);
  if (isListType(here) && /^\d+$/.test(step)) return here.ofType as GraphQLInputType;
  const inner = here && getNamedType(here);
  return isInputObjectType(inner) ? (inner.getFields()[step]?.type ?? null) : null;
}

function describe(type: GraphQLInputType | null): string {
  if (!type) return 'a value of the declared type';
  const nullable = getNullableType(type);
  if (isListType(nullable)) return `a list: ${describe(nullable.ofType as GraphQLInputType)}`;
  const named = getNamedType(nullable) as GraphQLNamedInputType;
  if (isEnumType(named))
    return named
      .getValues()
      .map((value) => value.name)
      .join(', ');
  if (isInputObjectType(named)) return `${named.name} { ${Object.keys(named.getFields()).join(', ')} }`;
  return named.name;
}

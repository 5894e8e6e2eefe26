/** The limits a request is held to before anything of it is executed, and the refusal when it passes one. */
import { HubError } from '../../src/core/errors.js';

/** Most of each thing in one request. */
export interface RequestLimits {
  /** Characters of the document; long texts travel as variables. */
  readonly characters: number;
  /** Lexical tokens of the document; the parser stops there. */
  readonly tokens: number;
  /** Fields nested in one another, the root field being 1. */
  readonly depth: number;
  /** The same under `__schema` and `__type`; the usual introspection query is 15 deep. */
  readonly introspectionDepth: number;
  /** Fields, inline fragments and spreads of one operation, fragments counted as often as they are spread. */
  readonly nodes: number;
  /** Values an answer could hold: every field times the sizes of the lists around it. */
  readonly cost: number;
  /** Fields under another name, `__typename` included, fragments expanded. */
  readonly aliases: number;
  /** Fields of one operation at its root, fragments expanded. */
  readonly rootFields: number;
  /** Directives written in the document. */
  readonly directives: number;
  /** Directives on one field, fragment, variable or operation. */
  readonly directivesPerNode: number;
  /** Operations in the document. */
  readonly operations: number;
  /** Objects and lists nested in one another in `variables`. */
  readonly variableDepth: number;
  /** Objects, lists and scalars in `variables` together. */
  readonly variableValues: number;
}

/** Limits of a hub as shipped; the body is held to 1 MB apart, before it is read. */
export const DEFAULT_LIMITS: RequestLimits = {
  characters: 65_536,
  tokens: 2_000,
  depth: 12,
  introspectionDepth: 16,
  nodes: 1_000,
  cost: 50_000,
  aliases: 30,
  rootFields: 10,
  directives: 10,
  directivesPerNode: 10,
  operations: 10,
  variableDepth: 20,
  variableValues: 20_000,
};

/**
 * How lists are sized when the document does not say it with `first` or `last`, and what fields weigh. Keys are `Type.field`.
 * A field of an interface is found by the interface's name as by the name of the object type through which it is reached.
 */
export interface CostModel {
  /** Size of a page without `first` and `last`. Default 50. */
  readonly defaultPage?: number;
  /** Size of a list that takes no `first` or `last`. Default 10. */
  readonly defaultList?: number;
  /** Size of a certain list: a number, or the path of the list argument that it answers item by item, as `input.questions`. */
  readonly sizes?: Readonly<Record<string, number | string>>;
  /** Cost of a certain field by itself, each time that it is selected, aliases included: for values that may be large. Default 1. */
  readonly weights?: Readonly<Record<string, number>>;
}

/** `HUB_INPUT_LIMIT`, naming the limit, the value found (at least that much) and the most accepted. */
export function limitPassed(
  limit: keyof RequestLimits | 'batch' | 'body',
  value: number,
  maximum: number,
): HubError {
  return new HubError('HUB_INPUT_LIMIT', {
    message: `The request passes the limit on ${limit}: ${value}, at most ${maximum}.`,
    details: { limit, value, maximum },
  });
}

/** A compiled field of the answer: its statements, where their values come from, and how rows become the answer. */
import { createHash } from 'node:crypto';
import type { ArgumentValues, Cut, NamedPerson } from './compilation.js';
import type { Hydrate } from './hydrate.js';
import type { LivePlan } from './live-plan.js';
import type { Parameter, Parameters } from './parameters.js';

/** A statement and its parameters. */
export interface PlannedStatement {
  readonly text: string;
  readonly parameters: readonly Parameter[];
  /** Prepared under this name from its second use on; two plans with the same text share it. */
  readonly name: string;
  uses: number;
}

/** A statement of a plan, named after its text. */
export function planned(text: string, parameters: Parameters): PlannedStatement {
  const name = `read_${createHash('sha256').update(text).digest('base64url').slice(0, 22)}`;
  return { text, parameters: parameters.list, name, uses: 0 };
}

/** A field of a connection, its edges or its page information, by response key. */
export type ConnectionField =
  | { readonly kind: 'constant'; readonly text: string }
  | { readonly kind: 'nodes'; readonly hydrate: Hydrate }
  | { readonly kind: 'edges'; readonly fields: readonly (readonly [string, EdgeField])[] }
  | { readonly kind: 'pageInfo'; readonly fields: readonly (readonly [string, PageInfoField])[] }
  | { readonly kind: 'totalCount' };
/** A field of an edge. */
export type EdgeField =
  | { readonly kind: 'constant'; readonly text: string }
  | { readonly kind: 'node'; readonly hydrate: Hydrate }
  | { readonly kind: 'cursor' };
/** A field of the page information. */
export type PageInfoField =
  | { readonly kind: 'constant'; readonly text: string }
  | { readonly kind: 'hasNextPage' | 'hasPreviousPage' | 'startCursor' | 'endCursor' };

interface PlanBase {
  readonly sources: readonly ArgumentValues[];
  readonly cuts: readonly Cut[];
  /** Live edges, by number. */
  readonly live: readonly LivePlan[];
  /** Persons whom the arguments name: on record with those who are answered. */
  readonly named: readonly NamedPerson[];
}

/** A Relay connection. */
export interface ConnectionPlan extends PlanBase {
  readonly kind: 'connection';
  readonly marked: boolean;
  readonly types: { readonly connection: string; readonly edge: string; readonly pageInfo: string };
  readonly fields: readonly (readonly [string, ConnectionField])[];
  /** Null when only the count is asked for. */
  readonly rows: PlannedStatement | null;
  readonly count: PlannedStatement | null;
  /** Walked from its end (`last`, `before`). */
  readonly backward: boolean;
  /** The argument with the cursor that the page starts from; null: from the start or end of the list. */
  readonly cursorArg: 'after' | 'before' | null;
  /** `Type.ORDER`, to which cursors are bound, and the slots with the text of its keys. */
  readonly order: { readonly name: string; readonly slots: readonly number[]; readonly length: number };
  /** Number of the cut of the page itself. */
  readonly cut: number;
}

/** One row or null, a plain list, or the rows of given ids in their order. */
export interface RowsPlan extends PlanBase {
  readonly kind: 'single' | 'list' | 'ids';
  readonly rows: PlannedStatement;
  readonly hydrate: Hydrate;
  /** Slot with the id of a row, for `ids`. */
  readonly idSlot: number;
  /** Number of the cut of a list; null: all of it. */
  readonly cut: number | null;
}

/** What the plan cache keeps for a field. Holds no value of any request but constants of its document. */
export type Plan = ConnectionPlan | RowsPlan;

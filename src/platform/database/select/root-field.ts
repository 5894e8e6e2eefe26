/** Root fields: which list or row each field of `Query` answers, and who may ask. */
import type { Allow, PageRule, RowSql, TypeMap } from './field-map.js';

/** A Relay connection: `edges { cursor node }`, `nodes`, `pageInfo`, `totalCount`; arguments `first`, `after`, `last`, `before`. */
export interface ConnectionRoot {
  readonly kind: 'connection';
  readonly map: TypeMap;
  readonly allow: Allow;
  /** Name of the argument with the map's filter; default `filter`. A field without that argument has no filter. */
  readonly filterArg?: string;
  /** Name of the argument with the name of one of the map's orders; default `orderBy`. */
  readonly orderArg?: string;
  /** Restricts the list always. */
  readonly where?: RowSql;
  /** Default: the map's. */
  readonly page?: PageRule;
  /** True: asking is put on record even when no person is answered. Default: where the map has a subject. */
  readonly recorded?: boolean;
}

/** A plain list; `first` if the field has it. For short lists. */
export interface ListRoot extends Omit<ConnectionRoot, 'kind'> {
  readonly kind: 'list';
}

/** One row by a column of the map, or null when there is none within the caller's scope. */
export interface SingleRoot {
  readonly kind: 'single';
  readonly map: TypeMap;
  readonly allow: Allow;
  /** Name of the argument; default `id`. */
  readonly arg?: string;
  /** Field of the map whose column the argument must equal, by what the caller's role reads there; default the argument's name. */
  readonly field?: string;
  /** As of a connection. */
  readonly recorded?: boolean;
}

/** How a field of `Query` is answered and who may ask; the same entry serves the shortcut and the resolver. */
export type RootField = ConnectionRoot | ListRoot | SingleRoot;

/** By name of the field of `Query`. */
export type RootFields = Readonly<Record<string, RootField>>;

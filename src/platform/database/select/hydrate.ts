/** Makes objects of positional rows: one generated function per shape, object literals with constant keys. */
import { HubError } from '../../../core/errors.js';
import type { AnswerSize } from '../answer-size.js';
import type { LiveDemand } from './live-faults.js';
import type { LivePlan } from './live-plan.js';
import { NotCompilable } from './not-compilable.js';
import { CHUNK } from './row-scope.js';
import { NEEDS_KEY, type ObjectShape, type RowShape, type Shape, shapedPrototype } from './shapes.js';

/** What reading gathers beside the answer: its size, the persons answered, and the objects that wait for a live edge. */
export interface Gathered {
  readonly size: AnswerSize;
  readonly subjects: Set<string>;
  readonly demands: LiveDemand[];
}

/** What a run hands to hydration beside that: how many items each cut keeps, and the plans of the live edges. */
export interface Hydration extends Gathered {
  readonly cuts: readonly number[];
  readonly live: readonly LivePlan[];
}

/** Turns one row into its object. */
export type Hydrate = (row: readonly unknown[], run: Hydration) => object;

/**
 * A function per shape. `marked` gives the objects the prototype by which resolvers know them (and what hand-written
 * fields need); unmarked ones are plain and go straight to JSON. Response keys may be any GraphQL name, `__proto__` too.
 */
export function hydrator(object: RowShape, marked: boolean): Hydrate {
  const writer = new Writer(marked);
  const name = writer.row(object, false);
  const make = new Function('$', `'use strict';\n${writer.code}return ${name};`) as (
    tools: unknown,
  ) => Hydrate;
  return make({ ...tools, p: writer.prototypes, n: NEEDS_KEY });
}

class Writer {
  code = '';
  readonly prototypes: object[] = [];
  private functions = 0;

  constructor(private readonly marked: boolean) {}

  /** Writes the function of a row and answers its name. */
  row(object: RowShape, chunked: boolean): string {
    const body = this.literal(object, chunked);
    const name = `f${this.functions++}`;
    this.code += `const ${name} = (r, h) => ${body};\n`;
    return name;
  }

  private literal(shape: RowShape, chunked: boolean): string {
    if (!('members' in shape)) return this.object(shape, chunked);
    const by = at(shape.by, chunked);
    const cases = shape.members.map(
      (member) => `${by} === ${JSON.stringify(member.type)} ? ${this.object(member, chunked)} : `,
    );
    return `(${cases.join('')}$.unknown())`;
  }

  private object(object: ObjectShape, chunked: boolean): string {
    const parts: string[] = [];
    if (this.marked) {
      parts.push(`__proto__: $.p[${this.prototypes.push(shapedPrototype(object.type)) - 1}]`);
      if (object.needs.length) {
        const needs = object.needs.map(([name, slot]) => `${keyText(name)}: ${at(slot, chunked)}`);
        parts.push(`[$.n]: {${needs.join(', ')}}`);
      }
    }
    for (const [key, shape] of object.fields) parts.push(`${keyText(key)}: ${this.value(shape, chunked)}`);
    const literal = this.demanding(object, chunked, `({${parts.join(', ')}})`);
    const told = [object.subject, object.also].flatMap((slot) =>
      slot === null ? [] : [`$.subject(h, ${at(slot, chunked)})`],
    );
    return told.length === 0 ? literal : `(${[...told, literal].join(', ')})`;
  }

  /** The literal, with what its live edges are to be asked. */
  private demanding(object: ObjectShape, chunked: boolean, literal: string): string {
    return object.fields.reduce(
      (made, [key, shape]) =>
        shape.kind === 'live'
          ? `$.live(h, ${made}, ${shape.edge}, ${JSON.stringify(key)}, ${at(shape.slot, chunked)})`
          : made,
      literal,
    );
  }

  private value(shape: Shape, chunked: boolean): string {
    switch (shape.kind) {
      case 'value':
        return at(shape.slot, chunked);
      case 'text':
        return `h.size.count(${at(shape.slot, chunked)})`;
      case 'time':
        return `$.time(${at(shape.slot, chunked)})`;
      case 'live':
        return 'null';
      case 'constant':
        return JSON.stringify(shape.text);
      case 'object': {
        const literal = this.literal(shape.object, chunked);
        if (!shape.presence) return literal;
        const absent =
          shape.required !== null && !this.marked ? `$.absent(${JSON.stringify(shape.required)})` : 'null';
        const test = shape.presence.by === 'proof' ? '!== null' : '=== true';
        return `(${at(shape.presence.slot, chunked)} ${test} ? ${literal} : ${absent})`;
      }
      case 'list': {
        const name = this.row(shape.object, shape.chunked);
        return `$.list(${at(shape.slot, chunked)}, ${name}, h, ${shape.cut ?? -1})`;
      }
    }
  }
}

/** A computed key defines a property even when it is `__proto__`; constant keys are faster for all others. */
function keyText(key: string): string {
  return key === '__proto__' ? '["__proto__"]' : JSON.stringify(key);
}

function at(slot: number, chunked: boolean): string {
  return chunked ? `r[${Math.floor(slot / CHUNK)}][${slot % CHUNK}]` : `r[${slot}]`;
}

const tools = {
  time: isoTime,
  subject: (run: Hydration, person: unknown): void => {
    if (typeof person === 'string') run.subjects.add(person);
  },
  live: (run: Hydration, object: object, edge: number, responseKey: string, key: unknown): object => {
    if (typeof key === 'string') run.demands.push({ plan: run.live[edge]!, object, responseKey, key });
    return object;
  },
  unknown: (): never => {
    throw new HubError('HUB_INTERNAL', { cause: new Error('a row is of no type of its map') });
  },
  absent: (field: string): never => {
    throw new NotCompilable(`${field} is not visible`);
  },
  list: (
    rows: readonly (readonly unknown[])[] | null,
    make: Hydrate,
    run: Hydration,
    cut: number,
  ): object[] => {
    if (rows === null) return [];
    const length = cut === -1 ? rows.length : Math.min(rows.length, run.cuts[cut]!);
    const items = new Array<object>(length);
    for (let at = 0; at < length; at++) items[at] = make(rows[at]!, run);
    return items;
  },
};

/**
 * `timestamptz(3)` in UTC, in PostgreSQL's own text form or that of its JSON functions, as `YYYY-MM-DDTHH:MM:SS.mmmZ`.
 * Null and the infinities are null.
 */
export function isoTime(value: unknown): string | null {
  if (value === null || value === 'infinity' || value === '-infinity') return null;
  const text = value as string;
  const zone = text.indexOf('+', 19);
  if (zone === -1 || !(text.endsWith('+00') || text.endsWith('+00:00'))) {
    throw new HubError('HUB_INTERNAL', { cause: new Error('the connection is not set to UTC') });
  }
  const fraction = zone === 19 ? '' : text.slice(20, Math.min(zone, 23));
  return `${text.slice(0, 10)}T${text.slice(11, 19)}.${fraction.padEnd(3, '0')}Z`;
}

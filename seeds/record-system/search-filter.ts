/** Search filters of FHIR as conditions of SQL over the versions that are visible. Everything from the caller is bound. */
import { type Filter, Operator, parseSearchRequest } from '@medplum/core';
import { DATE_COMPARISON, DATE_PREFIXES, type DatePrefix, rangeOf } from './date-range.rules.js';
import type { Definitions, ParameterDefinition } from './definitions.js';
import { foldText } from './index-rows.js';
import { refuse } from './outcomes.js';
import { isSupportedType, type SupportedType } from './supported-types.js';

/** A piece of SQL with the values of its question marks, in order. */
export interface Fragment {
  readonly sql: string;
  readonly values: readonly (string | number)[];
}

/** What a filter is resolved against. */
export interface FilterContext {
  readonly definitions: Definitions;
  /** Only versions up to this commit count. */
  readonly ceiling: number;
  /** Base address; references that begin with it are the server's own. */
  readonly base: string;
}

const MAX_DEPTH = 3;

const join = (fragments: readonly Fragment[], by: string): Fragment => ({
  sql: `(${fragments.map(({ sql }) => sql).join(by)})`,
  values: fragments.flatMap(({ values }) => values),
});

/** The condition that a version in the table alias `v` is the one in force at the ceiling, and not a deletion. */
export function visible(v: string, ceiling: number): Fragment {
  return {
    sql: `${v}.seq <= ? and (${v}.superseded_by is null or ${v}.superseded_by > ?) and ${v}.op <> 'delete'`,
    values: [ceiling, ceiling],
  };
}

/** Splits at unescaped separators and removes the escapes (R4 search, section 3.1.1.5.2). */
export function splitEscaped(text: string, separator: ',' | '|', limit = Number.POSITIVE_INFINITY): string[] {
  const parts: string[] = [''];
  for (let index = 0; index < text.length; index++) {
    const character = text[index]!;
    if (character === '\\' && index + 1 < text.length) parts[parts.length - 1] += character + text[++index];
    else if (character === separator && parts.length < limit) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts;
}

const plain = (text: string): string => text.replace(/\\([\\,|$])/g, '$1');

function tokenMatch(code: string, text: string): Fragment {
  const parts = splitEscaped(text, '|', 2).map(plain);
  if (parts.length === 1) return { sql: 'code = ? and value = ?', values: [code, parts[0]!] };
  const [system, value] = parts as [string, string];
  if (value === '') return { sql: 'code = ? and system = ?', values: [code, system] };
  return { sql: 'code = ? and value = ? and system = ?', values: [code, value, system] };
}

function referenceMatch(parameter: ParameterDefinition, text: string, context: FilterContext): Fragment {
  const own = plain(text);
  const reference = own.startsWith(`${context.base}/`) ? own.slice(context.base.length + 1) : own;
  const candidates =
    reference.includes('/') || parameter.targets.length === 0
      ? [reference]
      : parameter.targets.map((target) => `${target}/${reference}`);
  return {
    sql: `code = ? and value in (${candidates.map(() => '?').join(', ')})`,
    values: [parameter.code, ...candidates],
  };
}

function stringMatch(code: string, operator: Operator, text: string): Fragment {
  const value = foldText(plain(text));
  // Exact is exact: case and accents too (R4 search, parameters of type string). The folded value is there for the index alone.
  if (operator === Operator.EXACT)
    return { sql: 'code = ? and value = ? and system = ?', values: [code, value, plain(text)] };
  if (operator === Operator.CONTAINS)
    return { sql: 'code = ? and instr(value, ?) > 0', values: [code, value] };
  return { sql: 'code = ? and value >= ? and value < ?', values: [code, value, `${value}\u{10ffff}`] };
}

function dateMatch(code: string, operator: string, text: string): Fragment {
  const range = rangeOf(text);
  if (!range || !DATE_PREFIXES.includes(operator as DatePrefix))
    throw refuse(`${code}: not a date, or a prefix that is not supported`);
  const { sql, bounds } = DATE_COMPARISON[operator as DatePrefix];
  return { sql: `code = ? and ${sql}`, values: [code, ...bounds.map((bound) => range[bound])] };
}

/** What one of the comma-separated values asks of the index. */
function valueMatch(
  parameter: ParameterDefinition,
  operator: Operator,
  text: string,
  context: FilterContext,
): Fragment {
  const allowed = (operators: readonly string[]): void => {
    if (!operators.includes(operator)) throw refuse(`${parameter.code}: the modifier is not supported`);
  };
  switch (parameter.type) {
    case 'date':
      return dateMatch(parameter.code, operator, text);
    case 'token':
      allowed([Operator.EQUALS, Operator.NOT]);
      return tokenMatch(parameter.code, text);
    case 'reference':
      allowed([Operator.EQUALS, Operator.IDENTIFIER]);
      return operator === Operator.IDENTIFIER
        ? tokenMatch(`${parameter.code}:identifier`, text)
        : referenceMatch(parameter, text, context);
    case 'uri':
      allowed([Operator.EQUALS]);
      return { sql: 'code = ? and value = ?', values: [parameter.code, plain(text)] };
    default:
      allowed([Operator.EQUALS, Operator.EXACT, Operator.CONTAINS]);
      return stringMatch(parameter.code, operator, text);
  }
}

function idMatch(v: string, filter: Filter): Fragment {
  if (filter.operator !== Operator.EQUALS) throw refuse('_id: the modifier is not supported');
  const ids = splitEscaped(filter.value, ',');
  return { sql: `${v}.id in (${ids.map(() => '?').join(', ')})`, values: ids };
}

function direct(type: SupportedType, v: string, filter: Filter, context: FilterContext): Fragment {
  const parameter = context.definitions[type].get(filter.code);
  // What does not look like a parameter may be a value in the wrong place, and is not repeated.
  if (!parameter)
    throw refuse(
      `${type}: unknown search parameter ${/^[a-z_-]{1,40}$/i.test(filter.code) ? filter.code : ''}`,
    );
  if (filter.code === '_id') return idMatch(v, filter);
  if (filter.operator === Operator.MISSING) {
    if (filter.value !== 'true' && filter.value !== 'false')
      throw refuse(`${filter.code}:missing takes true or false`);
    return {
      sql: `${v}.seq ${filter.value === 'true' ? 'not in' : 'in'} (select seq from idx where type = ? and code = ?)`,
      values: [type, filter.code],
    };
  }
  const texts = splitEscaped(filter.value, ',');
  if (texts.includes('')) throw refuse(`${filter.code}: an empty value`);
  const matches = join(
    texts.map((text) => valueMatch(parameter, filter.operator, text, context)),
    ') or (',
  );
  const membership = filter.operator === Operator.NOT ? 'not in' : 'in';
  return {
    sql: `${v}.seq ${membership} (select seq from idx where type = ? and (${matches.sql}))`,
    values: [type, ...matches.values],
  };
}

/** `organization.identifier=…` or `subject:Patient.identifier=…`: the referenced resource must match the rest. */
function chained(
  type: SupportedType,
  v: string,
  filter: Filter,
  context: FilterContext,
  depth: number,
): Fragment {
  const dot = filter.code.indexOf('.');
  const [code, only] = filter.code.slice(0, dot).split(':') as [string, string | undefined];
  const parameter = context.definitions[type].get(code);
  if (parameter?.type !== 'reference')
    throw refuse(`${type}: a chained search parameter is unknown to this server`);
  const targets = (only ? [only] : parameter.targets).filter(isSupportedType);
  const rest = filter.code.slice(dot + 1);
  const branches = targets.flatMap((target) => {
    if (targets.length > 1 && !context.definitions[target].has(rest.split(/[.:]/)[0]!)) return [];
    const t = `t${depth}`;
    const condition = join(
      [
        visible(t, context.ceiling),
        conditionOf(target, t, parsed(target, rest, filter.value), context, depth + 1),
      ],
      ' and ',
    );
    return [
      {
        sql: `select '${target}/' || ${t}.id from version ${t} where ${t}.type = ? and ${condition.sql}`,
        values: [target, ...condition.values],
      },
    ];
  });
  if (branches.length === 0) throw refuse(`${type}: a chained search parameter is unknown to this server`);
  const inner = join(branches, ' union ');
  return {
    sql: `${v}.seq in (select seq from idx where type = ? and code = ? and value in (${inner.sql.slice(1, -1)}))`,
    values: [type, code, ...inner.values],
  };
}

/** `_has:EpisodeOfCare:patient:organization=…`: some resource that points here must match the rest. */
function reversed(v: string, filter: Filter, context: FilterContext, depth: number): Fragment {
  const [, source, code, ...rest] = filter.code.split(':');
  if (
    !source ||
    !isSupportedType(source) ||
    !code ||
    rest.length === 0 ||
    context.definitions[source].get(code)?.type !== 'reference'
  ) {
    throw refuse('_has: not of the form _has:Type:reference:parameter');
  }
  const t = `t${depth}`;
  const condition = join(
    [
      visible(t, context.ceiling),
      conditionOf(source, t, parsed(source, rest.join(':'), filter.value), context, depth + 1),
    ],
    ' and ',
  );
  return {
    sql: `${v}.type || '/' || ${v}.id in (select i.value from idx i join version ${t} on ${t}.seq = i.seq where i.type = ? and i.code = ? and ${condition.sql})`,
    values: [source, code, ...condition.values],
  };
}

function parsed(type: SupportedType, code: string, value: string): Filter {
  const [filter] = parseSearchRequest(type, { [code]: value }).filters ?? [];
  if (!filter) throw refuse('a chained search parameter is unknown to this server');
  return filter;
}

/** The condition of one filter on the version in table alias `v`. Throws 400 for what the server does not know or support. */
export function conditionOf(
  type: SupportedType,
  v: string,
  filter: Filter,
  context: FilterContext,
  depth = 0,
): Fragment {
  if (depth > MAX_DEPTH) throw refuse('a chain of search parameters is too long');
  if (filter.code.startsWith('_has:')) return reversed(v, filter, context, depth);
  return filter.code.includes('.')
    ? chained(type, v, filter, context, depth)
    : direct(type, v, filter, context);
}

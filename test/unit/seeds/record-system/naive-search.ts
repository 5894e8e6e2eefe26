/** FHIR search the slow way: the rules of R4 over resources in memory, one filter at a time, without an index. */
import type { EpisodeOfCare, Organization, Patient } from '@medplum/fhirtypes';

export type Kept = (Patient | EpisodeOfCare | Organization) & { id: string };
export type KeptType = Kept['resourceType'];

/** One search parameter as it is asked for; values are alternatives, before escaping. */
export interface Asked {
  /** `family`, `patient.family`, `_has:EpisodeOfCare:patient:status`. */
  readonly code: string;
  readonly modifier?: 'exact' | 'contains' | 'not' | 'missing' | 'identifier';
  readonly values: readonly string[];
}

interface Range {
  readonly low: number;
  readonly high: number;
}

const DATE = /^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{3}))?)?)?/;

/** The milliseconds that a date of any precision covers, as a half-open range in UTC. */
export function covers(text: string): Range {
  const [, year, month, day, hour, minute, second, ms] = DATE.exec(text)!.map((part) => part ?? '');
  const n = (part: string | undefined, fallback: number): number => (part ? Number(part) : fallback);
  const at = (y: number, mo: number, d: number, h = 0, mi = 0, s = 0, f = 0): number =>
    Date.UTC(y, mo - 1, d, h, mi, s, f);
  const parts = [
    n(year, 0),
    n(month, 1),
    n(day, 1),
    n(hour, 0),
    n(minute, 0),
    n(second, 0),
    n(ms, 0),
  ] as const;
  const low = at(...parts);
  const [y, mo, d] = parts;
  if (!month) return { low, high: at(y + 1, 1, 1) };
  if (!day) return { low, high: at(y, mo + 1, 1) };
  if (!hour) return { low, high: at(y, mo, d + 1) };
  return { low, high: low + (ms ? 1 : second ? 1_000 : 60_000) };
}

/** R4 3.1.1.4.4: how a prefix compares the range asked for with the range of the target. */
const COMPARE: Readonly<Record<string, (asked: Range, target: Range) => boolean>> = {
  eq: (asked, target) => target.low >= asked.low && target.high <= asked.high,
  ne: (asked, target) => target.low < asked.low || target.high > asked.high,
  gt: (asked, target) => target.high > asked.high,
  lt: (asked, target) => target.low < asked.low,
  ge: (asked, target) => COMPARE.gt!(asked, target) || COMPARE.eq!(asked, target),
  le: (asked, target) => COMPARE.lt!(asked, target) || COMPARE.eq!(asked, target),
  sa: (asked, target) => target.low >= asked.high,
  eb: (asked, target) => target.high <= asked.low,
};

/** Compared as text without case and accents (R4 search, parameters of type string). */
const folded = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase();

interface Token {
  readonly system: string | undefined;
  readonly value: string | undefined;
}

type Values =
  | { readonly kind: 'string'; readonly list: readonly string[] }
  | { readonly kind: 'token'; readonly list: readonly Token[] }
  | { readonly kind: 'date'; readonly list: readonly Range[] }
  | { readonly kind: 'reference'; readonly list: readonly string[]; readonly identifiers: readonly Token[] };

const present = <T>(list: readonly (T | undefined)[]): T[] =>
  list.filter((one): one is T => one !== undefined);
const whole = (text: string | undefined): Token[] =>
  text === undefined ? [] : [{ system: undefined, value: text }];
const pointing = (
  references: readonly ({ reference?: string; identifier?: Token } | undefined)[],
): Values => ({
  kind: 'reference',
  list: present(references.map((each) => each?.reference)),
  identifiers: present(references.map((each) => each?.identifier)),
});

/** What a resource is found by under a parameter of its type. */
function valuesOf(resource: Kept, code: string): Values {
  if (code === '_lastUpdated') return { kind: 'date', list: [covers(resource.meta!.lastUpdated!)] };
  const tokens = (list: readonly Token[]): Values => ({ kind: 'token', list });
  const identifiers = (): Values =>
    tokens((resource.identifier ?? []).map(({ system, value }) => ({ system, value })));
  if (code === 'identifier') return identifiers();
  if (resource.resourceType === 'Patient') {
    const names = resource.name ?? [];
    if (code === 'family') return { kind: 'string', list: present(names.map(({ family }) => family)) };
    if (code === 'given') return { kind: 'string', list: names.flatMap(({ given }) => given ?? []) };
    if (code === 'name')
      return {
        kind: 'string',
        list: names.flatMap(({ family, given }) => present([family, ...(given ?? [])])),
      };
    if (code === 'gender') return tokens(whole(resource.gender));
    if (code === 'active')
      return tokens(whole(resource.active === undefined ? undefined : String(resource.active)));
    if (code === 'birthdate')
      return { kind: 'date', list: resource.birthDate ? [covers(resource.birthDate)] : [] };
    if (code === 'organization') return pointing([resource.managingOrganization as never]);
  }
  if (resource.resourceType === 'EpisodeOfCare') {
    const { period } = resource;
    if (code === 'status') return tokens(whole(resource.status));
    if (code === 'patient') return pointing([resource.patient as never]);
    if (code === 'organization') return pointing([resource.managingOrganization as never]);
    if (code === 'date')
      return {
        kind: 'date',
        list: period
          ? [
              {
                low: period.start ? covers(period.start).low : Number.NEGATIVE_INFINITY,
                high: period.end ? covers(period.end).high : Number.POSITIVE_INFINITY,
              },
            ]
          : [],
      };
  }
  if (resource.resourceType === 'Organization') {
    if (code === 'name') return { kind: 'string', list: present([resource.name]) };
    if (code === 'partof') return pointing([resource.partOf as never]);
    if (code === 'active')
      return tokens(whole(resource.active === undefined ? undefined : String(resource.active)));
  }
  throw new Error(`the naive search has no ${resource.resourceType}.${code}`);
}

function tokenMatches(token: Token, asked: string): boolean {
  const bar = asked.indexOf('|');
  if (bar === -1) return token.value === asked;
  const [system, value] = [asked.slice(0, bar), asked.slice(bar + 1)];
  return (value === '' || token.value === value) && (system === '' ? !token.system : token.system === system);
}

function oneMatches(
  values: Values,
  asked: string,
  modifier: Asked['modifier'],
  targets: readonly string[],
): boolean {
  switch (values.kind) {
    case 'string':
      return values.list.some((text) =>
        modifier === 'exact'
          ? text === asked
          : modifier === 'contains'
            ? folded(text).includes(folded(asked))
            : folded(text).startsWith(folded(asked)),
      );
    case 'token':
      return values.list.some((token) => tokenMatches(token, asked));
    case 'date': {
      const prefix = /^[a-z]{2}/.exec(asked)?.[0] ?? 'eq';
      const range = covers(asked.replace(/^[a-z]{2}/, ''));
      return values.list.some((target) => COMPARE[prefix]!(range, target));
    }
    case 'reference':
      if (modifier === 'identifier') return values.identifiers.some((token) => tokenMatches(token, asked));
      return values.list.some((reference) =>
        asked.includes('/')
          ? reference === asked
          : targets.some((target) => reference === `${target}/${asked}`),
      );
  }
}

const TARGETS: Readonly<Record<string, readonly string[]>> = {
  patient: ['Patient'],
  organization: ['Organization'],
  partof: ['Organization'],
};

/** True when a resource matches one parameter, among all that are there now. */
export function matches(resource: Kept, asked: Asked, all: readonly Kept[]): boolean {
  const { code, modifier, values } = asked;
  if (code === '_id') return values.includes(resource.id);
  if (code.startsWith('_has:')) {
    const [, type, reference, ...rest] = code.split(':') as [string, KeptType, string, ...string[]];
    const own = `${resource.resourceType}/${resource.id}`;
    return all.some(
      (other) =>
        other.resourceType === type &&
        (valuesOf(other, reference) as { list: readonly string[] }).list.includes(own) &&
        matches(other, { ...asked, code: rest.join(':') }, all),
    );
  }
  const dot = code.indexOf('.');
  if (dot !== -1) {
    const [head, type] = code.slice(0, dot).split(':') as [string, string | undefined];
    const references = valuesOf(resource, head) as { list: readonly string[] };
    return all.some(
      (other) =>
        (type === undefined || other.resourceType === type) &&
        references.list.includes(`${other.resourceType}/${other.id}`) &&
        matches(other, { ...asked, code: code.slice(dot + 1) }, all),
    );
  }
  const held = valuesOf(resource, code);
  if (modifier === 'missing') {
    const none = held.list.length === 0;
    return values[0] === 'true' ? none : !none;
  }
  const found = values.some((value) => oneMatches(held, value, modifier, TARGETS[code] ?? []));
  return modifier === 'not' ? !found : found;
}

/** The query of a search, each value escaped as R4 says. */
export function queryOf(asked: readonly Asked[]): string {
  const escaped = (value: string): string => value.replace(/[\\,$]/g, '\\$&');
  return asked
    .map(
      ({ code, modifier, values }) =>
        `${modifier ? `${code}:${modifier}` : code}=${encodeURIComponent(values.map(escaped).join(','))}`,
    )
    .join('&');
}

/** The value by which a search is sorted: the smallest when it rises, the largest when it falls; nothing comes before an open beginning. */
export function sortKey(resource: Kept, code: string, descending: boolean): string {
  if (code === '_id') return resource.id;
  const values = valuesOf(resource, code);
  const keys =
    values.kind === 'date'
      ? values.list.map(({ low }) => (Number.isFinite(low) ? new Date(low).toISOString() : '0000'))
      : values.kind === 'string'
        ? values.list.map(folded)
        : [];
  const ordered = [...keys].sort();
  return (descending ? ordered.at(-1) : ordered[0]) ?? '';
}

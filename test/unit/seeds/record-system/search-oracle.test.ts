/** Generated stores and generated searches: the index answers what the naive reading of FHIR's rules answers, page by page, while others write. */
import type { Bundle, EpisodeOfCare, Organization, Patient } from '@medplum/fhirtypes';
import fc from 'fast-check';
import { RecordEndpoint } from '../../../support/record-endpoint.js';
import { type Asked, type Kept, type KeptType, matches, queryOf, sortKey } from './naive-search.js';

let system: RecordEndpoint;
beforeAll(() => {
  system = new RecordEndpoint();
});
afterAll(() => system.close());

const SYSTEMS = ['https://a.example/id', 'https://b.example/id'] as const;
const IDS = ['1', '2', '3', 'x-4', 'y.5'] as const;
const FAMILIES = ['Oak', 'oakshott', 'Öakley', 'O,Neil', 'Ash', 'Zoë', 'McOak'] as const;
const DATES = ['1990', '1990-02', '1990-02-28', '1992-02-29', '2000-12-31', '2001-01-01'] as const;
const TIMES = [
  '2026',
  '2026-03',
  '2026-03-01',
  '2026-03-29',
  '2026-03-29T01:30:00Z',
  '2026-03-29T01:30:00.500Z',
  '2024-02-29',
] as const;

const maybe = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(values, { nil: undefined, freq: 3 });
const identifier = fc.record({
  system: maybe(fc.constantFrom(...SYSTEMS)),
  value: fc.constantFrom('n1', 'n2', 'n3'),
});
const identifiers = fc.array(identifier, { maxLength: 2 });
const to = (type: string) => fc.constantFrom(...IDS).map((id) => ({ reference: `${type}/${id}` }));

/** Without members that are undefined, and lists that are empty, which FHIR does not have. */
function tidy<T extends object>(value: T): T {
  return JSON.parse(
    JSON.stringify(value, (_key, each) => (Array.isArray(each) && each.length === 0 ? undefined : each)),
  ) as T;
}

const id = fc.constantFrom(...IDS);
const patient = fc
  .record({
    id,
    identifier: identifiers,
    active: maybe(fc.boolean()),
    gender: maybe(fc.constantFrom('male', 'female', 'other', 'unknown')),
    birthDate: maybe(fc.constantFrom(...DATES)),
    name: fc.array(
      fc.record({
        family: maybe(fc.constantFrom(...FAMILIES)),
        given: fc.array(fc.constantFrom('Ada', 'ÁDAM', 'Bo'), { minLength: 1, maxLength: 2 }),
      }),
      { maxLength: 2 },
    ),
    managingOrganization: maybe(to('Organization')),
  })
  .map((each) => tidy({ resourceType: 'Patient', ...each }) as Patient & { id: string });
const episode = fc
  .record({
    id,
    identifier: identifiers,
    status: fc.constantFrom('active', 'finished', 'planned', 'onhold'),
    patient: fc.oneof(
      to('Patient'),
      identifier.map((one) => ({ identifier: one })),
    ),
    managingOrganization: maybe(to('Organization')),
    period: maybe(
      fc.record({ start: maybe(fc.constantFrom(...TIMES)), end: maybe(fc.constantFrom(...TIMES)) }),
    ),
  })
  .map((each) => tidy({ resourceType: 'EpisodeOfCare', ...each }) as EpisodeOfCare & { id: string })
  .map((each) =>
    each.period && Object.keys(each.period).length === 0 ? ({ ...each, period: undefined } as never) : each,
  );
const organization = fc
  .record({
    id,
    identifier: fc.array(identifier, { minLength: 1, maxLength: 2 }),
    name: maybe(fc.constantFrom('North Team', 'northern', 'Süd')),
    active: maybe(fc.boolean()),
    partOf: maybe(to('Organization')),
  })
  .map((each) => tidy({ resourceType: 'Organization', ...each }) as Organization & { id: string });

/** What somebody does to the store. */
const write = fc.oneof(
  { weight: 4, arbitrary: patient as fc.Arbitrary<Kept> },
  { weight: 4, arbitrary: episode as fc.Arbitrary<Kept> },
  { weight: 2, arbitrary: organization as fc.Arbitrary<Kept> },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom<KeptType>('Patient', 'EpisodeOfCare'), id) },
);
type Write = Kept | [KeptType, string];

const PREFIXES = ['', '', 'eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb'] as const;
/** One date: of alternatives of dates the server says 400, as it does of all that it does not do. */
const dated = (code: string, values: readonly string[]): fc.Arbitrary<Asked> =>
  fc
    .tuple(fc.constantFrom(...PREFIXES), fc.constantFrom(...values))
    .map(([prefix, value]) => ({ code, values: [`${prefix}${value}`] }));
const text = (code: string): fc.Arbitrary<Asked> =>
  fc.record(
    {
      code: fc.constant(code),
      modifier: fc.constantFrom('exact' as const, 'contains' as const),
      values: fc.array(fc.constantFrom(...FAMILIES, 'o', 'OAK', 'north', 'ada', 'Adam', 'neil', 'zoe'), {
        minLength: 1,
        maxLength: 2,
      }),
    },
    { requiredKeys: ['code', 'values'] },
  );
const tokens = (code: string, values: readonly string[]): fc.Arbitrary<Asked> =>
  fc.record(
    {
      code: fc.constant(code),
      modifier: fc.constant('not' as const),
      values: fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 }),
    },
    { requiredKeys: ['code', 'values'] },
  );
const NUMBERS = [
  'n1',
  'n2',
  ...SYSTEMS.flatMap((each) => [`${each}|n1`, `${each}|n3`, `${each}|`]),
  '|n1',
  '|n2',
];
const references = (code: string, type: string): fc.Arbitrary<Asked> =>
  fc
    .uniqueArray(
      fc.oneof(
        id,
        id.map((one) => `${type}/${one}`),
      ),
      { minLength: 1, maxLength: 2 },
    )
    .map((values) => ({ code, values }));
const missing = (...codes: string[]): fc.Arbitrary<Asked> =>
  fc
    .tuple(fc.constantFrom(...codes), fc.constantFrom('true', 'false'))
    .map(([code, value]) => ({ code, modifier: 'missing', values: [value] }));
const ids = fc
  .uniqueArray(id, { minLength: 1, maxLength: 2 })
  .map((values): Asked => ({ code: '_id', values }));
const behind = (code: string, inner: fc.Arbitrary<Asked>): fc.Arbitrary<Asked> =>
  inner.map((asked) => ({ ...asked, code: `${code}${asked.code}` }));

const ofOrganization = fc.oneof(
  tokens('identifier', NUMBERS),
  text('name'),
  tokens('active', ['true', 'false']),
  references('partof', 'Organization'),
  missing('name', 'partof', 'active'),
);
const ofPatient = fc.oneof(
  tokens('identifier', NUMBERS),
  tokens('gender', ['male', 'female', 'other']),
  tokens('active', ['true', 'false']),
  text('family'),
  text('given'),
  text('name'),
  dated('birthdate', [...DATES, '1991', '1990-03']),
  references('organization', 'Organization'),
  missing('family', 'birthdate', 'gender', 'identifier', 'organization'),
  ids,
);
const ofEpisode = fc.oneof(
  tokens('status', ['active', 'finished', 'planned']),
  references('patient', 'Patient'),
  tokens('identifier', NUMBERS),
  dated('date', [...TIMES, '2025', '2027']),
  fc
    .uniqueArray(fc.constantFrom(...NUMBERS), { minLength: 1, maxLength: 2 })
    .map((values): Asked => ({ code: 'patient', modifier: 'identifier', values })),
  references('organization', 'Organization'),
  missing('date', 'organization', 'identifier'),
);
/** A chain takes plain values: what a modifier or several values mean behind one is not asked here. */
const simple = (inner: fc.Arbitrary<Asked>): fc.Arbitrary<Asked> =>
  inner.filter(({ modifier, code }) => modifier === undefined && code !== '_id' && !code.includes('.'));
const chained: Readonly<Record<KeptType, fc.Arbitrary<Asked>>> = {
  Patient: fc.oneof(
    behind('organization.', simple(ofOrganization)),
    behind('_has:EpisodeOfCare:patient:', simple(ofEpisode)),
    behind('organization.partof.', simple(ofOrganization)),
  ),
  EpisodeOfCare: fc.oneof(
    behind('patient.', simple(ofPatient)),
    behind('patient:Patient.', simple(ofPatient)),
    behind('organization.', simple(ofOrganization)),
  ),
  Organization: fc.oneof(
    behind('_has:Patient:organization:', simple(ofPatient)),
    behind('partof.', simple(ofOrganization)),
  ),
};
const plainAsked: Readonly<Record<KeptType, fc.Arbitrary<Asked>>> = {
  Patient: ofPatient,
  EpisodeOfCare: ofEpisode,
  Organization: ofOrganization,
};
const TYPES = Object.keys(plainAsked) as KeptType[];
/** A search of a type: parameters that must all match. One code is not asked twice, which is another thing in medplum's parser. */
const search = fc.constantFrom(...TYPES).chain((type) =>
  fc
    .uniqueArray(
      fc.oneof({ weight: 4, arbitrary: plainAsked[type] }, { weight: 1, arbitrary: chained[type] }),
      {
        selector: ({ code, modifier }) => `${code}:${modifier}`,
        maxLength: 3,
      },
    )
    .map((asked) => ({ type, asked })),
);

/** The store as it should be: what was written last of each, in the order of the last change. */
class Shadow {
  private readonly held = new Map<string, Kept>();

  get all(): Kept[] {
    return [...this.held.values()];
  }

  apply(step: Write): void {
    if (Array.isArray(step)) {
      const [type, which] = step;
      if (!this.held.delete(`${type}/${which}`)) return;
      system.store.remove(type, which);
      return;
    }
    const key = `${step.resourceType}/${step.id}`;
    const kept = system.store.put(step, this.held.has(key) ? 'update' : 'create') as Kept;
    this.held.delete(key);
    this.held.set(key, kept);
  }
}

function fresh(writes: readonly Write[]): Shadow {
  system.clear();
  const shadow = new Shadow();
  for (const step of writes) shadow.apply(step);
  return shadow;
}

const expected = (shadow: Shadow, type: KeptType, asked: readonly Asked[]): Kept[] =>
  shadow.all.filter(
    (each) => each.resourceType === type && asked.every((one) => matches(each, one, shadow.all)),
  );
const nextOf = (bundle: Bundle): string | undefined =>
  bundle.link?.find(({ relation }) => relation === 'next')?.url;
const matched = (bundle: Bundle): string[] =>
  (bundle.entry ?? []).flatMap(({ search: as, resource }) => (as?.mode === 'match' ? [resource!.id!] : []));

test('a search finds what the rules of FHIR say it finds, in the order of change, and counts it', async () => {
  let found = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(write, { minLength: 3, maxLength: 14 }),
      fc.array(search, { minLength: 4, maxLength: 8 }),
      async (writes, searches) => {
        const shadow = fresh(writes as Write[]);
        for (const { type, asked } of searches) {
          const query = queryOf(asked);
          const { status, body } = await system.ask<Bundle>('GET', `${type}?${query}`);
          const wanted = expected(shadow, type, asked).map((each) => each.id);
          expect([type, query, status, matched(body), body.total]).toEqual([
            type,
            query,
            200,
            wanted,
            wanted.length,
          ]);
          found += wanted.length;
        }
      },
    ),
    { numRuns: 250, seed: 20_260_302 },
  );
  // A generator that never hits would prove nothing.
  expect(found).toBeGreaterThan(500);
});

test('by POST with a form as by GET', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(write, { minLength: 3, maxLength: 10 }),
      search,
      async (writes, { type, asked }) => {
        const shadow = fresh(writes as Write[]);
        const { status, body } = await system.ask<Bundle>('POST', `${type}/_search`, queryOf(asked), {
          'content-type': 'application/x-www-form-urlencoded',
        });
        const wanted = expected(shadow, type, asked).map((each) => each.id);
        expect([queryOf(asked), status, matched(body)]).toEqual([queryOf(asked), 200, wanted]);
      },
    ),
    { numRuns: 60, seed: 3 },
  );
});

const ORDERS: Readonly<Record<KeptType, readonly string[]>> = {
  Patient: ['_id', '_lastUpdated', 'birthdate', 'family'],
  EpisodeOfCare: ['_id', '_lastUpdated', 'date'],
  Organization: ['_id', '_lastUpdated', 'name'],
};

test('a walk in any order by any page size meets each match once, at its place, whatever others write meanwhile', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(write, { minLength: 4, maxLength: 16 }),
      search.filter(({ asked }) => asked.length < 2),
      fc.nat(),
      fc.boolean(),
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.array(write, { maxLength: 3 }), { maxLength: 6 }),
      async (writes, { type, asked }, at, descending, count, meanwhile) => {
        const shadow = fresh(writes as Write[]);
        const code = ORDERS[type][at % ORDERS[type].length]!;
        const wanted = expected(shadow, type, asked);
        const key = (each: Kept): string =>
          code === '_lastUpdated' ? each.meta!.lastUpdated! : sortKey(each, code, descending);
        const place = new Map(wanted.map((each, index) => [each, index]));
        const sorted = [...wanted].sort((a, b) => {
          const order = key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : place.get(a)! - place.get(b)!;
          return descending ? -order : order;
        });
        const query = `${type}?${queryOf(asked)}&_sort=${descending ? '-' : ''}${code}&_count=${count}`;
        const walked: Kept[] = [];
        let pages = 0;
        for (let next: string | undefined = query; next; pages++) {
          const { status, body } = await system.ask<Bundle>('GET', next);
          expect([status, body.total]).toEqual([200, wanted.length]);
          walked.push(...(body.entry ?? []).map(({ resource }) => resource as Kept));
          for (const step of meanwhile[pages] ?? []) shadow.apply(step as Write);
          next = nextOf(body);
        }
        expect(walked.map((each) => each.id)).toEqual(sorted.map((each) => each.id));
        // As they were when the walk began, not as somebody has left them since.
        expect(walked).toEqual(sorted);
        expect(pages).toBe(Math.max(1, Math.ceil(wanted.length / count)));
      },
    ),
    { numRuns: 150, seed: 5 },
  );
});

test('includes bring what the page refers to, once each, and never a deleted one', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(write, { minLength: 5, maxLength: 16 }),
      fc.integer({ min: 1, max: 5 }),
      async (writes, count) => {
        const shadow = fresh(writes as Write[]);
        for (
          let next: string | undefined =
            `EpisodeOfCare?_include=EpisodeOfCare:patient&_include=EpisodeOfCare:organization&_count=${count}`;
          next;
        ) {
          const { body }: { body: Bundle } = await system.ask<Bundle>('GET', next);
          const page = (body.entry ?? [])
            .filter(({ search: as }) => as?.mode === 'match')
            .map(({ resource }) => resource as EpisodeOfCare);
          const there = new Set(shadow.all.map((each) => `${each.resourceType}/${each.id}`));
          const wanted = new Set(
            page
              .flatMap((each) => [each.patient?.reference, each.managingOrganization?.reference])
              .filter((each) => each && there.has(each)),
          );
          const included = (body.entry ?? [])
            .filter(({ search: as }) => as?.mode === 'include')
            .map(({ resource }) => `${resource!.resourceType}/${resource!.id}`);
          expect(included.sort()).toEqual([...wanted].sort());
          next = nextOf(body);
        }
      },
    ),
    { numRuns: 60, seed: 7 },
  );
});

test('reverse includes bring everything that refers to the page, once each', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(write, { minLength: 5, maxLength: 16 }), async (writes) => {
      const shadow = fresh(writes as Write[]);
      const { body } = await system.ask<Bundle>(
        'GET',
        'Patient?_revinclude=EpisodeOfCare:patient&_count=100',
      );
      const people = new Set(matched(body).map((each) => `Patient/${each}`));
      const wanted = shadow.all.filter(
        (each) => each.resourceType === 'EpisodeOfCare' && people.has(each.patient?.reference ?? ''),
      );
      const included = (body.entry ?? [])
        .filter(({ search: as }) => as?.mode === 'include')
        .map(({ resource }) => resource!.id!);
      expect(included.sort()).toEqual(wanted.map((each) => each.id).sort());
    }),
    { numRuns: 60, seed: 9 },
  );
});

test('every version stays readable as it was, and the history tells them all, newest first', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(patient, { minLength: 1, maxLength: 10 }),
      fc.array(fc.boolean(), { maxLength: 10 }),
      async (bodies, deletions) => {
        const shadow = fresh([]);
        const versions: (Kept | null)[] = [];
        for (const [index, body] of bodies.entries()) {
          shadow.apply({ ...body, id: 'one' });
          versions.push(shadow.all[0]!);
          if (deletions[index]) {
            shadow.apply(['Patient', 'one']);
            versions.push(null);
          }
        }
        for (const [index, version] of versions.entries()) {
          const { status, body } = await system.ask<Kept>('GET', `Patient/one/_history/${index + 1}`);
          expect([status, version ? body : null]).toEqual([version ? 200 : 410, version]);
        }
        expect((await system.ask('GET', `Patient/one/_history/${versions.length + 1}`)).status).toBe(404);
        const { body } = await system.ask<Bundle>('GET', 'Patient/one/_history');
        expect(body.total).toBe(versions.length);
        expect(body.entry!.map(({ resource }) => resource ?? null)).toEqual([...versions].reverse());
        expect(body.entry!.map(({ response }) => response!.etag)).toEqual(
          versions.map((_, index) => `W/"${index + 1}"`).reverse(),
        );
        const now = versions.at(-1);
        const read = await system.ask<Kept>('GET', 'Patient/one');
        expect([read.status, now ? read.body : null]).toEqual([now ? 200 : 410, now]);
      },
    ),
    { numRuns: 60, seed: 11 },
  );
});

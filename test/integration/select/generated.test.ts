/** Documents that nobody thought of: generated selections, arguments, filters and directives, compiled against naive. */
import fc from 'fast-check';
import { execute, type GraphQLSchema, parse } from 'graphql';
import { TEAMS } from './library-data.js';
import { LibraryWorld, visibleRows } from './library-world.js';
import { naiveSchema } from './naive-reader.js';

let world: LibraryWorld;
let naive: GraphQLSchema;

beforeAll(async () => {
  world = await LibraryWorld.open();
  naive = naiveSchema(visibleRows(world.rows, [TEAMS.own, TEAMS.second]));
});
afterAll(() => world.close());

const SCALARS: Readonly<Record<string, readonly string[]>> = {
  Book: [
    'id',
    'title',
    'genre',
    'pages',
    'publishedOn',
    'createdAt',
    'tags',
    'extra',
    'available',
    '__typename',
  ],
  Person: ['id', 'name', 'bornOn', '__typename'],
  Review: ['id', 'stars', 'body', 'writtenAt', '__typename'],
  Chapter: ['position', 'heading', '__typename'],
  Paragraph: ['item', 'words'],
  Facts: ['pages', 'genre'],
  Loan: ['from', 'until'],
};
const RELATIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Book: {
    author: 'Person',
    editor: 'Person',
    facts: 'Facts',
    loan: 'Loan',
    latestReview: 'Review',
    reviews: 'Review',
    chapters: 'Chapter',
  },
  Person: { books: 'Book' },
  Review: { book: 'Book', reviewer: 'Person' },
  Chapter: { paragraphs: 'Paragraph', book: 'Book' },
};

const size = fc.constantFrom('', 'first: 0', 'first: 1', 'first: 3', 'first: $n');
const reviewArgs = fc
  .tuple(
    size,
    fc.constantFrom('', 'orderBy: STARS', 'filter: { minStars: 3 }', 'knownAt: "2026-02-01T00:00:00.000Z"'),
  )
  .map((parts) => parts.filter(Boolean).join(', '));
const prefix = fc.constantFrom('A', 'Be', '"', "'", '%', '', 'ä').map((text) => JSON.stringify(text));
const bookFilter: fc.Arbitrary<string> = fc.letrec<{ filter: string; leaf: string }>((tie) => ({
  leaf: fc.oneof(
    fc.constantFrom(
      'genre: NOVEL',
      'genreIn: [POETRY, SCIENCE]',
      'genre: $g',
      'minPages: 150',
      'available: $b',
      'published: true',
      'published: false',
      'genre: null',
    ),
    prefix.map((text) => `titleStartsWith: ${text}`),
    prefix.map((text) => `author: { nameStartsWith: ${text} }`),
    fc.constant('reviewed: { minStars: 4 }'),
  ),
  filter: fc.oneof(
    { depthSize: 'small' },
    tie('leaf').map((leaf) => `{ ${leaf} }`),
    fc.array(tie('filter'), { maxLength: 3 }).map((list) => `{ or: [${list.join()}] }`),
    fc.array(tie('filter'), { maxLength: 3 }).map((list) => `{ and: [${list.join()}] }`),
    tie('filter').map((one) => `{ not: ${one} }`),
  ),
})).filter;
const bookOrder = fc.constantFrom('NEWEST', 'OLDEST', 'TITLE', 'PAGES', 'MIXED', 'PUBLISHED', '$o');
const bookArgs = fc
  .tuple(size, fc.option(bookFilter), fc.option(bookOrder))
  .map(([page, filter, order]) =>
    [page, filter && `filter: ${filter}`, order && `orderBy: ${order}`].filter(Boolean).join(', '),
  );

const argsOf: Readonly<Record<string, fc.Arbitrary<string>>> = { reviews: reviewArgs, books: bookArgs };
const alias = fc.constantFrom('', '', '', 'a: ', 'b: ', '__proto__: ', 'constructor: ');
const directive = fc.constantFrom('', '', '', '', ' @include(if: $b)', ' @skip(if: $b)');

/** A selection of a type; aliases are numbered by their field and arguments, so that nothing conflicts. */
function selection(type: string, depth: number): fc.Arbitrary<string> {
  const scalar = fc
    .tuple(fc.constantFrom(...SCALARS[type]!), directive, fc.boolean())
    .map(([name, when, aliased]) => `${aliased ? `x_${name}: ` : ''}${name}${when}`);
  const relations = depth === 0 ? [] : Object.entries(RELATIONS[type] ?? {});
  const children = relations.map(([name, target]) =>
    fc
      .tuple(argsOf[name] ?? fc.constant(''), selection(target, depth - 1), directive)
      .map(([args, inner, when]) => ({ name, args, inner, when })),
  );
  const list = fc.array(scalar, { minLength: 1, maxLength: 4 });
  if (children.length === 0) return list.map((fields) => `{ ${fields.join(' ')} }`);
  return fc
    .tuple(list, fc.array(fc.oneof(...children), { maxLength: 3 }), fc.boolean())
    .map(([fields, kids, wrap]) => {
      const parts = kids.map(
        (kid, at) =>
          `r${depth}_${at}_${kid.name}: ${kid.name}${kid.args && `(${kid.args})`}${kid.when} ${kid.inner}`,
      );
      const body = [...fields, ...parts].join(' ');
      return wrap ? `{ ... on ${type} { ${body} } ${fields[0]} }` : `{ ${body} }`;
    });
}

const document = fc
  .tuple(alias, bookArgs, selection('Book', 3), fc.boolean())
  .map(([name, args, nodes, count]) => {
    const list = args ? `books(${args})` : 'books';
    return `query Q($n: Int, $b: Boolean!, $g: Genre, $o: BookOrder) {
    used: books(first: $n, orderBy: $o, filter: { genre: $g, available: $b }) { totalCount }
    ${name}${list} { nodes ${nodes} edges { node ${nodes} } ${count ? 'totalCount pageInfo { hasNextPage }' : ''} }
  }`;
  });
const variables = fc.record(
  {
    n: fc.constantFrom(null, 0, 2, 7),
    b: fc.boolean(),
    g: fc.constantFrom(null, 'NOVEL', 'POETRY'),
    o: fc.constantFrom(null, 'TITLE', 'PAGES'),
  },
  { requiredKeys: ['b'] },
);

test('compiled and naive agree on generated documents', async () => {
  await fc.assert(
    fc.asyncProperty(document, variables, async (query, values) => {
      const answer = await execute({ schema: naive, document: parse(query), variableValues: values });
      expect(answer.errors).toBeUndefined();
      const text = JSON.stringify(answer.data);
      expect(JSON.stringify(await world.whole(query, values))).toBe(text);
      expect(JSON.stringify((await world.stock(query, values)).data)).toBe(text);
    }),
    { numRuns: 150 },
  );
});

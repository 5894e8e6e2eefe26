/** Documents of the differential test: one line each for what could go wrong. */
import { id } from './library-data.js';
import type { Variables } from './library-world.js';

const filtered =
  'query Q($f: BookFilter) { books(filter: $f, first: 50, orderBy: TITLE) { nodes { title } totalCount } }';

/** Name, document, variables. */
export const DOCUMENTS: readonly (readonly [string, string, Variables?])[] = [
  ['a plain page', '{ books { nodes { id title } } }'],
  [
    'every column',
    '{ books(first: 60) { nodes { id title genre pages publishedOn createdAt tags extra available secret } } }',
  ],
  [
    'typename everywhere',
    '{ __typename books(first: 2) { __typename edges { __typename node { __typename author { __typename } } } pageInfo { __typename } } }',
  ],
  ['only typename', '{ __typename }'],
  ['only typenames of nodes', '{ books(first: 3) { nodes { __typename reviews { __typename } } } }'],
  [
    'to-one, some hidden by row-level security',
    '{ books(first: 60) { nodes { id author { id name bornOn } editor { name } } } }',
  ],
  [
    'the same relation under two aliases',
    '{ books { nodes { a: reviews(first: 1) { id } b: reviews(first: 3, orderBy: STARS) { id stars } } } }',
  ],
  ['the same to-one under two aliases', '{ books { nodes { a: author { id } b: author { name } } } }'],
  [
    'merged duplicates',
    '{ books { nodes { id author { id } } nodes { title id author { name } } } books { nodes { author { bornOn } } } }',
  ],
  [
    'named fragments',
    '{ books { nodes { ...B } } } fragment B on Book { id author { ...P } editor { ...P } } fragment P on Person { name id }',
  ],
  ['inline fragments', '{ books { nodes { ... on Book { title } ... { id } } } }'],
  ['a fragment on an interface', '{ people { ... on Named { name } id } }'],
  [
    'include and skip by variable, yes',
    'query Q($y: Boolean!) { books { nodes { id title @include(if: $y) genre @skip(if: $y) } } }',
    { y: true },
  ],
  [
    'include and skip by variable, no',
    'query Q($y: Boolean!) { books { nodes { id title @include(if: $y) genre @skip(if: $y) } } }',
    { y: false },
  ],
  [
    'skipped fragment',
    '{ books { nodes { id ... @skip(if: true) { title } ...X @include(if: false) } } } fragment X on Book { pages }',
  ],
  [
    'a merged node that is skipped',
    'query Q($y: Boolean!) { books { nodes { id author @skip(if: $y) { id } author { name } } } }',
    { y: true },
  ],
  [
    'aliases from the prototype',
    '{ __proto__: books { __proto__: nodes { __proto__: id constructor: title toString: genre author { __proto__: id hasOwnProperty: name } reviews { __proto__: stars } } } }',
  ],
  [
    'first 0',
    '{ books(first: 0) { nodes { id } edges { node { id } } pageInfo { hasNextPage hasPreviousPage } totalCount } }',
  ],
  ['first 0 in a child', '{ books { nodes { id reviews(first: 0) { id } } } }'],
  ['last', '{ books(last: 7, orderBy: TITLE) { nodes { title } pageInfo { hasNextPage hasPreviousPage } } }'],
  ['last 0', '{ books(last: 0) { nodes { id } pageInfo { hasPreviousPage } } }'],
  ['more than there is', '{ books(first: 100) { nodes { id } pageInfo { hasNextPage } totalCount } }'],
  ['sizes between the steps', '{ books(first: 7) { nodes { id reviews(first: 4) { id } } } }'],
  [
    'sizes by variables',
    'query Q($n: Int, $m: Int) { books(first: $n) { nodes { id reviews(first: $m) { id } } } }',
    { n: 4, m: 1 },
  ],
  [
    'sizes by absent variables',
    'query Q($n: Int, $m: Int = 1) { books(first: $n) { nodes { id reviews(first: $m) { id } } } }',
  ],
  ['count alone', '{ books { totalCount } }'],
  ['count with a filter', '{ books(filter: { genre: POETRY }) { totalCount nodes { id } } }'],
  [
    'each order',
    '{ a: books(orderBy: OLDEST) { nodes { id } } b: books(orderBy: TITLE) { nodes { title } } c: books(orderBy: PAGES) { nodes { pages id } } d: books(orderBy: MIXED) { nodes { genre id } } e: books(orderBy: PUBLISHED) { nodes { id } } }',
  ],
  ['an order by variable', 'query Q($o: BookOrder) { books(orderBy: $o) { nodes { id } } }', { o: 'PAGES' }],
  ['a null order', 'query Q($o: BookOrder) { books(orderBy: $o) { nodes { id } } }', { o: null }],
  ['single by id', `{ book(id: "${id(5, 7)}") { title author { name } reviews { id } } }`],
  [
    'single by variable, upper case',
    'query Q($id: ID!) { book(id: $id) { title } }',
    { id: id(5, 7).toUpperCase() },
  ],
  ['a row that is not there', `{ book(id: "${id(9, 9)}") { title } }`],
  ['a row that is hidden', `{ book(id: "${id(5, (14 * 7) % 60)}") { title } }`],
  [
    'by another key, with injection',
    `{ a: bookByTitle(title: "Gamma's") { id } b: bookByTitle(title: "x' or '1'='1") { id } c: bookByTitle(title: "\\"quoted\\"") { id } }`,
  ],
  ['a plain root list', '{ people(first: 5) { id name } }'],
  ['inline objects', '{ books(first: 60) { nodes { facts { pages genre } loan { from until } } } }'],
  [
    'latest of children',
    '{ books(first: 60) { nodes { id latestReview { id stars reviewer { name } book { title } } } } }',
  ],
  [
    'latest as known then',
    'query Q($t: DateTime) { books(first: 60) { nodes { latestReview(knownAt: $t) { id } reviews(knownAt: $t, first: 20) { id } } } }',
    { t: '2026-02-10T00:00:00.000Z' },
  ],
  [
    'known then, null',
    'query Q($t: DateTime) { reviews(knownAt: $t, first: 100) { nodes { id writtenAt } totalCount } }',
    { t: null },
  ],
  [
    'known then, at the root',
    '{ reviews(knownAt: "2026-02-10T00:00:00.000Z", first: 100) { nodes { id writtenAt } totalCount } }',
  ],
  [
    'composite keys',
    '{ books(first: 60) { nodes { chapters { position heading paragraphs { item words } book { title } } } } }',
  ],
  [
    'six levels',
    '{ people { books { reviews { book { author { books(first: 2) { chapters { heading } } } } } } } }',
  ],
  [
    'children filtered and ordered',
    '{ people { books(filter: { minPages: 100 }, orderBy: PAGES, first: 5) { title reviews(filter: { minStars: 3 }, orderBy: STARS) { stars } } } }',
  ],
  ['several roots', `{ books { totalCount } people { id } book(id: "${id(5, 1)}") { title } }`],
  [
    'filter: prefix with wildcards',
    '{ a: books(filter: { titleStartsWith: "100%" }) { totalCount } b: books(filter: { titleStartsWith: "%" }) { totalCount } c: books(filter: { titleStartsWith: "" }) { totalCount } }',
  ],
  ['filter: injection', filtered, { f: { titleStartsWith: "'; drop table books; --" } }],
  [
    'filter: list, empty list',
    '{ a: books(filter: { genreIn: [POETRY, SCIENCE] }) { totalCount } b: books(filter: { genreIn: [] }) { totalCount } }',
  ],
  ['filter: null and absent', filtered, { f: { genre: null, minPages: 100, or: null } }],
  ['filter: null object', filtered, { f: null }],
  [
    'filter: empty object, empty lists',
    '{ a: books(filter: {}) { totalCount } b: books(filter: { or: [] }) { totalCount } c: books(filter: { and: [] }) { totalCount } d: books(filter: { not: {} }) { totalCount } }',
  ],
  [
    'filter: flags',
    '{ a: books(filter: { published: true }) { totalCount } b: books(filter: { published: false }) { totalCount } c: books(filter: { available: false }) { totalCount } }',
  ],
  [
    'filter: recursive variables',
    filtered,
    {
      f: {
        or: [
          { genre: 'POETRY', not: { minPages: 200 } },
          { and: [{ genre: 'NOVEL' }, { or: [{ available: true }] }] },
        ],
      },
    },
  ],
  ['filter: not over null', filtered, { f: { not: { minPages: 100 } } }],
  [
    'filter: through to-one',
    filtered,
    { f: { author: { nameStartsWith: 'A', or: [{ bornFrom: '1950-01-01' }, { nameStartsWith: 'An' }] } } },
  ],
  [
    'filter: through to-many',
    filtered,
    { f: { reviewed: { minStars: 4, reviewer: { nameStartsWith: 'A' } } } },
  ],
  [
    'filter: instant and id',
    filtered,
    { f: { createdFrom: '2026-01-05T09:30:04.000Z', authorId: id(3, 4) } },
  ],
  [
    'filter: variables inside a literal',
    'query Q($g: Genre, $n: Int, $b: Boolean) { books(filter: { genre: $g, minPages: $n, available: $b }) { totalCount } }',
    { g: 'NOVEL', n: 90 },
  ],
  [
    'more than 100 values in a child',
    `{ books(first: 3) { nodes { reviews { ${Array.from({ length: 70 }, (_, n) => `a${n}: id b${n}: book { title x${n}: editor { name } } `).join(' ')} } } } }`,
  ],
];

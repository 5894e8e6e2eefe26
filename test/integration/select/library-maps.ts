/** Field maps of the library. */

import type { GraphPolicy } from '../../../schema/apply-field-maps.js';
import { Role } from '../../../src/core/caller.js';
import { type TypeMap, typeMap } from '../../../src/platform/database/select/field-map.js';
import {
  among,
  asc,
  bool,
  byOrganisation,
  byTeam,
  date,
  desc,
  edge,
  equals,
  filter,
  flag,
  freeArg,
  from,
  hand,
  having,
  inline,
  int,
  json,
  latest,
  many,
  one,
  order,
  startsWith,
  text,
  textArray,
  through,
  time,
  uuid,
} from '../../../src/platform/database/select/map-words.js';
import type { RootFields } from '../../../src/platform/database/select/root-field.js';
import { ALL, STAFF } from './library-callers.js';
import { COMMENTS, ERRANDS, MEDIA } from './library-media.js';

const nullable = { nullable: true } as const;

export const PEOPLE: TypeMap = typeMap({
  type: 'Person',
  table: 'people',
  columns: {
    id: uuid('id', ALL, { per: { ANALYST: 'pseudonym' } }),
    name: text('name', STAFF, { nullable: true, identifies: true }),
    bornOn: date('born_on', ALL, nullable),
  },
  many: {
    books: many(() => BOOKS, 'author_id', ALL, {
      page: { size: 3, max: 40 },
      order: 'OLDEST',
      orderArg: 'orderBy',
      filterArg: 'filter',
    }),
    media: many(() => MEDIA, 'owner_id', ALL, { page: { size: 3, max: 20 }, orderArg: 'orderBy' }),
    errands: many(() => ERRANDS, 'who_id', STAFF),
  },
  one: {
    latestMedium: latest(() => MEDIA, 'owner_id', ALL),
    latestErrand: latest(() => ERRANDS, 'who_id', STAFF),
  },
  filters: { nameStartsWith: startsWith('name', 'text', STAFF), bornFrom: from('born_on', 'date', ALL) },
  orders: { NAME: order(STAFF, asc('name', 'text', "''"), asc('id', 'uuid')) },
  edges: { live: edge('live', STAFF) },
  subject: { sql: 'id', always: false },
});

const FACTS: TypeMap = typeMap({
  type: 'Facts',
  table: 'books',
  columns: { pages: int('pages', ALL, nullable), genre: text('genre', ALL) },
});

const LOANS: TypeMap = typeMap({
  type: 'Loan',
  table: 'books',
  columns: { from: date('loan_from', STAFF, nullable), until: date('loan_until', STAFF, nullable) },
});

export const BOOKS: TypeMap = typeMap({
  type: 'Book',
  table: 'books',
  columns: {
    id: uuid('id', ALL),
    title: text('title', ALL),
    genre: text('genre', ALL),
    pages: int('pages', ALL, nullable),
    publishedOn: date('published_on', STAFF, nullable),
    createdAt: time('created_at', ALL),
    tags: textArray('tags', STAFF, nullable),
    extra: json('extra', STAFF, nullable),
    available: bool('available', ALL),
    secret: text('secret', STAFF, nullable),
  },
  one: {
    author: one(() => PEOPLE, 'author_id', ALL),
    editor: one(() => PEOPLE, 'editor_id', STAFF, { viaSql: '{to}.id = {t}.editor_id' }),
    facts: inline(() => FACTS, ALL),
    loan: inline(() => LOANS, STAFF, '{t}.loan_from is not null'),
    latestReview: latest(() => REVIEWS, 'book_id', ALL),
  },
  many: {
    reviews: many(() => REVIEWS, 'book_id', ALL, {
      page: { size: 2, max: 20 },
      filterArg: 'filter',
      orderArg: 'orderBy',
    }),
    chapters: many(() => CHAPTERS, 'book_id', ALL),
  },
  hand: { mood: hand(STAFF, { id: 'id', pages: 'pages' }) },
  edges: { shelf: { ...edge('shelf', ALL), identifies: false } },
  filters: {
    titleStartsWith: startsWith('title', 'text', ALL),
    genreIn: among('genre', 'text[]', ALL),
    genre: equals('genre', 'text', ALL),
    minPages: from('pages', 'int', ALL),
    available: filter(ALL, 'boolean', (row, value) => `${row}.available = ${value}`),
    published: flag(STAFF, '{t}.published_on is not null'),
    createdFrom: from('created_at', 'timestamptz', ALL),
    authorId: equals('author_id', 'uuid', ALL),
    author: through(() => PEOPLE, 'author_id', ALL),
    reviewed: having(() => REVIEWS, 'book_id', ALL),
  },
  orders: {
    NEWEST: order(ALL, desc('created_at', 'timestamptz'), desc('id', 'uuid')),
    OLDEST: order(ALL, asc('created_at', 'timestamptz'), asc('id', 'uuid')),
    TITLE: order(ALL, asc('title', 'text'), asc('id', 'uuid')),
    PAGES: order(ALL, desc('pages', 'int', '-1'), desc('id', 'uuid')),
    PUBLISHED: order(STAFF, desc('published_on', 'date', "'-infinity'"), asc('id', 'uuid')),
    MIXED: order(ALL, asc('genre', 'text'), desc('created_at', 'timestamptz'), asc('id', 'uuid')),
  },
  page: { size: 10, max: 100 },
  scopes: [byTeam(STAFF), byOrganisation([Role.ANALYST])],
});

export const REVIEWS: TypeMap = typeMap({
  type: 'Review',
  table: 'reviews',
  columns: {
    id: uuid('id', ALL),
    stars: int('stars', ALL),
    body: text('body', STAFF, nullable),
    writtenAt: time('written_at', ALL),
  },
  one: {
    book: one(() => BOOKS, 'book_id', ALL, { nullable: false }),
    reviewer: one(() => PEOPLE, 'reviewer_id', STAFF),
  },
  filters: {
    minStars: from('stars', 'int', ALL),
    reviewer: through(() => PEOPLE, 'reviewer_id', STAFF),
  },
  orders: {
    NEWEST: order(ALL, desc('written_at', 'timestamptz'), desc('id', 'uuid')),
    STARS: order(ALL, desc('stars', 'int'), asc('id', 'uuid')),
  },
  args: {
    knownAt: freeArg(
      'timestamptz',
      (row, at) =>
        `${row}.observed_from <= ${at} and (${row}.observed_to is null or ${row}.observed_to > ${at})`,
      (row) => `${row}.observed_to is null`,
    ),
  },
});

const CHAPTERS: TypeMap = typeMap({
  type: 'Chapter',
  table: 'chapters',
  key: 'book_id',
  columns: { position: int('position', ALL), heading: text('heading', ALL) },
  one: { book: one(() => BOOKS, 'book_id', ALL) },
  many: { paragraphs: many(() => PARAGRAPHS, { book_id: 'book_id', position: 'position' }, ALL) },
  orders: { POSITION: order(ALL, asc('position', 'int')) },
});

const PARAGRAPHS: TypeMap = typeMap({
  type: 'Paragraph',
  table: 'paragraphs',
  key: 'book_id',
  columns: { item: int('item', ALL), words: text('words', ALL) },
  orders: { ITEM: order(ALL, asc('item', 'int')) },
});

export const ROOTS = {
  books: { kind: 'connection', map: BOOKS, allow: ALL },
  reviews: { kind: 'connection', map: REVIEWS, allow: ALL },
  book: { kind: 'single', map: BOOKS, allow: ALL },
  bookByTitle: { kind: 'single', map: BOOKS, allow: STAFF, arg: 'title' },
  people: { kind: 'list', map: PEOPLE, allow: STAFF },
  media: { kind: 'connection', map: MEDIA, allow: ALL },
  medium: { kind: 'single', map: MEDIA, allow: ALL },
  errands: { kind: 'list', map: ERRANDS, allow: STAFF },
} as const satisfies RootFields;

export const LIBRARY_POLICY: GraphPolicy = {
  maps: [PEOPLE, FACTS, LOANS, BOOKS, REVIEWS, CHAPTERS, PARAGRAPHS, MEDIA, COMMENTS, ERRANDS],
  roots: ROOTS,
  hand: {
    'Query.version': ALL,
    'Mutation.touch': ALL,
    'Mutation.touchAll': ALL,
    'Mutation.touchMedium': ALL,
    'Mutation.touchMedia': ALL,
    'Mutation.finish': ALL,
  },
  plain: {
    Refused: ALL,
    MediumDone: ALL,
    Live: STAFF,
    LiveVisit: STAFF,
    LiveStaff: STAFF,
    LiveSource: ALL,
    Shelf: { place: ALL, row: ALL, sources: ALL },
  },
};

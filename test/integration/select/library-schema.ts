/** A small library: the graph, tables and rules that the read path is tested on, so that no real room is needed. */
import { buildSchema, GraphQLScalarType, type GraphQLSchema, isEnumType } from 'graphql';
import type pg from 'pg';
import { DatabaseRole, IN_AGREEMENT, IN_TEAMS, secureTable } from '../../../src/platform/database/policy.js';

export const SDL = `
  scalar Date
  scalar DateTime
  scalar JSON
  enum Genre { NOVEL POETRY SCIENCE }
  enum BookOrder { NEWEST OLDEST TITLE PAGES MIXED PUBLISHED }
  enum ReviewOrder { NEWEST STARS }
  enum PersonOrder { NAME }
  input PersonFilter { nameStartsWith: String, bornFrom: Date, or: [PersonFilter!] }
  input ReviewFilter { minStars: Int, reviewer: PersonFilter }
  input BookFilter {
    titleStartsWith: String, genreIn: [Genre!], genre: Genre, minPages: Int, available: Boolean, published: Boolean
    createdFrom: DateTime, authorId: ID, author: PersonFilter, reviewed: ReviewFilter
    and: [BookFilter!], or: [BookFilter!], not: BookFilter
  }
  interface Named { name: String }
  type Person implements Named {
    id: ID!, name: String, bornOn: Date, books(first: Int, orderBy: BookOrder, filter: BookFilter): [Book!]!
    media(first: Int, orderBy: MediumOrder): [Medium!]!, latestMedium: Medium, errands: [Errand!]!, latestErrand: Errand, live: Live
  }
  type Facts { pages: Int, genre: Genre! }
  type Loan { from: Date, until: Date }
  type Book {
    id: ID!, title: String!, genre: Genre!, pages: Int, publishedOn: Date, createdAt: DateTime!, tags: [String!], extra: JSON, shelf: Shelf
    available: Boolean!, author: Person, editor: Person, facts: Facts!, loan: Loan
    latestReview(knownAt: DateTime): Review
    reviews(first: Int, filter: ReviewFilter, orderBy: ReviewOrder, knownAt: DateTime): [Review!]!
    chapters: [Chapter!]!, secret: String, mood: String
  }
  type Chapter { position: Int!, heading: String!, book: Book, paragraphs: [Paragraph!]! }
  type Paragraph { item: Int!, words: String! }
  type Review { id: ID!, stars: Int!, body: String, writtenAt: DateTime!, book: Book!, reviewer: Person }
  type PageInfo { hasNextPage: Boolean!, hasPreviousPage: Boolean!, startCursor: String, endCursor: String }
  type BookEdge { cursor: String!, node: Book! }
  type BookConnection { edges: [BookEdge!]!, nodes: [Book!]!, pageInfo: PageInfo!, totalCount: Int! }
  type ReviewEdge { cursor: String!, node: Review! }
  type ReviewConnection { edges: [ReviewEdge!]!, nodes: [Review!]!, pageInfo: PageInfo!, totalCount: Int! }
  enum MediumOrder { NEWEST TITLE }
  input MediumFilter { titleStartsWith: String, minMinutes: Int, or: [MediumFilter!] }
  interface Medium { id: ID!, title: String!, owner: Person, comments(first: Int): [Comment!]!, related: Medium, price: Int, ownerLive: Live }
  type Film implements Medium & Named {
    id: ID!, title: String!, owner: Person, comments(first: Int): [Comment!]!, related: Medium, price: Int, ownerLive: Live
    name: String, minutes: Int!, director: Person
  }
  type Disc implements Medium {
    id: ID!, title: String!, owner: Person, comments(first: Int): [Comment!]!, related: Medium, price: Int, ownerLive: Live
    tracks: [String!], label: String, madeOn: Date, sound: String
  }
  type Comment { id: ID!, words: String!, medium: Medium, by: Person }
  type Visit { id: ID!, place: String!, on: Date, book: Book, who: Person }
  type Call { id: ID!, number: String, minutes: Int, book: Book, who: Person }
  union Errand = Visit | Call
  type MediumEdge { cursor: String!, node: Medium! }
  type MediumConnection { edges: [MediumEdge!]!, nodes: [Medium!]!, pageInfo: PageInfo!, totalCount: Int! }
  type LiveStaff { name: String, role: String! }
  type LiveVisit { place: String, on: Date, tags: [String!]!, staff: LiveStaff, genre: Genre, helpers: [LiveStaff!]! }
  type LiveSource { system: String!, state: String! }
  type Live { pulse: Int, steps: Int, visits: [LiveVisit!], mood: Genre, sources: [LiveSource!]! }
  type Shelf { place: String, row: Int, sources: [LiveSource!]! }
  type Refused { reason: String! }
  type MediumDone { medium: Medium! }
  union Done = MediumDone | Refused
  union Touched = Book | Person | Refused
  type Query {
    books(first: Int, after: String, last: Int, before: String, filter: BookFilter, orderBy: BookOrder): BookConnection!
    reviews(first: Int, after: String, last: Int, before: String, knownAt: DateTime): ReviewConnection!
    book(id: ID!): Book
    bookByTitle(title: String!): Book
    people(first: Int): [Person!]!
    media(first: Int, after: String, last: Int, before: String, filter: MediumFilter, orderBy: MediumOrder): MediumConnection!
    medium(id: ID!): Medium
    errands(first: Int): [Errand!]!
    version: String!
  }
  type Mutation {
    touch(id: ID!): Touched!, touchAll(ids: [ID!]!): [Book]!
    touchMedium(id: ID!): Medium, touchMedia(ids: [ID!]!): [Medium]!, finish(id: ID!): Done!
  }
`;

/** The schema with scalars that pass text through. */
export function librarySchema(): GraphQLSchema {
  const schema = buildSchema(SDL);
  for (const type of Object.values(schema.getTypeMap())) {
    if (type instanceof GraphQLScalarType && ['Date', 'DateTime', 'JSON'].includes(type.name)) {
      type.serialize = (value) => value;
    }
    // SDL values are their own names; this is what the real graph's registered enumerations look like, too.
    if (isEnumType(type)) for (const value of type.getValues()) value.value = value.name;
  }
  return schema;
}

const scoped = 'organisation_id uuid not null, team_id uuid not null';

/** Creates the tables with row-level security for the two reading roles. */
export async function createLibrary(owner: pg.Pool): Promise<void> {
  const tables: Record<string, string> = {
    people: `id uuid primary key, pseudonym uuid not null, ${scoped}, name text collate "C", born_on date`,
    books: `id uuid primary key, ${scoped}, title text collate "C" not null, genre text not null, pages integer, published_on date,
      created_at timestamptz(3) not null, tags text[], extra jsonb, available boolean not null, author_id uuid not null, editor_id uuid,
      loan_from date, loan_until date, secret text`,
    reviews: `id uuid primary key, ${scoped}, book_id uuid not null, reviewer_id uuid, stars integer not null, body text,
      written_at timestamptz(3) not null, observed_from timestamptz(3) not null, observed_to timestamptz(3)`,
    chapters: `book_id uuid not null, position integer not null, ${scoped}, heading text not null, primary key (book_id, position)`,
    paragraphs: `book_id uuid not null, position integer not null, item integer not null, ${scoped}, words text not null,
      primary key (book_id, position, item)`,
    media: `id uuid primary key, ${scoped}, kind text not null, title text collate "C" not null, owner_id uuid, director_id uuid, minutes integer,
      tracks text[], label text, made_on date, price integer, related_id uuid, created_at timestamptz(3) not null`,
    comments: `id uuid primary key, ${scoped}, medium_id uuid not null, by_id uuid, words text not null, position integer not null`,
    errands: `id uuid primary key, ${scoped}, is_visit boolean not null, who_id uuid not null, book_id uuid, place text, happened_on date, number text,
      minutes integer, position integer not null`,
  };
  const hidden: Record<string, readonly string[]> = {
    people: ['id', 'pseudonym', 'organisation_id', 'team_id', 'born_on'],
    books: [
      'id',
      'organisation_id',
      'team_id',
      'title',
      'genre',
      'pages',
      'created_at',
      'available',
      'author_id',
    ],
  };
  for (const [table, columns] of Object.entries(tables)) {
    await owner.query(`create table ${table} (${columns})`);
    const analysts = hidden[table] ? { columns: hidden[table] } : {};
    for (const sql of secureTable(table, [
      { role: DatabaseRole.READ_STAFF, may: 'select', rows: IN_TEAMS },
      { role: DatabaseRole.READ_ANALYST, may: 'select', rows: IN_AGREEMENT, ...analysts },
    ])) {
      await owner.query(sql);
    }
  }
  for (const sql of [
    'create index on books (team_id, created_at desc, id desc)',
    'create index on books (author_id, created_at desc, id desc)',
    'create index on reviews (book_id, written_at desc, id desc)',
    'create statistics st_reviews (dependencies) on team_id, book_id from reviews',
    'create statistics st_books (dependencies) on team_id, author_id from books',
  ]) {
    await owner.query(sql);
  }
}

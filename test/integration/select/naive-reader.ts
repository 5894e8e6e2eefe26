/** The other way to the same answer: graphql-js walks every field over rows in memory, filters and orders in JavaScript. */
import {
  type GraphQLAbstractType,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
} from 'graphql';
import type { DataRow, LibraryRows } from './library-data.js';
import { LiveWorld } from './library-live.js';
import { librarySchema } from './library-schema.js';

type Args = Record<string, never> & { [name: string]: unknown };
type Resolve = (row: DataRow, args: Args) => unknown;
type Sort = readonly (readonly [string, 1 | -1, unknown?])[];

const BOOK_ORDERS: Readonly<Record<string, Sort>> = {
  NEWEST: [
    ['created_at', -1],
    ['id', -1],
  ],
  OLDEST: [
    ['created_at', 1],
    ['id', 1],
  ],
  TITLE: [
    ['title', 1],
    ['id', 1],
  ],
  PAGES: [
    ['pages', -1, -1],
    ['id', -1],
  ],
  PUBLISHED: [
    ['published_on', -1, ''],
    ['id', 1],
  ],
  MIXED: [
    ['genre', 1],
    ['created_at', -1],
    ['id', 1],
  ],
};
const REVIEW_ORDERS: Readonly<Record<string, Sort>> = {
  NEWEST: [
    ['written_at', -1],
    ['id', -1],
  ],
  STARS: [
    ['stars', -1],
    ['id', 1],
  ],
};

const MEDIUM_ORDERS: Readonly<Record<string, Sort>> = {
  NEWEST: [
    ['created_at', -1],
    ['id', -1],
  ],
  TITLE: [
    ['title', 1],
    ['id', 1],
  ],
};

function compare(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));
}

function sorted(rows: readonly DataRow[], sort: Sort): DataRow[] {
  return [...rows].sort((a, b) => {
    for (const [key, direction, whenNull] of sort) {
      const difference = compare(a[key] ?? whenNull, b[key] ?? whenNull) * direction;
      if (difference) return difference;
    }
    return 0;
  });
}

/** A schema whose resolvers see exactly `rows`: what the caller's scope lets through. Live sources fail as `live` says. */
export function naiveSchema(rows: LibraryRows, live: LiveWorld = new LiveWorld()): GraphQLSchema {
  const schema = librarySchema();
  live.resolve(schema);
  const find = (table: keyof LibraryRows, id: unknown): DataRow | null =>
    rows[table].find((row) => row.id === id) ?? null;
  const given = (value: unknown): boolean => value !== undefined && value !== null;

  const personMatches = (person: DataRow | null, filter: Args): boolean =>
    person !== null &&
    Object.entries(filter).every(([name, value]) => {
      if (!given(value)) return true;
      if (name === 'or') return (value as Args[]).some((part) => personMatches(person, part));
      if (name === 'nameStartsWith')
        return person.name !== null && String(person.name).startsWith(String(value));
      return person.born_on !== null && String(person.born_on) >= String(value);
    });
  const reviewMatches = (review: DataRow, filter: Args): boolean =>
    (!given(filter.minStars) || Number(review.stars) >= Number(filter.minStars)) &&
    (!given(filter.reviewer) || personMatches(find('people', review.reviewer_id), filter.reviewer as Args));

  const tests: Readonly<Record<string, (book: DataRow, value: never) => boolean>> = {
    titleStartsWith: (book, value) => String(book.title).startsWith(value),
    genreIn: (book, value: string[]) => value.includes(String(book.genre)),
    genre: (book, value) => book.genre === value,
    minPages: (book, value) => book.pages !== null && Number(book.pages) >= value,
    available: (book, value) => book.available === value,
    published: (book, value) => (book.published_on !== null) === value,
    createdFrom: (book, value: string) => String(book.created_at) >= value,
    authorId: (book, value) => book.author_id === value,
    author: (book, value) => personMatches(find('people', book.author_id), value),
    reviewed: (book, value) =>
      rows.reviews.some((review) => review.book_id === book.id && reviewMatches(review, value)),
    and: (book, value: Args[]) => value.every((part) => bookMatches(book, part)),
    or: (book, value: Args[]) => value.some((part) => bookMatches(book, part)),
    not: (book, value) => !bookMatches(book, value),
  };
  const bookMatches = (book: DataRow, filter: Args): boolean =>
    Object.entries(filter).every(([name, value]) => !given(value) || tests[name]!(book, value as never));

  const books = (args: Args, order: string, of: (book: DataRow) => boolean = () => true): DataRow[] =>
    sorted(
      rows.books.filter((book) => of(book) && bookMatches(book, (args.filter ?? {}) as Args)),
      BOOK_ORDERS[String(args.orderBy ?? order)]!,
    );
  const knownReviews = (args: Args): DataRow[] => {
    const at = args.knownAt as string | null | undefined;
    return rows.reviews.filter((review) =>
      at
        ? String(review.observed_from) <= at &&
          (review.observed_to === null || String(review.observed_to) > at)
        : review.observed_to === null,
    );
  };
  const mediumMatches = (medium: DataRow, filter: Args): boolean =>
    Object.entries(filter).every(([name, value]) => {
      if (!given(value)) return true;
      if (name === 'or') return (value as Args[]).some((part) => mediumMatches(medium, part));
      if (name === 'titleStartsWith') return String(medium.title).startsWith(String(value));
      return medium.minutes !== null && Number(medium.minutes) >= Number(value);
    });
  const media = (args: Args, of: (medium: DataRow) => boolean = () => true): DataRow[] =>
    sorted(
      rows.media.filter((medium) => of(medium) && mediumMatches(medium, (args.filter ?? {}) as Args)),
      MEDIUM_ORDERS[String(args.orderBy ?? 'NEWEST')]!,
    );
  const errands = (of: (errand: DataRow) => boolean = () => true): DataRow[] =>
    sorted(rows.errands.filter(of), [
      ['position', -1],
      ['id', 1],
    ]);
  const page = (list: readonly DataRow[], args: Args, size: number): unknown => {
    const [first, last] = [args.first as number | undefined, args.last as number | undefined];
    const nodes = given(last) ? list.slice(Math.max(0, list.length - last!)) : list.slice(0, first ?? size);
    const more = nodes.length < list.length;
    const pageInfo = { hasNextPage: !given(last) && more, hasPreviousPage: given(last) && more };
    return { nodes, edges: nodes.map((node) => ({ node })), pageInfo, totalCount: list.length };
  };

  const resolvers: Readonly<Record<string, Readonly<Record<string, Resolve>>>> = {
    Query: {
      books: (_, args) => page(books(args, 'NEWEST'), args, 10),
      reviews: (_, args) => page(sorted(knownReviews(args), REVIEW_ORDERS.NEWEST!), args, 25),
      book: (_, args) => find('books', args.id),
      bookByTitle: (_, args) => rows.books.find((book) => book.title === args.title) ?? null,
      people: (_, args) =>
        sorted(rows.people, [
          ['name', 1, ''],
          ['id', 1],
        ]).slice(0, (args.first as number | undefined) ?? 25),
      media: (_, args) => page(media(args), args, 25),
      medium: (_, args) => find('media', args.id),
      errands: (_, args) => errands().slice(0, (args.first as number | undefined) ?? 25),
    },
    Person: {
      media: (row, args) =>
        media(args, (medium) => medium.owner_id === row.id).slice(0, (args.first as number) ?? 3),
      live: (row) => ({ liveKey: row.id }),
      latestMedium: (row) => media({}, (medium) => medium.owner_id === row.id)[0] ?? null,
      errands: (row) => errands((errand) => errand.who_id === row.id),
      latestErrand: (row) => errands((errand) => errand.who_id === row.id)[0] ?? null,
      bornOn: (row) => row.born_on,
      books: (row, args) =>
        books(args, 'OLDEST', (book) => book.author_id === row.id).slice(0, (args.first as number) ?? 3),
    },
    Book: {
      publishedOn: (row) => row.published_on,
      createdAt: (row) => row.created_at,
      author: (row) => find('people', row.author_id),
      editor: (row) => find('people', row.editor_id),
      facts: (row) => row,
      shelf: (row) => ({ liveKey: row.id }),
      loan: (row) => (row.loan_from === null ? null : row),
      latestReview: (row, args) =>
        sorted(knownReviews(args), REVIEW_ORDERS.NEWEST!).find((review) => review.book_id === row.id) ?? null,
      reviews: (row, args) =>
        sorted(
          knownReviews(args).filter(
            (review) => review.book_id === row.id && reviewMatches(review, (args.filter ?? {}) as Args),
          ),
          REVIEW_ORDERS[String(args.orderBy ?? 'NEWEST')]!,
        ).slice(0, (args.first as number) ?? 2),
      chapters: (row) =>
        sorted(
          rows.chapters.filter((chapter) => chapter.book_id === row.id),
          [['position', 1]],
        ),
    },
    Medium: {
      owner: (row) => find('people', row.owner_id),
      comments: (row, args) =>
        sorted(
          rows.comments.filter((comment) => comment.medium_id === row.id),
          [
            ['position', 1],
            ['id', 1],
          ],
        ).slice(0, (args.first as number) ?? 2),
      related: (row) => find('media', row.related_id),
      ownerLive: (row) => (row.owner_id === null ? null : { liveKey: row.owner_id }),
    },
    Film: { name: (row) => row.title, director: (row) => find('people', row.director_id) },
    Disc: { madeOn: (row) => row.made_on, sound: (row) => `${row.label}!` },
    Comment: {
      medium: (row) => find('media', row.medium_id),
      by: (row) => find('people', row.by_id),
    },
    Visit: { on: (row) => row.happened_on },
    Errand: { book: (row) => find('books', row.book_id), who: (row) => find('people', row.who_id) },
    Loan: { from: (row) => row.loan_from, until: (row) => row.loan_until },
    Chapter: {
      book: (row) => find('books', row.book_id),
      paragraphs: (row) =>
        sorted(
          rows.paragraphs.filter(
            ({ book_id, position }) => book_id === row.book_id && position === row.position,
          ),
          [['item', 1]],
        ),
    },
    Review: {
      writtenAt: (row) => row.written_at,
      book: (row) => find('books', row.book_id),
      reviewer: (row) => find('people', row.reviewer_id),
    },
  };
  for (const [type, fields] of Object.entries(resolvers)) {
    const owner = schema.getType(type);
    for (const object of isAbstractType(owner) ? schema.getPossibleTypes(owner) : [owner]) {
      for (const [name, resolve] of Object.entries(fields)) {
        const field = (object as GraphQLObjectType).getFields()[name]!;
        field.resolve = ((row: DataRow, args: Args) => resolve(row, args)) as GraphQLFieldResolver<
          unknown,
          unknown
        >;
      }
    }
  }
  for (const [name, typeOf] of Object.entries({
    Medium: (row: DataRow) => (row.kind === 'film' ? 'Film' : 'Disc'),
    Errand: (row: DataRow) => (row.is_visit ? 'Visit' : 'Call'),
  })) {
    (schema.getType(name) as GraphQLAbstractType).resolveType = (row) => typeOf(row as DataRow);
  }
  return schema;
}

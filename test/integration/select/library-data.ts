/** Rows of the library: small, irregular, the same on every run. */
import type pg from 'pg';

export const id = (kind: number, n: number): string =>
  `00000000-0000-7000-80${String(kind).padStart(2, '0')}-${n.toString(16).padStart(12, '0')}`;

export const ORGANISATION = id(1, 1);
/** Two teams of the reader, and one that is not. */
export const TEAMS = { own: id(2, 1), second: id(2, 2), foreign: id(2, 3) } as const;

export type DataRow = Readonly<Record<string, unknown>>;
export type LibraryRows = Readonly<
  Record<
    'people' | 'books' | 'reviews' | 'chapters' | 'paragraphs' | 'media' | 'comments' | 'errands',
    readonly DataRow[]
  >
>;

/** A library without a row. */
export const NO_ROWS: LibraryRows = {
  people: [],
  books: [],
  reviews: [],
  chapters: [],
  paragraphs: [],
  media: [],
  comments: [],
  errands: [],
};

const instant = (day: number, ms = 0): string =>
  new Date(Date.UTC(2026, 0, 1 + day, 9, 30, day % 60, ms)).toISOString();
const day = (n: number): string => instant(n).slice(0, 10);
const pick = <Item>(items: readonly Item[], n: number): Item => items[n % items.length]!;
const NAMES = ['Anne', "O'Brien", 'Zoë', 'anne', 'Ben "B"', null, 'Łucja', 'Δ', '%_', 'Anne'];
const TITLES = ['Alpha', 'Beta', "Gamma's", 'alpha', 'Zed', 'Ångström', 'A', 'Beta 2', '100%', '"quoted"'];

/** 12 people, 60 books, their reviews (some superseded), chapters and paragraphs, over three teams. */
export function libraryRows(): LibraryRows {
  const people = Array.from({ length: 12 }, (_, n) => ({
    id: id(3, n),
    pseudonym: id(4, n),
    organisation_id: ORGANISATION,
    team_id: n === 11 ? TEAMS.foreign : pick([TEAMS.own, TEAMS.second], n),
    name: pick(NAMES, n),
    born_on: n % 4 === 3 ? null : day(-9000 - n * 100),
  }));
  const books = Array.from({ length: 60 }, (_, n) => ({
    id: id(5, (n * 7) % 60),
    organisation_id: ORGANISATION,
    team_id: n % 15 === 14 ? TEAMS.foreign : pick([TEAMS.own, TEAMS.own, TEAMS.second], n),
    title: `${pick(TITLES, n)}${n > 9 ? ` ${n}` : ''}`,
    genre: pick(['NOVEL', 'POETRY', 'SCIENCE', 'NOVEL'], n),
    pages: n % 5 === 0 ? null : 50 + ((n * 37) % 400),
    published_on: n % 3 === 0 ? null : day(-n * 10),
    // Some share their instant, so that the id must decide; milliseconds with and without trailing zeros.
    created_at: instant(Math.floor(n / 3), pick([0, 7, 120, 500], Math.floor(n / 3))),
    tags: n % 7 === 0 ? null : n % 7 === 1 ? [] : [`t${n}`, 'a,b', '{"x"}'],
    extra: n % 4 === 0 ? null : { n, nested: { list: [1, null, 'x'] } },
    available: n % 2 === 0,
    author_id: id(3, n % 12),
    editor_id: n % 3 === 1 ? null : id(3, (n * 5) % 12),
    loan_from: n % 6 === 0 ? day(n) : null,
    loan_until: n % 12 === 0 ? day(n + 14) : null,
    secret: `secret ${n}`,
  }));
  const reviews = books.flatMap((book, n) =>
    Array.from({ length: n % 5 }, (_, m) => ({
      id: id(6, n * 10 + ((m * 3) % 10)),
      organisation_id: ORGANISATION,
      team_id: book.team_id,
      book_id: book.id,
      reviewer_id: m === 1 ? null : id(3, (n + m) % 12),
      stars: 1 + ((n * 3 + m) % 5),
      body: m === 2 ? null : `body ${n}.${m}`,
      written_at: instant(n + Math.floor(m / 2), m),
      observed_from: instant(n),
      observed_to: m === 3 ? instant(n + 30) : null,
    })),
  );
  const chapters = books.flatMap((book, n) =>
    Array.from({ length: n % 3 }, (_, m) => ({
      book_id: book.id,
      position: m + 1,
      organisation_id: ORGANISATION,
      team_id: book.team_id,
      heading: `Chapter ${m + 1}`,
    })),
  );
  const paragraphs = chapters.flatMap((chapter, n) =>
    Array.from({ length: n % 4 }, (_, m) => ({
      ...chapter,
      heading: undefined,
      item: m,
      words: `words ${n}.${m}`,
    })),
  );
  const media = Array.from({ length: 20 }, (_, n) => ({
    id: id(7, (n * 3) % 20),
    organisation_id: ORGANISATION,
    team_id: n === 13 ? TEAMS.foreign : pick([TEAMS.own, TEAMS.second], n),
    kind: n % 3 === 0 ? 'disc' : 'film',
    title: pick(TITLES, n * 3),
    owner_id: n % 6 === 5 ? null : id(3, n % 12),
    director_id: n % 4 === 0 ? null : id(3, (n * 5) % 12),
    minutes: n % 3 === 0 ? null : 60 + n,
    tracks: n % 3 === 0 && n % 2 === 0 ? [`one ${n}`, 'two'] : null,
    label: n % 3 === 0 ? pick(NAMES, n) : null,
    made_on: n % 6 === 0 ? day(-n) : null,
    price: n % 5 === 0 ? null : n * 10,
    related_id: n % 4 === 3 ? null : id(7, (n * 7) % 20),
    created_at: instant(Math.floor(n / 2)),
  }));
  const comments = media.flatMap((medium, n) =>
    Array.from({ length: n % 4 }, (_, m) => ({
      id: id(8, n * 10 + m),
      organisation_id: ORGANISATION,
      team_id: medium.team_id,
      medium_id: medium.id,
      by_id: m === 1 ? null : id(3, (n + m) % 12),
      words: `comment ${n}.${m}`,
      position: 3 - m,
    })),
  );
  const errands = Array.from({ length: 30 }, (_, n) => ({
    id: id(9, n),
    organisation_id: ORGANISATION,
    team_id: n === 7 ? TEAMS.foreign : TEAMS.own,
    is_visit: n % 2 === 0,
    who_id: id(3, n % 11),
    book_id: n % 3 === 0 ? null : id(5, n),
    place: n % 2 === 0 ? `place ${n}` : null,
    happened_on: n % 4 === 0 ? day(n) : null,
    number: n % 4 === 1 ? String(n) : null,
    minutes: n % 2 ? n : null,
    position: n % 5,
  }));
  return { people, books, reviews, chapters, paragraphs, media, comments, errands };
}

/** Inserts rows as a superuser. */
export async function insertLibrary(owner: pg.Pool, rows: LibraryRows): Promise<void> {
  // Stored last first, so that no order comes of itself.
  for (const [table, list] of Object.entries(rows)) {
    await owner.query(`insert into ${table} select * from json_populate_recordset(null::${table}, $1)`, [
      JSON.stringify([...list].reverse()),
    ]);
  }
}

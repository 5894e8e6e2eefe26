/** Field maps of the library's interface and union: media and errands. */
import { type TypeMap, typeMap } from '../../../src/platform/database/select/field-map.js';
import {
  asc,
  byOrganisation,
  byTeam,
  date,
  desc,
  edge,
  from,
  hand,
  int,
  many,
  one,
  order,
  startsWith,
  text,
  textArray,
  uuid,
} from '../../../src/platform/database/select/map-words.js';
import { ALL, STAFF } from './library-callers.js';
import { BOOKS, PEOPLE } from './library-maps.js';

const nullable = { nullable: true } as const;

/** An interface: films and discs. */
export const MEDIA: TypeMap = typeMap({
  type: 'Medium',
  table: 'media',
  variants: { by: 'initcap({t}.kind)', types: ['Film', 'Disc'] },
  columns: {
    id: uuid('id', ALL),
    title: text('title', ALL),
    name: text('title', ALL),
    minutes: int('minutes', ALL),
    tracks: textArray('tracks', STAFF, nullable),
    label: text('label', ALL, { nullable: true, identifies: true }),
    madeOn: date('made_on', STAFF, nullable),
    price: int('price', STAFF, nullable),
  },
  one: {
    owner: one(() => PEOPLE, 'owner_id', ALL),
    director: one(() => PEOPLE, 'director_id', STAFF),
    related: one(() => MEDIA, 'related_id', ALL),
  },
  many: {
    comments: many(() => COMMENTS, 'medium_id', ALL, { page: { size: 2, max: 20 } }),
  },
  edges: { ownerLive: edge('live', STAFF, 'owner_id') },
  hand: { sound: hand(STAFF, { label: 'label' }) },
  filters: {
    titleStartsWith: startsWith('title', 'text', ALL),
    minMinutes: from('minutes', 'int', ALL),
  },
  orders: {
    NEWEST: order(ALL, desc('created_at', 'timestamptz'), desc('id', 'uuid')),
    TITLE: order(ALL, asc('title', 'text'), asc('id', 'uuid')),
  },
  subject: { sql: 'owner_id', always: false },
  scopes: [byTeam(STAFF), byOrganisation(['ANALYST'])],
});

export const COMMENTS: TypeMap = typeMap({
  type: 'Comment',
  table: 'comments',
  columns: { id: uuid('id', ALL), words: text('words', ALL) },
  one: { medium: one(() => MEDIA, 'medium_id', ALL), by: one(() => PEOPLE, 'by_id', ALL) },
  orders: { POSITION: order(ALL, asc('position', 'int'), asc('id', 'uuid')) },
});

/** A union: visits and calls, which share some fields by accident. */
export const ERRANDS: TypeMap = typeMap({
  type: 'Errand',
  table: 'errands',
  variants: { by: "case when {t}.is_visit then 'Visit' else 'Call' end", types: ['Visit', 'Call'] },
  columns: {
    id: uuid('id', STAFF),
    place: text("coalesce({t}.place, '')", STAFF),
    on: date('happened_on', STAFF, nullable),
    number: text('number', STAFF, nullable),
    minutes: int('minutes', STAFF, nullable),
  },
  one: { book: one(() => BOOKS, 'book_id', STAFF), who: one(() => PEOPLE, 'who_id', STAFF) },
  orders: { POSITION: order(STAFF, desc('position', 'int'), asc('id', 'uuid')) },
});

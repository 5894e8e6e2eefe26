/** Field maps of feeds on the clinical side: what their events do not settle, and when their teams were last counted. */
import { ADMINISTRATORS, MACHINES, STEWARDS } from '../../access/policies.js';
import { IDENTITY_RECORDS } from '../../people/identity-conflict.reader.js';
import { type TypeMap, typeMap } from '../../platform/database/select/field-map.js';
import {
  among,
  asc,
  equals,
  int,
  many,
  one,
  order,
  text,
  textArray,
  time,
} from '../../platform/database/select/map-words.js';
import { CLINICAL_RECORD_SYSTEMS } from '../clinical.reader.js';

/** Those who see how a feed is counted: who runs the hub, and the partners that send. */
const COUNT_WATCHERS = [...ADMINISTRATORS, ...MACHINES];

/** One of the persons whose records a doubt is about: the first by id, or with `desc` the last. */
const personOf = (direction: '' | ' desc'): string =>
  `(select l.person_id from record_links l where l.system_id = {t}.system_id and l.local_id = any ({t}.local_ids)
      order by l.person_id${direction} limit 1)`;

/** Doubts of feeds, oldest first: patients of whom the hub keeps a record are shown as the identity work list shows them. */
export const FEED_DOUBTS: TypeMap = typeMap({
  type: 'FeedDoubt',
  table: 'feed_doubts',
  key: 'digest',
  columns: {
    kind: text('kind', STEWARDS),
    visit: text('visit', STEWARDS, { nullable: true, identifies: true }),
    openedAt: time('opened_at', STEWARDS),
    unknownLocalIds: textArray(
      `array(select p.id from unnest({t}.local_ids) as p(id) where not exists (
         select from record_links l where l.system_id = {t}.system_id and l.local_id = p.id) order by p.id)`,
      STEWARDS,
      { identifies: true },
    ),
  },
  one: { system: one(() => CLINICAL_RECORD_SYSTEMS, 'system_id', STEWARDS, { nullable: false }) },
  many: {
    records: many(() => IDENTITY_RECORDS, 'system_id', STEWARDS, {
      viaSql: '{to}.system_id = {t}.system_id and {to}.local_id = any ({t}.local_ids)',
    }),
  },
  filters: {
    systemId: equals('system_id', 'uuid', STEWARDS),
    kindIn: among('kind', 'text[]', STEWARDS),
  },
  orders: {
    OLDEST: order(STEWARDS, asc('opened_at', 'timestamptz'), asc('system_id', 'uuid'), asc('digest', 'text')),
  },
  page: { size: 25, max: 100 },
  // Whoever is a third is named by their record.
  subject: { sql: personOf(''), also: personOf(' desc'), always: true },
});

/** Since when teams of a feed are known whole. */
export const FEED_COUNTS: TypeMap = typeMap({
  type: 'FeedCount',
  table: 'feed_baselines',
  key: 'team_reference',
  columns: {
    teamReference: text('team_reference', COUNT_WATCHERS),
    asOf: time('as_of', COUNT_WATCHERS),
    counted: int('counted', COUNT_WATCHERS),
  },
  orders: { REFERENCE: order(COUNT_WATCHERS, asc('team_reference', 'text')) },
});

/** What each event of HL7 v2 means for caseloads, unless a site's rules say otherwise. */

/** What a site may say that an event means. */
export const SITE_MEANINGS = ['JOINED', 'MOVED', 'LEFT', 'STANDS', 'DETAILS', 'NOTHING'] as const;
/** One of these. */
export type SiteMeaning = (typeof SITE_MEANINGS)[number];

/** What an event means. `AGAINST`: it changes identities or visits in a way that the hub does not follow, so that somebody has to look. */
export type EventMeaning =
  | SiteMeaning
  | 'PLANNED'
  | 'REFERRED'
  | 'UNDO_JOINED'
  | 'UNDO_MOVED'
  | 'UNDO_LEFT'
  | 'MERGED'
  | 'RENUMBERED'
  | 'LINKED'
  | 'SEPARATED'
  | 'VISIT_MERGED'
  | 'VISIT_GIVEN'
  | 'AGAINST';

/** Message types that tell of patients and visits. */
export const OF_FEEDS: readonly string[] = ['ADT', 'REF'];

/** By event; what is not here means nothing (HL7 v2.4 chapters 3 and 11; HL7 UK A.3 for A01, A05, A14, A24, A28, A31, A40, A47). */
export const EVENTS: ReadonlyMap<string, EventMeaning> = new Map<string, EventMeaning>([
  ['A01', 'JOINED'],
  ['A02', 'MOVED'],
  ['A03', 'LEFT'],
  ['A04', 'JOINED'],
  ['A05', 'PLANNED'],
  ['A08', 'STANDS'],
  ['A11', 'UNDO_JOINED'],
  ['A12', 'UNDO_MOVED'],
  ['A13', 'UNDO_LEFT'],
  ['A14', 'PLANNED'],
  ['A21', 'DETAILS'],
  ['A22', 'DETAILS'],
  ['A24', 'LINKED'],
  ['A27', 'UNDO_JOINED'],
  ['A28', 'DETAILS'],
  ['A31', 'DETAILS'],
  ['A37', 'SEPARATED'],
  ['A38', 'UNDO_JOINED'],
  ['A40', 'MERGED'],
  ['A42', 'VISIT_MERGED'],
  ['A45', 'VISIT_GIVEN'],
  ['A47', 'RENUMBERED'],
  ['I12', 'REFERRED'],
  ['I13', 'REFERRED'],
  ['I14', 'UNDO_JOINED'],
  // Deletions, and merges and changes of ids that UK systems do not send.
  ...[
    'A18',
    'A23',
    'A29',
    'A30',
    'A34',
    'A35',
    'A36',
    'A39',
    'A41',
    'A43',
    'A44',
    'A46',
    'A48',
    'A49',
    'A50',
    'A51',
  ].map((event) => [event, 'AGAINST'] as const),
]);

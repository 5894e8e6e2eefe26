/** The hub's own costs on the real graph: whatever the limit lets through stays near 20 MB, by whichever way texts are reached. */
import { type GraphQLSchema, isCompositeType, isInterfaceType, isObjectType } from 'graphql';
import { buildGraph } from '../../../schema/build-graph.js';
import { COST_TABLE } from '../../../schema/cost-table.js';
import { RequestGuard } from '../../../schema/limits/request-guard.js';
import { DEFAULT_LIMITS } from '../../../schema/limits/request-limits.js';
import { FIELD_MAPS } from '../../../schema/roots.js';
import { MAX_DRAFT_CHARACTERS, MAX_NOTE_CHARACTERS } from '../../../src/notes/note-text.rules.js';
import { refusalOf } from './limits-schema.js';

/** Bytes of UTF-8 that a character may take. */
const WIDEST = 4;
/** What an answer may come to. */
const MOST_BYTES = 20_000_000;

let schema: GraphQLSchema;
let guard: RequestGuard;
beforeAll(async () => {
  schema = await buildGraph();
  guard = new RequestGuard(schema, DEFAULT_LIMITS, COST_TABLE);
});

const aliased = (count: number): string => Array.from({ length: count }, (_, at) => `a${at}: text`).join(' ');

test.each([
  ['NoteDraft.text', MAX_DRAFT_CHARACTERS],
  ['NoteVersion.text', MAX_NOTE_CHARACTERS],
])('as many %s as the limit lets through are within the bound', (field, characters) => {
  const texts = DEFAULT_LIMITS.cost / COST_TABLE.weights![field]!;
  expect(texts * characters * WIDEST).toBeLessThanOrEqual(MOST_BYTES);
});

test.each([
  ['every text of a hundred drafts, 28 times', `{ noteDrafts(first: 100) { nodes { ${aliased(28)} } } }`],
  ['a page of drafts, twice', '{ noteDrafts(first: 25) { nodes { a: text b: text } } }'],
  ['drafts by edges', `{ noteDrafts(first: 25) { edges { node { ${aliased(2)} } } } }`],
  ['the drafts of notes', '{ notes(first: 50) { nodes { draft { text } } } }'],
  [
    'the drafts of notes, by a member',
    '{ notes(first: 50) { nodes { ... on ProgressNote { draft { text } } } } }',
  ],
  [
    'versions, by both members',
    '{ notes(first: 10) { nodes { ... on ProgressNote { versions { text } } ... on Assessment { versions { text } } } } }',
  ],
  ['the newest version, often', `{ notes(first: 25) { nodes { latestVersion { ${aliased(10)} } } } }`],
  ['versions of versions', '{ notes(first: 10) { nodes { versions(first: 20) { text } } } }'],
  ['the notes of people', '{ persons(first: 20) { nodes { notes(first: 10) { latestVersion { text } } } } }'],
  [
    'through a fragment',
    '{ notes(first: 250) { nodes { ...N } } } fragment N on Note { latestVersion { ...V } } fragment V on NoteVersion { text }',
  ],
])('is refused: %s', (_what, query) => {
  expect(refusalOf(guard, { query })).toBe('cost');
});

test.each([
  ['a page of drafts as it comes', '{ noteDrafts { nodes { id title text } } }'],
  ['notes with what was signed last', '{ notes(first: 100) { nodes { id latestVersion { title text } } } }'],
  ['notes as they come', '{ notes { nodes { id latestVersion { text } versions(first: 3) { text } } } }'],
  [
    'one note with all its versions',
    '{ note(id: "01890000-0000-7000-8000-000000000000") { versions(first: 50) { text } draft { text } } }',
  ],
  ['250 notes without a text', '{ notes(first: 250) { nodes { id kind state latestVersion { title } } } }'],
])('passes: %s', (_what, query) => {
  expect(refusalOf(guard, { query })).toBe('ok');
});

test('every field named is one of the graph', () => {
  for (const name of [...Object.keys(COST_TABLE.weights!), ...Object.keys(COST_TABLE.sizes!)]) {
    const [type, field] = name.split('.');
    const found = schema.getType(type!);
    const fields = found && (isObjectType(found) || isInterfaceType(found)) ? found.getFields() : {};
    expect([name, field! in fields && isCompositeType(found)]).toEqual([name, true]);
  }
});

test('no list is longer by default than it is reckoned', () => {
  for (const map of FIELD_MAPS) {
    expect([map.type, map.page.size <= COST_TABLE.defaultPage!]).toEqual([map.type, true]);
    for (const [field, { page }] of Object.entries(map.many)) {
      if (page) expect([field, page.size <= COST_TABLE.defaultPage!]).toEqual([field, true]);
    }
  }
});

/** What a count adds to a feed: nothing where both have the same visit, under whatever characters its number has. */
import type { CaseloadItem } from '../../../../src/clinical/clinical-record.port.js';
import { countedEvents } from '../../../../src/clinical/feed/count.rules.js';

const AS_OF = '2026-03-04T02:00:00.000Z';
const item = (localId: string): CaseloadItem => ({
  teamReference: 'N-CMHT',
  state: 'OPEN',
  validFrom: '2026-01-02',
  validTo: null,
  patient: {
    localId,
    nhsNumber: null,
    nhsNumberStatus: null,
    dateOfBirth: null,
    deceasedOn: null,
    active: true,
    replacedByLocalId: null,
    restricted: false,
  },
  careCoordinator: null,
});
const events = (reference: string, counted: string, visit: string, known: string) =>
  countedEvents(
    'N-CMHT',
    [{ reference, item: item(counted) }],
    [{ visit, item: item(known), asOf: '2026-03-01T00:00:00.000Z' }],
    AS_OF,
  ).map(({ localId, change }) => [localId, change.kind, 'visit' in change ? change.visit : null]);

test.each([
  ['Visit/v7', 'v7'],
  ['Visit/v%2F7', 'v/7'],
  ['v7', 'v7'],
  ['Visit/100%', '100%'],
])('%s is the visit %s, whoever has it', (reference, visit) => {
  expect(events(reference, 'p7', visit, 'p7-before-a-merge')).toEqual([]);
});

test('who is counted and was not told joins under the number of the visit; who was told and is not counted has left', () => {
  expect(events('Visit/v%2F7', 'p7', 'v8', 'p8')).toEqual([
    ['p7', 'JOINED', 'v/7'],
    ['p8', 'LEFT', 'v8'],
  ]);
});

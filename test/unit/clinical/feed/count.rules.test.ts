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
const events = (
  reference: string,
  counted: string,
  visit: string,
  known: string,
  more: Partial<CaseloadItem> | null = null,
) =>
  countedEvents(
    'N-CMHT',
    [{ reference, item: { ...item(counted), ...more }, complete: more === null }],
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

test('nobody has left whom the count has in a form that is not understood, and who is new there is not known whole', () => {
  expect(events('Visit/v7', 'p7', 'v7', 'p7', { state: 'ENDED' })).toEqual([]);
  expect(events('Visit/v9', 'p7', 'v7', 'p7', { state: 'ENDED' })).toEqual([]);
  expect(events('Visit/v7', 'p7', 'v8', 'p8', { state: 'ENDED', validTo: '2026-02-01' })).toEqual([
    ['p8', 'LEFT', 'v8'],
  ]);
  expect(events('Visit/v7', 'p7', 'v8', 'p8', { state: 'ENDED' })).toEqual([
    ['p7', 'STANDS', 'v7'],
    ['p8', 'LEFT', 'v8'],
  ]);
  expect(events('Visit/v7', 'p7', 'v8', 'p8', {})).toEqual([
    ['p7', 'STANDS', 'v7'],
    ['p8', 'LEFT', 'v8'],
  ]);
  expect(events('Visit/v7', 'p7', 'v7', 'p7', { state: 'ENTERED_IN_ERROR' })).toEqual([['p7', 'LEFT', 'v7']]);
});

test('what a count does not say of somebody who is new there takes nothing away', () => {
  const patientOf = (told: Partial<CaseloadItem['patient']>) => {
    const counted = { ...item('p7'), patient: { ...item('p7').patient, ...told } };
    return countedEvents('N-CMHT', [{ reference: 'v7', item: counted, complete: true }], [], AS_OF)[0]!
      .patient;
  };
  expect(patientOf({})).toEqual({});
  expect(patientOf({ nhsNumber: '9990000018' })).toEqual({ nhsNumber: '9990000018' });
  const all = {
    nhsNumber: '9990000018',
    nhsNumberStatus: '01',
    dateOfBirth: '1980-01-02',
    deceasedOn: '2026-02-03',
    active: false,
    restricted: true,
  };
  expect(patientOf(all)).toEqual(all);
});

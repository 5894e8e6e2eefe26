/** What arrives is checked once: bad values count as not given, what would read as absence fails the pull. */
import fc from 'fast-check';
import {
  type CaseloadItem,
  MembershipState,
  type Observed,
} from '../../../src/clinical/clinical-record.port.js';
import { stagedItem } from '../../../src/clinical/refresh/staged-item.rules.js';
import { isHubError } from '../../../src/core/errors.js';
import { patient } from '../../support/scripted-caseload.js';

function observed(
  value: Partial<CaseloadItem> = {},
  source: Partial<Observed<CaseloadItem>['source']> = {},
): Observed<CaseloadItem> {
  return {
    value: {
      teamReference: 'Team/1',
      state: MembershipState.OPEN,
      validFrom: '2026-01-05',
      validTo: null,
      patient: patient('p1', '9990000018'),
      careCoordinator: { reference: 'Practitioner/1', name: 'Dr A' },
      ...value,
    },
    source: { system: 'SYS', reference: 'Episode/1', version: '3', ...source },
    asOf: '2026-03-01T10:00:00+01:00',
    fetchedAt: '2026-03-02T09:00:00Z',
    complete: true,
  };
}

test('a good item is kept as it is', () => {
  expect(stagedItem(observed(), 'Team/1')).toEqual({
    ...patient('p1', '9990000018'),
    complete: true,
    sourceVersion: '3',
    sourceAsOf: '2026-03-01T09:00:00.000Z',
    state: 'OPEN',
    validFrom: '2026-01-05',
    validTo: null,
    coordinatorReference: 'Practitioner/1',
    coordinatorName: 'Dr A',
    readAt: '2026-03-02T09:00:00.000Z',
  });
});

test.each([
  [
    'a number with a wrong check digit',
    { patient: patient('p1', '9990000019') },
    { nhsNumber: null, nhsNumberStatus: null },
  ],
  ['a date that is none', { validFrom: '2026-02-30' }, { validFrom: null }],
  [
    'a date of birth to the month',
    { patient: patient('p1', null, { dateOfBirth: '1980-02' }) },
    { dateOfBirth: null },
  ],
  [
    'empty and forbidden characters',
    { careCoordinator: { reference: 'a\u0000b', name: '' } },
    { coordinatorReference: 'ab', coordinatorName: null },
  ],
])('%s', (_what, value, expected) => {
  expect(stagedItem(observed(value), 'Team/1')).toMatchObject(expected);
});

test.each([
  ['another team', observed({ teamReference: 'Team/2' })],
  ['an unknown state', observed({ state: 'CLOSED' as MembershipState })],
  ['no patient', observed({ patient: patient('', null) })],
  ['no reference', observed({}, { reference: '' })],
  ['no time of reading', { ...observed(), fetchedAt: 'today' }],
])('refused: %s', (_what, item) => {
  expect(() => stagedItem(item, 'Team/1')).toThrow(
    expect.objectContaining({ code: 'HUB_UPSTREAM_PROTOCOL' }),
  );
});

test('whatever text arrives, PostgreSQL can hold it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (localId, date) => {
      try {
        const item = stagedItem(observed({ validFrom: date, patient: patient(localId, localId) }), 'Team/1');
        expect(JSON.stringify(item)).not.toMatch(/\\u0000|\\ud[89a-f]/);
        expect(item.validFrom === null || /^\d{4}-\d\d-\d\d$/.test(item.validFrom)).toBe(true);
      } catch (error) {
        expect(isHubError(error)).toBe(true);
      }
    }),
  );
});

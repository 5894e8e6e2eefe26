/** Whose a record is at this moment: what bars it, what nobody knows and therefore bars nothing, and that any one record bars all. */
import fc from 'fast-check';
import type { PatientIdentity } from '../../../src/clinical/clinical-record.port.js';
import { isStillTheirs, type LivePatient, liveBar } from '../../../src/clinical/record-judgement.rules.js';
import type { RecordHolder } from '../../../src/clinical/record-links.reader.js';

const NUMBER = '9990000018';
const HOLDER: RecordHolder = {
  personId: 'p',
  inConflict: false,
  restricted: false,
  nhsNumbers: [NUMBER],
  datesOfBirth: ['1980-01-01'],
  links: [],
};
const identity = (more: Partial<PatientIdentity> = {}): PatientIdentity => ({
  localId: '1',
  nhsNumber: NUMBER,
  nhsNumberStatus: '01',
  dateOfBirth: '1980-01-01',
  deceasedOn: null,
  active: true,
  replacedByLocalId: null,
  restricted: false,
  ...more,
});
const OWN: LivePatient = { localId: '1', identity: identity() };
const of = (more: Partial<PatientIdentity>): LivePatient => ({ localId: '1', identity: identity(more) });
const GONE: LivePatient = { localId: '2', identity: null };

describe('a record is still the person’s', () => {
  test.each<[string, Partial<PatientIdentity>, Partial<RecordHolder>, boolean]>([
    ['as it was', {}, {}, true],
    ['born on another day', { dateOfBirth: '1980-01-02' }, {}, false],
    ['with another number', { nhsNumber: '9990000026' }, {}, false],
    ['with another number, not verified', { nhsNumber: '9990000026', nhsNumberStatus: null }, {}, false],
    ['with neither', { nhsNumber: null, dateOfBirth: null }, {}, true],
    ['the number gone, the day another', { nhsNumber: null, dateOfBirth: '1980-01-02' }, {}, false],
    ['of a person of unknown day', { dateOfBirth: '1970-01-01' }, { datesOfBirth: [] }, true],
    ['of a person of unknown number', { nhsNumber: '9990000026' }, { nhsNumbers: [] }, true],
    [
      'of a person merged with one of that day',
      { dateOfBirth: '1980-01-02' },
      { datesOfBirth: ['1980-01-01', '1980-01-02'] },
      true,
    ],
    ['out of use', { active: false }, {}, false],
    ['replaced', { replacedByLocalId: '9' }, {}, false],
    ['under another id', { localId: '9' }, {}, false],
    ['restricted, which is another matter', { restricted: true }, {}, true],
  ])('%s', (_name, said, known, expected) => {
    expect(isStillTheirs({ ...HOLDER, ...known }, '1', identity(said))).toBe(expected);
  });
});

describe('what bars a system after it was asked', () => {
  test.each<[string, LivePatient[], boolean, string | null]>([
    ['nothing', [OWN], true, null],
    ['restricted', [of({ restricted: true })], true, 'RESTRICTED'],
    ['one of two restricted', [OWN, of({ restricted: true })], true, 'RESTRICTED'],
    ['another’s', [of({ dateOfBirth: '1999-09-09' })], true, 'IDENTITY_CONFLICT'],
    ['another’s and restricted', [of({ active: false, restricted: true })], true, 'IDENTITY_CONFLICT'],
    ['one of two another’s', [OWN, of({ replacedByLocalId: '3' })], false, 'IDENTITY_CONFLICT'],
    ['one of two gone', [OWN, GONE], false, 'IDENTITY_CONFLICT'],
    ['gone, and nothing left', [GONE], false, 'NOT_LINKED'],
    ['gone, and something left', [GONE], true, 'IDENTITY_CONFLICT'],
    ['never read', [], false, 'NOT_LINKED'],
  ])('%s', (_name, patients, saysMore, expected) => {
    expect(liveBar(HOLDER, patients, saysMore)).toBe(expected);
  });

  test('nothing is let through unless every record is theirs and none is restricted', () => {
    const said = fc.record({
      nhsNumber: fc.constantFrom(null, NUMBER, '9990000026'),
      dateOfBirth: fc.constantFrom(null, '1980-01-01', '1999-09-09'),
      active: fc.boolean(),
      replacedByLocalId: fc.constantFrom(null, null, '9'),
      restricted: fc.boolean(),
    });
    const patient = fc.oneof(fc.constant(GONE), said.map(of));
    fc.assert(
      fc.property(fc.array(patient, { maxLength: 3 }), fc.boolean(), (patients, saysMore) => {
        const clean = patients.every(
          ({ identity: own }) =>
            own?.active &&
            !own.restricted &&
            own.replacedByLocalId === null &&
            own.nhsNumber !== '9990000026' &&
            own.dateOfBirth !== '1999-09-09',
        );
        expect(liveBar(HOLDER, patients, saysMore) === null).toBe(clean && patients.length > 0);
      }),
    );
  });
});

/** A site's own rules: where teams, visits, days and coordinators stand, and what events mean there. */
import { z } from 'zod';
import { meaningFields, meaningSettings } from '../../../../../adapters/hl7v2/meaning/meaning-settings.js';
import { eventsOf, message, siteRules } from '../../../../support/hl7-adt.js';

const PID = 'PID|1||T1^^^RXX^MR';
const EVN = 'EVN||20260304095500';
const admitted = (...segments: readonly string[]): string => message('ADT^A01', EVN, PID, ...segments);
const change = (text: string, stated: Readonly<Record<string, unknown>>) =>
  eventsOf(text, siteRules(stated))[0]!.change;
const pv1 = (fields: Readonly<Record<number, string>>): string =>
  ['PV1', ...Array.from({ length: 50 }, (_, index) => fields[index + 1] ?? '')].join('|');

test('the first place that holds a team counts', () => {
  const text = admitted(pv1({ 3: '^^^RXX01', 10: '710', 11: 'EIP1', 19: 'V1' }), 'ZTM|CMHT9^North');
  expect(change(text, {})).toMatchObject({ team: 'EIP1' });
  expect(change(text, { teamFrom: 'ZTM-1.1, PV1-11.1' })).toMatchObject({ team: 'CMHT9' });
  expect(change(text, { teamFrom: ['PV1-3.1', 'PV1-3.4'] })).toMatchObject({ team: 'RXX01' });
  expect(change(text, { teamFrom: 'PV1-3.1' })).toMatchObject({ kind: 'STANDS', team: null });
});

test('the visit, its days and the place of a cancelled event', () => {
  const text = admitted(pv1({ 3: 'X', 19: 'V1', 50: 'EP7' }), 'ZRF|20260101');
  expect(change(text, { visitFrom: 'PV1-50', startFrom: 'ZRF-1' })).toMatchObject({
    visit: 'EP7',
    on: '2026-01-01',
  });
  const without = admitted(pv1({ 3: 'X' }));
  expect(change(without, { visitFrom: 'PV1-19, PATIENT' })).toMatchObject({ visit: 'T1' });
  const cancelled = message(
    'ADT^A13',
    'EVN||20260304095500||||20260304095400',
    PID,
    pv1({ 3: 'X', 19: 'V1', 45: '202603021200' }),
  );
  expect(change(cancelled, { undoneAtFrom: 'PV1-45' })).toMatchObject({ at: '2026-03-02T12:00:00.000Z' });
  expect(change(cancelled, { undoneAtFrom: '' })).toMatchObject({ at: null });
});

describe('who coordinates', () => {
  const roles = ['ROL|1|AD|PP|G1^Practice', 'ROL|2|DE|CC|C1^Old^Anna', 'ROL|3|AD|CC|C2^New^Ben'];
  const visit = pv1({ 3: 'X', 7: 'D9', 19: 'V1' });
  test.each<[string, readonly string[], string, unknown]>([
    [
      'by role, with the name, and not one that has ended',
      [visit, ...roles],
      'ROL-4 where ROL-3.1=CC',
      { reference: 'C2', name: 'Ben New' },
    ],
    ['one that has ended leaves none', [visit, roles[1]!], 'ROL-4 where ROL-3=CC', null],
    ['no such role says nothing', [visit, roles[0]!], 'ROL-4 where ROL-3=CC', undefined],
    [
      'elsewhere otherwise',
      [visit, roles[0]!],
      'ROL-4 where ROL-3=CC, PV1-7',
      { reference: 'D9', name: null },
    ],
    [
      'a component is the reference alone',
      [visit, roles[2]!],
      'ROL-4.2 where ROL-3=CC',
      { reference: 'New', name: null },
    ],
    [
      'what no name is is left out',
      [visit, 'ROL|1|AD|CC|C1^N\\X00\\w^B\\X1B\\n'],
      'ROL-4 where ROL-3=CC',
      { reference: 'C1', name: null },
    ],
    ['taken away', [pv1({ 3: 'X', 7: '""', 19: 'V1' })], 'PV1-7', null],
    ['nobody unless stated', [visit, ...roles], '', undefined],
  ])('%s', (_, segments, coordinatorFrom, expected) => {
    const told = change(admitted(...segments), { coordinatorFrom });
    expect('coordinator' in told ? told.coordinator : undefined).toEqual(expected);
  });
});

test('an event means what the site says', () => {
  const text = message('ADT^A08', EVN, PID, pv1({ 3: 'X', 6: 'Y', 19: 'V1' }));
  expect(change(text, { eventMeanings: 'A08=MOVED' })).toMatchObject({ kind: 'MOVED', team: 'X', from: 'Y' });
  expect(change(text, { eventMeanings: ['A08=JOINED', 'A02=DETAILS'] })).toMatchObject({
    kind: 'JOINED',
    team: 'X',
  });
  expect(change(text, { eventMeanings: 'A08=DETAILS' })).toEqual({ kind: 'DETAILS' });
  expect(eventsOf(text, siteRules({ eventMeanings: 'A08=LEFT' })).map((one) => one.change.kind)).toEqual([
    'STANDS',
    'LEFT',
  ]);
  expect(change(text.replace('A08', 'A06'), { eventMeanings: 'A06 = MOVED' })).toMatchObject({
    kind: 'MOVED',
  });
});

describe('rules that are none', () => {
  const faults = (stated: object): readonly string[] =>
    z
      .strictObject(meaningFields)
      .safeParse(stated)
      .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];
  test.each<[object, RegExp]>([
    [{ teamFrom: 'PV1-3, PV1.3' }, /^teamFrom: must name places as PV1-3.1, .*; entry 2 does not$/],
    [{ coordinatorFrom: 'ROL-4 where PRD-3=CC' }, /^coordinatorFrom: must name places/],
    [{ visitFrom: 'NOBODY' }, /^visitFrom: .*or be PATIENT; entry 1 does not$/],
    [{ eventMeanings: 'A08=UNDONE' }, /^eventMeanings: must be entries as A08=MOVED/],
    [{ eventMeanings: 'A08=MOVED, A08=LEFT' }, /^eventMeanings: .*entry 2 is not$/],
    [{ eventMeanings: 'A31=STANDS' }, /^eventMeanings: A31 tells of nobody's visits/],
    [{ timeZone: 'Europe/Londinium' }, /^timeZone: must be a time zone/],
    [{ offsets: 'SOMETIMES' }, /^offsets: must be one of/],
  ])('%j', (stated, expected) => {
    expect(faults(stated)).toEqual([expect.stringMatching(expected)]);
  });

  test('every rule is described, and what is said to be usual is so', () => {
    expect(meaningSettings.map(({ key }) => key).sort()).toEqual(Object.keys(meaningFields).sort());
    const usual = Object.fromEntries(
      meaningSettings.flatMap(({ key, default: value }) => (value === undefined ? [] : [[key, value]])),
    );
    expect(siteRules(usual)).toEqual(siteRules());
  });
});

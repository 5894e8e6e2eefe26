/** The demonstration world on many days: leap days, clock changes, year ends; nothing in the future, nobody twice, everything referring to what exists. */

import fc from 'fast-check';
import type { Encounter, EpisodeOfCare, Patient } from 'fhir/r4.js';
import { CAST_MEMBERS } from '../../../seeds/demonstration/cast.js';
import { demonstrationRecords } from '../../../seeds/demonstration/clinical-world.js';
import { demonstrationHub } from '../../../seeds/demonstration/hub-world.js';
import { FhirSystem, type RecordResource } from '../../../seeds/demonstration/record-resources.js';
import { DEMONSTRATION_REFERRALS, demonstrationReferrals } from '../../../seeds/demonstration/referrals.js';
import { ALL_SPECIFICATIONS } from '../../../seeds/specifications/all-specifications.js';
import { isInForce } from '../../../src/contracts/specification-in-force.rules.js';
import { addDays, ageOn, daysBetween, isLocalDate, londonDate } from '../../../src/core/calendar.js';
import { parseNhsNumber } from '../../../src/core/nhs-number.js';

const DAYS = [
  ['an ordinary Monday', '2026-03-02'],
  ['a leap day', '2028-02-29'],
  ['the day after a leap day', '2024-03-01'],
  ['28 February of a year without a leap day', '2027-02-28'],
  ['the day on which summer time begins', '2026-03-29'],
  ['the day on which summer time ends', '2026-10-25'],
  ['midsummer', '2026-06-21'],
  ['the last day of a year', '2026-12-31'],
  ['the first day of a year', '2027-01-01'],
  ['the last of a month of thirty days', '2026-04-30'],
] as const;

const PEOPLE = 400;
const REFERENCE = /"reference":"([A-Z][A-Za-z]+\/[A-Za-z0-9.-]+)"/g;

const patientsOf = (records: readonly RecordResource[]): Patient[] =>
  records.filter((each): each is Patient => each.resourceType === 'Patient');
const episodesOf = (records: readonly RecordResource[]): EpisodeOfCare[] =>
  records.filter((each): each is EpisodeOfCare => each.resourceType === 'EpisodeOfCare');
const numberOf = (patient: Patient): string | undefined =>
  patient.identifier?.find(({ system }) => system === FhirSystem.NHS_NUMBER)?.value;

/** Faults in a world of a day, each in a few words; the tests below plant some to see that they are found. */
function faultsOf(today: string, records: readonly RecordResource[]): string[] {
  const faults: string[] = [];
  const fault = (condition: boolean, what: string): void => {
    if (condition) faults.push(what);
  };
  const ids = records.map(({ resourceType, id }) => `${resourceType}/${id}`);
  const known = new Set(ids);
  fault(known.size !== ids.length, 'an id twice');
  const changes = records.map(({ meta }) => meta?.lastUpdated ?? '');
  fault(
    changes.some((at, index) => index > 0 && at < changes[index - 1]!),
    'not in the order of change',
  );
  for (const [index, at] of changes.entries()) {
    fault(!(Date.parse(at) < Date.parse(`${today}T00:00:00Z`)), `${ids[index]} changed today or later`);
    fault(new Date(at).toISOString() !== at, `${ids[index]} changed at no instant`);
  }
  for (const [index, resource] of records.entries()) {
    for (const [, reference] of JSON.stringify(resource).matchAll(REFERENCE))
      fault(!known.has(reference!), `${ids[index]} refers to ${reference}`);
  }
  for (const patient of patientsOf(records)) {
    const born = patient.birthDate!;
    const died = patient.deceasedDateTime;
    fault(!/^\d{4}$/.test(born) && !isLocalDate(born), `${patient.id} was born on ${born}`);
    fault(born > today, `${patient.id} is not born yet`);
    fault(
      born.length === 10 && (ageOn(born, today) < 13 || ageOn(born, today) > 100),
      `${patient.id} has an age that nobody here has`,
    );
    fault(
      died !== undefined && (!isLocalDate(died) || died >= today || died < born),
      `${patient.id} died on ${died}`,
    );
    const number = numberOf(patient);
    fault(
      number !== undefined && (parseNhsNumber(number) !== number || !number.startsWith('999')),
      `${patient.id} has a number that could be somebody’s`,
    );
  }
  for (const { id, status, period } of episodesOf(records)) {
    const [start, end] = [period?.start, period?.end];
    const day = start?.slice(0, 10);
    fault(
      start !== undefined && !/^\d{4}-\d{2}(-\d{2}(T[\d:]+\+00:00)?)?$/.test(start),
      `${id} starts ${start}`,
    );
    fault(day?.length === 10 && !isLocalDate(day), `${id} starts on no day`);
    fault(
      status === 'planned' ? !day || day <= today : day !== undefined && day > today,
      `${id} is ${status} and starts ${start}`,
    );
    fault(end !== undefined && (!isLocalDate(end) || end > today), `${id} ends ${end}`);
    fault(end !== undefined && day !== undefined && end < day, `${id} ends before it starts`);
    fault(end !== undefined && !['finished', 'cancelled'].includes(status), `${id} is ${status} with an end`);
  }
  return faults;
}

describe.each(DAYS)('%s', (_what, today) => {
  const records = demonstrationRecords(today, PEOPLE);
  const referrals = demonstrationReferrals(today, records);
  const patients = patientsOf(records);

  test('has no fault', () => {
    expect(faultsOf(today, records)).toEqual([]);
  });

  test('has no two people with one name and date of birth, but for the records meant to be one person’s', () => {
    const holders = new Map<string, string[]>();
    for (const { id, name, birthDate } of patients) {
      const key = `${name![0]!.given![0]} ${name![0]!.family} ${birthDate}`;
      holders.set(key, [...(holders.get(key) ?? []), id!.replace(/-(old|twin|2)$/, '')]);
    }
    const doubled = [...holders.values()].filter((ids) => new Set(ids).size > 1);
    expect(doubled).toEqual([]);
  });

  test('gives each number to one person, and to each of theirs the same date of birth', () => {
    const holders = new Map<string, Patient[]>();
    for (const patient of patients) {
      const number = numberOf(patient);
      if (number) holders.set(number, [...(holders.get(number) ?? []), patient]);
    }
    for (const each of holders.values()) {
      expect(new Set(each.map(({ id }) => id!.replace(/-(old|twin|2)$/, ''))).size).toBe(1);
      expect(new Set(each.map(({ birthDate }) => birthDate)).size).toBe(1);
      expect(each.length).toBeLessThanOrEqual(3);
    }
  });

  test('has contacts only on days and with people of their episode', () => {
    const episodes = new Map(episodesOf(records).map((episode) => [`EpisodeOfCare/${episode.id}`, episode]));
    const contacts = records.filter((each): each is Encounter => each.resourceType === 'Encounter');
    expect(contacts.length).toBeGreaterThan(20);
    for (const { period, episodeOfCare, participant, subject } of contacts) {
      const episode = episodes.get(episodeOfCare![0]!.reference!)!;
      const on = londonDate(new Date(period!.start!));
      expect(daysBetween(on, today)).toBeGreaterThanOrEqual(1);
      expect(episode.status).toBe('active');
      if (episode.period?.start && episode.period.start.length >= 10)
        expect(on >= episode.period.start.slice(0, 10)).toBe(true);
      expect(participant![0]!.individual!.reference).toBe(episode.careManager!.reference);
      expect(subject!.reference).toBe(episode.patient.reference);
      expect(period!.end! > period!.start!).toBe(true);
    }
  });

  test('has referrals to teams and under specifications that exist and were in force', () => {
    const hub = demonstrationHub('http://x', today, 0);
    const teams = new Set(hub.teams.map(({ organisation, code }) => `${organisation}/${code}`));
    expect(referrals.length).toBe(DEMONSTRATION_REFERRALS);
    for (const { key, organisation, team, specification, receivedOn, acceptedOn, person } of referrals) {
      expect(teams).toContain(`${organisation}/${team}`);
      const seeds = ALL_SPECIFICATIONS.filter(({ code }) => code === specification);
      expect([key, seeds.some((seed) => isInForce(seed, receivedOn))]).toEqual([key, true]);
      expect([key, isLocalDate(receivedOn) && receivedOn <= today]).toEqual([key, true]);
      if (acceptedOn !== null)
        expect([key, isLocalDate(acceptedOn) && acceptedOn >= receivedOn && acceptedOn <= today]).toEqual([
          key,
          true,
        ]);
      expect(person.dateOfBirth < receivedOn).toBe(true);
      expect(parseNhsNumber(person.nhsNumber!)).toBe(person.nhsNumber);
    }
  });

  test('refers nobody twice, and nobody who has died or whose number others share', () => {
    const numbers = referrals.map(({ person }) => person.nhsNumber);
    expect(new Set(numbers).size).toBe(numbers.length);
    const generated = referrals.filter(({ key }) => key.startsWith('a-'));
    expect(generated.length).toBeGreaterThan(100);
    const byNumber = new Map(
      patients.filter(({ active }) => active).map((patient) => [numberOf(patient), patient]),
    );
    for (const { person, team } of generated) {
      const patient = byNumber.get(person.nhsNumber!)!;
      expect(patient.deceasedDateTime).toBeUndefined();
      expect([patient.birthDate, patient.name![0]!.family, patient.telecom![0]!.value]).toEqual([
        person.dateOfBirth,
        person.familyName,
        person.telephone,
      ]);
      expect(team).not.toBe('X77');
    }
  });
});

test('the days change dates and nothing else: the same people, names, teams, states and coordinators', () => {
  const undated = (today: string): string[] =>
    demonstrationRecords(today, PEOPLE)
      .filter(({ resourceType }) => resourceType !== 'Encounter')
      .map((resource) => JSON.stringify(resource).replace(/"\d{4}(-\d{2}(-\d{2}(T[^"]*)?)?)?"/g, '"…"'))
      .sort();
  const first = undated(DAYS[0][1]);
  for (const [, today] of DAYS) expect(undated(today)).toEqual(first);
});

test('from one day to the next everything moves by one day', () => {
  const days = (today: string): (string | undefined)[] =>
    episodesOf(demonstrationRecords(today, 0))
      .sort((a, b) => (a.id! < b.id! ? -1 : 1))
      .map(({ period }) => period?.start);
  const [today, tomorrow] = [days('2026-03-28'), days('2026-03-29')];
  expect(tomorrow).toEqual(today.map((on) => on && addDays(on, 1)));
});

test('on any day of many years the cast is what it was', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 20_000 }), (offset) => {
      const today = addDays('2022-01-01', offset);
      const records = demonstrationRecords(today, 0);
      const young = CAST_MEMBERS.filter(([, { born }]) => typeof born === 'string').map(
        ([, { born }]) => born as string,
      );
      // Nobody of the cast stays under a hundred for ever.
      const faults = faultsOf(today, records).filter(
        (fault) => !fault.includes('an age that nobody here has'),
      );
      expect([today, faults]).toEqual([today, []]);
      expect(young.every((born) => born < today)).toBe(true);
      expect(patientsOf(records).length).toBe(CAST_MEMBERS.filter(([, { localId }]) => localId).length);
    }),
    { numRuns: 60, seed: 20_260_302 },
  );
});

describe('the search for faults finds', () => {
  const today = '2026-03-02';
  const records = demonstrationRecords(today, 60);
  /** The world with one resource changed. */
  const spoilt = <T extends RecordResource>(
    type: T['resourceType'],
    change: (resource: T) => object,
    at = 0,
  ): string[] => {
    const index = records.findIndex(
      (each, place) =>
        each.resourceType === type &&
        records.slice(0, place).filter((one) => one.resourceType === type).length === at,
    );
    const copy = [...records];
    copy[index] = { ...copy[index]!, ...change(copy[index] as T) } as RecordResource;
    return faultsOf(today, copy);
  };

  test.each<[string, () => string[], RegExp]>([
    [
      'a future start',
      () =>
        spoilt<EpisodeOfCare>('EpisodeOfCare', () => ({ status: 'active', period: { start: '2026-03-03' } })),
      /starts 2026-03-03/,
    ],
    [
      'a plan that has begun',
      () => spoilt<EpisodeOfCare>('EpisodeOfCare', () => ({ status: 'planned', period: { start: today } })),
      /is planned/,
    ],
    [
      'an end before the start',
      () =>
        spoilt<EpisodeOfCare>('EpisodeOfCare', () => ({
          status: 'finished',
          period: { start: '2026-02-02', end: '2026-02-01' },
        })),
      /before it starts/,
    ],
    [
      'an end tomorrow',
      () =>
        spoilt<EpisodeOfCare>('EpisodeOfCare', () => ({
          status: 'finished',
          period: { start: '2026-02-02', end: '2026-03-03' },
        })),
      /ends 2026-03-03/,
    ],
    [
      'a day that is none',
      () =>
        spoilt<EpisodeOfCare>('EpisodeOfCare', () => ({ status: 'active', period: { start: '2026-02-30' } })),
      /on no day/,
    ],
    [
      'a reference to nobody',
      () => spoilt<EpisodeOfCare>('EpisodeOfCare', () => ({ patient: { reference: 'Patient/p-99999' } })),
      /refers to Patient\/p-99999/,
    ],
    [
      'a birth to come',
      () => spoilt<Patient>('Patient', () => ({ birthDate: '2027-01-01' })),
      /not born yet/,
    ],
    ['a child', () => spoilt<Patient>('Patient', () => ({ birthDate: '2020-01-01' })), /an age/],
    ['a death today', () => spoilt<Patient>('Patient', () => ({ deceasedDateTime: today })), /died on/],
    [
      'a number that could be issued',
      () =>
        spoilt<Patient>('Patient', () => ({
          identifier: [{ system: FhirSystem.NHS_NUMBER, value: '4010232137' }],
        })),
      /could be somebody/,
    ],
    [
      'a change of today',
      () =>
        spoilt<Patient>('Patient', ({ meta }) => ({
          meta: { ...meta, lastUpdated: `${today}T08:00:00.000Z` },
        })),
      /changed today|order of change/,
    ],
    ['an id twice', () => faultsOf(today, [...records, records.at(-1)!]), /an id twice/],
  ])('%s', (_what, faults, expected) => {
    expect(faults().join('\n')).toMatch(expected);
  });

  test('nothing in the world as it is', () => {
    expect(faultsOf(today, records)).toEqual([]);
  });
});

/** The demonstration world: the same everywhere, complete in its awkward kinds, and nobody in it could be real. */
import type { EpisodeOfCare, Patient } from 'fhir/r4.js';
import { DEMONSTRATION_PEOPLE, demonstrationRecords } from '../../../seeds/demonstration/clinical-world.js';
import { DEMONSTRATION_TEAMS, UNMAPPED_TEAM } from '../../../seeds/demonstration/organisations.js';
import { FhirSystem, type RecordResource } from '../../../seeds/demonstration/record-resources.js';
import { ageOn } from '../../../src/core/calendar.js';
import { parseNhsNumber } from '../../../src/core/nhs-number.js';

const TODAY = '2026-03-02';
const records = demonstrationRecords(TODAY);
const ofType = <T extends RecordResource>(
  type: T['resourceType'],
  list: readonly RecordResource[] = records,
): T[] => list.filter((resource) => resource.resourceType === type) as T[];
const patients = ofType<Patient>('Patient');
const episodes = ofType<EpisodeOfCare>('EpisodeOfCare');
const patientById = new Map(patients.map((patient) => [patient.id, patient]));

const numberOf = (patient: Patient): string | undefined =>
  patient.identifier?.find(({ system }) => system === FhirSystem.NHS_NUMBER)?.value;
const statusOf = (patient: Patient): { system?: string; code?: string } | undefined =>
  patient.identifier?.find(({ system }) => system === FhirSystem.NHS_NUMBER)?.extension?.[0]
    ?.valueCodeableConcept?.coding?.[0];
const living = (patient: Patient): boolean =>
  patient.active === true && patient.deceasedDateTime === undefined;
const subjectOf = (episode: EpisodeOfCare): Patient | undefined =>
  patientById.get(episode.patient.reference!.slice('Patient/'.length));
const openAt = (episode: EpisodeOfCare): boolean => episode.status === 'active' && !episode.period?.end;

describe('size and sameness', () => {
  test('holds 1,500 people, about 2,200 episodes and every team', () => {
    expect(patients.filter(({ id }) => !/-(old|twin|2)$/.test(id!)).length).toBe(DEMONSTRATION_PEOPLE);
    expect(episodes.length).toBeGreaterThan(2_000);
    expect(episodes.length).toBeLessThan(2_400);
    expect(ofType('Organization').length).toBe(12);
    expect(ofType('Encounter').length).toBeGreaterThan(200);
  });

  test('is the same for the same day', () => {
    expect(demonstrationRecords(TODAY)).toEqual(records);
  });

  test('moves with the day, and with nothing else', () => {
    const later = demonstrationRecords('2027-08-19');
    expect(later.length).toBe(records.length);
    expect(new Set(later.map(({ id }) => id))).toEqual(new Set(records.map(({ id }) => id)));
    expect(later).not.toEqual(records);
  });

  test('a smaller world is the beginning of the larger one, and always has the cast', () => {
    const small = demonstrationRecords(TODAY, 100);
    const everything = new Map(
      records.map((resource) => [`${resource.resourceType}/${resource.id}`, resource]),
    );
    for (const resource of small)
      expect(everything.get(`${resource.resourceType}/${resource.id}`)).toEqual(resource);
    expect(ofType('Patient', demonstrationRecords(TODAY, 0)).every(({ id }) => id!.startsWith('demo-'))).toBe(
      true,
    );
  });

  test('has one resource for each id, oldest change first, none from the day itself or later', () => {
    expect(new Set(records.map(({ resourceType, id }) => `${resourceType}/${id}`)).size).toBe(records.length);
    const changes = records.map(({ meta }) => meta!.lastUpdated!);
    expect([...changes].sort()).toEqual(changes);
    expect(changes[changes.length - 1]! < TODAY).toBe(true);
  });
});

describe('NHS numbers', () => {
  test('are valid, and only of the range that is never issued', () => {
    for (const patient of patients) {
      const number = numberOf(patient);
      if (number === undefined) continue;
      expect(parseNhsNumber(number)).toBe(number);
      expect(number).toMatch(/^999/);
    }
  });

  test('belong to one person, except where the world says otherwise', () => {
    const holders = new Map<string, Patient[]>();
    for (const patient of patients) {
      const number = numberOf(patient);
      if (number) holders.set(number, [...(holders.get(number) ?? []), patient]);
    }
    const shared = [...holders.values()].filter((each) => each.length > 1);
    const merges = shared.filter((each) => each.some(({ active }) => !active));
    const conflicts = shared.filter((each) => each.every(({ active }) => active));
    expect(merges.length).toBeGreaterThanOrEqual(10);
    expect(conflicts.length).toBeGreaterThanOrEqual(4);
    expect(merges.length + conflicts.length).toBe(shared.length);
    for (const [one, other] of conflicts) expect(one!.birthDate).toBe(other!.birthDate);
  });

  test.each([
    ['verified', (patient: Patient) => statusOf(patient)?.code === '01', 1_300],
    ['present, not traced', (patient: Patient) => statusOf(patient)?.code === '02', 50],
    ['to be traced', (patient: Patient) => statusOf(patient)?.code === '03', 20],
    ['absent', (patient: Patient) => numberOf(patient) === undefined, 12],
    [
      'coded in the retired system',
      (patient: Patient) => statusOf(patient)?.system === FhirSystem.NHS_NUMBER_STATUS_RETIRED,
      40,
    ],
  ])('%s: enough of them', (_kind, test, least) => {
    expect(patients.filter(test).length).toBeGreaterThanOrEqual(least);
  });
});

describe('people', () => {
  test.each([
    ['restricted', (patient: Patient) => patient.meta?.security?.[0]?.code === 'R', 8],
    ['deceased', (patient: Patient) => patient.deceasedDateTime !== undefined, 15],
    ['merged away', (patient: Patient) => patient.link?.[0]?.type === 'replaced-by', 10],
    ['born in a year of which no more is known', (patient: Patient) => patient.birthDate?.length === 4, 5],
  ])('%s: enough of them', (_kind, test, least) => {
    expect(patients.filter(test).length).toBeGreaterThanOrEqual(least);
  });

  test('a merged record is inactive, has no episode, and leads to a living record with the same number', () => {
    const merged = patients.filter(({ link }) => link !== undefined);
    for (const patient of merged) {
      const survivor = patientById.get(patient.link![0]!.other.reference!.slice('Patient/'.length))!;
      expect(patient.active).toBe(false);
      expect(survivor.active).toBe(true);
      expect(numberOf(survivor)).toBe(numberOf(patient));
      expect(survivor.birthDate).toBe(patient.birthDate);
      expect(episodes.some((episode) => subjectOf(episode) === patient)).toBe(false);
    }
  });

  test('cannot be telephoned or written to', () => {
    for (const patient of patients) {
      expect(patient.telecom![0]!.value).toMatch(/^07700 900\d{3}$/);
      expect(patient.address![0]!.postalCode).toMatch(/^ZZ/);
    }
  });

  test('died before today, if they died', () => {
    for (const patient of patients)
      if (patient.deceasedDateTime) expect(patient.deceasedDateTime < TODAY).toBe(true);
  });
});

describe('episodes', () => {
  test('each is of a patient, a team and a care manager that exist', () => {
    const references = new Set(records.map(({ resourceType, id }) => `${resourceType}/${id}`));
    for (const episode of episodes) {
      expect(references).toContain(episode.patient.reference);
      expect(references).toContain(episode.managingOrganization!.reference);
      if (episode.careManager) expect(references).toContain(episode.careManager.reference);
    }
  });

  test('each contact is within an episode of the same person', () => {
    const byId = new Map(episodes.map((episode) => [`EpisodeOfCare/${episode.id}`, episode]));
    for (const encounter of ofType('Encounter')) {
      if (encounter.resourceType !== 'Encounter') continue;
      expect(byId.get(encounter.episodeOfCare![0]!.reference!)!.patient.reference).toBe(
        encounter.subject!.reference,
      );
    }
  });

  test.each(['active', 'finished', 'onhold', 'waitlist', 'planned', 'cancelled', 'entered-in-error'])(
    'some are %s',
    (status) => {
      expect(episodes.filter((episode) => episode.status === status).length).toBeGreaterThanOrEqual(8);
    },
  );

  test('every team that the record system has is on somebody’s record, the unmapped one too', () => {
    const references = [
      ...DEMONSTRATION_TEAMS.flatMap(({ reference }) => (reference ? [reference] : [])),
      UNMAPPED_TEAM.reference,
    ];
    expect(references.length).toBe(8);
    for (const reference of references) {
      expect(
        episodes.filter((episode) => episode.managingOrganization?.reference === reference && openAt(episode))
          .length,
      ).toBeGreaterThan(10);
    }
  });

  test.each([
    [
      'finished without an end',
      (episode: EpisodeOfCare) => episode.status === 'finished' && !episode.period?.end,
      3,
    ],
    [
      'begun in a month of which the day is unknown',
      (episode: EpisodeOfCare) => episode.period?.start?.length === 7,
      10,
    ],
    [
      'begun at a time of day',
      (episode: EpisodeOfCare) => episode.period?.start?.includes('T') === true,
      100,
    ],
    ['without a care coordinator', (episode: EpisodeOfCare) => !episode.careManager && openAt(episode), 50],
    [
      'whose coordinator is named by role',
      (episode: EpisodeOfCare) => episode.careManager?.reference?.startsWith('PractitionerRole/') === true,
      100,
    ],
  ])('%s: enough of them', (_kind, test, least) => {
    expect(episodes.filter(test).length).toBeGreaterThanOrEqual(least);
  });

  test('some people are with two teams at once', () => {
    const teams = new Map<string, Set<string>>();
    for (const episode of episodes.filter(openAt)) {
      const who = episode.patient.reference!;
      teams.set(who, (teams.get(who) ?? new Set()).add(episode.managingOrganization!.reference!));
    }
    expect([...teams.values()].filter((each) => each.size > 1).length).toBeGreaterThan(50);
  });

  test('some people in early intervention are under eighteen, and nobody of the community teams is', () => {
    const agesIn = (team: string): number[] =>
      episodes
        .filter((episode) => openAt(episode) && episode.managingOrganization?.reference === team)
        // A second episode may be with a team for another age: people move on.
        .filter((episode) => episode.id!.endsWith('-e1') && subjectOf(episode)!.birthDate!.length === 10)
        .map((episode) => ageOn(subjectOf(episode)!.birthDate!, TODAY));
    expect(agesIn('Organization/team-eip').filter((age) => age < 18).length).toBeGreaterThanOrEqual(10);
    expect(Math.min(...agesIn('Organization/team-cmht-north'))).toBeGreaterThanOrEqual(18);
    expect(Math.min(...agesIn('Organization/team-older-adults'))).toBeGreaterThanOrEqual(65);
  });

  test('no end comes before its start, and nothing but a planned episode lies ahead', () => {
    for (const { period, status } of episodes) {
      if (period?.start && period.end)
        expect(period.end >= period.start.slice(0, period.end.length)).toBe(true);
      if (status !== 'planned' && period?.start) expect(period.start.slice(0, 10) <= TODAY).toBe(true);
    }
  });

  test('a restricted person’s episodes are marked as the record is', () => {
    for (const episode of episodes)
      expect(episode.meta?.security).toEqual(subjectOf(episode)!.meta?.security);
  });
});

test('living people outnumber every kind of exception', () => {
  expect(patients.filter(living).length).toBeGreaterThan(1_400);
});

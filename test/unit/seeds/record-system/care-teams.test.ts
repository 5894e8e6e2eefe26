/** Care teams and authors of the demonstration record: everybody on a caseload has a team, led by their coordinator. */
import type { CareTeam, EpisodeOfCare, Patient, Practitioner, PractitionerRole } from 'fhir/r4.js';
import { RECORD_AUTHORS } from '../../../../seeds/demonstration/clinical-staff.js';
import { demonstrationRecords } from '../../../../seeds/demonstration/clinical-world.js';
import { DEMONSTRATION_STAFF } from '../../../../seeds/demonstration/staff.js';

const TODAY = '2026-03-02';
const records = demonstrationRecords(TODAY, 300);
const ofType = <T extends { resourceType: string }>(type: T['resourceType'], from = records): T[] =>
  from.filter(({ resourceType }) => resourceType === type) as unknown as T[];
const teams = ofType<CareTeam>('CareTeam');
const onCaseload = ofType<EpisodeOfCare>('EpisodeOfCare').filter(
  ({ status, period }) => ['active', 'onhold'].includes(status) && !period?.end,
);

test('one for each person on a caseload, and none for anybody else', () => {
  const people = new Set(onCaseload.map(({ patient }) => patient.reference));
  expect(people.size).toBeGreaterThan(200);
  expect(teams.map(({ subject }) => subject!.reference).sort()).toEqual([...people].sort());
});

test('led by the care coordinator of an episode, with one to three others of that team, nobody twice', () => {
  for (const { subject, participant, managingOrganization } of teams) {
    const episodes = onCaseload.filter(({ patient }) => patient.reference === subject!.reference);
    const episode = episodes.find(
      (one) => one.managingOrganization!.reference === managingOrganization![0]!.reference,
    )!;
    const members = participant!.map(({ member }) => member!.reference!);
    const others = episode.careManager ? members.slice(1) : members;
    if (episode.careManager) expect(members[0]).toBe(episode.careManager.reference);
    expect(others.length).toBeGreaterThanOrEqual(1);
    expect(others.length).toBeLessThanOrEqual(3);
    expect(new Set(members).size).toBe(members.length);
    const team = managingOrganization![0]!.reference!.slice('Organization/'.length);
    for (const reference of members) expect(reference).toContain(`/${team}-`);
  }
});

test('every member exists, is named and has a role', () => {
  const known = new Set(records.map(({ resourceType, id }) => `${resourceType}/${id}`));
  for (const { member, role } of teams.flatMap(({ participant }) => participant!)) {
    expect(known).toContain(member!.reference);
    expect(member!.display).toMatch(/\S+ \S+/);
    expect(role![0]!.text).not.toBe('');
  }
});

test('a restricted person’s team is marked as the record is', () => {
  const patients = new Map(ofType<Patient>('Patient').map((patient) => [`Patient/${patient.id}`, patient]));
  for (const { meta, subject } of teams)
    expect(meta!.security).toEqual(patients.get(subject!.reference!)!.meta!.security);
});

test('the same person has the same team however many people there are', () => {
  const small = ofType<CareTeam>('CareTeam', demonstrationRecords(TODAY, 50));
  expect(small.length).toBeGreaterThan(20);
  const byId = new Map(teams.map((team) => [team.id, team]));
  for (const team of small) expect(byId.get(team.id)).toEqual(team);
});

test('those who write in the record are practitioners there, by stable ids and the names of their tokens', () => {
  const practitioners = new Map(ofType<Practitioner>('Practitioner').map((one) => [one.id, one]));
  const roles = new Map(ofType<PractitionerRole>('PractitionerRole').map((one) => [one.id, one]));
  expect(RECORD_AUTHORS.map(({ id }) => id)).toEqual([
    'es-kit-marchbank',
    'es-nerys-oakshott',
    'tm-verity-wainfleet',
  ]);
  for (const { id, subject, given, family, title } of RECORD_AUTHORS) {
    const staff = DEMONSTRATION_STAFF.find((one) => one.subject === subject)!;
    expect(staff.displayName).toBe(`${given} ${family}`);
    expect(practitioners.get(id)!.name![0]).toMatchObject({ given: [given], family });
    expect(roles.get(`${id}-role`)).toMatchObject({
      practitioner: { reference: `Practitioner/${id}` },
      code: [{ text: title }],
    });
  }
});

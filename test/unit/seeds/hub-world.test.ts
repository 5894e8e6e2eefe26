/** The hub's side of the demonstration world: what the seeding services may rely on. */
import type { Patient } from 'fhir/r4.js';
import { parseSettings } from '../../../adapters/fhir-r4/settings.js';
import { CAST } from '../../../seeds/demonstration/cast.js';
import { demonstrationRecords } from '../../../seeds/demonstration/clinical-world.js';
import {
  DEMONSTRATION_SYSTEM,
  demonstrationHub,
  demonstrationSite,
} from '../../../seeds/demonstration/hub-world.js';
import {
  OrganisationCode,
  referenceOf,
  teamCodeOf,
  UNMAPPED_TEAM,
} from '../../../seeds/demonstration/organisations.js';
import { FhirSystem } from '../../../seeds/demonstration/record-resources.js';
import { SpecificationCode } from '../../../seeds/demonstration/referral.type.js';
import { isLocalDate } from '../../../src/core/calendar.js';
import { ROLES } from '../../../src/core/caller.js';
import { parseNhsNumber } from '../../../src/core/nhs-number.js';
import { parseSiteProfiles } from '../../../src/platform/settings/site-profiles.js';

const TODAY = '2026-03-02';
const hub = demonstrationHub('http://127.0.0.1:4100/fhir', TODAY);

describe('directory', () => {
  test('codes are unique and every team and person belongs to an organisation', () => {
    const organisations = hub.organisations.map(({ odsCode }) => odsCode);
    expect(organisations).toEqual(['DEMO1', 'DEMO2', 'DEMO9']);
    const teams = hub.teams.map(({ organisation, code }) => `${organisation}/${code}`);
    expect(new Set(teams).size).toBe(teams.length);
    for (const { organisation } of [...hub.teams, ...hub.staff])
      expect(organisations).toContain(organisation);
  });

  test('somebody holds each role, and the teams of staff exist in their own organisation', () => {
    expect(new Set(hub.staff.flatMap(({ roles }) => roles))).toEqual(new Set(ROLES));
    const teams = new Set(hub.teams.map(({ organisation, code }) => `${organisation}/${code}`));
    for (const person of hub.staff)
      for (const team of person.teams) expect(teams).toContain(`${person.organisation}/${team}`);
    expect(new Set(hub.staff.map(({ subject }) => subject)).size).toBe(hub.staff.length);
  });

  test.each([
    ['demo-specialist', ['CMHT-NORTH', 'EIP']],
    ['demo-coordinator', ['CMHT-NORTH']],
    ['demo-specialist-b', ['CMHT-WEST']],
    ['demo-analyst', []],
  ])('%s works in %j', (subject, teams) => {
    expect(hub.staff.find((person) => person.subject === subject)?.teams).toEqual(teams);
  });

  test('the manager has every team of A and none of B', () => {
    const ofA = hub.teams
      .filter(({ organisation }) => organisation === OrganisationCode.TRUST_A)
      .map(({ code }) => code);
    expect(hub.staff.find(({ subject }) => subject === 'demo-manager')?.teams).toEqual(ofA);
  });

  test('the two specialists of A share no team', () => {
    const teamsOf = (subject: string): readonly string[] =>
      hub.staff.find((person) => person.subject === subject)!.teams;
    expect(
      teamsOf('demo-specialist').filter((team) => teamsOf('demo-specialist-south').includes(team)),
    ).toEqual([]);
  });

  test('the analysts may report on A only', () => {
    expect(hub.agreements.map(({ recipient, covered }) => [recipient, covered])).toEqual([
      ['DEMO9', 'DEMO1'],
    ]);
  });
});

describe('site profile', () => {
  test('maps every team of the record system, one of them to nothing', () => {
    const site = demonstrationSite('http://127.0.0.1:4100/fhir');
    expect(site.code).toBe(DEMONSTRATION_SYSTEM);
    expect(site.settings.baseUrl).toBe('http://127.0.0.1:4100/fhir');
    const held = demonstrationRecords(TODAY, 0)
      .filter(
        (one) => one.resourceType === 'Organization' && one.partOf?.reference === 'Organization/trust-a',
      )
      .map(({ id }) => `Organization/${id}`);
    expect(site.teams.map(({ reference }) => reference).sort()).toEqual(held.sort());
    expect(site.teams.filter(({ team }) => team === null).map(({ reference }) => reference)).toEqual([
      UNMAPPED_TEAM.reference,
    ]);
  });

  test('knows its authors as the record system does, each with a policy to write by', () => {
    const site = demonstrationSite('http://127.0.0.1:4100/fhir');
    const practitioners = new Set(
      demonstrationRecords(TODAY, 0)
        .filter(({ resourceType }) => resourceType === 'Practitioner')
        .map(({ id }) => `Practitioner/${id}`),
    );
    const subjects = hub.staff
      .filter(({ organisation }) => organisation === site.organisation)
      .map(({ subject }) => subject);
    expect(site.authors.map(({ subject, reference }) => [subject, reference])).toEqual([
      ['demo-specialist', 'Practitioner/es-kit-marchbank'],
      ['demo-specialist-south', 'Practitioner/es-nerys-oakshott'],
      ['demo-manager', 'Practitioner/tm-verity-wainfleet'],
    ]);
    for (const { subject, reference } of site.authors) {
      expect(subjects).toContain(subject);
      expect(practitioners).toContain(reference);
    }
    expect(site.notePolicies).toMatchObject([
      {
        countersignRole: 'TEAM_MANAGER',
        countersignKinds: ['CLOSURE_SUMMARY'],
        urgentEscalateTo: 'demo-manager',
      },
    ]);
    expect(subjects).toContain(site.notePolicies[0]!.urgentEscalateTo);
  });

  test('is a site profile, and its settings are the adapter’s: two labels reach the record, the third does not', () => {
    const { settings, ...site } = demonstrationSite('http://127.0.0.1:4100/fhir');
    expect(parseSiteProfiles(JSON.stringify([{ ...site, settings }]), {})).toHaveLength(1);
    expect([...parseSettings(settings).labelCodes.keys()]).toEqual([
      'THIRD_PARTY_INFORMATION',
      'SAFEGUARDING',
    ]);
  });

  test('references and codes lead to each other', () => {
    for (const { reference, team } of demonstrationSite('http://x').teams) {
      expect(teamCodeOf(reference)).toBe(team);
      expect(referenceOf(team ?? UNMAPPED_TEAM.code)).toBe(reference);
    }
    expect(() => referenceOf('IPS')).toThrow('no team IPS');
  });
});

describe('referrals', () => {
  test('there are 230, each with a name of its own, the same every time', () => {
    expect(hub.referrals.length).toBe(230);
    expect(new Set(hub.referrals.map(({ key }) => key)).size).toBe(230);
    expect(demonstrationHub('http://127.0.0.1:4100/fhir', TODAY)).toEqual(hub);
  });

  test('every specification, route, word and kind of employment occurs', () => {
    expect(new Set(hub.referrals.map(({ specification }) => specification))).toEqual(
      new Set(Object.values(SpecificationCode)),
    );
    expect(new Set(hub.referrals.map(({ route }) => route)).size).toBe(6);
    expect(new Set(hub.referrals.map(({ wordOnWork }) => wordOnWork)).size).toBe(5);
    expect(new Set(hub.referrals.map(({ employment }) => employment)).size).toBe(5);
    expect(new Set(hub.referrals.map(({ consent }) => consent)).size).toBe(3);
    expect(new Set(hub.referrals.map(({ residence }) => residence)).size).toBe(3);
  });

  test('each goes to a team of its organisation', () => {
    const teams = new Set(hub.teams.map(({ organisation, code }) => `${organisation}/${code}`));
    for (const { organisation, team } of hub.referrals) expect(teams).toContain(`${organisation}/${team}`);
    expect(hub.referrals.filter(({ organisation }) => organisation === OrganisationCode.TRUST_B).length).toBe(
      12,
    );
  });

  test('dates are dates, in order, and none lies ahead', () => {
    for (const { receivedOn, acceptedOn, specification } of hub.referrals) {
      expect(isLocalDate(receivedOn)).toBe(true);
      expect(receivedOn <= TODAY).toBe(true);
      if (acceptedOn) expect(acceptedOn >= receivedOn && acceptedOn <= TODAY).toBe(true);
      if (specification === SpecificationCode.DORSET_2018)
        expect(receivedOn < '2021-10-01' && receivedOn > '2018-10-01').toBe(true);
    }
  });

  test('people of A are those of the record system; people of B, and nobody, are not', () => {
    const held = new Map<string, Set<string>>();
    for (const each of demonstrationRecords(TODAY) as Patient[]) {
      const number = each.identifier?.find(({ system }) => system === FhirSystem.NHS_NUMBER)?.value;
      if (each.resourceType === 'Patient' && number)
        held.set(number, (held.get(number) ?? new Set()).add(each.birthDate!));
    }
    for (const { key, organisation, person } of hub.referrals) {
      expect(parseNhsNumber(person.nhsNumber!)).toBe(person.nhsNumber);
      const known = held.get(person.nhsNumber!)?.has(person.dateOfBirth) ?? false;
      expect([key, known]).toEqual([key, organisation === OrganisationCode.TRUST_A && key !== 'cast-nobody']);
    }
  });

  test('the cast is referred with what each member stands for', () => {
    const of = (key: keyof typeof CAST) => hub.referrals.find((referral) => referral.key === `cast-${key}`)!;
    expect(of('unsureAboutWork').wordOnWork).toBe('UNSURE');
    expect(of('employedAtRisk').employment).toBe('EMPLOYED_AT_RISK');
    expect(of('selfReferred').route).toBe('SELF');
    expect(of('movedAway').residence).toBe('OUTSIDE_REGION');
    expect(of('longDischarged').acceptedOn).not.toBeNull();
    expect(of('seventeenInEip').team).toBe('EIP');
    expect(of('straightforward').person.nhsNumber).toBe(CAST.straightforward.nhsNumber);
  });

  test('a record system with the cast alone still has the cast’s referrals', () => {
    const few = demonstrationHub('http://x', TODAY, 0).referrals;
    expect(few.filter(({ key }) => key.startsWith('cast-')).length).toBe(
      hub.referrals.filter(({ key }) => key.startsWith('cast-')).length,
    );
    expect(few.filter(({ key }) => key.startsWith('a-'))).toEqual([]);
  });
});

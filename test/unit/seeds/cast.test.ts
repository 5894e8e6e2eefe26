/** The named cast is in the record system exactly as its table says, whatever the day. */
import type { EpisodeOfCare, Patient } from 'fhir/r4.js';
import {
  CAST,
  CAST_MEMBERS,
  type CastKey,
  castDate,
  castDateOfBirth,
} from '../../../seeds/demonstration/cast.js';
import { demonstrationRecords } from '../../../seeds/demonstration/clinical-world.js';
import { teamCodeOf } from '../../../seeds/demonstration/organisations.js';
import { FhirSystem } from '../../../seeds/demonstration/record-resources.js';
import { ageOn } from '../../../src/core/calendar.js';
import { parseNhsNumber } from '../../../src/core/nhs-number.js';

const TODAY = '2026-03-02';
const records = demonstrationRecords(TODAY, 0);
const patient = (key: CastKey): Patient =>
  records.find(({ resourceType, id }) => resourceType === 'Patient' && id === CAST[key].localId) as Patient;
const episodesOf = (key: CastKey): EpisodeOfCare[] =>
  records.filter(
    (each): each is EpisodeOfCare =>
      each.resourceType === 'EpisodeOfCare' && each.patient.reference === `Patient/${CAST[key].localId}`,
  );
const nhsNumber = (of: Patient): string | undefined =>
  of.identifier?.find(({ system }) => system === FhirSystem.NHS_NUMBER)?.value;

test('numbers and ids that documents quote do not change', () => {
  const quoted = CAST_MEMBERS.map(([key, { localId, nhsNumber: number, born }]) => [
    key,
    localId,
    number,
    typeof born === 'string' ? born : null,
  ]);
  expect(quoted).toMatchSnapshot();
});

test.each(CAST_MEMBERS.filter(([, { localId }]) => localId !== null))(
  '%s is recorded as the table says',
  (key, member) => {
    const held = patient(key);
    expect(held.name![0]).toEqual({ use: 'official', family: member.family, given: [member.given] });
    expect(held.birthDate).toBe(castDateOfBirth(member, TODAY));
    expect(held.active).toBe(member.active);
    expect(nhsNumber(held)).toBe(member.nhsNumberStatus === null ? undefined : member.nhsNumber);
    expect(held.meta?.security !== undefined).toBe(member.restricted);
    expect(held.deceasedDateTime ?? null).toBe(castDate(TODAY, member.diedDaysAgo));
    const episodes = episodesOf(key);
    expect(episodes.map(({ status }) => status)).toEqual(
      expect.arrayContaining(member.episodes.map(({ status }) => status)),
    );
    expect(episodes.length).toBe(member.episodes.length);
    for (const [index, planned] of member.episodes.entries()) {
      const episode = episodes.find(({ id }) => id === `${member.localId}-e${index + 1}`)!;
      expect(episode.status).toBe(planned.status);
      expect(teamCodeOf(episode.managingOrganization!.reference!) ?? 'X77').toBe(planned.team);
      expect(episode.period?.start ?? null).toBe(castDate(TODAY, planned.startedDaysAgo));
      expect(episode.period?.end ?? null).toBe(castDate(TODAY, planned.endedDaysAgo));
      expect(episode.careManager !== undefined).toBe(planned.coordinator);
    }
  },
);

test('everybody has a valid number of the never-issued range, and only the doubled records share one', () => {
  const holders = new Map<string, CastKey[]>();
  for (const [key, member] of CAST_MEMBERS) {
    expect(parseNhsNumber(member.nhsNumber)).toBe(member.nhsNumber);
    expect(member.nhsNumber).toMatch(/^999/);
    holders.set(member.nhsNumber, [...(holders.get(member.nhsNumber) ?? []), key]);
  }
  expect([...holders.values()].filter((keys) => keys.length > 1)).toEqual([
    ['mergedInto', 'mergedAway'],
    ['twoRecords', 'twoRecordsOther'],
  ]);
});

test.each(['2024-02-29', '2026-03-02', '2031-12-31'])(
  'people who stand for an age have it on %s',
  (today) => {
    expect(ageOn(castDateOfBirth(CAST.seventeenInEip, today), today)).toBe(17);
    expect(ageOn(castDateOfBirth(CAST.olderAdult, today), today)).toBe(67);
  },
);

test('the merge leads from the old record to the new one', () => {
  expect(patient('mergedAway').link).toEqual([
    { other: { reference: `Patient/${CAST.mergedInto.localId}` }, type: 'replaced-by' },
  ]);
  expect(patient('mergedInto').link).toBeUndefined();
});

test('nobody’s number is on no record', () => {
  const numbers = demonstrationRecords(TODAY)
    .filter((each): each is Patient => each.resourceType === 'Patient')
    .map(nhsNumber);
  expect(numbers).not.toContain(CAST.nobody.nhsNumber);
  expect(CAST.nobody.localId).toBeNull();
});

test('the discharge of today is dated today', () => {
  expect(episodesOf('cmhtEndsToday').map(({ period }) => period?.end ?? null)).toEqual(
    expect.arrayContaining([TODAY, null]),
  );
});

/** Episodes and notes of the demonstration as data: of accepted referrals, by specialists of their teams, on days that can be, over many days. */
import { demonstrationEpisodes } from '../../../seeds/demonstration/episodes.js';
import { demonstrationHub } from '../../../seeds/demonstration/hub-world.js';
import { demonstrationNotes } from '../../../seeds/demonstration/notes.js';
import { OrganisationCode } from '../../../seeds/demonstration/organisations.js';
import { SpecificationCode } from '../../../seeds/demonstration/referral.type.js';
import { ClosingReason } from '../../../src/casework/episodes/episode.rules.js';
import { addDays, isLocalDate } from '../../../src/core/calendar.js';
import { Role } from '../../../src/core/caller.js';

const TODAY = '2026-03-02';
const hub = demonstrationHub('http://127.0.0.1:4100/fhir', TODAY);
const { episodes, notes, referrals, staff } = hub;
const referralOf = (key: string) => referrals.find((referral) => referral.key === key)!;

describe('episodes', () => {
  test('fill a page of a hundred for whoever sees every team of A, and some of B', () => {
    const of = (code: OrganisationCode) =>
      episodes.filter(({ organisation }) => organisation === code).length;
    expect(of(OrganisationCode.TRUST_A)).toBeGreaterThanOrEqual(105);
    expect(of(OrganisationCode.TRUST_B)).toBeGreaterThan(3);
    expect(demonstrationEpisodes(TODAY, referrals)).toEqual(episodes);
  });

  test('are of accepted referrals, one each, carried by a specialist of the team', () => {
    expect(new Set(episodes.map(({ key }) => key)).size).toBe(episodes.length);
    for (const { key, organisation, specialist } of episodes) {
      const referral = referralOf(key);
      expect([key, referral.acceptedOn === null, referral.organisation]).toEqual([key, false, organisation]);
      expect(staff.find(({ subject }) => subject === specialist)).toMatchObject({
        organisation,
        roles: [Role.EMPLOYMENT_SPECIALIST],
        teams: expect.arrayContaining([referral.team]),
      });
    }
  });

  test('are of every accepted referral whose team has a specialist', () => {
    const carried = new Set(
      staff
        .filter(({ roles }) => roles.includes(Role.EMPLOYMENT_SPECIALIST))
        .flatMap(({ organisation, teams }) => teams.map((team) => `${organisation}/${team}`)),
    );
    const without = referrals.filter(
      ({ key, acceptedOn, organisation, team }) =>
        acceptedOn !== null &&
        carried.has(`${organisation}/${team}`) &&
        !episodes.some((episode) => episode.key === key),
    );
    expect(without).toEqual([]);
    expect(referrals.some(({ acceptedOn, team }) => acceptedOn !== null && team === 'CRISIS')).toBe(true);
    expect(episodes.some(({ key }) => referralOf(key).team === 'CRISIS')).toBe(false);
  });

  test.each([TODAY, '2024-02-29', '2026-11-28', '2027-01-01'])(
    'have days that can be, seen on %s',
    (today) => {
      const seen = demonstrationHub('http://x', today);
      const accepted = new Map(seen.referrals.map(({ key, acceptedOn }) => [key, acceptedOn as string]));
      expect(seen.episodes.length).toBeGreaterThan(100);
      for (const { openedOn, closed, key } of seen.episodes) {
        expect([isLocalDate(openedOn), openedOn <= today, openedOn >= '2021-01-01']).toEqual([
          true,
          true,
          true,
        ]);
        expect(openedOn >= accepted.get(key)!).toBe(true);
        if (closed) expect([closed.on > openedOn, closed.on < today]).toEqual([true, true]);
      }
    },
  );

  test('under the contract that has ended are over, some others are, for several reasons', () => {
    const old = episodes.filter(({ key }) => referralOf(key).specification === SpecificationCode.DORSET_2018);
    expect(old.length).toBeGreaterThan(3);
    expect(old.every(({ closed }) => closed !== null)).toBe(true);
    const over = episodes.filter(({ closed }) => closed !== null);
    expect(over.length).toBeGreaterThan(old.length);
    expect(over.length).toBeLessThan(episodes.length / 2);
    const reasons = new Set(over.map(({ closed }) => closed!.reason));
    expect(reasons.size).toBeGreaterThan(2);
    for (const reason of reasons) expect(Object.values(ClosingReason)).toContain(reason);
  });
});

describe('notes', () => {
  const episodeOf = (key: string) => episodes.find((episode) => episode.key === key)!;

  test('are all there, each with a name of its own', () => {
    expect(new Set(notes.map(({ key }) => key)).size).toBe(notes.length);
    expect(notes.length).toBe(9);
    const kinds = notes.map(({ kind }) => kind);
    expect(new Set(kinds)).toEqual(
      new Set(['PROGRESS_NOTE', 'VOCATIONAL_PROFILE', 'ACTION_PLAN', 'CLOSURE_SUMMARY']),
    );
    expect(new Set(notes.map(({ episode }) => episodeOf(episode).specialist))).toEqual(
      new Set(['demo-specialist', 'demo-specialist-south']),
    );
    expect(new Set(notes.map(({ visibility }) => visibility ?? 'CLINICAL_RECORD')).size).toBe(3);
  });

  test('the last one is amended, and no other', () => {
    expect(notes.filter(({ amendedBy }) => amendedBy)).toEqual([notes.at(-1)]);
    expect(notes.at(-1)!.amendedBy!.text).not.toBe(notes.at(-1)!.text);
  });

  test('are of people of the record system, on days within their episodes', () => {
    for (const { episode, kind, contactOn } of notes) {
      const { key, openedOn, closed } = episodeOf(episode);
      expect(key).toMatch(/^a-\d+$/);
      expect(contactOn < TODAY && contactOn >= addDays(TODAY, -60)).toBe(true);
      expect(contactOn >= openedOn).toBe(true);
      expect(closed !== null).toBe(kind === 'CLOSURE_SUMMARY');
    }
  });

  test('name nobody and hold what a record can hold', () => {
    const names = new Set(referrals.flatMap(({ person }) => [person.givenName, person.familyName]));
    for (const { text, amendedBy } of notes)
      for (const written of [text, amendedBy?.text ?? '']) {
        expect(written).toBe(written.normalize('NFC'));
        expect(written).not.toMatch(/[^\P{Cc}\n]/u);
        for (const word of written.split(/[^\p{L}’-]+/u))
          expect([word, names.has(word)]).toEqual([word, false]);
      }
  });

  test('are fewer where nobody has been referred', () => {
    expect(demonstrationNotes(TODAY, [])).toEqual([]);
    expect(demonstrationHub('http://x', TODAY, 0).notes).toEqual([]);
  });
});

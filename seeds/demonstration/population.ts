/** Everybody in the demonstration record system who has no part of their own: generated people and their time on caseloads. */
import { addDays, addMonths, type LocalDate } from '../../src/core/calendar.js';
import type { EpisodeStatus } from './cast.js';
import { demonstrationNhsNumbers, NHS_NUMBER_BLOCK } from './demonstration-nhs-numbers.js';
import { type Gender, inventAddress, inventName, inventTelephone } from './names.js';
import { referenceOf, UNMAPPED_TEAM } from './organisations.js';
import type { Random } from './random.js';
import type { PatientFacts } from './record-resources.js';

/** A time on a caseload before it has an id or a care coordinator. */
export interface PlannedEpisode {
  readonly teamReference: string;
  readonly status: EpisodeStatus;
  /** Any precision FHIR allows; null where nothing is recorded. */
  readonly start: string | null;
  readonly end: string | null;
}

/** A person before the record system has dated the record; no episode for a record that was merged away. */
export interface PlannedPerson {
  readonly patient: Omit<PatientFacts, 'practice' | 'lastUpdated'>;
  readonly episodes: readonly PlannedEpisode[];
}

/** Awkward records come at fixed places in the list, so that there are always some, however many people are asked for. */
const EVERY = {
  unverified: 17,
  traceRequired: 53,
  withoutNumber: 97,
  oldCoding: 29,
  restricted: 151,
  deceased: 83,
  merged: 127,
  shared: 311,
  yearOnly: 211,
} as const;

const TEAM_WEIGHTS = [
  ['CMHT-NORTH', 30],
  ['CMHT-SOUTH', 25],
  ['OA-CMHT', 12],
  ['EIP', 9],
  ['REHAB', 7],
  ['CRISIS', 8],
  ['NMHT', 7],
  [UNMAPPED_TEAM.code, 2],
] as const;

const STATUS_WEIGHTS = [
  ['active', 70],
  ['finished', 17],
  ['waitlist', 5],
  ['onhold', 3],
  ['planned', 2],
  ['cancelled', 1],
  ['entered-in-error', 2],
] as const satisfies readonly (readonly [EpisodeStatus, number])[];

const GENDER_WEIGHTS = [
  ['female', 48],
  ['male', 48],
  ['other', 2],
  ['unknown', 2],
] as const satisfies readonly (readonly [Gender, number])[];

function yearsFor(team: string, random: Random): number {
  if (team === 'EIP') return random.int(14, 34);
  if (team === 'OA-CMHT') return random.int(65, 92);
  return random.int(18, 64);
}

/** An episode of a status, with the dates that go with it; a few are recorded badly, as real ones are. */
function episodeOf(team: string, status: EpisodeStatus, today: LocalDate, random: Random): PlannedEpisode {
  const teamReference = referenceOf(team);
  if (status === 'planned')
    return { teamReference, status, start: addDays(today, random.int(1, 40)), end: null };
  const startedOn = addDays(today, -random.int(5, 1_500));
  if (status !== 'finished' && status !== 'cancelled') {
    const start = random.chance(0.02)
      ? startedOn.slice(0, 7)
      : random.chance(0.1)
        ? `${startedOn}T09:30:00+00:00`
        : startedOn;
    return { teamReference, status, start, end: null };
  }
  if (random.chance(0.03)) return { teamReference, status, start: startedOn, end: null };
  const endedOn = addDays(startedOn, random.int(1, 600));
  return {
    teamReference,
    status,
    start: startedOn,
    end: endedOn > today ? addDays(today, -random.int(0, 4)) : endedOn,
  };
}

function episodesOf(team: string, today: LocalDate, random: Random): PlannedEpisode[] {
  const episodes = [episodeOf(team, random.weighted(STATUS_WEIGHTS), today, random)];
  const other = (): string => {
    const drawn = random.weighted(TEAM_WEIGHTS);
    return drawn === team ? 'CRISIS' : drawn;
  };
  if (random.chance(0.12)) episodes.push(episodeOf(other(), 'active', today, random));
  while (random.chance(0.25) && episodes.length < 4)
    episodes.push(episodeOf(other(), 'finished', today, random));
  return episodes;
}

/** `count` people. Every record of one who was merged or entered twice comes directly after the other, beyond the count. */
export function* plannedPopulation(
  count: number,
  today: LocalDate,
  random: Random,
): Generator<PlannedPerson, undefined> {
  const numbers = demonstrationNhsNumbers(NHS_NUMBER_BLOCK.POPULATION);
  for (let index = 1; index <= count; index++) {
    const at = (place: number): boolean => index % place === 0;
    const team = random.weighted(TEAM_WEIGHTS);
    const gender = random.weighted(GENDER_WEIGHTS);
    const dateOfBirth = addDays(addMonths(today, -12 * yearsFor(team, random)), -random.int(1, 360));
    const withoutNumber = at(EVERY.withoutNumber);
    const id = `p-${String(index).padStart(5, '0')}`;
    const nhsNumber = numbers.next().value ?? null;
    const patient = {
      id,
      nhsNumber: withoutNumber ? null : nhsNumber,
      nhsNumberStatus: at(EVERY.traceRequired) ? '03' : at(EVERY.unverified) ? '02' : '01',
      oldStatusCoding: at(EVERY.oldCoding),
      ...inventName(random, gender),
      gender,
      birthDate: at(EVERY.yearOnly) ? dateOfBirth.slice(0, 4) : dateOfBirth,
      telephone: inventTelephone(random),
      address: inventAddress(random),
      active: true,
      replacedBy: null,
      restricted: at(EVERY.restricted),
      diedOn: at(EVERY.deceased) ? addDays(today, -random.int(5, 300)) : null,
    };
    yield { patient, episodes: episodesOf(team, today, random) };
    if (at(EVERY.merged))
      yield {
        patient: { ...patient, id: `${id}-old`, active: false, replacedBy: id, diedOn: null },
        episodes: [],
      };
    if (at(EVERY.shared))
      yield {
        patient: { ...patient, id: `${id}-twin` },
        episodes: [episodeOf('CMHT-SOUTH', 'active', today, random)],
      };
  }
}

/** Everything that the demonstration record system holds on the first day, as FHIR resources in the order of their last change. */
import { addDays, type LocalDate } from '../../src/core/calendar.js';
import { careTeamOf, type HeldEpisode } from './care-teams.js';
import { CAST_MEMBERS, type CastMember, castDate, castDateOfBirth } from './cast.js';
import { type ClinicalStaff, clinicalStaff, type NamedReference } from './clinical-staff.js';
import { inventAddress, inventTelephone } from './names.js';
import { referenceOf } from './organisations.js';
import { type PlannedPerson, plannedPopulation } from './population.js';
import { Random } from './random.js';
import { detailsOf, practiceOf } from './record-details.js';
import {
  encounterResource,
  episodeResource,
  patientResource,
  type RecordResource,
} from './record-resources.js';

/** People in the demonstration, the cast among them. */
export const DEMONSTRATION_PEOPLE = 1_500;

const SEED = 20_260_301;

/** A moment of working hours on a date, never later than the evening before `today`, so that nothing lies in the future of a server started on `today`. */
function changedAt(on: LocalDate, today: LocalDate, random: Random): string {
  const latest = addDays(today, -1);
  const day = on > latest ? latest : on;
  const pad = (value: number, digits = 2): string => String(value).padStart(digits, '0');
  return `${day}T${pad(random.int(8, 17))}:${pad(random.int(0, 59))}:${pad(random.int(0, 59))}.${pad(random.int(0, 999), 3)}Z`;
}

/** The first day that a FHIR date of any precision can mean. */
function firstDay(text: string): LocalDate {
  return `${text}-01-01`.length === 10
    ? `${text}-01-01`
    : text.length === 7
      ? `${text}-01`
      : text.slice(0, 10);
}

function fromCast(member: CastMember, localId: string, today: LocalDate, random: Random): PlannedPerson {
  return {
    patient: {
      id: localId,
      nhsNumber: member.nhsNumberStatus === null ? null : member.nhsNumber,
      nhsNumberStatus: member.nhsNumberStatus,
      oldStatusCoding: member.oldStatusCoding,
      given: member.given,
      family: member.family,
      gender: member.gender,
      birthDate: castDateOfBirth(member, today),
      telephone: inventTelephone(random),
      address: inventAddress(random),
      active: member.active,
      replacedBy: member.replacedBy,
      restricted: member.restricted,
      diedOn: castDate(today, member.diedDaysAgo),
    },
    episodes: member.episodes.map((episode) => ({
      teamReference: referenceOf(episode.team),
      status: episode.status,
      start: castDate(today, episode.startedDaysAgo),
      end: castDate(today, episode.endedDaysAgo),
    })),
  };
}

/** A person's Patient, EpisodesOfCare, what there is of those on a caseload, and for some the Encounters that took place. */
function resourcesOf(
  person: PlannedPerson,
  coordinators: readonly boolean[] | null,
  staff: ClinicalStaff,
  today: LocalDate,
  random: Random,
): RecordResource[] {
  const { patient } = person;
  const resources: RecordResource[] = [
    patientResource({
      ...patient,
      practice: practiceOf(patient.id),
      lastUpdated: changedAt(addDays(today, -random.int(30, 1_200)), today, random),
    }),
  ];
  const held: HeldEpisode[] = [];
  person.episodes.forEach((episode, index) => {
    const id = `${patient.id}-e${index + 1}`;
    const named = coordinators
      ? coordinators[index]
      : episode.status !== 'waitlist' && episode.status !== 'planned' && random.chance(0.92);
    const careManager: NamedReference | null = named
      ? random.pick(staff.coordinatorsOf.get(episode.teamReference) ?? [])
      : null;
    const lastEvent = episode.end ?? episode.start;
    const lastUpdated = changedAt(lastEvent ? firstDay(lastEvent) : addDays(today, -90), today, random);
    resources.push(
      episodeResource({
        id,
        ...episode,
        patientId: patient.id,
        careManager,
        restricted: patient.restricted,
        lastUpdated,
      }),
    );
    held.push({ ...episode, careManager, lastUpdated });
    if (episode.status !== 'active' || !careManager || !random.chance(0.35)) return;
    const seenOn = addDays(today, -random.int(1, 4));
    const contact = {
      start: `${seenOn}T10:00:00+00:00`,
      end: `${seenOn}T10:45:00+00:00`,
      lastUpdated: changedAt(seenOn, today, random),
    };
    const practitionerReference = careManager.reference;
    resources.push(
      encounterResource({
        id: `${id}-c1`,
        patientId: patient.id,
        episodeId: id,
        practitionerReference,
        teamReference: episode.teamReference,
        ...contact,
      }),
    );
  });
  const careTeam = careTeamOf(patient, held, staff);
  return [...resources, ...(careTeam ? [careTeam] : []), ...detailsOf(patient, held, today)];
}

const lastUpdatedOf = (resource: RecordResource): string => resource.meta?.lastUpdated ?? '';

/**
 * The resources, oldest change first; the same for the same `today` and number of people. With fewer people than the cast
 * has, the cast alone.
 */
export function demonstrationRecords(
  today: LocalDate,
  people: number = DEMONSTRATION_PEOPLE,
): readonly RecordResource[] {
  const random = new Random(SEED);
  const staff = clinicalStaff(random);
  const resources: RecordResource[] = [...staff.resources];
  const held = CAST_MEMBERS.flatMap(([, member]) =>
    member.localId ? [{ member, localId: member.localId }] : [],
  );
  for (const { member, localId } of held) {
    const coordinators = member.episodes.map((episode) => episode.coordinator);
    resources.push(
      ...resourcesOf(fromCast(member, localId, today, random), coordinators, staff, today, random),
    );
  }
  // Somebody with two records is one person.
  const distinct = new Set(held.map(({ member }) => member.nhsNumber)).size;
  for (const person of plannedPopulation(Math.max(0, people - distinct), today, random)) {
    resources.push(...resourcesOf(person, null, staff, today, random));
  }
  return resources.sort((a, b) =>
    lastUpdatedOf(a) < lastUpdatedOf(b) ? -1 : lastUpdatedOf(a) > lastUpdatedOf(b) ? 1 : 0,
  );
}

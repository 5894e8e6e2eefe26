/** Encounter and Appointment (FHIR R4, UK Core Encounter 2.5.0) as contacts with a patient: when, what sort, which team. */
import type { RecordContact } from '../../../src/clinical/record.port.js';
import type { LocalDate } from '../../../src/core/calendar.js';
import { type Json, member, objectsOf, textOf } from '../json.js';
import { conceptText } from '../mapping/concept.rules.js';
import { nameBehind } from '../mapping/names.rules.js';
import { localReference, referenceText } from '../mapping/references.rules.js';
import type { Unmapped } from '../mapping/unmapped.js';
import { codeAmong, firstWords } from './coded.rules.js';
import { readMoment, readPeriod, type Span } from './moment.rules.js';

/** FHIR R4 value set EncounterStatus. */
const ENCOUNTER_STATUSES: readonly string[] = [
  'planned',
  'arrived',
  'triaged',
  'in-progress',
  'onleave',
  'finished',
  'cancelled',
  'entered-in-error',
  'unknown',
];

/** FHIR R4 value set AppointmentStatus. */
const APPOINTMENT_STATUSES: readonly string[] = [
  'proposed',
  'pending',
  'booked',
  'arrived',
  'fulfilled',
  'cancelled',
  'noshow',
  'entered-in-error',
  'checked-in',
  'waitlist',
];

/** Encounter.type in words, else Encounter.serviceType, else Encounter.class (a Coding: its display, else its code). */
function encounterKind(encounter: Json): string | null {
  const type = firstWords(encounter, 'type') ?? conceptText(member(encounter, 'serviceType'));
  if (type !== null) return type;
  const act = member(encounter, 'class');
  return (textOf(act, 'display') ?? textOf(act, 'code'))?.trim() ?? null;
}

/** Appointment.appointmentType in words, else Appointment.serviceType, else Appointment.description. */
function appointmentKind(appointment: Json): string | null {
  return (
    conceptText(member(appointment, 'appointmentType')) ??
    firstWords(appointment, 'serviceType') ??
    textOf(appointment, 'description')?.trim() ??
    null
  );
}

/** The team behind a Reference element: an Organization or HealthcareService of this server, else by name alone. */
function teamBehind(
  element: unknown,
  included: ReadonlyMap<string, Json>,
  baseUrl: string,
): Pick<RecordContact, 'teamReference' | 'teamName'> {
  const target = localReference(element, baseUrl);
  return {
    teamReference: target === null ? null : referenceText(target),
    teamName: nameBehind(element, included, baseUrl),
  };
}

/**
 * True unless a contact was over before a day: by its end, else by its start. What is not known to the day is never left
 * out, nor is one that has begun and not ended.
 */
export function countsSince({ start, end }: Span, since: LocalDate, endsWithStart: boolean): boolean {
  if (end?.day != null) return end.day >= since;
  if (end !== null || !endsWithStart) return true;
  return start?.day == null || start.day >= since;
}

/** Encounter.status, type, period and serviceProvider. Never throws. */
export function mapEncounter(
  encounter: Json,
  included: ReadonlyMap<string, Json>,
  baseUrl: string,
  unmapped: Unmapped,
): RecordContact {
  return {
    status: codeAmong(encounter, 'status', ENCOUNTER_STATUSES, 'Encounter.status', unmapped),
    kind: encounterKind(encounter),
    ...readPeriod(member(encounter, 'period'), 'Encounter.period', unmapped),
    ...teamBehind(member(encounter, 'serviceProvider'), included, baseUrl),
  };
}

/** Appointment.participant.actor references of one resource type. */
export function actorsOf(appointment: Json, type: string, baseUrl: string): readonly Json[] {
  return objectsOf(appointment, 'participant')
    .map((participant) => member(participant, 'actor') as Json | undefined)
    .filter((actor): actor is Json => localReference(actor, baseUrl)?.type === type);
}

/** Appointment.status, appointmentType, start and end, and of its participants the first HealthcareService. Never throws. */
export function mapAppointment(
  appointment: Json,
  included: ReadonlyMap<string, Json>,
  baseUrl: string,
  unmapped: Unmapped,
): RecordContact {
  const [service] = actorsOf(appointment, 'HealthcareService', baseUrl);
  return {
    status: codeAmong(appointment, 'status', APPOINTMENT_STATUSES, 'Appointment.status', unmapped),
    kind: appointmentKind(appointment),
    start: readMoment(member(appointment, 'start'), 'Appointment.start', unmapped),
    end: readMoment(member(appointment, 'end'), 'Appointment.end', unmapped),
    ...teamBehind(service, included, baseUrl),
  };
}

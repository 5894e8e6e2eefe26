/** The contact as an Encounter (FHIR R4, UK Core Encounter 2.5.0), and whether one of the record is about it. */
import type { OutgoingDocument } from '../../../src/clinical/documents.port.js';
import type { LocalDate } from '../../../src/core/calendar.js';
import { type Json, member, textOf } from '../json.js';
import { readDate } from '../mapping/dates.rules.js';
import { localReference } from '../mapping/references.rules.js';
import { type AuthorRules, authorElements } from './author.rules.js';
import { ODS_SYSTEM, periodOf } from './document-resource.rules.js';
import { ENCOUNTER_CLASSES, type WriteSettings } from './write-settings.js';

/** FHIR R4 value set EncounterStatus, those of a contact that took place or is taking place. */
const HELD = new Set(['arrived', 'triaged', 'in-progress', 'onleave', 'finished']);

/** What of a site's settings decides it. */
export interface EncounterRules extends AuthorRules, Pick<WriteSettings, 'encounterClass'> {
  readonly documentIdentifierSystem: string;
}

/** Encounter.subject is the patient. */
export function isOf(encounter: Json, patientLocalId: string, baseUrl: string): boolean {
  const subject = localReference(member(encounter, 'subject'), baseUrl);
  return subject?.type === 'Patient' && subject.id === patientLocalId;
}

/**
 * Encounter.status and .period: took place or is taking place, began on the day or before, and ended on it or later; one without
 * an end goes on, unless it is finished. Less precise than a day is no match.
 */
export function covers(encounter: Json, day: LocalDate): boolean {
  const status = textOf(encounter, 'status') ?? '';
  const period = member(encounter, 'period');
  const start = readDate(member(period, 'start'));
  const end = readDate(member(period, 'end'));
  if (!HELD.has(status) || start.day === null || start.day > day) return false;
  if (end.precision !== 'ABSENT') return end.day !== null && end.day >= day;
  return status !== 'finished' || start.day === day;
}

/**
 * The Encounter of a contact that is over: identifier of the document's contact, class by the site, subject, the author as
 * participant, period, and the organisation by ODS code.
 */
export function encounterResource(document: OutgoingDocument, identifier: string, rules: EncounterRules) {
  const { who, contained } = authorElements(document.author, rules);
  return {
    resourceType: 'Encounter',
    ...contained,
    identifier: [{ system: rules.documentIdentifierSystem, value: identifier }],
    status: 'finished',
    class: {
      system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode',
      code: rules.encounterClass,
      display: ENCOUNTER_CLASSES[rules.encounterClass],
    },
    subject: { reference: `Patient/${document.patient.localId}` },
    participant: [{ individual: who }],
    period: periodOf(document),
    serviceProvider: { identifier: { system: ODS_SYSTEM, value: document.custodianOdsCode } },
  };
}

/** Live reads of a FHIR R4 server for a page of patients: one request for each resource type and upstream page. */
import type { RecordCapability, RecordContact, SensitiveRead } from '../../../src/clinical/record.port.js';
import type { LocalDate } from '../../../src/core/calendar.js';
import { textOf } from '../json.js';
import { observed } from '../mapping/observed.rules.js';
import { localReference } from '../mapping/references.rules.js';
import { patientIn, patientParameter, type RecordContext, searchByPatient } from './by-patient.js';
import { mapCareTeam } from './care-team.rules.js';
import { mapConsent } from './consent.rules.js';
import { actorsOf, countsSince, mapAppointment, mapEncounter } from './contact.rules.js';
import { mapDemographics } from './demographics.rules.js';
import { readDocumentText } from './document-text.js';
import { isInForce, mapFlag } from './flag.rules.js';
import { earliestFirst, listsOf, newestFirst, whole } from './lists.js';
import { momentOrder } from './moment.rules.js';
import { practicesOf } from './practices.js';
import { isInError, mapProblem } from './problem.rules.js';
import { LINE_ELEMENTS, mapDocument } from './record-document.rules.js';
import { mapOpenEpisode } from './record-episode.rules.js';
import type { PERMITTED_TYPES } from './record-settings.js';

/** The sensitive read that each permitted type stands for. */
const PERMITS: Readonly<Record<(typeof PERMITTED_TYPES)[number], SensitiveRead>> = {
  Condition: 'problems',
  Flag: 'riskFlags',
  DocumentReference: 'documentText',
};

const startOf = ({ start }: RecordContact): string => momentOrder(start);

/** The capability, with the reads that the site has; undefined when it has none. */
export function createRecord(context: RecordContext): RecordCapability | undefined {
  const { settings, system, unmapped } = context;
  const { baseUrl, recordTypes } = settings;
  const subjectOf = (element: string) => (resource: Parameters<typeof patientIn>[0]) =>
    patientIn(resource, element, baseUrl);
  /** Resources whose `subject` or `patient` the patient is, without a condition of their own. */
  const allOf = (type: string, element: string) => ({
    type,
    parameters: (ids: readonly string[]) => ({ patient: patientParameter(ids) }),
    patientsOf: subjectOf(element),
  });
  const since = (day: LocalDate) => (settings.recordSearchByDate ? `ge${day}` : undefined);
  const counts = (contact: RecordContact, day: LocalDate): boolean => {
    const isOver = ['finished', 'cancelled'].includes(contact.status ?? '');
    return contact.status !== 'entered-in-error' && countsSince(contact, day, isOver);
  };

  const reads: Required<Omit<RecordCapability, 'permitted'>> = {
    async demographics(localIds, signal) {
      const patients = await searchByPatient(context, localIds, signal, {
        type: 'Patient',
        includes: ['Patient:general-practitioner'],
        parameters: (ids) => ({ _id: ids.join(',') }),
        patientsOf: (patient) => [textOf(patient, 'id') ?? ''],
      });
      const found = localIds.map((id) => patients.get(id)!.at(-1));
      const practices = await practicesOf(context, signal, found);
      return localIds.map((id, at) => {
        const patient = found[at];
        if (patient === undefined) return null;
        const { resource, included, fetchedAt } = patient;
        const known = practices.size === 0 ? included : new Map([...included, ...practices]);
        const value = mapDemographics(id, resource, settings, unmapped, known);
        return observed(resource, value, { system, fetchedAt }, true);
      });
    },
    careTeams: (localIds, signal) =>
      listsOf(
        context,
        localIds,
        signal,
        { ...allOf('CareTeam', 'subject'), includes: ['CareTeam:participant'] },
        ({ resource, included }) =>
          textOf(resource, 'status') === 'entered-in-error'
            ? null
            : whole(mapCareTeam(resource, included, baseUrl, unmapped)),
      ),
    openEpisodes: (localIds, on, signal) =>
      listsOf(
        context,
        localIds,
        signal,
        {
          ...allOf('EpisodeOfCare', 'patient'),
          includes: ['EpisodeOfCare:organization', 'EpisodeOfCare:care-manager'],
        },
        ({ resource, included }) => mapOpenEpisode(resource, on, included, baseUrl, unmapped),
      ),
    documents: (localIds, signal) =>
      listsOf(
        context,
        localIds,
        signal,
        {
          ...allOf('DocumentReference', 'subject'),
          // A server that does not know _elements may send the texts too; they are not looked at.
          parameters: (ids) => ({
            patient: patientParameter(ids),
            _sort: '-date',
            _elements: LINE_ELEMENTS.join(','),
          }),
        },
        ({ resource }) => whole(mapDocument(resource, settings, unmapped)),
        newestFirst(({ recordedAt }) => recordedAt ?? ''),
      ),
    encounters: (localIds, day, signal) =>
      listsOf(
        context,
        localIds,
        signal,
        {
          ...allOf('Encounter', 'subject'),
          includes: ['Encounter:service-provider'],
          parameters: (ids) => ({ patient: patientParameter(ids), date: since(day) }),
        },
        ({ resource, included }) => {
          const contact = mapEncounter(resource, included, baseUrl, unmapped);
          return counts(contact, day) ? whole(contact) : null;
        },
        newestFirst(startOf),
      ),
    appointments: (localIds, day, signal) =>
      listsOf(
        context,
        localIds,
        signal,
        {
          type: 'Appointment',
          includes: ['Appointment:actor'],
          parameters: (ids) => ({ patient: patientParameter(ids), date: since(day) }),
          // Of a group everybody is a participant: it is put under those who were asked for, and names no other.
          patientsOf: (appointment) =>
            actorsOf(appointment, 'Patient', baseUrl).map((actor) => localReference(actor, baseUrl)!.id),
        },
        ({ resource, included }) => {
          const contact = mapAppointment(resource, included, baseUrl, unmapped);
          const counted = contact.status !== 'entered-in-error' && countsSince(contact, day, true);
          return counted ? whole(contact) : null;
        },
        earliestFirst(startOf),
      ),
    problems: (localIds, signal) =>
      listsOf(context, localIds, signal, allOf('Condition', 'subject'), ({ resource }) => {
        const problem = mapProblem(resource, unmapped);
        return isInError(problem) ? null : { value: problem, complete: problem.problem !== null };
      }),
    riskFlags: (localIds, signal) =>
      listsOf(context, localIds, signal, allOf('Flag', 'subject'), ({ resource }) => {
        const flag = mapFlag(resource, unmapped);
        const understood = flag.status !== null && flag.flag !== null;
        return isInForce(flag) ? { value: flag, complete: understood } : null;
      }),
    consents: (localIds, signal) =>
      listsOf(context, localIds, signal, allOf('Consent', 'patient'), ({ resource }) => {
        const consent = mapConsent(resource, unmapped);
        if (consent.status === 'entered-in-error') return null;
        return { value: consent, complete: consent.status !== null && !consent.hasExceptions };
      }),
    documentText: (localId, reference, signal) => readDocumentText(context, localId, reference, signal),
  };
  if (recordTypes.length === 0) return undefined;
  const has = (type: (typeof recordTypes)[number]): boolean => recordTypes.includes(type);
  return {
    permitted: settings.permittedTypes.map((type) => PERMITS[type]),
    ...(has('Patient') ? { demographics: reads.demographics } : {}),
    ...(has('CareTeam') ? { careTeams: reads.careTeams } : {}),
    ...(has('EpisodeOfCare') ? { openEpisodes: reads.openEpisodes } : {}),
    ...(has('DocumentReference') ? { documents: reads.documents, documentText: reads.documentText } : {}),
    ...(has('Encounter') ? { encounters: reads.encounters } : {}),
    ...(has('Appointment') ? { appointments: reads.appointments } : {}),
    ...(has('Condition') ? { problems: reads.problems } : {}),
    ...(has('Flag') ? { riskFlags: reads.riskFlags } : {}),
    ...(has('Consent') ? { consents: reads.consents } : {}),
  };
}

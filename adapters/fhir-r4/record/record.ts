/** Live reads of a FHIR R4 server for a page of patients: one search for each resource type and upstream page. */
import type { Observed } from '../../../src/clinical/clinical-record.port.js';
import type { RecordCapability } from '../../../src/clinical/record.port.js';
import { textOf } from '../json.js';
import { observed } from '../mapping/observed.rules.js';
import {
  type OfPatient,
  patientIn,
  patientParameter,
  type RecordContext,
  searchByPatient,
} from './by-patient.js';
import { mapCareTeam } from './care-team.rules.js';
import { mapDemographics } from './demographics.rules.js';
import { LINE_ELEMENTS, mapDocument } from './record-document.rules.js';
import { mapOpenEpisode } from './record-episode.rules.js';

/** Newest first; what has no date comes last, and equal ones by reference, so that the order is always the same. */
function byDate(
  a: Observed<{ recordedAt: string | null; reference: string }>,
  b: Observed<{ recordedAt: string | null; reference: string }>,
): number {
  const [left, right] = [a.value.recordedAt ?? '', b.value.recordedAt ?? ''];
  if (left !== right) return left < right ? 1 : -1;
  return a.value.reference < b.value.reference ? -1 : 1;
}

/** The capability, with the reads that the site has; undefined when it has none. */
export function createRecord(context: RecordContext): RecordCapability | undefined {
  const { settings, system, unmapped } = context;
  const { baseUrl, recordTypes } = settings;
  const seen = <T>({ resource, fetchedAt }: OfPatient, value: T, complete = true): Observed<T> =>
    observed(resource, value, { system, fetchedAt }, complete);

  const reads: Required<RecordCapability> = {
    async demographics(localIds, signal) {
      const patients = await searchByPatient(context, localIds, signal, {
        type: 'Patient',
        parameters: (ids) => ({ _id: ids.join(',') }),
        patientOf: (patient) => textOf(patient, 'id'),
      });
      return localIds.map((id) => {
        const patient = patients.get(id)!.at(-1);
        if (patient === undefined) return null;
        return seen(patient, mapDemographics(id, patient.resource, settings, unmapped));
      });
    },
    async careTeams(localIds, signal) {
      const teams = await searchByPatient(context, localIds, signal, {
        type: 'CareTeam',
        parameters: (ids) => ({ patient: patientParameter(ids), _include: 'CareTeam:participant' }),
        patientOf: (team) => patientIn(team, 'subject', baseUrl),
      });
      return localIds.map((id) =>
        teams
          .get(id)!
          .filter(({ resource }) => textOf(resource, 'status') !== 'entered-in-error')
          .map((team) => seen(team, mapCareTeam(team.resource, team.included, baseUrl, unmapped))),
      );
    },
    async openEpisodes(localIds, on, signal) {
      const episodes = await searchByPatient(context, localIds, signal, {
        type: 'EpisodeOfCare',
        parameters: (ids) => ({
          patient: patientParameter(ids),
          _include: ['EpisodeOfCare:organization', 'EpisodeOfCare:care-manager'],
        }),
        patientOf: (episode) => patientIn(episode, 'patient', baseUrl),
      });
      return localIds.map((id) =>
        episodes
          .get(id)!
          .map((episode) => {
            const open = mapOpenEpisode(episode.resource, on, episode.included, baseUrl, unmapped);
            return open === null ? null : seen(episode, open.value, open.complete);
          })
          .filter((episode) => episode !== null),
      );
    },
    async documents(localIds, signal) {
      const documents = await searchByPatient(context, localIds, signal, {
        type: 'DocumentReference',
        // A server that does not know _elements may send the texts too; they are not looked at.
        parameters: (ids) => ({
          patient: patientParameter(ids),
          _sort: '-date',
          _elements: LINE_ELEMENTS.join(','),
        }),
        patientOf: (document) => patientIn(document, 'subject', baseUrl),
      });
      return localIds.map((id) =>
        documents
          .get(id)!
          .map((document) => seen(document, mapDocument(document.resource, settings, unmapped)))
          .sort(byDate),
      );
    },
  };
  if (recordTypes.length === 0) return undefined;
  return {
    ...(recordTypes.includes('Patient') ? { demographics: reads.demographics } : {}),
    ...(recordTypes.includes('CareTeam') ? { careTeams: reads.careTeams } : {}),
    ...(recordTypes.includes('EpisodeOfCare') ? { openEpisodes: reads.openEpisodes } : {}),
    ...(recordTypes.includes('DocumentReference') ? { documents: reads.documents } : {}),
  };
}

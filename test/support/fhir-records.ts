/** People of the contract as FHIR R4 resources, and documents of a FHIR server in the port's words. */

import { MembershipState } from '../../src/clinical/clinical-record.port.js';
import { DocumentLabel } from '../../src/clinical/documents.port.js';
import { sealedText } from '../../src/core/pdf/seal.rules.js';
import type { PeerDocument, PeerRecord } from '../contract/misbehaving-peer.js';
import { detailsOf, practicesOf, practitionerElement } from './fhir-record-details.js';
import { nhsNumberSlice, practitionerResource, STATUS_OF, type TestResource } from './fhir-resources.js';

const CHANGED = { versionId: '3', lastUpdated: '2026-02-28T12:00:00.000Z' };

function patientOf({ localId, demographics }: PeerRecord): TestResource {
  const { name, gender, dateOfBirth, deceasedOn, telephone, address, postcode } = demographics;
  const { nhsNumber, nhsNumberStatus, active, replacedByLocalId, restricted } = demographics.identity;
  const [line, city] = (address ?? '').split(', ');
  return {
    resourceType: 'Patient',
    id: localId,
    meta: { ...CHANGED, security: [{ code: restricted ? 'R' : 'N' }] },
    ...(nhsNumber === null ? {} : { identifier: [nhsNumberSlice(nhsNumber, nhsNumberStatus)] }),
    ...(active ? {} : { active }),
    ...(replacedByLocalId === null
      ? {}
      : { link: [{ type: 'replaced-by', other: { reference: `Patient/${replacedByLocalId}` } }] }),
    ...(name === null
      ? {}
      : {
          name: [
            { use: 'old', text: 'Formerly' },
            { use: 'official', given: [name.split(' ')[0]], family: name.split(' ')[1] },
          ],
        }),
    ...(gender === null ? {} : { gender }),
    ...(dateOfBirth === null ? {} : { birthDate: dateOfBirth }),
    ...(deceasedOn === null ? {} : { deceasedDateTime: `${deceasedOn}T10:00:00Z` }),
    telecom: [
      { system: 'email', value: 'nobody@example.org', rank: 1 },
      { system: 'phone', use: 'old', value: '07700 900999' },
      ...(telephone === null ? [] : [{ system: 'phone', value: '07700 900998', rank: 9 }]),
      ...(telephone === null ? [] : [{ system: 'phone', value: telephone, rank: 2 }]),
    ],
    ...(address === null
      ? {}
      : {
          address: [
            { use: 'billing', city: 'Elsewhere' },
            { line: [line], city, postalCode: postcode },
          ],
        }),
    ...practitionerElement(demographics.generalPractice, demographics.generalPractitioner),
  };
}

function teamsOf({ localId, careTeams }: PeerRecord): TestResource[] {
  return careTeams.map(({ name, status, members }, at) => ({
    resourceType: 'CareTeam',
    id: `${localId}-team-${at}`,
    meta: CHANGED,
    status,
    ...(name === null ? {} : { name }),
    subject: { reference: `Patient/${localId}` },
    participant: members.map(({ reference, role }) => ({
      member: { reference },
      ...(role === null ? {} : { role: [{ coding: [{ code: 'x', display: role }] }] }),
    })),
  }));
}

function episodesOf({ localId, episodes }: PeerRecord): TestResource[] {
  return episodes.map(({ teamReference, state, startedOn, careCoordinator, endedOn }, at) => ({
    resourceType: 'EpisodeOfCare',
    id: `${localId}-episode-${at}`,
    meta: CHANGED,
    status: STATUS_OF[state],
    patient: { reference: `Patient/${localId}` },
    managingOrganization: { reference: teamReference },
    period: {
      ...(startedOn === null ? {} : { start: startedOn }),
      ...(endedOn === null ? {} : { end: endedOn }),
    },
    ...(careCoordinator === null ? {} : { careManager: { reference: careCoordinator.reference } }),
  }));
}

/** Everything that the server must hold for some people: theirs, and the workers and teams that it refers to. */
export function resourcesOfRecords(records: readonly PeerRecord[]): TestResource[] {
  const members = records.flatMap(({ careTeams }) => careTeams.flatMap((team) => team.members));
  const episodes = records.flatMap((record) => record.episodes);
  const workers = new Map(
    [...members, ...episodes.map(({ careCoordinator }) => careCoordinator)]
      .filter((one) => one !== null)
      .map(({ reference, name }) => [reference!, name]),
  );
  const teams = new Map(episodes.map(({ teamReference, teamName }) => [teamReference!, teamName]));
  // Never over: another state than those of open episodes, so that there is something to leave out.
  const planned = records.map(({ localId }) => ({
    resourceType: 'EpisodeOfCare',
    id: `${localId}-planned`,
    status: STATUS_OF[MembershipState.PLANNED],
    patient: { reference: `Patient/${localId}` },
  }));
  return [
    ...records.flatMap((record) => [
      patientOf(record),
      ...teamsOf(record),
      ...episodesOf(record),
      ...detailsOf(record),
    ]),
    ...practicesOf(records),
    ...planned,
    ...[...workers].map(([reference, name]) => practitionerResource(reference, name)),
    ...[...teams].map(([reference, name]) => ({
      resourceType: 'Organization',
      id: reference.slice('Organization/'.length),
      name,
    })),
  ];
}

const STATUSES: Readonly<Record<string, PeerDocument['status']>> = {
  current: 'CURRENT',
  superseded: 'SUPERSEDED',
  'entered-in-error': 'ENTERED_IN_ERROR',
};
const ACTIONS: Readonly<Record<string, string>> = { replaces: 'REPLACE', appends: 'APPEND' };

/** Codings of labels in the contract: the code is the label's own name, in lower case. */
export const LABEL_SYSTEM = 'https://trust.example/label';
export const LABEL_CODES: readonly string[] = [
  DocumentLabel.THIRD_PARTY_INFORMATION,
  DocumentLabel.WITHHOLD_FROM_PERSON,
].map((label) => `${label}=${LABEL_SYSTEM}|${label.toLowerCase()}`);

interface DocumentShape {
  readonly identifier: readonly { readonly value: string }[];
  readonly subject: { readonly reference: string };
  readonly status: string;
  readonly docStatus: string;
  readonly content: readonly {
    readonly attachment: { readonly data: string; readonly contentType: string };
  }[];
  readonly securityLabel?: readonly { readonly coding: readonly { readonly code: string }[] }[];
  readonly relatesTo?: readonly { readonly code: string; readonly target: { readonly reference: string } }[];
}

/** The text of an attachment; of a PDF the one within it. */
function textOf({ data, contentType }: DocumentShape['content'][number]['attachment']): string {
  const bytes = Buffer.from(data, 'base64');
  return contentType === 'application/pdf' ? String(sealedText(bytes)) : bytes.toString('utf8');
}

/** A DocumentReference of the scripted server in the port's words. */
export function peerDocument(resource: TestResource): PeerDocument {
  const document = resource as unknown as DocumentShape;
  const [relation] = document.relatesTo ?? [];
  return {
    documentVersionId: document.identifier[0]!.value,
    reference: `DocumentReference/${resource.id}`,
    patientLocalId: document.subject.reference.slice('Patient/'.length),
    text: textOf(document.content[0]!.attachment),
    status: STATUSES[document.status]!,
    isFinal: document.docStatus === 'final',
    labels: (document.securityLabel ?? []).map(
      ({ coding }) => coding[0]!.code.toUpperCase() as DocumentLabel,
    ),
    relation:
      relation === undefined
        ? null
        : { action: ACTIONS[relation.code]!, reference: relation.target.reference },
  };
}

/** Contacts, appointments, problems, warnings, consents and practices of the contract as FHIR R4 resources. */
import type {
  RecordCode,
  RecordContact,
  RecordGeneralPractice,
  RecordMoment,
} from '../../src/clinical/record.port.js';
import type { PeerRecord } from '../contract/misbehaving-peer.js';
import type { TestResource } from './fhir-resources.js';

const META = { versionId: '3', lastUpdated: '2026-02-28T12:00:00.000Z' };
const TERMINOLOGY = 'http://terminology.hl7.org/CodeSystem/';
const ODS = 'https://fhir.nhs.uk/Id/ods-organization-code';

/** The member with a value, or nothing. */
const some = <T>(name: string, value: T | null): Record<string, unknown> =>
  value === null ? {} : { [name]: value };
const said = (name: string, moment: RecordMoment | null) => some(name, moment?.said ?? null);
const period = (start: RecordMoment | null, end: RecordMoment | null) => ({
  period: { ...said('start', start), ...said('end', end) },
});
const words = (text: string | null) => (text === null ? null : [{ text }]);
const coding = (codes: readonly RecordCode[]) =>
  codes.map(({ system, code, display }) => ({
    code,
    ...some('system', system),
    ...some('display', display),
  }));
const status = (system: string, code: string | null) =>
  code === null ? null : { coding: [{ system: `${TERMINOLOGY}${system}`, code }] };

/** Patient.generalPractitioner: by reference, or by code alone. */
export function practitionerElement(practice: RecordGeneralPractice | null, name: string | null): object {
  if (practice === null) return name === null ? {} : { generalPractitioner: [{ display: name }] };
  const { reference, odsCode } = practice;
  const identifier = odsCode === null ? null : { system: ODS, value: odsCode };
  const element =
    reference === null
      ? { type: 'Organization', display: practice.name, ...some('identifier', identifier) }
      : { reference };
  // The person comes first, as real records have it, and is no practice.
  return { generalPractitioner: [{ reference: 'Practitioner/gp' }, element] };
}

/** The practices that somebody refers to. */
export function practicesOf(records: readonly PeerRecord[]): TestResource[] {
  const practices = new Map<string, TestResource>();
  for (const { demographics } of records) {
    const { reference, name, odsCode } = demographics.generalPractice ?? {};
    if (!reference) continue;
    const id = reference.slice('Organization/'.length);
    // Of one practice the code is known wherever somebody's answer has it.
    practices.set(`${reference} ${odsCode}`, {
      resourceType: 'Organization',
      id,
      name,
      ...(odsCode ? { identifier: [{ system: ODS, value: odsCode }] } : {}),
    });
  }
  return [...practices.values()];
}

const team = (element: string, { teamReference, teamName }: RecordContact) =>
  some(
    element,
    teamReference === null && teamName === null ? null : { reference: teamReference, display: teamName },
  );

/** Everything of one person; what is in error or not in force stands beside it, to be left out. */
export function detailsOf(record: PeerRecord): TestResource[] {
  const { localId } = record;
  const subject = { reference: `Patient/${localId}` };
  const made = (resourceType: string, at: number | string, rest: object): TestResource => ({
    resourceType,
    id: `${localId}-${resourceType.toLowerCase()}-${at}`,
    meta: META,
    ...rest,
  });
  const encounter = (at: number | string, contact: RecordContact) =>
    made('Encounter', at, {
      status: contact.status,
      class: {},
      ...some('type', words(contact.kind)),
      subject,
      ...period(contact.start, contact.end),
      ...team('serviceProvider', contact),
    });
  const [first] = record.encounters;
  return [
    ...record.encounters.map((contact, at) => encounter(at, contact)),
    ...(first ? [encounter('wrong', { ...first, status: 'entered-in-error' })] : []),
    ...record.appointments.map((contact, at) =>
      made('Appointment', at, {
        status: contact.status,
        ...some('appointmentType', contact.kind === null ? null : { text: contact.kind }),
        ...said('start', contact.start),
        ...said('end', contact.end),
        participant: [
          { actor: { reference: 'Practitioner/worker-1' } },
          { actor: subject },
          ...(contact.teamReference === null
            ? []
            : [{ actor: { reference: contact.teamReference, display: contact.teamName } }]),
        ],
      }),
    ),
    ...record.problems.map((problem, at) =>
      made('Condition', at, {
        subject,
        code: { text: problem.problem, coding: coding(problem.codes) },
        ...some('clinicalStatus', status('condition-clinical', problem.clinicalStatus)),
        ...some('verificationStatus', status('condition-ver-status', problem.verificationStatus)),
        ...some('category', words(problem.category)),
        ...said('onsetDateTime', problem.onset),
        ...said('recordedDate', problem.recorded),
      }),
    ),
    made('Condition', 'wrong', {
      subject,
      code: { text: 'Never so' },
      verificationStatus: status('condition-ver-status', 'entered-in-error'),
    }),
    ...record.flags.map((flag, at) =>
      made('Flag', at, {
        status: flag.status,
        subject,
        code: { text: flag.flag, coding: coding(flag.codes) },
        ...some('category', words(flag.category)),
        ...period(flag.start, flag.end),
      }),
    ),
    ...record.consents.map((consent, at) =>
      made('Consent', at, {
        status: consent.status,
        scope: { text: consent.scope },
        ...some('category', words(consent.category)),
        patient: subject,
        ...said('dateTime', consent.recorded),
        provision: { ...some('type', consent.provision), ...period(consent.start, consent.end) },
      }),
    ),
  ];
}

/** Our own table of UK Core: what a resource that the hub makes must hold, and under which systems. Each row names its source. */
import type { Emission } from './collect.js';

type Json = Record<string, unknown>;

const of = (profile: string, element: string, what: string): string => `${profile}, ${element}: ${what}`;

/** Elements with mustSupport that the hub always knows, by type. What it knows only sometimes (as a reason) is not asked for. */
const PRESENT: readonly {
  readonly type: string;
  readonly profile: string;
  readonly elements: readonly string[];
}[] = [
  {
    type: 'DocumentReference',
    profile: 'UKCore-DocumentReference 2.2.0',
    elements: [
      'identifier',
      'status',
      'type',
      'category',
      'subject',
      'date',
      'author',
      'description',
      'content',
    ],
  },
  {
    type: 'Encounter',
    profile: 'UKCore-Encounter 2.5.0',
    elements: ['identifier', 'status', 'class', 'subject', 'participant'],
  },
  {
    type: 'Task',
    profile: 'UKCore-Task 1.2.0',
    elements: ['status', 'intent', 'code', 'focus', 'for', 'authoredOn', 'requester'],
  },
  { type: 'Provenance', profile: 'UKCore-Provenance 1.2.0', elements: ['target', 'recorded', 'agent'] },
  { type: 'Practitioner', profile: 'UKCore-Practitioner 2.4.0', elements: ['name'] },
];

/** Systems that an element may have, by type and path; `*` stands for each element of a list. */
const SYSTEMS: readonly {
  readonly type: string;
  readonly path: string;
  readonly system: string;
  readonly source: string;
}[] = [
  {
    type: 'DocumentReference',
    path: 'masterIdentifier',
    system: 'urn:ietf:rfc:3986',
    source: of('FHIR R4', 'DocumentReference.masterIdentifier', 'a uuid is a URI (datatype Identifier)'),
  },
  {
    type: 'DocumentReference',
    path: 'custodian.identifier',
    system: 'https://fhir.nhs.uk/Id/ods-organization-code',
    source: of('UKCore-Organization 2.5.1', 'identifier:odsOrganisationCode', 'fixed system'),
  },
  {
    type: 'Encounter',
    path: 'class',
    system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode',
    source: of('FHIR R4', 'Encounter.class', 'extensible binding to ActEncounterCode'),
  },
  {
    type: 'Encounter',
    path: 'serviceProvider.identifier',
    system: 'https://fhir.nhs.uk/Id/ods-organization-code',
    source: of('UKCore-Organization 2.5.1', 'identifier:odsOrganisationCode', 'fixed system'),
  },
  {
    type: 'Task',
    path: 'performerType.*.coding.*',
    system: 'http://snomed.info/sct',
    source: of('FHIR R4', 'Task.performerType', 'SNOMED CT, as UK Core’s CareTeam roles'),
  },
  {
    type: 'Provenance',
    path: 'activity.coding.*',
    system: 'http://terminology.hl7.org/CodeSystem/v3-DataOperation',
    source: of('FHIR R4', 'Provenance.activity', 'extensible binding to ProvenanceActivityType'),
  },
  {
    type: 'Provenance',
    path: 'agent.*.type.coding.*',
    system: 'http://terminology.hl7.org/CodeSystem/provenance-participant-type',
    source: of('FHIR R4', 'Provenance.agent.type', 'extensible binding to ProvenanceAgentType'),
  },
  {
    type: 'Provenance',
    path: 'agent.*.onBehalfOf.identifier',
    system: 'https://fhir.nhs.uk/Id/ods-organization-code',
    source: of('UKCore-Organization 2.5.1', 'identifier:odsOrganisationCode', 'fixed system'),
  },
];

/** Codes of value sets with a required binding in FHIR R4, which neither validator holds every element to. */
const CODES: readonly {
  readonly type: string;
  readonly path: string;
  readonly valueSet: string;
  readonly codes: readonly string[];
}[] = [
  {
    type: 'DocumentReference',
    path: 'status',
    valueSet: 'DocumentReferenceStatus',
    codes: ['current', 'superseded', 'entered-in-error'],
  },
  {
    type: 'DocumentReference',
    path: 'docStatus',
    valueSet: 'CompositionStatus',
    codes: ['preliminary', 'final', 'amended', 'entered-in-error'],
  },
  {
    type: 'DocumentReference',
    path: 'relatesTo.*.code',
    valueSet: 'DocumentRelationshipType',
    codes: ['replaces', 'transforms', 'signs', 'appends'],
  },
  { type: 'Encounter', path: 'status', valueSet: 'EncounterStatus', codes: ['finished'] },
  { type: 'Task', path: 'status', valueSet: 'TaskStatus', codes: ['requested', 'cancelled'] },
  { type: 'Task', path: 'intent', valueSet: 'TaskIntent', codes: ['order'] },
  { type: 'Provenance', path: 'entity.*.role', valueSet: 'ProvenanceEntityRole', codes: ['source'] },
];

const CHECK_DIGITS = /^\d{10}$/;

/** NHS number with its check digit (NHS Data Dictionary, NHS NUMBER: modulus 11). */
function isNhsNumber(value: string): boolean {
  if (!CHECK_DIGITS.test(value)) return false;
  const sum = [...value.slice(0, 9)].reduce((total, digit, at) => total + Number(digit) * (10 - at), 0);
  const check = 11 - (sum % 11);
  return check !== 10 && check % 11 === Number(value[9]);
}

/** Systems below the addresses of NHS England and HL7 UK, with the form of a value; any other there is an invention. */
const NATIONAL: Readonly<Record<string, (value: string) => boolean>> = {
  // UKCore-Patient 2.6.1, identifier:nhsNumber: fixed system, ten digits.
  'https://fhir.nhs.uk/Id/nhs-number': isNhsNumber,
  // UKCore-Organization 2.5.1, identifier:odsOrganisationCode and identifier:odsSiteCode: fixed systems.
  'https://fhir.nhs.uk/Id/ods-organization-code': (value) => /^[A-Z0-9]{3,12}$/i.test(value),
  'https://fhir.nhs.uk/Id/ods-site-code': (value) => /^[A-Z0-9]{3,12}$/i.test(value),
  // UKCore-Practitioner 2.4.0 and UKCore-PractitionerRole 2.4.0, identifier.
  'https://fhir.nhs.uk/Id/sds-user-id': (value) => value.trim() !== '',
  'https://fhir.nhs.uk/Id/sds-role-profile-id': (value) => value.trim() !== '',
};

/** Well-known systems by what they are mistaken for (FHIR R4, terminologies-systems). */
const EXACT: readonly (readonly [RegExp, RegExp])[] = [
  [/loinc/i, /^http:\/\/loinc\.org$/],
  [/snomed/i, /^http:\/\/snomed\.info\/sct$/],
  [/terminology\.hl7\.org/i, /^http:\/\/terminology\.hl7\.org\/CodeSystem\/[A-Za-z0-9-]+$/],
  [/fhir\.hl7\.org\.uk/i, /^https:\/\/fhir\.hl7\.org\.uk\/CodeSystem\/UKCore-[A-Za-z0-9-]+$/],
  [/fhir\.nhs\.uk/i, /^https:\/\/fhir\.nhs\.uk\/Id\/[a-z-]+$/],
];

const objectOf = (value: unknown): Json | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null;

/** What is at a path; nothing where an element on the way is absent. */
function at(value: unknown, path: readonly string[]): unknown[] {
  const [step, ...rest] = path;
  if (value === undefined) return [];
  if (step === undefined) return [value];
  if (step === '*') return Array.isArray(value) ? value.flatMap((one) => at(one, rest)) : [];
  return at(objectOf(value)?.[step], rest);
}

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);

/** What the hub marks is the record's own resource: it lacks what it lacked. */
function isMarked({ method, resource }: Emission): boolean {
  return method === 'PUT' && ['entered-in-error', 'cancelled'].includes(String(resource.status));
}

function presenceFaults(resource: Json, where: string): string[] {
  return PRESENT.filter(({ type }) => type === resource.resourceType).flatMap(({ profile, elements }) =>
    elements
      .filter((element) => isEmpty(resource[element]))
      .map((element) => `${where}.${element} is missing: ${profile}, mustSupport`),
  );
}

function systemFaults(resource: Json, where: string): string[] {
  return SYSTEMS.filter(({ type }) => type === resource.resourceType).flatMap(({ path, system, source }) =>
    at(resource, path.split('.'))
      .filter((one) => objectOf(one)?.system !== system)
      .map(() => `${where}.${path}.system is not ${system}: ${source}`),
  );
}

function codeFaults(resource: Json, where: string): string[] {
  return CODES.filter(({ type }) => type === resource.resourceType).flatMap(({ path, valueSet, codes }) =>
    at(resource, path.split('.'))
      .filter((code) => !codes.includes(String(code)))
      .map(() => `${where}.${path} is no code of ${valueSet}: FHIR R4, required binding`),
  );
}

/** Every system in the resource, wherever it is. */
function everySystemFaults(value: unknown, where: string): string[] {
  if (Array.isArray(value)) return value.flatMap((one) => everySystemFaults(one, where));
  const object = objectOf(value);
  if (object === null) return [];
  const below = Object.entries(object).flatMap(([name, one]) => everySystemFaults(one, `${where}.${name}`));
  const { system, value: identified } = object;
  if (typeof system !== 'string') return below;
  const faults = EXACT.filter(([alike, exact]) => alike.test(system) && !exact.test(system)).map(
    () => `${where}.system is like a known one and is not it`,
  );
  if (!/^[a-z][a-z0-9+.-]*:\S+$/i.test(system) && !['phone', 'email'].includes(system))
    faults.push(`${where}.system is not an absolute URI: FHIR R4, datatypes Coding and Identifier`);
  if (system.startsWith('https://fhir.nhs.uk/') && !(NATIONAL[system]?.(String(identified ?? '')) ?? false))
    faults.push(`${where} is no identifier of that national system`);
  return [...faults, ...below];
}

/** What is wrong with a resource that was emitted, by path, with the rule; empty when nothing is. Values are not repeated. */
export function ukCoreFaults(emission: Emission): string[] {
  const { resource } = emission;
  if (isMarked(emission)) return [];
  const contained = Array.isArray(resource.contained) ? (resource.contained as Json[]) : [];
  return [resource, ...contained].flatMap((one) => {
    const where = String(one.resourceType);
    const own = { ...one, contained: undefined };
    return [
      ...presenceFaults(own, where),
      ...systemFaults(own, where),
      ...codeFaults(own, where),
      ...everySystemFaults(own, where),
    ];
  });
}

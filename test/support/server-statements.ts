/** CapabilityStatements shaped as products write theirs: which types, parameters and flags they name, and what they leave unsaid. */
import type { StatedType, TestStatement } from './stated-server.js';

/** Search parameters of FHIR R4 (4.0.1) for the types that the hub asks about, besides those of every type. */
const R4: Readonly<Record<string, readonly string[]>> = {
  Appointment: ['actor', 'date', 'identifier', 'location', 'patient', 'practitioner', 'status'],
  Binary: [],
  CareTeam: ['category', 'date', 'encounter', 'identifier', 'participant', 'patient', 'status', 'subject'],
  Condition: ['category', 'clinical-status', 'code', 'encounter', 'identifier', 'patient', 'subject'],
  Consent: ['actor', 'category', 'date', 'identifier', 'patient', 'scope', 'status'],
  DocumentReference: [
    'author',
    'category',
    'date',
    'encounter',
    'identifier',
    'patient',
    'period',
    'relatesto',
    'type',
  ],
  Encounter: [
    'class',
    'date',
    'identifier',
    'participant',
    'patient',
    'service-provider',
    'status',
    'subject',
  ],
  EpisodeOfCare: [
    'care-manager',
    'condition',
    'date',
    'identifier',
    'organization',
    'patient',
    'status',
    'type',
  ],
  Flag: ['author', 'date', 'encounter', 'identifier', 'patient', 'subject'],
  Group: ['actual', 'code', 'identifier', 'managing-entity', 'member', 'type'],
  HealthcareService: ['active', 'identifier', 'name', 'organization', 'service-type'],
  List: ['code', 'date', 'identifier', 'item', 'patient', 'status', 'subject'],
  Organization: ['active', 'identifier', 'name', 'partof', 'type'],
  Patient: ['active', 'birthdate', 'general-practitioner', 'identifier', 'link', 'name', 'organization'],
  Practitioner: ['active', 'identifier', 'name'],
  PractitionerRole: ['identifier', 'organization', 'practitioner', 'role', 'service'],
  Provenance: ['agent', 'patient', 'recorded', 'target'],
  Task: ['code', 'identifier', 'owner', 'patient', 'status', 'subject'],
};

/** Includes that the hub knows, by type. */
const INCLUDES: Readonly<Record<string, readonly string[]>> = {
  Appointment: ['Appointment:actor'],
  CareTeam: ['CareTeam:participant', 'CareTeam:patient'],
  Encounter: ['Encounter:patient', 'Encounter:participant', 'Encounter:service-provider'],
  EpisodeOfCare: ['EpisodeOfCare:patient', 'EpisodeOfCare:care-manager', 'EpisodeOfCare:organization'],
  Patient: ['Patient:general-practitioner'],
  PractitionerRole: ['PractitionerRole:practitioner'],
};

const WHOLE = ['read', 'vread', 'update', 'patch', 'delete', 'history-instance', 'create', 'search-type'];
const OF_EVERY_TYPE = ['_id', '_lastUpdated', '_profile', '_security', '_tag'];
const codes = (list: readonly string[]) => list.map((code) => ({ code }));
const names = (list: readonly string[]) => list.map((name) => ({ name }));
const services = (...list: string[]) => ({
  service: list.map((code) => ({ coding: [{ code }] })),
});
const tokenAt = (url: string) => ({
  extension: [
    {
      url: 'http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris',
      extension: [{ url: 'token', valueUri: url }],
    },
  ],
});

function statement(
  format: readonly string[],
  rest: Omit<TestStatement['rest'][number], 'mode'>,
): TestStatement {
  return {
    resourceType: 'CapabilityStatement',
    fhirVersion: '4.0.1',
    format: [...format],
    rest: [{ mode: 'server', ...rest }],
  };
}

/** Medplum 5: every type and parameter, nothing of `_include`, the token endpoint by extension. */
export function medplumStatement(tokenUrl: string): TestStatement {
  return statement(['json'], {
    security: { ...services('OAuth', 'Basic', 'SMART-on-FHIR'), ...tokenAt(tokenUrl) },
    interaction: codes(['transaction', 'batch']),
    searchParam: names(['_sort', '_total', '_count', '_summary', '_elements']),
    resource: Object.entries(R4).map(([type, parameters]) => ({
      type,
      interaction: codes(WHOLE),
      versioning: 'versioned',
      updateCreate: false,
      conditionalCreate: true,
      searchParam: names([...OF_EVERY_TYPE, ...parameters]),
      ...(type === 'Group' ? { operation: names(['export']) } : {}),
    })),
  });
}

/** HAPI FHIR JPA: every type, includes by name and by star, creates by PUT, nothing of signing in. */
export function hapiStatement(): TestStatement {
  return statement(['application/fhir+xml', 'xml', 'application/fhir+json', 'json'], {
    interaction: codes(['transaction', 'history-system']),
    resource: Object.entries(R4).map(([type, parameters]) => ({
      type,
      interaction: codes(WHOLE),
      versioning: 'versioned-update',
      updateCreate: true,
      conditionalCreate: true,
      searchInclude: ['*', ...(INCLUDES[type] ?? [])],
      searchParam: names([...OF_EVERY_TYPE, ...parameters]),
    })),
  });
}

/** A trust's read-only server with UK Core profiles: the types of a caseload, with their includes. */
export function ukCoreStatement(tokenUrl: string): TestStatement {
  const types = ['Patient', 'EpisodeOfCare', 'Organization', 'Practitioner', 'PractitionerRole'];
  return statement(['application/fhir+json'], {
    security: { ...services('SMART-on-FHIR'), ...tokenAt(tokenUrl) },
    resource: types.map((type) => ({
      type,
      interaction: codes(['read', 'search-type']),
      searchInclude: [...(INCLUDES[type] ?? [])],
      searchParam: names([...OF_EVERY_TYPE, ...R4[type]!]),
    })),
  });
}

/** The example of HL7 UK's "UK Core Access" for a patient index: Patient, read only, by client certificate. */
export function ukCoreAccessStatement(): TestStatement {
  return statement(['json'], {
    security: services('Certificates'),
    resource: [
      {
        type: 'Patient',
        interaction: codes(['read', 'search-type']),
        searchParam: names(['_id', 'identifier', 'family', 'given', 'name', 'gender', 'birthdate']),
      },
    ],
  });
}

/** Oracle Health Millennium as its public sandbox states it: no EpisodeOfCare, no search of documents by identifier, no word of conditional create. */
export function oracleStatement(tokenUrl: string): TestStatement {
  const read = ['read', 'search-type'];
  const type = (
    name: string,
    interaction: readonly string[],
    parameters: readonly string[],
    more = {},
  ): StatedType => ({
    type: name,
    ...(interaction.length === 0 ? {} : { interaction: codes(interaction) }),
    ...(parameters.length === 0 ? {} : { searchParam: names(parameters) }),
    ...more,
  });
  return statement(['json', 'application/fhir+json'], {
    security: { ...services('SMART-on-FHIR'), ...tokenAt(tokenUrl) },
    interaction: codes(['batch']),
    resource: [
      type(
        'Appointment',
        [...read, 'create', 'patch'],
        ['_id', '_count', 'date', 'patient', 'practitioner', 'status'],
      ),
      type('Binary', ['read'], []),
      type('CareTeam', read, ['_id', 'category', 'encounter', 'patient', 'status']),
      type(
        'Condition',
        [...read, 'create', 'update'],
        ['_id', 'patient', 'encounter', 'subject', '_lastUpdated'],
        {
          updateCreate: false,
        },
      ),
      type('Consent', read, ['_id', 'patient', 'actor'], {
        searchInclude: ['Consent:actor', 'Consent:patient'],
      }),
      type(
        'DocumentReference',
        [...read, 'create', 'update'],
        ['_id', 'patient', 'encounter', 'period', '_count', 'type', 'category', 'date', '_lastUpdated'],
        { updateCreate: false, operation: names(['USCoreFetchDocumentReferences']) },
      ),
      type(
        'Encounter',
        [...read, 'create', 'patch'],
        ['_id', '_count', 'patient', 'subject', 'status', 'date', 'identifier'],
      ),
      type('Group', [], [], { operation: names(['export']) }),
      type('Organization', [...read, 'create'], ['_id', 'identifier', 'type', '_count', 'name', 'address']),
      type('Patient', [...read, 'create', 'patch'], ['_id', 'identifier', 'name', 'birthdate', '_count']),
      type('Practitioner', [...read, 'create'], ['_id', 'identifier', 'name', 'active', '_count']),
      type('Provenance', [...read, 'create'], ['_id', 'target']),
    ],
  });
}

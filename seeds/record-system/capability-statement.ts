/** What the record system says of itself at `/metadata`, written from the table of supported types. */
import type { CapabilityStatement, CapabilityStatementRestResource } from '@medplum/fhirtypes';
import type { Definitions } from './definitions.js';
import { SUPPORTED_TYPES } from './supported-types.js';

const INTERACTIONS = [
  'read',
  'vread',
  'history-instance',
  'create',
  'update',
  'patch',
  'delete',
  'search-type',
] as const;

/** The CapabilityStatement of a server at `base` that was started at `since` (ISO instant). */
export function capabilityStatement(
  definitions: Definitions,
  base: string,
  since: string,
  clientIds: boolean,
): CapabilityStatement {
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: since,
    kind: 'instance',
    software: { name: 'IPS Hub demonstration record system', version: '1' },
    implementation: { description: 'Invented people only. For demonstration and tests.', url: base },
    fhirVersion: '4.0.1',
    format: ['application/fhir+json'],
    patchFormat: ['application/json-patch+json'],
    rest: [
      {
        mode: 'server',
        interaction: [{ code: 'transaction' }, { code: 'batch' }],
        resource: SUPPORTED_TYPES.map((type): CapabilityStatementRestResource => {
          const parameters = [...definitions[type].values()];
          const references = parameters.filter((parameter) => parameter.type === 'reference');
          return {
            type,
            interaction: INTERACTIONS.map((code) => ({ code })),
            versioning: 'versioned-update',
            readHistory: true,
            updateCreate: clientIds,
            conditionalCreate: true,
            conditionalUpdate: true,
            conditionalDelete: 'single',
            searchInclude: references.map(({ code }) => `${type}:${code}`),
            searchParam: parameters.map((parameter) => ({ name: parameter.code, type: parameter.type })),
          };
        }),
      },
    ],
  };
}

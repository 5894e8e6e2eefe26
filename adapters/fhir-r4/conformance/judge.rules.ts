/** Holds what a site needs against what its server says of itself. */
import { type ConformanceFinding, ConformanceState } from '../../../src/clinical/conformance.port.js';
import { type Need, type Place, pathOf } from './need.js';
import type { StatedNames, StatedResource, Statement } from './statement.rules.js';

const { PRESENT, MISSING, NOT_STATED } = ConformanceState;

/** A name in what may be a list: a list that is not there says nothing of what is in it. */
export function stateIn(names: StatedNames, name: string): ConformanceState {
  if (names === null) return NOT_STATED;
  return names.has(name) ? PRESENT : MISSING;
}

function flagState(stated: boolean | null): ConformanceState {
  return stated === null ? NOT_STATED : stated ? PRESENT : MISSING;
}

/** Parameters that FHIR R4 gives to every type (section 3.1.1.4); those that shape a result, as `_count`, are none of them. */
const OF_EVERY_TYPE = ['_id', '_lastUpdated', '_tag', '_profile', '_security', '_source'];

/**
 * A search parameter of a type or of all types. Those that FHIR gives to every type many servers leave out of their lists,
 * so that only a list which names another one of them tells anything.
 */
function parameterState(statement: Statement, resource: StatedResource, name: string): ConformanceState {
  const { parameters } = resource;
  if (parameters?.has(name) || statement.parameters?.has(name)) return PRESENT;
  const common = OF_EVERY_TYPE.some((one) => parameters?.has(one) || statement.parameters?.has(one));
  if (name.startsWith('_')) return common ? MISSING : NOT_STATED;
  return parameters === null ? NOT_STATED : MISSING;
}

/** `Type:parameter` (or `Type.parameter`, as some write it), or a wildcard for it. */
function includeState(includes: StatedNames, name: string): ConformanceState {
  const [type, parameter] = name.split(':');
  const forms = [name, `${type}.${parameter}`, `${type}:*`, '*'];
  return includes !== null && forms.some((form) => includes.has(form)) ? PRESENT : stateIn(includes, name);
}

/** An operation of a type by its name, with or without the sigil and the type before it; or of the server. */
function operationState(statement: Statement, resource: StatedResource, type: string, name: string) {
  const named = (names: StatedNames): boolean =>
    [name, `$${name}`, `${type.toLowerCase()}-${name}`].some((form) => names?.has(form));
  if (named(resource.operations) || named(statement.operations)) return PRESENT;
  return resource.operations === null && statement.operations === null ? NOT_STATED : MISSING;
}

function stateOf(statement: Statement, resource: StatedResource, place: Place): ConformanceState {
  switch (place.code) {
    case 'RESOURCE':
      return PRESENT;
    case 'SYSTEM_INTERACTION':
      return stateIn(statement.interactions, place.name);
    case 'INTERACTION':
      return stateIn(resource.interactions, place.name);
    case 'SEARCH_PARAMETER':
      return parameterState(statement, resource, place.name);
    case 'INCLUDE':
      return includeState(resource.includes, place.name);
    case 'OPERATION':
      return operationState(statement, resource, place.type, place.name);
    case 'CONDITIONAL_CREATE':
      return flagState(resource.conditionalCreate);
    case 'UPDATE_CREATE':
      return flagState(resource.updateCreate);
    case 'VERSIONING':
      return flagState(resource.versioning === null ? null : resource.versioning !== 'no-version');
  }
}

/** A type of which a server says nothing at all. */
const SILENT: StatedResource = {
  interactions: null,
  parameters: null,
  includes: null,
  operations: null,
  conditionalCreate: null,
  updateCreate: null,
  versioning: null,
};

function judged(statement: Statement | null, { place, ...need }: Need): ConformanceFinding {
  const found = (state: ConformanceState, at: Place): ConformanceFinding => ({
    code: at.code,
    state,
    path: pathOf(at),
    ...need,
  });
  if (statement === null) return found(NOT_STATED, place);
  if (place.code === 'SYSTEM_INTERACTION') return found(stateOf(statement, SILENT, place), place);
  const { resources } = statement;
  const resource = resources?.get(place.type);
  if (resource !== undefined) return found(stateOf(statement, resource, place), place);
  // An operation may be stated for the server as a whole, whatever it says of types.
  if (place.code === 'OPERATION' && operationState(statement, SILENT, place.type, place.name) === PRESENT)
    return found(PRESENT, place);
  if (resources === null) return found(NOT_STATED, place);
  return found(MISSING, { code: 'RESOURCE', type: place.type });
}

/**
 * One finding for each need, in their order; of needs that come to the same one, one. A type that the server does not have
 * is missing as a whole, once for each consequence. Without a statement nothing is stated.
 */
export function judge(statement: Statement | null, needs: readonly Need[]): readonly ConformanceFinding[] {
  const findings = new Map<string, ConformanceFinding>();
  for (const need of needs) {
    const finding = judged(statement, need);
    const key = `${finding.path} ${finding.consequence}`;
    const before = findings.get(key);
    findings.set(key, before === undefined || !before.needed ? finding : before);
  }
  return [...findings.values()];
}

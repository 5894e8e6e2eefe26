/** What a CapabilityStatement (FHIR R4 section 5.2) says, read without trusting its shape: names to compare with, nothing to show. */
import { asObject, type Json, member, objectsOf, textOf } from '../json.js';

/** Names in a list; null when the list is not there, which says nothing. */
export type StatedNames = ReadonlySet<string> | null;

/** One entry of `rest.resource`; null where it says nothing. */
export interface StatedResource {
  readonly interactions: StatedNames;
  readonly parameters: StatedNames;
  readonly includes: StatedNames;
  readonly operations: StatedNames;
  readonly conditionalCreate: boolean | null;
  readonly updateCreate: boolean | null;
  /** `no-version`, `versioned` or `versioned-update`. */
  readonly versioning: string | null;
}

/** What a server says of itself. */
export interface Statement {
  readonly fhirVersion: string | null;
  readonly formats: StatedNames;
  /** By type; null when none is stated. */
  readonly resources: ReadonlyMap<string, StatedResource> | null;
  /** Search parameters and operations of all types. */
  readonly parameters: StatedNames;
  readonly operations: StatedNames;
  readonly interactions: StatedNames;
  /** Codes of `rest.security.service`. */
  readonly services: StatedNames;
  /** Token endpoints by the extension of SMART App Launch 1. */
  readonly tokenUrls: StatedNames;
}

const OAUTH_URIS = 'http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris';

/** Both, where both say something. */
function union(left: StatedNames, right: StatedNames): StatedNames {
  return left === null || right === null ? (left ?? right) : new Set([...left, ...right]);
}

/** Texts of a list of objects; a list without any that can be read says nothing. */
function namesIn(value: unknown, list: string, name: string): StatedNames {
  const names = objectsOf(value, list)
    .map((one) => textOf(one, name))
    .filter((text) => text !== null);
  return names.length === 0 ? null : new Set(names);
}

/** Texts of a list of texts. */
function textsIn(value: unknown, list: string): StatedNames {
  const found = member(value, list);
  const texts = Array.isArray(found) ? found.filter((one) => typeof one === 'string') : [];
  return texts.length === 0 ? null : new Set(texts);
}

function flag(value: unknown, name: string): boolean | null {
  const found = member(value, name);
  return typeof found === 'boolean' ? found : null;
}

/** `rest.resource[]`. */
function resourceIn(entry: Json): StatedResource {
  return {
    interactions: namesIn(entry, 'interaction', 'code'),
    parameters: namesIn(entry, 'searchParam', 'name'),
    includes: textsIn(entry, 'searchInclude'),
    operations: namesIn(entry, 'operation', 'name'),
    conditionalCreate: flag(entry, 'conditionalCreate'),
    updateCreate: flag(entry, 'updateCreate'),
    versioning: textOf(entry, 'versioning'),
  };
}

/** Of a type that is there twice, what either says. */
function both(left: StatedResource, right: StatedResource): StatedResource {
  const either = (a: boolean | null, b: boolean | null) => (a === null || b === null ? (a ?? b) : a || b);
  return {
    interactions: union(left.interactions, right.interactions),
    parameters: union(left.parameters, right.parameters),
    includes: union(left.includes, right.includes),
    operations: union(left.operations, right.operations),
    conditionalCreate: either(left.conditionalCreate, right.conditionalCreate),
    updateCreate: either(left.updateCreate, right.updateCreate),
    versioning: left.versioning ?? right.versioning,
  };
}

/** `rest.security`: codes of services, and token endpoints. */
function securityIn(rest: Json): { readonly services: StatedNames; readonly tokenUrls: StatedNames } {
  const security = member(rest, 'security');
  const codes = objectsOf(security, 'service')
    .flatMap((concept) => objectsOf(concept, 'coding'))
    .map((coding) => textOf(coding, 'code'))
    .filter((code) => code !== null);
  const urls = objectsOf(security, 'extension')
    .filter((extension) => textOf(extension, 'url') === OAUTH_URIS)
    .flatMap((extension) => objectsOf(extension, 'extension'))
    .filter((extension) => textOf(extension, 'url') === 'token')
    .map((extension) => textOf(extension, 'valueUri'))
    .filter((url) => url !== null);
  return {
    services: codes.length === 0 ? null : new Set(codes),
    tokenUrls: urls.length === 0 ? null : new Set(urls),
  };
}

/** The statement, or null when it is none. Never throws; of what has another shape than FHIR's nothing is taken. */
export function readStatement(value: unknown): Statement | null {
  if (textOf(value, 'resourceType') !== 'CapabilityStatement') return null;
  const statement = asObject(value)!;
  const servers = objectsOf(statement, 'rest').filter((rest) => textOf(rest, 'mode') === 'server');
  const resources = new Map<string, StatedResource>();
  for (const entry of servers.flatMap((rest) => objectsOf(rest, 'resource'))) {
    const type = textOf(entry, 'type');
    if (type === null) continue;
    const before = resources.get(type);
    const read = resourceIn(entry);
    resources.set(type, before === undefined ? read : both(before, read));
  }
  const over = (read: (rest: Json) => StatedNames): StatedNames =>
    servers.map(read).reduce<StatedNames>(union, null);
  return {
    fhirVersion: textOf(statement, 'fhirVersion'),
    formats: textsIn(statement, 'format'),
    resources: resources.size === 0 ? null : resources,
    parameters: over((rest) => namesIn(rest, 'searchParam', 'name')),
    operations: over((rest) => namesIn(rest, 'operation', 'name')),
    interactions: over((rest) => namesIn(rest, 'interaction', 'code')),
    services: over((rest) => securityIn(rest).services),
    tokenUrls: over((rest) => securityIn(rest).tokenUrls),
  };
}

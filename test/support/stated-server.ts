/** CapabilityStatements made for what a site needs, whole or with something taken out, and a server that gives one. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Need, Place } from '../../adapters/fhir-r4/conformance/need.js';

/** One entry of `rest.resource`; members as FHIR has them. */
export interface StatedType {
  type: string;
  interaction?: { code: string }[];
  searchParam?: { name: string; type?: string }[];
  searchInclude?: string[];
  operation?: { name: string; definition?: string }[];
  conditionalCreate?: boolean;
  updateCreate?: boolean;
  versioning?: string;
}

/** A statement that a test changes. */
export interface TestStatement {
  resourceType: string;
  fhirVersion?: string;
  format?: string[];
  rest: {
    mode: string;
    security?: unknown;
    interaction?: { code: string }[];
    searchParam?: { name: string }[];
    operation?: { name: string }[];
    resource?: StatedType[];
  }[];
}

/** The entry with one thing more. */
function stating(entry: StatedType, place: Place): StatedType {
  switch (place.code) {
    case 'INTERACTION':
      return { ...entry, interaction: [...(entry.interaction ?? []), { code: place.name }] };
    case 'SEARCH_PARAMETER':
      return { ...entry, searchParam: [...(entry.searchParam ?? []), { name: place.name }] };
    case 'INCLUDE':
      return { ...entry, searchInclude: [...(entry.searchInclude ?? []), place.name] };
    case 'OPERATION':
      return { ...entry, operation: [...(entry.operation ?? []), { name: place.name }] };
    case 'CONDITIONAL_CREATE':
      return { ...entry, conditionalCreate: true };
    case 'UPDATE_CREATE':
      return { ...entry, updateCreate: true };
    case 'VERSIONING':
      return { ...entry, versioning: 'versioned' };
    default:
      return entry;
  }
}

/** A statement in which every need is met, and beside each a thing that nobody needs. */
export function statementFor(needs: readonly Need[]): TestStatement {
  const resources = new Map<string, StatedType>();
  const interaction = [{ code: 'search-system' }];
  for (const { place } of needs) {
    if (place.code === 'SYSTEM_INTERACTION') {
      interaction.push({ code: place.name });
      continue;
    }
    const entry = resources.get(place.type) ?? {
      type: place.type,
      interaction: [{ code: 'vread' }],
      searchParam: [{ name: 'other' }, { name: '_tag' }],
      searchInclude: ['Other:other'],
      operation: [{ name: 'other' }],
    };
    resources.set(place.type, stating(entry, place));
  }
  return {
    resourceType: 'CapabilityStatement',
    fhirVersion: '4.0.1',
    format: ['xml', 'application/fhir+json; charset=utf-8'],
    rest: [{ mode: 'server', interaction, resource: [...resources.values()] }],
  };
}

/** The statement with one place taken out of it; its list stays, so that the server says that it does not have it. */
export function without(statement: TestStatement, place: Place): TestStatement {
  const changed = structuredClone(statement);
  const [rest] = changed.rest;
  if (place.code === 'SYSTEM_INTERACTION') {
    rest!.interaction = rest!.interaction!.filter(({ code }) => code !== place.name);
    return changed;
  }
  if (place.code === 'RESOURCE') {
    rest!.resource = rest!.resource!.filter(({ type }) => type !== place.type);
    return changed;
  }
  const entry = rest!.resource!.find(({ type }) => type === place.type)!;
  switch (place.code) {
    case 'INTERACTION':
      entry.interaction = entry.interaction!.filter(({ code }) => code !== place.name);
      break;
    case 'SEARCH_PARAMETER':
      entry.searchParam = entry.searchParam!.filter(({ name }) => name !== place.name);
      break;
    case 'INCLUDE':
      entry.searchInclude = entry.searchInclude!.filter((one) => one !== place.name);
      break;
    case 'OPERATION':
      entry.operation = entry.operation!.filter(({ name }) => name !== place.name);
      break;
    case 'CONDITIONAL_CREATE':
      entry.conditionalCreate = false;
      break;
    case 'UPDATE_CREATE':
      entry.updateCreate = false;
      break;
    case 'VERSIONING':
      entry.versioning = 'no-version';
      break;
  }
  return changed;
}

/** How a server answers one path: with a JSON body, or as the test does it. */
export type StatedAnswer = object | ((request: IncomingMessage, response: ServerResponse) => void);

/** A server that knows a few paths below `/fhir/`. */
export interface StatedServer {
  readonly baseUrl: string;
  /** Method, path and Authorization header of each request. */
  readonly seen: { readonly path: string; readonly authorization: string | undefined }[];
  readonly answers: Map<string, StatedAnswer>;
  close(): Promise<void>;
}

/** Starts it; what has no answer is 404. */
export async function startStatedServer(): Promise<StatedServer> {
  const seen: { path: string; authorization: string | undefined }[] = [];
  const answers = new Map<string, StatedAnswer>();
  const server = createServer((request, response) => {
    const path = request.url!.replace(/^\/fhir\//, '').replace(/\?.*$/, '');
    seen.push({ path, authorization: request.headers.authorization });
    const answer = answers.get(path);
    if (typeof answer === 'function') {
      answer(request, response);
      return;
    }
    response
      .writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/fhir+json' })
      .end(JSON.stringify(answer ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/fhir/`,
    seen,
    answers,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

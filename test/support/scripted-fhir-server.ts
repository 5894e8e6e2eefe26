/** A small FHIR R4 server in this process that holds what a test gives it and misbehaves when told to. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Fault } from '../contract/misbehaving-peer.js';
import { FHIR_CASELOADS, type ServedCaseload } from './fhir-caseloads.js';
import { FHIR, misanswer, misshape, outcome } from './fhir-misbehaviour.js';
import { CANARY, SERVER_CLOCK, type TestResource } from './fhir-resources.js';
import { fileAt, ScriptedExports } from './scripted-exports.js';
import { ScriptedWrites } from './scripted-writes.js';

/** A search page on its way out; faults change it. */
export interface TestBundle {
  resourceType: 'Bundle';
  type: string;
  meta: { lastUpdated: string };
  total?: number;
  link: { relation: string; url: string }[];
  entry: { resource: TestResource; search: { mode: string } }[];
}

/** A request as it arrived. */
export interface SeenRequest {
  readonly method: string;
  /** Of a search by form with the parameters of its form. */
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
}

export interface ScriptedFhirServer {
  /** Ends in a slash. */
  readonly baseUrl: string;
  readonly seen: readonly SeenRequest[];
  /** Requests to the other host, or to a path outside the base. */
  readonly strays: readonly SeenRequest[];
  /** Replaces everything it holds, except what was written to it. */
  load(resources: readonly TestResource[]): void;
  /** What was written to it, and how it misbehaves towards writes. */
  readonly writes: ScriptedWrites;
  /** Its export jobs. */
  readonly exports: ScriptedExports;
  misbehave(fault: Fault | null): void;
  close(): Promise<void>;
}

function listen(handler: (request: IncomingMessage, response: ServerResponse) => void): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer(handler).listen(0, '127.0.0.1', () => resolve(server));
  });
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

const identifiersOf = (one: TestResource): string[] =>
  ((one.identifier ?? []) as readonly { system?: string; value?: string }[]).map(
    ({ system, value }) => `${system}|${value}`,
  );

/** The elements in which a search parameter looks for a reference. */
const REFERENCE_PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  // Of an appointment a participant.
  patient: ['patient', 'subject', 'participant'],
  organization: ['managingOrganization', 'organization'],
  'managing-organization': ['managingOrganization'],
  'care-manager': ['careManager'],
  'service-provider': ['serviceProvider'],
  service: ['healthcareService'],
  participant: ['participant'],
  target: ['target'],
};

/** References in an element, one or a list of them, or of participants. */
function referencesIn(one: TestResource, element: string): string[] {
  const held = [one[element] ?? []].flat() as Record<string, { reference?: string } | string | undefined>[];
  return held
    .map((each) => (element === 'participant' ? (each.member ?? each.individual ?? each.actor) : each))
    .map((each) => (each as { reference?: string } | undefined)?.reference)
    .filter((text) => text !== undefined);
}

/** Matches of a search, in the order of `_lastUpdated`. */
function matching(resources: readonly TestResource[], type: string, query: URLSearchParams): TestResource[] {
  const updated = (resource: TestResource) =>
    String((resource.meta as { lastUpdated?: string } | undefined)?.lastUpdated ?? '');
  const since = query.get('_lastUpdated')?.replace(/^ge/, '');
  const ids = query.get('_id')?.split(',');
  const identifiers = query.get('identifier')?.split(',');
  const looksFor = Object.entries(REFERENCE_PARAMETERS)
    .filter(([parameter]) => query.has(parameter))
    .map(([parameter, elements]) => ({ elements, asked: query.get(parameter)!.split(',') }));
  return resources
    .filter((one) => one.resourceType === type)
    .filter((one) =>
      looksFor.every(({ elements, asked }) =>
        elements.flatMap((element) => referencesIn(one, element)).some((text) => asked.includes(text)),
      ),
    )
    .filter((one) => !since || updated(one) >= since)
    .filter((one) => !ids || ids.includes(one.id))
    .filter((one) => !identifiers || identifiersOf(one).some((value) => identifiers.includes(value)))
    .sort((a, b) => updated(a).localeCompare(updated(b)) || a.id.localeCompare(b.id));
}

/** Elements that `_include` follows: patients, workers, teams, practices and members of care teams. */
const INCLUDED = [
  'patient',
  'subject',
  'careManager',
  'managingOrganization',
  'participant',
  'practitioner',
  'generalPractitioner',
  'serviceProvider',
];

/** What `_include` brings along, once each. */
function includesOf(
  resources: ReadonlyMap<string, TestResource>,
  page: readonly TestResource[],
): TestResource[] {
  const wanted = new Set(page.flatMap((one) => INCLUDED.flatMap((element) => referencesIn(one, element))));
  return [...wanted].map((text) => resources.get(text)).filter((one) => one !== undefined);
}

/** Starts it, with a second host beside it that counts who strays there. Faults touch what carries the caseload that it serves. */
export async function startScriptedFhirServer(
  served: ServedCaseload = FHIR_CASELOADS.EPISODE_BY_ORGANIZATION!.served,
): Promise<ScriptedFhirServer> {
  const seen: SeenRequest[] = [];
  const strays: SeenRequest[] = [];
  let loaded: readonly TestResource[] = [];
  let fault: Fault | null = null;
  let left = 0;

  const elsewhere = await listen((request, response) => {
    const { method = '', headers } = request;
    strays.push({ method, url: new URL(request.url!, 'http://elsewhere'), headers });
    response
      .writeHead(200, { 'content-type': 'application/fhir+json' })
      .end('{"resourceType":"Bundle","type":"searchset"}');
  });
  const server = await listen((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => serve(request, response, Buffer.concat(pieces).toString('utf8')));
  });
  const baseUrl = `http://127.0.0.1:${portOf(server)}/fhir/`;
  const elsewhereUrl = `http://127.0.0.1:${portOf(elsewhere)}/fhir/`;
  const writes = new ScriptedWrites(elsewhereUrl);
  const exports = new ScriptedExports();

  function pageOf(type: string, url: URL, again: boolean): TestBundle {
    const query = url.searchParams;
    const held = [...loaded, ...writes.resources];
    const matches = matching(held, type, query);
    const count = Number(query.get('_count') ?? 10);
    const offset = Number(query.get('_offset') ?? 0);
    const from = again ? offset - count : offset;
    const page = matches.slice(from, from + count);
    const byReference = new Map(held.map((one) => [`${one.resourceType}/${one.id}`, one]));
    const next = new URL(url);
    next.searchParams.set('_offset', String(offset + count));
    return {
      resourceType: 'Bundle',
      type: 'searchset',
      meta: { lastUpdated: SERVER_CLOCK },
      total: matches.length,
      link: [
        { relation: 'self', url: url.href },
        ...(offset + count < matches.length ? [{ relation: 'next', url: next.href }] : []),
      ],
      entry: [
        ...page.map((resource) => ({ resource, search: { mode: 'match' } })),
        ...includesOf(byReference, page).map((resource) => ({ resource, search: { mode: 'include' } })),
      ],
    };
  }

  /** A list of people, or no such thing; its own faults know no pages. */
  function serveWhole(path: string, response: ServerResponse): void {
    const found = loaded.find((one) => `${one.resourceType}/${one.id}` === path);
    const spoil =
      fault === null || left <= 0 ? undefined : served.spoilt[fault.kind as keyof ServedCaseload['spoilt']];
    if (spoil !== undefined) left -= 1;
    response
      .writeHead(found === undefined ? 404 : 200, { 'content-type': FHIR })
      .end(JSON.stringify(found === undefined ? outcome('not-found') : (spoil?.(found) ?? found)));
  }

  function serve(request: IncomingMessage, response: ServerResponse, body: string): void {
    const url = new URL(request.url!, baseUrl);
    const { method = '', headers } = request;
    const byForm = method === 'POST' && url.pathname.endsWith('/_search');
    if (byForm) {
      url.pathname = url.pathname.slice(0, -'/_search'.length);
      for (const [name, value] of new URLSearchParams(body)) url.searchParams.append(name, value);
    }
    (url.pathname.startsWith('/fhir/') ? seen : strays).push({ method, url, headers });
    response.setHeader('x-detail', CANARY);
    const type = url.pathname.slice('/fhir/'.length);
    const held = [...loaded, ...writes.resources];
    const file = fileAt(type);
    if (method !== 'DELETE' && !byForm && writes.answer(method, type, headers, body, response)) return;
    const position =
      Number(url.searchParams.get('_offset') ?? 0) / Number(url.searchParams.get('_count') ?? 1) + 1;
    const number = file?.number ?? position;
    const here = fault !== null && (fault.page === 0 || type === 'Patient' || number === (fault.page ?? 1));
    const active = fault !== null && here && left > 0 ? fault : null;
    const about = { baseUrl, elsewhereUrl, url };
    const carries = (file?.type ?? type.split('/')[0]) === served.type && !type.endsWith('$export');
    const touched = byForm || carries || type === 'metadata';
    if (active !== null && touched && misanswer(active.kind, request, response, about, file !== null)) {
      left -= 1;
      return;
    }
    if (exports.answer(type, request, response, about, held, served, file === null ? fault : active)) return;
    if (served.whole && carries && type.includes('/')) {
      serveWhole(type, response);
      return;
    }
    const answer =
      type === 'metadata'
        ? {
            resourceType: 'CapabilityStatement',
            fhirVersion: '4.0.1',
            software: { name: 'Scripted', version: '1' },
          }
        : pageOf(type, url, active?.kind === 'DUPLICATE_PAGE');
    const shaped =
      active !== null &&
      answer.resourceType === 'Bundle' &&
      misshape(active.kind, type, answer as TestBundle, about, served);
    if (shaped) left -= 1;
    response
      .writeHead(200, { 'content-type': 'application/fhir+json; charset=utf-8' })
      .end(JSON.stringify(answer));
  }

  const stop = (one: Server) =>
    new Promise<void>((resolve) => {
      one.close(() => resolve());
      one.closeAllConnections();
    });
  return {
    baseUrl,
    seen,
    strays,
    writes,
    exports,
    load: (resources) => {
      loaded = resources;
    },
    misbehave: (wanted) => {
      fault = wanted;
      left = wanted?.times ?? Number.POSITIVE_INFINITY;
    },
    close: async () => {
      await Promise.all([stop(server), stop(elsewhere)]);
    },
  };
}

/** A small FHIR R4 server in this process that holds what a test gives it and misbehaves when told to. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Fault } from '../contract/misbehaving-peer.js';
import { misanswer, misshape } from './fhir-misbehaviour.js';
import { CANARY, type TestResource } from './fhir-resources.js';
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
  misbehave(fault: Fault | null): void;
  close(): Promise<void>;
}

/** What the server says the time is; fixed. */
export const SERVER_CLOCK = '2026-03-01T09:00:00.000Z';

function listen(handler: (request: IncomingMessage, response: ServerResponse) => void): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer(handler).listen(0, '127.0.0.1', () => resolve(server));
  });
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

const patientOf = (one: TestResource): string =>
  String(((one.patient ?? one.subject) as { reference?: string } | undefined)?.reference);

const identifiersOf = (one: TestResource): string[] =>
  ((one.identifier ?? []) as readonly { system?: string; value?: string }[]).map(
    ({ system, value }) => `${system}|${value}`,
  );

/** Matches of a search, in the order of `_lastUpdated`. */
function matching(resources: readonly TestResource[], type: string, query: URLSearchParams): TestResource[] {
  const updated = (resource: TestResource) =>
    String((resource.meta as { lastUpdated?: string } | undefined)?.lastUpdated ?? '');
  const organization = query.get('organization');
  const since = query.get('_lastUpdated')?.replace(/^ge/, '');
  const ids = query.get('_id')?.split(',');
  const patients = query.get('patient')?.split(',');
  const identifiers = query.get('identifier')?.split(',');
  return resources
    .filter((one) => one.resourceType === type)
    .filter(
      (one) =>
        !organization || (one.managingOrganization as { reference?: string })?.reference === organization,
    )
    .filter((one) => !since || updated(one) >= since)
    .filter((one) => !ids || ids.includes(one.id))
    .filter((one) => !patients || patients.includes(patientOf(one)))
    .filter((one) => !identifiers || identifiersOf(one).some((value) => identifiers.includes(value)))
    .sort((a, b) => updated(a).localeCompare(updated(b)) || a.id.localeCompare(b.id));
}

/** What `_include` brings along: patients, care managers, teams and members of care teams, once each. */
function includesOf(
  resources: ReadonlyMap<string, TestResource>,
  page: readonly TestResource[],
): TestResource[] {
  const references = page
    .flatMap((one) => [
      one.patient,
      one.careManager,
      one.managingOrganization,
      ...((one.participant ?? []) as readonly { member?: unknown }[]).map(({ member }) => member),
    ])
    .map((element) => element as { reference?: string } | undefined);
  const wanted = new Set(
    references.map((element) => element?.reference).filter((text) => text !== undefined),
  );
  return [...wanted].map((text) => resources.get(text)).filter((one) => one !== undefined);
}

/** Starts it, with a second host beside it that counts who strays there. */
export async function startScriptedFhirServer(): Promise<ScriptedFhirServer> {
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

  function pageOf(type: string, url: URL, again: boolean): TestBundle {
    const query = url.searchParams;
    const held = [...loaded, ...writes.documents];
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
    if (!byForm && writes.answer(method, type, headers, body, response)) return;
    const number =
      Number(url.searchParams.get('_offset') ?? 0) / Number(url.searchParams.get('_count') ?? 1) + 1;
    const here = fault !== null && (fault.page === 0 || type === 'Patient' || number === (fault.page ?? 1));
    const active = fault !== null && here && left > 0 ? fault : null;
    const about = { baseUrl, elsewhereUrl, url };
    if (active !== null && misanswer(active.kind, type, request, response, about, byForm)) {
      left -= 1;
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
      misshape(active.kind, type, answer as TestBundle, about);
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

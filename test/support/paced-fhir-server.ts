/** A FHIR server that answers a caseload of one team slowly, page by page, and keeps who asked for which page when. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { memberships } from '../contract/contract-memberships.js';
import { episodeResource, patientResource, SERVER_CLOCK, type TestResource } from './fhir-resources.js';

/** A request for a page of the team's caseload. */
export interface PageAsked {
  /** From 1. */
  readonly page: number;
  /** The pull that it belongs to, as its client says (`X-Correlation-ID`). */
  readonly pull: string;
  /** `performance.now()` when it arrived. */
  readonly at: number;
}

export interface PacedFhirServer {
  /** Ends in a slash. */
  readonly baseUrl: string;
  readonly asked: PageAsked[];
  close(): Promise<void>;
}

const bundle = (url: string, total: number, resources: readonly TestResource[], next?: string) => ({
  resourceType: 'Bundle',
  type: 'searchset',
  meta: { lastUpdated: SERVER_CLOCK },
  total,
  link: [{ relation: 'self', url }, ...(next === undefined ? [] : [{ relation: 'next', url: next }])],
  entry: resources.map((resource) => ({
    resource,
    search: { mode: resource.resourceType === 'EpisodeOfCare' ? 'match' : 'include' },
  })),
});

/** Starts it with so many memberships on the team; every other team has nobody. Each page takes `pageMs` milliseconds. */
export async function startPacedFhirServer(
  team: string,
  count: number,
  pageMs: number,
): Promise<PacedFhirServer> {
  const held = memberships(count);
  const asked: PageAsked[] = [];
  const server = createServer(async (request, response) => {
    const url = new URL(request.url!, baseUrl);
    const send = (value: object): void => {
      response.writeHead(200, { 'content-type': 'application/fhir+json' }).end(JSON.stringify(value));
    };
    if (url.pathname.endsWith('/metadata'))
      return send({ resourceType: 'CapabilityStatement', fhirVersion: '4.0.1' });
    if (url.searchParams.get('organization') !== team) return send(bundle(url.href, 0, []));
    const size = Number(url.searchParams.get('_count'));
    const page = Number(url.searchParams.get('_page') ?? 1);
    asked.push({ page, pull: String(request.headers['x-correlation-id']), at: performance.now() });
    await sleep(pageMs);
    const some = held.slice((page - 1) * size, page * size);
    const next = new URL(url);
    next.searchParams.set('_page', String(page + 1));
    const resources = some.flatMap((one) => [episodeResource(team, one), patientResource(one.patient)]);
    send(bundle(url.href, count, resources, page * size < count ? next.href : undefined));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/fhir/`;
  return {
    baseUrl,
    asked,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

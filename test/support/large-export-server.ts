/** A FHIR server with one export of many resources, whose lines are made while they are sent. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline, Readable } from 'node:stream';
import { aMembership } from '../contract/contract-memberships.js';
import {
  episodeResource,
  patientResource,
  practitionerResource,
  SERVER_CLOCK,
  type TestResource,
} from './fhir-resources.js';

/** Resources in one file. */
const FILE = 5_000;
const WORKERS = 5;

export interface LargeExportServer {
  /** Ends in a slash. */
  readonly baseUrl: string;
  /** Exports begun, and those that nobody has deleted, by path. */
  begun: number;
  readonly jobs: Set<string>;
  /** Paths of the files that were fetched, in their order. */
  readonly fetched: string[];
  /** Forgets every job, as a server does when they expire. */
  expire(): void;
  close(): Promise<void>;
}

/** Starts it with so many resources in all: as many episodes of the team as patients, and their workers. */
export async function startLargeExportServer(team: string, resources: number): Promise<LargeExportServer> {
  const people = (resources - WORKERS) / 2;
  const MAKERS: Readonly<Record<string, readonly [number, (n: number) => TestResource]>> = {
    EpisodeOfCare: [Math.ceil(people), (n) => episodeResource(team, aMembership(n))],
    // In another order than the episodes, as a server has it that knows of none.
    Patient: [Math.floor(people), (n) => patientResource(aMembership(Math.floor(people) - 1 - n).patient)],
    Practitioner: [WORKERS, (n) => practitionerResource(`Practitioner/worker-${n}`, `Worker ${n}`)],
  };
  const fetched: string[] = [];
  const jobs = new Set<string>();
  const filesOf = (job: string) =>
    Object.entries(MAKERS).flatMap(([type, [count]]) =>
      Array.from({ length: Math.ceil(count / FILE) }, (_, n) => ({
        type,
        url: `${server.baseUrl}${job}/${type}-${n + 1}`,
        count: Math.min(FILE, count - n * FILE),
      })),
    );

  function* linesOf(type: string, number: number): Generator<string, void, undefined> {
    const [count, make] = MAKERS[type]!;
    const end = Math.min(count, number * FILE);
    for (let from = (number - 1) * FILE; from < end; from += 250) {
      let text = '';
      for (let n = from; n < Math.min(end, from + 250); n++) text += `${JSON.stringify(make(n))}\n`;
      yield text;
    }
  }

  const http = createServer((request, response) => {
    const path = new URL(request.url!, 'http://127.0.0.1').pathname.slice('/fhir/'.length);
    const [, job = '', type, number] = /^(export\/\d+)(?:\/([A-Za-z]+)-(\d+))?$/.exec(path) ?? [];
    if (path.endsWith('$export')) {
      server.begun += 1;
      jobs.add(`export/${server.begun}`);
      response.writeHead(202, { 'content-location': `${server.baseUrl}export/${server.begun}` }).end();
    } else if (path === 'Organization')
      response
        .writeHead(200, { 'content-type': 'application/fhir+json' })
        .end(JSON.stringify({ resourceType: 'Bundle', type: 'searchset', total: 0 }));
    else if (!jobs.has(job)) response.writeHead(404).end();
    else if (request.method === 'DELETE') response.writeHead(jobs.delete(job) ? 202 : 404).end();
    else if (type === undefined)
      response.writeHead(200, { 'content-type': 'application/json' }).end(
        JSON.stringify({
          transactionTime: SERVER_CLOCK,
          requiresAccessToken: true,
          output: filesOf(job),
          error: [],
        }),
      );
    else {
      fetched.push(path);
      response.writeHead(200, { 'content-type': 'application/fhir+ndjson' });
      // Who is killed does not read to the end.
      pipeline(Readable.from(linesOf(type, Number(number))), response, () => {});
    }
  });
  await new Promise<void>((done) => http.listen(0, '127.0.0.1', done));
  const server: LargeExportServer = {
    baseUrl: `http://127.0.0.1:${(http.address() as AddressInfo).port}/fhir/`,
    begun: 0,
    jobs,
    fetched,
    expire: () => jobs.clear(),
    close: () =>
      new Promise((done) => {
        http.close(() => done());
        http.closeAllConnections();
      }),
  };
  return server;
}

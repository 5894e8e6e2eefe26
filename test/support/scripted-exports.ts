/** The export jobs of the scripted FHIR server: begun, under way once, then files of so many resources each, until deleted. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Fault } from '../contract/misbehaving-peer.js';
import type { ServedCaseload } from './fhir-caseloads.js';
import { NDJSON, outcome, type Whereabouts } from './fhir-misbehaviour.js';
import { SERVER_CLOCK, type TestResource } from './fhir-resources.js';

/** Resources in one file. */
const FILE_SIZE = 50;
const FILE = /^export\/\d+\/([A-Za-z]+)-(\d+)$/;

interface Job {
  readonly resources: readonly TestResource[];
  asked: number;
}

/** Which file a path names: type and number from 1; null for anything else. */
export function fileAt(path: string): { type: string; number: number } | null {
  const [, type, number] = FILE.exec(path) ?? [];
  return type === undefined ? null : { type, number: Number(number) };
}

export class ScriptedExports {
  /** Jobs that nobody has deleted, by path. */
  readonly jobs = new Map<string, Job>();
  /** What a test adds to each manifest. */
  manifest: Record<string, unknown> = {};
  /** Answers a request for an export in place of the server. */
  beginning: ((response: ServerResponse) => void) | null = null;
  /** True: no job ever ends. */
  endless = false;
  /** True: no job can be deleted. */
  undeletable = false;
  private begun = 0;

  /** Answers, if the path is one of an export. `active` is a fault that applies to this request. */
  answer(
    path: string,
    request: IncomingMessage,
    response: ServerResponse,
    about: Whereabouts,
    held: readonly TestResource[],
    served: ServedCaseload,
    active: Fault | null,
  ): boolean {
    if (path.endsWith('/$export') && this.beginning !== null) this.beginning(response);
    else if (path.endsWith('/$export')) this.begin(response, about, held, active);
    else if (!path.startsWith('export/')) return false;
    else if (request.method === 'DELETE')
      response.writeHead(!this.undeletable && this.jobs.delete(path) ? 202 : 403).end();
    else if (this.jobs.has(path)) this.tell(path, response, about, active);
    else this.file(path, request, response, served, active);
    return true;
  }

  private begin(
    response: ServerResponse,
    { baseUrl, url }: Whereabouts,
    held: readonly TestResource[],
    active: Fault | null,
  ): void {
    const left = active?.kind.startsWith('PATIENT_') ? 'Patient' : '';
    const types = url.searchParams
      .get('_type')!
      .split(',')
      .filter((type) => type !== left);
    const since = url.searchParams.get('_since');
    const updated = ({ meta }: TestResource) => (meta as { lastUpdated?: string } | undefined)?.lastUpdated;
    const resources = held.filter(
      (one) => types.includes(one.resourceType) && (since === null || (updated(one) ?? '') >= since),
    );
    const path = `export/${++this.begun}`;
    this.jobs.set(path, { resources, asked: 0 });
    response.writeHead(202, { 'content-location': baseUrl + path }).end();
  }

  private tell(path: string, response: ServerResponse, about: Whereabouts, active: Fault | null): void {
    const job = this.jobs.get(path)!;
    if (++job.asked === 1) {
      response.writeHead(202, { 'retry-after': '2', 'x-progress': 'building: 40% of it' }).end('later');
      return;
    }
    if (this.endless) {
      response.writeHead(202).end();
      return;
    }
    const output = [...new Set(job.resources.map(({ resourceType }) => resourceType))].flatMap((type) => {
      const count = job.resources.filter((one) => one.resourceType === type).length;
      return Array.from({ length: Math.ceil(count / FILE_SIZE) }, (_, n) => ({
        type,
        url: `${about.baseUrl}${path}/${type}-${n + 1}`,
        count: Math.min(FILE_SIZE, count - n * FILE_SIZE),
      }));
    });
    const manifest = {
      transactionTime: SERVER_CLOCK,
      request: about.url.href,
      requiresAccessToken: true,
      output,
      error: [] as unknown[],
      ...this.manifest,
    };
    const { baseUrl, elsewhereUrl } = about;
    const errors = { type: 'OperationOutcome', url: `${baseUrl}${path}/OperationOutcome-1` };
    const at = output.findIndex(
      ({ type, url }) => type === 'EpisodeOfCare' && this.isOn(url, baseUrl, active),
    );
    const file = output[at];
    if (active !== null && file !== undefined) {
      if (active.kind === 'TOTAL_WRONG') file.count += 1;
      if (active.kind === 'OUTCOME_ENTRY') manifest.error.push(errors);
      if (active.kind === 'LINK_ELSEWHERE') file.url = `${elsewhereUrl}file`;
      if (active.kind === 'LINK_ALIKE')
        file.url = `${baseUrl.replace('/fhir/', '')}@${new URL(elsewhereUrl).host}/fhir/file`;
      if (active.kind === 'LINK_OUTSIDE') file.url = `${baseUrl.slice(0, -1)}-evil/file`;
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(manifest));
  }

  private isOn(url: string, baseUrl: string, active: Fault | null): boolean {
    const page = active?.page ?? 1;
    return page === 0 || fileAt(url.slice(baseUrl.length))?.number === page;
  }

  private file(
    path: string,
    request: IncomingMessage,
    response: ServerResponse,
    served: ServedCaseload,
    active: Fault | null,
  ): void {
    const named = fileAt(path);
    const job = this.jobs.get(path.slice(0, path.lastIndexOf('/')));
    const open = this.manifest.requiresAccessToken === false || request.headers.authorization !== undefined;
    if (named === null || job === undefined || !open) {
      response.writeHead(named === null || job === undefined ? 404 : 401).end();
      return;
    }
    const { type, number } = named;
    const spoilt = type === served.type ? active : null;
    const from = (spoilt?.kind === 'DUPLICATE_PAGE' ? number - 2 : number - 1) * FILE_SIZE;
    let resources =
      type === 'OperationOutcome'
        ? [outcome('informational', 'information'), outcome('exception')]
        : job.resources.filter((one) => one.resourceType === type).slice(from, from + FILE_SIZE);
    if (spoilt?.kind === 'UNKNOWN_STATE')
      resources = resources.map((one, at) => (at === 0 ? served.spoilt.UNKNOWN_STATE!(one) : one));
    response
      .writeHead(200, { 'content-type': NDJSON })
      .end(resources.map((one) => `${JSON.stringify(one)}\n`).join(''));
  }
}

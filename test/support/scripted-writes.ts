/** The writing half of the scripted FHIR server: documents by conditional create, update by version, and its misbehaviour. */
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { WriteFaultKind } from '../contract/misbehaving-peer.js';
import { outcome } from './fhir-misbehaviour.js';
import { CANARY, type TestResource } from './fhir-resources.js';

const FHIR = { 'content-type': 'application/fhir+json; charset=utf-8' };

/** Faults that answer without doing anything, by status. */
const REFUSALS: Partial<Record<WriteFaultKind, readonly [number, string]>> = {
  BUSY: [429, 'throttled'],
  DOWN: [503, 'transient'],
  REJECTS: [422, 'invalid'],
  REFUSES: [403, 'forbidden'],
  CONFLICT: [409, 'conflict'],
  TOO_LARGE: [413, 'too-long'],
};

type Fields = Record<string, unknown>;

/** Documents that were written, in the order in which they came; the latest version of each. */
export class ScriptedWrites {
  private readonly held = new Map<string, TestResource>();
  private fault: WriteFaultKind | null = null;

  constructor(private readonly elsewhereUrl: string) {}

  get documents(): readonly TestResource[] {
    return [...this.held.values()];
  }

  /** How the next write is answered. */
  misbehave(kind: WriteFaultKind): void {
    this.fault = kind;
  }

  /** Changes a document behind the hub's back, as a version of its own. */
  change(id: string, fields: Fields): void {
    this.keep({ ...this.held.get(id)!, ...fields });
  }

  /** Keeps a second copy. */
  copy(id: string): void {
    this.keep({ ...this.held.get(id)!, id: this.nextId(), meta: undefined });
  }

  /** Answers a write, or a read of one document; false for anything else. */
  answer(
    method: string,
    path: string,
    headers: IncomingHttpHeaders,
    body: string,
    response: ServerResponse,
  ): boolean {
    const id = /^DocumentReference\/([^/]+)$/.exec(path)?.[1] ?? null;
    if (method === 'GET' && id !== null) {
      const found = this.held.get(id);
      this.send(response, found ? 200 : 404, found ?? outcome('not-found'));
      return true;
    }
    if (method !== 'POST' && method !== 'PUT') return false;
    const fault = this.fault;
    this.fault = null;
    if (fault !== null && this.refused(fault, response)) return true;
    const resource = JSON.parse(body) as TestResource;
    const [status, written] =
      method === 'PUT' ? this.update(id!, headers, resource) : this.create(headers, resource, fault);
    if (fault === null || !this.spoiled(fault, response)) this.send(response, status, written);
    return true;
  }

  private create(
    headers: IncomingHttpHeaders,
    resource: TestResource,
    fault: WriteFaultKind | null,
  ): readonly [number, TestResource] {
    const condition = new URLSearchParams(String(headers['if-none-exist'] ?? '')).get('identifier');
    const same = this.documents.filter((one) =>
      ((one.identifier ?? []) as { system: string; value: string }[]).some(
        ({ system, value }) => `${system}|${value}` === condition,
      ),
    );
    if (same.length > 1) return [412, outcome('multiple-matches')];
    if (same.length === 1) return [200, same[0]!];
    const docStatus = fault === 'HELD' ? { docStatus: 'preliminary' } : {};
    const kept = this.keep({ ...resource, ...docStatus, id: this.nextId(), meta: undefined });
    return [fault === 'HELD' ? 202 : 201, kept];
  }

  private update(
    id: string,
    headers: IncomingHttpHeaders,
    resource: TestResource,
  ): readonly [number, TestResource] {
    const former = this.held.get(id);
    if (former === undefined) return [404, outcome('not-found')];
    const match = headers['if-match'];
    const { versionId } = former.meta as { versionId: string };
    if (match !== undefined && match !== `W/"${versionId}"`) return [412, outcome('conflict')];
    return [200, this.keep({ ...resource, id, meta: former.meta })];
  }

  private keep(resource: TestResource): TestResource {
    const former = (resource.meta as { versionId?: string } | undefined)?.versionId ?? '0';
    const versionId = String(Number(former) + 1);
    const kept = { ...resource, meta: { versionId, lastUpdated: '2026-03-01T08:59:00.000Z' } };
    this.held.set(resource.id, kept);
    return kept;
  }

  private nextId(): string {
    return `document-${this.held.size + 1}`;
  }

  private refused(fault: WriteFaultKind, response: ServerResponse): boolean {
    const refusal = REFUSALS[fault];
    if (refusal !== undefined) this.send(response, refusal[0], outcome(refusal[1]));
    else if (fault === 'DROP_BEFORE') response.socket?.destroy();
    else if (fault === 'REDIRECT') response.writeHead(307, { location: this.elsewhereUrl }).end(CANARY);
    else return fault === 'SILENT';
    return true;
  }

  private spoiled(fault: WriteFaultKind, response: ServerResponse): boolean {
    if (fault === 'DROP_AFTER') response.socket?.destroy();
    else if (fault === 'FAILS_AFTER') this.send(response, 500, outcome('exception'));
    else if (fault === 'HTML_AFTER')
      response.writeHead(200, { 'content-type': 'text/html' }).end(`<h1>${CANARY}</h1>`);
    else if (fault === 'EMPTY_AFTER') response.writeHead(200, FHIR).end();
    else return false;
    return true;
  }

  private send(response: ServerResponse, status: number, resource: TestResource): void {
    response.writeHead(status, FHIR).end(JSON.stringify(resource));
  }
}

/** The writing half of the scripted FHIR server: creates of each sort, update by version, and its misbehaviour. */
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

/** What a server makes of the conditions of a create; what it does not know it ignores. */
export interface WriteAbilities {
  readonly ifNoneExist: boolean;
  /** `If-None-Match: *` with PUT. */
  readonly ifNoneMatch: boolean;
  /** PUT to an id under which there is nothing creates it. */
  readonly updateCreates: boolean;
}

/** Types that can be written. */
const WRITTEN = /^(DocumentReference|Encounter|Task|Provenance|Binary)(?:\/([^/]+))?$/;

/** What was written, in the order in which it came; the latest version of each. */
export class ScriptedWrites {
  private readonly held = new Map<string, TestResource>();
  private fault: WriteFaultKind | null = null;
  abilities: WriteAbilities = { ifNoneExist: true, ifNoneMatch: false, updateCreates: false };
  /** What changes in a document just before each of the next updates comes. */
  changesBeforeUpdate: readonly Fields[] = [];
  /** The id that it gives to what is created under another. */
  renames: string | null = null;
  /** Types that it answers 422 to a write of. */
  refusedTypes: readonly string[] = [];

  /** Types that it never answers a write of. */
  silentTypes: readonly string[] = [];

  constructor(private readonly elsewhereUrl: string) {}

  get resources(): readonly TestResource[] {
    return [...this.held.values()];
  }

  get documents(): readonly TestResource[] {
    return this.ofType('DocumentReference');
  }

  ofType(type: string): readonly TestResource[] {
    return this.resources.filter(({ resourceType }) => resourceType === type);
  }

  /** How the next write of a document is answered. */
  misbehave(kind: WriteFaultKind): void {
    this.fault = kind;
  }

  /** Changes a document behind the hub's back, as a version of its own. */
  change(id: string, fields: Fields): void {
    this.keep({ ...this.held.get(`DocumentReference/${id}`)!, ...fields });
  }

  /** Holds a resource as if it had been written. */
  place(resource: TestResource): void {
    this.keep(resource);
  }

  /** Keeps a second copy. */
  copy(id: string): void {
    this.keep({ ...this.held.get(`DocumentReference/${id}`)!, id: this.nextId(), meta: undefined });
  }

  /** Answers a write, or a read of one document; false for anything else. */
  answer(
    method: string,
    path: string,
    headers: IncomingHttpHeaders,
    body: string,
    response: ServerResponse,
  ): boolean {
    const [, type, id = null] = WRITTEN.exec(path) ?? [];
    if (type === undefined) return false;
    if (method === 'GET' && id !== null) {
      const found = this.held.get(path);
      if (found === undefined && !['DocumentReference', 'Binary'].includes(type)) return false;
      this.send(response, found ? 200 : 404, found ?? outcome('not-found'));
      return true;
    }
    if (method !== 'POST' && method !== 'PUT') return false;
    if (this.refusedTypes.includes(type)) {
      this.send(response, 422, outcome('invalid'));
      return true;
    }
    if (this.silentTypes.includes(type)) return true;
    const fault = type === 'DocumentReference' ? this.fault : null;
    if (fault !== null) this.fault = null;
    if (fault !== null && this.refused(fault, response)) return true;
    const resource = JSON.parse(body) as TestResource;
    const [status, written] =
      method === 'PUT' ? this.put(id!, headers, resource, fault) : this.create(headers, resource, fault);
    if (fault === null || !this.spoiled(fault, response)) this.send(response, status, written);
    return true;
  }

  private create(
    headers: IncomingHttpHeaders,
    resource: TestResource,
    fault: WriteFaultKind | null,
  ): readonly [number, TestResource] {
    const condition = new URLSearchParams(String(headers['if-none-exist'] ?? '')).get('identifier');
    const same = this.ofType(resource.resourceType).filter((one) =>
      ((one.identifier ?? []) as { system: string; value: string }[]).some(
        ({ system, value }) => `${system}|${value}` === condition,
      ),
    );
    if (same.length > 1 && this.abilities.ifNoneExist) return [412, outcome('multiple-matches')];
    if (same.length === 1 && this.abilities.ifNoneExist) return [200, same[0]!];
    return this.make({ ...resource, id: this.nextId() }, fault);
  }

  private make(resource: TestResource, fault: WriteFaultKind | null): readonly [number, TestResource] {
    const docStatus = fault === 'HELD' ? { docStatus: 'preliminary' } : {};
    const kept = this.keep({ ...resource, ...docStatus, meta: undefined });
    return [fault === 'HELD' ? 202 : 201, kept];
  }

  private put(
    id: string,
    headers: IncomingHttpHeaders,
    resource: TestResource,
    fault: WriteFaultKind | null,
  ): readonly [number, TestResource] {
    const { ifNoneMatch, updateCreates } = this.abilities;
    const there = this.held.has(`${resource.resourceType}/${id}`);
    if (there && ifNoneMatch && headers['if-none-match'] === '*') return [412, outcome('conflict')];
    if (!there && updateCreates) return this.make({ ...resource, id: this.renames ?? id }, fault);
    const [change, ...changes] = this.changesBeforeUpdate;
    if (change !== undefined) this.change(id, change);
    this.changesBeforeUpdate = changes;
    return this.update(id, headers, resource);
  }

  private update(
    id: string,
    headers: IncomingHttpHeaders,
    resource: TestResource,
  ): readonly [number, TestResource] {
    const former = this.held.get(`${resource.resourceType}/${id}`);
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
    this.held.set(`${resource.resourceType}/${resource.id}`, kept);
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

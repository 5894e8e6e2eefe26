/** FHIR R4 over HTTP: media types, links, version headers and preferences around medplum's router. */

import { randomBytes } from 'node:crypto';
import { created, getStatus, isOk, normalizeOperationOutcome } from '@medplum/core';
import { type FhirRequest, type FhirResponse, FhirRouter, type HttpMethod } from '@medplum/fhir-router';
import type { Resource } from '@medplum/fhirtypes';
import { capabilityStatement } from './capability-statement.js';
import type { Definitions } from './definitions.js';
import type { FaultTarget } from './faults.js';
import { documentsHeld, type HeldDocument, preliminaryDocuments } from './held-documents.js';
import { type HttpAnswer, type HttpCall, jsonAnswer } from './http-call.js';
import { outcomeOf, refuse, withoutValues } from './outcomes.js';
import { QuerySeal, readCursor } from './page-cursor.js';
import { RecordRepository } from './record-repository.js';
import type { ResourceStore } from './resource-store.js';
import { checkModifiers } from './search-modifiers.js';
import { isSupportedType } from './supported-types.js';
import { WriteLock } from './write-lock.js';

/** Path of the service base. */
export const FHIR_PATH = '/fhir';

const METHODS: readonly string[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
const JSON_TYPES = ['application/fhir+json', 'application/json'];
const FORM = 'application/x-www-form-urlencoded';
const ETAG = /^(W\/)?"[^"]+"$/;

const queryObject = (query: URLSearchParams): Record<string, string[]> =>
  Object.fromEntries([...new Set(query.keys())].map((name) => [name, query.getAll(name)]));

/** The FHIR side of the record system, over a store opened twice: for writing under a lock, and for reading beside it. */
export class FhirEndpoint {
  private readonly router = new FhirRouter();
  private readonly lock = new WriteLock();
  private readonly seal: QuerySeal;
  private readonly since = new Date().toISOString();

  constructor(
    private readonly writer: ResourceStore,
    private readonly reader: ResourceStore,
    private readonly definitions: Definitions,
    /** Whether a PUT under an id that was never held makes the resource. */
    private readonly clientIds = false,
  ) {
    let key = writer.setting('page-key');
    if (!key) {
      key = randomBytes(32).toString('base64');
      writer.keepSetting('page-key', key);
    }
    this.seal = new QuerySeal(Buffer.from(key, 'base64'));
  }

  /** Answers a request below `FHIR_PATH`. Never throws: a failure is an OperationOutcome. */
  async answer(call: HttpCall): Promise<HttpAnswer> {
    try {
      return await this.dispatch(call);
    } catch (error) {
      return this.toAnswer(call, [normalizeOperationOutcome(error)], '');
    }
  }

  /** Every DocumentReference that is held; for the control endpoint. */
  documents(): readonly HeldDocument[] {
    return documentsHeld((sql) => this.reader.query(sql));
  }

  /** Makes every DocumentReference that waits for review final, each as a version of its own; for the control endpoint. */
  release(): Promise<number> {
    return this.lock.run(async () => {
      const waiting = preliminaryDocuments((sql) => this.writer.query(sql));
      for (const document of waiting) this.writer.put({ ...document, docStatus: 'final' }, 'update');
      return waiting.length;
    });
  }

  private async dispatch(call: HttpCall): Promise<HttpAnswer> {
    const base = `${call.origin}${FHIR_PATH}`;
    const refused = this.refusal(call);
    if (refused) return refused;
    const path = call.path.slice(FHIR_PATH.length).replace(/^\/+|\/+$/g, '');
    if (path === 'metadata' && call.method === 'GET')
      return jsonAnswer(200, capabilityStatement(this.definitions, base, this.since, this.clientIds));
    if (path.split('/').some((part) => part.startsWith('$')))
      return jsonAnswer(404, outcomeOf('not-supported', 'operations are not offered'));

    const search = this.searchOf(call, path);
    checkModifiers(search);
    const pageLink = path === '' ? null : this.pageLinks(call, `${base}/${path.split('/')[0]}`, search);
    const request: FhirRequest = {
      method: call.method as HttpMethod,
      url: path,
      pathname: '',
      params: {},
      query: queryObject(search),
      headers: call.headers,
      body: path.endsWith('/_search') ? queryObject(search) : this.bodyOf(call),
      config: { transactions: true },
    };
    const reads = call.method === 'GET' || path.endsWith('/_search');
    const onlyNew = call.method === 'PUT' && call.headers['if-none-match'] === '*';
    const ids = { clientIds: this.clientIds, onlyNew };
    const run = async (store: ResourceStore): Promise<FhirResponse> => {
      const repository = new RecordRepository(store, {
        definitions: this.definitions,
        base,
        pageLink,
        ...ids,
      });
      const [outcome, ...rest] = await this.router.handleRequest(request, repository);
      return [
        call.method === 'PUT' && repository.madeByUpdate && isOk(outcome) ? created : outcome,
        ...rest,
      ] as FhirResponse;
    };
    const response = reads ? await run(this.reader) : await this.lock.run(() => run(this.writer));
    return this.toAnswer(call, response, base);
  }

  /** Refusals that need no look at the resource: method, media types, malformed version condition. */
  private refusal(call: HttpCall): HttpAnswer | null {
    if (!METHODS.includes(call.method))
      return jsonAnswer(405, outcomeOf('not-supported', 'the method is not offered'), {
        allow: METHODS.join(', '),
      });
    const accept = call.headers.accept ?? '*/*';
    const acceptable = accept
      .split(',')
      .some((each) =>
        ['*/*', 'application/*', ...JSON_TYPES].includes(each.split(';')[0]!.trim().toLowerCase()),
      );
    const format = call.query.get('_format');
    if (!acceptable || (format !== null && !['json', ...JSON_TYPES].includes(format)))
      return jsonAnswer(406, outcomeOf('not-supported', 'only JSON is offered'));
    const sent = (call.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
    const expected = call.path.endsWith('/_search')
      ? [FORM]
      : call.method === 'PATCH'
        ? ['application/json-patch+json', ...JSON_TYPES]
        : JSON_TYPES;
    if (call.body.length > 0 && !expected.includes(sent))
      return jsonAnswer(415, outcomeOf('not-supported', 'the media type of the body is not accepted'));
    const ifMatch = call.headers['if-match'];
    if (ifMatch !== undefined && !ETAG.test(ifMatch))
      return jsonAnswer(400, outcomeOf('invalid', 'If-Match: not an entity tag'));
    return null;
  }

  /** What faults and counts are told of a request: for a search its type, its query and the number of its page. */
  target(call: HttpCall): FaultTarget {
    const path = call.path.slice(FHIR_PATH.length).replace(/^\/+|\/+$/g, '');
    const [type = '', second] = path.split('/');
    const searches =
      isSupportedType(type) && (call.method === 'GET' ? second === undefined : second === '_search');
    const plain = { method: call.method, path: call.path, type: searches ? type : null, query: '', page: 1 };
    if (!searches) return plain;
    try {
      const search = this.searchOf(call, path);
      const cursor = search.get('_cursor');
      const query = [...search].map(([name, value]) => `${name}=${value}`).join('&');
      return { ...plain, query, page: cursor === null ? 1 : readCursor(cursor).page };
    } catch {
      return plain;
    }
  }

  /** Links to pages of a search: readable after a GET, sealed after a POST, whose parameters must stay out of URLs. */
  private pageLinks(
    call: HttpCall,
    address: string,
    search: URLSearchParams,
  ): (cursor: string | null) => string {
    const sealed = call.method === 'POST' || call.query.has('_page');
    return (cursor) => {
      const query = new URLSearchParams(search);
      if (cursor !== null) query.set('_cursor', cursor);
      return `${address}?${sealed ? `_page=${this.seal.seal(query.toString())}` : query}`;
    };
  }

  /** The search parameters of the request: of its query, its form, or the page of a POSTed search that its link sealed. */
  private searchOf(call: HttpCall, path: string): URLSearchParams {
    const page = call.query.get('_page');
    if (page !== null) return new URLSearchParams(this.seal.open(page));
    const form = path.endsWith('/_search') ? new URLSearchParams(call.body.toString('utf8')) : [];
    return new URLSearchParams([...call.query, ...form].filter(([name]) => name !== '_format'));
  }

  private bodyOf(call: HttpCall): unknown {
    if (call.method === 'GET' || call.method === 'DELETE') return undefined;
    try {
      const value: unknown = JSON.parse(call.body.toString('utf8'));
      if (typeof value === 'object' && value !== null) return value;
    } catch {
      // Falls through to the refusal: the parser's message would repeat a piece of the body.
    }
    throw refuse('the body is not a JSON object');
  }

  private toAnswer(call: HttpCall, [outcome, resource]: FhirResponse, base: string): HttpAnswer {
    const status = getStatus(outcome);
    if (!resource) return jsonAnswer(status, withoutValues(outcome));
    const headers = this.versionHeaders(resource, status, base);
    if (call.method === 'GET' && headers.etag && call.headers['if-none-match'] === headers.etag)
      return { status: 304, headers, body: '' };
    const preference =
      isOk(outcome) && call.method !== 'GET' && resource.resourceType !== 'Bundle'
        ? /return=([A-Za-z]+)/.exec(String(call.headers.prefer ?? ''))?.[1]
        : undefined;
    if (preference === 'minimal') return { status, headers, body: '' };
    return jsonAnswer(status, preference === 'OperationOutcome' ? outcome : resource, headers);
  }

  private versionHeaders(resource: Resource, status: number, base: string): Record<string, string> {
    const { versionId, lastUpdated } = resource.meta ?? {};
    if (!versionId || !lastUpdated) return {};
    return {
      etag: `W/"${versionId}"`,
      'last-modified': new Date(lastUpdated).toUTCString(),
      ...(status === 201
        ? { location: `${base}/${resource.resourceType}/${resource.id}/_history/${versionId}` }
        : {}),
    };
  }
}

/** The only place from which a request leaves: one HTTP exchange, pinned, bounded, and stripped of the far end's words. */
import type { FhirResource, RequestOptions } from 'fhir-kit-client';
import type { Clock } from '../../../src/core/clock.js';
import { HubError } from '../../../src/core/errors.js';
import { codeOfStatus, type Exchange } from '../answers.rules.js';
import { isFailure } from '../outcome.rules.js';
import { boundedText, parseResource, saysJson, saysLines } from './body.js';
import { failureOfNetwork, failureOfOutcome, failureOfStatus } from './failures.js';
import type { Fetch } from './network.js';
import { type Pin, pinTo } from './pin.js';
import { readWriteAnswer, type WriteAnswer } from './write-answer.js';

/** Bytes read of an answer that is a failure: enough for its issue types. */
const FAILURE_BYTES = 64 * 1024;
/** Where a search by form goes. */
const SEARCH_PATH = /^[A-Z][A-Za-z]{1,63}\/_search$/;

/** One server and the limits of an exchange with it. */
export interface DoorOptions {
  /** Service base address; ends in a slash. */
  readonly baseUrl: string;
  /** Headers of every request. */
  readonly headers: Readonly<Record<string, string>>;
  readonly maxBodyBytes: number;
  /** Further origins from which files may be fetched, without those headers; none by default. */
  readonly fileOrigins?: readonly string[];
  readonly clock: Clock;
  /** The way there; Node's own by default. */
  readonly fetch?: Fetch;
}

/** A resource on its way. */
export interface WriteRequest {
  /** POST creates, PUT updates. */
  readonly method: 'POST' | 'PUT';
  /** `Type` or `Type/id`, of checked parts. */
  readonly path: string;
  readonly resource: object;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** Searches that go together in one batch Bundle, each an address relative to the base. */
export interface BatchRequest {
  readonly addresses: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** A request whose answer is not read as one resource. */
export interface OpenRequest {
  readonly method: 'GET' | 'DELETE';
  readonly address: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** A way to the server that answers with a resource or throws a `HubError`. */
export interface Door {
  /** Reads; shaped like the request method of fhir-kit-client's HTTP layer, which it stands in for. */
  request(method: string, address: string, options?: RequestOptions, body?: unknown): Promise<FhirResource>;
  /** Reads by `POST` of a batch Bundle to the base: of GETs alone, so that it changes nothing and may be repeated. */
  batch(request: BatchRequest): Promise<FhirResource>;
  /** Writes. Once it has been called, every failure that is not known to have had no effect is `HUB_UPSTREAM_AMBIGUOUS`. */
  write(request: WriteRequest): Promise<WriteAnswer>;
  /** An answer with a success status, as `read` takes it. */
  open<T>(request: OpenRequest, read: (response: Response) => Promise<T>): Promise<T>;
  /** A file of newline-delimited JSON, its body unread. Where it asks for no token it is sent nothing of the hub, and may be elsewhere. */
  file(request: OpenRequest, withToken: boolean): Promise<Response>;
  /** The server's clock when it gave that resource (header `Date`); null when it did not say. */
  dateOf(resource: FhirResource): string | null;
}

/** Where a request may go, and what it tells of the hub. */
interface Way {
  readonly pin: Pin;
  readonly headers: Readonly<Record<string, string>>;
}

/** A door to one server. Through `request` go a GET without a body and a search by form; anything else is a mistake of ours. */
export function createDoor(options: DoorOptions): Door {
  const own: Way = { pin: pinTo(options.baseUrl), headers: options.headers };
  const anonymous: Way = { pin: pinTo(options.baseUrl, options.fileOrigins), headers: {} };
  const send: Fetch = options.fetch ?? ((url, init) => fetch(url, init));
  const dates = new WeakMap<FhirResource, string>();

  async function exchange<T>(
    kind: Exchange,
    address: string,
    init: {
      method: string;
      headers: Readonly<Record<string, string>>;
      body?: string;
      signal: AbortSignal | null;
    },
    read: (response: Response) => Promise<T>,
    way: Way = own,
  ): Promise<T> {
    const url = way.pin(address);
    try {
      const response = await send(url, {
        ...init,
        headers: { accept: 'application/fhir+json', ...way.headers, ...init.headers },
        redirect: 'error',
        keepalive: false,
        credentials: 'omit',
      });
      if (codeOfStatus(response.status, kind) !== null) throw await failureOf(response, kind);
      return await read(response);
    } catch (error) {
      throw failureOfNetwork(error, kind);
    }
  }

  async function resourceIn(response: Response): Promise<FhirResource> {
    if (!saysJson(response)) {
      await response.body?.cancel();
      throw new HubError('HUB_UPSTREAM_PROTOCOL', {
        details: { fault: 'CONTENT_TYPE', status: response.status },
      });
    }
    const resource = parseResource(await boundedText(response, options.maxBodyBytes));
    if (resource.resourceType === 'OperationOutcome' && isFailure(resource)) throw failureOfOutcome(resource);
    const date = Date.parse(response.headers.get('date') ?? '');
    if (!Number.isNaN(date)) dates.set(resource, new Date(date).toISOString());
    return resource;
  }

  async function linesIn(response: Response): Promise<Response> {
    if (saysLines(response)) return response;
    // A failure told as a resource has its own code; any other one is not what was asked for.
    await resourceIn(response);
    throw new HubError('HUB_UPSTREAM_PROTOCOL', {
      details: { fault: 'CONTENT_TYPE', status: response.status },
    });
  }

  async function failureOf(response: Response, kind: Exchange): Promise<HubError> {
    let outcome: unknown = null;
    if (saysJson(response)) {
      // The status has decided; a body that cannot be read adds nothing to it.
      const text = await boundedText(response, FAILURE_BYTES).catch(() => 'null');
      outcome = await Promise.resolve(text)
        .then(parseResource)
        .catch(() => null);
    } else await response.body?.cancel().catch(() => undefined);
    return failureOfStatus(response, outcome, options.clock.now(), kind);
  }

  return {
    async request(method, address, { headers, signal } = {}, body) {
      const form = method === 'POST' && SEARCH_PATH.test(address) && typeof body === 'string' ? body : null;
      if (form === null && (method !== 'GET' || body !== undefined))
        throw new HubError('HUB_INTERNAL', { details: { method } });
      const init = {
        method,
        headers: { ...(headers as Record<string, string> | undefined) },
        ...(form === null ? {} : { body: form }),
        signal: signal instanceof AbortSignal ? signal : null,
      };
      return exchange('READ', address, init, resourceIn);
    },
    async batch({ addresses, headers, signal }) {
      for (const address of addresses) own.pin(address);
      const entry = addresses.map((url) => ({ request: { method: 'GET', url } }));
      const init = {
        method: 'POST',
        headers: { 'content-type': 'application/fhir+json; charset=utf-8', ...headers },
        body: JSON.stringify({ resourceType: 'Bundle', type: 'batch', entry }),
        signal,
      };
      return exchange('READ', '', init, resourceIn);
    },
    async write({ method, path, resource, headers, signal }) {
      const init = {
        method,
        headers: { 'content-type': 'application/fhir+json; charset=utf-8', ...headers },
        body: JSON.stringify(resource),
        signal,
      };
      return exchange('WRITE', path, init, (response) => readWriteAnswer(response, options.maxBodyBytes));
    },
    open: ({ address, ...init }, read) => exchange('READ', address, init, read),
    file: ({ address, ...init }, withToken) =>
      exchange('READ', address, init, linesIn, withToken ? own : anonymous),
    dateOf: (resource) => dates.get(resource) ?? null,
  };
}

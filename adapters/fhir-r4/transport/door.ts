/** The only place from which a request leaves: one HTTP exchange, pinned, bounded, and stripped of the far end's words. */
import type { FhirResource, RequestOptions } from 'fhir-kit-client';
import type { Clock } from '../../../src/core/clock.js';
import { HubError } from '../../../src/core/errors.js';
import { codeOfStatus } from '../answers.rules.js';
import { isFailure } from '../outcome.rules.js';
import { boundedText, parseResource, saysJson } from './body.js';
import { failureOfNetwork, failureOfOutcome, failureOfStatus } from './failures.js';
import { pinTo } from './pin.js';

/** Bytes read of an answer that is a failure: enough for its issue types. */
const FAILURE_BYTES = 64 * 1024;

/** One server and the limits of an exchange with it. */
export interface DoorOptions {
  /** Service base address; ends in a slash. */
  readonly baseUrl: string;
  /** Headers of every request: who the hub is. */
  readonly headers: Readonly<Record<string, string>>;
  readonly maxBodyBytes: number;
  readonly clock: Clock;
}

/** A way to the server that answers with a resource or throws a `HubError`. */
export interface Door {
  /** Shaped like the request method of fhir-kit-client's HTTP layer, which it stands in for. */
  request(method: string, address: string, options?: RequestOptions, body?: unknown): Promise<FhirResource>;
  /** The server's clock when it gave that resource (header `Date`); null when it did not say. */
  dateOf(resource: FhirResource): string | null;
}

/** A door to one server. Reads only: anything but a GET without a body is a mistake of ours. */
export function createDoor(options: DoorOptions): Door {
  const pin = pinTo(options.baseUrl);
  const dates = new WeakMap<FhirResource, string>();

  async function answerTo(response: Response): Promise<FhirResource> {
    if (codeOfStatus(response.status) !== null) throw await failureOf(response);
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

  async function failureOf(response: Response): Promise<HubError> {
    let outcome: unknown = null;
    if (saysJson(response)) {
      // The status has decided; a body that cannot be read adds nothing to it.
      const text = await boundedText(response, FAILURE_BYTES).catch(() => 'null');
      outcome = await Promise.resolve(text)
        .then(parseResource)
        .catch(() => null);
    } else await response.body?.cancel();
    return failureOfStatus(response, outcome, options.clock.now());
  }

  return {
    async request(method, address, { headers, signal } = {}, body) {
      if (method !== 'GET' || body !== undefined) throw new HubError('HUB_INTERNAL', { details: { method } });
      const url = pin(address);
      try {
        const response = await fetch(url, {
          headers: { accept: 'application/fhir+json', ...options.headers, ...headers },
          redirect: 'error',
          keepalive: false,
          credentials: 'omit',
          signal: signal instanceof AbortSignal ? signal : null,
        });
        return await answerTo(response);
      } catch (error) {
        throw failureOfNetwork(error);
      }
    },
    dateOf: (resource) => dates.get(resource) ?? null,
  };
}

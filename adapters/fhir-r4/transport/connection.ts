/** The adapter's connection to one FHIR server: fhir-kit-client's vocabulary behind our own door, with limits and retries. */
import { setMaxListeners } from 'node:events';
import { Client, type FhirResource } from 'fhir-kit-client';
import type { AdapterDependencies } from '../../../src/clinical/clinical-record.port.js';
import { HubError, isHubError } from '../../../src/core/errors.js';
import { newId } from '../../../src/core/ids.js';
import { createCredentials, type Identified } from '../auth/credentials.js';
import type { FhirR4Settings } from '../settings.js';
import { boundedLines, parseResource } from './body.js';
import { type Budget, type Ends, READ_ENDS, startBudget, stopped, withinDeadline } from './deadline.js';
import { createDoor } from './door.js';
import { failureOfNetwork, outcomeUnknown } from './failures.js';
import { createGuard } from './guard.js';
import { createNetwork } from './network.js';
import { beforeRepeat, type RetryOptions, type Timing, withRetry } from './retry.js';
import { definedParameters, type SearchValue } from './search-values.rules.js';
import type { WriteAnswer } from './write-answer.js';

/** What belongs together: one pull, one listing, one probe. */
export interface Session {
  readonly signal: AbortSignal;
  readonly budget: Budget;
  /** Sent as `X-Correlation-ID` with each of its requests; uuid. */
  readonly correlationId: string;
}

/** A write, its parts checked. */
export interface Writing {
  readonly method: 'POST' | 'PUT';
  /** `Type` or `Type/id`. */
  readonly path: string;
  readonly resource: object;
  /** Sent as `X-Request-ID`: the same whenever this write is sent again, so that the far end can tell. */
  readonly requestId: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A request that is not for one resource. */
export interface Opening {
  readonly method: 'GET' | 'DELETE';
  readonly address: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A file to read line by line. */
export interface FileOpening {
  readonly address: string;
  /** False: the request tells nothing of the hub. */
  readonly withToken: boolean;
  readonly onStart?: () => void;
}

/** Reads and writes of a FHIR server. Every failure is a `HubError`; addresses with parameters are never logged. */
export interface FhirConnection {
  /** Opens a session under the caller's signal and the site's total budget. */
  session(signal: AbortSignal): Session;
  /** First page of a search. Values are taken as they are: escape literals with `escapeSearchValue`. */
  search(
    session: Session,
    type: string,
    parameters: Readonly<Record<string, SearchValue>>,
  ): Promise<FhirResource>;
  /** The same with its parameters in the body, by `POST Type/_search`: for whatever says something about a person. */
  searchByForm(
    session: Session,
    type: string,
    parameters: Readonly<Record<string, SearchValue>>,
  ): Promise<FhirResource>;
  /** Several searches in one batch Bundle, as addresses relative to the base of checked parts. */
  searchBatch(session: Session, addresses: readonly string[]): Promise<FhirResource>;
  /** One resource; `id` is checked by the caller. */
  read(session: Session, type: string, id: string): Promise<FhirResource>;
  /**
   * Sends one write once: it is never repeated here, except after a 401 to a token that can be replaced. Whatever ends it
   * after it may have left, the caller's signal included, is `HUB_UPSTREAM_AMBIGUOUS`; what the breaker or the queue holds
   * back, or for want of a token, was not sent and is transient.
   */
  write(session: Session, writing: Writing): Promise<WriteAnswer>;
  /** The page behind a `next` link. */
  follow(session: Session, address: string): Promise<FhirResource>;
  /** The answer to a request that is not for one resource, as `take` reads it; repeated as other reads are. */
  open<T>(session: Session, request: Opening, take: (response: Response) => Promise<T>): Promise<T>;
  /**
   * The resources of a file of newline-delimited JSON, one at a time; only one is held. Where the connection breaks, the file
   * is read again from its start, so that resources may come again; `onStart` is told at each start.
   */
  lines(session: Session, file: FileOpening): AsyncIterable<FhirResource>;
  /** Waits; `HUB_UPSTREAM_TIMEOUT` at once when that is longer than the session may still take. */
  pause(session: Session, ms: number): Promise<void>;
  /** What a server tells anybody, as `take` reads it: one attempt, without a token, past the breaker. */
  discover<T>(session: Session, request: Opening, take: (response: Response) => Promise<T>): Promise<T>;
  /** The server's CapabilityStatement: one attempt, past the breaker, so that a probe tells the truth of this moment. */
  capabilities(session: Session): Promise<FhirResource>;
  /** The server's clock at that answer; see `Door.dateOf`. */
  dateOf(resource: FhirResource): string | null;
  /** Stops whatever is under way; every later call is `HUB_UPSTREAM_STOPPED`. */
  close(): void;
}

const NDJSON = 'application/fhir+ndjson';

/** What stays the same in all attempts at one request. */
interface Asking {
  readonly requestId: string;
  readonly identified: Identified;
}

/** One attempt: until when, and with which headers. */
interface Turn {
  readonly signal: AbortSignal;
  readonly headers: Record<string, string>;
}

/** A version comes from the server, and in a header it could be a list of versions, or a header more. */
function requireVersion(condition: string | undefined): void {
  if (condition !== undefined && !/^W\/"[A-Za-z0-9\-.]{1,64}"$/.test(condition))
    throw new HubError('HUB_UPSTREAM_PROTOCOL', { details: { fault: 'VERSION' } });
}

function fixedHeaders({ odsCode }: FhirR4Settings): Record<string, string> {
  return odsCode === null ? {} : { 'nhsd-end-user-organisation-ods': odsCode };
}

/** A connection by a site's settings. */
export function createConnection(
  settings: FhirR4Settings,
  { clock, logger, system }: AdapterDependencies,
  timing: Timing,
): FhirConnection {
  const { baseUrl, maxBodyBytes, callTimeoutMs, exportFileOrigins: fileOrigins } = settings;
  const closing = new AbortController();
  // Every request under way listens to it; there may be more than Node takes for a leak.
  setMaxListeners(0, closing.signal);
  const { fetch, ready, close } = createNetwork(settings, clock);
  const credentials = createCredentials(settings, {
    clock,
    fetch,
    timeoutMs: callTimeoutMs,
    closing: closing.signal,
  });
  const headers = fixedHeaders(settings);
  const door = createDoor({ baseUrl, headers, maxBodyBytes, fileOrigins, clock, fetch });
  const client = new Client({ baseUrl });
  // The client's own HTTP layer has no timeout, no size limit, follows links and redirects to any host, and puts bodies
  // into its errors. Each of its verbs goes through this one method, so it speaks through the door instead.
  client.httpClient.request = door.request;
  const guard = createGuard(settings.maxConcurrent);

  async function attempt<T>(
    session: Session,
    { requestId, identified }: Asking,
    send: (turn: Turn) => Promise<T>,
    ends: Ends = READ_ENDS,
  ): Promise<T> {
    await ready();
    return withinDeadline(
      Math.min(callTimeoutMs, session.budget.remainingMs()),
      [session.signal, closing.signal],
      (signal) => {
        const asked = { 'x-request-id': requestId, 'x-correlation-id': session.correlationId };
        return identified((identity) => send({ signal, headers: { ...identity, ...asked } }), signal);
      },
      ends,
    );
  }

  async function write(session: Session, writing: Writing): Promise<WriteAnswer> {
    if (closing.signal.aborted || session.signal.aborted) throw stopped();
    requireVersion(writing.headers['if-match']);
    let left = false;
    const ends: Ends = {
      late: () => (left ? outcomeUnknown('TIMEOUT') : READ_ENDS.late()),
      stopped: () => (left ? outcomeUnknown('STOPPED') : stopped()),
    };
    const { method, path, resource, requestId } = writing;
    const asking = { requestId, identified: credentials.begin() };
    const leave = async ({ signal, headers: asked }: Turn) => {
      left = true;
      try {
        const headers = { ...asked, ...writing.headers };
        return await door.write({ method, path, resource, signal, headers });
      } catch (error) {
        // Refused before anything was done: until it is sent with another token, nothing has left.
        if (isHubError(error) && error.code === 'HUB_UPSTREAM_REFUSED') left = false;
        throw error;
      }
    };
    const send = (turn: AbortSignal) =>
      guard.run(() => {
        turn.throwIfAborted();
        return attempt(session, asking, leave, ends);
      }, turn);
    const waiting = [session.signal, closing.signal];
    return withinDeadline(session.budget.remainingMs(), waiting, send, ends);
  }

  const repeats = (session: Session): RetryOptions => ({
    maxAttempts: settings.maxAttempts,
    budget: session.budget,
    timing,
    onRetry: (error, tries) =>
      logger.warn('reading again after a transient answer', {
        system,
        code: error.code,
        attempt: tries,
        correlationId: session.correlationId,
      }),
  });

  const waitersOf = (session: Session) => [session.signal, closing.signal];

  /** One attempt, when its turn comes. */
  const inTurn = <T>(session: Session, asking: Asking, send: (turn: Turn) => Promise<T>) =>
    withinDeadline(session.budget.remainingMs(), waitersOf(session), (signal) =>
      guard.run(() => attempt(session, asking, send), signal),
    );

  async function read<T>(session: Session, send: (turn: Turn) => Promise<T>): Promise<T> {
    if (closing.signal.aborted || session.signal.aborted) throw stopped();
    // The same for every attempt, so that the far end can tell a repeat from a new request.
    const asking = { requestId: newId(), identified: credentials.begin() };
    const waiting = AbortSignal.any(waitersOf(session));
    return withRetry(repeats(session), waiting, () => inTurn(session, asking, send));
  }

  async function* lines(
    session: Session,
    { address, withToken, onStart }: FileOpening,
  ): AsyncGenerator<FhirResource, void, undefined> {
    const identified: Identified = withToken ? credentials.begin() : (send) => send({});
    const asking = { requestId: newId(), identified };
    const next = <T>(work: () => Promise<T>) =>
      withinDeadline(Math.min(callTimeoutMs, session.budget.remainingMs()), waitersOf(session), work);
    for (let tries = 1; ; tries++) {
      if (closing.signal.aborted || session.signal.aborted) throw stopped();
      try {
        const response = await inTurn(session, asking, ({ signal, headers }) =>
          door.file({ method: 'GET', address, signal, headers: { ...headers, accept: NDJSON } }, withToken),
        );
        onStart?.();
        for await (const line of boundedLines(response, maxBodyBytes, next)) yield parseResource(line);
        return;
      } catch (error) {
        const waiting = AbortSignal.any(waitersOf(session));
        await beforeRepeat(repeats(session), waiting, failureOfNetwork(error), tries);
      }
    }
  }

  return {
    session: (signal) => ({ signal, budget: startBudget(settings.totalTimeoutMs), correlationId: newId() }),
    search: (session, resourceType, parameters) => {
      const searchParams = definedParameters(parameters);
      return read(session, (options) => client.resourceSearch({ resourceType, searchParams, options }));
    },
    searchByForm: (session, resourceType, parameters) => {
      const searchParams = definedParameters(parameters);
      return read(session, (options) =>
        client.resourceSearch({ resourceType, searchParams, options: { ...options, postSearch: true } }),
      );
    },
    searchBatch: (session, addresses) => read(session, (turn) => door.batch({ addresses, ...turn })),
    read: (session, resourceType, id) =>
      read(session, (options) => client.read({ resourceType, id, options })),
    write,
    follow: (session, address) =>
      read(session, async (options) => {
        const bundle = { resourceType: 'Bundle', link: [{ relation: 'next', url: address }] };
        return (await client.nextPage({ bundle, options }))!;
      }),
    open: (session, { headers: stated, ...request }, take) =>
      read(session, ({ signal, headers: asked }) =>
        door.open({ ...request, signal, headers: { ...asked, ...stated } }, take),
      ),
    lines,
    pause: (session, ms) => {
      if (ms >= session.budget.remainingMs()) throw READ_ENDS.late();
      return timing.sleep(ms, AbortSignal.any(waitersOf(session)));
    },
    discover: (session, { headers: stated, ...request }, take) =>
      attempt(session, { requestId: newId(), identified: (send) => send({}) }, ({ signal, headers: asked }) =>
        door.open({ ...request, signal, headers: { ...asked, ...stated } }, take),
      ),
    capabilities: (session) =>
      attempt(session, { requestId: newId(), identified: credentials.begin() }, (options) =>
        client.capabilityStatement(options),
      ),
    dateOf: door.dateOf,
    close: () => {
      closing.abort();
      close();
    },
  };
}

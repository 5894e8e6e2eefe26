/** The adapter's connection to one FHIR server: fhir-kit-client's vocabulary behind our own door, with limits and retries. */
import { Client, type FhirResource, type RequestOptions } from 'fhir-kit-client';
import type { AdapterDependencies } from '../../../src/clinical/clinical-record.port.js';
import { newId } from '../../../src/core/ids.js';
import type { FhirR4Settings } from '../settings.js';
import { type Budget, type Ends, READ_ENDS, startBudget, stopped, withinDeadline } from './deadline.js';
import { createDoor } from './door.js';
import { outcomeUnknown } from './failures.js';
import { createGuard } from './guard.js';
import { type Timing, withRetry } from './retry.js';
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
  /** One resource; `id` is checked by the caller. */
  read(session: Session, type: string, id: string): Promise<FhirResource>;
  /**
   * Sends one write once: it is never repeated here. Whatever ends it after it may have left, the caller's signal included,
   * is `HUB_UPSTREAM_AMBIGUOUS`; what the breaker or the queue holds back was not sent and is transient.
   */
  write(session: Session, writing: Writing): Promise<WriteAnswer>;
  /** The page behind a `next` link. */
  follow(session: Session, address: string): Promise<FhirResource>;
  /** The server's CapabilityStatement: one attempt, past the breaker, so that a probe tells the truth of this moment. */
  capabilities(session: Session): Promise<FhirResource>;
  /** The server's clock at that answer; see `Door.dateOf`. */
  dateOf(resource: FhirResource): string | null;
  /** Stops whatever is under way; every later call is `HUB_UPSTREAM_STOPPED`. */
  close(): void;
}

function identityHeaders(settings: FhirR4Settings): Record<string, string> {
  return {
    ...(settings.bearerToken === null ? {} : { authorization: `Bearer ${settings.bearerToken}` }),
    ...(settings.odsCode === null ? {} : { 'nhsd-end-user-organisation-ods': settings.odsCode }),
  };
}

/** A connection by a site's settings. */
export function createConnection(
  settings: FhirR4Settings,
  { clock, logger, system }: AdapterDependencies,
  timing: Timing,
): FhirConnection {
  const { baseUrl, maxBodyBytes, callTimeoutMs } = settings;
  const door = createDoor({ baseUrl, headers: identityHeaders(settings), maxBodyBytes, clock });
  const client = new Client({ baseUrl });
  // The client's own HTTP layer has no timeout, no size limit, follows links and redirects to any host, and puts bodies
  // into its errors. Each of its verbs goes through this one method, so it speaks through the door instead.
  client.httpClient.request = door.request;
  const guard = createGuard(settings.maxConcurrent);
  const closing = new AbortController();

  const attempt = <T>(
    session: Session,
    requestId: string,
    send: (options: { signal: AbortSignal; headers: Record<string, string> }) => Promise<T>,
    ends: Ends = READ_ENDS,
  ) =>
    withinDeadline(
      Math.min(callTimeoutMs, session.budget.remainingMs()),
      [session.signal, closing.signal],
      (signal) =>
        send({ signal, headers: { 'x-request-id': requestId, 'x-correlation-id': session.correlationId } }),
      ends,
    );

  async function write(session: Session, writing: Writing): Promise<WriteAnswer> {
    if (closing.signal.aborted || session.signal.aborted) throw stopped();
    let left = false;
    const ends: Ends = {
      late: () => (left ? outcomeUnknown('TIMEOUT') : READ_ENDS.late()),
      stopped: () => (left ? outcomeUnknown('STOPPED') : stopped()),
    };
    const { method, path, resource, requestId } = writing;
    const send = (turn: AbortSignal) =>
      guard.run(() => {
        turn.throwIfAborted();
        left = true;
        return attempt(
          session,
          requestId,
          ({ signal, headers }) =>
            door.write({ method, path, resource, signal, headers: { ...headers, ...writing.headers } }),
          ends,
        );
      }, turn);
    const waiting = [session.signal, closing.signal];
    return withinDeadline(session.budget.remainingMs(), waiting, send, ends);
  }

  async function read(session: Session, send: (options: RequestOptions) => Promise<FhirResource>) {
    if (closing.signal.aborted || session.signal.aborted) throw stopped();
    // The same for every attempt, so that the far end can tell a repeat from a new request.
    const requestId = newId();
    const waiting = AbortSignal.any([session.signal, closing.signal]);
    const onRetry = (error: { code: string }, tries: number) =>
      logger.warn('reading again after a transient answer', {
        system,
        code: error.code,
        attempt: tries,
        correlationId: session.correlationId,
      });
    return withRetry(
      { maxAttempts: settings.maxAttempts, budget: session.budget, timing, onRetry },
      waiting,
      () =>
        withinDeadline(session.budget.remainingMs(), [waiting], (signal) =>
          guard.run(() => attempt(session, requestId, send), signal),
        ),
    );
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
    read: (session, resourceType, id) =>
      read(session, (options) => client.read({ resourceType, id, options })),
    write,
    follow: (session, address) =>
      read(session, async (options) => {
        const bundle = { resourceType: 'Bundle', link: [{ relation: 'next', url: address }] };
        return (await client.nextPage({ bundle, options }))!;
      }),
    capabilities: (session) => attempt(session, newId(), (options) => client.capabilityStatement(options)),
    dateOf: door.dateOf,
    close: () => closing.abort(),
  };
}

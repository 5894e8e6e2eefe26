/** Asynchronous requests of FHIR (Bulk Data Access 2.0.0): begun, asked after until they are done, and cleared away. */
import type { Clock } from '../../../src/core/clock.js';
import { HubError } from '../../../src/core/errors.js';
import type { Logger } from '../../../src/core/logger.js';
import { asObject, type Json, textOf } from '../json.js';
import { isFailure } from '../outcome.rules.js';
import { boundedText, parseJson, saysJson } from './body.js';
import type { FhirConnection, Session } from './connection.js';
import { failureOfOutcome, retryAfterMs } from './failures.js';

/** Milliseconds between two questions about a job that names no time: the first, doubled each time up to the most. */
export const POLL = { firstMs: 1_000, mostMs: 30_000 } as const;

/** What jobs need besides a session. */
export interface JobContext {
  readonly connection: FhirConnection;
  readonly system: string;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly settings: { readonly maxBodyBytes: number };
}

const notAJob = (fault: string, status: number): HubError =>
  new HubError('HUB_UPSTREAM_PROTOCOL', { details: { fault, status } });

/** Begins a job and answers with the address under which it is asked after: header `Content-Location` of a 202. */
export function startJob({ connection }: JobContext, session: Session, address: string): Promise<string> {
  const headers = { accept: 'application/fhir+json', prefer: 'respond-async' };
  return connection.open(session, { method: 'GET', address, headers }, async (response) => {
    await response.body?.cancel();
    const location = response.headers.get('content-location');
    if (response.status !== 202 || location === null) throw notAJob('NO_JOB', response.status);
    return location;
  });
}

/** Header `X-Progress` as per cent, where it tells them; any other words of the server's are not passed on. */
function progressOf({ headers }: Response): number | null {
  const told = /\b(\d{1,3})\s*%/.exec(headers.get('x-progress') ?? '');
  return told === null ? null : Math.min(100, Number(told[1]));
}

/** Not yet: the milliseconds after which the server wants to be asked again, and how far it has come, where it says so. */
interface Waiting {
  readonly waitMs: number | undefined;
  readonly percent: number | null;
}

/** Done, with its result. */
interface Done {
  readonly result: Json;
}

async function takeResult({ settings, clock }: JobContext, response: Response): Promise<Waiting | Done> {
  if (response.status !== 200 || !saysJson(response)) {
    await response.body?.cancel();
    if (response.status !== 202) throw notAJob('CONTENT_TYPE', response.status);
    return { waitMs: retryAfterMs(response.headers, clock.now()), percent: progressOf(response) };
  }
  const result = asObject(parseJson(await boundedText(response, settings.maxBodyBytes)));
  if (result === null) throw notAJob('NOT_OBJECT', response.status);
  if (textOf(result, 'resourceType') === 'OperationOutcome' && isFailure(result))
    throw failureOfOutcome(result);
  return { result };
}

/**
 * What a job came to, once it is done. While it answers 202 it is asked again after the time in `Retry-After`, else at
 * growing intervals, as long as the session has time (`HUB_UPSTREAM_TIMEOUT`).
 */
export async function jobResult(context: JobContext, session: Session, address: string): Promise<Json> {
  const { connection, logger, system } = context;
  const { correlationId } = session;
  const request = { method: 'GET', address, headers: { accept: 'application/json' } } as const;
  for (let wait: number = POLL.firstMs; ; wait = Math.min(POLL.mostMs, wait * 2)) {
    const answer = await connection.open(session, request, (response) => takeResult(context, response));
    if ('result' in answer) return answer.result;
    const { waitMs, percent } = answer;
    logger.debug('an export is under way', { system, correlationId, received: percent, expected: 100 });
    await connection.pause(session, waitMs ?? wait);
  }
}

/** Lets the server forget a job and its files. Never throws: what is not deleted the server drops when it expires. */
export async function discardJob(
  { connection, logger, system }: JobContext,
  session: Session,
  address: string,
): Promise<void> {
  const { correlationId } = session;
  try {
    await connection.open(session, { method: 'DELETE', address }, async (response) =>
      response.body?.cancel(),
    );
  } catch {
    logger.info('an export could not be deleted; its files stay until they expire', {
      system,
      correlationId,
    });
  }
}

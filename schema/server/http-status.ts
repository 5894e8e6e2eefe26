/** The HTTP status of a refusal of the whole request; failures of single fields are in the answer's `errors` with 200. */
import { HeaderMap } from '@apollo/server';
import { GraphQLError } from 'graphql';
import type { ErrorCode } from '../../src/core/error-codes.js';
import type { HubError } from '../../src/core/errors.js';

const STATUS: Partial<Record<ErrorCode, number>> = {
  HUB_ACCESS_UNAUTHENTICATED: 401,
  HUB_ACCESS_TOKEN: 401,
  HUB_ACCESS_FIELD: 403,
  HUB_ACCESS_REFUSED: 403,
  HUB_ACCESS_PURPOSE: 403,
  HUB_ACCESS_NO_STAFF: 403,
  HUB_ACCESS_RATE: 429,
  HUB_NOT_FOUND: 404,
  HUB_STATE_CONFLICT: 409,
};

/** Status by code: 400 for input, 401/403/404/409/429 where HTTP has the word, 503 for what passes, else 500. */
export function statusOf(error: HubError): number {
  const status = STATUS[error.code];
  if (status !== undefined) return status;
  if (error.code.startsWith('HUB_INPUT_')) return error.details.limit === 'body' ? 413 : 400;
  return error.retry === 'transient' ? 503 : 500;
}

/** Headers that HTTP asks for beside the status (RFC 9110 sections 10.2.3 and 11.6.1, RFC 6750 section 3). */
export function headersOf(error: HubError): readonly (readonly [string, string])[] {
  const status = statusOf(error);
  const headers: [string, string][] = [];
  if (error.code === 'HUB_ACCESS_TOKEN') headers.push(['www-authenticate', 'Bearer error="invalid_token"']);
  else if (status === 401) headers.push(['www-authenticate', 'Bearer']);
  if (status === 429 || status === 503) {
    headers.push(['retry-after', String(Math.max(1, Math.ceil((error.retryAfterMs ?? 1_000) / 1000)))]);
  }
  return headers;
}

/**
 * The error as one that Apollo answers with its HTTP status: for what refuses a whole request before execution. Plugins of
 * the graph that refuse in `didResolveOperation` throw this.
 */
export function requestRefusal(error: HubError): GraphQLError {
  const http = { status: statusOf(error), headers: new HeaderMap(headersOf(error)) };
  return new GraphQLError(error.message, { originalError: error, extensions: { http } });
}

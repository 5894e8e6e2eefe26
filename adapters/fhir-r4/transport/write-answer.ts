/** Reading the answer to a write: what was made of it, or that nobody can say. */
import type { FhirResource } from 'fhir-kit-client';
import { isHubError } from '../../../src/core/errors.js';
import { isFailure } from '../outcome.rules.js';
import { boundedText, parseResource, saysJson } from './body.js';
import { failureOfOutcome, outcomeUnknown } from './failures.js';

/** A success status and what came with it. */
export interface WriteAnswer {
  /** 200 to 299. */
  readonly status: number;
  /** The resource in the body; null when the body was empty, or an OperationOutcome without a failure. */
  readonly resource: FhirResource | null;
  /** Header `Location`, else `Content-Location`; never followed. */
  readonly location: string | null;
  /** Version in the header `ETag`, without its quotes; null when absent or of another form. */
  readonly version: string | null;
}

/** Header `ETag` in the form that FHIR uses, `W/"<versionId>"` (FHIR R4 section 3.1.0.1.3). */
const VERSION_TAG = /^(?:W\/)?"([A-Za-z0-9\-.]{1,64})"$/;

async function bodyOf(response: Response, maxBytes: number): Promise<FhirResource | null> {
  const text = await boundedText(response, maxBytes);
  if (text.trim() === '') return null;
  if (!saysJson(response)) throw outcomeUnknown('CONTENT_TYPE', { status: response.status });
  return parseResource(text);
}

/**
 * The answer with a success status. A failure reported in place of the resource has the code of its issue type; a body that
 * is not FHIR, is cut short or too large is `HUB_UPSTREAM_AMBIGUOUS`, as it says nothing of what became of the write.
 */
export async function readWriteAnswer(response: Response, maxBytes: number): Promise<WriteAnswer> {
  let resource: FhirResource | null;
  try {
    resource = await bodyOf(response, maxBytes);
  } catch (error) {
    if (isHubError(error) && error.code === 'HUB_UPSTREAM_PROTOCOL')
      throw outcomeUnknown(String(error.details.fault), { status: response.status });
    throw error;
  }
  if (resource?.resourceType === 'OperationOutcome') {
    if (isFailure(resource)) throw failureOfOutcome(resource, 'WRITE');
    resource = null;
  }
  return {
    status: response.status,
    resource,
    location: response.headers.get('location') ?? response.headers.get('content-location'),
    version: VERSION_TAG.exec(response.headers.get('etag') ?? '')?.[1] ?? null,
  };
}

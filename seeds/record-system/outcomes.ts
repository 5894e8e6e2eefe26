/** Refusals of the record system as OperationOutcomes that the router's status mapper understands. */
import { badRequest, OperationOutcomeError } from '@medplum/core';
import type { OperationOutcome } from '@medplum/fhirtypes';

/** 400: the request is not acceptable. Texts never repeat a value that the caller sent. */
export function refuse(text: string): OperationOutcomeError {
  return new OperationOutcomeError(badRequest(text));
}

/** 404: the type or interaction is not offered by this server. */
export function notSupported(text: string): OperationOutcomeError {
  return new OperationOutcomeError({
    resourceType: 'OperationOutcome',
    id: 'not-found',
    issue: [{ severity: 'error', code: 'not-supported', details: { text } }],
  });
}

/** An OperationOutcome with one error issue. */
export function outcomeOf(
  code:
    | 'exception'
    | 'not-supported'
    | 'not-found'
    | 'too-long'
    | 'throttled'
    | 'transient'
    | 'invalid'
    | 'security'
    | 'incomplete',
  text: string,
): OperationOutcome {
  return { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code, details: { text } }] };
}

/** 500: the store itself failed; the cause stays in the process. */
export function storeFailed(cause: unknown): OperationOutcomeError {
  return new OperationOutcomeError(outcomeOf('exception', 'the store failed'), { cause });
}

/** The outcome with what the search parser repeats of the caller's values cut off its texts. */
export function withoutValues(outcome: OperationOutcome): OperationOutcome {
  const issue = outcome.issue.map((each) => {
    const kept = /^(Invalid|Unable|Unrecognized)[^:]*(?=:)/.exec(each.details?.text ?? '')?.[0];
    return kept ? { ...each, details: { text: kept } } : each;
  });
  return { ...outcome, issue };
}

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

/** What the parsers of searches and bodies say before they repeat a piece of what they were given. */
const REPEATING = /^(?:(?:Invalid|Unable|Unrecognized)[^:"]*(?=[:"])|Incorrect resource type)/;
/** Repeated pieces that are names of FHIR and no values: they help, and say nothing of anybody. */
const OF_NAMES =
  /^(?:Invalid additional property "[A-Za-z]{1,40}"|Incorrect resource type: expected [A-Za-z]{1,40}, but found [A-Za-z]{1,40})$/;
const PATH = /^[A-Za-z]{1,40}(?:\[\d+\])?(?:\.[A-Za-z]{1,40}(?:\[\d+\])?)*$/;

/** The outcome with what the parsers repeat of the caller's values cut off its texts, and paths that hold more than names left out. */
export function withoutValues(outcome: OperationOutcome): OperationOutcome {
  const issue = outcome.issue.map(({ expression, ...each }) => {
    const text = each.details?.text ?? '';
    const kept = OF_NAMES.test(text) ? null : REPEATING.exec(text)?.[0].trim();
    const paths = expression?.filter((path) => PATH.test(path)) ?? [];
    return {
      ...each,
      ...(kept ? { details: { text: kept } } : {}),
      ...(paths.length > 0 ? { expression: paths } : {}),
    };
  });
  return { ...outcome, issue };
}

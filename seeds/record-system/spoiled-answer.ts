/** Answers that are wrong on purpose: what each fault makes of, or sends instead of, the record system's own answer. */
import type { Bundle } from '@medplum/fhirtypes';
import type { Fault } from './faults.js';
import { type HttpAnswer, jsonAnswer } from './http-call.js';
import { outcomeOf } from './outcomes.js';

/** What goes out on the socket: an answer, half an answer followed by a close, a close without any answer, or nothing for ever. */
export type Sending =
  | { readonly how: 'whole'; readonly answer: HttpAnswer }
  | { readonly how: 'half'; readonly answer: HttpAnswer }
  | { readonly how: 'drop' }
  | { readonly how: 'hang' };

const retryAfter = (seconds: number | undefined): Record<string, string> =>
  seconds === undefined ? {} : { 'retry-after': String(seconds) };

/** What a fault sends instead of the proper answer; null for one that needs the proper answer to spoil it. */
export function insteadOfAnswer(fault: Fault): Sending | null {
  const whole = (answer: HttpAnswer): Sending => ({ how: 'whole', answer });
  switch (fault.kind) {
    case 'status':
      return whole(
        jsonAnswer(
          fault.status,
          outcomeOf('exception', 'planted fault'),
          retryAfter(fault.retryAfterSeconds),
        ),
      );
    case 'throttle':
      return whole(
        jsonAnswer(429, outcomeOf('throttled', 'planted fault'), retryAfter(fault.retryAfterSeconds ?? 1)),
      );
    case 'unavailable':
      return whole(
        jsonAnswer(503, outcomeOf('transient', 'planted fault'), retryAfter(fault.retryAfterSeconds)),
      );
    case 'drop':
      return { how: 'drop' };
    case 'hang':
      return { how: 'hang' };
    case 'html-502':
      return whole({
        status: 502,
        headers: { 'content-type': 'text/html; charset=utf-8' },
        body: '<!doctype html><title>502 Bad Gateway</title><h1>Bad Gateway</h1>',
      });
    case 'empty-200':
      return whole({
        status: 200,
        headers: { 'content-type': 'application/fhir+json; charset=utf-8' },
        body: '',
      });
    case 'json-null':
      return whole(jsonAnswer(200, null));
    default:
      return null;
  }
}

/** The body as a Bundle; null when it is something else, which then stays as it is. */
function bundleIn(answer: HttpAnswer): Bundle | null {
  const value: unknown = answer.body === '' ? null : JSON.parse(answer.body);
  return typeof value === 'object' && value !== null && (value as Bundle).resourceType === 'Bundle'
    ? (value as Bundle)
    : null;
}

function nextLeadsTo(bundle: Bundle, url: string): Bundle {
  return {
    ...bundle,
    link: [...(bundle.link ?? []).filter(({ relation }) => relation !== 'next'), { relation: 'next', url }],
  };
}

function spoilBundle(fault: Fault, bundle: Bundle, before: Bundle | null): Bundle {
  switch (fault.kind) {
    case 'missing-next':
      return { ...bundle, link: (bundle.link ?? []).filter(({ relation }) => relation !== 'next') };
    case 'duplicate-page':
      return before ?? bundle;
    case 'repeat-entries':
      return { ...bundle, entry: before?.entry ?? bundle.entry };
    case 'looping-next':
      return nextLeadsTo(bundle, bundle.link?.find(({ relation }) => relation === 'self')?.url ?? '');
    case 'foreign-next':
      return nextLeadsTo(bundle, fault.url);
    case 'outcome-entry':
      return {
        ...bundle,
        entry: [
          ...(bundle.entry ?? []),
          {
            search: { mode: 'outcome' },
            resource: outcomeOf('incomplete', 'planted fault: some matches are missing'),
          },
        ],
      };
    default:
      return bundle;
  }
}

/** The proper answer, spoiled. `before` is the answer to the page before of the same search, when there was one. */
export function spoilAnswer(fault: Fault, answer: HttpAnswer, before: HttpAnswer | null): Sending {
  if (fault.kind === 'truncate') return { how: 'half', answer };
  if (fault.kind === 'hold-202')
    return { how: 'whole', answer: answer.status === 201 ? { ...answer, status: 202 } : answer };
  if (fault.kind === 'cut-json')
    return {
      how: 'whole',
      answer: { ...answer, body: answer.body.slice(0, Math.floor(answer.body.length / 2)) },
    };
  const bundle = bundleIn(answer);
  if (!bundle) return { how: 'whole', answer };
  return {
    how: 'whole',
    answer: { ...answer, body: JSON.stringify(spoilBundle(fault, bundle, before && bundleIn(before))) },
  };
}

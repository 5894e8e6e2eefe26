/** The control endpoint beside the FHIR base: plants faults, clears them, and tells what was asked for. */
import { type FaultBook, parseFault } from './faults.js';
import { type HttpAnswer, type HttpCall, jsonAnswer } from './http-call.js';
import type { RequestLog } from './request-log.js';

/** Path below which control requests are answered. */
export const CONTROL_PATH = '/control';

const json = (status: number, value: unknown): HttpAnswer =>
  jsonAnswer(status, value, {}, 'application/json');

function plant(call: HttpCall, faults: FaultBook): HttpAnswer {
  // A page of some other site can post a form to this machine, but not JSON without asking first.
  if (!call.headers['content-type']?.startsWith('application/json'))
    return json(415, { faults: ['body: application/json only'] });
  let input: unknown;
  try {
    input = JSON.parse(call.body.toString('utf8'));
  } catch {
    return json(400, { faults: ['body: not JSON'] });
  }
  const parsed = parseFault(input);
  if ('faults' in parsed) return json(400, parsed);
  faults.plant(parsed.fault);
  return json(201, parsed.fault);
}

/**
 * Answers a request below `CONTROL_PATH`: `POST /faults`, `GET /faults` (what is still to happen), `DELETE /faults`,
 * `GET /requests`, `DELETE /requests`.
 */
export function answerControl(call: HttpCall, faults: FaultBook, requests: RequestLog): HttpAnswer {
  switch (`${call.method} ${call.path.slice(CONTROL_PATH.length)}`) {
    case 'POST /faults':
      return plant(call, faults);
    case 'GET /faults':
      return json(200, { pending: faults.pending() });
    case 'DELETE /faults':
      faults.clear();
      return json(200, { pending: [] });
    case 'GET /requests':
      return json(200, { requests: requests.all() });
    case 'DELETE /requests':
      requests.clear();
      return json(200, { requests: [] });
    default:
      return json(404, { faults: ['path: unknown'] });
  }
}

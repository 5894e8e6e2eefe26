/** The control endpoint beside the FHIR base: plants faults, clears them, and tells what was asked for and what is held. */
import { type FaultBook, parseFault } from './faults.js';
import type { HeldDocument } from './held-documents.js';
import { type HttpAnswer, type HttpCall, jsonAnswer } from './http-call.js';
import type { RequestLog } from './request-log.js';

/** Path below which control requests are answered. */
export const CONTROL_PATH = '/control';

const json = (status: number, value: unknown): HttpAnswer =>
  jsonAnswer(status, value, {}, 'application/json');

/** A page of some other site can post a form to this machine, but not JSON without asking first. */
function refusedForm(call: HttpCall): HttpAnswer | null {
  return call.headers['content-type']?.startsWith('application/json')
    ? null
    : json(415, { faults: ['body: application/json only'] });
}

function plant(call: HttpCall, faults: FaultBook): HttpAnswer {
  const refused = refusedForm(call);
  if (refused) return refused;
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

/** What control may do with the records themselves. */
export interface ControlledRecords {
  /** Every DocumentReference, in the order in which they were first held. */
  documents(): readonly HeldDocument[];
  /** Makes what is held for review final; returns how many there were. */
  release(): Promise<number>;
}

/**
 * Answers a request below `CONTROL_PATH`: `POST /faults`, `GET /faults` (what is still to happen), `DELETE /faults`,
 * `GET /requests`, `DELETE /requests`, `GET /documents`, `POST /release`.
 */
export async function answerControl(
  call: HttpCall,
  faults: FaultBook,
  requests: RequestLog,
  records: ControlledRecords,
): Promise<HttpAnswer> {
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
    case 'GET /documents': {
      const documents = records.documents();
      return json(200, { count: documents.length, documents });
    }
    case 'POST /release':
      return refusedForm(call) ?? json(200, { released: await records.release() });
    default:
      return json(404, { faults: ['path: unknown'] });
  }
}

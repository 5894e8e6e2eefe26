/** The faults of the scripted FHIR server, one by one. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { FaultKind } from '../contract/misbehaving-peer.js';
import type { ServedCaseload } from './fhir-caseloads.js';
import { CANARY, type TestResource } from './fhir-resources.js';
import type { TestBundle } from './scripted-fhir-server.js';

/** Where things are. */
export interface Whereabouts {
  readonly baseUrl: string;
  readonly elsewhereUrl: string;
  readonly url: URL;
}

export const FHIR = 'application/fhir+json';
export const NDJSON = 'application/fhir+ndjson';
const HTML = `<html><body><h1>${CANARY}</h1></body></html>`;

/** OperationOutcome with one error. */
export function outcome(code: string, severity = 'error'): TestResource {
  return {
    resourceType: 'OperationOutcome',
    id: 'outcome',
    issue: [{ severity, code, diagnostics: CANARY }],
  };
}

type Answer = (response: ServerResponse, about: Whereabouts, request: IncomingMessage) => void;

const whole =
  (status: number, type: string, body: string | Buffer, headers: Record<string, string> = {}): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': type, ...headers }).end(body);
  };

const started = `{"resourceType":"Bundle","type":"searchset","total":1,"entry":[{"resource":{"name":"${CANARY}`;
const vast = `{"resourceType":"Bundle","type":"searchset","note":"${CANARY}${' '.repeat(3_000_000)}"}`;

/** Faults that take the place of the whole answer. */
const ANSWERS: Partial<Record<FaultKind, Answer>> = {
  DELAY: () => undefined,
  STALL: (response) => {
    response.writeHead(200, { 'content-type': FHIR }).write(started);
  },
  BUSY_429: whole(429, FHIR, JSON.stringify(outcome('throttled')), { 'retry-after': '1' }),
  DOWN_503: whole(503, 'text/plain', CANARY),
  FAILS_500: whole(500, FHIR, JSON.stringify(outcome('exception'))),
  HTML_502: whole(502, 'text/html', HTML),
  HTML_200: whole(200, 'text/html', HTML),
  REFUSES_401: whole(401, FHIR, JSON.stringify(outcome('login'))),
  REFUSES_403: whole(403, FHIR, JSON.stringify(outcome('forbidden'))),
  REJECTS_400: whole(400, FHIR, JSON.stringify(outcome('invalid'))),
  GONE_410: whole(410, FHIR, JSON.stringify(outcome('deleted'))),
  DROP: (_response, _about, request) => {
    request.socket.destroy();
  },
  BREAK_OFF: (response, _about, request) => {
    response.writeHead(200, { 'content-type': FHIR, 'content-length': '100000' });
    response.write(started, () => setImmediate(() => request.socket.destroy()));
  },
  TRUNCATED: whole(200, FHIR, started),
  EMPTY: whole(200, FHIR, ''),
  NULL_BODY: whole(200, FHIR, 'null'),
  TEXT_BODY: whole(200, FHIR, JSON.stringify(CANARY)),
  NOT_UTF8: whole(200, FHIR, Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])),
  WRONG_TYPE: whole(200, 'application/fhir+xml', '{"resourceType":"Bundle","type":"searchset"}'),
  TOO_LARGE: whole(200, FHIR, vast),
  TOO_LARGE_ZIPPED: whole(200, FHIR, gzipSync(vast), { 'content-encoding': 'gzip' }),
  OUTCOME_BUSY: whole(200, FHIR, JSON.stringify(outcome('throttled'))),
  OUTCOME_FORBIDDEN: whole(200, FHIR, JSON.stringify(outcome('forbidden'))),
  REDIRECT: (response, { elsewhereUrl, url }) => {
    response.writeHead(307, { location: elsewhereUrl + url.search }).end(CANARY);
  },
};

/** Faults of what a file holds; others are of the answer as a whole. */
const OF_CONTENT: readonly FaultKind[] = [
  'STALL',
  'BREAK_OFF',
  'TRUNCATED',
  'NULL_BODY',
  'TEXT_BODY',
  'NOT_UTF8',
  'TOO_LARGE',
  'TOO_LARGE_ZIPPED',
];

/** Answers wrongly, if that fault is one of the whole answer; the caller has seen that the request is one to be touched. */
export function misanswer(
  kind: FaultKind,
  request: IncomingMessage,
  response: ServerResponse,
  about: Whereabouts,
  isFile: boolean,
): boolean {
  const answer = ANSWERS[kind];
  answer?.(isFile && OF_CONTENT.includes(kind) ? asFile(response) : response, about, request);
  return answer !== undefined;
}

const relink = (bundle: TestBundle, url: string | null): void => {
  bundle.link = bundle.link.filter(({ relation }) => relation !== 'next');
  if (url !== null) bundle.link.push({ relation: 'next', url });
};

const isPatient = ({ resource }: TestBundle['entry'][number]): boolean => resource.resourceType === 'Patient';

const withoutPatients = (bundle: TestBundle): void => {
  bundle.entry = bundle.entry.filter((entry) => !isPatient(entry));
};

const spoilFirst = (bundle: TestBundle, spoil: ((one: TestResource) => TestResource) | undefined): void => {
  bundle.entry = bundle.entry.map((entry, at) =>
    at === 0 && spoil !== undefined ? { ...entry, resource: spoil(entry.resource) } : entry,
  );
};

type Shape = (bundle: TestBundle, about: Whereabouts, served: ServedCaseload) => void;

/** Faults that spoil an answer otherwise right. */
const SHAPES: Partial<Record<FaultKind, Shape>> = {
  OUTCOME_ENTRY: (bundle) => {
    bundle.entry.push({ resource: outcome('exception'), search: { mode: 'outcome' } });
  },
  NEXT_MISSING: (bundle) => relink(bundle, null),
  LINK_LOOP: (bundle, { url }) => relink(bundle, url.href),
  TOTAL_CHANGES: (bundle) => {
    bundle.total = (bundle.total ?? 0) + 1;
  },
  TOTAL_WRONG: (bundle) => {
    bundle.total = (bundle.total ?? 0) + 1;
  },
  LINK_ELSEWHERE: (bundle, { elsewhereUrl }, { type }) =>
    relink(bundle, `${elsewhereUrl}${type}?_offset=50&_count=50`),
  // Up to the at-sign it reads like the right host; what comes before it is a user name and password.
  LINK_ALIKE: (bundle, { baseUrl, elsewhereUrl }, { type }) =>
    relink(bundle, `${baseUrl.replace('/fhir/', '')}@${new URL(elsewhereUrl).host}/fhir/${type}`),
  LINK_OUTSIDE: (bundle, { baseUrl }, { type }) => relink(bundle, `${baseUrl.slice(0, -1)}-evil/${type}`),
  PATIENT_LEFT_OUT: withoutPatients,
  PATIENT_GONE: withoutPatients,
  OTHER_TEAM: (bundle, _about, { spoilt }) => spoilFirst(bundle, spoilt.OTHER_TEAM),
  UNKNOWN_STATE: (bundle, _about, { spoilt }) => spoilFirst(bundle, spoilt.UNKNOWN_STATE),
};

/** Spoils the bundle, if that fault is one of the content; says whether it did. */
export function misshape(
  kind: FaultKind,
  type: string,
  bundle: TestBundle,
  about: Whereabouts,
  served: ServedCaseload,
): boolean {
  if (kind === 'PATIENT_GONE' && type === 'Patient') withoutPatients(bundle);
  const reported = kind === 'OUTCOME_ENTRY' && served.whole && type === 'Patient';
  if (type !== served.type && !reported) return false;
  SHAPES[kind]?.(bundle, about, served);
  return SHAPES[kind] !== undefined;
}

/** An answer under the media type of files where the fault is in what a file holds. */
function asFile(response: ServerResponse): ServerResponse {
  const plain = response.writeHead.bind(response);
  response.writeHead = ((status: number, headers: Record<string, string>) =>
    plain(status, { ...headers, 'content-type': NDJSON })) as typeof response.writeHead;
  return response;
}

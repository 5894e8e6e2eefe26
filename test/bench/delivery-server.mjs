/**
 * A record server of FHIR R4 in a process of its own, in memory: creates, searches by identifier, reads. Below `/quick/` it answers
 * at once; below `/slow/` once a second unless told to flush; below `/hang/` creates wait until they are released. Speaks to its
 * parent over the channel of `fork`.
 */
import { createServer } from 'node:http';

const FHIR = 'application/fhir+json';
const documents = new Map();
/** Answers that wait, by mode. */
const waiting = { slow: [], hang: [] };
let flushing = false;
let serial = 0;

const send = (response, status, value, headers = {}) => {
  response.writeHead(status, { 'content-type': FHIR, ...headers }).end(JSON.stringify(value));
};

function create(body, response) {
  const resource = JSON.parse(body);
  const value = resource.identifier[0].value;
  const known = documents.get(value);
  const stored = known ?? { ...resource, id: `doc-${++serial}`, meta: { versionId: '1' } };
  documents.set(value, stored);
  send(response, known ? 200 : 201, stored, { location: `DocumentReference/${stored.id}/_history/1` });
}

function search(body, response) {
  const asked = (new URLSearchParams(body).get('identifier') ?? '')
    .split(',')
    .map((each) => each.split('|')[1]);
  const entry = asked
    .map((value) => documents.get(value))
    .filter((each) => each !== undefined)
    .map((resource) => ({ resource, search: { mode: 'match' } }));
  send(response, 200, { resourceType: 'Bundle', type: 'searchset', total: entry.length, entry });
}

/** What a request is about, told to the parent with the time on the clock that all processes share. */
function tell(mode, body) {
  if (mode !== 'hang') return;
  const at = process.hrtime.bigint().toString();
  const ids = body.match(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g) ?? [];
  process.send({ seen: [...new Set(ids)], at });
}

const server = createServer((request, response) => {
  const pieces = [];
  request.on('data', (piece) => pieces.push(piece));
  request.on('end', () => {
    const body = Buffer.concat(pieces).toString('utf8');
    const [, mode] = request.url.split('/');
    const isSearch = request.url.endsWith('/_search');
    tell(mode, isSearch ? decodeURIComponent(body) : body);
    const answer = () => (isSearch ? search(body, response) : create(body, response));
    if (mode === 'slow' && !flushing) waiting.slow.push(answer);
    else if (mode === 'hang' && !isSearch && !flushing) waiting.hang.push(answer);
    else answer();
  });
});

setInterval(() => waiting.slow.shift()?.(), 1_000);

process.on('message', ({ flush }) => {
  flushing = flush;
  if (flush) for (const answer of [...waiting.slow.splice(0), ...waiting.hang.splice(0)]) answer();
  process.send({ flushing });
});
process.on('disconnect', () => process.exit(0));
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));

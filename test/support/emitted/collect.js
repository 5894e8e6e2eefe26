/**
 * Collects the FHIR resources that leave this process in a write of the adapter's: it listens to the HTTP client itself, so that
 * nothing in the product has to take part. Plain JavaScript, as processes that tests start load it before anything else.
 */
import { randomUUID } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';

/** Variable with the folder that takes what was collected; no setting of the hub's, so that a hub started as users start it has it too. */
export const FOLDER = 'TEST_EMITTED_FOLDER';

/** Headers as pairs, whichever of its forms the client has them in. */
function headersOf({ headers }) {
  const flat = Array.isArray(headers) ? headers.map(String) : [];
  const pairs = flat.flatMap((name, at) => (at % 2 === 0 ? [[name.toLowerCase(), flat[at + 1] ?? '']] : []));
  return new Map(pairs);
}

/** A write of the adapter's: FHIR in its body, and the correlation id that each of the adapter's requests has. */
function isEmission({ method }, headers) {
  return (
    (method === 'POST' || method === 'PUT') &&
    /^application\/fhir\+json/.test(headers.get('content-type') ?? '') &&
    headers.has('x-correlation-id')
  );
}

/** Gives every resource to `take`, as `{ method, path, resource }`, until the function returned is called. */
export function collectEmitted(take) {
  const bodies = new WeakMap();
  const began = ({ request }) => {
    if (isEmission(request, headersOf(request))) bodies.set(request, []);
  };
  const sent = ({ request, chunk }) => bodies.get(request)?.push(Buffer.from(chunk));
  const ended = ({ request }) => {
    const pieces = bodies.get(request);
    if (pieces === undefined) return;
    bodies.delete(request);
    const { method, path } = request;
    take({ method, path, resource: JSON.parse(Buffer.concat(pieces).toString('utf8')) });
  };
  const channels = [
    ['undici:request:create', began],
    ['undici:request:bodyChunkSent', sent],
    ['undici:request:bodySent', ended],
  ];
  for (const [name, listener] of channels) subscribe(name, listener);
  return () => {
    for (const [name, listener] of channels) unsubscribe(name, listener);
  };
}

/** Something that writes each emission down as a line of a file of its own, with where it came from; nothing without a folder. */
export function emissionFile(from) {
  const folder = process.env[FOLDER];
  if (folder === undefined) return () => undefined;
  const file = join(folder, `${randomUUID()}.ndjson`);
  return (emission) => appendFileSync(file, `${JSON.stringify({ from, ...emission })}\n`);
}

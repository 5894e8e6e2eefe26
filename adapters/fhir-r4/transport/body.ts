/** Reading the body of an answer without trusting its length, its encoding or its kind. */
import { TextDecoder } from 'node:util';
import type { FhirResource } from 'fhir-kit-client';
import { HubError, type SafeDetails } from '../../../src/core/errors.js';
import { asObject, textOf } from '../json.js';

/** The media types under which servers send FHIR as JSON (FHIR R4 section 3.1.0.1.10, and the ones in use before it). */
const JSON_TYPES = new Set(['application/fhir+json', 'application/json', 'application/json+fhir']);

const protocolFault = (fault: string, details: SafeDetails = {}): HubError =>
  new HubError('HUB_UPSTREAM_PROTOCOL', { details: { fault, ...details } });

/** The media types of newline-delimited JSON (Bulk Data Access 2.0.0), and the one that object stores give to any file. */
const LINES_TYPES = new Set([
  'application/fhir+ndjson',
  'application/ndjson',
  'application/x-ndjson',
  'application/octet-stream',
  'binary/octet-stream',
]);

function mediaTypeOf(response: Response): string {
  return response.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? '';
}

/** True when the answer says that it is JSON; parameters such as the charset are not looked at, FHIR JSON is UTF-8. */
export function saysJson(response: Response): boolean {
  return JSON_TYPES.has(mediaTypeOf(response));
}

/** True when the answer may be newline-delimited JSON by what it says. */
export function saysLines(response: Response): boolean {
  return LINES_TYPES.has(mediaTypeOf(response));
}

/**
 * The body as text, read piece by piece and dropped as soon as it passes the limit, which counts bytes after
 * decompression. `HUB_UPSTREAM_PROTOCOL` for one too large or not UTF-8; a connection that breaks off throws as fetch does.
 */
export async function boundedText(response: Response, maxBytes: number): Promise<string> {
  if (response.body === null) return '';
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let bytes = 0;
  let text = '';
  for await (const piece of response.body as AsyncIterable<Uint8Array>) {
    bytes += piece.byteLength;
    if (bytes > maxBytes) throw protocolFault('TOO_LARGE', { maxBytes });
    text += decode(decoder, piece);
  }
  return text + decode(decoder, undefined);
}

function decode(decoder: TextDecoder, piece: Uint8Array | undefined): string {
  try {
    return decoder.decode(piece, { stream: piece !== undefined });
  } catch {
    throw protocolFault('NOT_UTF8');
  }
}

/**
 * The lines of a body, each as soon as it is whole; only one line is held at a time. `next` does the waiting for each piece.
 * `HUB_UPSTREAM_PROTOCOL` for a line past the limit and for what is not UTF-8. A reader who turns away ends the connection.
 */
export async function* boundedLines(
  response: Response,
  maxBytes: number,
  next: <T>(work: () => Promise<T>) => Promise<T>,
): AsyncGenerator<string, void, undefined> {
  if (response.body === null) return;
  const reader = response.body.getReader();
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await next(() => reader.read());
      rest += decode(decoder, done ? undefined : value);
      const lines = rest.split('\n');
      rest = lines.pop()!;
      if (rest.length > maxBytes) throw protocolFault('TOO_LARGE', { maxBytes });
      for (const line of done ? [...lines, rest] : lines) if (line.trim() !== '') yield line;
      if (done) return;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** The JSON value that the text is, else `HUB_UPSTREAM_PROTOCOL` with what was wrong, never with the text. */
export function parseJson(text: string): unknown {
  if (text.trim() === '') throw protocolFault('EMPTY');
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the text, so it is not kept as a cause.
    throw protocolFault('NOT_JSON');
  }
}

/** The FHIR resource that the text is, else `HUB_UPSTREAM_PROTOCOL` with what was wrong, never with the text. */
export function parseResource(text: string): FhirResource {
  const resource = asObject(parseJson(text));
  if (resource === null || textOf(resource, 'resourceType') === null) throw protocolFault('NOT_FHIR');
  return resource as FhirResource;
}

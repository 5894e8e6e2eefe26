/** Reading the body of an answer without trusting its length, its encoding or its kind. */
import { TextDecoder } from 'node:util';
import type { FhirResource } from 'fhir-kit-client';
import { HubError, type SafeDetails } from '../../../src/core/errors.js';
import { asObject, textOf } from '../json.js';
import { LEFT_ENCODED } from './encodings.js';
import { JsonLimits } from './json-limits.js';

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

const LINE_END = 0x0a;
const NOTHING = new Uint8Array(0);

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

/** Bytes that have come and are not read yet. As bytes they cost what they are; as text they would lie about until collected. */
class Pieces {
  private held: Uint8Array[] = [];
  private bytes = 0;

  constructor(private readonly maxBytes: number) {}

  add(piece: Uint8Array): void {
    this.bytes += piece.byteLength;
    if (this.bytes > this.maxBytes) throw protocolFault('TOO_LARGE', { maxBytes: this.maxBytes });
    this.held.push(piece);
  }

  /** What is held as text, and no longer held; `HUB_UPSTREAM_PROTOCOL` when it is not UTF-8. */
  takeText(): string {
    const decoder = new TextDecoder('utf-8', { fatal: true });
    let text = '';
    try {
      for (const piece of this.held) text += decoder.decode(piece, { stream: true });
      text += decoder.decode();
    } catch {
      throw protocolFault('NOT_UTF8');
    }
    this.held = [];
    this.bytes = 0;
    return text;
  }
}

/** Lets go of a body that is known beforehand to be of no use: in an encoding that was not asked for, or too large. */
async function requireReadable({ headers, body }: Response, maxBytes: number): Promise<void> {
  const isLeftEncoded = headers.get('content-encoding')?.includes(LEFT_ENCODED) === true;
  const isTooLarge = Number(headers.get('content-length') ?? 0) > maxBytes;
  if (!isLeftEncoded && !isTooLarge) return;
  await body?.cancel();
  throw isLeftEncoded ? protocolFault('ENCODING') : protocolFault('TOO_LARGE', { maxBytes });
}

/**
 * The body as text, read piece by piece and dropped as soon as it passes the limit, which counts bytes after
 * decompression, or those of `JSON_LIMITS`. `HUB_UPSTREAM_PROTOCOL` for one too large or not UTF-8; a connection that breaks
 * off throws as fetch does.
 */
export async function boundedText(response: Response, maxBytes: number): Promise<string> {
  if (response.body === null) return '';
  const pieces = new Pieces(maxBytes);
  await requireReadable(response, maxBytes);
  const limits = new JsonLimits(false);
  for await (const piece of response.body as AsyncIterable<Uint8Array>) {
    limits.take(piece);
    pieces.add(piece);
  }
  return pieces.takeText();
}

/**
 * The lines of a body, each as soon as it is whole; only one line is held at a time. `next` does the waiting for each piece.
 * `HUB_UPSTREAM_PROTOCOL` for a line past the limits and for what is not UTF-8. A reader who turns away ends the connection.
 */
export async function* boundedLines(
  response: Response,
  maxBytes: number,
  next: <T>(work: () => Promise<T>) => Promise<T>,
): AsyncGenerator<string, void, undefined> {
  if (response.body === null) return;
  await requireReadable(response, Number.POSITIVE_INFINITY);
  const reader = response.body.getReader();
  const pieces = new Pieces(maxBytes);
  const limits = new JsonLimits(true);
  try {
    for (;;) {
      const { done, value = NOTHING } = await next(() => reader.read());
      limits.take(value);
      // A line end is a byte that no other character of UTF-8 has in it.
      const end = done ? value.length : value.lastIndexOf(LINE_END) + 1;
      pieces.add(value.subarray(0, end));
      if (end > 0 || done)
        for (const line of pieces.takeText().split('\n')) if (line.trim() !== '') yield line;
      if (done) return;
      pieces.add(value.subarray(end));
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

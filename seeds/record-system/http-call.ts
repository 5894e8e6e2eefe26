/** A request and an answer as plain data, between the socket and the FHIR interactions. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** One request, its body read in full. */
export interface HttpCall {
  readonly method: string;
  /** Path without the query, percent-decoding not applied. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Origin as the caller addressed it, `http://host:port`. */
  readonly origin: string;
}

/** An answer before it is sent; length and caching headers are added on the way out. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The body came to more bytes than the server takes. */
export class BodyTooLarge extends Error {}

/** Reads a request's body. Throws `BodyTooLarge` past `limit` bytes, without keeping them. */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
  }
  if (size > limit) throw new BodyTooLarge();
  return Buffer.concat(chunks);
}

/** An answer in JSON. */
export function jsonAnswer(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
  mediaType = 'application/fhir+json',
): HttpAnswer {
  return {
    status,
    headers: { 'content-type': `${mediaType}; charset=utf-8`, ...headers },
    body: JSON.stringify(value),
  };
}

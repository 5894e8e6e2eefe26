/** Undoes no encoding of a body but gzip: the others can be made to run ahead of whoever reads, by a thousand times what came. */
import type { Dispatcher } from 'undici';

const NAME = 'content-encoding';
/** Encodings that `fetch` would undo. */
const UNDONE = new Set(['gzip', 'x-gzip', 'deflate', 'br', 'zstd']);

/** Stands for an encoding that was not undone; `fetch` knows none of that name. */
export const LEFT_ENCODED = 'left-encoded';

/** Headers as they come: names and values in turn, as bytes. */
type RawHeaders = readonly (Buffer | string | readonly Buffer[])[];

const textOf = (part: RawHeaders[number] | undefined): string => String(part ?? '').toLowerCase();

function isLeft(encodings: readonly string[]): boolean {
  const [first] = encodings;
  if (encodings.length === 1 && (first === 'gzip' || first === 'x-gzip')) return false;
  return encodings.some((one) => UNDONE.has(one));
}

/** The headers, with that of the encoding saying so where it is left as it is. */
function marked(headers: RawHeaders): RawHeaders {
  const isEncoding = (at: number): boolean => at % 2 === 0 && textOf(headers[at]) === NAME;
  const encodings = headers
    .flatMap((_part, at) => (isEncoding(at) ? textOf(headers[at + 1]).split(',') : []))
    .map((one) => one.trim());
  if (!isLeft(encodings)) return headers;
  return headers.map((part, at) => (at > 0 && isEncoding(at - 1) ? Buffer.from(LEFT_ENCODED) : part));
}

/**
 * For a dispatcher: an answer in another encoding than the one that was asked for reaches its reader as it came, so that its
 * status counts and its body does not.
 */
export function onlyGzip(dispatch: Dispatcher['dispatch']): Dispatcher['dispatch'] {
  return (options, handler) =>
    dispatch(options, {
      onConnect: (abort) => handler.onConnect?.(abort),
      onError: (error) => handler.onError?.(error),
      onUpgrade: (status, headers, socket) => handler.onUpgrade?.(status, headers, socket),
      onResponseStarted: () => handler.onResponseStarted?.(),
      onHeaders: (status, headers, resume, statusText) =>
        handler.onHeaders?.(status, marked(headers) as Buffer[], resume, statusText) ?? true,
      onData: (piece) => handler.onData?.(piece) ?? true,
      onComplete: (trailers) => handler.onComplete?.(trailers),
    });
}

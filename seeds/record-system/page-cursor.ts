/** Where a search goes on: the ceiling of its first page and the key of the last match, as an opaque text. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { refuse } from './outcomes.js';

/** What a later page needs to know of the pages before it. */
export interface PageCursor {
  /** Latest commit when the first page was made; later pages see nothing newer, so a walk is of one moment. */
  readonly ceiling: number;
  /** Sort value of the last match of the page before; null when the order is that of the commits. */
  readonly key: string | null;
  /** Commit of the last match of the page before. */
  readonly seq: number;
  /** Number of the page that the cursor leads to, from 2. */
  readonly page: number;
}

/** The cursor as text for the parameter `_cursor`. */
export function writeCursor({ ceiling, key, seq, page }: PageCursor): string {
  return Buffer.from(JSON.stringify([ceiling, key, seq, page])).toString('base64url');
}

/** The cursor in a text; 400 for a text that is not one. */
export function readCursor(text: string): PageCursor {
  try {
    const [ceiling, key, seq, page] = JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown[];
    const whole = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
    if (whole(ceiling) && whole(seq) && whole(page) && (key === null || typeof key === 'string'))
      return { ceiling, key, seq, page };
  } catch {
    // Falls through to the refusal: why the text cannot be read does not matter.
  }
  throw refuse('_cursor: not a cursor of this server');
}

const NONCE = 12;
const TAG = 16;

/** Hides a POSTed search in the next link of its page, so that no NHS number gets into a URL. */
export class QuerySeal {
  /** @param key 32 bytes; links of a process with another key cannot be opened. */
  constructor(private readonly key: Buffer) {}

  seal(query: string): string {
    const nonce = randomBytes(NONCE);
    const cipher = createCipheriv('aes-256-gcm', this.key, nonce);
    const body = Buffer.concat([cipher.update(query, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url');
  }

  /** The query again; 400 for anything that was not sealed with this key. */
  open(sealed: string): string {
    const bytes = Buffer.from(sealed, 'base64url');
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.key, bytes.subarray(0, NONCE));
      decipher.setAuthTag(bytes.subarray(NONCE, NONCE + TAG));
      return Buffer.concat([decipher.update(bytes.subarray(NONCE + TAG)), decipher.final()]).toString('utf8');
    } catch {
      throw refuse('_page: not a page of this server');
    }
  }
}

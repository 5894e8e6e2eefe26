/** Looks at JSON while it arrives: a body within its size can still be made to cost the parser a hundred times that in memory. */
import { HubError } from '../../../src/core/errors.js';

/**
 * Objects and lists within each other, and values in all, past which JSON is not parsed. A page of a thousand people with all
 * that comes along has some 150,000 values, 20 deep.
 */
export const JSON_LIMITS = { depth: 128, values: 500_000 } as const;

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const LINE_END = 0x0a;
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_LIST, CLOSE_LIST] = [0x7b, 0x7d, 0x5b, 0x5d];

const tooMuch = (fault: string, most: number): HubError =>
  new HubError('HUB_UPSTREAM_PROTOCOL', { details: { fault, most } });

/** Counts in one body, or in one line at a time of newline-delimited JSON. What is no JSON is left to the parser. */
export class JsonLimits {
  private depth = 0;
  private values = 0;
  private inText = false;
  /** True behind a backslash within a text. */
  private isEscaped = false;

  constructor(private readonly byLine: boolean) {}

  /** The next piece. `HUB_UPSTREAM_PROTOCOL` with fault `TOO_DEEP` or `TOO_MANY` as soon as there is more than is parsed. */
  take(bytes: Uint8Array): void {
    let { inText, isEscaped } = this;
    // By place and with few calls: this looks at every byte of every answer.
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (inText) {
        if (isEscaped) isEscaped = false;
        else if (byte === BACKSLASH) isEscaped = true;
        else if (byte === QUOTE) inText = false;
      } else if (byte === QUOTE) inText = true;
      else if (byte === COMMA) this.values += 1;
      else if (byte === OPEN_OBJECT || byte === OPEN_LIST) this.open();
      else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) this.depth -= 1;
      else if (byte === LINE_END && this.byLine) this.begin();
    }
    this.inText = inText;
    this.isEscaped = isEscaped;
    this.requireFew();
  }

  private begin(): void {
    this.requireFew();
    this.depth = 0;
    this.values = 0;
  }

  private requireFew(): void {
    if (this.values > JSON_LIMITS.values) throw tooMuch('TOO_MANY', JSON_LIMITS.values);
  }

  private open(): void {
    this.depth += 1;
    this.values += 1;
    if (this.depth > JSON_LIMITS.depth) throw tooMuch('TOO_DEEP', JSON_LIMITS.depth);
  }
}

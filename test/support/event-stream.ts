/** Server-sent events as a client reads them: frames of a response body, one at a time, with a limit on the wait. */
import { NEVER_MS } from './eventually.js';

/** One frame: a comment has neither event nor data. */
export interface Frame {
  readonly event: string | null;
  readonly data: unknown;
}

/** Reads a stream frame by frame. */
export class FrameReader {
  private text = '';
  private readonly reader: ReadableStreamDefaultReader<Uint8Array>;
  private readonly decoder = new TextDecoder();

  constructor(response: Response) {
    this.reader = response.body!.getReader() as ReadableStreamDefaultReader<Uint8Array>;
  }

  /** The next frame, comments included; null at the end. Rejects when none comes within the limit. */
  async frame(limitMs = NEVER_MS): Promise<Frame | null> {
    for (;;) {
      const end = this.text.indexOf('\n\n');
      if (end >= 0) {
        const lines = this.text.slice(0, end).split('\n');
        this.text = this.text.slice(end + 2);
        const field = (name: string): string | null =>
          lines
            .find((line) => line.startsWith(`${name}:`))
            ?.slice(name.length + 1)
            .trim() ?? null;
        const data = field('data');
        return { event: field('event'), data: data ? JSON.parse(data) : null };
      }
      const part = await within(limitMs, this.reader.read());
      if (part.done) return null;
      this.text += this.decoder.decode(part.value, { stream: true });
    }
  }

  /** The next event that is no comment; null at the end. */
  async event(limitMs = NEVER_MS): Promise<Frame | null> {
    for (;;) {
      const frame = await this.frame(limitMs);
      if (frame === null || frame.event !== null) return frame;
    }
  }

  /** The result in the next event `next`. Fails on any other event. */
  async result<Data = Record<string, unknown>>(limitMs = NEVER_MS): Promise<StreamResult<Data>> {
    const frame = await this.event(limitMs);
    if (frame?.event !== 'next') throw new Error(`no result but ${JSON.stringify(frame)}`);
    return frame.data as StreamResult<Data>;
  }

  /** True when no event comes within the time. The stream cannot be read any further afterwards. */
  async isSilent(forMs: number): Promise<boolean> {
    try {
      await this.event(forMs);
      return false;
    } catch {
      return true;
    }
  }

  /** Goes away without a word. */
  async leave(): Promise<void> {
    await this.reader.cancel().catch(() => {});
  }
}

/** A result as it is sent. */
export interface StreamResult<Data = Record<string, unknown>> {
  readonly data?: Data | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions: Readonly<Record<string, unknown>> & { readonly code: string };
  }[];
}

async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing within ${limitMs} ms`)), limitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The streams that are open: how many there may be, and their end when the server stops. */
import { HubError } from '../../../src/core/errors.js';

/** A stream that can be ended from outside. */
export interface OpenStream {
  /** Ends it in good order; the subscriber is told that it is complete. */
  end(): void;
}

/** How many streams a server keeps open. */
export interface StreamCounts {
  readonly perSubject: number;
  readonly all: number;
}

/** Counts streams and ends them all. */
export class OpenStreams {
  private readonly bySubject = new Map<string, Set<OpenStream>>();
  private count = 0;
  private closing = false;

  constructor(private readonly limits: StreamCounts) {}

  /** Streams that are open. */
  get size(): number {
    return this.count;
  }

  /** Takes a stream of a subject in. Answers how to let it go. Throws `HUB_ACCESS_RATE` beyond the limits, `HUB_BUSY` while stopping. */
  add(subject: string, stream: OpenStream): () => void {
    if (this.closing) throw new HubError('HUB_BUSY', { message: 'The server is stopping.' });
    const own = this.bySubject.get(subject) ?? new Set();
    if (own.size >= this.limits.perSubject || this.count >= this.limits.all) {
      throw new HubError('HUB_ACCESS_RATE', {
        message: `Too many streams are open; at most ${this.limits.perSubject} of one subject.`,
      });
    }
    this.bySubject.set(subject, own.add(stream));
    this.count++;
    return () => {
      if (!own.delete(stream)) return;
      this.count--;
      if (own.size === 0) this.bySubject.delete(subject);
    };
  }

  /** Ends every stream and takes no more. */
  endAll(): void {
    this.closing = true;
    for (const own of [...this.bySubject.values()]) for (const stream of [...own]) stream.end();
  }
}

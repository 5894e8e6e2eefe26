/** Text for a stream at the pace at which it is taken: whatever reads it, and however slowly, gets the whole of it. */

/** A stream that text goes to; it calls back when a text is out, or with why it could not be. */
export interface TextSink {
  write(text: string, done: (error?: Error | null) => void): unknown;
}

/** So many characters of texts that wait go out at once. */
const CHUNK_CHARACTERS = 65_536;

/**
 * Hands a stream one chunk at a time, and the next when that is out. A pipe that is given a million lines at once fails
 * (`write EINVAL`) with most of them unwritten.
 */
export class PacedText {
  private waiting: string[] = [];
  private isBusy = false;
  private isBroken = false;
  private readonly whenIdle: (() => void)[] = [];

  constructor(private readonly sink: TextSink) {}

  /** Writes a text behind those before it. */
  write(text: string): void {
    if (this.isBroken) return;
    this.waiting.push(text);
    if (!this.isBusy) this.next(0);
  }

  /** Resolves when everything is out, or the stream has failed, which whoever owns it hears of from the stream. */
  async written(): Promise<void> {
    if (this.isBusy) await new Promise<void>((resolve) => this.whenIdle.push(resolve));
  }

  /** Writes the texts from there on, as many as make a chunk. */
  private next(from: number): void {
    let to = from;
    for (let length = 0; to < this.waiting.length && length < CHUNK_CHARACTERS; to++)
      length += this.waiting[to]!.length;
    if (to === from) {
      this.waiting = [];
      this.isBusy = false;
      for (const resolve of this.whenIdle.splice(0)) resolve();
      return;
    }
    this.isBusy = true;
    this.sink.write(this.waiting.slice(from, to).join(''), (error) => {
      this.isBroken = error !== undefined && error !== null;
      if (this.isBroken) this.waiting = [];
      this.next(this.isBroken ? 0 : to);
    });
  }
}

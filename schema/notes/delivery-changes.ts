/** Word that deliveries have changed, from whoever listens to the database, to each subscriber. */
import { HubError } from '../../src/core/errors.js';

/** Tells of changes: the note's id; null when some may have been missed, as after a lost connection. */
export interface DeliveryChanges {
  /** Calls `listener` until the returned function is called. */
  subscribe(listener: (noteId: string | null) => void): () => void;
}

/** What a subscriber is told; whether they may see it is asked when it is answered. */
export interface DeliveryEvent {
  readonly noteId: string;
  /** True when what is seen now differs from what the subscriber was last told. */
  isNews(standing: string): boolean;
}

/** Notes that may wait to be answered at once; beyond, the subscriber is told to begin again. */
const MOST_WAITING = 1_000;

/**
 * The changes that one subscriber waits for, each note once however often it changed meanwhile. Ends with `HUB_BUSY` when
 * more notes wait than the subscriber can be told of, or when changes of unknown notes may have been missed.
 */
export class WatchedChanges implements AsyncIterableIterator<DeliveryEvent> {
  private readonly waiting = new Set<string>();
  private readonly told = new Map<string, string>();
  private readonly unsubscribe: () => void;
  private wake: (() => void) | null = null;
  private ended = false;
  private failure: HubError | null = null;

  /** @param noteId the note that is watched; null: every note. */
  constructor(
    changes: DeliveryChanges,
    private readonly noteId: string | null,
  ) {
    this.unsubscribe = changes.subscribe((changed) => this.hear(changed));
    // The present state comes first.
    if (noteId !== null) this.waiting.add(noteId);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<DeliveryEvent, undefined>> {
    while (!this.ended && this.waiting.size === 0) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    if (this.failure) {
      const error = this.failure;
      this.failure = null;
      throw error;
    }
    const [noteId] = this.waiting;
    if (this.ended || noteId === undefined) return { done: true, value: undefined };
    this.waiting.delete(noteId);
    return { done: false, value: { noteId, isNews: (standing) => this.isNews(noteId, standing) } };
  }

  async return(): Promise<IteratorResult<DeliveryEvent, undefined>> {
    this.end(null);
    return { done: true, value: undefined };
  }

  private isNews(noteId: string, standing: string): boolean {
    if (this.told.get(noteId) === standing) return false;
    if (this.told.size >= MOST_WAITING) this.told.clear();
    this.told.set(noteId, standing);
    return true;
  }

  private hear(changed: string | null): void {
    if (changed === null && this.noteId === null) this.end(new HubError('HUB_BUSY', { message: MISSED }));
    const noteId = changed ?? this.noteId;
    if (noteId === null || (this.noteId !== null && noteId !== this.noteId)) return;
    this.waiting.add(noteId);
    if (this.waiting.size > MOST_WAITING) this.end(new HubError('HUB_BUSY', { message: MISSED }));
    this.wake?.();
  }

  private end(failure: HubError | null): void {
    if (this.ended) return;
    this.ended = true;
    this.failure = failure;
    this.unsubscribe();
    this.waiting.clear();
    this.wake?.();
  }
}

const MISSED = 'Changes may have been missed: read the deliveries again and subscribe anew.';

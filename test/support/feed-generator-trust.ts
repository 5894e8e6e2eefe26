/** A made-up trust: its teams and staff, chance, and what its patient administration system has written. */
import { messageText, type TimeStyle } from './feed-generator-messages.js';

/** What to make. */
export interface FeedPlan {
  readonly seed: number;
  readonly people: number;
  readonly teams: number;
  /** Things that happen to each of them, about. */
  readonly actions: number;
  /** Days from one to the next at most; 150 when not given. */
  readonly everyDays?: number;
  /** Days in which all of it is written; as many as it takes when not given. */
  readonly days?: number;
}

export const DAY = 86_400_000;
export const HOUR = 3_600_000;

/** When the first of it happens; milliseconds. */
const BEGINNING = Date.UTC(2022, 0, 3, 9);

/** Numbers from nought to one that follow from a seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The day of an instant: nothing happens at night, so that it is the same day in universal time and in London. */
export function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** What one plan needs while it is followed. */
export class Trust {
  readonly written: { readonly at: number; readonly text: string }[] = [];
  readonly random: () => number;
  private readonly style: TimeStyle;
  private counter = 0;

  constructor(private readonly plan: FeedPlan) {
    this.random = randomOf(plan.seed);
    // Times without an offset are ten times as dear to read.
    this.style = { withOffset: plan.seed % 10 !== 0 };
  }

  /** A time between nine in the morning and eleven at night, in milliseconds of a day. */
  hour(): number {
    return 9 * HOUR + this.whole(14 * 3600) * 1000;
  }

  /** When somebody is first heard of. */
  first(): number {
    return BEGINNING + this.whole(300) * DAY;
  }

  /** False when it is written too late. */
  isIn(at: number): boolean {
    return this.plan.days === undefined || at < BEGINNING + this.plan.days * DAY;
  }

  /** Days until something happens again: often a few. */
  days(): number {
    return 1 + this.whole(this.random() < 0.5 ? 3 : (this.plan.everyDays ?? 150));
  }

  whole(below: number): number {
    return Math.floor(this.random() * below);
  }

  oneOf<Item>(items: readonly Item[]): Item {
    return items[this.whole(items.length)]!;
  }

  next(prefix: string): string {
    this.counter += 1;
    return `${prefix}${this.plan.seed}.${this.counter}`;
  }

  team(): string {
    return `TEAM${1 + this.whole(this.plan.teams)}`;
  }

  coordinator(): string {
    return `C${this.whole(20)}`;
  }

  birth(): string {
    return dayOf(Date.UTC(1950, 0, 1) + this.whole(18_000) * DAY);
  }

  write(event: string, recorded: number, occurred: number | null, segments: readonly string[]): void {
    const controlId = this.next('M');
    this.written.push({
      at: recorded,
      text: messageText(event, { recorded, occurred, controlId, segments }, this.style),
    });
  }
}

/** Keeps the count of a paged search, so that its end is believed only when everything was received exactly once or more. */
import type { SearchPage } from '../bundle.rules.js';
import { type Json, textOf } from '../json.js';
import { IncompleteReason, incomplete } from './incomplete.js';

/** What tells one state of a resource from another: its version, or its time of change where it has none. */
const stateOf = ({ meta }: Json): string => textOf(meta, 'versionId') ?? textOf(meta, 'lastUpdated') ?? '';

/** A resource in one of its states. */
export const versionOf = (resource: Json): string => `${textOf(resource, 'id')} ${stateOf(resource)}`;

/** What had been seen of a search where it was interrupted. */
export interface SeenBefore {
  readonly pages: number;
  /** Different matches. */
  readonly received: number;
  readonly total: number | null;
}

/** What has been seen of one search. Every fault is `HUB_CASELOAD_INCOMPLETE`. */
export class PagingLedger {
  /** The state last seen of each match, by id. */
  private readonly states = new Map<string, string>();
  private readonly addresses = new Set<string>();
  private total: number | null;
  private pages: number;
  private readonly before: number;

  constructor(
    private readonly maxPages: number,
    before: SeenBefore = { pages: 0, received: 0, total: null },
  ) {
    this.pages = before.pages;
    this.total = before.total;
    this.before = before.received;
  }

  /** Different matches received so far; those from before an interruption that came again since are counted twice. */
  get received(): number {
    return this.before + this.states.size;
  }

  /** Matches that the server says there are; null while it has not. */
  get announced(): number | null {
    return this.total;
  }

  /**
   * Enters a page and returns the matches that are new in id or version: servers that page by key show a record again
   * when it changed meanwhile, which is no fault. A change of the total is: with pages by position, what was removed pulls
   * its successors over the border between two pages. So is a page with nothing new in it.
   */
  enter(page: SearchPage): SearchPage['matches'] {
    this.pages += 1;
    if (page.failed) throw incomplete(IncompleteReason.OUTCOME, { issues: page.failures });
    if (page.total !== null && this.total !== null && page.total !== this.total)
      throw incomplete(IncompleteReason.TOTAL_CHANGED, { before: this.total, after: page.total });
    this.total = page.total ?? this.total;
    const fresh = page.matches.filter((match) => {
      const id = textOf(match, 'id')!;
      const state = stateOf(match);
      const seen = this.states.get(id) === state;
      this.states.set(id, state);
      return !seen;
    });
    if (this.pages > 1 && page.matches.length > 0 && fresh.length === 0)
      throw incomplete(IncompleteReason.REPEATED_PAGE);
    if (page.next === null) this.finish();
    else this.goOn(page.next);
    return fresh;
  }

  private goOn(next: string): void {
    if (this.addresses.has(next)) throw incomplete(IncompleteReason.REPEATED_LINK);
    this.addresses.add(next);
    if (this.pages >= this.maxPages) throw incomplete(IncompleteReason.PAGE_CAP, { pages: this.pages });
  }

  /** Fewer than announced are too few whatever came again; of more than announced, the hub's own count decides after an interruption. */
  private finish(): void {
    const tooMany = this.before === 0 ? this.received : this.states.size;
    if (this.total !== null && (this.received < this.total || tooMany > this.total))
      throw incomplete(IncompleteReason.TOTAL_DIFFERS, { expected: this.total, received: this.received });
  }
}

/** Keeps the count of a paged search, so that its end is believed only when everything was received exactly once or more. */
import type { SearchPage } from '../bundle.rules.js';
import { textOf } from '../json.js';
import { IncompleteReason, incomplete } from './incomplete.js';

/** What has been seen of one search. Every fault is `HUB_CASELOAD_INCOMPLETE`. */
export class PagingLedger {
  private readonly ids = new Set<string>();
  private readonly versions = new Set<string>();
  private readonly addresses = new Set<string>();
  private total: number | null = null;
  private pages = 0;

  constructor(private readonly maxPages: number) {}

  /** Different matches received so far. */
  get received(): number {
    return this.ids.size;
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
      const version = `${id} ${textOf(match.meta, 'versionId') ?? textOf(match.meta, 'lastUpdated') ?? ''}`;
      const seen = this.versions.has(version);
      this.versions.add(version);
      this.ids.add(id);
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

  private finish(): void {
    if (this.total !== null && this.total !== this.received)
      throw incomplete(IncompleteReason.TOTAL_DIFFERS, { expected: this.total, received: this.received });
  }
}

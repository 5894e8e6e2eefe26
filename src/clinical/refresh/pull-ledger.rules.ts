/** Whether the pages of a pull amount to the whole of it: only then may anything be replaced. */
import { HubError } from '../../core/errors.js';
import type { CaseloadPage } from '../clinical-record.port.js';

/** What has come so far. */
export interface PullLedger {
  /** Highest page number seen. */
  readonly pages: number;
  readonly ended: boolean;
  /** The greatest number of memberships that any page announced; null while none has. */
  readonly expected: number | null;
  /** The far end's clock at the first page that told it: nothing that changed since can have been missed by the next increment. */
  readonly watermark: string | null;
}

/** Before the first page. */
export const EMPTY_LEDGER: PullLedger = { pages: 0, ended: false, expected: null, watermark: null };

/** Enters a page. A page that comes twice is entered again; one that leaves a gap, or comes after the last, fails the pull (`HUB_CASELOAD_INCOMPLETE`). */
export function enterPage(ledger: PullLedger, page: CaseloadPage): PullLedger {
  if (page.page > ledger.pages + 1) throw incomplete('a page is missing', ledger);
  if (ledger.ended && page.page > ledger.pages) throw incomplete('a page came after the last', ledger);
  return {
    pages: Math.max(ledger.pages, page.page),
    ended: ledger.ended || page.last,
    expected: page.total === null ? ledger.expected : Math.max(ledger.expected ?? 0, page.total),
    watermark: ledger.watermark ?? page.watermark,
  };
}

/**
 * Passes only a pull that reached its end with at least as many different memberships as were announced. The greatest
 * announcement counts: where one was removed while the pages streamed, those behind it moved up and one may have been missed.
 * @throws HUB_CASELOAD_INCOMPLETE
 */
export function assertWhole(ledger: PullLedger, received: number): void {
  if (!ledger.ended) throw incomplete('the last page never came', ledger);
  if (ledger.expected !== null && received < ledger.expected) {
    throw incomplete('fewer memberships came than were announced', ledger, received);
  }
}

function incomplete(fault: string, ledger: PullLedger, received?: number): HubError {
  return new HubError('HUB_CASELOAD_INCOMPLETE', {
    details: {
      fault,
      pages: ledger.pages,
      expected: ledger.expected,
      ...(received === undefined ? {} : { received }),
    },
  });
}

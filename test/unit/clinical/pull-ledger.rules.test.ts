/** Only a pull whose pages amount to the whole may replace anything. */
import type { CaseloadPage } from '../../../src/clinical/clinical-record.port.js';
import {
  assertWhole,
  EMPTY_LEDGER,
  enterPage,
  type PullLedger,
} from '../../../src/clinical/refresh/pull-ledger.rules.js';

const page = (number: number, more: Partial<CaseloadPage> = {}): CaseloadPage => ({
  page: number,
  last: false,
  total: 5,
  items: [],
  watermark: null,
  ...more,
});
const enter = (...pages: CaseloadPage[]): PullLedger => pages.reduce(enterPage, EMPTY_LEDGER);
const refused = (work: () => unknown): void => {
  expect(work).toThrow(expect.objectContaining({ code: 'HUB_CASELOAD_INCOMPLETE' }));
};

test('a whole pull passes, with its first watermark and greatest announcement', () => {
  const ledger = enter(
    page(1, { watermark: 'first' }),
    page(2, { total: 4, watermark: 'second' }),
    page(3, { last: true }),
  );
  expect(ledger).toEqual({ pages: 3, ended: true, expected: 5, watermark: 'first' });
  assertWhole(ledger, 5);
  assertWhole(ledger, 6);
});

test('a system that announces nothing is believed when it says that the page was the last', () => {
  assertWhole(enter(page(1, { total: null, last: true })), 0);
});

test('a page that comes twice is no harm', () => {
  assertWhole(enter(page(1), page(1), page(2, { last: true }), page(2, { last: true })), 5);
});

test('refused: an end that never came, a gap, a page after the last, fewer than announced', () => {
  refused(() => assertWhole(enter(page(1), page(2)), 5));
  refused(() => assertWhole(EMPTY_LEDGER, 0));
  refused(() => enter(page(1), page(3)));
  refused(() => enter(page(2)));
  refused(() => enter(page(1, { last: true }), page(2)));
  refused(() => assertWhole(enter(page(1, { last: true })), 4));
});

test('refused: one removed while paging, so that those behind moved up and one was skipped', () => {
  refused(() => assertWhole(enter(page(1, { total: 5 }), page(2, { total: 4, last: true })), 4));
});

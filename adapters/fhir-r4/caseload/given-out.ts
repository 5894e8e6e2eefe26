/** What has been given out of an export: the order is that of its files, so that a number and a digest tell where to go on. */
import { createHash } from 'node:crypto';
import { z } from 'zod';

/** What had been given out after a page. */
export const givenShape = z.strictObject({
  page: z.int().min(0),
  items: z.int().min(0),
  /** Of the ids of those items. */
  digest: z.string(),
});
export type Given = z.output<typeof givenShape>;

/** Before the first page. */
export const NOTHING_GIVEN: Given = { page: 0, items: 0, digest: '' };

/** The files hold other memberships, or in another order, than when they were read before. Never leaves the adapter. */
export class OtherOrder extends Error {}

/** Leaves out what had been given out, and tells what has been since. */
export class GivenOut {
  private readonly hash = createHash('sha256');
  private passed = 0;
  private page: number;

  constructor(private readonly before: Given) {
    this.page = before.page;
  }

  /** Those of the next ones that had not been given out. @throws OtherOrder */
  rest<One extends { readonly id: string }>(next: readonly One[]): readonly One[] {
    const count = Math.min(this.before.items - this.passed, next.length);
    if (count === 0) return next;
    this.add(next.slice(0, count));
    if (this.passed === this.before.items && this.digest() !== this.before.digest) throw new OtherOrder();
    return next.slice(count);
  }

  /** Passes when all that had been given out before was there. @throws OtherOrder */
  settle(): void {
    if (this.passed < this.before.items) throw new OtherOrder();
  }

  /** Enters a page; `items` is what has been given out with it. @throws OtherOrder */
  give(items: readonly { readonly id: string }[]): Given {
    this.settle();
    this.add(items);
    this.page += 1;
    return { page: this.page, items: this.passed, digest: this.digest() };
  }

  private add(items: readonly { readonly id: string }[]): void {
    for (const { id } of items) this.hash.update(`${id}\n`);
    this.passed += items.length;
  }

  private digest(): string {
    return this.hash.copy().digest('base64url').slice(0, 22);
  }
}

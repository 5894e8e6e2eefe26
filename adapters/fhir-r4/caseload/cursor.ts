/** Places from which a pull may be gone on with: written for the hub to keep, and read back as suspiciously as an answer. */
import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { parseNhsNumber } from '../../../src/core/nhs-number.js';

/** Characters of a cursor at most; see `CaseloadPage.cursor`. */
const LONGEST = 4_000;

/** Short text that differs where any of the parts does. */
export function digestOf(...parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22);
}

/** A place as a cursor, to be spread into a page; nothing where it is too long, or where an address of the server's has an NHS number in it. */
export function cursorOf(place: object): { readonly cursor?: string } {
  const cursor = JSON.stringify(place);
  const telling = cursor.match(/(?<!\d)\d{3}[ -]?\d{3}[ -]?\d{4}(?!\d)/g) ?? [];
  if (cursor.length > LONGEST || telling.some((digits) => parseNhsNumber(digits) !== null)) return {};
  return { cursor };
}

/** The place that a cursor tells; null when it tells none of that shape. */
export function placeIn<Place>(shape: z.ZodType<Place>, cursor: string): Place | null {
  if (cursor.length > LONGEST) return null;
  try {
    return shape.safeParse(JSON.parse(cursor)).data ?? null;
  } catch {
    return null;
  }
}

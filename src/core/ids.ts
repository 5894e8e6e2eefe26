/** Identifiers: uuid version 7, so that ids sort by the time they were made (RFC 9562 section 5.7). */
import { randomFillSync } from 'node:crypto';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const random = Buffer.alloc(4096);
let used = random.length;

/** Makes sure of so many random bytes from `used` on. */
function haveRandom(bytes: number): void {
  if (used + bytes <= random.length) return;
  randomFillSync(random);
  used = 0;
}

/** A new uuid version 7 in lower case; `atMs` is Unix time in milliseconds, by default the system clock's. */
export function newId(atMs: number = Date.now()): string {
  haveRandom(10);
  const time = Math.floor(atMs).toString(16).padStart(12, '0');
  random[used] = (random[used]! & 0x0f) | 0x70;
  random[used + 2] = (random[used + 2]! & 0x3f) | 0x80;
  const tail = random.toString('hex', used, used + 10);
  used += 10;
  return `${time.slice(0, 8)}-${time.slice(8)}-${tail.slice(0, 4)}-${tail.slice(4, 8)}-${tail.slice(8)}`;
}

/** Alphabet of base 32 (RFC 4648, section 6). */
export const BASE_32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Characters of base 32, each of five random bits; up to 4,096. */
export function randomLetters(length: number): string {
  haveRandom(length);
  let letters = '';
  for (const end = used + length; used < end; used++) letters += BASE_32[random[used]! & 31];
  return letters;
}

/** True for a uuid in canonical lower-case form. */
export function isId(text: string): boolean {
  return UUID.test(text);
}

/** What a look at the record means: the table that alone leads to "filed". */
import type { FiledDocument } from '../../../src/clinical/documents.port.js';
import { compareWithSigned } from '../../../src/delivery/receipt.rules.js';
import { nextLookMs, type Sighting, sightingOf, type Watched } from '../../../src/delivery/sighting.rules.js';

const HASH = 'a'.repeat(64);
const PATIENCE = { watchMs: 100, longestBackoffMs: 1_000, overdueMs: 5_000, lateWatchMs: 3_000 };
const watched = (change: Partial<Watched> = {}): Watched => ({
  sharedSince: null,
  id: 'd',
  organisationId: 'o',
  teamId: 't',
  personId: 'p',
  documentId: 'n',
  documentVersionId: 'v',
  operation: 'FILE',
  isCancelled: false,
  theirs: 'ACCEPTED',
  watchAttempts: 1,
  ageMs: 10,
  textHash: HASH,
  version: 1,
  action: 'CREATE',
  reference: null,
  localIds: ['sent-to', 'survivor'],
  isWithdrawn: false,
  isFollowed: false,
  isTakenBack: false,
  ...change,
});
const found = (change: Partial<FiledDocument> = {}): FiledDocument => ({
  documentVersionId: 'v',
  reference: 'DocumentReference/1',
  version: '3',
  patientLocalId: 'sent-to',
  status: 'CURRENT',
  isFinal: true,
  textHash: HASH,
  ...change,
});
const look = (is: Partial<FiledDocument> | null, was: Partial<Watched> = {}): Sighting =>
  sightingOf(watched(was), is && found(is), PATIENCE, () => 1);

describe('filing', () => {
  it('is filed when id, person and text are those signed and it is final', () => {
    expect(look({})).toEqual({
      id: 'd',
      watchAttempts: 1,
      theirs: 'FILED',
      reference: 'DocumentReference/1',
      version: '3',
      isFiled: true,
      delayMs: null,
      item: null,
      code: null,
      withdraws: false,
    });
  });

  it.each<[string, Partial<FiledDocument>]>([
    ['under the record that took the place of the one sent to', { patientLocalId: 'survivor' }],
    ['replaced by a later version already', { status: 'SUPERSEDED' }],
    ['where the far end itself says so and shows no text', { textHash: null, isAttested: true }],
  ])('also %s', (_name, change) => {
    expect(look(change)).toMatchObject({ theirs: 'FILED', isFiled: true });
  });

  it.each<[string, Partial<FiledDocument>]>([
    ['another version', { documentVersionId: 'w' }],
    ['another person', { patientLocalId: 'stranger' }],
    ['another text', { textHash: 'b'.repeat(64) }],
    ['another text that is not final', { textHash: 'b'.repeat(64), isFinal: false }],
    [
      'another person, marked as entered in error',
      { patientLocalId: 'stranger', status: 'ENTERED_IN_ERROR' },
    ],
    ['marked as entered in error by nobody here', { status: 'ENTERED_IN_ERROR' }],
  ])('%s is a mismatch: somebody is told and it is not looked at again', (_name, change) => {
    expect(look(change)).toMatchObject({
      theirs: null,
      isFiled: false,
      delayMs: null,
      item: 'RECEIPT_MISMATCH',
    });
  });

  it('marked as entered in error after the hub began to withdraw it: withdrawn', () => {
    expect(look({ status: 'ENTERED_IN_ERROR' }, { isWithdrawn: true })).toMatchObject({
      theirs: 'WITHDRAWN',
      isFiled: true,
      delayMs: null,
      item: null,
    });
    expect(
      look({ status: 'ENTERED_IN_ERROR', textHash: 'f'.repeat(64) }, { isWithdrawn: true }),
    ).toMatchObject({ theirs: 'WITHDRAWN', isFiled: false });
  });

  it('not final is theirs to sign, told once, and looked at again', () => {
    expect(look({ isFinal: false })).toMatchObject({
      theirs: 'AWAITING_SIGNATURE',
      isFiled: false,
      delayMs: 100,
    });
    expect(look({ isFinal: false }, { theirs: 'AWAITING_SIGNATURE' })).toMatchObject({
      theirs: null,
      delayMs: 100,
    });
  });

  it.each<[string, Partial<FiledDocument> | null]>([
    ['not there', null],
    ['a text that cannot be read back', { textHash: null }],
  ])('%s proves nothing: looked at again, and overdue in the end', (_name, is) => {
    expect(look(is)).toMatchObject({ theirs: null, isFiled: false, delayMs: 100, item: null });
    expect(look(is, { ageMs: 5_000 })).toMatchObject({ delayMs: 100, item: 'RECEIPT_OVERDUE' });
  });

  it('without a patient that it could be under it is a mismatch', () => {
    expect(look({}, { localIds: null })).toMatchObject({ item: 'RECEIPT_MISMATCH' });
  });
});

describe('withdrawing', () => {
  const was = { operation: 'WITHDRAW' as const };
  it('is proved by the mark alone', () => {
    expect(look({ status: 'ENTERED_IN_ERROR' }, was)).toMatchObject({
      theirs: 'WITHDRAWN',
      isFiled: false,
      delayMs: null,
    });
    expect(look({ status: 'ENTERED_IN_ERROR', textHash: null }, was)).toMatchObject({ theirs: 'WITHDRAWN' });
    for (const is of [null, {}, { status: 'SUPERSEDED' as const }, { isFinal: false }])
      expect(look(is, was)).toMatchObject({ theirs: null, delayMs: 100 });
  });
});

describe('cancelled when it may have arrived', () => {
  const was = { isCancelled: true, theirs: 'NONE' as const, ageMs: 100 };
  const nothing = { theirs: null, isFiled: false, item: null, code: null, withdraws: false };

  it('is looked for until its time is over, and is never overdue', () => {
    expect(look(null, was)).toMatchObject({ ...nothing, delayMs: 100 });
    expect(look(null, { ...was, ageMs: 2_999 })).toMatchObject({ ...nothing, delayMs: 100 });
    expect(look(null, { ...was, ageMs: 3_000 })).toMatchObject({ ...nothing, delayMs: null });
    expect(look(null, { ...was, ageMs: 9_000, isTakenBack: true })).toMatchObject({
      ...nothing,
      delayMs: null,
    });
  });

  it.each<[string, Partial<FiledDocument>]>([
    ['', {}],
    [', held for review', { isFinal: false }],
    [', its text unreadable', { textHash: null }],
  ])('shows after all%s: somebody’s work under its own code, and never called filed', (_name, is) => {
    for (const ageMs of [100, 9_000])
      expect(look(is, { ...was, ageMs })).toMatchObject({
        ...nothing,
        item: 'RECEIPT_MISMATCH',
        code: 'HUB_DELIVERY_LATE',
        delayMs: null,
        reference: 'DocumentReference/1',
      });
  });

  it('shows after the note was taken back: withdrawn once more, by where it was seen', () => {
    expect(look({}, { ...was, isTakenBack: true })).toMatchObject({
      ...nothing,
      withdraws: true,
      delayMs: null,
      reference: 'DocumentReference/1',
    });
  });

  it('is left to what follows it in the lane, however long that takes', () => {
    for (const isTakenBack of [true, false])
      expect(look({}, { ...was, ageMs: 9_000, isTakenBack, isFollowed: true })).toMatchObject({
        ...nothing,
        delayMs: 100,
      });
  });

  it('replaced, or marked as entered in error, it is as it should be', () => {
    expect(look({ status: 'SUPERSEDED' }, was)).toMatchObject({ ...nothing, delayMs: null });
    expect(look({ status: 'ENTERED_IN_ERROR' }, was)).toMatchObject({
      ...nothing,
      theirs: 'WITHDRAWN',
      delayMs: null,
    });
  });

  it('with another text or under another person it is a mismatch as ever', () => {
    for (const is of [{ textHash: 'b'.repeat(64) }, { patientLocalId: 'stranger' }])
      expect(look(is, { ...was, isTakenBack: true })).toMatchObject({
        item: 'RECEIPT_MISMATCH',
        code: 'HUB_DELIVERY_MISMATCH',
        withdraws: false,
        delayMs: null,
      });
  });
});

it.each(['FILE', 'WITHDRAW'] as const)(
  '%s that was taken and then turned down is somebody’s work',
  (operation) => {
    expect(look({ status: 'REJECTED', textHash: null }, { operation })).toMatchObject({
      theirs: 'REJECTED',
      isFiled: false,
      delayMs: null,
      item: 'RECEIPT_MISMATCH',
      code: 'HUB_UPSTREAM_REJECTED',
    });
  },
);

it('looks ever more rarely, never more than twice as often as the longest time', () => {
  const at = (attempts: number, random: number): number => nextLookMs(attempts, PATIENCE, () => random);
  expect([1, 2, 3, 4, 5, 60].map((attempts) => at(attempts, 1))).toEqual([100, 200, 400, 800, 1_000, 1_000]);
  expect(at(60, 0)).toBe(500);
});

it('comparing looks at id and person before anything else is believed', () => {
  const signed = { documentVersionId: 'v', textHash: HASH, localIds: ['sent-to'] };
  expect(compareWithSigned(signed, found())).toBe('EQUAL');
  expect(compareWithSigned(signed, found({ isFinal: false, textHash: null }))).toBe('HELD');
  expect(compareWithSigned(signed, found({ textHash: null }))).toBe('UNPROVEN');
  expect(compareWithSigned(signed, found({ status: 'ENTERED_IN_ERROR', textHash: 'b' }))).toBe('WITHDRAWN');
  expect(compareWithSigned({ ...signed, localIds: [] }, found())).toBe('MISMATCH');
});

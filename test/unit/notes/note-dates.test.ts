/** The times of a note: late by the hour, days by the calendar of London, nothing in the future or after death. */
import fc from 'fast-check';
import { addDays, londonDate } from '../../../src/core/calendar.js';
import type { HubError } from '../../../src/core/errors.js';
import {
  type ContactBounds,
  contactCountsFrom,
  contactStart,
  endOfLondonDay,
  isLateEntry,
  mustBeAcceptableContact,
  mustNotBeAfterDeath,
} from '../../../src/notes/note-dates.rules.js';

const at = (text: string): Date => new Date(text);
const HOUR_MS = 3_600_000;
const day = (contactOn: string): { contactOn: string; contactStartedAt: null } => ({
  contactOn,
  contactStartedAt: null,
});

function fault(work: () => unknown): string {
  try {
    work();
    return 'accepted';
  } catch (error) {
    const { code, details } = error as HubError;
    return `${code} ${code === 'HUB_NOTE_DATE' ? details.fault : details.field}`;
  }
}

describe('endOfLondonDay', () => {
  it.each([
    ['2026-01-15', '2026-01-16T00:00:00.000Z'],
    ['2026-07-15', '2026-07-15T23:00:00.000Z'],
    ['2026-03-28', '2026-03-29T00:00:00.000Z'],
    ['2026-03-29', '2026-03-29T23:00:00.000Z'],
    ['2026-10-24', '2026-10-24T23:00:00.000Z'],
    ['2026-10-25', '2026-10-26T00:00:00.000Z'],
    ['2025-12-31', '2026-01-01T00:00:00.000Z'],
  ])('%s ends at %s', (date, instant) => {
    expect(endOfLondonDay(date).toISOString()).toBe(instant);
  });

  it('is the first instant of the next day, on any day', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20_000 }), (days) => {
        const date = addDays('2000-01-01', days);
        const end = endOfLondonDay(date);
        expect(londonDate(end)).toBe(addDays(date, 1));
        expect(londonDate(new Date(end.getTime() - 1))).toBe(date);
      }),
    );
  });
});

describe('isLateEntry', () => {
  it.each([
    ['a day alone, the last instant of 24 hours after its end', null, '2026-03-03T00:00:00Z', false],
    ['a day alone, one millisecond later', null, '2026-03-03T00:00:00.001Z', true],
    ['a start, 24 hours after it', '2026-03-01T10:00:00Z', '2026-03-02T10:00:00Z', false],
    ['a start, one millisecond later', '2026-03-01T10:00:00Z', '2026-03-02T10:00:00.001Z', true],
    ['signed before the day is over', null, '2026-03-01T08:00:00Z', false],
  ])('%s', (_what, start, signed, late) => {
    const contact = { contactOn: '2026-03-01', contactStartedAt: start === null ? null : at(start) };
    expect(isLateEntry(contact, at(signed), 24)).toBe(late);
  });

  it('counts real hours over the change of the clocks', () => {
    expect(isLateEntry(day('2026-03-28'), at('2026-03-30T00:00:00Z'), 24)).toBe(false);
    expect(isLateEntry(day('2026-10-24'), at('2026-10-25T23:00:00Z'), 24)).toBe(false);
    expect(isLateEntry(day('2026-10-24'), at('2026-10-25T23:00:00.001Z'), 24)).toBe(true);
  });

  it('is decided by the policy’s hours, 0 included', () => {
    expect(isLateEntry(day('2026-03-01'), at('2026-03-02T00:00:00Z'), 0)).toBe(false);
    expect(isLateEntry(day('2026-03-01'), at('2026-03-02T00:00:00.001Z'), 0)).toBe(true);
  });

  it('once late, late for ever; a longer policy is never stricter', () => {
    fc.assert(
      fc.property(fc.nat(500), fc.nat(500), fc.nat(100), fc.nat(100), (signed, more, hours, longer) => {
        const contact = day('2026-03-01');
        const from = contactCountsFrom(contact).getTime();
        const late = (after: number, policy: number): boolean =>
          isLateEntry(contact, new Date(from + after * HOUR_MS), policy);
        if (late(signed, hours)) expect(late(signed + more, hours)).toBe(true);
        if (late(signed, hours + longer)) expect(late(signed, hours)).toBe(true);
        expect(late(signed, hours)).toBe(signed > hours);
      }),
    );
  });
});

describe('contactStart', () => {
  it.each([undefined, null])('is not known for %s', (value) => {
    expect(contactStart('2026-07-01', value)).toBeNull();
  });
  it.each(['2026-07-01T10:00:00Z', '2026-06-30T23:00:00Z', '2026-07-01T22:59:59Z'])(
    '%s is on 1 July',
    (value) => {
      expect(contactStart('2026-07-01', value)?.toISOString()).toBe(at(value).toISOString());
    },
  );
  it.each(['2026-06-30T22:59:59Z', '2026-07-01T23:00:00Z', 'noon', ''])('%j is not', (value) => {
    expect(fault(() => contactStart('2026-07-01', value))).toBe('HUB_INPUT_INVALID contactStartedAt');
  });
});

describe('mustBeAcceptableContact', () => {
  const NOW = at('2026-03-11T12:00:00Z');
  const bounds = (change: Partial<ContactBounds> = {}): ContactBounds => ({
    now: NOW,
    firstSignedAt: NOW,
    latestBackDays: 90,
    clause: 'clause 7',
    deceasedOn: null,
    closedOn: null,
    ...change,
  });
  const judge = (
    contactOn: string,
    change: Partial<ContactBounds> = {},
    start: string | null = null,
  ): string =>
    fault(() =>
      mustBeAcceptableContact(
        { contactOn, contactStartedAt: start === null ? null : at(start) },
        bounds(change),
      ),
    );

  it.each([
    ['today', '2026-03-11', {}, 'accepted'],
    ['tomorrow', '2026-03-12', {}, 'HUB_NOTE_DATE IN_FUTURE'],
    ['the last day back', '2025-12-11', {}, 'accepted'],
    ['a day further', '2025-12-10', {}, 'HUB_NOTE_DATE TOO_FAR_BACK'],
    ['no day back', '2026-03-10', { latestBackDays: 0 }, 'HUB_NOTE_DATE TOO_FAR_BACK'],
    ['the day of death', '2026-03-05', { deceasedOn: '2026-03-05' }, 'accepted'],
    ['the day after', '2026-03-06', { deceasedOn: '2026-03-05' }, 'HUB_NOTE_DATE AFTER_DEATH'],
    ['the last day open', '2026-03-04', { closedOn: '2026-03-05' }, 'accepted'],
    ['the day closed', '2026-03-05', { closedOn: '2026-03-05' }, 'HUB_NOTE_DATE AFTER_CLOSING'],
    ['long ago, amended today', '2025-06-01', { firstSignedAt: at('2025-06-10T12:00:00Z') }, 'accepted'],
    [
      'further back than when it was signed first',
      '2025-01-01',
      { firstSignedAt: at('2025-06-10T12:00:00Z') },
      'HUB_NOTE_DATE TOO_FAR_BACK',
    ],
  ] as const)('%s', (_what, contactOn, change, outcome) => {
    expect(judge(contactOn, change)).toBe(outcome);
  });

  it('refuses a start later today', () => {
    expect(judge('2026-03-11', {}, '2026-03-11T12:00:00Z')).toBe('accepted');
    expect(judge('2026-03-11', {}, '2026-03-11T12:00:00.001Z')).toBe('HUB_NOTE_DATE IN_FUTURE');
  });

  it('takes today from London', () => {
    const now = at('2026-07-01T23:30:00Z');
    expect(judge('2026-07-02', { now, firstSignedAt: now })).toBe('accepted');
  });

  it('names the clause and the earliest day, and never the day of death', () => {
    const refuse = (contactOn: string, deceasedOn: string | null) => () =>
      mustBeAcceptableContact(day(contactOn), bounds({ deceasedOn }));
    expect(refuse('2025-12-10', null)).toThrow(
      'further back than clause 7; accepted: a date from 2025-12-11',
    );
    expect(refuse('2026-03-06', '2026-03-05')).toThrow('after the person’s death');
    expect(refuse('2026-03-06', '2026-03-05')).not.toThrow(/2026-03-05|5 March/);
  });

  it('mustNotBeAfterDeath lets through whoever lives', () => {
    expect(fault(() => mustNotBeAfterDeath('2026-03-11', null))).toBe('accepted');
  });
});

/** Referral rules: dates, states, bands, names, the day by which the service makes contact. */
import fc from 'fast-check';
import * as rules from '../../../src/casework/referrals/referral.rules.js';
import { addDays, birthday } from '../../../src/core/calendar.js';
import { HubError } from '../../../src/core/errors.js';
import { isWorkingDay } from '../../../src/core/working-days.js';

const TODAY = '2026-03-11';

/** Code and field of what is thrown. */
function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    const { code, details } = error as HubError;
    return details.field === undefined ? code : `${code} ${details.field}`;
  }
  return 'accepted';
}

describe('pastDate', () => {
  it.each([TODAY, '2000-01-01', '2024-02-29'])('accepts %s', (date) => {
    expect(rules.pastDate('on', date, TODAY)).toBe(date);
  });
  it.each(['2026-03-12', '1999-12-31', '2026-02-29', '11/03/2026', '2026-3-1', '', '2026-03-11T00:00:00Z'])(
    'refuses %j and names the field',
    (date) => {
      expect(refusal(() => rules.pastDate('on', date, TODAY))).toBe('HUB_INPUT_INVALID on');
    },
  );
});

describe('dateOfBirth', () => {
  it.each([TODAY, '1905-03-12', '1990-05-01'])('accepts %s', (date) => {
    expect(rules.dateOfBirth('born', date, TODAY)).toBe(date);
  });
  it.each(['2026-03-12', '1905-03-11', '1990-02-30', 'unknown'])('refuses %j', (date) => {
    expect(refusal(() => rules.dateOfBirth('born', date, TODAY))).toBe('HUB_INPUT_INVALID born');
  });
});

describe('acceptedOn', () => {
  const accept = (state: rules.ReferralState, date: string) =>
    rules.acceptedOn(state, '2026-03-02', date, TODAY);

  it.each(['2026-03-02', TODAY])('accepts a received referral on %s', (date) => {
    expect(accept('RECEIVED', date)).toBe(date);
  });
  it.each(['2026-03-01', '2026-03-12', 'soon'])('refuses the date %s', (date) => {
    expect(refusal(() => accept('RECEIVED', date))).toBe('HUB_INPUT_INVALID acceptedOn');
  });
  it.each(['ACCEPTED', 'DECLINED', 'CLOSED'] as const)('refuses a referral that is %s', (state) => {
    expect(refusal(() => accept(state, TODAY))).toBe('HUB_STATE_CONFLICT');
  });
});

describe('mustBeOpen', () => {
  it.each([
    ['RECEIVED', 'accepted'],
    ['ACCEPTED', 'accepted'],
    ['DECLINED', 'HUB_STATE_CONFLICT'],
    ['CLOSED', 'HUB_STATE_CONFLICT'],
  ] as const)('%s: %s', (state, outcome) => {
    expect(refusal(() => rules.mustBeOpen(state))).toBe(outcome);
  });
});

describe('oneOf', () => {
  it('accepts every value and names all of them when refusing another', () => {
    for (const route of Object.values(rules.ReferralRoute)) {
      expect(rules.oneOf('route', route, rules.ReferralRoute)).toBe(route);
    }
    expect(() => rules.oneOf('route', 'PIGEON', rules.ReferralRoute)).toThrow(
      'route: not one of the values; accepted: CARE_COORDINATOR, CLINICAL_TEAM, JOINT, SELF, JOBCENTRE_PLUS, OTHER_AGENCY',
    );
    expect(refusal(() => rules.oneOf('route', 'toString', rules.ReferralRoute))).toBe(
      'HUB_INPUT_INVALID route',
    );
  });
});

describe('firstContactDueOn', () => {
  it.each([
    ['a plain week', '2026-03-11', '2026-03-18'],
    ['received on a Saturday', '2026-03-14', '2026-03-20'],
    ['over Good Friday and Easter Monday', '2026-04-01', '2026-04-10'],
    ['over Christmas, with Boxing Day kept on the Monday', '2026-12-23', '2027-01-04'],
    ['over the early May holiday', '2026-05-01', '2026-05-11'],
    ['over the added holiday of May 2023', '2023-04-28', '2023-05-09'],
  ])('counts five working days: %s', (_, receivedOn, due) => {
    expect(rules.firstContactDueOn(receivedOn, 5)).toBe(due);
  });

  it('is open where the specification names none', () => {
    expect(rules.firstContactDueOn('2026-03-11', null)).toBeNull();
  });

  it('is a working day with as many working days up to it as the specification says', () => {
    const day = fc.integer({ min: 0, max: 3_000 }).map((offset) => addDays('2020-01-01', offset));
    fc.assert(
      fc.property(day, fc.integer({ min: 1, max: 40 }), (from, count) => {
        const due = rules.firstContactDueOn(from, count) as string;
        let working = 0;
        for (let date = addDays(from, 1); date <= due; date = addDays(date, 1)) {
          if (isWorkingDay(date)) working++;
        }
        expect(isWorkingDay(due)).toBe(true);
        expect(working).toBe(count);
      }),
    );
  });
});

describe('ageBand', () => {
  it.each([
    [15, 'OTHER'],
    [16, '16-25'],
    [25, '16-25'],
    [26, '26-35'],
    [35, '26-35'],
    [36, '36-45'],
    [45, '36-45'],
    [46, '46-55'],
    [55, '46-55'],
    [56, '56-64'],
    [64, '56-64'],
    [65, 'OTHER'],
  ])('on the %d-th birthday it is %s', (years, band) => {
    expect(rules.ageBand('1970-06-15', birthday('1970-06-15', years))).toBe(band);
  });

  it('changes on the birthday and not the day before', () => {
    expect(rules.ageBand('2000-06-15', '2026-06-14')).toBe('16-25');
    expect(rules.ageBand('2000-06-15', '2026-06-15')).toBe('26-35');
  });

  it('changes on 1 March for somebody born on a leap day', () => {
    expect(rules.ageBand('2000-02-29', '2026-02-28')).toBe('16-25');
    expect(rules.ageBand('2000-02-29', '2026-03-01')).toBe('26-35');
  });

  it('is not known without a date of birth', () => {
    expect(rules.ageBand(null, TODAY)).toBeNull();
  });
});

describe('personName', () => {
  it.each([
    ['  Ann  ', 'Ann'],
    ['O’Neill-Ševčík', 'O’Neill-Ševčík'],
    ['Zoe\u0308', 'Zo\u00eb'],
    ['X', 'X'],
    ['n'.repeat(100), 'n'.repeat(100)],
    ['محمد', 'محمد'],
  ])('keeps %j as %j', (given, kept) => {
    expect(rules.personName('name', given)).toBe(kept);
  });
  it.each(['', '   ', 'n'.repeat(101), 'a\u0000b', 'a\nb', 'a\u202eb', 'a\u2066b', 'a\u200fb'])(
    'refuses %j',
    (name) => {
      expect(refusal(() => rules.personName('name', name))).toBe('HUB_INPUT_INVALID name');
    },
  );
});

describe('contactDetail', () => {
  it.each([
    [' 01202 496000 ', '01202 496000'],
    ['', null],
    ['   ', null],
    [null, null],
    [undefined, null],
  ])('keeps %j as %j', (given, kept) => {
    expect(rules.contactDetail('telephone', given)).toBe(kept);
  });
  it.each(['1'.repeat(41), '0120\u00002', 'first\nsecond', '\u202e1234'])('refuses %j', (text) => {
    expect(refusal(() => rules.contactDetail('telephone', text))).toBe('HUB_INPUT_INVALID telephone');
  });
});

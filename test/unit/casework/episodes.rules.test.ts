/** When an episode may open, who may carry it, where its notes go, how it ends. */
import * as rules from '../../../src/casework/episodes/episode.rules.js';

const TODAY = '2026-03-11';
const refusal = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    const { code, details, message } = error as { code: string; details: object; message: string };
    return { code, message, ...details };
  }
  throw new Error('it was accepted');
};

describe('openedOn', () => {
  const accepted = { state: 'ACCEPTED', acceptedOn: '2026-03-05' } as const;

  it.each(['2026-03-05', '2026-03-08', TODAY])('takes %s, from acceptance to today', (day) => {
    expect(rules.openedOn(accepted, day, TODAY)).toBe(day);
  });

  it.each([
    ['2026-03-04', 'a date from 2026-03-05'],
    ['2026-03-12', `a date up to ${TODAY}`],
    ['2026-02-30', 'YYYY-MM-DD'],
    ['', 'YYYY-MM-DD'],
    ['1999-12-31', 'a date from 2000-01-01'],
  ])('refuses %s and says what is accepted', (day, told) => {
    expect(refusal(() => rules.openedOn(accepted, day, TODAY))).toMatchObject({
      code: 'HUB_INPUT_INVALID',
      field: 'openedOn',
      accepted: told,
    });
  });

  it.each(['RECEIVED', 'DECLINED', 'CLOSED'] as const)('refuses a referral that is %s', (state) => {
    expect(refusal(() => rules.openedOn({ state, acceptedOn: '2026-03-05' }, TODAY, TODAY))).toMatchObject({
      code: 'HUB_STATE_CONFLICT',
      state,
      message: 'Only an accepted referral becomes an episode; accept it first.',
    });
  });

  it('refuses an accepted referral without a day of acceptance', () => {
    const odd = { state: 'ACCEPTED', acceptedOn: null } as const;
    expect(refusal(() => rules.openedOn(odd, TODAY, TODAY))).toMatchObject({ code: 'HUB_STATE_CONFLICT' });
  });
});

describe('specialistAsked', () => {
  it.each([
    ['the one named', 'named', 'on-referral', 'self', 'named'],
    ['else whoever is on the referral', null, 'on-referral', 'self', 'on-referral'],
    ['else the caller who is a specialist', undefined, null, 'self', 'self'],
  ])('asks %s', (_what, named, onReferral, self, asked) => {
    expect(rules.specialistAsked(named, onReferral, self)).toBe(asked);
  });

  it('says what to give when there is nobody', () => {
    expect(refusal(() => rules.specialistAsked(null, null, null))).toMatchObject({
      code: 'HUB_INPUT_INVALID',
      field: 'specialistId',
      accepted: 'the id of an employment specialist of the team',
    });
  });
});

describe('destinationOf', () => {
  const north = { systemId: 'n', code: 'north' };
  const south = { systemId: 's', code: 'south' };

  it.each([
    ['the only system', [north], null, 'n'],
    ['none while no system has the team', [], undefined, null],
    ['the one named among several', [north, south], 'south', 's'],
    ['the one named, though it is the only one', [north], 'north', 'n'],
  ])('is %s', (_what, mapping, code, systemId) => {
    expect(rules.destinationOf(mapping, code)).toBe(systemId);
  });

  it.each([
    ['several have the team and none is named', [north, south], null, 'north, south'],
    ['the one named does not have the team', [north], 'south', 'north'],
    ['one is named and none has the team', [], 'south', 'none: no record system has the team mapped'],
  ])('refuses when %s', (_what, mapping, code, accepted) => {
    expect(refusal(() => rules.destinationOf(mapping, code))).toMatchObject({
      code: 'HUB_INPUT_INVALID',
      field: 'systemCode',
      accepted,
    });
  });
});

describe('assignedFrom', () => {
  const current = { staffId: 'a', validFrom: '2026-03-05' };

  it.each(['2026-03-05', '2026-03-09', TODAY])('takes %s', (day) => {
    expect(rules.assignedFrom(current, 'b', day, TODAY)).toBe(day);
  });

  it('never overwrites who carried it before', () => {
    expect(refusal(() => rules.assignedFrom(current, 'b', '2026-03-04', TODAY))).toMatchObject({
      code: 'HUB_STATE_CONFLICT',
      field: 'from',
      accepted: 'a date from 2026-03-05',
    });
  });

  it('refuses the one who carries it already, and a day to come', () => {
    expect(refusal(() => rules.assignedFrom(current, 'a', TODAY, TODAY))).toMatchObject({
      code: 'HUB_STATE_CONFLICT',
      message: 'They carry the episode already.',
    });
    expect(refusal(() => rules.assignedFrom(current, 'b', '2026-03-12', TODAY))).toMatchObject({
      code: 'HUB_INPUT_INVALID',
      field: 'from',
    });
  });
});

describe('closedOn', () => {
  const episode = { openedOn: '2026-03-01', validFrom: '2026-03-05' };

  it.each(['2026-03-05', TODAY])('takes %s', (day) => {
    expect(rules.closedOn(episode, day, TODAY)).toBe(day);
  });

  it.each([
    ['2026-02-28', 'HUB_INPUT_INVALID', 'a date from 2026-03-01'],
    ['2026-03-04', 'HUB_STATE_CONFLICT', 'a date from 2026-03-05'],
    ['2026-03-12', 'HUB_INPUT_INVALID', `a date up to ${TODAY}`],
    ['soon', 'HUB_INPUT_INVALID', 'YYYY-MM-DD'],
  ])('refuses %s with %s', (day, code, accepted) => {
    expect(refusal(() => rules.closedOn(episode, day, TODAY))).toMatchObject({ code, accepted });
  });
});

describe('mustBeOpenEpisode', () => {
  it('lets an open one through and refuses a closed one', () => {
    rules.mustBeOpenEpisode('OPEN');
    expect(refusal(() => rules.mustBeOpenEpisode('CLOSED'))).toMatchObject({
      code: 'HUB_STATE_CONFLICT',
      state: 'CLOSED',
    });
  });
});

it('names the days on which somebody is no specialist of the team, and never who', () => {
  expect(rules.notASpecialist('2026-03-05').message).toContain('2026-03-05');
  expect(rules.notASpecialist('2026-03-05').details).toMatchObject({ field: 'specialistId' });
});

/** Presence lasts for days, absence for hours, and neither is concluded from silence. */
import {
  absenceStanding,
  lastSeen,
  presenceUsable,
  type SweepEvidence,
} from '../../../src/clinical/freshness.rules.js';

const now = new Date('2026-03-02T09:00:00Z');
const ago = (hours: number): Date => new Date(now.getTime() - hours * 3_600_000);

function swept(
  teamKind: string | null,
  hours: number | null,
  more: Partial<SweepEvidence> = {},
): SweepEvidence {
  return {
    systemId: 'system',
    systemCode: 'SYS',
    teamReference: `${teamKind}`,
    teamId: teamKind,
    teamName: teamKind,
    teamKind,
    sweepStartedAt: hours === null ? null : ago(hours),
    presenceBudgetHours: 168,
    absenceBudgetHours: 26,
    ...more,
  };
}

test.each([
  [0, true],
  [168, true],
  [168.001, false],
])('seen open %s hours ago is usable: %s', (hours, usable) => {
  expect(presenceUsable(ago(hours), now, 168)).toBe(usable);
});

test('last seen is the later of the first observation and the last complete sweep', () => {
  expect(lastSeen(ago(50), ago(20))).toEqual(ago(20));
  expect(lastSeen(ago(10), ago(20))).toEqual(ago(10));
  expect(lastSeen(ago(50), null)).toEqual(ago(50));
});

const kinds = new Set(['CMHT', 'EIP']);
test.each([
  ['all fresh', [swept('CMHT', 20), swept('EIP', 26)], { usable: true, fault: null, since: ago(26) }],
  [
    'one a moment past its budget',
    [swept('CMHT', 20), swept('EIP', 26.001)],
    { usable: false, fault: 'STALE' },
  ],
  ['one never swept', [swept('CMHT', 20), swept('EIP', null)], { usable: false, fault: 'NEVER_SWEPT' }],
  ['a stale team of another kind', [swept('CMHT', 20), swept('CRISIS', 90)], { usable: true, fault: null }],
  ['no team of the kinds', [swept('CRISIS', 1)], { usable: false, fault: 'NO_TEAM' }],
  ['nothing known at all', [], { usable: false, fault: 'NO_TEAM' }],
  ['an unmapped reference swept', [swept('CMHT', 20), swept(null, 1)], { usable: true, fault: null }],
  [
    'an unmapped reference never swept',
    [swept('CMHT', 20), swept(null, null)],
    { usable: false, fault: 'NEVER_SWEPT' },
  ],
  [
    'a system with a longer budget',
    [swept('CMHT', 40, { absenceBudgetHours: 48 })],
    { usable: true, fault: null },
  ],
  [
    'one system fresh, the other not',
    [swept('CMHT', 1), swept('CMHT', 30, { systemId: 'other' })],
    { usable: false, fault: 'STALE' },
  ],
])('absence with %s', (_what, sweeps, expected) => {
  expect(absenceStanding(sweeps, kinds, now)).toMatchObject(expected);
});

test('every kind counts when none are named, and what is wanting is listed', () => {
  const stale = swept('CRISIS', 90);
  expect(absenceStanding([swept('CMHT', 1), stale], null, now)).toMatchObject({
    usable: false,
    wanting: [stale],
  });
});

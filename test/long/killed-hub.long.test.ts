/**
 * kill -9 of the hub at each of four moments, ten times each, under twenty writers: every signed note on the record once and in
 * order. Five planted faults each go red by the same scenario and the same count.
 */
import {
  type Course,
  clearAway,
  expectRed,
  KILL_POINTS,
  makeReady,
  NOTHING_WRONG,
  run,
} from '../support/killed-hub.js';

beforeAll(makeReady, 60_000);
afterAll(clearAway);

test('10 kills at each of the four points under 20 writers, and a hub that wakes up late: everything once and in order', async () => {
  const kills = Array.from({ length: 40 }, (_, n) => KILL_POINTS[n % 4]!);
  expect(await run('sound', { kills, withSleeper: true })).toEqual(NOTHING_WRONG);
}, 900_000);

describe('planted faults go red', () => {
  const course = (kills: Course['kills'], withSleeper = false): Course => ({ kills, withSleeper });

  test.each([
    ['mark before send', course(['afterClaim', 'afterClaim', 'afterClaim']), 'lost'],
    ['resend without asking', course(['afterAnswer', 'afterSend', 'afterAnswer']), 'doubled'],
    ['no fence', course([], true), 'doubled'],
    ['order by created_on', course([]), 'disordered'],
    ['exists() on the snapshot', course([]), 'unfinished'],
  ] as const)('%s', (variant, form, what) => expectRed(variant, form, what), 300_000);
});

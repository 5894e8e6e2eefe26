/**
 * kill -9 of the hub at every moment that matters, a hub that is stopped and wakes up later, and twenty writers meanwhile; in
 * test/long ten kills at each moment. Planted faults go red by the same scenario and the same count: here two that a kill
 * and the sleeper show at once, in test/long all five.
 */
import {
  clearAway,
  expectRed,
  KILL_POINTS,
  makeReady,
  NOTHING_WRONG,
  run,
} from '../../support/killed-hub.js';

beforeAll(makeReady, 60_000);
afterAll(clearAway);

test('a kill at each of the four points under 20 writers, and a hub that wakes up late: everything once and in order', async () => {
  expect(await run('sound', { kills: KILL_POINTS, withSleeper: true })).toEqual(NOTHING_WRONG);
}, 300_000);

describe('planted faults go red', () => {
  test(
    'mark before send',
    () => expectRed('mark before send', { kills: ['afterClaim'], withSleeper: false, isBrief: true }, 'lost'),
    300_000,
  );
  test(
    'no fence',
    () => expectRed('no fence', { kills: [], withSleeper: true, isBrief: true }, 'doubled'),
    300_000,
  );
});

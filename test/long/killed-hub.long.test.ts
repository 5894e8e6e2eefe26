/** kill -9 of the hub at each of four moments, ten times each, under twenty writers: every signed note on the record once and in order. */
import { clearAway, KILL_POINTS, makeReady, NOTHING_WRONG, run } from '../support/killed-hub.js';

beforeAll(makeReady, 60_000);
afterAll(clearAway);

test('10 kills at each of the four points under 20 writers, and a hub that wakes up late: everything once and in order', async () => {
  const kills = Array.from({ length: 40 }, (_, n) => KILL_POINTS[n % 4]!);
  expect(await run('sound', kills, true)).toEqual(NOTHING_WRONG);
}, 900_000);

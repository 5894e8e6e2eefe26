/**
 * kill -9 of the hub at every moment that matters, a hub that is stopped and wakes up later, and twenty writers meanwhile; ten
 * kills at each moment in test/long. Planted faults must each go red here, by the same scenario and the same count.
 */
import { clearAway, KILL_POINTS, makeReady, NOTHING_WRONG, run, wrong } from '../../support/killed-hub.js';
import type { KillPoint, Variant } from '../../support/killed-hub-child.js';

beforeAll(makeReady, 60_000);
afterAll(clearAway);

test('kills at each of the four points under 20 writers, and a hub that wakes up late: everything once and in order', async () => {
  const kills = Array.from({ length: 8 }, (_, n) => KILL_POINTS[n % 4]!);
  expect(await run('sound', kills, true)).toEqual(NOTHING_WRONG);
}, 300_000);

describe('planted faults go red', () => {
  test.each<[Variant, readonly KillPoint[], boolean, string]>([
    ['mark before send', ['afterClaim', 'afterClaim', 'afterClaim'], false, 'lost'],
    ['resend without asking', ['afterAnswer', 'afterSend', 'afterAnswer'], false, 'doubled'],
    ['no fence', [], true, 'doubled'],
    ['order by created_on', [], false, 'disordered'],
    ['exists() on the snapshot', [], false, 'unfinished'],
  ])(
    '%s',
    async (variant, kills, withSleeper, what) => {
      // What a fault does depends on who comes when: it has to show within three runs.
      const seen: string[] = [];
      for (let round = 0; round < 3 && !seen.includes(what); round++)
        seen.push(...wrong(await run(variant, kills, withSleeper)));
      expect(seen).toContain(what);
    },
    300_000,
  );
});

/** Mishaps are counted each, and told now and then. */
import { Tally } from '../../../../../adapters/hl7v2/mllp/tally.js';
import { FixedClock } from '../../../../../src/core/clock.js';
import { keptLines } from '../../../../support/hl7-listener.js';

test('one line at once, the next of that kind a minute later with what came between, another kind by itself', () => {
  const clock = new FixedClock(new Date('2026-03-01T09:00:00Z'));
  const { logger, lines } = keptLines();
  const tally = new Tally({ system: 'SITE', clock, logger });
  for (let times = 0; times < 100; times++) tally.note('TLS_FAILED');
  tally.note('RUBBISH', 7);
  clock.advance(60_000);
  tally.note('TLS_FAILED');
  expect([...tally.counts]).toEqual([
    ['TLS_FAILED', 101],
    ['RUBBISH', 7],
  ]);
  expect(lines.map(([, fields]) => [fields?.reason, fields?.count])).toEqual([
    ['TLS_FAILED', 1],
    ['RUBBISH', 7],
    ['TLS_FAILED', 100],
  ]);
});

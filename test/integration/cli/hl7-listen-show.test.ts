/** `hub hl7 listen --show`: what it shows keeps no sender waiting for its answer. */
import { runProgram } from '../../../src/cli/program.js';

test('the dictionaries are there before it listens', async () => {
  const listens = Promise.withResolvers<void>();
  const streams = {
    out: { write: () => {} },
    err: { write: (text: string) => void (text.startsWith('listens at') && listens.resolve()) },
  };
  const ended = runProgram(['hl7', 'listen', '--port', '0', '--show'], streams, {});
  await listens.promise;
  const before = process.cpuUsage();
  await import('hl7v2-dictionary');
  const { user, system } = process.cpuUsage(before);
  process.emit('SIGTERM');
  expect(await ended).toBe(0);
  // To load them takes more than a second of a processor; others on the machine make that no longer.
  expect((user + system) / 1_000).toBeLessThan(400);
});

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
  const started = performance.now();
  await import('hl7v2-dictionary');
  const tookMs = performance.now() - started;
  process.emit('SIGTERM');
  expect(await ended).toBe(0);
  expect(tookMs).toBeLessThan(100);
});

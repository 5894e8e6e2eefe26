/** The processes of the benchmark of listening. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { BENCH } from '../built-hub.mjs';

/** Ends waiting for what did not come. */
function ending() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}

/** Starts one and answers with what it first says. */
export async function start(file, given, execArgv = []) {
  const child = fork(join(BENCH, 'hl7', file), [JSON.stringify(given)], {
    env: { PATH: process.env.PATH, NODE_ENV: 'production', BENCH_DIST: process.env.BENCH_DIST ?? 'dist' },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    execArgv,
  });
  const [said] = await Promise.race([once(child, 'message'), once(child, 'exit')]);
  if (typeof said === 'number' || said === null) throw new Error(`${file} did not start`);
  return {
    said,
    pid: child.pid,
    /** Asks for something and waits for what comes of it. */
    async ask(order) {
      const { signal, abort } = ending();
      child.send(order);
      const [answer] = await Promise.race([
        once(child, 'message', { signal }),
        once(child, 'exit', { signal }),
      ]).finally(abort);
      if (typeof answer !== 'object' || answer === null) throw new Error(`${file} failed`);
      return answer;
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}

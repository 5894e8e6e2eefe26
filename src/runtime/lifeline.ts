/** Ends this process in good order when the one that started it is gone, however that ended. */
import { Socket } from 'node:net';

/** Environment variable with the descriptor of the pipe, set by the process that starts this one. */
export const LIFELINE = 'HUB_LIFELINE_FD';

/**
 * Watches the pipe that the starter left on a descriptor; its closing counts as SIGTERM. Does nothing without one. The
 * variable is taken out of the environment: a program started from here would take its own descriptor for the pipe.
 */
export function watchLifeline(descriptor: string | undefined): void {
  delete process.env[LIFELINE];
  if (descriptor === undefined) return;
  try {
    const pipe = new Socket({ fd: Number(descriptor), readable: true, writable: false });
    pipe
      .on('error', () => {})
      .once('close', () => process.kill(process.pid, 'SIGTERM'))
      .resume();
    pipe.unref();
  } catch {
    // Started by hand with the variable set: there is no pipe to watch.
  }
}

/** Ends this process in good order when the one that started it is gone, however that ended. */
import { Socket } from 'node:net';

/** Watches the pipe that the starter left on a descriptor; its closing counts as SIGTERM. Does nothing without one. */
export function watchLifeline(descriptor: string | undefined): void {
  if (descriptor === undefined) return;
  const pipe = new Socket({ fd: Number(descriptor), readable: true, writable: false });
  const gone = (): void => {
    process.kill(process.pid, 'SIGTERM');
  };
  pipe
    .on('error', () => {})
    .once('close', gone)
    .resume();
  pipe.unref();
}

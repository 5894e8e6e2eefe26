/** `hub start`: runs the hub until it is told to stop. */
import { startHub } from '../../main/start-hub.js';
import { readSettings } from '../../platform/settings/settings.js';
import type { Registrar } from '../program.js';

/** Resolves when the process is asked to end. A second signal ends it at once. */
function askedToEnd(): Promise<void> {
  return new Promise((resolve) => {
    const asked = (): void => {
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
        process.off(signal, asked);
        process.on(signal, () => process.exit(1));
      }
      resolve();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, asked);
  });
}

/** Registers the command. */
export function startCommand({ program, act, env }: Registrar): void {
  program
    .command('start')
    .description('run the hub: its own database and demonstration world unless DATABASE_URL is set')
    .action(
      act<object>(async (output) => {
        const settings = readSettings(env);
        const ended = askedToEnd();
        const running = await startHub(settings, output.progress(), env);
        output.result({ url: running.url }, [running.banner.replace(/\n$/, '')]);
        await ended;
        await running.stop();
        return undefined;
      }),
    );
}

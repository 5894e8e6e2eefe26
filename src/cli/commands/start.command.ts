/** `hub start`: runs the hub until it is told to stop. */
import { startHub } from '../../main/start-hub.js';
import { readSettings } from '../../platform/settings/settings.js';
import type { Registrar } from '../registrar.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

interface Ending {
  /** Resolves when the process is asked to end. A second signal ends it at once. */
  readonly asked: Promise<void>;
  /** Leaves signals to whoever else listens. */
  forget(): void;
}

function listenForEnd(): Ending {
  const first = Promise.withResolvers<void>();
  let signals = 0;
  const heard = (): void => {
    if (++signals > 1) process.exit(1);
    first.resolve();
  };
  for (const signal of SIGNALS) process.on(signal, heard);
  return {
    asked: first.promise,
    forget: () => {
      for (const signal of SIGNALS) process.off(signal, heard);
    },
  };
}

/** Registers the command. */
export function startCommand({ program, act, env }: Registrar): void {
  program
    .command('start')
    .description('run the hub: its own database and demonstration world unless DATABASE_URL is set')
    .action(
      act<object>(async (output) => {
        const settings = readSettings(env);
        const ending = listenForEnd();
        try {
          const running = await startHub(settings, output.progress(), env);
          output.result({ url: running.url }, [running.banner.replace(/\n$/, '')]);
          await ending.asked;
          await running.stop();
          output.note(settings.databaseUrl ? 'Stopped.' : `Stopped. The data stay in ${settings.dataDir}/.`);
        } finally {
          ending.forget();
        }
        return undefined;
      }),
    );
}

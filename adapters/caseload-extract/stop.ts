/** The ends that a caller and the adapter itself set to work, as one. */
import { HubError } from '../../src/core/errors.js';

/** Asked between steps; races what cannot be asked. */
export interface Stop {
  readonly aborted: boolean;
  /** The work's answer, or `HUB_UPSTREAM_STOPPED` as soon as an end is set. The work itself goes on to its next step. */
  race<T>(work: Promise<T>): Promise<T>;
}

/** The caller stopped waiting, or the adapter was closed. */
export const stopped = (): HubError => new HubError('HUB_UPSTREAM_STOPPED');

/** Any of the signals ends the work. No listener is left behind. */
export function stopOf(...signals: readonly AbortSignal[]): Stop {
  return {
    get aborted() {
      return signals.some(({ aborted }) => aborted);
    },
    async race(work) {
      work.catch(() => undefined);
      if (this.aborted) throw stopped();
      let end = (): void => undefined;
      const ended = new Promise<never>((_, reject) => {
        end = () => reject(stopped());
      });
      for (const signal of signals) signal.addEventListener('abort', end, { once: true });
      try {
        return await Promise.race([work, ended]);
      } finally {
        for (const signal of signals) signal.removeEventListener('abort', end);
      }
    },
  };
}

/** One connection that listens, for everybody in a process who wants to hear something. */
import type { Logger } from '../../core/logger.js';
import { type Listener, type ListenerOptions, startListener } from './listener.js';
import type { DatabaseRole } from './policy.js';

/** What one of them wants to hear; see `ListenerOptions`. */
export type Hearing = Pick<ListenerOptions, 'channels' | 'onNotice' | 'onUp' | 'onDown'>;

/** Begins to hear. The answer's `close` ends that; with the last one the connection ends. @throws HUB_DATABASE_UNAVAILABLE */
export type Listen = (hearing: Hearing) => Promise<Listener>;

/** Whom to connect to, and the channels of everybody who will ever ask. */
export interface SharedListenerOptions {
  readonly ownerUrl: string;
  readonly role: DatabaseRole;
  readonly channels: readonly string[];
  readonly logger: Logger;
}

/** Connects when the first begins to hear. Each connection holds the lock that says that its process lives. */
export function shareListener(options: SharedListenerOptions): Listen {
  const hearings = new Set<Hearing>();
  let connecting: Promise<Listener> | null = null;
  /** Name of the present connection; null while there is none. */
  let name: string | null = null;

  const connect = (): Promise<Listener> =>
    startListener({
      ...options,
      holdsLock: true,
      onNotice: (channel, payload) => {
        for (const hearing of [...hearings])
          if (hearing.channels.includes(channel)) hearing.onNotice(channel, payload);
      },
      onUp: (given) => {
        name = given;
        for (const hearing of [...hearings]) hearing.onUp?.(given);
      },
      onDown: () => {
        name = null;
        for (const hearing of [...hearings]) hearing.onDown?.();
      },
    });

  return async (hearing) => {
    const isFirst = connecting === null;
    connecting ??= connect();
    const present = connecting;
    if (isFirst) hearings.add(hearing);
    try {
      await present;
    } catch (error) {
      hearings.delete(hearing);
      if (connecting === present) connecting = null;
      throw error;
    }
    if (!hearings.has(hearing)) {
      hearings.add(hearing);
      if (name !== null) hearing.onUp?.(name);
    }
    return {
      async close() {
        if (!hearings.delete(hearing) || hearings.size > 0) return;
        if (connecting === present) connecting = null;
        name = null;
        await (await present).close();
      },
    };
  };
}

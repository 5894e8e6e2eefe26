/** Word of changed deliveries from the database to the subscribers of this process, however many subscribe. */
import type { DeliveryChanges } from '../../schema/notes/delivery-changes.js';
import { CHANGED_CHANNEL } from '../delivery/enqueue.service.js';
import type { Listen } from '../platform/database/shared-listener.js';

/** Changes as this process hears them. */
export interface HeardChanges extends DeliveryChanges {
  /** Ends the connection. */
  close(): Promise<void>;
}

/** Listens. A lost connection is made again, and subscribers are told that they may have missed something. */
export async function hearChanges(listen: Listen): Promise<HeardChanges> {
  const listeners = new Set<(noteId: string | null) => void>();
  const tell = (noteId: string | null): void => {
    for (const listener of [...listeners]) listener(noteId);
  };
  let wasDown = false;
  const connection = await listen({
    channels: [CHANGED_CHANNEL],
    onNotice: (_channel, noteId) => tell(noteId),
    onDown: () => {
      wasDown = true;
    },
    onUp: () => {
      if (wasDown) tell(null);
      wasDown = false;
    },
  });
  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => connection.close(),
  };
}

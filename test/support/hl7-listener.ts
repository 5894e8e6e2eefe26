/** A listener with an intake in memory, on a free port, for tests. */
import { z } from 'zod';
import { createListener, type Listener } from '../../adapters/hl7v2/listening/listen.js';
import {
  type ListeningSettings,
  listeningCrossFaults,
  listeningFields,
} from '../../adapters/hl7v2/listening/listening-settings.js';
import type { Listening } from '../../src/clinical/inbound.port.js';
import { systemClock } from '../../src/core/clock.js';
import type { LogFields, Logger } from '../../src/core/logger.js';
import { MemoryIntake } from './hl7-intake.js';

/** Settings as a site profile states them, read as the adapter reads them. */
export function listeningSettingsOf(raw: Record<string, unknown> = {}): ListeningSettings {
  const settings = z.strictObject(listeningFields).parse({ listenPort: 0, ...raw });
  const faults = listeningCrossFaults(settings);
  if (faults.length > 0) throw new Error(faults.join('; '));
  return settings;
}

/** A line of the log. */
export type Line = readonly [message: string, fields: LogFields | undefined];

/** A logger that keeps its lines. */
export function keptLines(): { readonly logger: Logger; readonly lines: Line[] } {
  const lines: Line[] = [];
  const say = (message: string, fields?: LogFields): void => void lines.push([message, fields]);
  return { logger: { error: say, warn: say, info: say, debug: say }, lines };
}

export interface TestListener {
  readonly address: string;
  readonly intake: MemoryIntake;
  readonly lines: readonly Line[];
  readonly mishaps: Listener['mishaps'];
  close(): Promise<void>;
}

/** Opens one. */
export async function startListener(
  raw: Record<string, unknown> = {},
  timing = { tlsRefreshMs: 20, closeTimeoutMs: 300 },
): Promise<TestListener> {
  const { logger, lines } = keptLines();
  const intake = new MemoryIntake();
  const listener = createListener(
    listeningSettingsOf(raw),
    { system: 'SITE', clock: systemClock, logger },
    timing,
  );
  const listening: Listening = await listener.listen(intake);
  return {
    address: listening.address,
    intake,
    lines,
    mishaps: listener.mishaps,
    close: () => listening.close(),
  };
}

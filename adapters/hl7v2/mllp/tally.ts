/** Counts what goes wrong on a wire, and logs it now and then: a peer that misbehaves a thousand times a second fills no log. */
import type { AdapterDependencies } from '../../../src/clinical/clinical-record.port.js';

/** What is counted. None of it tells anything of what arrived. */
export const MISHAPS = [
  'ADDRESS_REFUSED',
  'CERTIFICATE_REFUSED',
  'CONNECTIONS_EXCEEDED',
  'TLS_FAILED',
  'TLS_TO_CLEAR',
  'FRAME_UNFINISHED',
  'FRAME_TOO_LONG',
  'FRAME_TIMEOUT',
  'FRAME_NO_ROOM',
  'RUBBISH',
  'NO_HEADER',
  'NOT_KEPT',
  'FAILED',
] as const;
/** One of them. */
export type Mishap = (typeof MISHAPS)[number];

/** So long after a line about a mishap the next line about one of that kind is written. */
const LINE_EVERY_MS = 60_000;

/** Numbers of mishaps since it was made. */
export class Tally {
  private readonly numbers = new Map<Mishap, number>();
  private readonly lines = new Map<Mishap, { at: number; count: number }>();

  constructor(private readonly dependencies: Pick<AdapterDependencies, 'system' | 'clock' | 'logger'>) {}

  /** Times that each has happened. */
  get counts(): ReadonlyMap<Mishap, number> {
    return this.numbers;
  }

  /** Counts one, or several. */
  note(reason: Mishap, times = 1): void {
    const count = (this.numbers.get(reason) ?? 0) + times;
    this.numbers.set(reason, count);
    const { system, clock, logger } = this.dependencies;
    const at = clock.now().getTime();
    const last = this.lines.get(reason);
    if (last !== undefined && at - last.at < LINE_EVERY_MS) return;
    this.lines.set(reason, { at, count });
    logger.warn('something went wrong on the wire', { system, reason, count: count - (last?.count ?? 0) });
  }
}

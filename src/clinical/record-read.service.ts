/** Reads clinical records live for the graph: many persons at once, one call per record system and kind of read, nothing kept. */
import { londonDate } from '../core/calendar.js';
import type { Scope } from '../core/caller.js';
import type { Clock } from '../core/clock.js';
import type { Database } from '../platform/database/database.js';
import type { BatchReader } from '../platform/database/select/live-batch.js';
import type { RecordCapability } from './record.port.js';
import { RecordReading } from './record-reading.js';
import { SourceBreakers } from './record-source.js';

/** A record system that may be read live. */
export interface ReadableSystem {
  readonly id: string;
  /** The organisation whose record it is. */
  readonly organisationId: string;
  /** Code of the site profile. */
  readonly code: string;
  /** Absent where the system offers no live reads. */
  readonly record?: RecordCapability | undefined;
}

/** What live reads need. */
export interface RecordReadDependencies {
  readonly database: Database;
  readonly clock: Clock;
  /** The record systems connected at the moment. */
  readonly systems: () => readonly ReadableSystem[];
  /** Milliseconds for one call, all its pages included; default 4,000. */
  readonly deadlineMs?: number;
}

/** Live reads of the record systems of a hub. */
export class RecordReadService {
  private readonly breakers = new SourceBreakers();

  constructor(private readonly dependencies: RecordReadDependencies) {}

  /**
   * The batch reader of one request: keys are person ids, fields those of the graph's `ClinicalRecord`. It sees persons within the
   * scope and record systems of the scope's organisation. What one system fails at is a fault of the answer; it rejects
   * only when the hub's own database does not answer.
   */
  reader(scope: Scope): BatchReader {
    const { database, clock, systems, deadlineMs = 4_000 } = this.dependencies;
    const own = systems()
      .filter((system) => system.organisationId === scope.organisationId)
      .sort((left, right) => (left.code < right.code ? -1 : 1));
    const reading = new RecordReading({
      database,
      scope,
      systems: own,
      breakers: this.breakers,
      now: () => clock.now(),
      terms: { on: londonDate(clock.now()), deadlineMs },
    });
    return (wanted) => reading.read(wanted);
  }
}

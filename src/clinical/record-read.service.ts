/** Reads clinical records live for the graph: many persons at once, one call per record system and kind of read, nothing kept. */
import type { AuditTrail } from '../access/audit.service.js';
import { londonDate } from '../core/calendar.js';
import type { Caller } from '../core/caller.js';
import type { Clock } from '../core/clock.js';
import { HubError } from '../core/errors.js';
import type { Database } from '../platform/database/database.js';
import type { BatchReader } from '../platform/database/select/live-batch.js';
import type { Observed } from './clinical-record.port.js';
import type { RecordCapability, RecordDocumentText } from './record.port.js';
import { WITHHELD_CODES, withheldBecause } from './record-read.rules.js';
import { RecordReading } from './record-reading.js';
import { askSource, SourceBreakers } from './record-source.js';

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
  /** Where it is put on record who has read a document, before its text leaves. */
  readonly audit: Pick<AuditTrail, 'record'>;
  /** The record systems connected at the moment. */
  readonly systems: () => readonly ReadableSystem[];
  /** Milliseconds for one call, all its pages included; default 4,000. */
  readonly deadlineMs?: number;
}

/** A document in a person's record, as the graph names it. */
export interface AskedDocument {
  /** uuid. */
  readonly personId: string;
  /** Code of the record system. */
  readonly system: string;
  /** The record system's own, as `Type/id`. */
  readonly reference: string;
}

/** Live reads of the record systems of a hub. */
export class RecordReadService {
  private readonly breakers = new SourceBreakers();

  constructor(private readonly dependencies: RecordReadDependencies) {}

  /**
   * The batch reader of one request: keys are person ids, fields those of the graph's `ClinicalRecord`. It sees persons within the
   * caller's scope and record systems of its organisation. What one system fails at, or may not show to the caller's purpose,
   * is a fault of the answer; it rejects only when the hub's own database does not answer.
   */
  reader(caller: Pick<Caller, 'scope' | 'purpose'>): BatchReader {
    const reading = this.readingFor(caller);
    return (wanted) => reading.read(wanted);
  }

  /**
   * The text of one document in a person's record, read live and put on record. `HUB_NOT_FOUND` when the caller sees no such
   * person, system, record or document; `HUB_RECORD_NOT_PERMITTED_BY_SITE` and `_FOR_PURPOSE`; `HUB_RECORD_NOT_SHOWN` with
   * the state of the source as its rule; `HUB_RECORD_DOCUMENT` with a `DocumentFault`; `HUB_AUDIT_UNAVAILABLE`; or how the
   * system failed.
   */
  async documentText(caller: Caller, asked: AskedDocument): Promise<Observed<RecordDocumentText>> {
    const { personId, system: code, reference } = asked;
    const system = this.systemsOf(caller).find((one) => one.code === code);
    if (!system) throw new HubError('HUB_NOT_FOUND');
    const reading = this.readingFor(caller);
    // Whom the caller may not see is asked before what the site permits, so that neither tells of the other.
    const localIds = await reading.linked(personId, system);
    const { record } = system;
    if (!record?.documentText)
      throw new HubError('HUB_RECORD_NOT_SHOWN', { details: { rule: 'NOT_OFFERED' } });
    const reason = withheldBecause('documentText', record, caller.purpose);
    if (reason) throw new HubError(WITHHELD_CODES[reason]);
    await reading.open(personId, system);
    for (const localId of localIds) {
      const found = await askSource(this.breakers.of(record), this.deadlineMs, (signal) =>
        record.documentText!(localId, reference, signal),
      );
      if (!found) continue;
      await this.dependencies.audit.record(caller, {
        kind: 'READ',
        operation: 'Query.clinicalDocument',
        personIds: [personId],
        details: { system: code, reference },
      });
      return found;
    }
    throw new HubError('HUB_NOT_FOUND');
  }

  private get deadlineMs(): number {
    return this.dependencies.deadlineMs ?? 4_000;
  }

  private systemsOf({ scope }: Pick<Caller, 'scope'>): readonly ReadableSystem[] {
    return this.dependencies
      .systems()
      .filter((system) => system.organisationId === scope.organisationId)
      .sort((left, right) => (left.code < right.code ? -1 : 1));
  }

  private readingFor(caller: Pick<Caller, 'scope' | 'purpose'>): RecordReading {
    const { database, clock } = this.dependencies;
    return new RecordReading({
      database,
      scope: caller.scope,
      purpose: caller.purpose,
      systems: this.systemsOf(caller),
      breakers: this.breakers,
      now: () => clock.now(),
      terms: { on: londonDate(clock.now()), deadlineMs: this.deadlineMs },
    });
  }
}

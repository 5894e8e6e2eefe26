/** A clinical record that says of every patient what a test wrote, counts how it is asked, and fails or hangs as told. */
import type { Observed, PatientIdentity } from '../../src/clinical/clinical-record.port.js';
import {
  type RecordCapability,
  SENSITIVE_READS,
  type SensitiveRead,
} from '../../src/clinical/record.port.js';
import { HubError } from '../../src/core/errors.js';
import * as values from './scripted-values.js';

export type Read = Exclude<keyof RecordCapability, 'permitted'>;

/** How a read goes wrong. */
export type Misbehaviour = 'UNREACHABLE' | 'HANGS' | 'THROWS' | 'TOO_FEW' | 'REFUSED';

export interface ScriptedRecordOptions {
  readonly system: string;
  /** Reads that it has; default all. */
  readonly offers?: readonly Read[];
  /** Sensitive reads that its site permits; default all. */
  readonly permitted?: readonly SensitiveRead[];
  /** Name by local id; undefined: the record holds no such patient. Default: a name made of the id. */
  readonly nameOf?: (localId: string) => string | undefined;
  /** What a record says of whose it is, by local id; default: somebody born on 1 January 1980, of no NHS number. */
  readonly identityOf?: (localId: string) => Partial<PatientIdentity> | undefined;
  /** ISO instant of every read. */
  readonly fetchedAt?: string;
}

/** A record system in this process. */
export class ScriptedRecord {
  readonly calls: { read: Read; localIds: readonly string[]; on?: string }[] = [];
  /** Another object after `reset`, as when the system is connected anew. */
  capability: RecordCapability;
  private readonly faults = new Map<Read | 'ALL', Misbehaviour>();
  /** What has changed at the source, by local id, until `reset`; null: the patient is gone while all that is theirs is there. */
  readonly changed = new Map<string, Partial<PatientIdentity> | null>();
  /** Signals of calls that hang, so that a test sees them aborted. */
  readonly signals: AbortSignal[] = [];

  constructor(private readonly options: ScriptedRecordOptions) {
    const all: Required<Pick<RecordCapability, Read>> = {
      demographics: (ids, signal) =>
        this.answer('demographics', ids, signal, (id, name) => {
          if (this.changed.get(id) === null) return undefined;
          const identity = this.identity(id);
          return this.observed(`Patient/${id}`, {
            identity,
            name,
            gender: 'female',
            dateOfBirth: identity.dateOfBirth,
            deceasedOn: identity.deceasedOn,
            telephone: `tel ${name}`,
            address: `1 Road, ${name}`,
            postcode: 'QQ1 1QQ',
            generalPractitioner: 'A practice',
            generalPractice: { reference: 'Organization/gp', name: 'A practice', odsCode: 'Z99999' },
          });
        }).then((found) => found.map((one) => one ?? null)),
      careTeams: this.lists('careTeams', values.careTeamsOf),
      openEpisodes: (ids, on, signal) => this.lists('openEpisodes', values.episodesOf)(ids, signal, on),
      documents: this.lists('documents', values.documentsOf),
      encounters: (ids, since, signal) => this.lists('encounters', values.encountersOf)(ids, signal, since),
      appointments: (ids, since, signal) =>
        this.lists('appointments', values.appointmentsOf)(ids, signal, since),
      problems: this.lists('problems', values.problemsOf),
      riskFlags: this.lists('riskFlags', values.flagsOf),
      consents: this.lists('consents', values.consentsOf),
      documentText: (id, reference, signal) =>
        this.answer('documentText', [id], signal, (localId, name) => {
          const line = values.documentsOf(localId, name).find((one) => one.reference === reference);
          if (line === undefined) return null;
          return this.observed(reference, { ...line.value, text: `Dear ${name},\nall is well.` });
        }).then(([one]) => one ?? null),
    };
    const offers = options.offers ?? (Object.keys(all) as Read[]);
    this.capability = {
      ...(Object.fromEntries(offers.map((read) => [read, all[read]])) as RecordCapability),
      permitted: options.permitted ?? SENSITIVE_READS,
    };
  }

  /** Well again, asked nothing yet, connected anew. */
  reset(): void {
    this.calls.length = 0;
    this.signals.length = 0;
    this.faults.clear();
    this.changed.clear();
    this.capability = { ...this.capability, permitted: this.options.permitted ?? SENSITIVE_READS };
  }

  /** From now on this read (default every read) goes wrong; null mends it. */
  misbehave(how: Misbehaviour | null, read: Read | 'ALL' = 'ALL'): void {
    if (how === null) this.faults.delete(read);
    else this.faults.set(read, how);
  }

  /** How often each read was called. */
  counts(): Partial<Record<Read, number>> {
    const counts: Partial<Record<Read, number>> = {};
    for (const { read } of this.calls) counts[read] = (counts[read] ?? 0) + 1;
    return counts;
  }

  /** From now on its site permits these. */
  permit(permitted: readonly SensitiveRead[]): void {
    this.capability = { ...this.capability, permitted };
  }

  private lists<T>(read: Read, make: (id: string, name: string) => values.Said<T>[]) {
    return async (ids: readonly string[], signal: AbortSignal, on?: string) => {
      const found = await this.answer(
        read,
        ids,
        signal,
        (id, name) => make(id, name).map(({ reference, value }) => this.observed(reference, value)),
        on,
      );
      return found.map((one) => one ?? []);
    };
  }

  private identity(localId: string): PatientIdentity {
    return {
      localId,
      nhsNumber: null,
      nhsNumberStatus: null,
      dateOfBirth: '1980-01-01',
      deceasedOn: '2026-01-01',
      active: true,
      replacedByLocalId: null,
      restricted: false,
      ...this.options.identityOf?.(localId),
      ...this.changed.get(localId),
    };
  }

  private observed<T>(reference: string, value: T): Observed<T> {
    const { system, fetchedAt = '2026-03-02T09:00:00.000Z' } = this.options;
    return {
      value,
      source: { system, reference, version: '1' },
      asOf: '2026-03-01T08:00:00.000Z',
      fetchedAt,
      complete: true,
    };
  }

  private async answer<T>(
    read: Read,
    localIds: readonly string[],
    signal: AbortSignal,
    make: (localId: string, name: string) => T,
    on?: string,
  ): Promise<(T | undefined)[]> {
    this.calls.push({ read, localIds: [...localIds], ...(on === undefined ? {} : { on }) });
    await new Promise((resolve) => setImmediate(resolve));
    const how = this.faults.get(read) ?? this.faults.get('ALL');
    if (how === 'UNREACHABLE') throw new HubError('HUB_UPSTREAM_UNREACHABLE', { retryAfterMs: 2_000 });
    if (how === 'REFUSED') throw new HubError('HUB_UPSTREAM_REFUSED');
    if (how === 'THROWS') throw new TypeError(`cannot read ${localIds[0]}`);
    if (how === 'HANGS') {
      this.signals.push(signal);
      return new Promise(() => undefined);
    }
    const { nameOf = (id: string) => `Patient ${id}` } = this.options;
    const made = localIds.map((id) => {
      const name = nameOf(id);
      return name === undefined ? undefined : make(id, name);
    });
    return how === 'TOO_FEW' ? made.slice(1) : made;
  }
}

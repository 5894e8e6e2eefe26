/** The live reads of one request: whom they may be about, what has been asked already, what became of it. */
import type { LocalDate } from '../core/calendar.js';
import type { Purpose, Scope } from '../core/caller.js';
import { HubError } from '../core/errors.js';
import type { Database } from '../platform/database/database.js';
import type { BatchAnswer, BatchFault, Wanted } from '../platform/database/select/live-batch.js';
import type { Observed } from './clinical-record.port.js';
import type { RecordDemographics, RecordEpisode } from './record.port.js';
import { type LivePatient, liveBar } from './record-judgement.rules.js';
import { type RecordHolder, readLastAnswers, readRecordHolders } from './record-links.reader.js';
import {
  barred,
  careCoordinator,
  READ_OF,
  type ReadOutcome,
  type RecordRead,
  SourceState,
  shownItem,
  sourceState,
  WITHHELD_CODES,
  type WithheldReason,
  withheldBecause,
} from './record-read.rules.js';
import type { ReadableSystem } from './record-read.service.js';
import { readSource, type SourceBreakers } from './record-source.js';

/** What a request brings. */
export interface RecordReadingTerms {
  readonly database: Database;
  readonly scope: Scope;
  readonly purpose: Purpose;
  readonly systems: readonly ReadableSystem[];
  readonly breakers: SourceBreakers;
  readonly now: () => Date;
  readonly terms: { readonly on: LocalDate; readonly deadlineMs: number };
}

/** What became of one read of one patient, and why it failed. */
interface Outcome extends ReadOutcome {
  readonly error: HubError | null;
}

/** What stands against showing a person what a system holds of them: a state, else why that could not be found out. */
interface Judgement {
  readonly bar: SourceState | null;
  readonly error: HubError | null;
}

/** Reads of one request. Whoever asks a second time for the same gets the same. */
export class RecordReading {
  private readonly holders = new Map<string, Promise<RecordHolder | undefined>>();
  private readonly known = new Map<string, RecordHolder | undefined>();
  /** By read, system and local id. */
  private readonly outcomes = new Map<string, Promise<Outcome>>();
  private readonly done = new Map<string, Outcome>();
  private lastAnswers: Promise<ReadonlyMap<string, string>> | undefined;
  private asOf: ReadonlyMap<string, string> = new Map();

  constructor(private readonly given: RecordReadingTerms) {}

  /** Reads what is wanted. Rejects when the database does not answer, and for nothing else. */
  async read(wanted: Wanted): Promise<BatchAnswer> {
    await this.meet([...new Set([...wanted.values()].flat())]);
    const persons = new Map<RecordRead, Set<string>>();
    for (const [field, keys] of wanted) {
      const read = READ_OF[field];
      if (!read) continue;
      const all = persons.get(read) ?? new Set<string>();
      persons.set(read, all);
      for (const key of keys) all.add(key);
    }
    await this.readPermitted(persons);
    return {
      value: (field, key, among) => this.value(field, key, among),
      faults: [...wanted].flatMap(([field, keys]) => this.faults(field, keys)),
    };
  }

  /**
   * Everything that each system may be asked for. Nothing is shown of anybody whose records have not been judged, so the
   * patients are asked for beside the rest, in every system: a restricted record anywhere bars all.
   */
  private async readPermitted(persons: ReadonlyMap<RecordRead, ReadonlySet<string>>): Promise<void> {
    const plans = this.given.systems.map((system) => ({
      system,
      reads: [...persons].filter(([read]) => this.withheld(system, read) === null),
    }));
    const judged = new Set(plans.flatMap(({ reads }) => reads.flatMap(([, ids]) => [...ids])));
    if (judged.size === 0) return;
    const calls = plans.flatMap(({ system, reads }) =>
      [...new Map([...reads, ['demographics', judged] as const])].map(([read, ids]) =>
        this.readFrom(system, read, [...ids]),
      ),
    );
    await Promise.all(calls);
  }

  /** Why a read that a system offers may not be made there; null when it may, and where it is not offered at all. */
  private withheld(system: ReadableSystem, read: RecordRead): WithheldReason | null {
    return system.record?.[read] ? withheldBecause(read, system.record, this.given.purpose) : null;
  }

  /** Finds out once who the persons are and which records are theirs. */
  private async meet(personIds: readonly string[]): Promise<void> {
    const { database, scope, systems } = this.given;
    const unmet = personIds.filter((id) => !this.holders.has(id));
    if (unmet.length > 0) {
      const found = readRecordHolders(database, scope, unmet);
      for (const id of unmet)
        this.holders.set(
          id,
          found.then((holders) => holders.get(id)),
        );
    }
    this.lastAnswers ??= readLastAnswers(
      database,
      scope,
      systems.map(({ id }) => id),
    );
    const met = personIds.map(async (id) => [id, await this.holders.get(id)] as const);
    const [holders, asOf] = await Promise.all([Promise.all(met), this.lastAnswers]);
    for (const [id, holder] of holders) this.known.set(id, holder);
    this.asOf = asOf;
  }

  private localIds(personId: string, system: ReadableSystem): readonly string[] {
    const holder = this.known.get(personId);
    if (!holder || barred(holder, system.id)) return [];
    return holder.links.flatMap(({ systemId, localId }) => (systemId === system.id ? [localId] : []));
  }

  /** One call with the patients that have not been asked for yet; waits for those that have. */
  private async readFrom(
    system: ReadableSystem,
    read: RecordRead,
    personIds: readonly string[],
  ): Promise<void> {
    const { record } = system;
    if (!record?.[read]) return;
    const wanted = [...new Set(personIds.flatMap((id) => this.localIds(id, system)))];
    const fresh = wanted.filter((localId) => !this.outcomes.has(nameOf(read, system, localId)));
    if (fresh.length > 0) {
      const { breakers, terms } = this.given;
      const answers = readSource(record, breakers.of(record), read, fresh, terms).then(
        (lists) => ({ lists, error: null }),
        (error: HubError) => ({ lists: null, error }),
      );
      for (const [at, localId] of fresh.entries()) {
        this.outcomes.set(
          nameOf(read, system, localId),
          answers.then(({ lists, error }) => this.outcome(lists?.[at] ?? [], error)),
        );
      }
    }
    for (const localId of wanted) {
      const name = nameOf(read, system, localId);
      this.done.set(name, await this.outcomes.get(name)!);
    }
  }

  private outcome(items: readonly Observed<object>[], error: HubError | null): Outcome {
    const fetchedAt = items[0]?.fetchedAt ?? this.given.now().toISOString();
    return { items, error, failure: error?.code ?? null, fetchedAt };
  }

  /** What became of a read of a person in a system; none when it was not made. */
  private outcomesOf(read: RecordRead, personId: string, system: ReadableSystem): Outcome[] {
    return this.localIds(personId, system).flatMap(
      (localId) => this.done.get(nameOf(read, system, localId)) ?? [],
    );
  }

  /** A person's records in a system, with what they say at this moment of whose they are; none that was not read. */
  private patients(personId: string, system: ReadableSystem): LivePatient[] {
    return this.localIds(personId, system).flatMap((localId) => {
      const outcome = this.done.get(nameOf('demographics', system, localId));
      if (!outcome || outcome.error) return [];
      const [patient] = outcome.items as readonly Observed<RecordDemographics>[];
      return [{ localId, identity: patient?.value.identity ?? null }];
    });
  }

  /**
   * Judges a person's records in a system by what all their records say at this moment. As with what a pull found, one
   * restricted record bars them all, in every system. A system without demographics cannot be judged by its own word.
   */
  private judgement(personId: string, system: ReadableSystem, reads: readonly RecordRead[]): Judgement {
    const holder = this.known.get(personId);
    const bar = barred(holder, system.id);
    if (bar || !holder) return { bar, error: null };
    const restricted = this.given.systems.some((any) =>
      this.patients(personId, any).some(({ identity }) => identity?.restricted),
    )
      ? SourceState.RESTRICTED
      : null;
    if (!system.record?.demographics) return { bar: restricted, error: null };
    const error = this.outcomesOf('demographics', personId, system).find((one) => one.error)?.error ?? null;
    if (error) return { bar: restricted, error };
    const saysMore = reads.some((read) =>
      this.outcomesOf(read, personId, system).some(({ items }) => items.length > 0),
    );
    return { bar: liveBar(holder, this.patients(personId, system), saysMore) ?? restricted, error: null };
  }

  /** The outcomes of a read that may be told: none where something bars it, failed where that could not be found out. */
  private told(read: RecordRead, personId: string, system: ReadableSystem, by: Judgement): Outcome[] {
    if (by.bar) return [];
    const { error } = by;
    const outcomes = this.outcomesOf(read, personId, system);
    return error
      ? outcomes.map((outcome) => ({ ...outcome, items: [], error, failure: error.code }))
      : outcomes;
  }

  private value(field: string, personId: string, among: ReadonlySet<string>): unknown {
    if (field === 'sources') return this.sources(personId, among);
    const read = READ_OF[field];
    if (!read) throw new HubError('HUB_INTERNAL', { cause: new Error(`no read answers ${field}`) });
    const made = this.given.systems
      .flatMap((system) => this.told(read, personId, system, this.judgement(personId, system, [read])))
      .filter(({ error }) => error === null);
    if (made.length === 0) return null;
    const items = made.flatMap((outcome) => outcome.items);
    return field === 'careCoordinator'
      ? careCoordinator(items as readonly Observed<RecordEpisode>[])
      : items.map(shownItem);
  }

  private sources(personId: string, among: ReadonlySet<string>): object[] {
    const asked = [...among].filter((field) => READ_OF[field]);
    const reads = [...new Set(asked.map((field) => READ_OF[field]!))];
    return this.given.systems.map((system) => {
      const may = reads.filter((read) => this.withheld(system, read) === null);
      const by: Judgement =
        may.length === 0
          ? { bar: barred(this.known.get(personId), system.id), error: null }
          : this.judgement(personId, system, may);
      const outcomes = may.flatMap((read) => this.told(read, personId, system, by));
      const withheld = by.bar ? [] : this.withheldFields(system, asked);
      const state = sourceState(by.bar, reads.length, outcomes, withheld.length);
      const read = outcomes.filter(({ failure }) => failure === null).map(({ fetchedAt }) => fetchedAt);
      const fetchedAt = read.sort()[0] ?? null;
      return {
        system: system.code,
        state,
        asOf: (state === 'CURRENT' ? fetchedAt : this.asOf.get(system.id)) ?? null,
        fetchedAt,
        code: outcomes.find(({ failure }) => failure !== null)?.failure ?? null,
        withheld,
      };
    });
  }

  private withheldFields(system: ReadableSystem, fields: readonly string[]): object[] {
    return fields.flatMap((field) => {
      const reason = this.withheld(system, READ_OF[field]!);
      return reason === null ? [] : [{ field, reason }];
    });
  }

  /**
   * Local ids under which a system has a person's record, by what the hub knows. `HUB_NOT_FOUND` where the caller knows of
   * none; `HUB_RECORD_NOT_SHOWN` with the state as its rule where something bars it.
   */
  async linked(personId: string, system: ReadableSystem): Promise<readonly string[]> {
    await this.meet([personId]);
    refuse(barred(this.known.get(personId), system.id));
    return this.localIds(personId, system);
  }

  /** Asks the systems whether the record may be opened at this moment; refuses as `linked` does, or fails as the system did. */
  async open(personId: string, system: ReadableSystem): Promise<void> {
    await this.read(new Map([['demographics', [personId]]]));
    const { bar, error } = this.judgement(personId, system, ['demographics']);
    refuse(bar);
    if (error) throw error;
  }

  private faults(field: string, personIds: readonly string[]): BatchFault[] {
    const read = READ_OF[field];
    if (!read) return [];
    return this.given.systems.flatMap((system) => {
      const reason = this.withheld(system, read);
      const failed = personIds.flatMap((personId) => {
        if (reason !== null) {
          const has = this.localIds(personId, system).length > 0;
          return has ? [{ personId, error: new HubError(WITHHELD_CODES[reason]) }] : [];
        }
        const by = this.judgement(personId, system, [read]);
        const error = this.told(read, personId, system, by).find((outcome) => outcome.error)?.error;
        return error ? [{ personId, error }] : [];
      });
      if (failed.length === 0) return [];
      const keys = failed.map(({ personId }) => personId);
      return [
        { source: system.code, field, keys, error: failed[0]!.error, asOf: this.asOf.get(system.id) ?? null },
      ];
    });
  }
}

function nameOf(read: RecordRead, system: ReadableSystem, localId: string): string {
  return `${read} ${system.id} ${localId}`;
}

function refuse(bar: SourceState | null): void {
  if (bar === SourceState.NOT_LINKED) throw new HubError('HUB_NOT_FOUND');
  if (bar) throw new HubError('HUB_RECORD_NOT_SHOWN', { details: { rule: bar } });
}

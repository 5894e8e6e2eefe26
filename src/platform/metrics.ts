/** Metrics of one process, in a registry of its own. Labels come from closed sets (codes, states), never from people or requests. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Upper bounds in seconds of what a person waits for. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** How the deliveries to one destination stand. */
export interface DeliveryFigures {
  /** Code of the record system. */
  readonly system: string;
  /** Deliveries that are queued or being sent. */
  readonly waiting: number;
  /** Age of the oldest of these in seconds; 0 when there is none. */
  readonly oldestSeconds: number;
  /** Deliveries that wait for somebody, by the code that says why. */
  readonly parked: Readonly<Record<string, number>>;
  /** Nothing is taken there at the moment. */
  readonly paused: boolean;
  /** Deliveries that were accepted and that the record does not show yet. */
  readonly unseen: number;
}

/** How what a record system sends by itself stands. */
export interface FeedGauges {
  /** Code of the record system. */
  readonly system: string;
  /** How long ago it was heard of; null: never. */
  readonly heardSeconds: number | null;
  readonly unread: number;
  readonly notUnderstood: number;
  /** Nothing was heard for longer than its site allows. */
  readonly silent: boolean;
}

/** What is counted, and how it is read. Times are in seconds. */
export interface Metrics {
  /** Content type that `render` writes. */
  readonly contentType: string;
  /** All metrics in the text format of Prometheus. */
  render(): Promise<string>;
  /** Counts one answered operation with the seconds it took. `code` is `ok` or a `HUB_…` code. */
  operation(kind: 'query' | 'mutation', code: string, seconds: number): void;
  /** Counts one call to a clinical record system. `outcome` is `ok` or a `HUB_UPSTREAM_…` code. */
  adapterCall(system: string, call: string, outcome: string, seconds: number): void;
  /** Counts a decision by verdict. */
  decision(verdict: string): void;
  /** Counts a finished caseload pull. */
  pull(system: string, kind: string, state: string): void;
  /** Counts a hint of a record system: one that asks for a refresh, one that joined another that waits, one that was not taken. */
  hint(system: string, outcome: 'accepted' | 'coalesced' | 'refused'): void;
  /** Sets how long ago, in seconds, the last complete pull of a system's oldest team was. */
  caseloadAge(system: string, seconds: number): void;
  /** Counts things that a record system held at a place and the hub did not understand. `path` is one of a bounded set. */
  unmapped(system: string, path: string, times: number): void;
  /**
   * Asks a source for figures of deliveries with each `render`, until the function that it answers is called. What a source
   * does not say is not shown; one that rejects says nothing.
   */
  watchDeliveries(source: () => Promise<readonly DeliveryFigures[]>): () => void;
  /** The same for what record systems send by themselves. */
  watchFeeds(source: () => Promise<readonly FeedGauges[]>): () => void;
}

let ofProcess: Metrics | undefined;

/** The metrics of this process, the same for everybody who asks. */
export function processMetrics(): Metrics {
  ofProcess ??= createMetrics();
  return ofProcess;
}

/** @param withProcess false leaves out the figures of the process itself (memory, event loop), as tests want. */
export function createMetrics(withProcess = true): Metrics {
  const registry = new Registry();
  if (withProcess) collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const operations = new Histogram({
    name: 'hub_operation_seconds',
    help: 'GraphQL operations by kind and outcome.',
    labelNames: ['kind', 'code'],
    buckets: SECONDS,
    registers,
  });
  const calls = new Histogram({
    name: 'hub_adapter_call_seconds',
    help: 'Calls to clinical record systems.',
    labelNames: ['system', 'call', 'outcome'],
    buckets: SECONDS,
    registers,
  });
  const decisions = new Counter({
    name: 'hub_eligibility_decisions_total',
    help: 'Eligibility decisions by verdict.',
    labelNames: ['verdict'],
    registers,
  });
  const pulls = new Counter({
    name: 'hub_caseload_pulls_total',
    help: 'Caseload pulls by system, kind and how they ended.',
    labelNames: ['system', 'kind', 'state'],
    registers,
  });
  const hints = new Counter({
    name: 'hub_hints_total',
    help: 'Hints of record systems that a caseload has changed, by what became of them.',
    labelNames: ['system', 'outcome'],
    registers,
  });
  const unmapped = new Counter({
    name: 'hub_unmapped_total',
    help: 'Things of a record system that were not understood, by place.',
    labelNames: ['system', 'path'],
    registers,
  });
  const age = new Gauge({
    name: 'hub_caseload_age_seconds',
    help: 'Age of the oldest complete caseload of a system.',
    labelNames: ['system'],
    registers,
  });
  const deliveries = new Watched(deliveryGauges(registry));
  const feeds = new Watched(feedGauges(registry));
  return {
    contentType: registry.contentType,
    async render() {
      await Promise.all([deliveries.ask(), feeds.ask()]);
      return registry.metrics();
    },
    operation: (kind, code, seconds) => operations.observe({ kind, code }, seconds),
    adapterCall: (system, call, outcome, seconds) => calls.observe({ system, call, outcome }, seconds),
    decision: (verdict) => decisions.inc({ verdict }),
    pull: (system, kind, state) => pulls.inc({ system, kind, state }),
    hint: (system, outcome) => hints.inc({ system, outcome }),
    caseloadAge: (system, seconds) => age.set({ system }, seconds),
    unmapped: (system, path, times) => unmapped.inc({ system, path }, times),
    watchDeliveries: (source) => deliveries.watch(source),
    watchFeeds: (source) => feeds.watch(source),
  };
}

/** Sources of figures, and the gauges that show what they say together. */
class Watched<Figures> {
  private readonly sources = new Set<() => Promise<readonly Figures[]>>();

  constructor(private readonly show: (figures: readonly Figures[]) => void) {}

  watch(source: () => Promise<readonly Figures[]>): () => void {
    const own = () => source();
    this.sources.add(own);
    return () => void this.sources.delete(own);
  }

  async ask(): Promise<void> {
    const answers = await Promise.allSettled([...this.sources].map((source) => source()));
    this.show(answers.flatMap((one) => (one.status === 'fulfilled' ? one.value : [])));
  }
}

/** The gauges of feeds, set as those of deliveries are. */
function feedGauges(registry: Registry): (figures: readonly FeedGauges[]) => void {
  const gauge = (name: string, help: string) =>
    new Gauge({ name, help, labelNames: ['system'], registers: [registry] });
  const heard = gauge('hub_feed_heard_seconds', 'Time since a record system that sends was last heard of.');
  const silent = gauge('hub_feed_silent', '1 while that is longer than its site allows.');
  const unread = gauge('hub_messages_unread', 'Messages of a record system that wait to be read.');
  const odd = gauge('hub_messages_not_understood', 'Messages of a record system that wait for somebody.');
  return (figures) => {
    for (const each of [heard, silent, unread, odd]) each.reset();
    for (const { system, ...one } of figures) {
      if (one.heardSeconds !== null) heard.set({ system }, one.heardSeconds);
      silent.set({ system }, one.silent ? 1 : 0);
      unread.set({ system }, one.unread);
      odd.set({ system }, one.notUnderstood);
    }
  };
}

/** The gauges of deliveries; the answer sets them to some figures, and what these do not name is gone. */
function deliveryGauges(registry: Registry): (figures: readonly DeliveryFigures[]) => void {
  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Gauge<Label>({ name, help, labelNames, registers: [registry] });
  const waiting = gauge('hub_deliveries_waiting', 'Deliveries queued or being sent.', ['system']);
  const parked = gauge('hub_deliveries_parked', 'Deliveries that wait for somebody, by code.', [
    'system',
    'code',
  ]);
  const oldest = gauge('hub_delivery_oldest_seconds', 'Age of the oldest delivery queued or being sent.', [
    'system',
  ]);
  const paused = gauge('hub_destination_paused', '1 while nothing is taken to a destination.', ['system']);
  const unseen = gauge('hub_deliveries_unseen', 'Deliveries accepted that the record does not show yet.', [
    'system',
  ]);
  return (figures) => {
    for (const each of [waiting, parked, oldest, paused, unseen]) each.reset();
    for (const { system, ...one } of figures) {
      waiting.set({ system }, one.waiting);
      oldest.set({ system }, one.oldestSeconds);
      paused.set({ system }, one.paused ? 1 : 0);
      unseen.set({ system }, one.unseen);
      for (const [code, count] of Object.entries(one.parked)) parked.set({ system, code }, count);
    }
  };
}

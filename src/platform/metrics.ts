/** Metrics of one process, in a registry of its own. Labels come from closed sets (codes, states), never from people or requests. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Upper bounds in seconds of what a person waits for. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

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
  /** Sets how long ago, in seconds, the last complete pull of a system's oldest team was. */
  caseloadAge(system: string, seconds: number): void;
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
  const age = new Gauge({
    name: 'hub_caseload_age_seconds',
    help: 'Age of the oldest complete caseload of a system.',
    labelNames: ['system'],
    registers,
  });
  return {
    contentType: registry.contentType,
    render: () => registry.metrics(),
    operation: (kind, code, seconds) => operations.observe({ kind, code }, seconds),
    adapterCall: (system, call, outcome, seconds) => calls.observe({ system, call, outcome }, seconds),
    decision: (verdict) => decisions.inc({ verdict }),
    pull: (system, kind, state) => pulls.inc({ system, kind, state }),
    caseloadAge: (system, seconds) => age.set({ system }, seconds),
  };
}

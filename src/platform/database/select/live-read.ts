/** Answers the live edges of what has been read: one batch per reader with the distinct keys, then plain assignment. */
import { HubError, isHubError } from '../../../core/errors.js';
import type { BatchAnswer } from './live-batch.js';
import type { LiveDemand, LiveFault } from './live-faults.js';
import type { LivePlan } from './live-plan.js';
import type { ReadContext } from './read-context.js';

/** What a batch came to: an answer, or why there is none. */
type Outcome = { readonly answer: BatchAnswer } | { readonly failure: HubError };

/** What has been asked of a reader in a request: by field and key, so that nothing is asked twice. */
type Asked = Map<string, Map<string, Promise<Outcome>>>;

const asked = new WeakMap<ReadContext, Map<string, Asked>>();

/**
 * Puts an object under the response key of every demand, or leaves null where nothing could be read. Answers what failed;
 * never rejects because of a source. Throws `NotCompilable` when a source gave null for what is never null.
 */
export async function answerLive(
  context: ReadContext,
  demands: readonly LiveDemand[],
): Promise<readonly LiveFault[]> {
  const batches = new Set(demands.map(({ plan }) => plan.batch));
  const faults = await Promise.all(
    [...batches].map((batch) =>
      answerBatch(
        context,
        batch,
        demands.filter(({ plan }) => plan.batch === batch),
      ),
    ),
  );
  return faults.flat();
}

async function answerBatch(
  context: ReadContext,
  batch: string,
  demands: readonly LiveDemand[],
): Promise<LiveFault[]> {
  const known = askedOf(context, batch);
  ask(context, batch, known, demands);
  const promises = new Set(
    demands.flatMap(({ plan, key }) => [...plan.among].map((field) => known.get(field)!.get(key)!)),
  );
  const outcomes = new Map(
    await Promise.all([...promises].map(async (promise) => [promise, await promise] as const)),
  );
  const failures: { demand: LiveDemand; failure: HubError }[] = [];
  for (const demand of demands) {
    const { among, make } = demand.plan;
    const answers = new Map<string, BatchAnswer>();
    let failed: HubError | null = null;
    for (const field of among) {
      const outcome = outcomes.get(known.get(field)!.get(demand.key)!)!;
      if ('failure' in outcome) failed = outcome.failure;
      else answers.set(field, outcome.answer);
    }
    if (failed) failures.push({ demand, failure: failed });
    else {
      const made = make((field) => answers.get(field)!.value(field, demand.key, among));
      (demand.object as Record<string, unknown>)[demand.responseKey] = made;
    }
  }
  return [...total(failures), ...partial(batch, outcomes.values(), demands)];
}

function askedOf(context: ReadContext, batch: string): Asked {
  const batches = asked.get(context) ?? new Map<string, Asked>();
  asked.set(context, batches);
  const known = batches.get(batch) ?? new Map<string, Map<string, Promise<Outcome>>>();
  batches.set(batch, known);
  return known;
}

/** Asks once for everything that nobody has asked for yet. */
function ask(context: ReadContext, batch: string, known: Asked, demands: readonly LiveDemand[]): void {
  const wanted = new Map<string, Set<string>>();
  for (const { plan, key } of demands) {
    for (const field of plan.wanted.keys()) {
      if (known.get(field)?.has(key)) continue;
      wanted.set(field, (wanted.get(field) ?? new Set()).add(key));
    }
  }
  if (wanted.size === 0) return;
  const lists = new Map([...wanted].map(([field, keys]) => [field, [...keys]] as const));
  const outcome = outcomeOf(context, batch, lists);
  for (const [field, keys] of lists) {
    const byKey = known.get(field) ?? new Map<string, Promise<Outcome>>();
    known.set(field, byKey);
    for (const key of keys) byKey.set(key, outcome);
  }
}

async function outcomeOf(
  context: ReadContext,
  batch: string,
  wanted: ReadonlyMap<string, readonly string[]>,
): Promise<Outcome> {
  try {
    const reader = context.batches?.[batch];
    if (!reader) throw new Error(`nothing reads ${batch}`);
    return { answer: await reader(wanted) };
  } catch (cause) {
    return { failure: isHubError(cause) ? cause : new HubError('HUB_INTERNAL', { cause }) };
  }
}

/** One fault per edge of which nothing could be read. */
function total(failures: readonly { demand: LiveDemand; failure: HubError }[]): LiveFault[] {
  const byPlan = new Map<LivePlan, { keys: Set<string>; error: HubError }>();
  for (const { demand, failure } of failures) {
    const entry = byPlan.get(demand.plan) ?? { keys: new Set(), error: failure };
    entry.keys.add(demand.key);
    byPlan.set(demand.plan, entry);
  }
  return [...byPlan].map(([failed, { keys, error }]) => ({
    source: null,
    plan: (plan) => plan === failed,
    field: null,
    keys,
    error,
    asOf: null,
  }));
}

/** What the sources of a batch failed at, as far as it was demanded here: one fault per source and field, though it may come of several calls. */
function partial(batch: string, outcomes: Iterable<Outcome>, demands: readonly LiveDemand[]): LiveFault[] {
  const found = new Map<string, LiveFault & { readonly keys: Set<string> }>();
  for (const outcome of outcomes) {
    for (const { source, field, keys, error, asOf } of 'answer' in outcome ? outcome.answer.faults : []) {
      const plan = (one: LivePlan): boolean => one.batch === batch && one.wanted.has(field);
      const here = new Set(demands.filter((demand) => plan(demand.plan)).map(({ key }) => key));
      const name = `${source} ${field}`;
      const fault = found.get(name) ?? { source, plan, field, keys: new Set<string>(), error, asOf };
      found.set(name, fault);
      for (const key of keys) if (here.has(key)) fault.keys.add(key);
    }
  }
  return [...found.values()].filter(({ keys }) => keys.size > 0);
}

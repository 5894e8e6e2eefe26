/** Generated years of events, in three orders of arrival, come to what the generator knows to be true. */
import { foldFeed, patientsOf } from '../../../../src/clinical/feed/fold.rules.js';
import type { FoldedFeed } from '../../../../src/clinical/feed/folded.js';
import { patientNode, tiesOf } from '../../../../src/clinical/feed/ties.rules.js';
import type { FeedEvent } from '../../../../src/clinical/feed.port.js';
import { ARRIVALS, arriving, type GeneratedFeed, generateFeed } from '../../../support/feed-generator.js';
import { readingOf, siteRules } from '../../../support/hl7-adt.js';

const SEEDS = 200;
/** Seeds in a test. */
const BATCH = 50;
const RULES = siteRules({ coordinatorFrom: 'ROL-4 where ROL-3=CC' });

interface Understood {
  /** Of each message in the order of writing, what it says; none of what makes no sense. */
  readonly events: readonly (readonly FeedEvent[])[];
  readonly notUnderstood: number;
}

function understood({ messages }: GeneratedFeed): Understood {
  let notUnderstood = 0;
  const events = messages.map((text) => {
    const reading = readingOf(text, RULES);
    if (reading.kind === 'NOT_UNDERSTOOD') notUnderstood += 1;
    return reading.kind === 'FEED' ? reading.events : [];
  });
  return { events, notUnderstood };
}

/** Events of those who concern each other, in their order. */
function groups(events: readonly FeedEvent[]): readonly (readonly FeedEvent[])[] {
  const parents = new Map<string, string>();
  const rootOf = (node: string): string => {
    const parent = parents.get(node);
    if (parent === undefined || parent === node) return node;
    const root = rootOf(parent);
    parents.set(node, root);
    return root;
  };
  for (const event of events)
    for (const { node, other } of tiesOf(event)) parents.set(rootOf(node), rootOf(other));
  const found = new Map<string, FeedEvent[]>();
  for (const event of events) {
    const root = rootOf(patientNode(event.localId));
    const group = found.get(root);
    if (group === undefined) found.set(root, [event]);
    else group.push(event);
  }
  return [...found.values()];
}

/** What was found, in the generator's words. */
function found(folded: readonly FoldedFeed[]) {
  const memberships = folded.flatMap((one) => one.memberships);
  const inUse = memberships.filter(({ state }) => state !== 'ENTERED_IN_ERROR');
  return {
    stays: lines(
      inUse.map(({ patient, teamReference, state, validFrom, validTo, careCoordinator, complete }) => [
        patient.localId,
        teamReference,
        state,
        validFrom,
        validTo,
        validTo === null ? (careCoordinator?.reference ?? null) : null,
        complete,
      ]),
    ),
    patients: lines(
      folded
        .flatMap(({ patients }) => patients)
        .map((one) => [
          one.localId,
          one.replacedByLocalId,
          one.replacedByLocalId === null ? one.dateOfBirth : null,
          one.replacedByLocalId === null ? one.deceasedOn : null,
        ]),
    ),
    doubts: lines([
      ...new Set(
        folded.flatMap(({ doubts }) => doubts.map(({ kind, localIds }) => [kind, ...localIds].join(' '))),
      ),
    ]),
  };
}

function lines(values: readonly unknown[]): readonly string[] {
  return values.map((value) => JSON.stringify(value)).sort();
}

function truth({ stays, patients, reversed }: GeneratedFeed, told: ReadonlySet<string>) {
  return {
    stays: lines(
      stays.map(({ localId, team, state, from, to, coordinator }) => [
        localId,
        team,
        state,
        from,
        to,
        coordinator,
        true,
      ]),
    ),
    patients: lines(
      patients
        .filter(({ localId }) => told.has(localId))
        .map(({ localId, replacedBy, dateOfBirth, deceasedOn }) => [
          localId,
          replacedBy,
          dateOfBirth,
          deceasedOn,
        ]),
    ),
    doubts: lines([...new Set(reversed.map((pair) => `MERGE_REVERSED ${pair}`))]),
  };
}

/** Seeds of which what was found is not the truth, by order of arrival, and what the first of them shows. */
function wrongAmong(first: number, last: number) {
  const wrong: string[] = [];
  let shown: { readonly found: object; readonly truth: object } | null = null;
  for (let seed = first; seed <= last; seed++) {
    const feed = generateFeed({ seed, people: 60, teams: 3, actions: 10 });
    const { events, notUnderstood } = understood(feed);
    const true_ = truth(feed, new Set(events.flat().flatMap(patientsOf)));
    if (notUnderstood !== feed.senseless) wrong.push(`${seed} not understood`);
    for (const order of ARRIVALS) {
      const result = found(groups(arriving(events, order, seed).flat()).map(foldFeed));
      if (JSON.stringify(result) === JSON.stringify(true_)) continue;
      wrong.push(`${seed} ${order}`);
      shown ??= { found: result, truth: true_ };
    }
  }
  return { wrong, shown };
}

test.each(Array.from({ length: SEEDS / BATCH }, (_, index) => index * BATCH + 1))(
  'seeds from %d come to the truth in three orders of arrival',
  (first) => {
    const { wrong, shown } = wrongAmong(first, first + BATCH - 1);
    expect(shown?.found).toEqual(shown?.truth);
    expect(wrong).toEqual([]);
  },
);

/** Decided differently now: the list after corrections in the record, what stands on it, and what never does. */
import type { Referred } from '../../support/casework-people.js';
import { putMembership } from '../../support/casework-people.js';
import { openUseCases, type UseCases } from '../../support/use-cases.js';

interface Review {
  readonly id: string;
  readonly verdictNow: string;
  readonly reasonNow: string;
  readonly knownAt: string;
  readonly foundAt: string;
  readonly decision: {
    readonly id: string;
    readonly verdict: string;
    readonly referral: { readonly id: string };
  };
}

const LIST = `{ decisionsDifferingNow(first: 50) { totalCount nodes { id verdictNow reasonNow knownAt foundAt decision { id verdict reason referral { id } } } } }`;

describe('decisionsDifferingNow', () => {
  let graph: UseCases;
  beforeAll(async () => {
    graph = await openUseCases();
  });
  afterEach(() => graph.world.restart());
  afterAll(() => graph?.close());

  const decide = async ({ referralId }: Referred) => {
    graph.world.clock.advance(1_000);
    return (await graph.decide<{ id: string; verdict: string }>('manager', [referralId], 'id verdict'))[0]!;
  };
  const look = async (): Promise<number> => {
    graph.world.later(2);
    await graph.world.sweep();
    return graph.server.reviews.findDifferences(graph.world.callers.system);
  };
  const listed = async (
    who: 'specialist' | 'manager' | 'eipSpecialist' | 'foreignSpecialist' = 'specialist',
  ) => {
    const { decisionsDifferingNow } = await graph.query<{
      decisionsDifferingNow: { totalCount: number; nodes: Review[] };
    }>(who, LIST);
    expect(decisionsDifferingNow.totalCount).toBe(decisionsDifferingNow.nodes.length);
    return decisionsDifferingNow.nodes;
  };
  /** The record system now says something else of somebody; what it said before is kept as no longer believed. */
  const correct = async ({ personId }: Referred, form: Parameters<typeof putMembership>[3]) => {
    await graph.world.sql(
      'update caseload_memberships set observed_to = $2 where person_id = $1 and observed_to is null',
      [personId, graph.world.clock.now()],
    );
    await putMembership(graph.world, personId, 'CMHT', { ...form, observedFrom: graph.world.clock.now() });
  };

  it('is empty while nothing has changed', async () => {
    await decide(await graph.world.someone().openTo('CMHT').referredUnder('001'));
    expect(await look()).toBe(0);
    expect(await listed()).toEqual([]);
  });

  it('names the decision, the verdict now and its reason; the decision itself stands as it was', async () => {
    const person = await graph.world.someone().openTo('CMHT').referredUnder('001');
    const decision = await decide(person);
    graph.world.later();
    await correct(person, { state: 'ENTERED_IN_ERROR' });
    expect(await look()).toBe(1);
    const now = graph.world.clock.now().toISOString();
    expect(await listed()).toEqual([
      {
        id: expect.any(String),
        verdictNow: 'NOT_ELIGIBLE',
        reasonNow: 'NOT_ON_CASELOAD',
        knownAt: now,
        foundAt: now,
        decision: {
          id: decision.id,
          verdict: 'ELIGIBLE',
          reason: 'ALL_CRITERIA_MET',
          referral: { id: person.referralId },
        },
      },
    ]);
  });

  it('agrees with what deciding again about the same day would say', async () => {
    const person = await graph.world.someone().referredUnder('001');
    const asOf = '2026-03-11';
    await decide(person);
    graph.world.later();
    await putMembership(graph.world, person.personId, 'CMHT', { observedFrom: graph.world.clock.now() });
    expect(await look()).toBe(1);
    const [review] = await listed();
    const [again] = await graph.decide<{ verdict: string; reason: string }>(
      'manager',
      [person.referralId],
      'verdict reason',
      { asOf },
    );
    expect({ verdict: review!.verdictNow, reason: review!.reasonNow }).toEqual(again);
    expect(again).toEqual({ verdict: 'ELIGIBLE', reason: 'ALL_CRITERIA_MET' });
  });

  it('lists newest first, page by page, and each once', async () => {
    const people: Referred[] = [];
    for (let n = 0; n < 5; n++) {
      const person = await graph.world.someone().openTo('CMHT').referredUnder('001');
      people.push(person);
      await decide(person);
    }
    for (const person of people) {
      await correct(person, { state: 'ENDED', to: '2026-01-01' });
      expect(await look()).toBe(1);
    }
    expect(await look()).toBe(0);
    const newest = (await listed()).map(({ decision }) => decision.referral.id);
    expect(newest).toEqual(people.map(({ referralId }) => referralId).reverse());
    const ids = (await listed()).map(({ id }) => id);
    expect(await graph.walk('specialist', 'decisionsDifferingNow', '', 2)).toEqual(ids);
    expect(await graph.walk('specialist', 'decisionsDifferingNow', '', 2, true)).toEqual(ids);
  });

  it('leaves out what a newer decision has put right', async () => {
    const person = await graph.world.someone().openTo('CMHT').referredUnder('001');
    await decide(person);
    await correct(person, { state: 'ENDED', to: '2026-01-01' });
    expect(await decide(person)).toMatchObject({ verdict: 'NOT_ELIGIBLE' });
    expect(await look()).toBe(0);
    expect(await listed()).toEqual([]);
  });

  it('is each team’s own', async () => {
    const mine = await graph.world.someone().openTo('CMHT').referredUnder('001');
    const theirs = await graph.world.someone().openTo('CMHT').referredUnder('001', { team: 'EIP' });
    for (const person of [mine, theirs]) {
      await decide(person);
      await correct(person, { state: 'ENTERED_IN_ERROR' });
    }
    expect(await look()).toBe(2);
    expect((await listed()).map(({ decision }) => decision.referral.id)).toEqual([mine.referralId]);
    expect((await listed('eipSpecialist')).map(({ decision }) => decision.referral.id)).toEqual([
      theirs.referralId,
    ]);
    expect(await listed('manager')).toHaveLength(2);
    expect(await listed('foreignSpecialist')).toEqual([]);
  });

  it('does not fill up when the hub has gone blind: an outage is no evidence', async () => {
    await decide(await graph.world.someone().referredUnder('001'));
    graph.world.later(40);
    expect(await graph.server.reviews.findDifferences(graph.world.callers.system)).toBe(0);
    expect(await graph.server.reviews.findDifferences(graph.world.callers.system)).toBe(0);
  });

  it('somebody whose birthday has come is decided anew, for the same purpose', async () => {
    const person = await graph.world.someone().born('2008-03-12').openTo('CMHT').referredUnder('001');
    expect(await decide(person)).toMatchObject({ verdict: 'NOT_YET' });
    expect(await graph.server.reviews.decideThoseDue(graph.world.callers.system)).toBe(0);
    graph.world.later(13);
    await graph.world.sweep();
    expect(await graph.server.reviews.decideThoseDue(graph.world.callers.system)).toBe(1);
    expect(await graph.server.reviews.decideThoseDue(graph.world.callers.system)).toBe(0);
    const { referral } = await graph.query<{ referral: { decisions: object[] } }>(
      'specialist',
      'query ($id: UUID!) { referral(id: $id) { decisions { verdict purpose asOf notYetUntil } } }',
      { id: person.referralId },
    );
    expect(referral.decisions).toEqual([
      { verdict: 'ELIGIBLE', purpose: 'ENTRY', asOf: '2026-03-12', notYetUntil: null },
      { verdict: 'NOT_YET', purpose: 'ENTRY', asOf: '2026-03-11', notYetUntil: '2026-03-12' },
    ]);
  });
});

/** A question about what was known earlier is kept, and does not become where the referral stands. */
import { thingsOf } from '../../support/graph-mutations.js';
import { closeGraphWorld, createGraphWorld, type GraphWorld } from '../../support/graph-world.js';

let world: GraphWorld;
beforeAll(async () => {
  world = await createGraphWorld();
});
afterAll(() => closeGraphWorld(world));

const CHECK = `mutation ($input: CheckEligibilityInput!) { checkEligibility(input: $input) {
  ... on EligibilityChecked { decisions { id verdict } } ... on Refusal { code } } }`;
const STANDING = `query ($id: UUID!) { referral(id: $id) { latestDecision { id } decisions(first: 20) { id } } }`;

test('what was known in 2020 is answered and kept; the latest decision stays, until one is made as of now', async () => {
  const { referralId } = await thingsOf(world, 'specialist', 'own');
  const check = async (key: string, more: object): Promise<string> => {
    const input = { idempotencyKey: key, referralIds: [referralId], purpose: 'ENTRY', ...more };
    const { text } = await world.ask('specialist', CHECK, { variables: { input } });
    return (JSON.parse(text) as { data: { checkEligibility: { decisions: { id: string }[] } } }).data
      .checkEligibility.decisions[0]!.id;
  };
  const standing = async (): Promise<{ latestDecision: { id: string }; decisions: { id: string }[] }> => {
    const { text } = await world.ask('specialist', STANDING, { variables: { id: referralId } });
    return (JSON.parse(text) as { data: { referral: Awaited<ReturnType<typeof standing>> } }).data.referral;
  };

  const before = (await standing()).latestDecision.id;
  world.clock.advance(1_000);
  const whatIf = await check('what-if-2020', { knownAt: '2020-01-01T00:00:00Z' });
  const after = await standing();
  expect(after.latestDecision.id).toBe(before);
  expect(after.decisions.map(({ id }) => id)).toContain(whatIf);

  world.clock.advance(1_000);
  const now = await check('as-of-now-1', {});
  expect((await standing()).latestDecision.id).toBe(now);
});

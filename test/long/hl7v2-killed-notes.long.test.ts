/**
 * Bar 4.3, the whole hub: 5,000 notes as messages to each engine that nobody here wrote, through a wire on which something happens to
 * every third, from hubs that are killed one after the other. Six planted faults each go red by the same course and the same count.
 */
import { ENGINES } from '../support/hl7-documents-engines.js';
import { PATH_FAULTS } from '../support/hl7-documents-faults.js';
import { type Death, Hl7Hubs } from '../support/hl7-hubs.js';
import {
  type KilledNotesPlan,
  type KilledNotesReport,
  type KilledNotesResult,
  runKilledNotes,
} from '../support/hl7-killed-notes.js';

const DEATHS: readonly Death[] = ['afterSend', 'ANY', 'afterClaim', 'afterAnswer'];
const NOTHING_WRONG: KilledNotesReport = {
  lost: [],
  doubled: [],
  creditedWrongly: [],
  disordered: [],
  unfinished: [],
};
/** Messages that a hub may have under way when it dies. */
const UNDER_WAY = 32;

const hubs = new Hl7Hubs();
afterAll(() => hubs.end());

const planOf = (change: Partial<KilledNotesPlan>): KilledNotesPlan => ({
  people: 1_250,
  versionsEach: 4,
  repeatsAreHarmless: true,
  isWrittenFirst: false,
  answerTimeoutMs: 250,
  faults: 0.3,
  deaths: [...DEATHS, ...DEATHS, ...DEATHS],
  seed: Number(process.env.HUB_TEST_SEED ?? 1 + (Date.now() % 1_000_000)),
  variant: 'sound',
  ...change,
});

/** One run against an engine of its own. */
async function run(name: string, plan: KilledNotesPlan): Promise<KilledNotesResult & { faults: number }> {
  const engine = await ENGINES[name]!();
  try {
    const result = await runKilledNotes(hubs, engine, plan);
    return { ...result, faults: Object.values(result.happened).reduce((sum, each) => sum + each, 0) };
  } finally {
    await engine.close();
  }
}

function tell(peer: string, plan: KilledNotesPlan, result: Awaited<ReturnType<typeof run>>): void {
  const { report: _report, happened: _happened, ...figures } = result;
  const { seed, repeatsAreHarmless, people, versionsEach } = plan;
  process.stdout.write(
    `${JSON.stringify({ bar: '4.3', peer, seed, repeatsAreHarmless, versions: people * versionsEach, ...figures })}\n`,
  );
}

test.each(Object.keys(ENGINES))(
  '%s, which knows repeats: none lost, doubled in effect, credited to another or parked',
  async (name) => {
    const plan = planOf({});
    const result = await run(name, plan);
    tell(name, plan, result);
    expect({ ...result.report, parked: result.parked }).toEqual({ ...NOTHING_WRONG, parked: {} });
    expect(Object.keys(result.died).sort()).toEqual([...DEATHS].sort());
    expect(Object.keys(result.happened).sort()).toEqual([...PATH_FAULTS].sort());
    expect(result.faults).toBeGreaterThan(plan.people * plan.versionsEach * 0.28);
  },
  600_000,
);

test('an engine that knows no repeats: none is sent twice, and no more are parked than were in doubt', async () => {
  const alone = { people: 2_000, versionsEach: 1, repeatsAreHarmless: false, isWrittenFirst: true };
  const plan = planOf({ ...alone, deaths: DEATHS });
  const result = await run('@medplum/hl7', plan);
  tell('@medplum/hl7', plan, result);
  expect(result.report).toEqual(NOTHING_WRONG);
  const parked = Object.values(result.parked).reduce((sum, each) => sum + each, 0);
  expect(parked).toBeGreaterThan(plan.people * 0.1);
  expect(parked).toBeLessThanOrEqual(result.faults + plan.deaths.length * UNDER_WAY);
}, 600_000);

describe('planted faults go red', () => {
  test.each<[KilledNotesPlan['variant'], readonly (keyof KilledNotesReport)[], Partial<KilledNotesPlan>]>([
    ['credits by order', ['lost', 'creditedWrongly'], {}],
    ['a number for each attempt', ['doubled'], {}],
    ['marks before it sends', ['lost', 'creditedWrongly'], { deaths: ['afterClaim', 'afterClaim'] }],
    ['forgets attempts', ['doubled'], { repeatsAreHarmless: false, versionsEach: 1 }],
    ['latest first', ['disordered'], { versionsEach: 2, isWrittenFirst: true }],
    ['holds after death', ['unfinished'], { deaths: ['afterClaim'] }],
  ])(
    '%s: %j',
    async (variant, what, change) => {
      const plan = planOf({ people: 100, deaths: [], variant, ...change });
      const { report } = await run('@medplum/hl7', plan);
      expect(what.filter((each) => report[each].length === 0)).toEqual([]);
    },
    120_000,
  );
});

/**
 * Bar 4.3, receiving: 10,000 messages from each engine that nobody here wrote, through a wire on which something happens to every
 * third, to hubs that are killed one after the other. Four planted faults each go red by the same course and the same count.
 */
import { type ArrivalsPlan, type ArrivalsReport, runArrivals } from '../support/hl7-arrivals.js';
import { SENDING_PEERS } from '../support/hl7-arrivals-peers.js';
import { PATH_FAULTS } from '../support/hl7-documents-faults.js';
import { type Death, Hl7Hubs } from '../support/hl7-hubs.js';

const MESSAGES = 10_000;
const DEATHS: readonly Death[] = ['afterCommit', 'ANY', 'beforeCommit', 'beforeReadCommit'];
const NOTHING_WRONG: ArrivalsReport = {
  answeredNotStored: [],
  lost: [],
  doubled: [],
  unequal: [],
  untold: [],
  wrongStays: [],
};

const hubs = new Hl7Hubs();
afterAll(() => hubs.end());

const planOf = (change: Partial<ArrivalsPlan>): ArrivalsPlan => ({
  messages: MESSAGES,
  connections: 16,
  answerTimeoutMs: 250,
  faults: 0.3,
  deaths: [...DEATHS, ...DEATHS, ...DEATHS],
  seed: Number(process.env.HUB_TEST_SEED ?? 1 + (Date.now() % 1_000_000)),
  variant: 'sound',
  ...change,
});

test.each(Object.entries(SENDING_PEERS))(
  '%s: none answered that was not stored, none lost, none doubled, each taken up once',
  async (peer, start) => {
    const plan = planOf({});
    const { report, happened, ...figures } = await runArrivals(hubs, start, plan);
    const times = Object.values(happened).reduce((sum, each) => sum + each, 0);
    process.stdout.write(
      `${JSON.stringify({ bar: '4.3', peer, seed: plan.seed, messages: MESSAGES, faults: times, ...figures })}\n`,
    );
    expect(report).toEqual(NOTHING_WRONG);
    expect(Object.keys(figures.died).sort()).toEqual([...DEATHS].sort());
    expect(Object.keys(happened).sort()).toEqual([...PATH_FAULTS].sort());
    expect(times).toBeGreaterThan(MESSAGES * 0.28);
    // What was kept and not answered was told as a repeat.
    expect(figures.repeats).toBeGreaterThan(MESSAGES * 0.1);
    expect(Object.keys(figures.answers)).toEqual(['AA']);
  },
  600_000,
);

describe('planted faults go red', () => {
  test.each([
    ['answers first', ['answeredNotStored', 'lost'], ['beforeCommit', 'beforeCommit']],
    ['no duplicate check', ['doubled'], []],
    ['keeps text', ['unequal'], []],
    ['takes later', ['untold', 'wrongStays'], ['ANY', 'beforeReadCommit', 'ANY', 'beforeReadCommit']],
  ] as const)(
    '%s: %j',
    async (variant, what, deaths) => {
      const plan = planOf({ messages: 600, deaths, variant });
      const { report } = await runArrivals(hubs, SENDING_PEERS['@medplum/hl7']!, plan);
      expect(what.filter((each) => report[each].length === 0)).toEqual([]);
    },
    120_000,
  );
});

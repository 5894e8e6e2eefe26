/** Every question that the servers are asked, in the order of their bars. `BENCH_QUESTIONS` names some of them, with commas. */
import { DEEP, EPISODES } from './episode-questions.mjs';
import { REFERRALS } from './question.mjs';

const ALL = [REFERRALS, EPISODES, DEEP];
const named = process.env.BENCH_QUESTIONS?.split(',');

/** The questions of this run. */
export const QUESTIONS = ALL.filter(({ id }) => !named || named.includes(id));
if (QUESTIONS.length === 0)
  throw new Error(`BENCH_QUESTIONS: accepted are ${ALL.map(({ id }) => id).join(', ')}`);

/** The table of people: what each is due under each specification, written from the documents without sight of the rules. */
import { decideEligibility } from '../../../src/casework/eligibility/decide-eligibility.rules.js';
import {
  DOCUMENTS,
  differences,
  factsOf,
  linesOf,
  RULES_OF,
  readRows,
  readSettlements,
} from '../../support/eligibility-row.js';

const rows = readRows('people.json');
const settlements = readSettlements();
/** Lines that a gate before the decision rests on: the period of a specification. */
const GATE_LINES = ['000:19'];

test.each(DOCUMENTS.map((document) => [document] as const))('%s', (document) => {
  const wrong: string[] = [];
  for (const row of rows) {
    const expected = row.expect[document];
    if (!expected) continue;
    const decision = decideEligibility(RULES_OF[document], factsOf(row), row.purpose);
    const settled = settlements.find((one) => one.id === row.id && one.spec === document);
    for (const difference of differences(decision, { ...expected, ...settled?.now }))
      wrong.push(`${row.id} ${row.title}: ${difference}`);
    const cited = new Set(
      decision.criteria.flatMap((criterion) => (criterion.clause ? linesOf(criterion.clause) : [])),
    );
    const missing = expected.clause
      .flatMap(linesOf)
      .filter((line) => !cited.has(line) && !GATE_LINES.includes(line));
    if (missing.length > 0) wrong.push(`${row.id} ${row.title}: clause ${missing.join()}`);
  }
  expect(wrong).toEqual([]);
});

/** The table of people: what each is due under each specification, written from the documents without sight of the rules. */
import { CRITERIA } from '../../../src/casework/eligibility/criterion.rules.js';
import { decideEligibility } from '../../../src/casework/eligibility/decide-eligibility.rules.js';
import { isInForce } from '../../../src/contracts/specification-in-force.rules.js';
import {
  DOCUMENTS,
  type Document,
  differences,
  expectationOf,
  factsOf,
  linesOf,
  PARTICULARS,
  ROWS,
  RULES_OF,
  SEED_OF,
  SETTLEMENTS,
} from '../../support/eligibility-row.js';

/** Lines that the gate before a decision rests on: the period of a specification. */
const GATE_LINES = ['000:19'];

const wrongRows = (document: Document): string[] =>
  ROWS.flatMap((row) => {
    const expected = expectationOf(row, document);
    if (!expected) return [];
    const decision = decideEligibility(RULES_OF[document], factsOf(row), row.purpose);
    return differences(decision, expected).map((difference) => `${row.id} ${row.title}: ${difference}`);
  });

describe.each(DOCUMENTS.map((document) => [document] as const))('%s', (document) => {
  test('every person is due what the table says', () => {
    expect(wrongRows(document)).toEqual([]);
  });

  test('every line that a row rests on is cited by a criterion', () => {
    const uncited = ROWS.flatMap((row) => {
      const decision = decideEligibility(RULES_OF[document], factsOf(row), row.purpose);
      const cited = new Set(decision.criteria.flatMap(({ clause }) => (clause ? linesOf(clause) : [])));
      const lines = (row.expect[document]?.clause ?? []).flatMap(linesOf);
      return lines
        .filter((line) => !cited.has(line) && !GATE_LINES.includes(line))
        .map((line) => `${row.id} ${line}`);
    });
    expect(uncited).toEqual([]);
  });

  test('every decision reports all criteria in order, and gives a clause for each that is the document’s', () => {
    for (const row of ROWS) {
      const { criteria } = decideEligibility(RULES_OF[document], factsOf(row), row.purpose);
      expect(criteria.map(({ key }) => key)).toEqual(CRITERIA);
      const silent = criteria.filter(
        ({ key, clause, strength }) => key !== 'IDENTITY' && strength !== 'NOT_SPECIFIED' && clause === null,
      );
      expect(silent).toEqual([]);
    }
  });
});

test('there are the sixteen rows of the design and at least sixty further people', () => {
  expect(new Set(ROWS.filter(({ id }) => id.startsWith('s')).map(({ id }) => id.slice(0, 3))).size).toBe(16);
  expect(ROWS.filter(({ id }) => id.startsWith('p')).length).toBeGreaterThanOrEqual(60);
  expect(new Set(ROWS.map(({ id }) => id)).size).toBe(ROWS.length);
});

test('a settled difference names a row that said otherwise, and a line of the document it is about', () => {
  for (const { id, spec, was, now, clause, why } of SETTLEMENTS) {
    const written = ROWS.find((row) => row.id === id)?.expect[spec];
    expect({ verdict: written?.verdict, soft: written?.soft }).toEqual(was);
    expect(now).not.toEqual(was);
    expect(linesOf(clause).every((line) => line.startsWith(`${spec}:`))).toBe(true);
    expect(why.length).toBeGreaterThan(40);
  }
});

test('particulars and settlements belong to rows, once each', () => {
  for (const list of [PARTICULARS, SETTLEMENTS]) {
    const keys = list.map(({ id, spec }) => `${id} ${spec}`);
    expect(new Set(keys).size).toBe(keys.length);
    expect(list.filter(({ id, spec }) => !ROWS.find((row) => row.id === id)?.expect[spec])).toEqual([]);
  }
});

test('000 is asked on a day of its period in every row', () => {
  expect(
    ROWS.filter((row) => row.expect['000'] && !isInForce(SEED_OF['000'], row.asOf)).map(({ id }) => id),
  ).toEqual([]);
});

/** Bar 4.3, sending: 10,000 documents to each engine that nobody here wrote, through a wire on which something happens to every third. */
import { ENGINES } from '../support/hl7-documents-engines.js';
import { exchangeDocuments, numberOf } from '../support/hl7-documents-exchange.js';
import { PATH_FAULTS } from '../support/hl7-documents-faults.js';

const DOCUMENTS = 10_000;

test.each(Object.entries(ENGINES))(
  '%s: none lost, none doubled in effect, none credited to another',
  async (name, start) => {
    const engine = await start();
    const seed = Number(process.env.HUB_TEST_SEED ?? 1 + (Date.now() % 1_000_000));
    const plan = {
      documents: DOCUMENTS,
      connections: 16,
      answerTimeoutMs: 250,
      faults: 0.3,
      killEveryMs: 1_000,
    };
    const result = await exchangeDocuments(engine, { ...plan, seed });
    await engine.close();
    const doubled = [...result.held.values()].filter((texts) => texts.size > 1).length;
    const lost = result.sent.filter(
      (document) => result.held.get(numberOf(document))?.has(document.text) !== true,
    ).length;
    const { attempts, creditedWrongly } = result;
    const happened = [...result.happened.values()].reduce((sum, times) => sum + times, 0);
    process.stdout.write(
      `${JSON.stringify({ bar: '4.3', peer: name, seed, documents: DOCUMENTS, attempts, happened, lost, doubled, creditedWrongly, taken: engine.taken.length })}\n`,
    );
    expect([...result.happened.keys()].sort()).toEqual([...PATH_FAULTS].sort());
    expect(happened).toBeGreaterThan(DOCUMENTS * 0.28);
    expect({ lost, doubled, creditedWrongly, numbers: result.held.size }).toEqual({
      lost: 0,
      doubled: 0,
      creditedWrongly: 0,
      numbers: DOCUMENTS,
    });
  },
  600_000,
);

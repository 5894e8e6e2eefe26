/** The documents part of the contract by itself, once for each way in which a site may take documents. */
import { Capability } from '../../src/clinical/clinical-record.port.js';
import { never } from './contract-case.js';
import { type DocumentsVariant, documentsCases } from './documents-contract.js';
import type { ContractSubject } from './misbehaving-peer.js';

/** Fewer cases than this mean that some were not declared. */
const LEAST_CASES = 35;

/**
 * Runs the cases of documents for one way of taking them. `make` gives a fresh subject, which is closed after each case. The last
 * case fails when a declared capability was not exercised, and tells how many cases were.
 */
export function documentsContract(
  name: string,
  capabilities: readonly Capability[],
  make: () => Promise<ContractSubject>,
  variant: DocumentsVariant,
): void {
  describe(`documents contract: ${name}`, () => {
    let subject: ContractSubject;
    let executed = 0;
    const exercised = new Set<Capability>();

    // The first call of a process loads what calls are made with, which is none of its deadline's business.
    beforeAll(async () => {
      const first = await make();
      await first.adapter.health(never());
      await first.adapter.close();
      await first.peer.close();
    });
    beforeEach(async () => {
      subject = await make();
    });
    afterEach(async () => {
      await subject.adapter.close();
      await subject.peer.close();
    });

    documentsCases(
      {
        subject: () => subject,
        contractCase: (title, capability, body) =>
          test(title, async () => {
            await body();
            executed += 1;
            if (capability !== null) exercised.add(capability);
          }),
      },
      variant,
    );

    test('each capability declared was exercised', () => {
      process.stdout.write(`contract ${name}: ${executed} cases executed\n`);
      expect([...exercised].sort()).toEqual(
        capabilities.filter((capability) => capability === Capability.DOCUMENTS),
      );
      expect(executed).toBeGreaterThanOrEqual(LEAST_CASES);
    });
  });
}

/** Part of the contract: a pull that was interrupted goes on where it was, or begins afresh and says so; nobody is passed over. */
import { interrupted, loaded, pull, received, resumed } from './contract-pull.js';
import type { CaseloadSubject, CaseloadTraits, PeerMembership } from './misbehaving-peer.js';

/** How these cases get at the suite that they belong to. */
export interface ResumeCases<Kind extends string> {
  subject(): CaseloadSubject<Kind>;
  readonly traits: CaseloadTraits<Kind>;
  /** The first memberships, as far as the far end can tell them. */
  tellable(count: number): PeerMembership[];
  caseloadCase(title: string, body: () => Promise<void>): void;
}

const numbers = (pages: readonly { readonly page: number }[]): number[] => pages.map(({ page }) => page);

/** Declares them: for far ends that keep a place, else the one case that says that there is none. */
export function resumeCases<Kind extends string>(cases: ResumeCases<Kind>): void {
  const { traits, tellable, caseloadCase } = cases;
  if (!traits.resumes) {
    caseloadCase('no place is kept, and a cursor begins the pull afresh', async () => {
      const held = tellable(120);
      cases.subject().peer.load(held);
      const { pages } = await pull(cases.subject());
      expect(pages.every(({ cursor }) => cursor === undefined)).toBe(true);
      const again = await resumed(cases.subject(), '{"page":1}');
      expect([numbers(again.pages)[0], received(again)]).toEqual([1, loaded(held)]);
    });
    return;
  }

  for (const count of [1, 3, 6]) {
    caseloadCase(`interrupted after ${count} of 7 pages it goes on with the next`, async () => {
      const { peer } = cases.subject();
      const held = tellable(350);
      peer.load(held);
      const { before, after } = await interrupted(cases.subject(), count);
      expect(after.error).toBeNull();
      expect(numbers([...before, ...after.pages])).toEqual([1, 2, 3, 4, 5, 6, 7]);
      expect(received({ pages: [...before, ...after.pages], error: null })).toEqual(loaded(held));
      expect([...before, ...after.pages].map(({ last }) => last).lastIndexOf(false)).toBe(5);
      expect(new Set([...before, ...after.pages].map(({ watermark }) => watermark)).size).toBe(1);
      expect(new Set([...before, ...after.pages].map(({ total }) => total)).size).toBe(1);
    });
  }

  caseloadCase('interrupted twice it goes on twice', async () => {
    const { peer } = cases.subject();
    const held = tellable(240);
    peer.load(held);
    const { before, after } = await interrupted(cases.subject(), 2, undefined, 1);
    const again = await resumed(cases.subject(), after.pages[0]!.cursor!);
    expect(numbers(again.pages)).toEqual([4, 5]);
    expect(received({ pages: [...before, after.pages[0]!, ...again.pages], error: null })).toEqual(
      loaded(held),
    );
  });

  caseloadCase('a cursor is short, and tells of no person', async () => {
    const { peer } = cases.subject();
    const held = tellable(350);
    peer.load(held);
    for (const { cursor } of (await pull(cases.subject())).pages) {
      expect(cursor!.length).toBeLessThanOrEqual(4_000);
      for (const { patient } of held) {
        expect(cursor).not.toContain(patient.localId);
        if (patient.nhsNumber !== null) expect(cursor).not.toContain(patient.nhsNumber);
      }
      for (const canary of peer.canaries.filter((one) => one !== '127.0.0.1'))
        expect(cursor).not.toContain(canary);
    }
  });

  caseloadCase('what moved meanwhile passes nobody over', async () => {
    const { peer } = cases.subject();
    const held = tellable(240);
    // One who left and one who came: the number stays, and those between have moved.
    for (const gone of [0, 60, 139, 200]) {
      peer.load(held);
      const left = tellable(241).filter((_, n) => n !== gone);
      const { before, after } = await interrupted(cases.subject(), 3, () => peer.load(left));
      if (after.error !== null) {
        expect(after.error).toMatchObject({ code: 'HUB_CASELOAD_INCOMPLETE' });
        continue;
      }
      const isAfresh = after.pages[0]!.page === 1;
      const all = received({ pages: isAfresh ? after.pages : [...before, ...after.pages], error: null });
      const came = new Set(all.map(({ patient }) => patient.localId));
      // Who came meanwhile may be missing of what was snapped before, and changed after its watermark.
      const allAlong = held.filter((_, n) => n !== gone);
      expect(allAlong.filter(({ patient }) => !came.has(patient.localId))).toEqual([]);
    }
  });

  caseloadCase(
    'a cursor of another pull, or of nobody’s making, begins it afresh and leads nowhere else',
    async () => {
      const { peer } = cases.subject();
      const held = tellable(120);
      peer.load(held);
      const { pages } = await pull(cases.subject());
      // The second page's, for it has an address wherever places have one.
      const cursor = pages[1]!.cursor!;
      const elsewhere = cursor.replaceAll('127.0.0.1', 'elsewhere.example');
      const hostile = [
        '',
        '{}',
        'null',
        '[]',
        '1e999',
        'x'.repeat(5_000),
        `${cursor} ${cursor}`,
        ...(elsewhere === cursor ? [] : [elsewhere]),
      ];
      const tampered = JSON.stringify({
        ...(JSON.parse(cursor) as object),
        job: 'https://elsewhere.example/job',
        place: {
          address: 'https://elsewhere.example/fhir/EpisodeOfCare',
          digest: '',
          pages: 1,
          total: null,
          received: 0,
        },
      });
      for (const one of [...hostile, tampered]) {
        const again = await resumed(cases.subject(), one);
        expect([again.error, numbers(again.pages)[0]]).toEqual([null, 1]);
        expect(received(again)).toEqual(loaded(held));
      }
      expect(peer.strays()).toBe(0);
    },
  );
}

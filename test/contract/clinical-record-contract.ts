/** The suite that each adapter passes: complete and equal, or a coded failure; never something in between. */
import fc from 'fast-check';
import {
  type AdapterManifest,
  Capability,
  type CaseloadItem,
  type CaseloadPage,
  MembershipState,
} from '../../src/clinical/clinical-record.port.js';
import { isHubError } from '../../src/core/errors.js';
import { everythingIn, never } from './contract-case.js';
import { aMembership, memberships } from './contract-memberships.js';
import { documentsCases } from './documents-contract.js';
import { EXPECTATIONS } from './expectations.js';
import { type ContractSubject, FAULT_KINDS, type Fault, type PeerMembership } from './misbehaving-peer.js';
import { recordCases } from './record-contract.js';

interface Pulled {
  readonly pages: readonly CaseloadPage[];
  readonly error: unknown;
}

async function pull(
  subject: ContractSubject,
  since: string | null = null,
  signal = never(),
): Promise<Pulled> {
  const pages: CaseloadPage[] = [];
  try {
    const request = { teamReference: subject.peer.teamReference, since };
    for await (const page of subject.adapter.caseload!.pull(request, signal)) pages.push(page);
    return { pages, error: null };
  } catch (error) {
    return { pages, error };
  }
}

/** What came, in the words in which the peer was loaded, by patient. */
function received({ pages }: Pulled): Omit<CaseloadItem, 'teamReference'>[] {
  return pages
    .flatMap(({ items }) => items.map(({ value }) => value))
    .map(({ teamReference: _team, ...item }) => item)
    .sort((a, b) => a.patient.localId.localeCompare(b.patient.localId));
}

function loaded(held: readonly PeerMembership[]): Omit<CaseloadItem, 'teamReference'>[] {
  return held
    .map(({ changedAt: _at, coordinator, ...rest }) => ({ ...rest, careCoordinator: coordinator }))
    .sort((a, b) => a.patient.localId.localeCompare(b.patient.localId));
}

const endedWell = ({ pages, error }: Pulled): boolean => error === null && pages.at(-1)?.last === true;

/** Either complete and equal, or a `HubError` that was not preceded by a page said to be the last. */
function expectNoSilentPartial(pulled: Pulled, held: readonly PeerMembership[]): void {
  if (endedWell(pulled)) expect(received(pulled)).toEqual(loaded(held));
  else {
    expect(isHubError(pulled.error)).toBe(true);
    expect(pulled.pages.some(({ last }) => last)).toBe(false);
  }
}

const nameOf = ({ kind, page = 1, times }: Fault): string =>
  `${kind} ${times === undefined ? 'always' : `${times} times`} on ${page === 0 ? 'each page' : `page ${page}`}`;

/**
 * Runs the contract for one adapter. `make` gives a fresh one with its peer; it is closed after each case. The last case
 * fails when a capability of the manifest was not exercised, and tells how many cases were.
 */
export function clinicalRecordContract(
  name: string,
  manifest: AdapterManifest,
  make: () => Promise<ContractSubject>,
): void {
  describe(`clinical record contract: ${name}`, () => {
    let subject: ContractSubject;
    let executed = 0;
    const exercised = new Set<Capability>();

    beforeEach(async () => {
      subject = await make();
    });
    afterEach(async () => {
      await subject.adapter.close();
      await subject.peer.close();
    });

    const contractCase = (title: string, capability: Capability | null, body: () => Promise<void>): void => {
      test(title, async () => {
        await body();
        executed += 1;
        if (capability !== null) exercised.add(capability);
      });
    };
    const caseloadCase = (title: string, body: () => Promise<void>) =>
      contractCase(title, Capability.CASELOAD, body);

    for (const size of [0, 1, 49, 50, 51, 100, 350]) {
      caseloadCase(`a sweep of ${size} is equal to what is held`, async () => {
        const held = memberships(size);
        subject.peer.load(held);
        const pulled = await pull(subject);
        expect(pulled.error).toBeNull();
        expect(received(pulled)).toEqual(loaded(held));
        expect(pulled.pages.map(({ last }) => last)).toEqual(
          pulled.pages.map((_, at, all) => at === all.length - 1),
        );
        expect(pulled.pages.map(({ page }) => page)).toEqual(pulled.pages.map((_, at) => at + 1));
        expect(pulled.pages.length).toBe(Math.max(1, Math.ceil(size / subject.peer.pageSize)));
      });
    }

    for (const state of Object.values(MembershipState)) {
      caseloadCase(`state ${state} comes as it is`, async () => {
        const held = [
          aMembership(7, { state, validTo: state === MembershipState.ENDED ? '2026-02-01' : null }),
        ];
        subject.peer.load(held);
        expect(received(await pull(subject))).toEqual(loaded(held));
      });
    }

    caseloadCase('each item tells its source, and one watermark holds for the whole pull', async () => {
      subject.peer.load(memberships(120));
      const { pages } = await pull(subject);
      const items = pages.flatMap((page) => page.items);
      expect(new Set(items.map(({ source }) => source.reference)).size).toBe(120);
      expect(new Set(items.map(({ source }) => source.system)).size).toBe(1);
      expect(
        items.every(
          ({ complete, fetchedAt, value }) =>
            complete && fetchedAt !== '' && value.teamReference === subject.peer.teamReference,
        ),
      ).toBe(true);
      expect(new Set(pages.map(({ watermark }) => watermark)).size).toBe(1);
      expect(Number.isNaN(Date.parse(pages[0]!.watermark!))).toBe(false);
    });

    caseloadCase('with an instant, only what changed then or later comes', async () => {
      const held = memberships(120);
      subject.peer.load(held);
      const since = held[100]!.changedAt;
      const pulled = await pull(subject, since);
      expect(received(pulled)).toEqual(loaded(held.filter(({ changedAt }) => changedAt >= since)));
    });

    caseloadCase('an instant that is none is refused before anything is sent', async () => {
      for (const since of ['yesterday', '2026-03-01', '2026-02-30T00:00:00Z', 'ge2026-03-01T00:00:00Z']) {
        expect((await pull(subject, since)).error).toMatchObject({ code: 'HUB_INPUT_INVALID' });
      }
      expect(subject.peer.requests() + subject.peer.strays()).toBe(0);
    });

    caseloadCase('hostile team references are refused before anything is sent', async () => {
      for (const teamReference of subject.peer.hostileReferences) {
        const hostile = { ...subject, peer: { ...subject.peer, teamReference } };
        expect((await pull(hostile)).error).toMatchObject({ code: 'HUB_INPUT_INVALID' });
      }
      expect(subject.peer.requests() + subject.peer.strays()).toBe(0);
    });

    test('every fault that a peer can have has an expectation', () => {
      expect([...new Set(EXPECTATIONS.map(({ fault }) => fault.kind))].sort()).toEqual(
        [...FAULT_KINDS].sort(),
      );
    });

    for (const { fault, outcome } of EXPECTATIONS) {
      const what = outcome === 'COMPLETE' ? 'complete all the same' : `${outcome.code}, ${outcome.retry}`;
      caseloadCase(`${nameOf(fault)}: ${what}`, async () => {
        const held = memberships(120);
        subject.peer.load(held);
        subject.peer.misbehave(fault);
        const pulled = await pull(subject);
        expectNoSilentPartial(pulled, held);
        if (outcome === 'COMPLETE') expect(pulled.error).toBeNull();
        else expect(pulled.error).toMatchObject({ name: 'HubError', ...outcome });
        for (const canary of subject.peer.canaries) expect(everythingIn(pulled.error)).not.toContain(canary);
        expect(subject.peer.strays()).toBe(0);
      });
    }

    caseloadCase('any fault on any page of any caseload: complete and equal, or a failure', async () => {
      const kinds = FAULT_KINDS.filter((kind) => kind !== 'DELAY' && kind !== 'STALL');
      const faults = fc.record({
        kind: fc.constantFrom(...kinds),
        page: fc.integer({ min: 0, max: 4 }),
        times: fc.integer({ min: 1, max: 6 }),
      });
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 0, max: 190 }), faults, async (size, fault) => {
          const one = await make();
          try {
            const held = memberships(size);
            one.peer.load(held);
            one.peer.misbehave(fault);
            expectNoSilentPartial(await pull(one), held);
            expect(one.peer.strays()).toBe(0);
          } finally {
            await one.adapter.close();
            await one.peer.close();
          }
        }),
        { numRuns: 60 },
      );
    });

    caseloadCase('after a failure the same adapter pulls completely', async () => {
      const held = memberships(60);
      subject.peer.load(held);
      subject.peer.misbehave({ kind: 'DROP', page: 2, times: 4 });
      expect(endedWell(await pull(subject))).toBe(false);
      const again = await pull(subject);
      expect(received(again)).toEqual(loaded(held));
    });

    caseloadCase('an abort stops a pull within a second', async () => {
      subject.peer.load(memberships(120));
      subject.peer.misbehave({ kind: 'DELAY' });
      const controller = new AbortController();
      const started = performance.now();
      setTimeout(() => controller.abort(), 50);
      const { error } = await pull(subject, null, controller.signal);
      expect(error).toMatchObject({ code: 'HUB_UPSTREAM_STOPPED', retry: 'transient' });
      expect(performance.now() - started).toBeLessThan(1_000);
    });

    caseloadCase('a signal that is aborted already sends nothing', async () => {
      const { error } = await pull(subject, null, AbortSignal.abort());
      expect(error).toMatchObject({ code: 'HUB_UPSTREAM_STOPPED' });
      expect(subject.peer.requests()).toBe(0);
    });

    caseloadCase('closing stops a pull within a second, and nothing is sent afterwards', async () => {
      subject.peer.load(memberships(120));
      subject.peer.misbehave({ kind: 'DELAY' });
      const started = performance.now();
      const pulling = pull(subject);
      setTimeout(() => void subject.adapter.close(), 50);
      expect((await pulling).error).toMatchObject({ retry: 'transient' });
      expect(performance.now() - started).toBeLessThan(1_000);
      const before = subject.peer.requests();
      expect((await pull(subject)).error).toMatchObject({ code: 'HUB_UPSTREAM_STOPPED' });
      expect(subject.peer.requests()).toBe(before);
    });

    caseloadCase('a caller that turns away after one page costs no further request', async () => {
      subject.peer.load(memberships(350));
      const request = { teamReference: subject.peer.teamReference, since: null };
      for await (const page of subject.adapter.caseload!.pull(request, never())) {
        expect(page.last).toBe(false);
        break;
      }
      expect(subject.peer.requests()).toBe(1);
    });

    caseloadCase('teams come with name and code, all pages of them', async () => {
      const teams = Array.from({ length: 60 }, (_, n) => ({
        reference: `Organization/team-${n}`,
        name: `Team ${n}`,
        code: n % 3 === 0 ? null : `T${n}`,
      }));
      subject.peer.loadTeams(teams);
      const listed = await subject.adapter.caseload!.teams(never());
      const values = listed.map(({ value }) => ({
        reference: value.teamReference,
        name: value.name,
        code: value.code,
      }));
      expect(values.sort((a, b) => a.reference.localeCompare(b.reference))).toEqual(
        teams.sort((a, b) => a.reference.localeCompare(b.reference)),
      );
    });

    const cases = { subject: () => subject, contractCase };
    if (manifest.capabilities.includes(Capability.DOCUMENTS)) documentsCases(cases);
    if (manifest.capabilities.includes(Capability.RECORD)) recordCases(cases);

    contractCase('health is up when the far end answers', null, async () => {
      expect(await subject.adapter.health(never())).toMatchObject({ state: 'UP', code: null });
    });

    for (const kind of [
      'DROP',
      'DELAY',
      'DOWN_503',
      'REFUSES_401',
      'HTML_200',
      'REDIRECT',
      'TOO_LARGE',
    ] as const) {
      contractCase(`health is down, with a code, on ${kind}`, null, async () => {
        subject.peer.misbehave({ kind, page: 0 });
        const health = await subject.adapter.health(never());
        expect(health).toMatchObject({
          state: 'DOWN',
          code: expect.stringMatching(/^HUB_UPSTREAM_/) as string,
        });
        for (const canary of subject.peer.canaries) expect(JSON.stringify(health)).not.toContain(canary);
      });
    }

    contractCase('health is down when nobody listens', null, async () => {
      await subject.peer.close();
      expect(await subject.adapter.health(never())).toMatchObject({
        state: 'DOWN',
        code: 'HUB_UPSTREAM_UNREACHABLE',
      });
    });

    contractCase('closing leaves no timer and no socket behind', null, async () => {
      const open = () =>
        process.getActiveResourcesInfo().filter((kind) => /Timeout|TCPSocket|TLS/.test(kind)).length;
      await subject.peer.close();
      const before = open();
      const one = await make();
      one.peer.load(memberships(120));
      one.peer.misbehave({ kind: 'DROP', times: 1, page: 2 });
      expect(endedWell(await pull(one))).toBe(true);
      await one.adapter.close();
      await one.peer.close();
      for (let turn = 0; turn < 100 && open() > before; turn++)
        await new Promise((resolve) => setImmediate(resolve));
      expect(open()).toBeLessThanOrEqual(before);
    });

    test('each capability of the manifest was exercised', () => {
      process.stdout.write(
        `contract ${name}: ${executed} cases executed, of capabilities ${[...exercised].join(', ')}\n`,
      );
      expect([...exercised].sort()).toEqual([...manifest.capabilities].sort());
      expect(executed).toBeGreaterThanOrEqual(25);
    });
  });
}

/** Caseload in: who is on it, what has changed, two thousand episodes page by page, and a record that was merged into another. */
import type { FhirR4Adapter } from '../../adapters/fhir-r4/adapter.js';
import type { CaseloadItem, Observed } from '../../src/clinical/clinical-record.port.js';
import * as made from './resources.js';
import { eventually, type InteropRun, idOf } from './run.js';
import { FOREVER, type RunOf, trip } from './trip.js';

/** A pull that came to its end. */
interface Pulled {
  readonly pages: number;
  readonly received: number;
  readonly total: number | null;
  readonly watermark: string | null;
  /** By `Type/id` of the membership. */
  readonly items: ReadonlyMap<string, Observed<CaseloadItem>>;
}

async function pull(
  adapter: FhirR4Adapter,
  teamReference: string,
  since: string | null = null,
): Promise<Pulled> {
  const items = new Map<string, Observed<CaseloadItem>>();
  let last = false;
  let [pages, received] = [0, 0];
  let total: number | null = null;
  let watermark: string | null = null;
  for await (const page of adapter.caseload!.pull({ teamReference, since }, FOREVER)) {
    expect(last).toBe(false);
    ({ last, total, watermark } = page);
    pages += 1;
    received += page.items.length;
    for (const item of page.items) items.set(item.source.reference, item);
  }
  expect(last).toBe(true);
  return { pages, received, total, watermark, items };
}

const TERMS: readonly (made.Term & { readonly state: string })[] = [
  { status: 'active', start: '2026-01-05', state: 'OPEN' },
  { status: 'onhold', start: '2026-01-05', state: 'ON_HOLD' },
  { status: 'waitlist', start: '2026-01-05', state: 'WAITING_LIST' },
  { status: 'planned', start: '2026-01-05', state: 'PLANNED' },
  { status: 'finished', start: '2025-03-30', end: '2026-01-05', state: 'ENDED' },
  { status: 'entered-in-error', start: '2026-01-05', state: 'ENTERED_IN_ERROR' },
];

/** Somebody for each state, in one team. */
async function everyState(run: InteropRun) {
  const [team, manager] = [await run.team('states'), await run.author()];
  const entries = [];
  for (const { state, ...term } of TERMS) {
    const nhsNumber = run.nhsNumber();
    const who = await run.data.make(made.patient(nhsNumber, 'Caseload'));
    const resource = made.episode(who, team, term, manager);
    entries.push({ state, term, nhsNumber, who, resource, reference: await run.data.make(resource) });
  }
  return { team, manager, entries };
}

/** Declares the trips. */
export function caseloadTrips(runOf: RunOf): void {
  trip('teams: those that are part of the trust', runOf, async (run) => {
    if (run.site.team !== null) return void (await run.adapter().caseload!.teams(FOREVER));
    const [trust, team] = [await run.trust(), await run.team('states')];
    const adapter = run.adapter({ teamsPartOf: trust, teamCodeSystem: made.TEAM_CODES });
    const name = `${run.name} states`;
    await eventually(async () => {
      const teams = (await adapter.caseload!.teams(FOREVER)).map(({ value }) => value);
      expect(teams).toContainEqual({ teamReference: team, name, code: name });
    });
  });

  trip('caseload of the team that is there already', runOf, async (run) => {
    if (run.site.team !== null) await pull(run.adapter(), run.site.team);
  });

  trip(
    'caseload: each state with its dates, patient and coordinator; then what has changed since',
    runOf,
    async (run) => {
      const { team, manager, entries } = await everyState(run);
      const adapter = run.adapter();
      const { watermark } = await eventually(async () => {
        const pulled = await pull(adapter, team);
        for (const { state, term, nhsNumber, who, reference } of entries)
          expect(pulled.items.get(reference)?.value).toMatchObject({
            teamReference: team,
            state,
            validFrom: term.start,
            validTo: term.end ?? null,
            careCoordinator: { reference: manager },
            patient: {
              localId: idOf(who),
              nhsNumber,
              nhsNumberStatus: '01',
              dateOfBirth: '1980-02-29',
              active: true,
              replacedByLocalId: null,
            },
          });
        return pulled;
      });
      expect(watermark).not.toBeNull();
      const [first] = entries;
      const ended = { status: 'finished', start: '2026-01-05', end: '2026-02-01' };
      await run.data.change(first!.reference, made.episode(first!.who, team, ended, manager));
      await eventually(async () => {
        const { items } = await pull(adapter, team, watermark);
        expect(items.get(first!.reference)?.value).toMatchObject({ state: 'ENDED', validTo: '2026-02-01' });
      });
    },
  );

  trip('paging: every one of the episodes once, in pages of a hundred', runOf, async (run) => {
    const { episodes } = run.site;
    const [team, manager] = [await run.team('pages'), await run.author()];
    const term = { status: 'active', start: '2026-01-05' };
    const people = await run.data.makeMany(
      Array.from({ length: Math.ceil(episodes / 20) }, () => made.patient(run.nhsNumber(), 'Paging')),
    );
    const references = await run.data.makeMany(
      Array.from({ length: episodes }, (_, n) =>
        made.episode(people[n % people.length]!, team, term, manager),
      ),
    );
    const adapter = run.adapter({ pageSize: 100 });
    await eventually(async () => {
      const pulled = await pull(adapter, team);
      const mine = references.filter((reference) => pulled.items.has(reference));
      expect(mine).toHaveLength(episodes);
      expect(pulled.received).toBe(pulled.items.size);
      if (pulled.total !== null) expect(pulled.total).toBe(pulled.items.size);
      if (run.site.team === null) expect(pulled.items.size).toBe(episodes);
      expect(pulled.pages).toBeGreaterThanOrEqual(Math.ceil(episodes / 100));
    });
  });

  trip(
    'merge: a record that was replaced says by which, on the caseload and when it is read',
    runOf,
    async (run) => {
      const team = await run.team('merged');
      const survivor = await run.person();
      const former = await run.person(survivor);
      const term = { status: 'active', start: '2026-01-05' };
      const references: string[] = [];
      for (const who of [former, survivor])
        references.push(await run.data.make(made.episode(who, team, term)));
      const adapter = run.adapter();
      const ids = [idOf(former), idOf(survivor)];
      const expected = [
        { localId: ids[0], active: false, replacedByLocalId: ids[1] },
        { localId: ids[1], active: true, replacedByLocalId: null },
      ];
      await eventually(async () => {
        const { items } = await pull(adapter, team);
        const patients = references.map((reference) => items.get(reference)?.value.patient);
        expect(patients).toMatchObject(expected);
        const read = await adapter.record!.demographics!(ids, FOREVER);
        expect(read.map((one) => one?.value.identity)).toMatchObject(expected);
      });
    },
  );
}

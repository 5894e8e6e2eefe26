/** The whole suite against one server: the server answers, the trips are made, and nothing of them stays. */
import { caseloadTrips } from './caseload-trips.js';
import { noteTrips } from './note-trips.js';
import { recordTrips } from './record-trips.js';
import { InteropRun } from './run.js';
import type { InteropSite } from './site.js';
import { FOREVER, TRIP_LIMIT_MS, trip } from './trip.js';

/** Lines for whoever runs it. */
const say = (...lines: readonly string[]): void => void process.stdout.write(`${lines.join('\n')}\n`);

/** What a suite is run against, and what is looked at afterwards. */
export interface Subject {
  readonly site: InteropSite;
  /** True where nobody needs to be told what was left out. */
  readonly isSilent?: boolean;
  /** Called when everything has been removed, with the trips that were not made. */
  afterwards?(skipped: ReadonlyMap<string, string>): Promise<void>;
  close?(): Promise<void>;
}

/** Declares the suite. Trips that a server does not allow are left out, each with its reason in what is printed. */
export function interopSuite(name: string, open: () => Promise<Subject>): void {
  let subject: Subject;
  let run: InteropRun;
  const runOf = () => run;
  beforeAll(async () => {
    subject = await open();
    run = new InteropRun(subject.site);
    const { cleansAll } = subject.site;
    const count = await run.data.removeLeftOvers(cleansAll);
    if (count > 0) say(`interop ${name}: ${count} resources of earlier runs were removed`);
    if (!(await run.data.searchesByTag()))
      say(`interop ${name}: the server does not search by _tag, so that nothing earlier can be looked for`);
  }, TRIP_LIMIT_MS);
  afterAll(async () => {
    // Whatever failed, and however far it got.
    await run?.close();
    await subject?.close?.();
  }, TRIP_LIMIT_MS);

  trip('the server answers, and says whether it has what the adapter needs', runOf, async () => {
    const asked = run.adapter();
    expect(await asked.health(FOREVER)).toMatchObject({ state: 'UP', code: null });
    const { failure, findings } = await asked.conformance(FOREVER);
    expect(failure).toBeNull();
    for (const { state, needed, path, consequence } of findings)
      if (needed && state === 'MISSING') say(`interop ${name}: lacks ${path}: ${consequence}`);
  });
  caseloadTrips(runOf);
  recordTrips(runOf);
  noteTrips(runOf);

  test(
    'everything that was made is gone',
    async () => {
      await run.data.removeAll();
      const lines = [...run.skipped].map(([what, why]) => `interop ${name}: left out: ${what}: ${why}`);
      const stuck = [...run.data.stuck].map(
        ([what, why]) => `interop ${name}: could not be removed: ${what}: ${why}`,
      );
      if (lines.length + stuck.length > 0 && !subject.isSilent) say(...lines, ...stuck);
      expect([...run.data.stuck]).toEqual([]);
      expect(await run.data.tagged(run.name)).toEqual([]);
      await subject.afterwards?.(run.skipped);
    },
    TRIP_LIMIT_MS,
  );
}

/** A clinical record system in memory that pages, keeps a clock of its own and misbehaves once when told to. */

import {
  type AdapterHealth,
  type CaseloadCapability,
  type CaseloadItem,
  type CaseloadPage,
  type CaseloadRequest,
  type ClinicalRecordAdapter,
  MembershipState,
  type Observed,
  type PatientIdentity,
  type TeamListing,
} from '../../src/clinical/clinical-record.port.js';
import type { Clock } from '../../src/core/clock.js';
import { HubError } from '../../src/core/errors.js';

/**
 * How a pull goes wrong at a page (from 1).
 * - `stop`: an error instead of the page.
 * - `cut`: the stream just ends before the page.
 * - `truncate`: half the page is missing, the rest goes on as if nothing had happened.
 * - `instead`: the page before comes again in place of this one.
 * - `twice`: the page comes twice; harmless.
 */
export type Fault = {
  readonly kind: 'stop' | 'cut' | 'truncate' | 'instead' | 'twice';
  readonly team: string;
  readonly page: number;
};

/** A patient with everything but the id and number left at its plainest. */
export function patient(
  localId: string,
  nhsNumber: string | null,
  more: Partial<PatientIdentity> = {},
): PatientIdentity {
  return {
    localId,
    nhsNumber,
    nhsNumberStatus: nhsNumber === null ? null : '01',
    dateOfBirth: '1980-02-29',
    deceasedOn: null,
    active: true,
    replacedByLocalId: null,
    restricted: false,
    ...more,
  };
}

interface Held {
  readonly item: Omit<CaseloadItem, 'teamReference'>;
  readonly version: number;
  readonly changedAt: Date;
}

export class ScriptedCaseload implements ClinicalRecordAdapter, CaseloadCapability {
  readonly teamsHeld = new Map<string, Map<string, Held>>();
  readonly requests: CaseloadRequest[] = [];
  /** What goes wrong, each once. */
  readonly faults: Fault[] = [];
  /** Runs before each page is handed out, for tests that interfere in the middle. */
  beforePage: (team: string, page: number) => void | Promise<void> = () => {};
  /** False for a system that never says how many there are. */
  announces = true;

  constructor(
    private readonly system: string,
    private readonly clock: Clock,
    private readonly pageSize = 20,
  ) {}

  /** The only thing that goes wrong. */
  get fault(): Fault | null {
    return this.faults[0] ?? null;
  }

  set fault(fault: Fault | null) {
    this.faults.splice(0, this.faults.length, ...(fault === null ? [] : [fault]));
  }

  get caseload(): CaseloadCapability {
    return this;
  }

  /** Puts somebody on a team's caseload or changes what it says of them. */
  put(team: string, reference: string, item: Partial<CaseloadItem> & { patient: PatientIdentity }): void {
    const held = this.teamsHeld.get(team) ?? new Map<string, Held>();
    this.teamsHeld.set(team, held);
    held.set(reference, {
      item: {
        state: MembershipState.OPEN,
        validFrom: '2026-01-05',
        validTo: null,
        careCoordinator: null,
        ...item,
      },
      version: (held.get(reference)?.version ?? 0) + 1,
      changedAt: this.clock.now(),
    });
  }

  remove(team: string, reference: string): void {
    this.teamsHeld.get(team)?.delete(reference);
  }

  async *pull(request: CaseloadRequest, signal: AbortSignal): AsyncIterable<CaseloadPage> {
    this.requests.push(request);
    const team = request.teamReference;
    const all = [...(this.teamsHeld.get(team) ?? new Map<string, Held>())]
      .filter(([, held]) => request.since === null || held.changedAt >= new Date(request.since))
      .map(([reference, held]) => this.observed(team, reference, held));
    const count = Math.max(1, Math.ceil(all.length / this.pageSize));
    const watermark = this.clock.now().toISOString();
    const fault = this.faults.find((each) => each.team === team);
    for (let page = 1; page <= count; page++) {
      if (signal.aborted) throw new HubError('HUB_UPSTREAM_STOPPED');
      await this.beforePage(team, page);
      const here = fault?.page === page ? fault.kind : null;
      if (fault && here) this.faults.splice(this.faults.indexOf(fault), 1);
      if (here === 'stop') throw new HubError('HUB_UPSTREAM_UNREACHABLE');
      if (here === 'cut') return;
      const shown = here === 'instead' ? page - 1 : page;
      let items = all.slice((shown - 1) * this.pageSize, shown * this.pageSize);
      if (here === 'truncate') items = items.slice(0, Math.floor(items.length / 2));
      const total = this.announces ? all.length : null;
      const answer = { page, last: page === count, total, items, watermark };
      yield answer;
      if (here === 'twice') yield answer;
    }
  }

  async teams(): Promise<readonly Observed<TeamListing>[]> {
    return [...this.teamsHeld.keys()].map((teamReference) => ({
      value: { teamReference, name: `Team ${teamReference}`, code: null },
      ...this.seen(teamReference, null),
    }));
  }

  async health(): Promise<AdapterHealth> {
    return { state: 'UP', code: null, tookMs: 0, product: null };
  }

  async close(): Promise<void> {}

  private observed(team: string, reference: string, held: Held): Observed<CaseloadItem> {
    return {
      value: { ...held.item, teamReference: team },
      ...this.seen(reference, String(held.version)),
      asOf: held.changedAt.toISOString(),
    };
  }

  private seen(reference: string, version: string | null): Omit<Observed<never>, 'value'> {
    return {
      source: { system: this.system, reference, version },
      asOf: null,
      fetchedAt: this.clock.now().toISOString(),
      complete: true,
    };
  }
}

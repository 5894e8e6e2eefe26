/** How long what the hub knows of a caseload stays usable: presence and absence age differently. */

const HOUR_MS = 3_600_000;

/** How well the hub knows one team reference of a record system, as of the instant asked about. */
export interface SweepEvidence {
  readonly systemId: string;
  readonly systemCode: string;
  /** The site's own reference of the team. */
  readonly teamReference: string;
  /** Null while nobody has mapped the reference to a team. */
  readonly teamId: string | null;
  readonly teamName: string | null;
  /** Kind of the mapped team (`teams.kind`); null while unmapped. */
  readonly teamKind: string | null;
  /** Start of the newest complete sweep that had ended by then; null when there was none. */
  readonly sweepStartedAt: Date | null;
  /** Hours for which somebody seen open counts as open. */
  readonly presenceBudgetHours: number;
  /** Hours for which a complete sweep proves absence. */
  readonly absenceBudgetHours: number;
}

/** Whether "seen open" at `lastSeenAt` may still be used at `knownAt`. The budget's last instant counts. */
export function presenceUsable(lastSeenAt: Date, knownAt: Date, presenceBudgetHours: number): boolean {
  return knownAt.getTime() - lastSeenAt.getTime() <= presenceBudgetHours * HOUR_MS;
}

/**
 * When a current membership was last seen: the later of the instant it was first observed as it is and the start of the
 * newest complete sweep of its team reference, which would have closed it otherwise.
 */
export function lastSeen(observedFrom: Date, sweepStartedAt: Date | null): Date {
  return sweepStartedAt !== null && sweepStartedAt > observedFrom ? sweepStartedAt : observedFrom;
}

/** Why absence cannot be concluded. `NO_TEAM`: no system holds a team of the kinds; `NEVER_SWEPT` and `STALE`: some reference is not known well enough. */
export type AbsenceFault = 'NO_TEAM' | 'NEVER_SWEPT' | 'STALE';

/** Whether "on no caseload of these kinds" may be concluded. */
export interface AbsenceStanding {
  readonly usable: boolean;
  readonly fault: AbsenceFault | null;
  /** Start of the oldest of the sweeps relied on: the instant from which absence is known; null when some were never swept. */
  readonly since: Date | null;
  /** The references that stand in the way. */
  readonly wanting: readonly SweepEvidence[];
}

/**
 * Judges absence from every caseload of the given team kinds. Every reference of those kinds in every system must have a
 * complete sweep that started within the absence budget. A reference that nobody has mapped may be of any kind, so it
 * must have been swept too. With no reference of the kinds at all, nothing was looked at and nothing is absent.
 * @param kinds team kinds that count; null for all of them.
 */
export function absenceStanding(
  sweeps: readonly SweepEvidence[],
  kinds: ReadonlySet<string> | null,
  knownAt: Date,
): AbsenceStanding {
  const ofKind = sweeps.filter(
    (sweep) => sweep.teamKind !== null && (kinds === null || kinds.has(sweep.teamKind)),
  );
  if (ofKind.length === 0) return { usable: false, fault: 'NO_TEAM', since: null, wanting: [] };
  const needed = [...ofKind, ...sweeps.filter((sweep) => sweep.teamKind === null)];
  const never = needed.filter((sweep) => sweep.sweepStartedAt === null);
  if (never.length > 0) return { usable: false, fault: 'NEVER_SWEPT', since: null, wanting: never };
  const stale = needed.filter((sweep) => ageMs(sweep, knownAt) > sweep.absenceBudgetHours * HOUR_MS);
  const since = new Date(Math.min(...needed.map((sweep) => sweep.sweepStartedAt!.getTime())));
  return stale.length > 0
    ? { usable: false, fault: 'STALE', since, wanting: stale }
    : { usable: true, fault: null, since, wanting: [] };
}

function ageMs(sweep: SweepEvidence, knownAt: Date): number {
  return knownAt.getTime() - sweep.sweepStartedAt!.getTime();
}

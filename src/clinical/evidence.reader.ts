/** What the caseloads say of many persons at once, as of what the hub knew at an instant: the evidence a decision rests on. */
import type { LocalDate } from '../core/calendar.js';
import type { Transaction } from '../platform/database/database.js';
import type { MembershipState } from './clinical-record.port.js';
import { lastSeen, type SweepEvidence } from './freshness.rules.js';

/** One version of a membership, current at the instant asked about. */
export interface MembershipEvidence {
  /** The person asked about; the record may be that of somebody merged with them. */
  readonly personId: string;
  readonly membershipId: string;
  readonly systemId: string;
  readonly systemCode: string;
  readonly teamReference: string;
  /** Null while nobody has mapped the reference: a membership of an unknown team. */
  readonly teamId: string | null;
  readonly teamName: string | null;
  /** `teams.kind`; null while unmapped. */
  readonly teamKind: string | null;
  /** The far end's reference and version of what it says; the version null when it has none. */
  readonly sourceReference: string;
  readonly sourceVersion: string | null;
  readonly state: MembershipState;
  readonly validFrom: LocalDate | null;
  readonly validTo: LocalDate | null;
  readonly restricted: boolean;
  /** False when the record says more of the period than the hub could understand: then nothing follows from it. */
  readonly complete: boolean;
  readonly hasCareCoordinator: boolean;
  /** When the far end says that it was so; null when it does not say. */
  readonly sourceAsOf: Date | null;
  readonly observedFrom: Date;
  /** When a pull last bore it out: see `lastSeen`. */
  readonly lastSeenAt: Date;
  /** Hours from `lastSeenAt` for which "seen open" may be used. */
  readonly presenceBudgetHours: number;
}

/** Evidence for a set of persons of one organisation. */
export interface CaseloadEvidence {
  /** By the person asked about; a person without memberships has no entry. */
  readonly memberships: ReadonlyMap<string, readonly MembershipEvidence[]>;
  /** One row per team reference of every system of the organisation, for judging absence. */
  readonly sweeps: readonly SweepEvidence[];
}

interface MembershipRow
  extends Omit<
    MembershipEvidence,
    'sourceAsOf' | 'observedFrom' | 'lastSeenAt' | 'presenceBudgetHours' | 'systemCode'
  > {
  readonly sourceAsOfMs: number | null;
  readonly observedFromMs: number;
}

interface SweepRow extends Omit<SweepEvidence, 'sweepStartedAt'> {
  readonly sweepStartedMs: number | null;
}

const SWEEPS = `
  select s.id as "systemId", s.code as "systemCode", s.presence_budget_hours as "presenceBudgetHours",
         s.absence_budget_hours as "absenceBudgetHours", r.team_reference as "teamReference", r.team_id as "teamId",
         t.name as "teamName", t.kind as "teamKind", (extract(epoch from p.started_at) * 1000)::float8 as "sweepStartedMs"
  from clinical_record_systems s
  join team_maps r on r.system_id = s.id
  left join teams t on t.id = r.team_id
  left join lateral (
    select started_at from caseload_pulls
    where system_id = r.system_id and team_reference = r.team_reference and kind = 'SWEEP' and state = 'COMPLETE'
      and finished_at <= $2
    order by finished_at desc limit 1
  ) p on true
  where s.organisation_id = $1 and (r.valid_to is null or r.valid_to > $2::timestamptz at time zone 'Europe/London')
    and (r.valid_from is null or r.valid_from <= $2::timestamptz at time zone 'Europe/London')
  order by s.code, r.team_reference`;

/** Persons asked about, each with everybody merged with them: up to the survivor, then down to all former ones. */
const MEMBERSHIPS = `
  with recursive up as (
    select id as asked_id, id, merged_into_id from persons where id = any($1::uuid[])
    union
    select u.asked_id, p.id, p.merged_into_id from up u join persons p on p.id = u.merged_into_id
  ), family as (
    select asked_id, id from up where merged_into_id is null
    union
    select f.asked_id, p.id from family f join persons p on p.merged_into_id = f.id
  )
  select f.asked_id as "personId", m.id as "membershipId", m.system_id as "systemId", m.team_reference as "teamReference",
         m.team_id as "teamId", t.name as "teamName", t.kind as "teamKind", m.source_reference as "sourceReference",
         m.source_version as "sourceVersion", m.state, m.valid_from::text as "validFrom", m.valid_to::text as "validTo",
         m.restricted, m.complete, m.care_coordinator_reference is not null as "hasCareCoordinator",
         (extract(epoch from m.source_as_of) * 1000)::float8 as "sourceAsOfMs",
         (extract(epoch from m.observed_from) * 1000)::float8 as "observedFromMs"
  from family f
  join caseload_memberships m on m.person_id = f.id
  left join teams t on t.id = m.team_id
  where m.observed_from <= $2 and (m.observed_to is null or m.observed_to > $2)
  order by f.asked_id, m.observed_from desc, m.id desc`;

/** How well each team reference of an organisation was known at an instant; ended references are left out. */
export async function readSweeps(
  tx: Transaction,
  organisationId: string,
  knownAt: Date,
): Promise<SweepEvidence[]> {
  const rows = await tx.query<SweepRow>(SWEEPS, [organisationId, knownAt]);
  return rows.map(({ sweepStartedMs, ...row }) => ({ ...row, sweepStartedAt: instant(sweepStartedMs) }));
}

/**
 * Everything known at `knownAt` of the persons' memberships, in two statements however many are asked about. Needs the
 * role `decide` with the scope's organisation: hidden and restricted memberships are in it and must be withheld from
 * whoever may not see them, never taken for absent.
 */
export async function readCaseloadEvidence(
  tx: Transaction,
  organisationId: string,
  personIds: readonly string[],
  knownAt: Date,
): Promise<CaseloadEvidence> {
  const sweeps = await readSweeps(tx, organisationId, knownAt);
  const rows = await tx.query<MembershipRow>(MEMBERSHIPS, [personIds, knownAt]);
  const systems = new Map(sweeps.map((sweep) => [sweep.systemId, sweep]));
  const swept = new Map(
    sweeps.map((sweep) => [`${sweep.systemId} ${sweep.teamReference}`, sweep.sweepStartedAt]),
  );
  const memberships = new Map<string, MembershipEvidence[]>();
  for (const { sourceAsOfMs, observedFromMs, ...row } of rows) {
    const system = systems.get(row.systemId);
    const observedFrom = new Date(Number(observedFromMs));
    const evidence: MembershipEvidence = {
      ...row,
      systemCode: system?.systemCode ?? '',
      presenceBudgetHours: system?.presenceBudgetHours ?? 0,
      sourceAsOf: instant(sourceAsOfMs),
      observedFrom,
      lastSeenAt: lastSeen(observedFrom, swept.get(`${row.systemId} ${row.teamReference}`) ?? null),
    };
    const known = memberships.get(row.personId);
    if (known) known.push(evidence);
    else memberships.set(row.personId, [evidence]);
  }
  return { memberships, sweeps };
}

function instant(ms: number | null): Date | null {
  return ms === null ? null : new Date(Number(ms));
}

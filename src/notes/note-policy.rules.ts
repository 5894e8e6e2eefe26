/** Which policy of notes applies, and what it asks for. Every threshold is a value of a policy, never of the code. */
import type { DocumentKind } from '../clinical/documents.port.js';
import type { LocalDate } from '../core/calendar.js';
import type { DocumentVisibility } from '../delivery/signed-document.service.js';

/** Who may be asked to countersign. */
export const CountersignRole = {
  TEAM_MANAGER: 'TEAM_MANAGER',
  CARE_COORDINATOR: 'CARE_COORDINATOR',
} as const;
export type CountersignRole = (typeof CountersignRole)[keyof typeof CountersignRole];

/** What holds for notes. */
export interface NotePolicy {
  /** The clause or agreement that it rests on, shown with what it refuses. */
  readonly clause: string;
  /** Hours after the contact from which an entry is a late one; 0 or more. */
  readonly lateAfterHours: number;
  /** Days before signing that a contact may lie; 0 or more. */
  readonly latestBackDays: number;
  /** Who countersigns the kinds named; null: nobody. */
  readonly countersignRole: CountersignRole | null;
  /** Kinds that are countersigned; none when empty. */
  readonly countersignKinds: readonly DocumentKind[];
  /** Working days after which a countersignature is chased. */
  readonly chaseAfterWorkingDays: number;
  /** Minutes after signing by which an urgent note has to be filed. */
  readonly urgentWithinMinutes: number;
  /** Whom to turn to when it is not; uuid of staff; null: a manager of the team. */
  readonly urgentEscalateTo: string | null;
}

/** A policy as it is kept: for a specification, a destination, both or neither, from a day until another. */
export interface NotePolicyRow extends NotePolicy {
  readonly id: string;
  /** Null: every specification. */
  readonly specificationId: string | null;
  /** Null: every destination. */
  readonly systemId: string | null;
  readonly validFrom: LocalDate;
  /** First day on which it no longer holds; null when open. */
  readonly validTo: LocalDate | null;
}

/**
 * What holds where an organisation keeps no policy. None of the specifications names a limit for notes (002:167 only asks
 * that they be entered), so these are the hub's own and are replaced by keeping a policy: an entry is late after 24 hours,
 * a contact may lie 90 days back, nobody countersigns, a countersignature is chased after 2 working days, an urgent note
 * is to be filed within 240 minutes.
 */
export const HUB_DEFAULT_POLICY: NotePolicy = {
  clause: 'hub default',
  lateAfterHours: 24,
  latestBackDays: 90,
  countersignRole: null,
  countersignKinds: [],
  chaseAfterWorkingDays: 2,
  urgentWithinMinutes: 240,
  urgentEscalateTo: null,
};

/** What a policy is asked for. */
export interface PolicyQuestion {
  readonly specificationId: string;
  /** Null for a note that stays with the service. */
  readonly systemId: string | null;
  readonly on: LocalDate;
}

/** Both named comes before the specification alone, that before the destination alone, that before neither. */
function rank(row: NotePolicyRow): number {
  return (row.specificationId === null ? 0 : 2) + (row.systemId === null ? 0 : 1);
}

/** The most specific policy in force on the day, of equals the one that began last; the hub's default when there is none. */
export function choosePolicy(rows: readonly NotePolicyRow[], question: PolicyQuestion): NotePolicy {
  const { specificationId, systemId, on } = question;
  const [first] = rows
    .filter((row) => row.validFrom <= on && (row.validTo === null || row.validTo > on))
    .filter((row) => row.specificationId === null || row.specificationId === specificationId)
    .filter((row) => row.systemId === null || row.systemId === systemId)
    .sort((a, b) => rank(b) - rank(a) || (a.validFrom < b.validFrom ? 1 : -1));
  return first ?? HUB_DEFAULT_POLICY;
}

/**
 * Who has to countersign a note of that kind; null: nobody. A care coordinator is never asked about what is for the service
 * alone, since they may not see it.
 */
export function countersignRoleFor(
  policy: NotePolicy,
  kind: DocumentKind,
  visibility: DocumentVisibility,
): CountersignRole | null {
  if (!policy.countersignKinds.includes(kind)) return null;
  const hidden = visibility === 'SERVICE_ONLY' && policy.countersignRole === CountersignRole.CARE_COORDINATOR;
  return hidden ? null : policy.countersignRole;
}

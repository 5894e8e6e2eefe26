/** What a caseload strategy is: where a team's memberships are, how they are asked for, and how each is read, as data. */
import type { Clock } from '../../../src/core/clock.js';
import type { Logger } from '../../../src/core/logger.js';
import type { Json } from '../json.js';
import type { Coordinator } from '../mapping/care-manager.rules.js';
import type { ReadTerms } from '../mapping/membership.rules.js';
import type { TeamKind } from '../mapping/team.rules.js';
import type { Unmapped } from '../mapping/unmapped.js';
import type { FhirR4Settings } from '../settings.js';
import type { FhirConnection } from '../transport/connection.js';

/** What a pull needs besides its request. */
export interface PullContext {
  readonly connection: FhirConnection;
  readonly settings: FhirR4Settings;
  readonly system: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly unmapped: Unmapped;
}

/** What is the same in every strategy. */
interface Common {
  /** What a team is on this server. */
  readonly team: TeamKind;
  /** Team references are `<system>|<value>` of an identifier instead of a reference. */
  readonly teamByIdentifier?: true;
  /** Where memberships are, for reports of what was not understood: `EpisodeOfCare`, `Group.member`. */
  readonly path: string;
  /** The element that refers to the patient. */
  readonly patient: 'patient' | 'subject' | 'entity' | 'item';
  /** State and dates. */
  readonly terms: ReadTerms;
  /** The care coordinator; null where it names none. */
  coordinator(part: Json, included: ReadonlyMap<string, Json>, context: PullContext): Coordinator | null;
}

/** Memberships that are resources of their own. */
export interface OwnResource extends Common {
  readonly type: 'EpisodeOfCare' | 'CareTeam' | 'Encounter';
  /** Every team or care manager that the resource names where the search looks for one, as `Type/id` or `<system>|<value>`. */
  askedOf(resource: Json, baseUrl: string): readonly string[];
}

/** Found by a search, page by page, and incrementally by `_lastUpdated`. */
export interface SearchedCaseload extends OwnResource {
  readonly source: 'SEARCH';
  readonly parameter: string;
  /** Values of `_include`. */
  readonly includes: readonly string[];
  /** The search is for the team itself, or for whoever its care managers are. */
  readonly askFor: 'TEAM' | 'CARE_MANAGERS';
}

/** Parts of one resource, the team's list, which is read whole; no part has a version or a time of change. */
export interface WholeCaseload extends Common {
  readonly source: 'WHOLE';
  readonly type: 'Group' | 'List';
  readonly parts: 'member' | 'entry';
  /** The path of what shows that the resource does not tell who is on it now; null when it does. */
  fault(resource: Json): string | null;
  /** Parts that there must be at least; null when it does not say. */
  least(resource: Json): number | null;
}

/** In the files of an export, among the memberships of other teams. */
export interface ExportedCaseload extends OwnResource {
  readonly source: 'EXPORT';
  /** The elements that are kept of a membership until its patient comes along. */
  readonly elements: readonly string[];
}

/** One way of knowing who is on a team's caseload. */
export type CaseloadStrategy = SearchedCaseload | WholeCaseload | ExportedCaseload;

/** From a verified token to a caller: the directory, not the token, says which rows are theirs. */
import { londonDate } from '../core/calendar.js';
import { type Caller, PURPOSES_OF, Purpose, Role, type Scope } from '../core/caller.js';
import type { Clock } from '../core/clock.js';
import { HubError } from '../core/errors.js';
import type { ScopeSource, Standing } from './scope-source.port.js';

/** The claims that matter here, already verified. */
export interface Claims {
  readonly subject: string;
  readonly roles: readonly Role[];
  /** ODS code of the organisation the caller acts in. */
  readonly organisationCode: string;
}

/** What the request says of itself beside the token. */
export interface RequestClaims {
  /** Header `hub-role`: which of several roles is meant; default the first that token and directory agree on. */
  readonly role?: string | undefined;
  /** Header `hub-purpose`; default per role. */
  readonly purpose?: string | undefined;
  readonly correlationId: string;
}

/** How long a standing is remembered: a withdrawn role or team stops working within this time. */
export const STANDING_KEPT_MS = 5_000;

interface Kept {
  /** Shared by the requests that arrive while the directory is being asked. */
  readonly standing: Promise<Standing | null>;
  readonly until: number;
}

/** Resolves callers; one directory look-up per subject every five seconds. */
export class CallerService {
  private readonly kept = new Map<string, Kept>();

  constructor(
    private readonly source: ScopeSource,
    private readonly clock: Clock,
  ) {}

  /**
   * The caller of a request.
   * Throws `HUB_ACCESS_NO_STAFF` (nobody of that subject in the directory), `HUB_ACCESS_REFUSED` (no role in common, or
   * the role asked for is not held) and `HUB_ACCESS_PURPOSE`.
   */
  async resolve(claims: Claims, request: RequestClaims): Promise<Caller> {
    const standing = await this.standing(claims);
    if (!standing) throw new HubError('HUB_ACCESS_NO_STAFF');
    const held = claims.roles.filter((role) => standing.roles.includes(role));
    const role = request.role === undefined ? held[0] : held.find((candidate) => candidate === request.role);
    if (role === undefined) {
      throw new HubError('HUB_ACCESS_REFUSED', {
        message: 'Token and directory agree on no such role.',
        details: { rolesHeld: standing.roles },
      });
    }
    return {
      subject: claims.subject,
      role,
      purpose: purposeFor(role, request.purpose),
      scope: scopeFor(role, standing),
      correlationId: request.correlationId,
    };
  }

  private async standing(claims: Claims): Promise<Standing | null> {
    const now = this.clock.now();
    const key = JSON.stringify([claims.organisationCode, claims.subject]);
    const kept = this.kept.get(key);
    if (kept && kept.until > now.getTime()) return kept.standing;
    const standing = this.source.standingOf(claims.subject, claims.organisationCode, londonDate(now));
    if (this.kept.size > 10_000) this.kept.clear();
    const entry = { standing, until: now.getTime() + STANDING_KEPT_MS };
    this.kept.set(key, entry);
    try {
      return await standing;
    } catch (error) {
      if (this.kept.get(key) === entry) this.kept.delete(key);
      throw error;
    }
  }
}

function purposeFor(role: Role, asked: string | undefined): Purpose {
  const open = PURPOSES_OF[role];
  if (asked === undefined) return open[0]!;
  const purpose = open.find((candidate) => candidate === asked);
  if (!purpose) {
    throw new HubError('HUB_ACCESS_PURPOSE', { details: { role, accepted: open } });
  }
  return purpose;
}

/** Roles that work for the whole organisation: teams to which their holder is assigned besides add nothing. */
const WITHOUT_TEAMS: readonly Role[] = [Role.ADMINISTRATOR, Role.INTEGRATION, Role.IDENTITY_STEWARD];

function scopeFor(role: Role, standing: Standing): Scope {
  if (role === Role.ANALYST) {
    const { organisationId, agreementOrganisationIds: organisationIds, staffId } = standing;
    return { organisationId, teamIds: [], organisationIds, staffId };
  }
  const teamIds = WITHOUT_TEAMS.includes(role) ? [] : standing.teamIds;
  return { organisationId: standing.organisationId, teamIds, organisationIds: [], staffId: standing.staffId };
}

/** The hub's own work (refresh, escalation, command line) in an organisation, as a named caller that is audited like any other. */
export function systemCaller(
  name: string,
  organisationId: string,
  correlationId: string,
  teamIds: readonly string[] = [],
): Caller {
  return {
    subject: `system:${name}`,
    role: Role.ADMINISTRATOR,
    purpose: Purpose.ADMINISTRATION,
    scope: { organisationId, teamIds, organisationIds: [], staffId: null },
    correlationId,
  };
}

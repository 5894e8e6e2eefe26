/** Knows of every identifying value and row id of a world who may see it, from the rows themselves, and searches answers for the others. */
import { Role } from '../../src/core/caller.js';
import type { Answer } from './graph-server.js';
import { type GraphWorld, NAMES, WHO, type WhoName } from './graph-world.js';

/** How far somebody sees, stated apart from the hub's own code. */
interface Viewer {
  readonly care: boolean;
  readonly analyst: boolean;
  readonly administrator: boolean;
  readonly steward: boolean;
  readonly machine: boolean;
  readonly teams: ReadonlySet<string>;
  readonly organisations: ReadonlySet<string>;
  /** Their own. */
  readonly organisation: string | null;
  /** Of the employment service, not a clinical colleague. */
  readonly service: boolean;
  readonly staffId: string;
}

type MaySee = (viewer: Viewer) => boolean;

/** A value that reached somebody who may not see it. */
export interface Leak {
  readonly kind: string;
  readonly value: string;
}

const CARE: readonly Role[] = [Role.EMPLOYMENT_SPECIALIST, Role.TEAM_MANAGER, Role.CARE_COORDINATOR];
const VALUES =
  /Cnry[A-Za-z0-9]+|\b999\d{7}\b|\b(?:19|20)\d\d-\d\d-\d\d\b|\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi;
const SEALED = /"([A-Za-z0-9_=-]{24,})"/g;

/** Which part of a row a value is. */
const ROWS = `
with member as (select * from caseload_memberships)
select 'person id' as kind, id::text as value, 'people' as seen, visible_team_ids as teams, organisation_id as org from persons
union all select 'pseudonym', pseudonym::text, case when family_name is null then 'nobody' else 'analysts' end, '{}', organisation_id from persons
union all select 'NHS number', nhs_number, 'people', visible_team_ids, organisation_id from persons
union all select 'date of birth', date_of_birth::text, 'people', visible_team_ids, organisation_id from persons
union all select 'date of death', deceased_on::text, 'people', visible_team_ids, organisation_id from persons where deceased_on is not null
union all select 'name or contact', v, 'people', visible_team_ids, organisation_id from persons, unnest(array[given_name, family_name, telephone, postcode]) v where v is not null
union all select 'membership id', id::text, case when restricted then 'nobody' else 'both' end, array[team_id], organisation_id from member
union all select 'record reference', substring(source_reference from 'Cnry\\w+'), case when restricted then 'nobody' else 'people' end, array[team_id], organisation_id from member where source_reference like '%Cnry%'
union all select 'care coordinator', care_coordinator_name, case when restricted then 'nobody' else 'people' end, array[team_id], organisation_id from member where care_coordinator_name is not null
union all select 'referral id', id::text, 'both', array[team_id], organisation_id from referrals
union all select 'episode id', id::text, 'both', array[team_id], organisation_id from employment_episodes
union all select 'episode specialist id', id::text, 'both', array[team_id], organisation_id from episode_specialists
union all select 'decision id', id::text, 'both', array[team_id], organisation_id from eligibility_decisions
union all select 'override id', id::text, 'both', array[team_id], organisation_id from eligibility_overrides
union all select 'override text', substring(v from 'Cnry\\w+'), 'people', array[team_id], organisation_id from eligibility_overrides, unnest(told || reason || clause) v
union all select 'request id', id::text, 'people', visible_team_ids, organisation_id from confirmation_requests
union all select 'review id', id::text, 'both', array[team_id], organisation_id from decision_reviews
union all select 'note id', id::text, case visibility when 'SERVICE_ONLY' then 'service' else 'both' end, array[team_id], organisation_id from notes
union all select 'version id', id::text, case visibility when 'SERVICE_ONLY' then 'service' else 'both' end, array[team_id], organisation_id from signed_documents
union all select 'version text', substring(v from 'Cnry\\w+'), case visibility when 'SERVICE_ONLY' then 'casework' else 'people' end, array[team_id], organisation_id
  from signed_documents, unnest(array[title, text, reason]) v where v like '%Cnry%'
union all select 'draft id', id::text, 'own', array[author_id], organisation_id from note_drafts
union all select 'draft text', v, 'own', array[author_id], organisation_id from note_drafts, unnest(array[title, substring(text from 'Cnry\\w+'), substring(reason from 'Cnry\\w+'), rejection_reason]) v where v like 'Cnry%' and state <> 'SIGNED'
union all select 'delivery id', id::text, 'both', array[team_id], organisation_id from deliveries
union all select 'delivery reference', substring(reference from 'Cnry\\w+'), 'people', array[team_id], organisation_id from deliveries where reference like '%Cnry%'
union all select 'attempt id', id::text, 'people', array[team_id], organisation_id from delivery_attempts
union all select 'work item id', id::text, case visibility when 'SERVICE_ONLY' then 'casework' else 'people' end, array[team_id], organisation_id from work_items
union all select 'resolution', resolution, 'people', array[team_id], organisation_id from work_items where resolution like 'Cnry%'
union all select 'countersignature', v, 'people', array[team_id], organisation_id from countersignatures, unnest(array[id::text, substring(reason from 'Cnry\\w+')]) v where v is not null
union all select 'telephone call', v, case n.visibility when 'SERVICE_ONLY' then 'casework' else 'people' end, array[c.team_id], c.organisation_id
  from telephone_calls c join notes n on n.id = c.note_id, unnest(array[c.id::text, substring(spoke_to from 'Cnry\\w+')]) v
union all select 'incident', v, 'people', array[team_id], organisation_id from wrong_person_incidents, unnest(array[id::text, incident_reference, substring(reason from 'Cnry\\w+')]) v
union all select 'identity in dispute', v, 'stewards', '{}', c.organisation_id
  from identity_conflicts c join persons p on p.id in (c.person_id, c.other_person_id),
    unnest(array[p.id::text, p.nhs_number, p.date_of_birth::text, case when not p.restricted then p.given_name end, case when not p.restricted then p.family_name end]) v
  where v is not null
union all select 'dispute', c.id::text, 'stewards', '{}', c.organisation_id from identity_conflicts c
union all select 'ruling', substring(reason from 'Cnry\\w+'), 'stewards', '{}', organisation_id from identity_rulings where reason like '%Cnry%'
union all select 'identity in doubt', v, 'stewards', '{}', d.organisation_id
  from feed_doubts d join record_links l on l.system_id = d.system_id and l.local_id = any (d.local_ids), unnest(array[l.nhs_number, l.date_of_birth::text]) v
union all select 'doubt', v, 'stewards', '{}', d.organisation_id from feed_doubts d, unnest(d.local_ids || d.visit) v where v like 'Cnry%'
union all select 'message', v, 'watchers', '{}', organisation_id from inbound_messages, unnest(array[id::text, control_id]) v
union all select 'message reason', substring(reason from 'Cnry\\w+'), 'watchers', '{}', organisation_id from inbound_message_events where reason like '%Cnry%'
union all select 'message body', substring(convert_from(bytes, 'UTF8') from 'Cnry\\w+'), 'stewards', '{}', organisation_id from inbound_bodies where convert_from(bytes, 'UTF8') like '%CnryBody%'
union all select 'staff name', display_name, 'staff', '{}', organisation_id from staff`;

/** The values of a world and who may see each. */
export class Canaries {
  private readonly known = new Map<string, { kind: string; maySee: MaySee[] }>();
  private readonly viewers = new Map<WhoName, Viewer>();
  /** Answers searched, and values met in them that belong to somebody. */
  answers = 0;
  met = 0;

  /** Distinct values watched for. */
  get size(): number {
    return this.known.size;
  }

  /** Reads the world's rows as the superuser; again after something was changed. */
  async learn(world: GraphWorld): Promise<this> {
    this.known.clear();
    type Row = { kind: string; value: string; seen: string; teams: string[]; org: string };
    for (const { kind, value, seen, teams, org } of await world.sql<Row>(
      `select * from (${ROWS}) every where value is not null`,
    )) {
      const key = value.toLowerCase();
      const entry = this.known.get(key) ?? { kind, maySee: [] };
      entry.maySee.push(sight(seen, teams, org));
      this.known.set(key, entry);
    }
    for (const name of NAMES) {
      // How far somebody sees does not change within a walk.
      if (this.viewers.has(name)) continue;
      const { role } = WHO[name];
      const { scope } = await world.caller(name);
      this.viewers.set(name, {
        care: CARE.includes(role),
        analyst: role === Role.ANALYST,
        administrator: role === Role.ADMINISTRATOR,
        steward: role === Role.IDENTITY_STEWARD,
        machine: role === Role.INTEGRATION,
        teams: new Set(scope.teamIds),
        organisations: new Set(scope.organisationIds),
        organisation: scope.organisationId,
        service: role === Role.EMPLOYMENT_SPECIALIST || role === Role.TEAM_MANAGER,
        staffId: scope.staffId ?? '',
      });
    }
    return this;
  }

  /** What an answer shows that it may not, beside values that the caller sent. Cursors are looked into. */
  leaks(who: WhoName | null, answer: Pick<Answer, 'text'>, sent: string = ''): Leak[] {
    this.answers++;
    const viewer = who === null ? NOBODY : this.viewers.get(who)!;
    const mine = sent.toLowerCase();
    const opened = [...answer.text.matchAll(SEALED)].map(([, text]) =>
      Buffer.from(text!, 'base64url').toString('latin1'),
    );
    const leaks: Leak[] = [];
    for (const text of [answer.text, ...opened]) {
      for (const [value] of text.matchAll(VALUES)) {
        const entry = this.known.get(value.toLowerCase());
        if (!entry) continue;
        this.met++;
        if (mine.includes(value.toLowerCase()) || entry.maySee.some((may) => may(viewer))) continue;
        leaks.push({ kind: entry.kind, value });
      }
    }
    return leaks;
  }
}

const NOBODY: Viewer = {
  care: false,
  analyst: false,
  administrator: false,
  steward: false,
  machine: false,
  teams: new Set(),
  organisations: new Set(),
  organisation: null,
  service: false,
  staffId: '',
};

function sight(seen: string, teams: readonly (string | null)[], organisation: string): MaySee {
  const people: MaySee = ({ care, teams: own }) =>
    care && teams.some((team) => team !== null && own.has(team));
  const analysts: MaySee = ({ analyst, organisations }) => analyst && organisations.has(organisation);
  switch (seen) {
    case 'people':
      return people;
    case 'analysts':
      return analysts;
    case 'both':
      return (viewer) => people(viewer) || analysts(viewer);
    case 'casework':
      return (viewer) => viewer.service && people(viewer);
    case 'service':
      return (viewer) => (viewer.service && people(viewer)) || analysts(viewer);
    case 'own':
      return ({ service, staffId }) => service && teams.includes(staffId);
    case 'stewards':
      return (viewer) => viewer.steward && viewer.organisation === organisation;
    case 'watchers':
      return ({ administrator, machine, steward, organisation: own }) =>
        (administrator || machine || steward) && own === organisation;
    case 'staff':
      return ({ care, administrator }) => care || administrator;
    default:
      return () => false;
  }
}

/** The question that every server is asked: a page of 100 referrals with person, team, specification, latest decision and 5 memberships each. */

/** Referrals on the page, and memberships of each person. */
const PAGE = 100;
const MEMBERSHIPS = 5;

/** The hub's query. */
const HUB_QUERY = `
query Page($first: Int!) {
  referrals(first: $first) {
    nodes {
      id state route receivedOn acceptedOn closedOn wordOnWork wordRecordedOn employmentAtReferral
      consentToContactClinician residence ageBand firstContactDueOn createdAt
      person {
        id nhsNumber nhsNumberStatus dateOfBirth deceasedOn givenName familyName telephone postcode identityState
        memberships(first: ${MEMBERSHIPS}) {
          id state validFrom validTo complete observedFrom sourceReference careCoordinatorName
        }
      }
      team { id code name kind }
      specification { id code name }
      latestDecision { id verdict reason purpose asOf knownAt mayProceed flags decidedAt }
    }
  }
}`;

/** The same answer by one statement that nests keyed objects; parameter 1 are the teams. */
const FLOOR_SQL = `
select coalesce(json_agg(json_build_object(
  'id', r.id, 'state', r.state, 'route', r.route, 'receivedOn', r.received_on, 'acceptedOn', r.accepted_on, 'closedOn', r.closed_on,
  'wordOnWork', r.word_on_work, 'wordRecordedOn', r.word_recorded_on, 'employmentAtReferral', r.employment_at_referral,
  'consentToContactClinician', r.consent_to_contact_clinician, 'residence', r.residence, 'ageBand', r.age_band,
  'firstContactDueOn', r.first_contact_due_on, 'createdAt', r.created_at,
  'person', json_build_object(
    'id', p.id, 'nhsNumber', p.nhs_number, 'nhsNumberStatus', p.nhs_number_status, 'dateOfBirth', p.date_of_birth,
    'deceasedOn', p.deceased_on, 'givenName', p.given_name, 'familyName', p.family_name, 'telephone', p.telephone,
    'postcode', p.postcode, 'identityState', p.identity_state,
    'memberships', (
      select coalesce(json_agg(json_build_object(
        'id', m.id, 'state', m.state, 'validFrom', m.valid_from, 'validTo', m.valid_to, 'complete', m.complete,
        'observedFrom', m.observed_from, 'sourceReference', m.source_reference, 'careCoordinatorName', m.care_coordinator_name
      ) order by m.observed_from desc, m.id desc), '[]')
      from (
        select id, state, valid_from, valid_to, complete, observed_from, source_reference, care_coordinator_name
        from caseload_memberships where person_id = p.id and observed_to is null
        order by observed_from desc, id desc limit ${MEMBERSHIPS}
      ) m)),
  'team', json_build_object('id', t.id, 'code', t.code, 'name', t.name, 'kind', t.kind),
  'specification', json_build_object('id', s.id, 'code', s.code, 'name', s.name),
  'latestDecision', case when d.id is not null then json_build_object(
    'id', d.id, 'verdict', d.verdict, 'reason', d.reason, 'purpose', d.purpose, 'asOf', d.as_of, 'knownAt', d.known_at,
    'mayProceed', d.may_proceed, 'flags', d.flags, 'decidedAt', d.decided_at) end
) order by r.received_on desc, r.id desc), '[]')::text
from (select * from referrals where team_id = any ($1::uuid[]) order by received_on desc, id desc limit ${PAGE}) r
join persons p on p.id = r.person_id
join teams t on t.id = r.team_id
join service_specifications s on s.id = r.specification_id
left join lateral (
  select * from eligibility_decisions where referral_id = r.id order by decided_at desc, id desc limit 1
) d on true`;

/** PostGraphile's query; the list of teams is a function of the schema that PostgreSQL inlines. */
const PEER_QUERY = `
query Page($first: Int!, $teams: [UUID]!) {
  referralsOfTeams(first: $first, teams: $teams) {
    nodes {
      rowId state route receivedOn acceptedOn closedOn wordOnWork wordRecordedOn employmentAtReferral
      consentToContactClinician residence ageBand firstContactDueOn createdAt
      person {
        rowId nhsNumber nhsNumberStatus dateOfBirth deceasedOn givenName familyName telephone postcode identityState
        memberships: caseloadMembershipsByPersonId(first: ${MEMBERSHIPS}, condition: { observedTo: null }, orderBy: [OBSERVED_FROM_DESC, ROW_ID_DESC]) {
          nodes { rowId state validFrom validTo complete observedFrom sourceReference careCoordinatorName }
        }
      }
      team { rowId code name kind }
      specification { rowId code name }
      latestDecision: eligibilityDecisionsByReferralId(first: 1, orderBy: [DECIDED_AT_DESC, ROW_ID_DESC]) {
        nodes { rowId verdict reason purpose asOf knownAt mayProceed flags decidedAt }
      }
    }
  }
}`;

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

/** Data with every instant in one form: the floor and the peer write them as PostgreSQL does, which is cheaper for them. */
export function sameInstants(value) {
  if (typeof value === 'string') return INSTANT.test(value) ? new Date(value).toISOString() : value;
  if (Array.isArray(value)) return value.map(sameInstants);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, sameInstants(member)]));
}

/**
 * A value of the peer under the hub's names: `rowId` is `id`; `lists` says of which fields a connection stands for its
 * list, or for the first of it.
 */
export function renamed(value, lists) {
  if (Array.isArray(value)) return value.map((each) => renamed(each, lists));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => {
      if (key === 'rowId') return ['id', member];
      if (lists[key] === 'list') return [key, renamed(member.nodes, lists)];
      if (lists[key] === 'first') return [key, renamed(member.nodes[0] ?? null, lists)];
      return [key, renamed(member, lists)];
    }),
  );
}

/** The question as every server is asked it. */
export const REFERRALS = {
  id: 'referrals',
  title: 'page of 100 referrals',
  list: 'referrals',
  hub: { query: HUB_QUERY, first: PAGE },
  floorSql: FLOOR_SQL,
  peer: {
    query: PEER_QUERY,
    data: (data) => ({
      referrals: {
        nodes: renamed(data.referralsOfTeams.nodes, { memberships: 'list', latestDecision: 'first' }),
      },
    }),
  },
  /** What must be there for the answers to be worth comparing. */
  check(nodes) {
    if (nodes.length !== PAGE) throw new Error(`a page of ${nodes.length}`);
    const complete = ({ person, latestDecision }) =>
      person?.memberships.length === MEMBERSHIPS && latestDecision && person.nhsNumber;
    if (!nodes.every(complete)) throw new Error('a referral without its person, decision or memberships');
  },
  bars: [
    {
      bar: '1.7a',
      over: 'floor',
      title: 'rate of the hub as shipped over the hand-written floor',
      target: 1.1,
    },
    {
      bar: '1.7b',
      over: 'postgraphile',
      title: 'rate of the hub as shipped over PostGraphile 5',
      target: 2.2,
    },
  ],
};

/** Two more questions: a page of 100 episodes with 5 notes each, and the same four levels deep. */
import { renamed } from './question.mjs';

/** Notes of each episode on the page, and of each person in the deep question. */
export const NOTES = 5;
const DEEP_PAGE = 50;

const PERSON =
  'nhsNumber nhsNumberStatus dateOfBirth deceasedOn givenName familyName telephone postcode identityState';
const REFERRAL =
  'state route receivedOn acceptedOn closedOn wordOnWork wordRecordedOn employmentAtReferral consentToContactClinician residence ageBand createdAt';

const PERSON_SQL = `'id', p.id, 'nhsNumber', p.nhs_number, 'nhsNumberStatus', p.nhs_number_status, 'dateOfBirth', p.date_of_birth,
    'deceasedOn', p.deceased_on, 'givenName', p.given_name, 'familyName', p.family_name, 'telephone', p.telephone,
    'postcode', p.postcode, 'identityState', p.identity_state`;

/** A page of 100 episodes with person, specialist, referral and the 5 newest notes with their authors. */
export const EPISODES = {
  id: 'episodes',
  title: 'page of 100 episodes with person, specialist, referral and 5 notes',
  list: 'episodes',
  hub: {
    query: `
query Episodes($first: Int!) {
  episodes(first: $first) {
    nodes {
      id state openedOn closedOn closingReason createdAt
      person { id ${PERSON} }
      specialist { id displayName }
      referral { id ${REFERRAL} }
      notes(first: ${NOTES}) { id kind state versionCount contactOn retractedAt retractedBecause createdAt author { id displayName } }
    }
  }
}`,
    first: 100,
  },
  floorSql: `
select coalesce(json_agg(json_build_object(
  'id', e.id, 'state', e.state, 'openedOn', e.opened_on, 'closedOn', e.closed_on, 'closingReason', e.closing_reason, 'createdAt', e.created_at,
  'person', json_build_object(${PERSON_SQL}),
  'specialist', json_build_object('id', s.id, 'displayName', s.display_name),
  'referral', json_build_object(
    'id', r.id, 'state', r.state, 'route', r.route, 'receivedOn', r.received_on, 'acceptedOn', r.accepted_on, 'closedOn', r.closed_on,
    'wordOnWork', r.word_on_work, 'wordRecordedOn', r.word_recorded_on, 'employmentAtReferral', r.employment_at_referral,
    'consentToContactClinician', r.consent_to_contact_clinician, 'residence', r.residence, 'ageBand', r.age_band, 'createdAt', r.created_at),
  'notes', (
    select coalesce(json_agg(json_build_object(
      'id', n.id, 'kind', n.kind, 'state', n.state, 'versionCount', n.latest_version, 'contactOn', n.contact_on, 'retractedAt', n.retracted_at,
      'retractedBecause', n.retracted_because, 'createdAt', n.created_at, 'author', json_build_object('id', a.id, 'displayName', a.display_name)
    ) order by n.created_at desc, n.id desc), '[]')
    from (
      select id, kind, state, latest_version, contact_on, retracted_at, retracted_because, created_at, author_id
      from notes where episode_id = e.id order by created_at desc, id desc limit ${NOTES}
    ) n join staff a on a.id = n.author_id)
) order by e.opened_on desc, e.id desc), '[]')::text
from (select * from employment_episodes where team_id = any ($1::uuid[]) order by opened_on desc, id desc limit 100) e
join persons p on p.id = e.person_id
join staff s on s.id = e.specialist_id
join referrals r on r.id = e.referral_id`,
  peer: {
    query: `
query Episodes($first: Int!, $teams: [UUID]!) {
  episodesOfTeams(first: $first, teams: $teams) {
    nodes {
      rowId state openedOn closedOn closingReason createdAt
      person { rowId ${PERSON} }
      specialist { rowId displayName }
      referral { rowId ${REFERRAL} }
      notes: notesByEpisodeId(first: ${NOTES}, orderBy: [CREATED_AT_DESC, ROW_ID_DESC]) {
        nodes { rowId kind state versionCount: latestVersion contactOn retractedAt retractedBecause createdAt author { rowId displayName } }
      }
    }
  }
}`,
    data: (data) => ({ episodes: { nodes: renamed(data.episodesOfTeams.nodes, { notes: 'list' }) } }),
  },
  /** What must be there for the answers to be worth comparing. */
  check(nodes) {
    if (nodes.length !== 100) throw new Error(`a page of ${nodes.length}`);
    if (
      nodes.some(
        (node) =>
          node.notes.length !== NOTES || !node.person?.nhsNumber || !node.referral || !node.specialist,
      )
    )
      throw new Error('an episode without its person, specialist, referral or notes');
  },
  bars: [
    {
      bar: '2.6a',
      over: 'floor',
      title: 'rate of the hub as shipped over the hand-written floor',
      target: 1.2,
    },
    {
      bar: '2.6b',
      over: 'postgraphile',
      title: 'rate of the hub as shipped over PostGraphile 5',
      target: 2.2,
    },
  ],
};

/** Four levels: episodes, their persons and referrals, the notes and decisions of those, and versions and criteria at the end. */
export const DEEP = {
  id: 'deep',
  title: 'four levels from 50 episodes to note versions and criteria',
  list: 'episodes',
  hub: {
    query: `
query Deep($first: Int!) {
  episodes(first: $first) {
    nodes {
      id state openedOn
      person {
        id givenName familyName dateOfBirth
        notes(first: ${NOTES}) {
          id kind contactOn createdAt author { id displayName }
          versions(first: 2) { id version title authorName contactOn signedAt }
        }
      }
      referral {
        id state receivedOn
        decisions(first: 2) { id verdict reason decidedAt criteria { key result strength reason clause } }
      }
    }
  }
}`,
    first: DEEP_PAGE,
  },
  floorSql: `
select coalesce(json_agg(json_build_object(
  'id', e.id, 'state', e.state, 'openedOn', e.opened_on,
  'person', json_build_object(
    'id', p.id, 'givenName', p.given_name, 'familyName', p.family_name, 'dateOfBirth', p.date_of_birth,
    'notes', (
      select coalesce(json_agg(json_build_object(
        'id', n.id, 'kind', n.kind, 'contactOn', n.contact_on, 'createdAt', n.created_at,
        'author', json_build_object('id', a.id, 'displayName', a.display_name),
        'versions', (
          select coalesce(json_agg(json_build_object(
            'id', v.id, 'version', v.version, 'title', v.title, 'authorName', v.author_name, 'contactOn', v.contact_on, 'signedAt', v.signed_at
          ) order by v.version desc, v.id desc), '[]')
          from (
            select id, version, title, author_name, contact_on, signed_at from signed_documents where document_id = n.id
            order by version desc, id desc limit 2
          ) v)
      ) order by n.created_at desc, n.id desc), '[]')
      from (
        select id, kind, contact_on, created_at, author_id from notes where person_id = p.id order by created_at desc, id desc limit ${NOTES}
      ) n join staff a on a.id = n.author_id)),
  'referral', json_build_object(
    'id', r.id, 'state', r.state, 'receivedOn', r.received_on,
    'decisions', (
      select coalesce(json_agg(json_build_object(
        'id', d.id, 'verdict', d.verdict, 'reason', d.reason, 'decidedAt', d.decided_at,
        'criteria', (
          select coalesce(json_agg(json_build_object(
            'key', c.key, 'result', c.result, 'strength', c.strength, 'reason', c.reason, 'clause', c.clause) order by c.position), '[]')
          from eligibility_criteria c where c.decision_id = d.id)
      ) order by d.decided_at desc, d.id desc), '[]')
      from (
        select id, verdict, reason, decided_at from eligibility_decisions where referral_id = r.id order by decided_at desc, id desc limit 2
      ) d))
) order by e.opened_on desc, e.id desc), '[]')::text
from (select * from employment_episodes where team_id = any ($1::uuid[]) order by opened_on desc, id desc limit ${DEEP_PAGE}) e
join persons p on p.id = e.person_id
join referrals r on r.id = e.referral_id`,
  peer: null,
  check(nodes) {
    if (nodes.length !== DEEP_PAGE) throw new Error(`a page of ${nodes.length}`);
    const complete = (node) =>
      node.person.notes.length === NOTES &&
      node.person.notes.every((note) => note.versions.length > 0) &&
      node.referral.decisions.length === 2 &&
      node.referral.decisions.every((decision) => decision.criteria.length > 0);
    if (!nodes.every(complete))
      throw new Error('an episode without its notes, versions, decisions or criteria');
  },
  bars: [
    {
      bar: '2.6c',
      over: 'floor',
      title: 'rate of the hub as shipped over its hand-written floor',
      target: 1,
    },
  ],
};

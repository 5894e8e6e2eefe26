/** Field maps of eligibility: decisions, criteria, evidence, overrides, confirmation requests, decisions that differ now. */
import { ANALYSTS, CARE, CARE_AND_ANALYSTS } from '../../access/policies.js';
import { CLINICAL_RECORD_SYSTEMS } from '../../clinical/clinical.reader.js';
import { SPECIFICATION_VERSIONS } from '../../contracts/specification.reader.js';
import { STAFF, TEAMS } from '../../directory/directory.reader.js';
import { PERSONS } from '../../people/person.reader.js';
import { addRelations, type TypeMap, typeMap } from '../../platform/database/select/field-map.js';
import {
  among,
  asc,
  bool,
  byOrganisation,
  byTeam,
  date,
  desc,
  equals,
  from,
  int,
  latest,
  many,
  one,
  order,
  text,
  textArray,
  time,
  until,
  uuid,
} from '../../platform/database/select/map-words.js';
import { REFERRALS } from '../referrals/referral.reader.js';

/** Evidence within the reader's scope. Row-level security hides what speaks of other teams or of a restricted record. */
export const EVIDENCE: TypeMap = typeMap({
  type: 'EligibilityEvidence',
  table: 'eligibility_evidence',
  key: 'decision_id',
  columns: {
    item: int('item', CARE),
    source: text('source', CARE),
    finding: text('finding', CARE),
    reference: text('reference', CARE, { nullable: true }),
    version: text('version', CARE, { nullable: true }),
    periodFrom: date('period_from', CARE, { nullable: true }),
    periodTo: date('period_to', CARE, { nullable: true }),
    sourceAsOf: time('source_as_of', CARE, { nullable: true }),
    fetchedAt: time('fetched_at', CARE, { nullable: true }),
    fresh: bool('fresh', CARE, { nullable: true }),
  },
  one: {
    system: one(() => CLINICAL_RECORD_SYSTEMS, 'system_id', CARE),
    team: one(() => TEAMS, 'source_team_id', CARE),
  },
  orders: { ITEM: order(CARE, asc('item', 'int')) },
});

/** Criteria of a decision, in the order they are reported. */
export const CRITERIA: TypeMap = typeMap({
  type: 'EligibilityCriterion',
  table: 'eligibility_criteria',
  key: 'decision_id',
  columns: {
    position: int('position', CARE_AND_ANALYSTS),
    key: text('key', CARE_AND_ANALYSTS),
    result: text('result', CARE_AND_ANALYSTS),
    strength: text('strength', CARE_AND_ANALYSTS),
    reason: text('reason', CARE_AND_ANALYSTS),
    clause: text('clause', CARE_AND_ANALYSTS, { nullable: true }),
    confirmBy: text('confirm_by', CARE_AND_ANALYSTS, { nullable: true }),
    laterOn: date('later_on', CARE, { nullable: true }),
    settledBy: text('settled_by', CARE_AND_ANALYSTS, { nullable: true }),
  },
  many: { evidence: many(() => EVIDENCE, { decision_id: 'decision_id', position: 'position' }, CARE) },
  orders: { POSITION: order(CARE_AND_ANALYSTS, asc('position', 'int')) },
});

/** The person of a row that knows its decision only; answered to those who see the decision itself. */
const SUBJECT_OF_DECISION = '(select d.person_id from eligibility_decisions d where d.id = {t}.decision_id)';

/** Overrides; reason, clause, who was told and author are what somebody typed or who they are: for those who give care. */
export const OVERRIDES: TypeMap = typeMap({
  type: 'EligibilityOverride',
  table: 'eligibility_overrides',
  columns: {
    id: uuid('id', CARE_AND_ANALYSTS),
    verdict: text('verdict', CARE_AND_ANALYSTS),
    reason: text('reason', CARE, { nullable: true }),
    clause: text('clause', CARE, { nullable: true }),
    told: textArray('told', CARE, { nullable: true }),
    madeAt: time('made_at', CARE_AND_ANALYSTS),
  },
  one: { author: one(() => STAFF, 'author_id', CARE) },
  orders: { NEWEST: order(CARE_AND_ANALYSTS, desc('made_at', 'timestamptz'), desc('id', 'uuid')) },
  subject: { sql: SUBJECT_OF_DECISION, always: true, roles: CARE },
});

/** Decisions. `notYetUntil` is a birthday, so analysts do not see it. */
export const DECISIONS: TypeMap = typeMap({
  type: 'EligibilityDecision',
  table: 'eligibility_decisions',
  columns: {
    id: uuid('id', CARE_AND_ANALYSTS),
    verdict: text('verdict', CARE_AND_ANALYSTS),
    reason: text('reason', CARE_AND_ANALYSTS),
    purpose: text('purpose', CARE_AND_ANALYSTS),
    asOf: date('as_of', CARE_AND_ANALYSTS),
    knownAt: time('known_at', CARE_AND_ANALYSTS),
    notYetUntil: date('not_yet_until', CARE, { nullable: true }),
    confirmBy: text('confirm_by', CARE_AND_ANALYSTS, { nullable: true }),
    mayProceed: text('may_proceed', CARE_AND_ANALYSTS),
    flags: textArray('flags', CARE_AND_ANALYSTS),
    decidedAt: time('decided_at', CARE_AND_ANALYSTS),
  },
  one: {
    version: one(() => SPECIFICATION_VERSIONS, 'version_id', CARE_AND_ANALYSTS, { nullable: false }),
    referral: one(() => REFERRALS, 'referral_id', CARE_AND_ANALYSTS),
  },
  many: {
    criteria: many(() => CRITERIA, { decision_id: 'id' }, CARE_AND_ANALYSTS),
    overrides: many(() => OVERRIDES, 'decision_id', CARE_AND_ANALYSTS),
  },
  filters: {
    verdictIn: among('verdict', 'text[]', CARE_AND_ANALYSTS),
    purpose: equals('purpose', 'text', CARE_AND_ANALYSTS),
    referralId: equals('referral_id', 'uuid', CARE_AND_ANALYSTS),
    decidedFrom: from('decided_at', 'timestamptz', CARE_AND_ANALYSTS),
    decidedUntil: until('decided_at', 'timestamptz', CARE_AND_ANALYSTS),
  },
  orders: { NEWEST: order(CARE_AND_ANALYSTS, desc('decided_at', 'timestamptz'), desc('id', 'uuid')) },
  page: { size: 25, max: 250 },
  subject: { sql: 'person_id', always: true, roles: CARE },
  scopes: [byTeam(CARE), byOrganisation(ANALYSTS)],
});

/** Confirmation requests: seen by the team that asks and the team that is asked. */
export const CONFIRMATION_REQUESTS: TypeMap = typeMap({
  type: 'ConfirmationRequest',
  table: 'confirmation_requests',
  columns: {
    id: uuid('id', CARE),
    state: text('state', CARE),
    askedOf: text('asked_of', CARE),
    askedAt: time('asked_at', CARE),
    dueOn: date('due_on', CARE),
    escalatedAt: time('escalated_at', CARE, { nullable: true }),
    escalatedTo: text('escalated_to', CARE, { nullable: true }),
    answer: text('answer', CARE, { nullable: true }),
    answerFrom: date('answer_from', CARE, { nullable: true }),
    answerTo: date('answer_to', CARE, { nullable: true }),
    answeredAt: time('answered_at', CARE, { nullable: true }),
  },
  one: {
    askedTeam: one(() => TEAMS, 'asked_team_id', CARE),
    person: one(() => PERSONS, 'person_id', CARE),
  },
  filters: {
    stateIn: among('state', 'text[]', CARE),
    askedTeamId: equals('asked_team_id', 'uuid', CARE),
  },
  orders: {
    NEWEST: order(CARE, desc('asked_at', 'timestamptz'), desc('id', 'uuid')),
    DUE: order(CARE, asc('due_on', 'date'), asc('id', 'uuid')),
  },
  subject: { sql: 'person_id', always: true, roles: CARE },
});

/** Decisions that later evidence would decide differently. */
export const DECISION_REVIEWS: TypeMap = typeMap({
  type: 'DecisionReview',
  table: 'decision_reviews',
  columns: {
    id: uuid('id', CARE_AND_ANALYSTS),
    verdictNow: text('verdict_now', CARE_AND_ANALYSTS),
    reasonNow: text('reason_now', CARE_AND_ANALYSTS),
    knownAt: time('known_at', CARE_AND_ANALYSTS),
    foundAt: time('found_at', CARE_AND_ANALYSTS),
  },
  one: { decision: one(() => DECISIONS, 'decision_id', CARE_AND_ANALYSTS, { nullable: false }) },
  orders: { NEWEST: order(CARE_AND_ANALYSTS, desc('found_at', 'timestamptz'), desc('id', 'uuid')) },
  scopes: [byTeam(CARE)],
  subject: { sql: SUBJECT_OF_DECISION, always: true, roles: CARE },
});

/** Leaves out questions about what was known earlier: they are kept, and are nobody's standing. */
const AS_KNOWN_WHEN_MADE = '{t}.known_at = {t}.decided_at';

/** Gives the maps of lower rooms their inverse names; called once, when the graph is assembled. */
export function addEligibilityRelations(): void {
  addRelations(REFERRALS, {
    one: {
      latestDecision: latest(() => DECISIONS, 'referral_id', CARE_AND_ANALYSTS, {
        where: AS_KNOWN_WHEN_MADE,
      }),
    },
    many: {
      decisions: many(() => DECISIONS, 'referral_id', CARE_AND_ANALYSTS, { page: { size: 10, max: 50 } }),
      confirmationRequests: many(() => CONFIRMATION_REQUESTS, 'referral_id', CARE, {
        page: { size: 10, max: 50 },
      }),
    },
  });
}

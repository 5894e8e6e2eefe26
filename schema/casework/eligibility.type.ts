/** Eligibility in the graph: decisions with criteria and evidence, overrides, confirmation requests, decisions that differ now. */
import { Field, Int, ObjectType } from 'type-graphql';
import type { Relation } from 'typeorm';
import { ClinicalRecordSystem } from '../clinical/membership.type.js';
import { SpecificationVersion } from '../contracts/specification.type.js';
import { StaffMember, Team } from '../directory/directory.type.js';
import { Person } from '../people/person.type.js';
import { DateScalar, DateTimeScalar, IdScalar } from '../scalars/date.scalar.js';
import { EligibilityPurpose, EligibilityVerdict, MayProceed } from './eligibility.enum.js';
import { Referral } from './referral.type.js';

@ObjectType({
  simpleResolvers: true,
  description: 'One piece of evidence: from where, which version, as of when.',
})
export class EligibilityEvidence {
  @Field(() => Int)
  item: number;

  @Field(() => String, { description: 'RECORD, TEAM, PERSON, REFERRAL or IMPLIED_BY_TEAM.' })
  source: string;

  @Field(() => String, { description: 'What it says, as a code.' })
  finding: string;

  @Field(() => ClinicalRecordSystem, { nullable: true })
  system: ClinicalRecordSystem | null;

  @Field(() => Team, { nullable: true, description: 'The team it speaks of.' })
  team: Team | null;

  @Field(() => String, { nullable: true })
  reference: string | null;

  @Field(() => String, { nullable: true })
  version: string | null;

  @Field(() => DateScalar, { nullable: true })
  periodFrom: string | null;

  @Field(() => DateScalar, { nullable: true })
  periodTo: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When the source says it was so.' })
  sourceAsOf: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When the hub last saw it.' })
  fetchedAt: string | null;

  @Field(() => Boolean, { nullable: true })
  fresh: boolean | null;
}

@ObjectType({
  simpleResolvers: true,
  description: 'One criterion of a decision. All criteria are always reported.',
})
export class EligibilityCriterion {
  @Field(() => Int)
  position: number;

  @Field(() => String)
  key: string;

  @Field(() => String, { description: 'PASS, FAIL, UNKNOWN, CONFIRM, LATER or NOT_SPECIFIED.' })
  result: string;

  @Field(() => String, { description: 'HARD, SOFT (only warns) or NOT_SPECIFIED.' })
  strength: string;

  @Field(() => String)
  reason: string;

  @Field(() => String, { nullable: true, description: 'Document and line.' })
  clause: string | null;

  @Field(() => String, { nullable: true })
  confirmBy: string | null;

  @Field(() => DateScalar, { nullable: true })
  laterOn: string | null;

  @Field(() => String, { nullable: true, description: 'What would settle it.' })
  settledBy: string | null;

  @Field(() => [EligibilityEvidence], {
    nullable: true,
    description: 'Evidence within your scope; the verdict rests on all of it.',
  })
  evidence: EligibilityEvidence[] | null;
}

@ObjectType({
  simpleResolvers: true,
  description: 'A decision set aside by a manager, with reason and clause. The decision itself stays.',
})
export class EligibilityOverride {
  @Field(() => IdScalar)
  id: string;

  @Field(() => EligibilityVerdict)
  verdict: EligibilityVerdict;

  @Field(() => String, { nullable: true })
  reason: string | null;

  @Field(() => String, { nullable: true })
  clause: string | null;

  @Field(() => [String], { nullable: true, description: 'Who was told.' })
  told: string[] | null;

  @Field(() => StaffMember, { nullable: true })
  author: StaffMember | null;

  @Field(() => DateTimeScalar)
  madeAt: string;
}

@ObjectType({ simpleResolvers: true, description: 'An eligibility decision; immutable.' })
export class EligibilityDecision {
  @Field(() => IdScalar)
  id: string;

  @Field(() => EligibilityVerdict)
  verdict: EligibilityVerdict;

  @Field(() => String, { description: 'The criterion reason that settled the verdict.' })
  reason: string;

  @Field(() => EligibilityPurpose)
  purpose: EligibilityPurpose;

  @Field(() => DateScalar, { description: 'The day asked about: what was so.' })
  asOf: string;

  @Field(() => DateTimeScalar, { description: 'What the hub knew at this instant.' })
  knownAt: string;

  @Field(() => DateScalar, { nullable: true })
  notYetUntil: string | null;

  @Field(() => String, { nullable: true, description: 'TEAM, PERSON, COMMISSIONER or IDENTITY_STEWARD.' })
  confirmBy: string | null;

  @Field(() => MayProceed)
  mayProceed: MayProceed;

  @Field(() => [String])
  flags: string[];

  @Field(() => DateTimeScalar)
  decidedAt: string;

  @Field(() => SpecificationVersion)
  version: SpecificationVersion;

  @Field(() => [EligibilityCriterion])
  criteria: EligibilityCriterion[];

  @Field(() => [EligibilityOverride], { description: 'Newest first.' })
  overrides: EligibilityOverride[];

  @Field(() => Referral, { nullable: true })
  referral: Relation<Referral> | null;
}

@ObjectType({
  simpleResolvers: true,
  description:
    'A question to the team whether somebody is on its caseload. Time passing escalates it and never turns it into a no.',
})
export class ConfirmationRequest {
  @Field(() => IdScalar)
  id: string;

  @Field(() => String, { description: 'ASKED, ESCALATED, ANSWERED or WITHDRAWN.' })
  state: string;

  @Field(() => String, { description: 'CARE_COORDINATOR or DUTY_CONTACT.' })
  askedOf: string;

  @Field(() => Team, { nullable: true })
  askedTeam: Team | null;

  @Field(() => Person, { nullable: true })
  person: Person | null;

  @Field(() => DateTimeScalar)
  askedAt: string;

  @Field(() => DateScalar)
  dueOn: string;

  @Field(() => DateTimeScalar, { nullable: true })
  escalatedAt: string | null;

  @Field(() => String, { nullable: true })
  escalatedTo: string | null;

  @Field(() => String, { nullable: true, description: 'ON_CASELOAD, NOT_ON_CASELOAD or CANNOT_SAY.' })
  answer: string | null;

  @Field(() => DateScalar, { nullable: true })
  answerFrom: string | null;

  @Field(() => DateScalar, { nullable: true })
  answerTo: string | null;

  @Field(() => DateTimeScalar, { nullable: true })
  answeredAt: string | null;
}

@ObjectType({
  simpleResolvers: true,
  description: 'A decision that later evidence would decide differently. Nothing is rewritten.',
})
export class DecisionReview {
  @Field(() => IdScalar)
  id: string;

  @Field(() => EligibilityVerdict)
  verdictNow: EligibilityVerdict;

  @Field(() => String)
  reasonNow: string;

  @Field(() => DateTimeScalar)
  knownAt: string;

  @Field(() => DateTimeScalar)
  foundAt: string;

  @Field(() => EligibilityDecision)
  decision: EligibilityDecision;
}

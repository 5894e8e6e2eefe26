/** The vocabulary of service specifications: every rule one can hold, the type and unit of its value, and what it governs. */
import { z } from 'zod';
import {
  ContinuationRule,
  DischargeRule,
  EmploymentKind,
  SelfReferralRule,
  Signpost,
  SupportDuration,
  TeamKind,
  WishRule,
} from './rule-values.js';

/** What a key is for and which values it takes. */
export interface RuleKeyDescription<Schema extends z.ZodType = z.ZodType> {
  readonly schema: Schema;
  /** Unit of a number; null where there is none. */
  readonly unit: string | null;
  /** `ELIGIBILITY`: a decision looks at it. `DELIVERY`: other parts of the hub do, and no verdict depends on it. */
  readonly area: 'ELIGIBILITY' | 'DELIVERY';
  /** One sentence for people, shown in docs/eligibility.md. */
  readonly governs: string;
  /** The key without whose value this one means nothing, and which is then left out. */
  readonly under: string | null;
}

const teamKinds = z.array(z.enum(TeamKind)).readonly();
const employmentKinds = z.array(z.enum(EmploymentKind)).readonly();
const days = z.int().min(1).max(366);
const months = z.int().min(1).max(60);
const people = z.int().min(1).max(10_000);
const percent = z.int().min(0).max(100);
const yearTargets = z.strictObject({
  year: z.int().min(1),
  access: people,
  enteringWork: people,
  paidOutcomes: people,
  sustained13Weeks: people,
});

const eligibility = <Schema extends z.ZodType>(
  schema: Schema,
  governs: string,
  unit: string | null = null,
  under: string | null = null,
): RuleKeyDescription<Schema> => ({ schema, unit, area: 'ELIGIBILITY', governs, under });

const delivery = <Schema extends z.ZodType>(
  schema: Schema,
  governs: string,
  unit: string | null = null,
): RuleKeyDescription<Schema> => ({
  schema,
  unit,
  area: 'DELIVERY',
  governs,
  under: null,
});

/** Every key, in the order in which documents and screens show them. A key that a version does not hold reads as null: not specified. */
export const RULE_KEYS = {
  minimumAge: eligibility(
    z.int().min(0).max(120),
    'Youngest age at acceptance; somebody younger is told the date of the birthday.',
    'years',
  ),
  confirmBelowAge: eligibility(
    z.int().min(0).max(120),
    'Where no age is named: below this age the commissioner is asked, and safeguarding is noted.',
    'years',
  ),
  wishForWork: eligibility(z.enum(WishRule), 'What the person has to say of work.'),
  admissibleTeamKinds: eligibility(teamKinds, 'Teams on whose caseload the person has to be.'),
  commissionerTeamKinds: eligibility(
    teamKinds,
    'Further teams that count once the commissioner says so.',
    null,
    'admissibleTeamKinds',
  ),
  watchedTeamKinds: eligibility(
    teamKinds,
    'Teams that people leave soon, often for an admissible one: the refusal is watched.',
    null,
    'admissibleTeamKinds',
  ),
  dischargedBeforeAcceptance: eligibility(
    z.enum(DischargeRule),
    'Open when the referral came, discharged before acceptance.',
    null,
    'admissibleTeamKinds',
  ),
  continuationAfterLoss: eligibility(
    z.enum(ContinuationRule),
    'Discharged by the team while with the service.',
    null,
    'admissibleTeamKinds',
  ),
  signpostTo: eligibility(
    z.array(z.enum(Signpost)).readonly(),
    'Where else to turn for somebody on no such caseload.',
    null,
    'admissibleTeamKinds',
  ),
  seriousMentalIllness: eligibility(
    z.literal('IMPLIED_BY_TEAM'),
    'Serious mental illness: presumed from the team, never looked up, and so never failed.',
  ),
  careProgrammeApproach: eligibility(
    z.literal('INSTEAD_OF_TEAM'),
    'Being on the care programme approach does as well as the team.',
    null,
    'admissibleTeamKinds',
  ),
  admissibleEmployment: eligibility(employmentKinds, 'Employment at referral that is admitted.'),
  commissionerEmployment: eligibility(
    employmentKinds,
    'Employment at referral that is admitted once the commissioner says so.',
    null,
    'admissibleEmployment',
  ),
  residenceRegion: eligibility(z.string().min(1).max(120), 'Region the person has to live in.'),
  selfReferral: eligibility(
    z.enum(SelfReferralRule),
    'What a self-referral needs beyond the ordinary tests.',
  ),
  firstContactWorkingDays: delivery(
    days,
    'From the referral to first contact by the service.',
    'working days',
  ),
  jobSearchWithinDays: delivery(days, 'How soon job search begins.', 'days'),
  employerContactWithinDays: delivery(days, 'How soon an employer is contacted for the person.', 'days'),
  supportDuration: delivery(
    z.array(z.enum(SupportDuration)).min(1).readonly(),
    'For how long support lasts.',
  ),
  caseloadMinimum: delivery(people, 'Fewest people on one specialist’s caseload.', 'people per specialist'),
  caseloadMaximum: delivery(people, 'Most people on one specialist’s caseload.', 'people per specialist'),
  permittedWorkCaseload: delivery(
    people,
    'Further people in permitted work, monitored and supported.',
    'people per specialist',
  ),
  peoplePerYearMinimum: delivery(
    people,
    'Fewest people one specialist serves in a year.',
    'people per specialist and year',
  ),
  peoplePerYearMaximum: delivery(
    people,
    'Most people one specialist serves in a year.',
    'people per specialist and year',
  ),
  planTarget: delivery(percent, 'Share of accepted people with an individual plan.', '%'),
  paidWorkTarget: delivery(percent, 'Share of accepted people in paid work.', '%'),
  retentionTarget: delivery(percent, 'Share of people placed who keep their employment.', '%'),
  activityTarget: delivery(
    percent,
    'Share in training, voluntary work, work experience or other activity.',
    '%',
  ),
  annualTargets: delivery(
    z.array(yearTargets).min(1).readonly(),
    'People per contract year: access, entering work, paid outcomes, sustained.',
  ),
  fidelityScoreMinimum: delivery(
    z.int().min(25).max(125),
    'Score to reach on the 25-item fidelity scale.',
    'points of 125',
  ),
  fidelityScoreWithinMonths: delivery(months, 'When that score is due.', 'months'),
  fidelitySelfAssessmentMonths: delivery(months, 'How often fidelity is assessed.', 'months'),
  satisfactionSurveyMonths: delivery(months, 'How often service users are asked for their views.', 'months'),
} as const satisfies Record<string, RuleKeyDescription>;

/** A key of `RULE_KEYS`. */
export type RuleKey = keyof typeof RULE_KEYS;
/** Type of a key's value when the document is not silent. */
export type RuleValue<Key extends RuleKey> = z.infer<(typeof RULE_KEYS)[Key]['schema']>;
/** Every key, in the order of the table. */
export const ALL_RULE_KEYS = Object.keys(RULE_KEYS) as readonly RuleKey[];

/** True for a key of the vocabulary. */
export function isRuleKey(text: string): text is RuleKey {
  return Object.hasOwn(RULE_KEYS, text);
}

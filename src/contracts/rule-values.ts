/** The values that rules of a service specification are made of: kinds of team, employment, and the named ways to read a clause. */

/** Kinds of clinical team, as the directory keeps them; a site's team map says of which kind each of its teams is. */
export const TeamKind = {
  CMHT: 'CMHT',
  OLDER_ADULT_CMHT: 'OLDER_ADULT_CMHT',
  EIP: 'EIP',
  REHABILITATION: 'REHABILITATION',
  NEIGHBOURHOOD: 'NEIGHBOURHOOD',
  ASSERTIVE_OUTREACH: 'ASSERTIVE_OUTREACH',
  CRISIS: 'CRISIS',
  PRIMARY_CARE: 'PRIMARY_CARE',
  INPATIENT: 'INPATIENT',
  EMPLOYMENT: 'EMPLOYMENT',
  OTHER: 'OTHER',
} as const;
export type TeamKind = (typeof TeamKind)[keyof typeof TeamKind];

/** Employment at referral that a specification can admit or leave to its commissioner; "not recorded" is never a value of a rule. */
export const EmploymentKind = {
  OUT_OF_WORK: 'OUT_OF_WORK',
  EMPLOYED: 'EMPLOYED',
  EMPLOYED_AT_RISK: 'EMPLOYED_AT_RISK',
  VOLUNTARY_OR_PERMITTED_WORK: 'VOLUNTARY_OR_PERMITTED_WORK',
} as const;
export type EmploymentKind = (typeof EmploymentKind)[keyof typeof EmploymentKind];

/** What the person has to say of work. In each of them nothing but their own explicit no fails. */
export const WishRule = {
  /** The wish for paid work itself: unsure, only steps, or not recorded is asked of the person (000:134, 001:8). */
  PAID_WORK: 'PAID_WORK',
  /** Interest is enough: unsure, steps, and not recorded pass (004:39, 002:89, 003:7). */
  INTEREST: 'INTEREST',
} as const;
export type WishRule = (typeof WishRule)[keyof typeof WishRule];

/** What becomes of a membership that was open when the referral came and had ended by acceptance. */
export const DischargeRule = {
  /** It counts as open (000:109). */
  COUNTS: 'COUNTS',
  /** The team is asked. */
  CONFIRM_TEAM: 'CONFIRM_TEAM',
  /** It counts as ended. */
  DOES_NOT_COUNT: 'DOES_NOT_COUNT',
} as const;
export type DischargeRule = (typeof DischargeRule)[keyof typeof DischargeRule];

/** What a lost membership means for somebody already with the service. In none of them does the case close. */
export const ContinuationRule = {
  /** The person stays; nothing is flagged. */
  KEEP: 'KEEP',
  /** The person stays and the loss is flagged. */
  KEEP_WITH_FLAG: 'KEEP_WITH_FLAG',
  /** Looked at again as on entry; only sensible where membership merely warns. */
  TEST_AGAIN: 'TEST_AGAIN',
} as const;
export type ContinuationRule = (typeof ContinuationRule)[keyof typeof ContinuationRule];

/** What a self-referral needs beyond the ordinary tests. */
export const SelfReferralRule = {
  /** Nothing (000:126, 003:69). */
  SAME_TESTS: 'SAME_TESTS',
  /** The team confirms, however good the evidence of the record is (001:23). */
  TEAM_CONFIRMS: 'TEAM_CONFIRMS',
  /** The person's consent before the clinician is contacted; refusing is never a no (004:43). */
  CONSENT_FIRST: 'CONSENT_FIRST',
} as const;
export type SelfReferralRule = (typeof SelfReferralRule)[keyof typeof SelfReferralRule];

/** Where else support with work is to be had, for somebody whom no team of the specification has. */
export const Signpost = {
  /** Employment adviser in talking therapies (IAPT). */
  TALKING_THERAPIES_ADVISER: 'TALKING_THERAPIES_ADVISER',
  /** Employment adviser in the early intervention service. */
  EARLY_INTERVENTION_ADVISER: 'EARLY_INTERVENTION_ADVISER',
} as const;
export type Signpost = (typeof Signpost)[keyof typeof Signpost];

/** For how long support lasts, in the words of a document; two values where it says both. */
export const SupportDuration = {
  UNTIL_EMPLOYED: 'UNTIL_EMPLOYED',
  UNTIL_SETTLED: 'UNTIL_SETTLED',
  TIME_LIMITED: 'TIME_LIMITED',
  TIME_UNLIMITED: 'TIME_UNLIMITED',
} as const;
export type SupportDuration = (typeof SupportDuration)[keyof typeof SupportDuration];

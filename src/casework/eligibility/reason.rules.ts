/** Every reason that a criterion or a decision can give, with its meaning in a sentence that anybody may read. */

/** Reason codes and their meanings; stable, stored with decisions. None tells a restricted record from an ordinary one. */
export const REASONS = {
  ALL_CRITERIA_MET: 'Every criterion that can exclude was met.',
  NOT_SPECIFIED: 'The specification says nothing of this.',
  NOT_ASKED_AGAIN: 'This is tested on entry and not again.',
  IDENTITY_CLEAR: 'The hub knows who this is.',
  IDENTITY_MERGED: 'Records were merged at their source and belong to one person.',
  IDENTITY_CONFLICT: 'Two living records claim to be this person.',
  OLD_ENOUGH: 'The person has reached the minimum age.',
  UNDER_MINIMUM_AGE: 'The person reaches the minimum age on a later day.',
  UNDER_18_AGE_NOT_SPECIFIED: 'The specification names no age and the person is a minor.',
  DATE_OF_BIRTH_NOT_KNOWN: 'No date of birth is known.',
  WISHES_TO_WORK: 'The person has said what the specification asks.',
  INTEREST_IS_ENOUGH: 'The specification asks for no more than interest.',
  WISH_TO_BE_ASKED: 'The person has not yet said that they wish to be in paid work.',
  DOES_NOT_WISH_TO_WORK: 'The person has said that they do not wish to be in paid work.',
  OPEN_TO_TEAM:
    'The person is, or in the time that counts was, on the caseload of a team that the specification names.',
  TEAM_TO_CONFIRM: 'The team has to say whether the person is on its caseload.',
  TEAM_KIND_TO_CONFIRM: 'The commissioner has to say whether a team of this kind counts.',
  TEAM_NOT_KNOWN: 'A team code that nobody has mapped.',
  RECORD_TOO_OLD: 'The record was last seen too long ago.',
  END_NOT_DATED: 'The record has ended without saying when.',
  ABSENCE_NOT_KNOWN: 'No recent complete caseload shows that the person is absent.',
  NOT_ON_CASELOAD: 'On no caseload of a team that the specification names.',
  STAYS_WITH_SERVICE: 'Somebody already with the service stays with it.',
  KEPT_AFTER_LOSS: 'Discharged by the team since; support goes on.',
  IMPLIED_BY_TEAM: 'Presumed from being under the team; never looked up.',
  NOTHING_IMPLIES_IT: 'No team implies it, and nothing else may be asked.',
  ON_CARE_PROGRAMME_APPROACH: 'On the care programme approach.',
  NOT_ON_CARE_PROGRAMME_APPROACH: 'Neither on the care programme approach nor seen with a community team.',
  EMPLOYMENT_ADMITTED: 'Employment at referral is as the specification asks.',
  EMPLOYMENT_TO_CONFIRM: 'The commissioner has to say whether this employment at referral counts.',
  EMPLOYMENT_TO_BE_ASKED: 'Employment at referral is not recorded.',
  EMPLOYMENT_NOT_ADMITTED: 'In work at referral, and in nothing that the specification or its brackets name.',
  IN_REGION: 'Lives in the region.',
  OUTSIDE_REGION: 'Lives outside the region.',
  RESIDENCE_TO_BE_ASKED: 'It is not recorded where the person lives.',
  NOT_SELF_REFERRED: 'Somebody else referred the person.',
  SAME_TESTS: 'A self-referral meets the same tests as any other.',
  TEAM_CONFIRMED: 'The team has confirmed the self-referral.',
  TEAM_DID_NOT_CONFIRM: 'The team has said that the person is not on its caseload.',
} as const;

/** A code of `REASONS`. */
export type Reason = keyof typeof REASONS;

/** Source document 001: Dorset Work Matters, specification QVV/0294; it names no period. */
import {
  hard,
  type SpecificationSeed,
  setting,
  silent,
  soft,
} from '../../src/contracts/specification-rules.js';

/** A closed list of three kinds of team; every self-referral is confirmed by the team. */
export const dorsetWorkMatters: SpecificationSeed = {
  code: 'QVV/0294',
  sourceDocument: '001',
  name: 'Dorset Work Matters (DWM) – Individual Placement Support Service (IPS)',
  commissioner: null,
  provider: null,
  version: 1,
  validFrom: null,
  validTo: null,
  reviewDue: null,
  rules: [
    hard('minimumAge', 18, '001:7'),
    hard(
      'wishForWork',
      'PAID_WORK',
      '001:8, 001:17, 001:19-21',
      'Unsure, steps only, or nothing recorded is not a no: the person is asked.',
    ),
    hard(
      'admissibleTeamKinds',
      ['CMHT', 'OLDER_ADULT_CMHT', 'EIP', 'REHABILITATION'],
      '001:8, 001:17',
      'A closed list, read with a comma after CMHT, and as a test at entry. An older adults’ community team is a CMHT.',
    ),
    setting(
      'watchedTeamKinds',
      ['CRISIS', 'INPATIENT'],
      '001:8',
      'People leave such a team soon, usually for one on the list.',
    ),
    setting(
      'dischargedBeforeAcceptance',
      'CONFIRM_TEAM',
      '001:8',
      'They must be under care: the team says whether they still were.',
    ),
    setting(
      'continuationAfterLoss',
      'KEEP_WITH_FLAG',
      '001:11, 001:8',
      'Support without a time limit outlasts the team; the loss is flagged.',
    ),
    silent('signpostTo', '001:17'),
    soft(
      'seriousMentalIllness',
      'IMPLIED_BY_TEAM',
      '001:7',
      'Being under secondary care is evidence enough; nobody looks up a diagnosis.',
    ),
    silent('admissibleEmployment', '001:7'),
    silent('residenceRegion', '001:7', 'The place is the area of the team.'),
    setting('selfReferral', 'TEAM_CONFIRMS', '001:23'),
    silent('firstContactWorkingDays', '001:21'),
    silent('caseloadMaximum', '001:24'),
    setting('supportDuration', ['TIME_UNLIMITED', 'UNTIL_SETTLED'], '001:11, 001:24'),
  ],
};

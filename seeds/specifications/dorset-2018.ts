/** Source document 000: Dorset Work Matters, specification 11J/0227, in force from October 2018 to September 2021. */
import {
  hard,
  type SpecificationSeed,
  setting,
  silent,
  soft,
} from '../../src/contracts/specification-rules.js';

/** Community mental health teams for adults who wish to be in paid work; support may outlast the team. */
export const dorset2018: SpecificationSeed = {
  code: '11J/0227',
  sourceDocument: '000',
  name: 'Dorset Work Matters – Individual Placement Support Service',
  commissioner: 'NHS Dorset CCG',
  provider: 'Dorset HealthCare',
  version: 1,
  validFrom: '2018-10-01',
  validTo: '2021-10-01',
  reviewDue: '2019-10',
  rules: [
    hard('minimumAge', 18, '000:130'),
    hard(
      'wishForWork',
      'PAID_WORK',
      '000:119, 000:134',
      'Unsure, steps only, or nothing recorded is not a no: the person is asked.',
    ),
    hard(
      'admissibleTeamKinds',
      ['CMHT', 'OLDER_ADULT_CMHT'],
      '000:119, 000:86',
      'An older adults’ community team is a community mental health team. Open on any day from referral to acceptance.',
    ),
    setting(
      'commissionerTeamKinds',
      ['EIP', 'REHABILITATION', 'NEIGHBOURHOOD', 'ASSERTIVE_OUTREACH', 'CRISIS', 'PRIMARY_CARE', 'OTHER'],
      '000:130, 000:119',
      'Line 130 speaks of community services where line 119 speaks of the teams: other community teams wait for the commissioner.',
    ),
    setting(
      'watchedTeamKinds',
      ['INPATIENT'],
      '000:119',
      'People leave a ward, usually for a community team.',
    ),
    setting(
      'dischargedBeforeAcceptance',
      'COUNTS',
      '000:109, 000:119',
      'Open when the referral came is enough, since support outlasts discharge.',
    ),
    setting('continuationAfterLoss', 'KEEP', '000:109'),
    setting('signpostTo', ['TALKING_THERAPIES_ADVISER', 'EARLY_INTERVENTION_ADVISER'], '000:103, 000:138'),
    soft(
      'seriousMentalIllness',
      'IMPLIED_BY_TEAM',
      '000:130',
      'Being under secondary care is evidence enough; nobody looks up a diagnosis.',
    ),
    silent('admissibleEmployment', '000:130'),
    silent('residenceRegion', '000:101', 'The place is the area of the team.'),
    setting('selfReferral', 'SAME_TESTS', '000:126'),
    silent('firstContactWorkingDays', '000:124'),
    silent('caseloadMaximum', '000:124'),
    setting('supportDuration', ['UNTIL_EMPLOYED'], '000:124, 000:109'),
  ],
};

/** Source document 004: the IPS Grow leaflet for clinicians, a template; version 2 fills its placeholders for the demonstration. */
import {
  hard,
  type RuleRow,
  type SpecificationSeed,
  setting,
  silent,
  soft,
  unfilled,
} from '../../src/contracts/specification-rules.js';

const settled: readonly RuleRow[] = [
  hard(
    'wishForWork',
    'INTEREST',
    '004:39, 004:15',
    'Interest is enough and being uncertain counts; only the person’s explicit no excludes.',
  ),
  soft(
    'admissibleTeamKinds',
    ['CMHT', 'OLDER_ADULT_CMHT'],
    '004:31, 004:23',
    'Ideally, not necessarily, with a community mental health team; line 23 names the teams where line 31 speaks of services.',
  ),
  setting(
    'dischargedBeforeAcceptance',
    'DOES_NOT_COUNT',
    '004:31',
    'The ideal is care while the support goes on.',
  ),
  setting(
    'continuationAfterLoss',
    'TEST_AGAIN',
    '004:31',
    'The ideal is care while the support goes on: its end warns.',
  ),
  silent(
    'seriousMentalIllness',
    '004:15',
    'Line 27 describes whom the model helps; line 15 excludes nobody for illness.',
  ),
  soft('careProgrammeApproach', 'INSTEAD_OF_TEAM', '004:31'),
  silent('admissibleEmployment', '004:39'),
  setting('selfReferral', 'CONSENT_FIRST', '004:43, 004:41'),
  setting('firstContactWorkingDays', 5, '004:49', 'Day 0 is the day on which the referral was received.'),
  setting('employerContactWithinDays', 28, '004:59'),
  silent('supportDuration', '004:11, 004:59'),
  setting('caseloadMinimum', 20, '004:47'),
  setting('caseloadMaximum', 30, '004:47'),
];

const leaflet = {
  code: 'IPS-GROW-LEAFLET',
  sourceDocument: '004',
  name: 'Individual Placement and Support: Your employment support service',
  commissioner: null,
  provider: null,
  validFrom: null,
  validTo: null,
  reviewDue: null,
} as const;

/** The template as published: age and region are still placeholders, so it cannot be activated. */
export const ipsGrowLeaflet: SpecificationSeed = {
  ...leaflet,
  version: 1,
  rules: [unfilled('minimumAge', '004:39'), unfilled('residenceRegion', '004:39'), ...settled],
};

/** The template with its placeholders filled for the demonstration world. */
export const ipsGrowLeafletDemonstration: SpecificationSeed = {
  ...leaflet,
  version: 2,
  rules: [
    hard('minimumAge', 18, '004:39', 'The placeholder X, filled for the demonstration.'),
    hard(
      'residenceRegion',
      'the demonstration region',
      '004:39',
      'The placeholder X, filled for the demonstration.',
    ),
    ...settled,
  ],
};

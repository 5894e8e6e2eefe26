/** Source document 003: the sample specification for a vocational service; it names neither commissioner nor period. */
import { hard, type SpecificationSeed, setting, silent } from '../../src/contracts/specification-rules.js';

/** Open to everyone who chooses work or steps towards it; the clinical record never gates. */
export const vocationalSample: SpecificationSeed = {
  code: 'VOCATIONAL-SAMPLE',
  sourceDocument: '003',
  name: 'Sample service specification for Vocational Service',
  commissioner: null,
  provider: null,
  version: 1,
  validFrom: null,
  validTo: null,
  reviewDue: null,
  rules: [
    silent('minimumAge', '003:32'),
    hard(
      'confirmBelowAge',
      18,
      '003:32',
      'No age is named: for somebody under 18 the commissioner is asked, and safeguarding is noted.',
    ),
    hard(
      'wishForWork',
      'INTEREST',
      '003:7, 003:22',
      'Work, or steps towards it, on the person’s word; only their explicit no excludes.',
    ),
    silent(
      'admissibleTeamKinds',
      '003:69',
      'Line 69 lists where referrals may come from, not teams one has to be with.',
    ),
    silent('seriousMentalIllness', '003:32'),
    silent('admissibleEmployment', '003:28', 'People in work are expected as early referrals.'),
    silent('residenceRegion', '003:13'),
    setting('selfReferral', 'SAME_TESTS', '003:69'),
    silent('firstContactWorkingDays', '003:70'),
    setting('supportDuration', ['TIME_UNLIMITED'], '003:26, 003:85'),
    setting('caseloadMaximum', 25, '003:98'),
    setting('permittedWorkCaseload', 10, '003:99'),
    setting('peoplePerYearMinimum', 50, '003:100'),
    setting('peoplePerYearMaximum', 75, '003:100'),
    setting('planTarget', 100, '003:55'),
    setting('paidWorkTarget', 30, '003:161'),
    setting('retentionTarget', 50, '003:162', 'At three and at six months.'),
    setting('activityTarget', 50, '003:170'),
    setting('fidelitySelfAssessmentMonths', 12, '003:125'),
    setting('satisfactionSurveyMonths', 6, '003:139'),
  ],
};

/** How large the lists of the graph are reckoned that take no `first`, and what long texts weigh: the upper end of what the hub holds of each. */
import type { CostModel } from './limits/request-limits.js';

/**
 * Sizes for the limit on cost; every other list without `first` counts as ten. The limit of 50,000 then stands for some 20 MB:
 * a unit for 400 bytes of a text at its longest.
 */
export const COST_TABLE: CostModel = {
  // The longest page of any list when nothing is said.
  defaultPage: 25,
  weights: {
    // 120,000 characters of up to four bytes.
    'NoteDraft.text': 1_200,
    // 30,000 characters of up to four bytes.
    'NoteVersion.text': 300,
    // 256 KiB, unless a site profile says otherwise.
    'ClinicalDocumentText.text': 655,
  },
  sizes: {
    // A question may name 1,000 referrals and usually names a few; its own limit of 1,000 bounds the rest.
    'EligibilityChecked.decisions': 20,
    'EligibilityChecked.notDecided': 20,
    'EligibilityDecision.criteria': 9,
    'EligibilityDecision.overrides': 2,
    'EligibilityCriterion.evidence': 4,
    'EmploymentEpisode.specialists': 3,
    'NoteVersion.deliveries': 2,
    'Note.telephoneCalls': 2,
    'Note.incidents': 1,
    'NoteVersion.labels': 2,
    'ServiceSpecification.versions': 2,
    'SpecificationVersion.rules': 32,
    'ClinicalRecord.demographics': 1,
    'ClinicalRecord.careTeams': 2,
    'ClinicalCareTeam.members': 5,
    'ClinicalRecord.openEpisodes': 2,
    'ClinicalRecord.documents': 10,
    'ClinicalRecord.encounters': 6,
    'ClinicalRecord.appointments': 4,
    'ClinicalRecord.problems': 4,
    'ClinicalProblem.codes': 2,
    'ClinicalRecord.riskFlags': 2,
    'ClinicalRiskFlag.codes': 2,
    'ClinicalRecord.consents': 2,
    'ClinicalRecord.sources': 1,
    'ClinicalSource.withheld': 1,
    'ClinicalRecordSystem.caseloads': 20,
    'IdentitySide.records': 2,
  },
};

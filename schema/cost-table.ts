/** How large the lists of the graph are reckoned that take no `first`: the upper end of what the hub holds of each. */
import type { CostModel } from './limits/request-limits.js';

/** Sizes for the limit on cost; every other list without `first` counts as ten. */
export const COST_TABLE: CostModel = {
  sizes: {
    // A question may name 1,000 referrals; whoever asks so many at once selects less of each.
    'EligibilityChecked.decisions': 250,
    'EligibilityChecked.notDecided': 250,
    'EligibilityDecision.criteria': 9,
    'EligibilityDecision.overrides': 2,
    'EligibilityCriterion.evidence': 4,
    'ServiceSpecification.versions': 2,
    'SpecificationVersion.rules': 32,
    'ClinicalRecordSystem.caseloads': 20,
  },
};

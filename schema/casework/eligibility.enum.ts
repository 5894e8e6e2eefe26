/** Enumerations of eligibility in the graph. */
import { registerEnumType } from 'type-graphql';
import { Verdict as EligibilityVerdict, MayProceed } from '../../src/casework/eligibility/combine.rules.js';
import { Purpose as EligibilityPurpose } from '../../src/casework/eligibility/facts.js';

export { EligibilityPurpose, EligibilityVerdict, MayProceed };

registerEnumType(EligibilityPurpose, {
  name: 'EligibilityPurpose',
  description: 'Why eligibility is asked.',
});

registerEnumType(EligibilityVerdict, { name: 'EligibilityVerdict', description: 'What was decided.' });

registerEnumType(MayProceed, { name: 'MayProceed', description: 'How far the specialist may go meanwhile.' });

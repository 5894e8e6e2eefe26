/** Enumerations of eligibility in the graph. */
import { registerEnumType } from 'type-graphql';
import { Purpose as EligibilityPurpose } from '../../src/casework/eligibility/facts.js';

export { EligibilityPurpose };

registerEnumType(EligibilityPurpose, {
  name: 'EligibilityPurpose',
  description: 'Why eligibility is asked.',
});

/** What was decided; silence is CANNOT_TELL, never NOT_ELIGIBLE. */
export const EligibilityVerdict = {
  ELIGIBLE: 'ELIGIBLE',
  NOT_YET: 'NOT_YET',
  NEEDS_CONFIRMATION: 'NEEDS_CONFIRMATION',
  CANNOT_TELL: 'CANNOT_TELL',
  NOT_ELIGIBLE: 'NOT_ELIGIBLE',
} as const;
export type EligibilityVerdict = (typeof EligibilityVerdict)[keyof typeof EligibilityVerdict];
registerEnumType(EligibilityVerdict, { name: 'EligibilityVerdict', description: 'What was decided.' });

/** How far the specialist may go meanwhile. */
export const MayProceed = { ENGAGE: 'ENGAGE', CONTACT: 'CONTACT', NONE: 'NONE' } as const;
export type MayProceed = (typeof MayProceed)[keyof typeof MayProceed];
registerEnumType(MayProceed, { name: 'MayProceed', description: 'How far the specialist may go meanwhile.' });

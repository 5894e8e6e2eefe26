/** Criterion: the hub knows who the person is. It gates only where a clinical record decides. */
import type { RuleSet } from '../../contracts/specification-rules.js';
import { type CriterionResult, confirm, type Ground, notSpecified, pass } from './criterion.rules.js';
import { type CaseFacts, IdentityFact, type Purpose } from './facts.js';
import { keepsOnLoss } from './team-membership.rules.js';

/** Judges identity. Two living records are for the identity steward where membership can exclude; elsewhere filing stops and the case goes on. */
export function judgeIdentity(rules: RuleSet, facts: CaseFacts, purpose: Purpose): CriterionResult {
  const gates =
    rules.admissibleTeamKinds.value !== null &&
    rules.admissibleTeamKinds.strength === 'HARD' &&
    !keepsOnLoss(rules, purpose);
  const ground: Ground = { key: 'IDENTITY', strength: gates ? 'HARD' : 'NOT_SPECIFIED', clause: null };
  if (facts.identity === IdentityFact.CLEAR) return pass(ground, 'IDENTITY_CLEAR');
  if (facts.identity === IdentityFact.MERGED) return pass(ground, 'IDENTITY_MERGED');
  return gates
    ? confirm(ground, 'IDENTITY_STEWARD', 'IDENTITY_CONFLICT')
    : { ...notSpecified(ground), reason: 'IDENTITY_CONFLICT' };
}

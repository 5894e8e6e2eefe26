/** Criterion: age on acceptance, else on the day asked, in calendar dates of Europe/London; a birthday that has come since counts. */
import type { RuleSet } from '../../contracts/specification-rules.js';
import { ageOn, birthday } from '../../core/calendar.js';
import {
  type CriterionResult,
  confirm,
  groundOf,
  later,
  notSpecified,
  pass,
  statement,
  unknown,
} from './criterion.rules.js';
import type { CaseFacts } from './facts.js';

/** Judges age. Too young is a date, never a no; where the document names no age only a minor is put to the commissioner. */
export function judgeAge(rules: RuleSet, facts: CaseFacts): CriterionResult {
  const { minimumAge, confirmBelowAge } = rules;
  const { dateOfBirth, referral } = facts;
  const on = [referral.acceptedOn ?? facts.asOf, facts.asOf].sort()[1]!;
  if (minimumAge.value !== null) {
    const ground = groundOf('AGE', minimumAge);
    if (dateOfBirth === null) return unknown(ground, 'DATE_OF_BIRTH_NOT_KNOWN');
    const evidence = [statement('RECORD', 'DATE_OF_BIRTH')];
    if (ageOn(dateOfBirth, on) >= minimumAge.value) return pass(ground, 'OLD_ENOUGH', evidence);
    return later(ground, birthday(dateOfBirth, minimumAge.value), 'UNDER_MINIMUM_AGE', evidence);
  }
  if (
    confirmBelowAge.value !== null &&
    dateOfBirth !== null &&
    ageOn(dateOfBirth, on) < confirmBelowAge.value
  ) {
    const ground = groundOf('AGE', confirmBelowAge);
    return confirm(ground, 'COMMISSIONER', 'UNDER_18_AGE_NOT_SPECIFIED', [
      statement('RECORD', 'DATE_OF_BIRTH'),
    ]);
  }
  return notSpecified(groundOf('AGE', minimumAge, confirmBelowAge));
}

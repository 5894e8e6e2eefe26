/** Reading OperationOutcome: what kind of trouble a server reports, never its words. */
import { ISSUE_RULES } from './answers.rules.js';
import { objectsOf, textOf } from './json.js';

const FAILING = new Set(['fatal', 'error']);

/** True when the resource reports a failure, not only a warning or information (FHIR R4 value set IssueSeverity). */
export function isFailure(outcome: unknown): boolean {
  return objectsOf(outcome, 'issue').some((issue) => FAILING.has(textOf(issue, 'severity') ?? ''));
}

/** Issue types of its failing issues, in order, only those of the FHIR value set: free text never passes. */
export function issueTypes(outcome: unknown): readonly string[] {
  return objectsOf(outcome, 'issue')
    .filter((issue) => FAILING.has(textOf(issue, 'severity') ?? ''))
    .map((issue) => textOf(issue, 'code') ?? '')
    .filter((type) => Object.hasOwn(ISSUE_RULES, type));
}

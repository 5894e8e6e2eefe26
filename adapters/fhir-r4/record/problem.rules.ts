/** Condition (FHIR R4, UK Core Condition 2.6.0) as a problem or diagnosis. */
import type { RecordProblem } from '../../../src/clinical/record.port.js';
import { type Json, member } from '../json.js';
import { conceptText } from '../mapping/concept.rules.js';
import type { Unmapped } from '../mapping/unmapped.js';
import { codesOf, conceptAmong, firstWords } from './coded.rules.js';
import { readMoment } from './moment.rules.js';

const TERMINOLOGY = 'http://terminology.hl7.org/CodeSystem/';

/** FHIR R4 code system ConditionClinicalStatusCodes. */
const CLINICAL: readonly string[] = ['active', 'recurrence', 'relapse', 'inactive', 'remission', 'resolved'];

/** FHIR R4 code system ConditionVerificationStatus. */
const VERIFICATION: readonly string[] = [
  'unconfirmed',
  'provisional',
  'differential',
  'confirmed',
  'refuted',
  'entered-in-error',
];

/** Forms of Condition.onset[x] other than a date: told in ages and words, which are no date, so they are counted and never turned into one. */
const UNDATED = ['onsetAge', 'onsetRange', 'onsetString'];

/** Condition.onsetDateTime, else the start of Condition.onsetPeriod. */
function onset(condition: Json, unmapped: Unmapped) {
  const dated = member(condition, 'onsetDateTime');
  if (dated !== undefined) return readMoment(dated, 'Condition.onsetDateTime', unmapped);
  for (const form of UNDATED) if (member(condition, form) !== undefined) unmapped(`Condition.${form}`);
  return readMoment(
    member(member(condition, 'onsetPeriod'), 'start'),
    'Condition.onsetPeriod.start',
    unmapped,
  );
}

/** Condition.code, clinicalStatus, verificationStatus, category, onset[x] and recordedDate. Never throws. */
export function mapProblem(condition: Json, unmapped: Unmapped): RecordProblem {
  const code = member(condition, 'code');
  const status = (element: string, system: string, among: readonly string[]) => {
    const path = `Condition.${element}`;
    return conceptAmong(member(condition, element), `${TERMINOLOGY}${system}`, among, path, unmapped);
  };
  const problem = conceptText(code);
  if (problem === null) unmapped('Condition.code');
  return {
    problem,
    codes: codesOf(code, 'Condition.code', unmapped),
    clinicalStatus: status('clinicalStatus', 'condition-clinical', CLINICAL),
    verificationStatus: status('verificationStatus', 'condition-ver-status', VERIFICATION),
    category: firstWords(condition, 'category'),
    onset: onset(condition, unmapped),
    recorded: readMoment(member(condition, 'recordedDate'), 'Condition.recordedDate', unmapped),
  };
}

/** Entered in error: never shown, while what was ruled out is, as `refuted`. */
export function isInError({ verificationStatus }: RecordProblem): boolean {
  return verificationStatus === 'entered-in-error';
}

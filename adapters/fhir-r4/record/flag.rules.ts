/** Flag (FHIR R4, UK Core Flag 1.2.0) as a warning on a patient's record. */
import type { RecordFlag } from '../../../src/clinical/record.port.js';
import { type Json, member } from '../json.js';
import { conceptText } from '../mapping/concept.rules.js';
import type { Unmapped } from '../mapping/unmapped.js';
import { codeAmong, codesOf, firstWords } from './coded.rules.js';
import { readPeriod } from './moment.rules.js';

/** FHIR R4 value set FlagStatus. */
const STATUSES: readonly string[] = ['active', 'inactive', 'entered-in-error'];

/** Flag.status, code, category and period. Never throws. */
export function mapFlag(flag: Json, unmapped: Unmapped): RecordFlag {
  const code = member(flag, 'code');
  const words = conceptText(code);
  if (words === null) unmapped('Flag.code');
  return {
    flag: words,
    codes: codesOf(code, 'Flag.code', unmapped),
    category: firstWords(flag, 'category'),
    status: codeAmong(flag, 'status', STATUSES, 'Flag.status', unmapped),
    ...readPeriod(member(flag, 'period'), 'Flag.period', unmapped),
  };
}

/** In force: active, or of a status that is not understood, as a warning is rather shown than lost. */
export function isInForce({ status }: RecordFlag): boolean {
  return status === 'active' || status === null;
}

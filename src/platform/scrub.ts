/** Takes personal identifiers out of a text, as the last line before it leaves the process. */
import { parseNhsNumber } from '../core/nhs-number.js';

/** A uuid, which is kept whole, or ten digits as an NHS number is written. */
const UUID_OR_TEN_DIGITS =
  /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?<!\d)\d{3}[ -]?\d{3}[ -]?\d{4}(?!\d)/gi;
/** A segment of HL7 v2 up to the end of the line or of the JSON string that holds it (HL7 v2.5.1, 2.5: three characters and a separator). */
const SEGMENT = /\b([A-Z][A-Z0-9]{2})\|(?:[^"\\\r\n]|\\(?![rn]).)*/g;

/** The text with valid NHS numbers and HL7 v2 segments replaced. Ten digits that fail the check digit stay: they are no NHS number. */
export function scrubText(text: string): string {
  return text
    .replace(SEGMENT, '$1|[segment]')
    .replace(UUID_OR_TEN_DIGITS, (found) =>
      found.length < 36 && parseNhsNumber(found) ? '[nhs-number]' : found,
    );
}

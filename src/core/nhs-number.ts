/** NHS number: ten digits with a modulus 11 check digit (NHS Data Dictionary, NHS NUMBER). */

/** Verification status of an NHS number (UK Core NHSNumberVerificationStatusEngland). Only `01` may match by itself. */
export const NhsNumberStatus = {
  VERIFIED: '01',
  PRESENT_NOT_TRACED: '02',
  TRACE_REQUIRED: '03',
  TRACE_NO_OR_MULTIPLE_MATCH: '04',
  TRACE_NEEDS_RESOLVING: '05',
  TRACE_IN_PROGRESS: '06',
  NOT_PRESENT_NO_TRACE_REQUIRED: '07',
  TRACE_POSTPONED: '08',
} as const;
export type NhsNumberStatus = (typeof NhsNumberStatus)[keyof typeof NhsNumberStatus];

/** The ten digits without separators (spaces and hyphens as printed are dropped), or null when it is not a valid NHS number. */
export function parseNhsNumber(text: string): string | null {
  const digits = text.trim().replace(/^(\d{3})[ -]?(\d{3})[ -]?(\d{4})$/, '$1$2$3');
  if (!/^\d{10}$/.test(digits) || /^(\d)\1{9}$/.test(digits)) return null;
  let sum = 0;
  for (let i = 0; i < 9; i++) sum += Number(digits[i]) * (10 - i);
  const check = (11 - (sum % 11)) % 11;
  return check !== 10 && check === Number(digits[9]) ? digits : null;
}

/** What a referral takes from its service specification when it is recorded. */
import type { LocalDate } from '../../core/calendar.js';
import { HubError } from '../../core/errors.js';
import type { Transaction } from '../../platform/database/database.js';

/** What the version in force on the day says. */
export interface ReferralTerms {
  /** uuid. */
  readonly specificationId: string;
  /** Working days to first contact (004:49); null where the version in force names none, or none is in force. */
  readonly firstContactWorkingDays: number | null;
}

/** The terms of the specification with that code on a day. Throws `HUB_NOT_FOUND` for an unknown code. */
export async function referralTermsOf(tx: Transaction, code: string, on: LocalDate): Promise<ReferralTerms> {
  const [row] = await tx.query<{ id: string; days: number | null }>(
    `select s.id, (
       select (r.value #>> '{}')::integer from specification_versions v
       left join specification_rules r on r.version_id = v.id and r.key = 'firstContactWorkingDays'
       where v.specification_id = s.id and v.activated_at is not null
         and (v.valid_from is null or v.valid_from <= $2) and (v.valid_to is null or v.valid_to > $2)
       order by v.version desc limit 1) as days
     from service_specifications s where s.code = $1`,
    [code, on],
  );
  if (!row) throw new HubError('HUB_NOT_FOUND', { details: { field: 'specificationCode' } });
  return { specificationId: row.id, firstContactWorkingDays: row.days };
}

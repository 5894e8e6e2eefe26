/** Who persons are, as a decision needs it: the survivor, whether that is in dispute, and what the records say of them. */
import type { LocalDate } from '../core/calendar.js';
import type { Transaction } from '../platform/database/database.js';
import type { IdentityState } from './identity.rules.js';

/** The identity behind a person id, taken from the person that survives. */
export interface IdentityEvidence {
  /** The id asked about. */
  readonly personId: string;
  /** The person that survives; the same id when nothing was merged. */
  readonly survivorId: string;
  readonly identityState: IdentityState;
  /** True when the person was merged into another, or another into them. */
  readonly merged: boolean;
  readonly dateOfBirth: LocalDate | null;
  readonly deceasedOn: LocalDate | null;
  /** True when a record of the person is marked restricted at its source. */
  readonly restricted: boolean;
}

/** Reads the identities of up to some thousands of persons in one statement, in no particular order; unknown ids are left out. */
export async function readIdentities(
  tx: Transaction,
  personIds: readonly string[],
): Promise<IdentityEvidence[]> {
  return tx.query<IdentityEvidence>(
    `with recursive chain as (
       select id as asked_id, id, merged_into_id from persons where id = any($1::uuid[])
       union
       select c.asked_id, p.id, p.merged_into_id from chain c join persons p on p.id = c.merged_into_id
     )
     select c.asked_id as "personId", s.id as "survivorId", s.identity_state as "identityState",
            c.asked_id <> s.id or exists (select from persons f where f.merged_into_id = s.id) as merged,
            s.date_of_birth::text as "dateOfBirth", s.deceased_on::text as "deceasedOn", s.restricted
     from chain c join persons s on s.id = c.id
     where c.merged_into_id is null`,
    [personIds],
  );
}

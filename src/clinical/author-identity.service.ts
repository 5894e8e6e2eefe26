/** Keeps and answers who an author is in a record system: nobody signs there under another's name, or under none. */
import type { LocalDate } from '../core/calendar.js';
import { inputError } from '../core/errors.js';
import { newId } from '../core/ids.js';
import type { Transaction } from '../platform/database/database.js';

/** The record system whose authors are kept. */
export interface AuthorSystem {
  /** uuid. */
  readonly systemId: string;
  /** uuid. */
  readonly organisationId: string;
  /** Code of the site, to say in which profile a fault is. */
  readonly code?: string;
}

/** An author as the site profile names them. Dates are the first day on which it holds and the first on which it no longer does. */
export interface AuthorToKeep {
  /** `sub` of their tokens; somebody of the organisation's directory. */
  readonly subject: string;
  /** Their own identifier in the record system: `Practitioner/id` or `PractitionerRole/id`. */
  readonly reference: string;
  readonly employer: string;
  /** What they are there, as it stands beside what they sign. */
  readonly role: string;
  readonly validFrom: LocalDate;
  readonly validTo?: LocalDate | null | undefined;
}

/** An author as the record system knows them on a day. */
export interface AuthorIdentity {
  readonly reference: string;
  readonly employer: string;
  readonly roleTitle: string;
}

const AUTHOR = `
insert into author_identities (id, organisation_id, staff_id, system_id, reference, employer, role_title, valid_from, valid_to)
select $1, $2, s.id, $3, $5, $6, $7, $8, $9 from staff s where s.organisation_id = $2 and s.subject = $4
on conflict (staff_id, system_id, valid_from) do update set reference = excluded.reference, employer = excluded.employer,
  role_title = excluded.role_title, valid_to = excluded.valid_to
returning id`;

/** What the profile no longer names ends today; what would have begun later never begins. */
const END_OTHERS = `
update author_identities set valid_to = greatest(valid_from, (now() at time zone 'Europe/London')::date)
where system_id = $1 and id <> all ($2::uuid[])
  and (valid_to is null or valid_to > greatest(valid_from, (now() at time zone 'Europe/London')::date))`;

/**
 * Keeps the authors of a record system; keeping them again changes what differs, and who is no longer among them can sign
 * from today no more. Throws `HUB_INPUT_INVALID` for a subject that the organisation's directory does not have; the place in
 * the profile is named, the subject is not. Role `write` in the scope of the organisation.
 */
export async function keepAuthors(
  tx: Transaction,
  system: AuthorSystem,
  authors: readonly AuthorToKeep[],
): Promise<void> {
  const kept: string[] = [];
  for (const [index, author] of authors.entries()) {
    const [row] = await tx.query<{ id: string }>(AUTHOR, [
      newId(),
      system.organisationId,
      system.systemId,
      author.subject,
      author.reference,
      author.employer,
      author.role,
      author.validFrom,
      author.validTo ?? null,
    ]);
    if (!row) {
      throw inputError(
        `sites${system.code ? `.${system.code}` : ''}.authors[${index}].subject`,
        'is nobody in the directory of the organisation',
        'the subject of somebody there; load the directory first',
      );
    }
    kept.push(row.id);
  }
  await tx.query(END_OTHERS, [system.systemId, kept]);
}

/**
 * Who a member of staff is in a record system on a day; null when the system does not know them then. Of two that hold the
 * later counts. Any role that reads in the organisation's scope.
 */
export async function authorIdentity(
  tx: Transaction,
  staffId: string,
  systemId: string,
  on: LocalDate,
): Promise<AuthorIdentity | null> {
  const [row] = await tx.query<AuthorIdentity>(
    `select reference, employer, role_title as "roleTitle" from author_identities
     where staff_id = $1 and system_id = $2 and valid_from <= $3 and (valid_to is null or valid_to > $3)
     order by valid_from desc limit 1`,
    [staffId, systemId, on],
  );
  return row ?? null;
}

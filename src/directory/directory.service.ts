/** Loads a directory: organisations, teams, staff with roles and assignments, reporting agreements. Loading it again changes only what differs. */
import type { LocalDate } from '../core/calendar.js';
import type { Role } from '../core/caller.js';
import { inputError } from '../core/errors.js';
import { newId } from '../core/ids.js';
import type { Transaction } from '../platform/database/database.js';

/** A directory as data. Codes tie the parts together; validity dates are half-open and null means unbounded. */
export interface DirectoryData {
  readonly organisations: readonly {
    readonly odsCode: string;
    readonly name: string;
    readonly kind: string;
  }[];
  readonly teams: readonly {
    readonly organisation: string;
    readonly code: string;
    readonly name: string;
    readonly kind: string;
    readonly mhsdsTeamType?: string | null;
    readonly area?: string | null;
    readonly dutyContact?: string | null;
    readonly validFrom?: LocalDate | null;
    readonly validTo?: LocalDate | null;
  }[];
  readonly staff: readonly {
    readonly organisation: string;
    /** `sub` of the tokens of this person or machine. */
    readonly subject: string;
    readonly displayName: string;
    readonly roles: readonly Role[];
    /** Codes of teams of the same organisation. */
    readonly teams: readonly string[];
    /** False withdraws all access; left out: as it is, and true for somebody new. */
    readonly active?: boolean | undefined;
  }[];
  readonly agreements: readonly {
    readonly recipient: string;
    readonly covered: string;
    readonly reference: string;
    readonly validFrom: LocalDate;
  }[];
}

const ORGANISATION = `
insert into organisations (id, ods_code, name, kind) values ($1, $2, $3, $4)
on conflict (ods_code) do update set name = excluded.name, kind = excluded.kind returning id`;

const TEAM = `
insert into teams (id, organisation_id, code, name, kind, mhsds_team_type, area, duty_contact, valid_from, valid_to)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
on conflict (organisation_id, code) do update set name = excluded.name, kind = excluded.kind, mhsds_team_type = excluded.mhsds_team_type,
  area = excluded.area, duty_contact = excluded.duty_contact, valid_from = excluded.valid_from, valid_to = excluded.valid_to returning id`;

const STAFF = `
insert into staff as s (id, organisation_id, subject, display_name, active) values ($1, $2, $3, $4, coalesce($5, true))
on conflict (organisation_id, subject) do update set display_name = excluded.display_name, active = coalesce($5, s.active) returning id`;

const ROLE = `
insert into staff_roles (id, staff_id, role, valid_from)
select $1, $2, $3, $4 where not exists (
  select from staff_roles where staff_id = $2 and role = $3 and valid_from <= $4 and (valid_to is null or valid_to > $4))
on conflict (staff_id, role, valid_from) do update set valid_to = null`;

const ASSIGNMENT = `
insert into staff_teams (id, staff_id, team_id, valid_from)
select $1, $2, $3, $4 where not exists (
  select from staff_teams where staff_id = $2 and team_id = $3 and valid_from <= $4 and (valid_to is null or valid_to > $4))
on conflict (staff_id, team_id, valid_from) do update set valid_to = null`;

/** What a person no longer holds according to the file ends on the day from which the file is valid. */
const END_ROLES = `
update staff_roles set valid_to = greatest($3::date, valid_from)
where staff_id = $1 and role <> all ($2::text[]) and (valid_to is null or valid_to > $3::date)`;

const END_ASSIGNMENTS = `
update staff_teams set valid_to = greatest($3::date, valid_from)
where staff_id = $1 and team_id <> all ($2::uuid[]) and (valid_to is null or valid_to > $3::date)`;

const AGREEMENT = `
insert into reporting_agreements (id, recipient_organisation_id, covered_organisation_id, reference, valid_from) values ($1, $2, $3, $4, $5)
on conflict (recipient_organisation_id, covered_organisation_id, valid_from) do update set reference = excluded.reference`;

async function idFrom(tx: Transaction, text: string, values: readonly unknown[]): Promise<string> {
  const [row] = await tx.query<{ id: string }>(text, [newId(), ...values]);
  return (row as { id: string }).id;
}

function known(ids: ReadonlyMap<string, string>, field: string, code: string): string {
  const id = ids.get(code);
  if (!id) throw inputError(field, `${code} is not in the directory given`, [...ids.keys()].join(', '));
  return id;
}

/** What a loading left there. */
export interface LoadedDirectory {
  /** Organisation id by ODS code. */
  readonly organisations: ReadonlyMap<string, string>;
  /** Team id by `<ODS code>/<team code>`. */
  readonly teams: ReadonlyMap<string, string>;
}

/**
 * Writes a directory; roles and assignments hold from `validFrom`, and those of a person named that the data no longer give
 * end on that day. Somebody not named keeps what they have.
 * Throws `HUB_INPUT_INVALID` for a code that is not given. Role `write`.
 */
export async function loadDirectory(
  tx: Transaction,
  data: DirectoryData,
  validFrom: LocalDate,
): Promise<LoadedDirectory> {
  const organisations = new Map<string, string>();
  const teams = new Map<string, string>();
  for (const { odsCode, name, kind } of data.organisations) {
    organisations.set(odsCode, await idFrom(tx, ORGANISATION, [odsCode, name, kind]));
  }
  for (const team of data.teams) {
    const {
      organisation,
      code,
      name,
      kind,
      mhsdsTeamType,
      area,
      dutyContact,
      validFrom: from,
      validTo,
    } = team;
    const values = [known(organisations, 'teams.organisation', organisation), code, name, kind];
    teams.set(
      `${organisation}/${code}`,
      await idFrom(tx, TEAM, [
        ...values,
        mhsdsTeamType ?? null,
        area ?? null,
        dutyContact ?? null,
        from ?? null,
        validTo ?? null,
      ]),
    );
  }
  for (const person of data.staff) {
    const staffId = await idFrom(tx, STAFF, [
      known(organisations, 'staff.organisation', person.organisation),
      person.subject,
      person.displayName,
      person.active ?? null,
    ]);
    const teamIds = person.teams.map((code) => known(teams, 'staff.teams', `${person.organisation}/${code}`));
    await tx.query(END_ROLES, [staffId, person.roles, validFrom]);
    await tx.query(END_ASSIGNMENTS, [staffId, teamIds, validFrom]);
    for (const role of person.roles) await tx.query(ROLE, [newId(), staffId, role, validFrom]);
    for (const teamId of teamIds) await tx.query(ASSIGNMENT, [newId(), staffId, teamId, validFrom]);
  }
  for (const { recipient, covered, reference, validFrom: from } of data.agreements) {
    const parties = [
      known(organisations, 'agreements.recipient', recipient),
      known(organisations, 'agreements.covered', covered),
    ];
    await tx.query(AGREEMENT, [newId(), ...parties, reference, from]);
  }
  return { organisations, teams };
}

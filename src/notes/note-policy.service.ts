/** Keeps the policies of notes, and answers which one applies. */
import { DocumentKind } from '../clinical/documents.port.js';
import { isLocalDate, type LocalDate } from '../core/calendar.js';
import { inputError } from '../core/errors.js';
import { newId } from '../core/ids.js';
import type { Transaction } from '../platform/database/database.js';
import {
  CountersignRole,
  choosePolicy,
  type NotePolicy,
  type NotePolicyRow,
  type PolicyQuestion,
} from './note-policy.rules.js';

/** A policy as a site profile or an organisation's settings give it. Dates are half-open. */
export interface NotePolicyToKeep {
  /** Code of a service specification; left out: every one. */
  readonly specification?: string | null | undefined;
  readonly validFrom: LocalDate;
  readonly validTo?: LocalDate | null | undefined;
  /** The clause or agreement that it rests on; never empty. */
  readonly clause: string;
  readonly lateAfterHours: number;
  readonly latestBackDays: number;
  readonly countersignRole?: CountersignRole | null | undefined;
  readonly countersignKinds?: readonly DocumentKind[] | undefined;
  readonly chaseAfterWorkingDays: number;
  readonly urgentWithinMinutes: number;
  /** `sub` of somebody in the organisation's directory; left out: a manager of the team. */
  readonly urgentEscalateTo?: string | null | undefined;
}

const KEEP = `
insert into note_policies (id, organisation_id, specification_id, system_id, valid_from, valid_to, clause, late_after_hours,
  latest_back_days, countersign_role, countersign_kinds, chase_after_working_days, urgent_within_minutes, urgent_escalate_to)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::text[], $12, $13, $14)
on conflict (organisation_id, specification_id, system_id, valid_from) do update set valid_to = excluded.valid_to,
  clause = excluded.clause, late_after_hours = excluded.late_after_hours, latest_back_days = excluded.latest_back_days,
  countersign_role = excluded.countersign_role, countersign_kinds = excluded.countersign_kinds,
  chase_after_working_days = excluded.chase_after_working_days, urgent_within_minutes = excluded.urgent_within_minutes,
  urgent_escalate_to = excluded.urgent_escalate_to
returning id`;

/** What is no longer given ends today; what would have begun later never begins. */
const END_OTHERS = `
update note_policies set valid_to = greatest(valid_from, (now() at time zone 'Europe/London')::date)
where organisation_id = $1 and system_id is not distinct from $2 and id <> all ($3::uuid[])
  and (valid_to is null or valid_to > greatest(valid_from, (now() at time zone 'Europe/London')::date))`;

const NUMBERS = [
  'lateAfterHours',
  'latestBackDays',
  'chaseAfterWorkingDays',
  'urgentWithinMinutes',
] as const satisfies readonly (keyof NotePolicyToKeep)[];

function mustBeUsable(place: string, policy: NotePolicyToKeep): void {
  for (const name of NUMBERS) {
    if (!Number.isInteger(policy[name]) || policy[name] < 0 || policy[name] > 100_000)
      throw inputError(`${place}.${name}`, 'not a usable number', 'a whole number from 0');
  }
  for (const name of ['validFrom', 'validTo'] as const) {
    const date = policy[name] ?? null;
    if (date !== null && !isLocalDate(date))
      throw inputError(`${place}.${name}`, 'not a calendar date', 'YYYY-MM-DD');
  }
  if (policy.clause.trim() === '') throw inputError(`${place}.clause`, 'empty', 'the clause it rests on');
  const roles: readonly string[] = Object.values(CountersignRole);
  const role = policy.countersignRole ?? null;
  if (role !== null && !roles.includes(role))
    throw inputError(`${place}.countersignRole`, 'not one of the values', roles.join(', '));
  const kinds: readonly string[] = Object.values(DocumentKind);
  if (policy.countersignKinds?.some((kind) => !kinds.includes(kind)))
    throw inputError(`${place}.countersignKinds`, 'not one of the values', kinds.join(', '));
}

async function idNamed(
  tx: Transaction,
  place: string,
  statement: string,
  values: readonly unknown[],
): Promise<string> {
  const [row] = await tx.query<{ id: string }>(statement, values);
  if (!row) throw inputError(place, 'not known', 'one that is in the database; load it first');
  return row.id;
}

/**
 * Keeps the policies of an organisation for one destination, or for every destination where `systemId` is null. Keeping them
 * again changes what differs, and those no longer given end today. Role `write` within the organisation.
 * Throws `HUB_INPUT_INVALID` naming the place in the list.
 */
export async function keepNotePolicies(
  tx: Transaction,
  organisationId: string,
  systemId: string | null,
  policies: readonly NotePolicyToKeep[],
): Promise<void> {
  const kept: string[] = [];
  for (const [index, policy] of policies.entries()) {
    const place = `notePolicies[${index}]`;
    mustBeUsable(place, policy);
    const specificationId = policy.specification
      ? await idNamed(tx, `${place}.specification`, 'select id from service_specifications where code = $1', [
          policy.specification,
        ])
      : null;
    const escalateTo = policy.urgentEscalateTo
      ? await idNamed(
          tx,
          `${place}.urgentEscalateTo`,
          'select id from staff where organisation_id = $1 and subject = $2',
          [organisationId, policy.urgentEscalateTo],
        )
      : null;
    const [row] = await tx.query<{ id: string }>(KEEP, [
      newId(),
      organisationId,
      specificationId,
      systemId,
      policy.validFrom,
      policy.validTo ?? null,
      policy.clause.trim(),
      policy.lateAfterHours,
      policy.latestBackDays,
      policy.countersignRole ?? null,
      policy.countersignKinds ?? [],
      policy.chaseAfterWorkingDays,
      policy.urgentWithinMinutes,
      escalateTo,
    ]);
    kept.push(row!.id);
  }
  await tx.query(END_OTHERS, [organisationId, systemId, kept]);
}

/** The policies of an organisation that are in force on a day; as many as it keeps. */
export async function policiesOn(
  tx: Transaction,
  organisationId: string,
  on: LocalDate,
): Promise<NotePolicyRow[]> {
  return tx.query<NotePolicyRow>(
    `select id, specification_id as "specificationId", system_id as "systemId", valid_from::text as "validFrom", valid_to::text as "validTo",
       clause, late_after_hours as "lateAfterHours", latest_back_days as "latestBackDays", countersign_role as "countersignRole",
       countersign_kinds as "countersignKinds", chase_after_working_days as "chaseAfterWorkingDays",
       urgent_within_minutes as "urgentWithinMinutes", urgent_escalate_to as "urgentEscalateTo"
     from note_policies where organisation_id = $1 and valid_from <= $2 and (valid_to is null or valid_to > $2)`,
    [organisationId, on],
  );
}

/** The policy that applies to a note of an organisation. */
export async function policyFor(
  tx: Transaction,
  organisationId: string,
  question: PolicyQuestion,
): Promise<NotePolicy> {
  return choosePolicy(await policiesOn(tx, organisationId, question.on), question);
}

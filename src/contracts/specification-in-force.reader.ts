/** Reads the rules of service specifications in force on a date. */
import type { LocalDate } from '../core/calendar.js';
import { HubError } from '../core/errors.js';
import type { Transaction } from '../platform/database/database.js';
import { type VersionPeriod, type VersionRefusal, versionInForce } from './specification-in-force.rules.js';
import { type RuleRow, ruleSet, type SpecificationRules } from './specification-rules.js';

/** The rules of a version, and the rows they came from. */
export interface SpecificationInForce extends SpecificationRules {
  /** Id of the specification; uuid. */
  readonly specificationId: string;
  /** Id of the version; uuid; stored with every decision. */
  readonly versionId: string;
}

/** What is known of one specification on a date: its rules, or why nothing can be decided under it. */
export type SpecificationAnswer =
  | { readonly inForce: SpecificationInForce }
  | { readonly refusal: VersionRefusal };

interface VersionRow extends VersionPeriod {
  readonly specificationId: string;
  readonly versionId: string;
  readonly code: string;
  readonly rules: readonly RuleRow[];
}

const VERSIONS = `
  select s.id as "specificationId", s.code, v.id as "versionId", v.version,
    v.valid_from::text as "validFrom", v.valid_to::text as "validTo", v.activated_at is not null as activated,
    coalesce(bool_or(r.unfilled), false) as "hasUnfilled",
    coalesce(json_agg(json_build_object('key', r.key, 'value', r.value, 'strength', r.strength, 'clause', r.clause,
      'reading', r.reading, 'unfilled', r.unfilled)) filter (where r.id is not null), '[]') as rules
  from service_specifications s
  join specification_versions v on v.specification_id = s.id
  left join specification_rules r on r.version_id = v.id
  where s.id = any ($1::uuid[])
  group by s.id, v.id`;

function rulesOf(row: VersionRow): SpecificationInForce {
  try {
    const { specificationId, versionId, code, version } = row;
    return { specificationId, versionId, code, version, rules: ruleSet(row.rules) };
  } catch (cause) {
    throw new HubError('HUB_INTERNAL', {
      message: 'A stored rule is not of its type.',
      details: { code: row.code, version: row.version },
      cause,
    });
  }
}

/**
 * For each id the rules in force on `date`, or the refusal; one statement however many ids. An id that is not there has
 * no entry. Throws `HUB_INTERNAL` when a stored rule is not of its type.
 */
export async function specificationsInForce(
  tx: Transaction,
  specificationIds: readonly string[],
  date: LocalDate,
): Promise<ReadonlyMap<string, SpecificationAnswer>> {
  const rows = await tx.query<VersionRow>(VERSIONS, [[...new Set(specificationIds)]]);
  const answers = new Map<string, SpecificationAnswer>();
  for (const id of new Set(rows.map((row) => row.specificationId))) {
    const choice = versionInForce(
      rows.filter((row) => row.specificationId === id),
      date,
    );
    answers.set(id, 'version' in choice ? { inForce: rulesOf(choice.version) } : choice);
  }
  return answers;
}

/** The rules of one specification on `date`. Throws `HUB_NOT_FOUND`, `HUB_ELIGIBILITY_NOT_IN_FORCE` or `HUB_ELIGIBILITY_NOT_ACTIVATED`. */
export async function versionFor(
  tx: Transaction,
  specificationId: string,
  date: LocalDate,
): Promise<SpecificationInForce> {
  const answer = (await specificationsInForce(tx, [specificationId], date)).get(specificationId);
  if (!answer) throw new HubError('HUB_NOT_FOUND');
  if ('refusal' in answer) throw new HubError(answer.refusal, { details: { date } });
  return answer.inForce;
}

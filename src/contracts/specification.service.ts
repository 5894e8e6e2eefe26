/** Writes service specifications and their rules into the database, version by version, and never changes one that is active. */
import { isDeepStrictEqual } from 'node:util';
import { HubError } from '../core/errors.js';
import { newId } from '../core/ids.js';
import type { Transaction } from '../platform/database/database.js';
import { type RuleRow, ruleSet, type SpecificationSeed } from './specification-rules.js';

/** How many rows a seeding wrote; all zero when everything was there already. */
export interface SeedingResult {
  specifications: number;
  versions: number;
  rules: number;
}

const SPECIFICATION = `
  insert into service_specifications (id, code, source_document, name, commissioner, provider)
  values ($1, $2, $3, $4, $5, $6) on conflict (code) do nothing returning id`;

const VERSION = `
  insert into specification_versions (id, specification_id, version, valid_from, valid_to, review_due, activated_at)
  values ($1, $2, $3, $4, $5, $6, case when $7::boolean then clock_timestamp() end)
  on conflict (specification_id, version) do nothing returning id`;

const RULE = `
  insert into specification_rules (id, version_id, key, value, strength, clause, reading, unfilled)
  values ($1, $2, $3, $4::jsonb, $5, $6, $7, $8)
  on conflict (version_id, key) do update
  set value = excluded.value, strength = excluded.strength, clause = excluded.clause, reading = excluded.reading, unfilled = excluded.unfilled`;

async function idOf(
  tx: Transaction,
  insert: string,
  values: readonly unknown[],
  find: string,
  by: readonly unknown[],
): Promise<[string, boolean]> {
  const [made] = await tx.query<{ id: string }>(insert, values);
  if (made) return [made.id, true];
  const [found] = await tx.query<{ id: string }>(find, by);
  if (!found) throw new HubError('HUB_INTERNAL', { message: 'A specification was neither made nor found.' });
  return [found.id, false];
}

/** Rows of the seed that the version does not hold in the same words, and keys it holds that the seed has not. */
async function compareRules(
  tx: Transaction,
  versionId: string,
  rules: readonly RuleRow[],
): Promise<{ readonly changed: readonly RuleRow[]; readonly dropped: readonly string[] }> {
  const held = await tx.query<{ row: RuleRow }>(
    `select json_build_object('key', key, 'value', value, 'strength', strength, 'clause', clause, 'reading', reading, 'unfilled', unfilled) as row
     from specification_rules where version_id = $1`,
    [versionId],
  );
  const byKey = new Map(held.map(({ row }) => [row.key, row]));
  const given = new Set(rules.map(({ key }) => key));
  return {
    changed: rules.filter((rule) => !isDeepStrictEqual({ ...rule }, byKey.get(rule.key))),
    dropped: [...byKey.keys()].filter((key) => !given.has(key)),
  };
}

async function seedOne(tx: Transaction, seed: SpecificationSeed, done: SeedingResult): Promise<void> {
  ruleSet(seed.rules);
  const complete = seed.rules.every((rule) => !rule.unfilled);
  const [specificationId, newSpecification] = await idOf(
    tx,
    SPECIFICATION,
    [newId(), seed.code, seed.sourceDocument, seed.name, seed.commissioner, seed.provider],
    'select id from service_specifications where code = $1',
    [seed.code],
  );
  const [versionId, newVersion] = await idOf(
    tx,
    VERSION,
    [newId(), specificationId, seed.version, seed.validFrom, seed.validTo, seed.reviewDue, complete],
    'select id from specification_versions where specification_id = $1 and version = $2',
    [specificationId, seed.version],
  );
  const { changed, dropped } = await compareRules(tx, versionId, seed.rules);
  const keys = [...changed.map((rule) => rule.key), ...dropped];
  if (!newVersion && (complete ? keys : dropped).length > 0) {
    const message = 'The rules of this version differ from the ones given; make a new version.';
    throw new HubError('HUB_STATE_CONFLICT', {
      message,
      details: { code: seed.code, version: seed.version, keys },
    });
  }
  for (const { key, value, strength, clause, reading, unfilled } of changed) {
    const json = value === null ? null : JSON.stringify(value);
    await tx.query(RULE, [newId(), versionId, key, json, strength, clause, reading, unfilled]);
  }
  done.specifications += Number(newSpecification);
  done.versions += Number(newVersion);
  done.rules += changed.length;
}

/**
 * Makes every specification and version that is not there, with its rules; a version without placeholders is activated
 * at once. Doing it again changes nothing. Throws `HUB_STATE_CONFLICT` when an active version is there with other rules, or
 * any version with a rule more, and `HUB_INPUT_INVALID` when a rule is not of the vocabulary. Needs the `write` role.
 */
export async function seedSpecifications(
  tx: Transaction,
  seeds: readonly SpecificationSeed[],
): Promise<SeedingResult> {
  const done: SeedingResult = { specifications: 0, versions: 0, rules: 0 };
  for (const seed of seeds) await seedOne(tx, seed, done);
  return done;
}

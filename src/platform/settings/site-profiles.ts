/** Site profiles: which clinical record systems there are, how to speak to each, and which team each of their references means. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { type Environment, type SettingFault, settingsError } from './settings.js';
import { documentFaults, documentSections, profileDate } from './site-documents.js';

const hours = z.int().min(1).max(8784);

const teamSchema = z.strictObject({
  reference: z.string().min(1),
  team: z.string().min(1).nullable(),
  label: z.string().min(1).optional(),
  validFrom: profileDate.optional(),
  validTo: profileDate.optional(),
});

const otherSchema = z.strictObject({
  adapter: z.string().min(1),
  capabilities: z.array(z.string().min(1)).min(1),
  settings: z.record(z.string(), z.unknown()),
});

const siteSchema = z.strictObject({
  code: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'accepted: lower-case letters, digits and hyphens'),
  name: z.string().min(1),
  organisation: z.string().regex(/^[A-Z0-9]{3,10}$/, 'accepted: an ODS code in capitals'),
  adapter: z.string().min(1),
  presenceBudgetHours: hours.optional(),
  absenceBudgetHours: hours.optional(),
  settings: z.record(z.string(), z.unknown()),
  others: z.array(otherSchema).min(1).optional(),
  teams: z.array(teamSchema),
  ...documentSections,
});

/** What a reference of a record system stands for. Dates are the first day that the mapping holds and the first that it no longer does. */
export type SiteTeam = z.infer<typeof teamSchema>;

/** One clinical record system. Budgets left out have the database's defaults (168 and 26 hours). */
export type SiteProfile = z.infer<typeof siteSchema> & {
  /** `settings` with every secret still as the place it comes from; the only form that may be shown. */
  readonly shownSettings: Readonly<Record<string, unknown>>;
};

const MISSING = Symbol('missing');

function isPlace(value: object): value is { env: string } | { file: string } {
  const keys = Object.keys(value);
  const place = value as Record<string, unknown>;
  return keys.length === 1 && (keys[0] === 'env' || keys[0] === 'file') && typeof place[keys[0]] === 'string';
}

function readPlace(place: { env: string } | { file: string }, env: Environment): string | typeof MISSING {
  if ('env' in place) return env[place.env]?.trim() || MISSING;
  try {
    return readFileSync(place.file, 'utf8').trim() || MISSING;
  } catch {
    return MISSING;
  }
}

/** The value with each `{ "env": … }` and `{ "file": … }` in it replaced by the secret that it names. */
function resolveSecrets(value: unknown, env: Environment, where: string, faults: SettingFault[]): unknown {
  if (Array.isArray(value))
    return value.map((item, index) => resolveSecrets(item, env, `${where}[${index}]`, faults));
  if (typeof value !== 'object' || value === null) return value;
  if (isPlace(value)) {
    const found = readPlace(value, env);
    if (found !== MISSING) return found;
    const place = 'env' in value ? `variable ${value.env}` : `file ${value.file}`;
    faults.push({
      name: where,
      fault: `${place} is unset, unreadable or empty`,
      accepted: 'a secret that is there',
    });
    return undefined;
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, resolveSecrets(inner, env, `${where}.${key}`, faults)]),
  );
}

function findRepeats(sites: readonly z.infer<typeof siteSchema>[], faults: SettingFault[]): void {
  const codes = new Set<string>();
  for (const [index, site] of sites.entries()) {
    if (codes.has(site.code))
      faults.push({
        name: `sites[${index}].code`,
        fault: `${site.code} is used twice`,
        accepted: 'a code of its own',
      });
    codes.add(site.code);
    const references = new Set<string>();
    for (const [position, team] of site.teams.entries()) {
      const name = `sites[${index}].teams[${position}]`;
      if (references.has(team.reference)) {
        faults.push({ name: `${name}.reference`, fault: 'is listed twice', accepted: 'each reference once' });
      }
      references.add(team.reference);
      if (team.validFrom && team.validTo && team.validTo <= team.validFrom) {
        faults.push({ name: `${name}.validTo`, fault: 'is not after validFrom', accepted: 'a later date' });
      }
    }
    faults.push(...documentFaults(`sites[${index}]`, site));
  }
}

/**
 * Site profiles in a JSON text, secrets resolved. Faults name the place in the file and never quote it.
 * @throws HUB_SETTINGS_INVALID once, with every fault.
 */
export function parseSiteProfiles(json: string, env: Environment): readonly SiteProfile[] {
  let raw: unknown;
  try {
    raw = JSON.parse(json);
  } catch {
    throw settingsError([
      { name: 'HUB_SITES_FILE', fault: 'is not JSON', accepted: 'a list of site profiles in JSON' },
    ]);
  }
  const parsed = z.array(siteSchema).safeParse(raw);
  if (!parsed.success) {
    throw settingsError(
      parsed.error.issues.map((issue) => ({
        name: `sites${issue.path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('')}`,
        fault: issue.message,
        accepted: 'see docs/configuration.md, Site profiles',
      })),
    );
  }
  const faults: SettingFault[] = [];
  findRepeats(parsed.data, faults);
  const resolved = (settings: Record<string, unknown>, where: string) =>
    resolveSecrets(settings, env, where, faults) as Record<string, unknown>;
  const sites = parsed.data.map(({ others, ...site }, index) => ({
    ...site,
    shownSettings: site.settings,
    settings: resolved(site.settings, `sites[${index}].settings`),
    ...(others && {
      others: others.map((other, position) => ({
        ...other,
        settings: resolved(other.settings, `sites[${index}].others[${position}].settings`),
      })),
    }),
  }));
  if (faults.length > 0) throw settingsError(faults);
  return sites;
}

/** The site profiles of a file; none when no file is named. @throws HUB_SETTINGS_INVALID. */
export function readSiteProfiles(file: string | null, env: Environment): readonly SiteProfile[] {
  if (file === null) return [];
  let json: string;
  try {
    json = readFileSync(file, 'utf8');
  } catch {
    throw settingsError([
      { name: 'HUB_SITES_FILE', fault: `${file} cannot be read`, accepted: 'a readable JSON file' },
    ]);
  }
  return parseSiteProfiles(json, env);
}

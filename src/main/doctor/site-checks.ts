/** Checks of the clinical record systems as they are configured: profiles, adapters, directory, answers. */
import type { ClinicalRecordAdapter, FileFinding } from '../../clinical/clinical-record.port.js';
import { ERROR_CODES, type ErrorCode } from '../../core/error-codes.js';
import { isHubError } from '../../core/errors.js';
import { silentLogger } from '../../core/logger.js';
import type { SiteProfile } from '../../platform/settings/site-profiles.js';
import { adapterFor } from '../site-adapter.js';
import type { Check } from './check.js';
import type { Ground } from './ground.js';
import { fault, fine, skipped, together, type Verdict, warning } from './verdict.js';

const PROBE_LIMIT_MS = 10_000;
const NO_SITES = skipped('no clinical record system to examine');

function adapterOf(ground: Ground, profile: SiteProfile): ClinicalRecordAdapter {
  return adapterFor(profile, { clock: ground.machine, logger: silentLogger });
}

/** The doctor may run as somebody who can read more than the hub can, or less. */
const judgeFile = ({ setting, says, isFault }: FileFinding): Verdict =>
  (isFault ? fault : warning)(
    `${setting}: ${says}`,
    `put right the file of ${setting} in HUB_SITES_FILE, or its path; then run hub doctor as the user who runs the hub`,
  );

async function judgeAdapter(ground: Ground, profile: SiteProfile): Promise<Verdict[]> {
  try {
    const adapter = adapterOf(ground, profile);
    const files = adapter.files?.() ?? [];
    await adapter.close();
    return files.length > 0 ? files.map(judgeFile) : [fine(`${profile.code} by ${profile.adapter}`)];
  } catch (error) {
    if (!isHubError(error)) throw error;
    const known = error.code === 'HUB_ADAPTER_UNKNOWN' ? '' : ` ${profile.adapter}`;
    return [
      fault(`${profile.code}: ${error.message}`, `hub systems describe${known}, then correct HUB_SITES_FILE`),
    ];
  }
}

async function judgeAnswer(ground: Ground, profile: SiteProfile): Promise<Verdict[]> {
  let adapter: ClinicalRecordAdapter;
  try {
    adapter = adapterOf(ground, profile);
  } catch {
    // The check of the adapters tells why.
    return [];
  }
  try {
    const { state, code, tookMs, product } = await adapter.health(AbortSignal.timeout(PROBE_LIMIT_MS));
    if (state === 'UP')
      return [fine(`${profile.code} in ${Math.round(tookMs)} ms${product ? ` (${product})` : ''}`)];
    const row = ERROR_CODES[(code ?? 'HUB_UPSTREAM_UNREACHABLE') as ErrorCode];
    return [
      fault(`${profile.code}: ${code}: ${row.meaning}`, `${row.solve} hub systems check ${profile.code}`),
    ];
  } finally {
    await adapter.close();
  }
}

/** Codes that the directory lacks for a profile; both are named in the site's own file. */
function judgeDirectory(profile: SiteProfile, teams: ReadonlyMap<string, ReadonlySet<string>>): Verdict[] {
  const load = 'hub directory load <file>, or correct HUB_SITES_FILE';
  const known = teams.get(profile.organisation);
  if (!known)
    return [fault(`${profile.code}: organisation ${profile.organisation} is not in the directory`, load)];
  const wanting = profile.teams.flatMap(({ team }) => (team !== null && !known.has(team) ? [team] : []));
  if (wanting.length === 0) return [];
  return [
    fault(
      `${profile.code}: no team ${wanting.join(', ')} of ${profile.organisation} is in the directory`,
      load,
    ),
  ];
}

async function directoryCodes({ query }: Ground): Promise<Map<string, Set<string>>> {
  const rows = await query<{ organisation: string; team: string | null }>(
    'select o.ods_code as organisation, t.code as team from organisations o left join teams t on t.organisation_id = o.id',
  );
  const codes = new Map<string, Set<string>>();
  for (const { organisation, team } of rows) {
    const teams = codes.get(organisation) ?? new Set();
    codes.set(organisation, team === null ? teams : teams.add(team));
  }
  return codes;
}

/** Checks of the site profiles and of what they lead to. */
export const siteChecks: readonly Check[] = [
  {
    name: 'sites',
    examines: 'that the site profiles in HUB_SITES_FILE can be read, with every secret that they name',
    run: async ({ sitesVerdict }) => sitesVerdict,
  },
  {
    name: 'adapters',
    examines:
      'that each site’s adapter exists and accepts the site’s settings, and the certificates and keys in files that they name; one that runs out within 30 days is a warning',
    needs: ['sites'],
    async run(ground) {
      const verdicts = await Promise.all(ground.profiles.map((profile) => judgeAdapter(ground, profile)));
      return together(verdicts.flat(), NO_SITES);
    },
  },
  {
    name: 'site-directory',
    examines: 'that organisations and teams named by the sites are in the directory',
    needs: ['sites', 'schema'],
    async run(ground) {
      if (ground.profiles.length === 0) return NO_SITES;
      const codes = await directoryCodes(ground);
      return together(
        ground.profiles.flatMap((profile) => judgeDirectory(profile, codes)),
        fine('all there'),
      );
    },
  },
  {
    name: 'record-systems',
    examines: 'that each clinical record system answers something harmless',
    needs: ['sites'],
    async run(ground) {
      const idle = ground.settings.isDemonstration && !ground.recordSystemRuns;
      const answers = await Promise.all(ground.profiles.map((profile) => judgeAnswer(ground, profile)));
      return together(
        answers.flat(),
        idle ? skipped('the demonstration record system is not running; hub start starts it') : NO_SITES,
      );
    },
  },
  {
    name: 'sweep-interval',
    examines: 'that caseloads are read whole more often than the absence budget of each site runs out',
    needs: ['sites', 'schema'],
    async run({ query, profiles, settings: { sweepHours } }) {
      const rows = await query<{ code: string; hours: number }>(
        'select code, absence_budget_hours as hours from clinical_record_systems where code = any ($1)',
        [profiles.map(({ code }) => code)],
      );
      const kept = new Map(rows.map(({ code, hours }) => [code, hours]));
      const budgets = profiles.flatMap(({ code, absenceBudgetHours }) => {
        const hours = absenceBudgetHours ?? kept.get(code);
        return hours === undefined ? [] : [{ code, hours }];
      });
      const verdicts = budgets
        .filter(({ hours }) => sweepHours >= hours)
        .map(({ code, hours }) =>
          warning(
            `${code}: absence counts for ${hours} h and is proved every ${sweepHours} h`,
            hours > 1 ? `HUB_SWEEP_HOURS=${hours - 1}` : `absenceBudgetHours of ${code} in HUB_SITES_FILE: 2`,
          ),
        );
      return together(verdicts, budgets.length === 0 ? NO_SITES : fine(`every ${sweepHours} h`));
    },
  },
];

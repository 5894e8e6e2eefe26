/** Checks of what decisions rest on: teams that somebody has mapped, caseloads read recently, specifications without placeholders. */
import { UNTOLD_TEAM } from '../../clinical/feed/feed.service.js';
import type { Check } from './check.js';
import { type Sender, sendersOf } from './senders.js';
import { fault, fine, skipped, together, type Verdict, warning } from './verdict.js';

const HOUR_MS = 3_600_000;
const NO_SYSTEMS = skipped('no clinical record system has been kept in the database yet');

interface CaseloadRow {
  readonly system: string;
  readonly reference: string;
  readonly label: string | null;
  readonly mapped: boolean;
  readonly presenceHours: number;
  readonly absenceHours: number;
  /** Start of the newest complete sweep; null when there was none. */
  readonly sweptMs: number | null;
}

/** Team references of the sites that are configured, as the map has them today, with their newest complete sweep. */
const CASELOADS = `
select s.code as system, m.team_reference as reference, m.label, m.team_id is not null as mapped,
  s.presence_budget_hours as "presenceHours", s.absence_budget_hours as "absenceHours",
  (extract(epoch from p.started_at) * 1000)::float8 as "sweptMs"
from clinical_record_systems s join team_maps m on m.system_id = s.id
left join lateral (
  select started_at from caseload_pulls
  where system_id = m.system_id and team_reference = m.team_reference and kind = 'SWEEP' and state = 'COMPLETE'
  order by finished_at desc limit 1
) p on true
where s.code = any ($1) and (m.valid_from is null or m.valid_from <= $2::timestamptz at time zone 'Europe/London')
  and (m.valid_to is null or m.valid_to > $2::timestamptz at time zone 'Europe/London')
order by s.code, m.team_reference`;

const sweep = (system: string): string => `hub caseload refresh --system ${system} --kind sweep`;

/** A feed tells of changes alone: where nobody has counted, and nobody can, a sweep is refused (`HUB_FEED_NOT_COUNTED`). */
function mendOf(system: string, senders: ReadonlyMap<string, Sender>): string {
  if (senders.get(system)?.isCountable !== false) return sweep(system);
  return `HUB_SITES_FILE, site ${system}: another way to the same caseloads in others, with the capability COUNT, or feedTellsAll where its feed began by telling of everybody; start the hub again, then ${sweep(system)}`;
}

/** One verdict for the caseloads of a system in the same condition, so that a hundred teams make one line. */
function perSystem(
  rows: readonly CaseloadRow[],
  senders: ReadonlyMap<string, Sender>,
  make: (found: string, mend: string) => Verdict,
  what: string,
): Verdict[] {
  return [...new Set(rows.map(({ system }) => system))].map((system) => {
    const references = rows.filter((row) => row.system === system).map(({ reference }) => reference);
    return make(`${system}: ${what}: ${references.join(', ')}`, mendOf(system, senders));
  });
}

function judgeAges(
  rows: readonly CaseloadRow[],
  senders: ReadonlyMap<string, Sender>,
  nowMs: number,
): Verdict[] {
  const never = rows.filter(({ sweptMs }) => sweptMs === null);
  const hours = (row: CaseloadRow): number => (nowMs - (row.sweptMs ?? nowMs)) / HOUR_MS;
  const lost = rows.filter((row) => hours(row) > row.presenceHours);
  const stale = rows.filter((row) => hours(row) > row.absenceHours && !lost.includes(row));
  return [
    ...perSystem(lost, senders, fault, 'last read whole so long ago that nobody counts as on them'),
    ...perSystem(
      stale,
      senders,
      warning,
      'last read whole so long ago that nobody counts as absent from them',
    ),
    ...perSystem(never, senders, warning, 'never read whole'),
  ];
}

interface VersionRow {
  readonly code: string;
  readonly version: number;
  readonly active: boolean;
  readonly unfilled: readonly string[] | null;
}

const VERSIONS = `
select s.code, v.version, v.activated_at is not null as active,
  (select json_agg(r.key order by r.key) from specification_rules r where r.version_id = v.id and r.unfilled) as unfilled
from service_specifications s join specification_versions v on v.specification_id = s.id order by s.code, v.version`;

function judgeSpecifications(rows: readonly VersionRow[]): Verdict {
  if (rows.length === 0) return warning('none is in the database, so nothing can be decided', 'hub seed');
  const active = new Set(rows.filter((row) => row.active).map(({ code }) => code));
  const waiting = rows.filter(({ code }) => !active.has(code));
  const codes = new Set(rows.map(({ code }) => code)).size;
  return together(
    waiting.map(({ code, version, unfilled }) =>
      warning(
        `${code} version ${version} is not active`,
        `fill ${(unfilled ?? []).join(', ') || 'its rules'} in a new version of ${code} under seeds/specifications, then hub seed`,
      ),
    ),
    fine(`${codes} specifications, ${active.size} with an active version`),
  );
}

/** Checks of what decisions rest on. */
export const caseloadChecks: readonly Check[] = [
  {
    name: 'team-map',
    examines:
      'team codes of the record systems that nobody has mapped: their members are unknown, never absent',
    needs: ['sites', 'schema'],
    async run({ query, profiles, machine }) {
      const rows = await query<CaseloadRow>(CASELOADS, [profiles.map(({ code }) => code), machine.now()]);
      const verdicts = rows
        .filter(({ mapped }) => !mapped)
        .map(({ system, reference, label }) =>
          reference === UNTOLD_TEAM
            ? warning(
                `${system}: messages put people on a caseload and name no team`,
                `HUB_SITES_FILE, site ${system}: teamFrom, where its messages name the team; then hub messages replay --system ${system} --state read`,
              )
            : warning(
                `${system}: nobody has mapped ${reference}${label && label !== reference ? ` (${label})` : ''}`,
                `HUB_SITES_FILE, site ${system}: { "reference": "${reference}", "team": "<code of a team in the directory>" }`,
              ),
        );
      return together(verdicts, rows.length === 0 ? NO_SYSTEMS : fine(`all ${rows.length} mapped`));
    },
  },
  {
    name: 'caseloads',
    examines:
      'caseloads never read whole or longer ago than the absence budget (a warning) or the presence budget (a fault)',
    needs: ['sites', 'schema'],
    async run(ground) {
      const { query, profiles, machine } = ground;
      const now = machine.now();
      const rows = await query<CaseloadRow>(CASELOADS, [profiles.map(({ code }) => code), now]);
      return together(
        judgeAges(rows, await sendersOf(ground), now.getTime()),
        rows.length === 0 ? NO_SYSTEMS : fine(`all ${rows.length} within their budgets`),
      );
    },
  },
  {
    name: 'specifications',
    examines:
      'that service specifications are there, each with an active version and no placeholder in its way',
    needs: ['schema'],
    run: async ({ query }) => judgeSpecifications(await query<VersionRow>(VERSIONS)),
  },
];

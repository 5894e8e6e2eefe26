/** Episodes of the world for the graph: in each team one to be opened, one without a destination, one with, and one closed after it changed hands. */
import { Role } from '../../src/core/caller.js';
import { newId } from '../../src/core/ids.js';
import type { CaseworkWorld, TeamName } from './casework-world.js';

/** Teams that have episodes. */
export const EPISODE_TEAMS = ['CMHT', 'EIP', 'FOREIGN'] as const satisfies readonly TeamName[];
/** A second employment specialist of each of them, by subject. */
const COLLEAGUES = { CMHT: 'sue', EIP: 'eve', FOREIGN: 'flo' } as const;
const FIRST = { CMHT: 'sam', EIP: 'erin', FOREIGN: 'fran' } as const;

/** What of a team can be asked about. */
export interface EpisodeThings {
  /** Accepted, and without an episode. */
  readonly acceptedReferralId: string;
  /** Open, and without a destination. */
  readonly episodeId: string;
  /** A second employment specialist of the team; not on the episode. */
  readonly specialistId: string;
}

/** Employs the second specialists; before anybody's name is changed. */
export async function employColleagues(world: CaseworkWorld): Promise<void> {
  for (const team of EPISODE_TEAMS) {
    const id = newId();
    const organisation = world.organisations[team === 'FOREIGN' ? 'other' : 'home'];
    await world.sql(
      'insert into staff (id, organisation_id, subject, display_name) values ($1, $2, $3, $3)',
      [id, organisation, COLLEAGUES[team]],
    );
    await world.sql(
      `insert into staff_roles (id, staff_id, role, valid_from) values ($1, $2, $3, '2025-01-01')`,
      [newId(), id, Role.EMPLOYMENT_SPECIALIST],
    );
    await world.sql(
      `insert into staff_teams (id, staff_id, team_id, valid_from) values ($1, $2, $3, '2025-01-01')`,
      [newId(), id, world.teams[team]],
    );
  }
}

const staffOf = async (world: CaseworkWorld, subject: string): Promise<string> =>
  (await world.sql<{ id: string }>('select id from staff where subject = $1', [subject]))[0]!.id;

/** Accepts five of each team's received referrals and opens episodes of four; those about which a team is to be asked stay. */
export async function putEpisodes(world: CaseworkWorld): Promise<void> {
  for (const team of EPISODE_TEAMS) {
    const referrals = await world.sql<{ id: string }>(
      `update referrals set state = 'ACCEPTED', accepted_on = '2026-03-03' where id in (
         select r.id from referrals r join persons p on p.id = r.person_id
         where r.team_id = $1 and r.state = 'RECEIVED' and not p.restricted
         order by exists (select from eligibility_decisions d where d.referral_id = r.id and d.confirm_by = 'TEAM'), r.id desc limit 5) returning id`,
      [world.teams[team]],
    );
    const [sooner, later] = [await staffOf(world, FIRST[team]), await staffOf(world, COLLEAGUES[team])];
    const [system] = await world.sql<{ id: string }>(
      'select system_id as id from team_maps where team_id = $1 limit 1',
      [world.teams[team]],
    );
    const [, undecided, sent, alsoSent, closed] = referrals;
    await putEpisode(world, undecided!.id, sooner, { systemId: null });
    await putEpisode(world, sent!.id, sooner, { systemId: system!.id });
    await putEpisode(world, alsoSent!.id, later, { systemId: system!.id });
    await putEpisode(world, closed!.id, sooner, { systemId: system!.id, handedTo: later });
  }
}

/** Writes an episode opened on 2026-03-04; `handedTo` took it over on 2026-03-06 and closed it on 2026-03-10. Returns its id. */
export async function putEpisode(
  world: CaseworkWorld,
  referralId: string,
  specialistId: string,
  how: { readonly systemId: string | null; readonly handedTo?: string },
): Promise<string> {
  const id = newId();
  const after = how.handedTo ?? null;
  await world.sql(
    `insert into employment_episodes (id, organisation_id, team_id, person_id, referral_id, specification_id, specialist_id, system_id, state,
       opened_on, closed_on, closing_reason)
     select $1, organisation_id, team_id, person_id, id, specification_id, coalesce($4, $3::uuid), $5, case when $4::uuid is null then 'OPEN' else 'CLOSED' end,
       '2026-03-04', case when $4 is not null then date '2026-03-10' end, case when $4 is not null then 'SUSTAINED_IN_WORK' end
     from referrals where id = $2`,
    [id, referralId, specialistId, after, how.systemId],
  );
  for (const [staffId, validFrom, validTo] of after
    ? [
        [specialistId, '2026-03-04', '2026-03-06'],
        [after, '2026-03-06', '2026-03-10'],
      ]
    : [[specialistId, '2026-03-04', null]]) {
    await world.sql(
      `insert into episode_specialists (id, organisation_id, team_id, episode_id, staff_id, valid_from, valid_to)
       select $1, organisation_id, team_id, id, $3, $4, $5 from employment_episodes where id = $2`,
      [newId(), id, staffId, validFrom, validTo],
    );
  }
  return id;
}

/** What of a team can be asked about; ids of nothing for a team that has no episodes. */
export async function episodeThings(world: CaseworkWorld, teamId: string | null): Promise<EpisodeThings> {
  const [row] =
    teamId === null
      ? []
      : await world.sql<{ referral: string; episode: string; specialist: string }>(
          `select (select r.id from referrals r where r.team_id = $1 and r.state = 'ACCEPTED'
         and not exists (select from employment_episodes o where o.referral_id = r.id) order by r.id limit 1) as referral,
       e.id as episode, (select s.id from staff s join staff_teams t on t.staff_id = s.id join staff_roles o on o.staff_id = s.id
         where t.team_id = $1 and o.role = 'EMPLOYMENT_SPECIALIST' and s.id <> e.specialist_id order by s.subject limit 1) as specialist
     from employment_episodes e where e.team_id = $1 and e.state = 'OPEN' order by e.system_id is null desc, e.id limit 1`,
          [teamId],
        );
  return {
    acceptedReferralId: row?.referral ?? newId(),
    episodeId: row?.episode ?? newId(),
    specialistId: row?.specialist ?? newId(),
  };
}

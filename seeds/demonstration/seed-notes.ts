/** Seeds episodes and notes of the demonstration through the hub's own use cases, as the specialists who carry and write them. */
import type { EpisodeService } from '../../src/casework/episodes/episode.service.js';
import { type Caller, NO_SCOPE, Purpose, Role } from '../../src/core/caller.js';
import type { LoadedDirectory } from '../../src/directory/directory.service.js';
import type { NoteService } from '../../src/notes/note.service.js';
import type { Database } from '../../src/platform/database/database.js';
import type { DemonstrationEpisode } from './episodes.js';
import type { DemonstrationHub } from './hub-world.js';
import type { DemonstrationNote } from './notes.js';
import type { OrganisationCode } from './organisations.js';
import { DEMONSTRATION_STAFF } from './staff.js';

/** What seeding goes through. */
export interface NoteSeeding {
  readonly database: Database;
  readonly episodes: Pick<EpisodeService, 'open' | 'close'>;
  readonly notes: Pick<NoteService, 'draft' | 'amend' | 'sign'>;
  readonly directory: LoadedDirectory;
}

/** Callers by subject: the specialists as the directory has them. */
async function specialists(seeding: NoteSeeding): Promise<ReadonlyMap<string, Caller>> {
  const { database, directory } = seeding;
  const rows = await database.read('staff', NO_SCOPE, {
    text: 'select s.subject, o.ods_code, s.id from staff s join organisations o on o.id = s.organisation_id',
    values: [],
  });
  const ids = new Map(rows.map(([subject, code, id]) => [`${code} ${subject}`, id as string]));
  return new Map(
    DEMONSTRATION_STAFF.filter(({ roles }) => roles.includes(Role.EMPLOYMENT_SPECIALIST)).map((person) => {
      const { organisation, subject, teams } = person;
      const scope = {
        ...NO_SCOPE,
        organisationId: directory.organisations.get(organisation) as string,
        teamIds: teams.map((team) => directory.teams.get(`${organisation}/${team}`) as string),
        staffId: ids.get(`${organisation} ${subject}`) as string,
      };
      const role = Role.EMPLOYMENT_SPECIALIST;
      return [
        subject,
        { subject, role, purpose: Purpose.DIRECT_CARE, scope, correlationId: 'demonstration-seed' },
      ];
    }),
  );
}

/** Referrals and episodes of an organisation as they are: referral id by number, day and team; episode id by referral. */
async function kept(seeding: NoteSeeding, organisation: OrganisationCode) {
  const scope = { ...NO_SCOPE, organisationId: seeding.directory.organisations.get(organisation) as string };
  const referrals = await seeding.database.transaction('decide', scope, (tx) =>
    tx.query<{ id: string; what: string }>(
      `select r.id, concat_ws(' ', p.nhs_number, r.received_on::text, t.code) as what
       from referrals r join persons p on p.id = r.person_id join teams t on t.id = r.team_id where r.state = 'ACCEPTED'`,
    ),
  );
  const episodes = await seeding.database.transaction('worker', scope, (tx) =>
    tx.query<{ id: string; referral: string }>('select id, referral_id as referral from employment_episodes'),
  );
  return {
    referrals: new Map(referrals.map(({ what, id }) => [what, id])),
    episodes: new Map(episodes.map(({ referral, id }) => [referral, id])),
  };
}

async function openOne(
  seeding: NoteSeeding,
  caller: Caller,
  episode: DemonstrationEpisode,
  referralId: string,
): Promise<string> {
  const idempotencyKey = `demonstration-${episode.key}`;
  const { openedOn, closed } = episode;
  const { episodeId } = await seeding.episodes.open(caller, { idempotencyKey, referralId, openedOn });
  if (closed)
    await seeding.episodes.close(caller, {
      idempotencyKey,
      episodeId,
      closedOn: closed.on,
      reason: closed.reason,
    });
  return episodeId;
}

/** Episodes opened at once, so that waiting for the database is shared. */
const AT_ONCE = 4;

/** Waits for all of them, then throws the first failure. */
async function allOf(work: readonly Promise<void>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(work))
    if (outcome.status === 'rejected') throw outcome.reason;
}

/**
 * Opens, and where they are over closes, the episodes of referrals that are there; those that there are stay as they are.
 * Tells `progress` after each. Returns their ids by key.
 */
export async function seedEpisodes(
  seeding: NoteSeeding,
  world: Pick<DemonstrationHub, 'referrals' | 'episodes'>,
  progress: (done: number, total: number) => void = () => {},
): Promise<ReadonlyMap<string, string>> {
  const callers = await specialists(seeding);
  const referrals = new Map(world.referrals.map((referral) => [referral.key, referral]));
  const found = new Map<OrganisationCode, Awaited<ReturnType<typeof kept>>>();
  for (const organisation of new Set(world.episodes.map((episode) => episode.organisation)))
    found.set(organisation, await kept(seeding, organisation));
  const ids = new Map<string, string>();
  let done = 0;
  const seedOne = async (episode: DemonstrationEpisode): Promise<void> => {
    const there = found.get(episode.organisation)!;
    const { person, receivedOn, team } = referrals.get(episode.key)!;
    const referralId = there.referrals.get(`${person.nhsNumber} ${receivedOn} ${team}`);
    if (referralId) {
      const caller = callers.get(episode.specialist) as Caller;
      const id = there.episodes.get(referralId) ?? (await openOne(seeding, caller, episode, referralId));
      ids.set(episode.key, id);
    }
    progress(++done, world.episodes.length);
  };
  for (let start = 0; start < world.episodes.length; start += AT_ONCE)
    await allOf(world.episodes.slice(start, start + AT_ONCE).map(seedOne));
  return ids;
}

/** Writes and signs the notes of episodes that are there, each by its specialist; repeats do nothing. Returns how many versions. */
export async function seedNotes(
  seeding: NoteSeeding,
  world: Pick<DemonstrationHub, 'episodes' | 'notes'>,
  episodeIds: ReadonlyMap<string, string>,
): Promise<number> {
  const callers = await specialists(seeding);
  const authors = new Map(
    world.episodes.map(({ key, specialist }) => [key, callers.get(specialist) as Caller]),
  );
  let signed = 0;
  for (const note of world.notes) {
    const episodeId = episodeIds.get(note.episode);
    if (episodeId) signed += await signOne(seeding, authors.get(note.episode) as Caller, note, episodeId);
  }
  return signed;
}

async function signOne(
  { notes }: NoteSeeding,
  author: Caller,
  { key, kind, text, contactOn, visibility, labels, amendedBy }: DemonstrationNote,
  episodeId: string,
): Promise<number> {
  const idempotencyKey = `demonstration-${key}`;
  const form = { idempotencyKey, episodeId, kind, text, contactOn };
  const { draftId, noteId } = await notes.draft(author, {
    ...form,
    ...(visibility ? { visibility } : {}),
    ...(labels ? { labels } : {}),
  });
  await notes.sign(author, { idempotencyKey, draftId });
  if (!amendedBy) return 1;
  const again = `${idempotencyKey}-amended`;
  const amendment = await notes.amend(author, { idempotencyKey: again, noteId, ...amendedBy });
  await notes.sign(author, { idempotencyKey: again, draftId: amendment.draftId });
  return 2;
}

/** Many authors at once who write, amend, add to and retract notes about the same people. */

import { Random } from '../../seeds/demonstration/random.js';
import { EpisodeService } from '../../src/casework/episodes/episode.service.js';
import { keepAuthors } from '../../src/clinical/author-identity.service.js';
import { type Caller, PURPOSES_OF, Role } from '../../src/core/caller.js';
import { newId } from '../../src/core/ids.js';
import { keepDestination } from '../../src/delivery/destination.service.js';
import { NoteService } from '../../src/notes/note.service.js';
import { type CaseworkWorld, TODAY } from './casework-world.js';
import type { Acknowledged } from './delivery-checker.js';

/** What is written. */
export interface Writing {
  readonly authors: number;
  readonly people: number;
  /** Notes begun, all authors together; versions come on top. */
  readonly notes: number;
  readonly seed: number;
}

/** A world in which people have episodes whose notes are filed in the world's record system. */
export interface Casebook {
  readonly authors: readonly Caller[];
  readonly episodeIds: readonly string[];
}

/** Employs the authors, opens the episodes and makes the world's record system a destination. */
export async function openCasebook(
  world: CaseworkWorld,
  { authors: wanted, people }: Writing,
  limits: { readonly maxInFlight: number; readonly sendTimeoutMs: number },
): Promise<Casebook> {
  const authors: Caller[] = [];
  for (let n = 0; n < wanted; n++) authors.push(await employ(world, `author-${n}`));
  const { systemId } = world;
  const organisationId = world.organisations.home;
  await world.database.transaction('write', world.callers.specialist.scope, async (tx) => {
    await keepDestination(tx, { systemId, organisationId, labels: [], maxTextBytes: null, ...limits });
    await keepAuthors(
      tx,
      { systemId, organisationId },
      authors.map(({ subject }) => ({
        subject,
        reference: `Practitioner/${subject}`,
        employer: 'An employment service',
        role: 'Employment specialist',
        validFrom: '2025-01-01',
      })),
    );
  });
  const episodes = new EpisodeService(world.database, world.clock);
  const episodeIds: string[] = [];
  for (let n = 0; n < people; n++) {
    const { referralId } = await world
      .someone()
      .openTo('CMHT')
      .referredUnder('001', { acceptedOn: '2026-03-04' });
    const form = { idempotencyKey: world.key(), referralId, openedOn: '2026-03-04' };
    episodeIds.push((await episodes.open(authors[n % authors.length]!, form)).episodeId);
  }
  return { authors, episodeIds };
}

async function employ(world: CaseworkWorld, subject: string): Promise<Caller> {
  const staffId = newId();
  const { home } = world.organisations;
  const role = Role.EMPLOYMENT_SPECIALIST;
  await world.sql('insert into staff (id, organisation_id, subject, display_name) values ($1, $2, $3, $3)', [
    staffId,
    home,
    subject,
  ]);
  await world.sql(
    `insert into staff_roles (id, staff_id, role, valid_from) values ($1, $2, $3, '2025-01-01')`,
    [newId(), staffId, role],
  );
  await world.sql(
    `insert into staff_teams (id, staff_id, team_id, valid_from) values ($1, $2, $3, '2025-01-01')`,
    [newId(), staffId, world.teams.CMHT],
  );
  return {
    subject,
    role,
    purpose: PURPOSES_OF[role][0]!,
    scope: { organisationId: home, teamIds: [world.teams.CMHT], organisationIds: [], staffId },
    correlationId: `corr-${subject}`,
  };
}

/** Of ten notes three are amended, one is added to and one is retracted, at any time after they were signed. */
const THEN = [
  ['nothing', 50],
  ['amend', 30],
  ['add', 10],
  ['retract', 10],
] as const;

class Author {
  private readonly service: NoteService;
  private readonly random: Random;
  private readonly mine: string[] = [];
  private keys = 0;

  constructor(
    world: CaseworkWorld,
    private readonly caller: Caller,
    private readonly episodeIds: readonly string[],
    seed: number,
    private readonly told: { signed: Acknowledged['signed'][number][]; retracted: string[] },
  ) {
    this.service = new NoteService(world.database, world.clock);
    this.random = new Random(seed);
  }

  /** One note, and perhaps something about one written earlier. */
  async work(): Promise<void> {
    const { caller, random } = this;
    const text = this.words('Met');
    const { draftId, noteId } = await this.service.draft(caller, {
      ...this.key(),
      episodeId: random.pick(this.episodeIds),
      kind: random.pick(['PROGRESS_NOTE', 'PROGRESS_NOTE', 'VOCATIONAL_PROFILE']),
      text,
      contactOn: TODAY,
    });
    await this.sign(draftId, text);
    this.mine.push(noteId);
    const what = random.weighted(THEN);
    const any = random.int(0, this.mine.length - 1);
    // A retraction is told to the record only of what has left: of two, one is of the oldest note there is.
    await this.goOn(what, what === 'retract' && any % 2 === 0 ? 0 : any);
  }

  private async goOn(what: (typeof THEN)[number][0], at: number): Promise<void> {
    const { caller } = this;
    const noteId = this.mine[at]!;
    const text = this.words(what);
    const about = { ...this.key(), noteId, text };
    if (what === 'amend') {
      const form = { ...about, reason: 'The day was wrong.' };
      await this.sign((await this.service.amend(caller, form)).draftId, text);
    } else if (what === 'add') {
      await this.sign((await this.service.add(caller, about)).draftId, text);
    } else if (what === 'retract') {
      await this.service.retract(caller, { ...this.key(), noteId, reason: 'About somebody else.' });
      this.told.retracted.push(noteId);
      this.mine.splice(at, 1);
    }
  }

  private async sign(draftId: string, text: string): Promise<void> {
    const { documentVersionId } = await this.service.sign(this.caller, { ...this.key(), draftId });
    // A tab is signed as four spaces.
    this.told.signed.push({ documentVersionId, text: text.replaceAll('\t', '    ') });
  }

  private words(verb: string): string {
    return `${verb} number ${++this.keys} of ${this.caller.subject}.\nIt’s at 9 – “bring the CV” 👋\t→ ${this.random.next()}`;
  }

  private key(): { idempotencyKey: string } {
    return { idempotencyKey: `${this.caller.subject}-${++this.keys}` };
  }
}

/** Lets every author write until all notes are begun; answers what they were told is done. */
export async function writeNotes(
  world: CaseworkWorld,
  casebook: Casebook,
  { notes, seed }: Writing,
): Promise<Acknowledged> {
  const told = { signed: [] as Acknowledged['signed'][number][], retracted: [] as string[] };
  let left = notes;
  await Promise.all(
    casebook.authors.map(async (caller, at) => {
      const author = new Author(world, caller, casebook.episodeIds, seed + at, told);
      while (left-- > 0) await author.work();
    }),
  );
  return told;
}

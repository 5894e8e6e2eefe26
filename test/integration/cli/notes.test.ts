/** `hub notes` and `hub destination`: what they show, change, refuse and put on record. */
import type pg from 'pg';
import { newId } from '../../../src/core/ids.js';
import { documentOf, hub, type Said } from '../../support/command-line.js';
import { type QuietStore, quietStore } from '../../support/quiet-store.js';

interface Line {
  deliveryId: string;
  noteId: string;
  system: string;
  team: string;
  ours: string;
  theirs: string;
  code: string | null;
}

const SECRET = 'CnrySecret met at the library';
let store: QuietStore;
let rows: pg.Pool;
const run = (...argv: string[]): Promise<Said> => hub(argv, store.env);
const json = async <T>(...argv: string[]): Promise<T> => documentOf<T>(await run(...argv, '--json'));
const audited = async (operation: string): Promise<{ subject: string; details: Record<string, unknown> }[]> =>
  (
    await rows.query<{ subject: string; details: Record<string, unknown> }>(
      'select subject, details from audit_events where operation = $1 order by at',
      [operation],
    )
  ).rows;
const oursOf = async (id: string): Promise<string> =>
  (await rows.query<{ ours: string }>('select ours from deliveries where id = $1', [id])).rows[0]!.ours;

/** A signed note of the first organisation with a delivery in a state. */
async function delivery(
  ours: string,
  code: string | null = null,
): Promise<{ noteId: string; deliveryId: string }> {
  const [noteId, versionId, deliveryId, laneId] = [newId(), newId(), newId(), newId()];
  const { rows: where } = await rows.query<Record<string, string>>(
    `select r.organisation_id as org, r.team_id as team, r.id as referral, r.specification_id as specification, s.id as system, st.id as staff
     from referrals r join organisations o on o.id = r.organisation_id and o.ods_code = 'DEMO1'
     join clinical_record_systems s on s.organisation_id = o.id join staff st on st.organisation_id = o.id
     where not exists (select from employment_episodes e where e.referral_id = r.id) order by r.id limit 1`,
  );
  const { org, team, referral, specification, system, staff } = where[0]!;
  const personId = newId();
  const client = await rows.connect();
  try {
    await client.query('begin');
    await client.query(
      `insert into persons (id, organisation_id, family_name, given_name) values ($1, $2, 'CnryFamily', 'CnryGiven')`,
      [personId, org],
    );
    const referralId = newId();
    await client.query(
      `insert into referrals (id, organisation_id, team_id, person_id, specification_id, state, route, received_on, accepted_on,
         word_on_work, employment_at_referral, consent_to_contact_clinician, residence)
       select $1, organisation_id, team_id, $3, specification_id, 'ACCEPTED', route, received_on, received_on, word_on_work, employment_at_referral,
         consent_to_contact_clinician, residence from referrals where id = $2`,
      [referralId, referral, personId],
    );
    const episodeId = newId();
    await client.query(
      `insert into employment_episodes (id, organisation_id, team_id, person_id, referral_id, specification_id, specialist_id, system_id, state, opened_on)
       values ($1, $2, $3, $4, $5, $6, $7, $8, 'OPEN', '2026-01-01')`,
      [episodeId, org, team, personId, referralId, specification, staff, system],
    );
    await client.query(
      `insert into destinations (system_id, organisation_id) values ($1, $2) on conflict do nothing`,
      [system, org],
    );
    await client.query(
      `insert into notes (id, organisation_id, team_id, person_id, episode_id, kind, state, author_id, latest_version)
       values ($1, $2, $3, $4, $5, 'PROGRESS_NOTE', 'SIGNED', $6, 1)`,
      [noteId, org, team, personId, episodeId, staff],
    );
    await client.query(
      `insert into signed_documents (id, document_id, version, organisation_id, team_id, person_id, system_id, action, kind, title, text, text_hash,
         author_staff_id, author_name, author_employer, author_role, contact_on, is_late_entry, written_at, signed_at, visibility)
       values ($1, $2, 1, $3, $4, $5, $6, 'CREATE', 'PROGRESS_NOTE', $7, $7, 'x', $8, 'CnryAuthor', 'e', 'r', '2026-01-02', false, now(), now(), 'CLINICAL_RECORD')`,
      [versionId, noteId, org, team, personId, system, SECRET, staff],
    );
    await client.query(
      `insert into delivery_lanes (id, organisation_id, system_id, person_id, head_seq, last_seq, state) values ($1, $2, $3, $4, 1, 1, $5)`,
      [laneId, org, system, personId, ours === 'PARKED' ? 'PARKED' : 'READY'],
    );
    await client.query(
      `insert into deliveries (id, lane_id, seq, organisation_id, team_id, person_id, system_id, document_id, document_version_id, operation, ours,
         attempts, last_code) values ($1, $2, 1, $3, $4, $5, $6, $7, $8, 'FILE', $9, 1, $10)`,
      [deliveryId, laneId, org, team, personId, system, noteId, versionId, ours, code],
    );
    await client.query(
      `insert into delivery_attempts (id, organisation_id, team_id, delivery_id, number, holder, fence, ended_at, class, code)
       values ($1, $2, $3, $4, 1, 'h', 1, now(), 'PERMANENT', $5)`,
      [newId(), org, team, deliveryId, code],
    );
    await client.query('commit');
  } finally {
    client.release();
  }
  return { noteId, deliveryId };
}

beforeAll(async () => {
  store = await quietStore();
  rows = store.db.owner;
  // Sites are kept by the first command that is run.
  expect(await run('systems', 'list')).toMatchObject({ code: 0 });
});
afterAll(() => store.close());

describe('hub notes list', () => {
  it('shows ids, states and codes, newest first, and nothing of the note or the person', async () => {
    const queued = await delivery('QUEUED');
    const parked = await delivery('PARKED', 'HUB_DELIVERY_LABEL');
    const said = await run('notes', 'list');
    expect(said).toMatchObject({ code: 0, err: '' });
    expect(said.out).toMatch(/^DELIVERY +NOTE +SYSTEM +TEAM +OPERATION +OURS +THEIRS +TRIES +QUEUED +CODE\n/);
    expect(said.out.indexOf(parked.deliveryId)).toBeLessThan(said.out.indexOf(queued.deliveryId));
    expect(said.out).toMatch(
      new RegExp(
        `^${parked.deliveryId} +${parked.noteId} +demo-a .* PARKED +NONE +1 .*HUB_DELIVERY_LABEL$`,
        'm',
      ),
    );
    expect(said.out + (await run('notes', 'list', '--json')).out).not.toMatch(/Cnry/);
  });

  it('by state, record system and team', async () => {
    const parked = await delivery('PARKED', 'HUB_DELIVERY_LABEL');
    const lines = await json<Line[]>('notes', 'list', '--state', 'parked', '--system', 'demo-a');
    expect(lines.map(({ ours }) => ours)).toEqual(lines.map(() => 'PARKED'));
    const mine = lines.find(({ deliveryId }) => deliveryId === parked.deliveryId)!;
    const ofTeam = await json<Line[]>('notes', 'list', '--team', mine.team, '--state', 'PARKED');
    expect(ofTeam).toContainEqual(mine);
    expect(await json<Line[]>('notes', 'list', '--system', 'none')).toEqual([]);
    expect(await json<Line[]>('notes', 'list', '--team', 'none')).toEqual([]);
  });

  it('says when there is more', async () => {
    const said = await run('notes', 'list', '--limit', '1', '--json');
    expect(documentOf<Line[]>(said)).toHaveLength(1);
    expect(said.err).toBe('the newest 1; --limit shows more\n');
  });

  it('is on record with how many were shown', async () => {
    await run('notes', 'list', '--quiet');
    const [first] = (await audited('notes list')).reverse();
    expect(first).toEqual({ subject: 'system:command-line', details: { deliveries: expect.any(Number) } });
  });
});

describe('hub notes show', () => {
  it('tells versions, deliveries and attempts in order, and no word of the note', async () => {
    const { noteId, deliveryId } = await delivery('PARKED', 'HUB_UPSTREAM_REJECTED');
    const said = await run('notes', 'show', noteId);
    expect(said).toMatchObject({ code: 0, err: '' });
    const lines = said.out.split('\n');
    expect(lines[0]).toBe(`${noteId}  PROGRESS_NOTE  SIGNED`);
    expect(lines[1]).toMatch(/^ {2}\S+Z {2}version 1 {2}CREATE {2}CLINICAL_RECORD$/);
    expect(lines[2]).toMatch(
      new RegExp(
        `^  \\S+Z  FILE of version 1 to demo-a  PARKED  NONE  ${deliveryId}  HUB_UPSTREAM_REJECTED$`,
      ),
    );
    expect(lines[3]).toMatch(/^ {4}\S+Z {2}attempt 1 {2}PERMANENT {2}HUB_UPSTREAM_REJECTED$/);
    expect(await json('notes', 'show', noteId)).toMatchObject({
      noteId,
      versions: [{ version: 1 }],
      deliveries: [{ deliveryId, ours: 'PARKED', timeline: [{ number: 1, class: 'PERMANENT' }] }],
    });
    for (const out of [said.out, (await run('notes', 'show', noteId, '--json')).out])
      expect(out).not.toMatch(/Cnry/);
    expect((await audited('notes show')).at(-1)!.details).toEqual({ noteId });
    expect(await run('notes', 'show', deliveryId)).toEqual(said);
    expect((await audited('notes show')).at(-1)!.details).toEqual({ noteId });
  });

  it('a note that is none', async () => {
    expect(await run('notes', 'show', newId())).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(/^HUB_NOT_FOUND/),
    });
  });
});

describe('hub notes replay', () => {
  it('one: queued again, its lane ready, on record as the command line’s work', async () => {
    const { deliveryId } = await delivery('PARKED', 'HUB_DELIVERY_LABEL');
    const said = await run('notes', 'replay', deliveryId, '--reason', 'the label is carried now');
    expect(said).toMatchObject({ code: 0, out: `${deliveryId}  queued again\n`, err: '' });
    expect(await oursOf(deliveryId)).toBe('QUEUED');
    expect((await audited('replayDelivery')).at(-1)).toMatchObject({
      subject: 'system:command-line',
      details: { deliveryId },
    });
  });

  it('all with a code: counts first, and sends with --yes alone, those of that code alone', async () => {
    const code = 'HUB_DELIVERY_EXHAUSTED';
    const mine = [
      await delivery('PARKED', code),
      await delivery('PARKED', code),
      await delivery('PARKED', code),
    ];
    const other = await delivery('PARKED', 'HUB_DELIVERY_IDENTITY');
    const counted = await run('notes', 'replay', '--all', '--code', code);
    expect(counted).toMatchObject({
      code: 0,
      out: `3 parked under ${code}; with --yes they are sent again\n`,
    });
    expect(await Promise.all(mine.map(({ deliveryId }) => oursOf(deliveryId)))).toEqual([
      'PARKED',
      'PARKED',
      'PARKED',
    ]);
    const said = await run('notes', 'replay', '--all', '--code', code, '--yes', '--json');
    expect(documentOf(said)).toEqual({ found: 3, replayed: 3, refused: [] });
    expect(said).toMatchObject({ code: 0, err: expect.stringMatching(/^replay 100 %$/m) });
    expect(await Promise.all(mine.map(({ deliveryId }) => oursOf(deliveryId)))).toEqual([
      'QUEUED',
      'QUEUED',
      'QUEUED',
    ]);
    expect(await oursOf(other.deliveryId)).toBe('PARKED');
    expect(await json('notes', 'replay', '--all', '--code', code, '--yes', '--quiet')).toEqual({
      found: 0,
      replayed: 0,
      refused: [],
    });
  });

  it('one that is settled is refused by code', async () => {
    const { deliveryId } = await delivery('SETTLED');
    const said = await run('notes', 'replay', deliveryId);
    expect(said).toMatchObject({ code: 1, out: '', err: expect.stringMatching(/^HUB_STATE_CONFLICT/) });
  });
});

describe('hub notes cancel', () => {
  it('gives up what has not been sent, with the reason on record as a closing word', async () => {
    const { deliveryId } = await delivery('QUEUED');
    const said = await run('notes', 'cancel', deliveryId, '--reason', 'filed by hand', '--json');
    expect(documentOf(said)).toEqual({ deliveryId, done: 'cancel' });
    expect(await oursOf(deliveryId)).toBe('CANCELLED');
    expect((await audited('cancelDelivery')).at(-1)).toMatchObject({ subject: 'system:command-line' });
  });

  it('not what is settled, and not what there is not', async () => {
    const { deliveryId } = await delivery('SETTLED');
    for (const [id, code] of [
      [deliveryId, 'HUB_STATE_CONFLICT'],
      [newId(), 'HUB_NOT_FOUND'],
    ])
      expect(await run('notes', 'cancel', id!, '--reason', 'filed by hand')).toMatchObject({
        code: 1,
        err: expect.stringMatching(new RegExp(`^${code}`)),
      });
  });
});

describe('hub destination', () => {
  interface Destination {
    system: string;
    pausedUntil: string | null;
    pausedBecause: string | null;
    queued: number;
    parked: number;
  }
  const demoA = async (): Promise<Destination> =>
    (await json<Destination[]>('destination', 'list')).find(({ system }) => system === 'demo-a')!;

  it('list counts what waits', async () => {
    await delivery('PARKED', 'HUB_DELIVERY_LABEL');
    const { queued, parked, pausedUntil } = await demoA();
    const [counted] = (
      await rows.query(
        `select count(*) filter (where ours = 'QUEUED')::integer as queued, count(*) filter (where ours = 'PARKED')::integer as parked from deliveries`,
      )
    ).rows as { queued: number; parked: number }[];
    expect([queued, parked, pausedUntil]).toEqual([counted!.queued, counted!.parked, null]);
    expect((await run('destination', 'list')).out).toMatch(
      /^SYSTEM +ORGANISATION +QUEUED +PARKED +PAUSED UNTIL +BECAUSE\n/,
    );
  });

  it('pause, with and without an end, and resume; each on record', async () => {
    const paused = await run('destination', 'pause', 'demo-a', '--reason', 'maintenance tonight');
    expect(paused).toMatchObject({ code: 0, out: 'demo-a  paused until it is resumed\n', err: '' });
    expect(await demoA()).toMatchObject({
      pausedUntil: 'it is resumed',
      pausedBecause: 'maintenance tonight',
    });
    const until = '2099-01-31T18:00:00.000Z';
    expect(
      await json('destination', 'pause', 'demo-a', '--reason', 'longer', '--until', '2099-01-31T18:00:00Z'),
    ).toEqual({
      system: 'demo-a',
      paused: true,
      until,
    });
    expect(await demoA()).toMatchObject({ pausedUntil: '2099-01-31T18:00:00Z', pausedBecause: 'longer' });
    expect(await run('destination', 'resume', 'demo-a')).toMatchObject({ code: 0, out: 'demo-a  resumed\n' });
    expect(await demoA()).toMatchObject({ pausedUntil: null, pausedBecause: null });
    expect((await audited('pauseDestination')).map(({ subject }) => subject)).toEqual([
      'system:command-line',
      'system:command-line',
    ]);
    expect(await audited('resumeDestination')).toHaveLength(1);
  });

  it('one that is none', async () => {
    for (const argv of [
      ['pause', 'demo-z', '--reason', 'maintenance'],
      ['resume', 'demo-z'],
    ])
      expect(await run('destination', ...argv)).toMatchObject({
        code: 2,
        out: '',
        err: expect.stringMatching(/demo-z takes no notes; accepted: .*demo-a/),
      });
  });
});

test.each([
  [
    ['notes', 'list', '--state', 'lost'],
    /--state: lost is no state; accepted: queued, sending, settled, parked, cancelled/,
  ],
  [['notes', 'list', '--limit', '0'], /--limit: .*accepted: 1 to 10000/],
  [['notes', 'show', 'it'], /id: not an id/],
  [['notes', 'replay', '--all', '--code', 'HUB_DELIVERY_LABLE', '--yes'], /--code: is no code of the hub/],
  [['notes', 'replay'], /deliveryId: either one or --all/],
  [['notes', 'replay', '--all'], /--code: is missing/],
  [
    ['notes', 'replay', '01890000-0000-7000-8000-000000000000', '--all', '--code', 'X'],
    /either one or --all/,
  ],
  [['notes', 'cancel', 'it', '--reason', 'because'], /deliveryId: not an id/],
  [['notes', 'cancel', '01890000-0000-7000-8000-000000000000'], /required option '--reason/],
  [['destination', 'pause', 'demo-a', '--reason', 'x', '--until', 'tomorrow'], /--until: not an instant/],
  [
    ['destination', 'pause', 'demo-a', '--reason', 'x', '--until', '2020-01-01T00:00:00Z'],
    /--until: not an instant/,
  ],
  [['destination', 'pause', 'demo-a'], /required option '--reason/],
])('%j is refused before anything is opened', async (argv, words) => {
  // With settings that would fail: the arguments are looked at first.
  expect(await hub(argv, { HUB_PORT: 'many' })).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringMatching(words),
  });
});

/** Policies on the real database: kept, changed, ended, and decisive for what is signed. */
import { DocumentKind } from '../../../src/clinical/documents.port.js';
import { londonDate } from '../../../src/core/calendar.js';
import { type NotePolicyToKeep, policyFor } from '../../../src/notes/note-policy.service.js';
import { failureOf, NOW } from '../../support/casework-world.js';
import { aPolicy, createNoteWorld, type NoteWorld } from '../../support/note-world.js';

describe('policies of notes', () => {
  let notes: NoteWorld;
  beforeAll(async () => {
    notes = await createNoteWorld();
  });
  afterEach(() => notes.world.sql('delete from note_policies'));
  afterAll(() => notes.close());
  const rows = () =>
    notes.world.sql(
      `select clause, valid_from::text as valid_from, valid_to::text as valid_to, specification_id, system_id from note_policies order by clause, valid_from`,
    );
  const chosen = async (systemId: string | null, document: '001' | '004' = '004') =>
    notes.world.database.transaction('write', notes.callers.specialist.scope, (tx) =>
      policyFor(tx, notes.world.organisations.home, {
        specificationId: notes.world.specifications[document]!,
        systemId,
        on: '2026-03-11',
      }),
    );

  it('are the hub’s default until some are kept', async () => {
    expect((await chosen(notes.world.systemId)).clause).toBe('hub default');
  });

  it('come back with all that was kept', async () => {
    const policy: NotePolicyToKeep = {
      specification: 'IPS-GROW-LEAFLET',
      validFrom: '2025-01-01',
      validTo: '2027-01-01',
      clause: ' SOP 4.2 ',
      lateAfterHours: 48,
      latestBackDays: 14,
      countersignRole: 'CARE_COORDINATOR',
      countersignKinds: Object.values(DocumentKind),
      chaseAfterWorkingDays: 5,
      urgentWithinMinutes: 15,
      urgentEscalateTo: 'mo',
    };
    await notes.policies([policy], notes.world.systemId);
    const { specification: _specification, urgentEscalateTo: _escalate, ...rest } = policy;
    expect(await chosen(notes.world.systemId)).toMatchObject({
      ...rest,
      clause: 'SOP 4.2',
      specificationId: notes.world.specifications['004'],
      systemId: notes.world.systemId,
      urgentEscalateTo: notes.callers.manager.scope.staffId,
    });
  });

  it('are chosen by specification and destination', async () => {
    const { systemId } = notes.world;
    await notes.policies([
      aPolicy({ clause: 'neither' }),
      aPolicy({ clause: 'specification', specification: 'IPS-GROW-LEAFLET' }),
    ]);
    await notes.policies([aPolicy({ clause: 'destination' })], systemId);
    expect([
      (await chosen(systemId)).clause,
      (await chosen(systemId, '001')).clause,
      (await chosen(null, '001')).clause,
    ]).toEqual(['specification', 'destination', 'neither']);
    await notes.policies(
      [aPolicy({ clause: 'destination' }), aPolicy({ clause: 'both', specification: 'IPS-GROW-LEAFLET' })],
      systemId,
    );
    expect((await chosen(systemId)).clause).toBe('both');
  });

  it('kept again change what differs and make no second row', async () => {
    await notes.policies([aPolicy()]);
    await notes.policies([aPolicy({ lateAfterHours: 1 })]);
    expect(await rows()).toHaveLength(1);
    expect(await chosen(null)).toMatchObject({ lateAfterHours: 1 });
  });

  it('no longer given end today, and only within their destination', async () => {
    await notes.policies([aPolicy({ clause: 'everywhere' })]);
    await notes.policies(
      [aPolicy({ clause: 'here' }), aPolicy({ clause: 'later', validFrom: '2999-01-01' })],
      notes.world.systemId,
    );
    await notes.policies([], notes.world.systemId);
    expect(await rows()).toMatchObject([
      { clause: 'everywhere', valid_to: null },
      { clause: 'here', valid_to: londonDate(new Date()) },
      { clause: 'later', valid_to: '2999-01-01' },
    ]);
  });

  it('are another organisation’s own', async () => {
    await notes.policies([aPolicy()]);
    const seen = await notes.world.database.read('staff', notes.callers.foreignSpecialist.scope, {
      text: 'select id from note_policies',
      values: [],
    });
    expect(seen).toEqual([]);
  });

  it.each<[string, Partial<NotePolicyToKeep>]>([
    ['lateAfterHours', { lateAfterHours: -1 }],
    ['latestBackDays', { latestBackDays: 1.5 }],
    ['chaseAfterWorkingDays', { chaseAfterWorkingDays: Number.NaN }],
    ['urgentWithinMinutes', { urgentWithinMinutes: 1e9 }],
    ['validFrom', { validFrom: 'today' }],
    ['validTo', { validTo: '2026-02-30' }],
    ['clause', { clause: ' ' }],
    ['countersignRole', { countersignRole: 'ANALYST' as 'TEAM_MANAGER' }],
    ['countersignKinds', { countersignKinds: ['LETTER' as 'ACTION_PLAN'] }],
    ['specification', { specification: 'NO-SUCH' }],
    ['urgentEscalateTo', { urgentEscalateTo: 'fran' }],
  ])('name a bad %s by its place and keep nothing', async (field, change) => {
    const work = notes.policies([aPolicy(), aPolicy(change)]);
    expect(await failureOf(work)).toEqual({ code: 'HUB_INPUT_INVALID', field: `notePolicies[1].${field}` });
    expect(await rows()).toEqual([]);
  });

  it('decide what is late, how far back, how urgent', async () => {
    await notes.policies([
      aPolicy({ clause: 'SOP 7', lateAfterHours: 0, latestBackDays: 2, urgentWithinMinutes: 5 }),
    ]);
    const signed = await notes.signed(null, { contactOn: '2026-03-10', urgent: true });
    expect(signed.prompts).toEqual(['TELEPHONE_CALL', 'LATE_ENTRY']);
    const [delivery] = await notes.world.sql('select urgent_due_at from deliveries where id = $1', [
      signed.deliveryId,
    ]);
    expect(delivery).toEqual({ urgent_due_at: new Date(NOW.getTime() + 300_000) });
    await expect(notes.signed(null, { contactOn: '2026-03-09' })).resolves.toBeDefined();
    await expect(notes.signed(null, { contactOn: '2026-03-08' })).rejects.toThrow('further back than SOP 7');
  });
});

/** `hub people conflicts`: counts by kind and age, on record, and nothing of anybody. */
import type pg from 'pg';
import { newId } from '../../../src/core/ids.js';
import { documentOf, hub } from '../../support/command-line.js';
import { type QuietStore, quietStore } from '../../support/quiet-store.js';

let store: QuietStore;
let rows: pg.Pool;
beforeAll(async () => {
  store = await quietStore();
  rows = store.db.owner;
}, 120_000);
afterAll(() => store.close());

/** A dispute between two new people of the first organisation, so many days old. */
async function dispute(kind: string, days: number, familyName: string | null = null): Promise<void> {
  const [one, other] = [newId(), newId()];
  for (const [id, name] of [
    [one, null],
    [other, familyName],
  ])
    await rows.query(
      `insert into persons (id, organisation_id, nhs_number, family_name)
       select $1, id, '9990000018', $2 from organisations where ods_code = 'DEMO1'`,
      [id, name],
    );
  await rows.query(
    `insert into identity_conflicts (id, organisation_id, kind, person_id, other_person_id, found_at)
     select $1, id, $2, $3, $4, now() - $5 * interval '1 day' from organisations where ods_code = 'DEMO1'`,
    [newId(), kind, one, other, days],
  );
}

test('counts what is on the list, by kind and age', async () => {
  for (const days of [0.5, 3, 30]) await dispute('SHARED_NHS_NUMBER', days);
  await dispute('UNVERIFIED_NUMBER', 2, 'CnryFamily');
  await dispute('UNVERIFIED_NUMBER', 90);
  await rows.query(
    `update identity_conflicts set resolved_at = now(), resolution = 'MERGED' where found_at < now() - interval '60 days' and kind = 'SHARED_NHS_NUMBER'`,
  );
  const said = await hub(['people', 'conflicts', '--json'], store.env);
  expect([said.code, documentOf(said)]).toEqual([
    0,
    [
      {
        organisation: 'DEMO1',
        kind: 'SHARED_NHS_NUMBER',
        open: 3,
        underADay: 1,
        underAWeek: 1,
        older: 1,
        oldestDays: 30,
      },
      {
        organisation: 'DEMO1',
        kind: 'UNVERIFIED_NUMBER',
        open: 1,
        underADay: 0,
        underAWeek: 1,
        older: 0,
        oldestDays: 2,
      },
    ],
  ]);
  const table = await hub(['people', 'conflicts'], store.env);
  expect(table.out).toMatch(/^ORGANISATION +KIND +OPEN +UNDER A DAY +UNDER A WEEK +OLDER +OLDEST, DAYS$/m);
  expect(table.out + said.out).not.toMatch(/999|Cnry|[0-9a-f]{8}-/);
  const { rows: audit } = await rows.query(
    `select kind, subject, person_ids, details from audit_events where operation = 'people conflicts'`,
  );
  expect(audit).toEqual(
    Array.from({ length: 2 }, () => ({
      kind: 'SYSTEM',
      subject: 'system:command-line',
      person_ids: [],
      details: { open: 4 },
    })),
  );
});

test('says nothing but the head where nothing waits', async () => {
  await rows.query(`update identity_conflicts set resolved_at = now(), resolution = 'NO_LONGER_SO'`);
  expect(documentOf(await hub(['people', 'conflicts', '--json'], store.env))).toEqual([]);
});

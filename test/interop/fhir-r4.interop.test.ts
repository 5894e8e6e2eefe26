/**
 * The FHIR R4 adapter against servers of others: the demonstration system always, and whatever HUB_INTEROP_BASE_URL names.
 * docs/trust-integration-engineer.md says how.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { startRecordSystem } from '../support/record-system.js';
import { siteOf } from './site.js';
import { interopSuite, type Subject } from './suite.js';
import { startTokenEndpoint } from './token-endpoint.js';

/** Everything that a record system holds, as type, id and version. */
function heldIn(file: string): readonly string[] {
  const store = new DatabaseSync(file, { readOnly: true });
  try {
    const rows = store.prepare('select type, id, vid from current order by type, id').all();
    return rows.map(({ type, id, vid }) => `${type}/${id} ${vid}`);
  } finally {
    store.close();
  }
}

/** The demonstration system with other people on it, signed in to by its token endpoint. */
async function demonstration(): Promise<Subject> {
  const system = await startRecordSystem({ people: 20, clientIds: true });
  const tokens = await startTokenEndpoint(join(system.file, '..', 'key.pem'));
  const before = heldIn(system.file);
  return {
    site: siteOf({
      HUB_INTEROP_BASE_URL: system.baseUrl,
      HUB_INTEROP_TOKEN_URL: tokens.url,
      HUB_INTEROP_CLIENT_ID: tokens.clientId,
      HUB_INTEROP_KEY_FILE: tokens.keyFile,
    })!,
    async afterwards(skipped) {
      expect([...skipped]).toEqual([]);
      expect(heldIn(system.file)).toEqual(before);
      expect(before.length).toBeGreaterThan(100);
      expect(tokens.given()).toBeGreaterThan(0);
    },
    async close() {
      tokens.close();
      await system.stop();
    },
  };
}

describe('the demonstration record system', () => interopSuite('demonstration', demonstration));

/** The same, where nothing may be made: what can be read is read, and the rest is left out. */
async function closed(): Promise<Subject> {
  const system = await startRecordSystem({ people: 20 });
  await system.faults({ kind: 'status', status: 403, match: { method: 'POST' }, times: 10_000 });
  const settings = join(system.file, '..', 'settings.json');
  writeFileSync(settings, JSON.stringify({ searchByPost: false }));
  return {
    site: siteOf({
      HUB_INTEROP_BASE_URL: system.baseUrl,
      HUB_INTEROP_TEAM: 'Organization/team-eip',
      HUB_INTEROP_SETTINGS_FILE: settings,
    })!,
    isSilent: true,
    async afterwards(skipped) {
      const why = [...skipped].map(([trip, reason]) => `${trip.split(/[,:]/)[0]}: ${reason}`);
      const count = (text: RegExp): number => why.filter((line) => text.test(line)).length;
      expect(
        count(
          /^(caseload|paging|merge): the server refuses to make [A-Z]\w+ \(HUB_UPSTREAM_REFUSED, HTTP 403\)$/,
        ),
      ).toBe(3);
      expect(count(/^record: the server refuses to make Patient \(/)).toBe(10);
      expect(count(/^note.*: the server refuses to make Patient \(/)).toBe(5);
      expect(
        count(/^note: the server says that it lacks rest\.resource\[DocumentReference\]\.updateCreate$/),
      ).toBe(2);
      expect(skipped.size).toBe(20);
    },
    close: () => system.stop(),
  };
}

describe('a record system on which nothing may be made', () => interopSuite('closed', closed));

const site = siteOf(process.env);
if (site === null) {
  const why = 'left out, as HUB_INTEROP_BASE_URL names none';
  process.stdout.write(`interop with another server: ${why}\n`);
  test.skip(`another server: ${why}`, () => {});
} else
  describe('the server that HUB_INTEROP_BASE_URL names', () =>
    interopSuite(new URL(String(site.settings.baseUrl)).host, async () => ({ site })));

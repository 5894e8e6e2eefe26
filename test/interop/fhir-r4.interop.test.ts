/**
 * The FHIR R4 adapter against servers of others: the demonstration system always, and whatever HUB_INTEROP_BASE_URL names.
 * docs/trust-integration-engineer.md says how.
 */
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

const site = siteOf(process.env);
if (site === null) test.skip('another server: left out, as HUB_INTEROP_BASE_URL names none', () => {});
else
  describe('the server that HUB_INTEROP_BASE_URL names', () =>
    interopSuite(new URL(String(site.settings.baseUrl)).host, async () => ({ site })));

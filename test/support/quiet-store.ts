/** A hub for the command line whose record system is configured and never asked: directory, site and one referral, in a database of its own. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { demonstrationHub } from '../../seeds/demonstration/hub-world.js';
import { seedDirectory, seedReferrals } from '../../seeds/demonstration/seed-hub.js';
import type { EligibilityService } from '../../src/casework/eligibility/eligibility.service.js';
import { ReferralService } from '../../src/casework/referrals/referral.service.js';
import { systemClock } from '../../src/core/clock.js';
import type { Environment } from '../../src/platform/settings/settings.js';
import { scratchFolder } from './scratch-folder.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';

export interface QuietStore {
  /** Settings under which commands find all of it; no demonstration. */
  readonly env: Environment;
  readonly db: TestDatabase;
  /** Fails when a command left a connection open. */
  close(): Promise<void>;
}

/** Makes it. Organisations, teams and site are the demonstration's; the referral is of its first trust. */
export async function quietStore(): Promise<QuietStore> {
  const folder = scratchFolder('hub-quiet-');
  const db = await createTestDatabase();
  const world = demonstrationHub('http://127.0.0.1:9/fhir', '2026-03-02', 0);
  const services = {
    referrals: new ReferralService(db.database, systemClock),
    // What is decided about it is nothing to the commands.
    eligibility: { check: async () => ({ outcomes: [] }) } as unknown as EligibilityService,
  };
  const ofFirstTrust = world.referrals.find(({ organisation }) => organisation === 'DEMO1')!;
  await seedReferrals(services, await seedDirectory(db.database, world), [ofFirstTrust]);
  const sites = join(folder, 'sites.json');
  writeFileSync(sites, JSON.stringify(world.sites));
  return {
    env: {
      DATABASE_URL: db.ownerUrl,
      HUB_DEMONSTRATION: 'off',
      HUB_TOKEN_ISSUER: 'https://issuer.example',
      HUB_TOKEN_AUDIENCE: 'ips-hub',
      HUB_TOKEN_JWKS_URL: 'https://issuer.example/keys',
      HUB_CURSOR_SECRET: 'kT3xPq9vW2mZ7rB4nY6sL1dF8hJ5gC0a',
      HUB_SITES_FILE: sites,
      HUB_DATA_DIR: folder,
    },
    db,
    async close() {
      rmSync(folder, { recursive: true, force: true });
      await db.close();
    },
  };
}

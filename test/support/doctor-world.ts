/** A healthy hub with real data for tests of `hub doctor`: database, issuer, record system, sites file; and ways to spoil each. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { ALL_SPECIFICATIONS } from '../../seeds/specifications/all-specifications.js';
import { seedSpecifications } from '../../src/contracts/specification.service.js';
import { NO_SCOPE } from '../../src/core/caller.js';
import type { Machine } from '../../src/main/doctor/machine.js';
import { openDatabase } from '../../src/platform/database/pg-database.js';
import type { Environment } from '../../src/platform/settings/settings.js';
import { cloneDatabase } from './test-database.js';
import type { TestServerUrls } from './test-urls.js';

/** Somebody whose particulars are in the database, and must be in nothing that the doctor says. */
export const PATIENT = {
  nhsNumber: '9990000018',
  familyName: 'Fotheringhay',
  dateOfBirth: '1984-02-29',
} as const;
export const CURSOR_SECRET = 'iW6xgkz8vQ3nT1bYrUo0pLdJ5hMsCeFa';
export const SITE_TOKEN = 'kept-away-from-everybody';

const HEALTHY = `
insert into organisations (id, ods_code, name, kind) values ('00000000-0000-7000-8000-00000000000a', 'RAA', 'Home trust', 'TRUST');
insert into teams (id, organisation_id, code, name, kind) values
  ('00000000-0000-7000-8000-00000000001a', '00000000-0000-7000-8000-00000000000a', 'CMHT', 'Community team', 'CMHT');
insert into clinical_record_systems (id, organisation_id, code, name, adapter)
  values ('00000000-0000-7000-8000-0000000000aa', '00000000-0000-7000-8000-00000000000a', 'home', 'Record', 'fhir-r4');
insert into team_maps (id, organisation_id, system_id, team_reference, team_id, label) values
  ('00000000-0000-7000-8000-0000000000ab', '00000000-0000-7000-8000-00000000000a', '00000000-0000-7000-8000-0000000000aa',
   'Organization/cmht', '00000000-0000-7000-8000-00000000001a', 'North');
insert into caseload_pulls (id, organisation_id, system_id, team_reference, team_id, kind, state, started_at, finished_at, fence) values
  ('00000000-0000-7000-8000-0000000000ac', '00000000-0000-7000-8000-00000000000a', '00000000-0000-7000-8000-0000000000aa',
   'Organization/cmht', '00000000-0000-7000-8000-00000000001a', 'SWEEP', 'COMPLETE', now() - interval '2 hours', now() - interval '2 hours', 1);
insert into persons (id, organisation_id, nhs_number, family_name, date_of_birth) values
  ('00000000-0000-7000-8000-0000000000ad', '00000000-0000-7000-8000-00000000000a', '${PATIENT.nhsNumber}', '${PATIENT.familyName}', '${PATIENT.dateOfBirth}');
create schema pgboss; create table pgboss.version (version integer); grant usage on schema pgboss to hub_owner;`;

/** Runs statements as a superuser, on a connection of their own. */
export async function execute(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** A machine in good order; the clock is this machine's. */
export const GOOD_MACHINE: Machine = {
  nodeVersion: '24.21.0',
  now: () => new Date(),
  freeBytes: () => 50_000_000_000,
};

/** Issuer and record system on one port: every path answers what was last said of it. */
class Answers {
  readonly bodies = new Map<string, { status: number; body: string }>();
  private readonly server: Server = createServer((request, response) => {
    const { status, body } = this.bodies.get((request.url ?? '').split('?')[0]!) ?? {
      status: 404,
      body: '{}',
    };
    response.writeHead(status, { 'content-type': 'application/fhir+json' }).end(body);
  });

  async listen(): Promise<string> {
    await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
    return `http://127.0.0.1:${(this.server.address() as { port: number }).port}`;
  }

  heal(): void {
    const keys = { keys: [{ kty: 'EC', crv: 'P-256', kid: 'today', x: 'x', y: 'y' }] };
    const capabilities = {
      resourceType: 'CapabilityStatement',
      fhirVersion: '4.0.1',
      software: { name: 'Record', version: '7' },
    };
    this.bodies.clear();
    this.bodies.set('/jwks', { status: 200, body: JSON.stringify(keys) });
    this.bodies.set('/fhir/metadata', { status: 200, body: JSON.stringify(capabilities) });
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }
}

/** A site profile of the healthy hub, to be changed in part. */
export type Site = Record<string, unknown> & { settings: Record<string, unknown>; teams: unknown[] };

/** The healthy hub. */
export class DoctorWorld {
  readonly folder = mkdtempSync(join(tmpdir(), 'hub-doctor-'));
  private readonly answers = new Answers();
  private url = '';
  private base: (TestServerUrls & { drop(): Promise<void> }) | undefined;
  private files = 0;

  async build(): Promise<void> {
    this.url = await this.answers.listen();
    this.answers.heal();
    const base = await cloneDatabase();
    this.base = base;
    await execute(base.superuserUrl, HEALTHY);
    const database = await openDatabase({ ownerUrl: base.ownerUrl, entities: [] });
    await database.transaction('write', NO_SCOPE, (tx) => seedSpecifications(tx, ALL_SPECIFICATIONS));
    await database.close();
  }

  /** The database of the healthy hub; leave it as it is. */
  get urls(): TestServerUrls {
    return this.base!;
  }

  /** A copy of the database that a test may spoil. */
  copy(): Promise<TestServerUrls & { drop(): Promise<void> }> {
    return cloneDatabase(new URL(this.urls.ownerUrl).pathname.slice(1));
  }

  /** The settings of the healthy hub. */
  env(sites: readonly Site[] = [this.site()]): Environment {
    return {
      DATABASE_URL: this.urls.ownerUrl,
      HUB_DEMONSTRATION: 'off',
      HUB_TOKEN_ISSUER: 'https://issuer.example',
      HUB_TOKEN_AUDIENCE: 'ips-hub',
      HUB_TOKEN_JWKS_URL: `${this.url}/jwks`,
      HUB_CURSOR_SECRET: CURSOR_SECRET,
      HUB_SECRET_HOME: SITE_TOKEN,
      HUB_SITES_FILE: this.file(JSON.stringify(sites)),
      HUB_POOL_STAFF: '2',
    };
  }

  /** The site of the healthy hub. */
  site(change: Partial<Site> = {}): Site {
    return {
      code: 'home',
      name: 'Record',
      organisation: 'RAA',
      adapter: 'fhir-r4',
      settings: {
        baseUrl: `${this.url}/fhir`,
        auth: 'BEARER',
        bearerToken: { env: 'HUB_SECRET_HOME' },
        maxAttempts: 1,
      },
      teams: [{ reference: 'Organization/cmht', team: 'CMHT' }],
      ...change,
    };
  }

  /** A file with that text, of a name of its own. */
  file(text: string): string {
    const path = join(this.folder, `file-${++this.files}.json`);
    writeFileSync(path, text);
    return path;
  }

  /** An empty folder. */
  emptyFolder(): string {
    const path = join(this.folder, `folder-${++this.files}`);
    mkdirSync(path);
    return path;
  }

  /** What a path of the issuer or the record system answers from now on, until `heal`. */
  answer(path: '/jwks' | '/fhir/metadata', status: number, body: unknown): void {
    this.answers.bodies.set(path, { status, body: typeof body === 'string' ? body : JSON.stringify(body) });
  }

  heal(): void {
    this.answers.heal();
  }

  async close(): Promise<void> {
    await this.answers.close();
    await this.base?.drop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A hub with real data around it, as an operator would have it: issuer with keys on HTTP, FHIR server, directory, sites file, settings. */
import { createSign, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { ALL_SPECIFICATIONS } from '../../seeds/specifications/all-specifications.js';
import { seedSpecifications } from '../../src/contracts/specification.service.js';
import { NO_SCOPE } from '../../src/core/caller.js';
import { loadDirectory } from '../../src/directory/directory.service.js';
import { type RunningHub, startHub } from '../../src/main/start-hub.js';
import { openDatabase } from '../../src/platform/database/pg-database.js';
import { type Environment, readSettings } from '../../src/platform/settings/settings.js';
import { type ScriptedFhirServer, startScriptedFhirServer } from './scripted-fhir-server.js';
import { type ClonedDatabase, cloneDatabase } from './test-database.js';

export const ISSUER = 'https://login.trust.example';
export const AUDIENCE = 'ips-hub-production';

/** What the record system's door is opened with. */
export const SITE_SECRET = 'kept-from-everybody-else';

const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const strangers = generateKeyPairSync('ec', { namedCurve: 'P-256' });

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token; by default kit's of the trust, an employment specialist. Claims may be changed, and the key. */
export function tokenOf(changes: object = {}, key = keys.privateKey): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: ISSUER,
    aud: AUDIENCE,
    sub: 'kit',
    roles: ['EMPLOYMENT_SPECIALIST'],
    org: 'RXX',
    iat: now,
    exp: now + 600,
    ...changes,
  };
  const body = `${part({ alg: 'ES256', typ: 'JWT', kid: 'today' })}.${part(claims)}`;
  const signature = createSign('sha256').update(body).sign({ key, dsaEncoding: 'ieee-p1363' });
  return `${body}.${signature.toString('base64url')}`;
}

/** The same of an issuer whose key nobody published. */
export const strangersToken = (): string => tokenOf({}, strangers.privateKey);

const DIRECTORY = {
  organisations: [
    { odsCode: 'RXX', name: 'A trust', kind: 'TRUST' },
    { odsCode: 'COM', name: 'Commissioner', kind: 'COMMISSIONER' },
  ],
  teams: [
    { organisation: 'RXX', code: 'CMHT', name: 'Community team', kind: 'CMHT' },
    { organisation: 'RXX', code: 'EIP', name: 'Early intervention', kind: 'EIP' },
  ],
  staff: [
    {
      organisation: 'RXX',
      subject: 'kit',
      displayName: 'Kit',
      roles: ['EMPLOYMENT_SPECIALIST'],
      teams: ['CMHT'],
    },
    {
      organisation: 'RXX',
      subject: 'max',
      displayName: 'Max',
      roles: ['TEAM_MANAGER'],
      teams: ['CMHT', 'EIP'],
    },
    { organisation: 'RXX', subject: 'cas', displayName: 'Cas', roles: ['CARE_COORDINATOR'], teams: ['CMHT'] },
    { organisation: 'COM', subject: 'ann', displayName: 'Ann', roles: ['ANALYST'], teams: [] },
  ],
  agreements: [{ recipient: 'COM', covered: 'RXX', reference: 'DSA-1', validFrom: '2024-04-01' }],
} as const satisfies Parameters<typeof loadDirectory>[1];

/** What an answer over HTTP says. */
export interface HttpAnswer {
  readonly status: number;
  readonly data: Record<string, unknown> | null | undefined;
  readonly codes: readonly string[];
}

export class Production {
  readonly folder = mkdtempSync(join(tmpdir(), 'hub-production-'));
  fhir!: ScriptedFhirServer;
  ownerUrl!: string;
  superuserUrl!: string;
  private issuer!: Server;
  private clone!: ClonedDatabase;
  private files = 0;
  private readonly hubs: RunningHub[] = [];

  /** Database with a directory, issuer and record system; specifications only when asked for. */
  async build(options: { readonly specifications?: boolean } = {}): Promise<this> {
    this.clone = await cloneDatabase();
    this.ownerUrl = this.clone.ownerUrl;
    this.superuserUrl = this.clone.superuserUrl;
    this.fhir = await startScriptedFhirServer();
    const jwk = { ...keys.publicKey.export({ format: 'jwk' }), kid: 'today', alg: 'ES256', use: 'sig' };
    this.issuer = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys: [jwk] }));
    });
    await new Promise<void>((done) => this.issuer.listen(0, '127.0.0.1', done));
    const database = await openDatabase({ ownerUrl: this.ownerUrl, entities: [] });
    await database.transaction('write', NO_SCOPE, async (tx) => {
      await loadDirectory(tx, DIRECTORY, '2025-01-01');
      if (options.specifications) await seedSpecifications(tx, ALL_SPECIFICATIONS);
    });
    await database.close();
    return this;
  }

  /** The environment of a production hub; anything may be changed, undefined takes it away. */
  env(changes: Environment = {}): Environment {
    const { port } = this.issuer.address() as { port: number };
    const all: Environment = {
      DATABASE_URL: this.ownerUrl,
      HUB_TOKEN_ISSUER: ISSUER,
      HUB_TOKEN_AUDIENCE: AUDIENCE,
      HUB_TOKEN_JWKS_URL: `http://127.0.0.1:${port}/keys`,
      HUB_CURSOR_SECRET: 'kT3xPq9vW2mZ7rB4nY6sL1dF8hJ5gC0a',
      HUB_SITES_FILE: this.sites(),
      HUB_DATA_DIR: join(this.folder, 'data'),
      HUB_SECRET_RECORD: SITE_SECRET,
      HUB_LOG_LEVEL: 'error',
      HUB_PORT: '0',
      ...changes,
    };
    return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  }

  /** A sites file with the scripted record system, changed in part. */
  sites(change: Record<string, unknown> = {}): string {
    const site = {
      code: 'record',
      name: 'Record system',
      organisation: 'RXX',
      adapter: 'fhir-r4',
      settings: {
        baseUrl: this.fhir.baseUrl.replace(/\/$/, ''),
        auth: 'BEARER',
        bearerToken: { env: 'HUB_SECRET_RECORD' },
        maxAttempts: 1,
      },
      teams: [
        { reference: 'Organization/cmht', team: 'CMHT' },
        { reference: 'Organization/eip', team: 'EIP' },
      ],
      ...change,
    };
    const file = join(this.folder, `sites-${++this.files}.json`);
    writeFileSync(file, JSON.stringify([site]));
    return file;
  }

  /** Starts a hub in this process; it is stopped with the rest unless stopped before. */
  async start(changes: Environment = {}): Promise<RunningHub> {
    const env = this.env(changes);
    const hub = await startHub(readSettings(env), () => {}, env);
    this.hubs.push(hub);
    return hub;
  }

  /** Asks a hub over HTTP. */
  async ask(
    hub: Pick<RunningHub, 'url'>,
    token: string | null,
    query: string,
    variables: object = {},
  ): Promise<HttpAnswer> {
    const response = await fetch(`${hub.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await response.json()) as {
      data?: HttpAnswer['data'];
      errors?: { extensions: { code: string } }[];
    };
    return { status: response.status, data, codes: (errors ?? []).map(({ extensions }) => extensions.code) };
  }

  /** Rows as the superuser sees them. */
  async sql<Row extends object = Record<string, unknown>>(
    text: string,
    values: readonly unknown[] = [],
  ): Promise<Row[]> {
    const client = new pg.Client({ connectionString: this.superuserUrl, application_name: 'test' });
    await client.connect();
    try {
      return (await client.query<Row>(text, [...values])).rows;
    } finally {
      await client.end();
    }
  }

  /** Client connections of hubs to the database, those just closing aside. */
  connections(): Promise<string[]> {
    return this.clone.left();
  }

  /** Stops every hub that still runs. */
  async stopHubs(): Promise<void> {
    await Promise.all(this.hubs.splice(0).map((hub) => hub.stop()));
  }

  /** Stops everything; fails when a connection is left. */
  async close(): Promise<void> {
    await this.stopHubs();
    this.issuer.closeAllConnections();
    await new Promise((done) => this.issuer.close(done));
    await this.fhir.close();
    rmSync(this.folder, { recursive: true, force: true });
    await this.clone.drop();
  }
}

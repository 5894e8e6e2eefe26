/** Every check of `hub doctor` sees the fault that it is for, tells its state and its mend, and says nothing of anybody. */
import { once } from 'node:events';
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { DEMONSTRATION_ISSUER } from '../../../src/access/tokens/token.rules.js';
import { CHECKS } from '../../../src/main/doctor/examine.js';
import { openGround } from '../../../src/main/doctor/ground.js';
import type { Machine } from '../../../src/main/doctor/machine.js';
import type { Finding, Verdict } from '../../../src/main/doctor/verdict.js';
import type { Environment } from '../../../src/platform/settings/settings.js';
import { authority } from '../../support/certificates.js';
import { documentOf, hub, type Said } from '../../support/command-line.js';
import {
  CURSOR_SECRET,
  DoctorWorld,
  execute,
  GOOD_MACHINE,
  PATIENT,
  SITE_TOKEN,
} from '../../support/doctor-world.js';

const world = new DoctorWorld();
beforeAll(() => world.build());
afterAll(() => world.close());
afterEach(() => world.heal());

/** Everything that any doctor of this file said. */
const said: string[] = [];

async function doctor(
  env: Environment,
  machine: Partial<Machine> = {},
  argv = ['doctor', '--json'],
): Promise<Said> {
  const answer = await hub(argv, env, { ...GOOD_MACHINE, ...machine });
  said.push(answer.out, answer.err);
  return answer;
}

/** One check by itself. */
async function examined(env: Environment, check: string): Promise<Verdict> {
  const ground = await openGround(env, GOOD_MACHINE);
  try {
    return await CHECKS.find(({ name }) => name === check)!.run(ground);
  } finally {
    await ground.close();
  }
}

const of = (answer: Said, check: string): Finding =>
  documentOf<Finding[]>(answer).find((finding) => finding.check === check)!;
const faultsOf = (answer: Said): string[] =>
  documentOf<Finding[]>(answer)
    .filter(({ state }) => state === 'FAULT')
    .map(({ check }) => check);

const without = (env: Environment, ...names: string[]): Environment =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !names.includes(name)));
const changed = (change: Environment) => (): Environment => ({ ...world.env(), ...change });
const urlWith = (change: (url: URL) => void) => (): Environment => {
  const url = new URL(world.urls.ownerUrl);
  change(url);
  return { ...world.env(), DATABASE_URL: url.href };
};
/** A demonstration whose data folder is the one given: with the hub's own server, which does not run. */
const demonstration = (dataDir: string): Environment => ({ HUB_DATA_DIR: dataDir });

/** One planted fault. */
interface Plant {
  readonly what: string;
  readonly check: string;
  readonly state: 'WARNING' | 'FAULT';
  readonly mend: RegExp;
  /** Further checks that rightly see a FAULT in it. */
  readonly also?: readonly string[];
  /** Default: the healthy hub's. */
  readonly env?: () => Environment;
  readonly machine?: () => Partial<Machine>;
  /** Spoils a copy of the database, as a superuser. The mend is run there afterwards when it is SQL. */
  readonly sql?: string;
  readonly arrange?: () => void;
}

const HOURS = (hours: number): string =>
  `update caseload_pulls set started_at = now() - interval '${hours} hours', finished_at = now() - interval '${hours} hours'`;

/** A site that sends by itself, beside the healthy one, and its row in the database. */
const listening = (settings: Record<string, unknown>) =>
  world.site({ code: 'pas', adapter: 'hl7v2', settings: { listenPort: 0, ...settings }, teams: [] });
const withSender = (): Environment =>
  world.env([
    world.site(),
    listening({ allowedSenders: ['PAS|RAA'], silentAfterMinutes: 60, unreadAfterMinutes: 5 }),
  ]);
const certificateUntil = (days: number) => {
  const to = new Date(Date.now() + days * 86_400_000).toISOString().slice(2, 10).replaceAll('-', '');
  const { cert, key } = authority().issue({ to: `${to}000000Z` });
  return { listenCertificateFile: world.file(cert), listenKeyFile: world.file(key) };
};
const SENDER = `insert into clinical_record_systems (id, organisation_id, code, name, adapter)
  select '00000000-0000-7000-8000-0000000000ba', id, 'pas', 'PAS', 'hl7v2' from organisations where ods_code = 'RAA';`;
const heard = (ago: string): string =>
  `${SENDER} insert into inbound_sources (system_id, organisation_id, heard_at)
   select id, organisation_id, now() - interval '${ago}' from clinical_record_systems where code = 'pas';`;
const TEAM_OF_SENDER = `insert into team_maps (id, organisation_id, system_id, team_reference, team_id)
   select gen_random_uuid(), s.organisation_id, s.id, 'N', t.id
   from clinical_record_systems s join teams t on t.organisation_id = s.organisation_id where s.code = 'pas';`;
const messageOf = (state: string, ago: string): string =>
  `insert into inbound_messages (id, organisation_id, system_id, seq, content_hash, bytes_hash, remote_address, state, received_at)
   select gen_random_uuid(), organisation_id, id, 1, 'a', 'a', '10.0.0.7', '${state}', now() - interval '${ago}'
   from clinical_record_systems where code = 'pas';`;

const PLANTS: readonly Plant[] = [
  {
    what: 'Node 18',
    check: 'node',
    state: 'FAULT',
    mend: /npm ci .*npm start/,
    machine: () => ({ nodeVersion: '18.20.4' }),
  },
  {
    what: 'Node 20, which lacks what the demonstration needs',
    check: 'node',
    state: 'WARNING',
    mend: /npm ci .*npm start/,
    machine: () => ({ nodeVersion: '20.19.0' }),
  },
  {
    what: 'two wrong settings',
    check: 'settings',
    state: 'FAULT',
    mend: /hub config print/,
    env: changed({ HUB_PORT: 'many', HUB_LOG_LEVEL: 'loud' }),
  },
  {
    what: 'a misspelt name',
    check: 'settings',
    state: 'WARNING',
    mend: /unset HUB_PROT$/,
    env: changed({ HUB_PROT: '1' }),
  },
  {
    what: 'a data folder that is a file',
    check: 'data-folder',
    state: 'FAULT',
    mend: /HUB_DATA_DIR=/,
    env: () => demonstration(world.file('')),
  },
  {
    what: 'a cluster of another version',
    check: 'data-folder',
    state: 'FAULT',
    mend: /DATABASE_URL/,
    env: () => {
      const folder = world.emptyFolder();
      mkdirSync(join(folder, 'postgres', 'postgres'), { recursive: true });
      chmodSync(world.folder, 0o755);
      writeFileSync(join(folder, 'postgres', 'postgres', 'PG_VERSION'), '17\n');
      return demonstration(folder);
    },
  },
  {
    what: 'a disk nearly full',
    check: 'disk',
    state: 'WARNING',
    mend: /free space/,
    env: () => demonstration(world.emptyFolder()),
    machine: () => ({ freeBytes: () => 5e8 }),
  },
  {
    what: 'a full disk',
    check: 'disk',
    state: 'FAULT',
    mend: /free space/,
    env: () => demonstration(world.emptyFolder()),
    machine: () => ({ freeBytes: () => 1e8 }),
  },
  {
    what: 'no PostgreSQL programs',
    check: 'embedded-programs',
    state: 'FAULT',
    mend: /npm ci --include=optional/,
    env: () => demonstration(world.emptyFolder()),
    machine: () => ({ postgresFolder: world.emptyFolder() }),
  },
  {
    what: 'a library link that was not made',
    check: 'embedded-programs',
    state: 'WARNING',
    mend: /hub migrate/,
    env: () => demonstration(world.emptyFolder()),
    machine: () => {
      const native = join(world.emptyFolder(), 'native');
      mkdirSync(join(native, 'bin'), { recursive: true });
      writeFileSync(join(native, 'bin', 'postgres'), '#!/bin/sh\n', { mode: 0o755 });
      writeFileSync(
        join(native, 'pg-symlinks.json'),
        JSON.stringify([{ source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' }]),
      );
      return { postgresFolder: native };
    },
  },
  {
    what: 'an issuer without keys',
    check: 'token-keys',
    state: 'FAULT',
    mend: /jwks_uri/,
    arrange: () => world.answer('/jwks', 200, { keys: [] }),
  },
  {
    what: 'an issuer that fails',
    check: 'token-keys',
    state: 'FAULT',
    mend: /HUB_TOKEN_JWKS_URL=/,
    arrange: () => world.answer('/jwks', 500, ''),
  },
  {
    what: 'a page in the place of keys',
    check: 'token-keys',
    state: 'FAULT',
    mend: /HUB_TOKEN_JWKS_URL=/,
    arrange: () => world.answer('/jwks', 200, '<html>'),
  },
  {
    what: 'a demonstration’s key',
    check: 'token-keys',
    state: 'FAULT',
    mend: /HUB_TOKEN_JWKS_URL=/,
    arrange: () => world.answer('/jwks', 200, { keys: [{ kid: 'demonstration-1' }] }),
  },
  {
    what: 'keys over plain http',
    check: 'token-keys',
    state: 'FAULT',
    mend: /HUB_TOKEN_JWKS_URL=/,
    env: changed({ HUB_TOKEN_JWKS_URL: 'http://issuer.example/keys' }),
  },
  {
    what: 'nobody at the address of the keys',
    check: 'token-keys',
    state: 'FAULT',
    mend: /HUB_TOKEN_JWKS_URL=/,
    env: changed({ HUB_TOKEN_JWKS_URL: 'http://127.0.0.1:9/keys' }),
  },
  {
    what: 'the demonstration’s issuer',
    check: 'token-issuer',
    state: 'FAULT',
    mend: /HUB_TOKEN_ISSUER=/,
    env: changed({ HUB_TOKEN_ISSUER: DEMONSTRATION_ISSUER }),
  },
  {
    what: 'a short secret',
    check: 'cursor-secret',
    state: 'FAULT',
    mend: /HUB_CURSOR_SECRET=\$\(node/,
    also: ['settings'],
    env: changed({ HUB_CURSOR_SECRET: 'short' }),
  },
  {
    what: 'no secret',
    check: 'cursor-secret',
    state: 'FAULT',
    mend: /HUB_CURSOR_SECRET=/,
    also: ['settings'],
    env: () => without(world.env(), 'HUB_CURSOR_SECRET'),
  },
  {
    what: 'a secret of one letter',
    check: 'cursor-secret',
    state: 'WARNING',
    mend: /HUB_CURSOR_SECRET=/,
    env: changed({ HUB_CURSOR_SECRET: 'a'.repeat(40) }),
  },
  {
    what: 'no server at the port',
    check: 'database',
    state: 'FAULT',
    mend: /start PostgreSQL/,
    env: urlWith((url) => {
      url.port = '9';
    }),
  },
  {
    what: 'a wrong password',
    check: 'database',
    state: 'FAULT',
    mend: /password of the owner/,
    env: urlWith((url) => {
      url.password = 'wrong';
    }),
  },
  {
    what: 'a database that is not there',
    check: 'database',
    state: 'FAULT',
    mend: /create database/,
    env: urlWith((url) => {
      url.pathname = '/absent';
    }),
  },
  {
    what: 'PostgreSQL 14',
    check: 'database-version',
    state: 'FAULT',
    mend: /PostgreSQL 15 or newer/,
    sql: `create schema fake; grant usage on schema fake to public;
      create function fake.current_setting(text) returns text language sql as $$ select case $1 when 'server_version_num' then '140012' else pg_catalog.current_setting($1) end $$;
      do $$ begin execute format('alter database %I set search_path = fake, pg_catalog, public', current_database()); end $$`,
  },
  {
    what: 'a migration not run',
    check: 'migrations',
    state: 'FAULT',
    mend: /^hub migrate$/,
    sql: `delete from migration_digests where name like 'Eligibility%'`,
  },
  {
    what: 'a migration altered',
    check: 'migrations',
    state: 'FAULT',
    mend: /install the release/,
    sql: `update migration_digests set digest = 'other' where name like 'Access%'`,
  },
  {
    what: 'a migration of a newer hub',
    check: 'migrations',
    state: 'FAULT',
    mend: /or a later one/,
    sql: `insert into migration_digests (name, digest) values ('Notes1999999999999', 'x')`,
  },
  {
    what: 'a clock two minutes fast',
    check: 'clock',
    state: 'FAULT',
    mend: /timedatectl/,
    machine: () => ({ now: () => new Date(Date.now() + 120_000) }),
  },
  {
    what: 'pools too large for the server',
    check: 'connections',
    state: 'WARNING',
    mend: /max_connections = \d+;/,
    env: changed({ HUB_POOL_STAFF: '50' }),
  },
  {
    what: 'no job store',
    check: 'jobs',
    state: 'WARNING',
    mend: /^hub start$/,
    sql: 'drop schema pgboss cascade',
  },
  {
    what: 'made-up organisations beside real ones',
    check: 'demonstration',
    state: 'WARNING',
    mend: /DATABASE_URL=/,
    sql: `insert into organisations (id, ods_code, name, kind) values (gen_random_uuid(), 'DEMO1', 'Made up', 'TRUST')`,
  },
  {
    what: 'a demonstration on real data',
    check: 'demonstration',
    state: 'FAULT',
    mend: /^HUB_DEMONSTRATION=off$/,
    env: () => ({ ...world.env(), HUB_DEMONSTRATION: 'on', HUB_DATA_DIR: world.emptyFolder() }),
  },
  {
    what: 'row security not forced',
    check: 'row-security',
    state: 'FAULT',
    mend: /alter table persons /,
    sql: 'alter table persons no force row level security',
  },
  {
    what: 'row security off',
    check: 'row-security',
    state: 'FAULT',
    mend: /alter table referrals enable/,
    sql: 'alter table referrals disable row level security',
  },
  {
    what: 'a policy gone',
    check: 'row-security',
    state: 'FAULT',
    mend: /^create policy record_links_hub_decide/,
    sql: 'drop policy record_links_hub_decide on record_links',
  },
  {
    what: 'a policy nobody made',
    check: 'row-security',
    state: 'FAULT',
    mend: /^drop policy leak on persons;$/,
    sql: 'create policy leak on persons for select to hub_read_analyst using (true)',
  },
  {
    what: 'a policy opened',
    check: 'row-security',
    state: 'FAULT',
    mend: /create policy persons_hub_read_staff/,
    sql: 'alter policy persons_hub_read_staff on persons using (true)',
  },
  {
    what: 'a table of persons beside ours',
    check: 'row-security',
    state: 'FAULT',
    mend: /alter table extract enable/,
    sql: 'create table extract (nhs_number text); alter table extract owner to hub_owner',
  },
  {
    what: 'audit events changeable',
    check: 'audit',
    state: 'FAULT',
    mend: /create trigger audit_events_append_only/,
    sql: 'alter table audit_events disable trigger audit_events_append_only',
  },
  {
    what: 'decisions changeable',
    check: 'audit',
    state: 'FAULT',
    mend: /create trigger eligibility_decisions_immutable/,
    sql: 'drop trigger eligibility_decisions_immutable on eligibility_decisions',
  },
  {
    what: 'an audit role that reads',
    check: 'audit',
    state: 'FAULT',
    mend: /^revoke select on audit_events from hub_audit;$/,
    sql: 'grant select on audit_events to hub_audit',
  },
  {
    what: 'a role that reads more of the record than who has read',
    check: 'audit',
    state: 'FAULT',
    mend: /^revoke select on audit_events from hub_write;$/,
    sql: 'grant select (details) on audit_events to hub_write',
  },
  {
    what: 'an audit role that reads one column',
    check: 'audit',
    state: 'FAULT',
    mend: /^revoke select on audit_events/,
    sql: 'grant select (subject) on audit_events to hub_read_staff',
  },
  {
    what: 'a role that removes audit events',
    check: 'audit',
    state: 'FAULT',
    mend: /^revoke delete on audit_events from hub_write;$/,
    sql: 'grant delete on audit_events to hub_write',
  },
  {
    what: 'no sites file',
    check: 'sites',
    state: 'FAULT',
    mend: /HUB_SITES_FILE/,
    env: changed({ HUB_SITES_FILE: '/absent.json' }),
  },
  {
    what: 'a site’s secret unset',
    check: 'sites',
    state: 'FAULT',
    mend: /HUB_SITES_FILE/,
    env: () => without(world.env(), 'HUB_SECRET_HOME'),
  },
  {
    what: 'no site at all',
    check: 'sites',
    state: 'WARNING',
    mend: /HUB_SITES_FILE=/,
    env: () => without(world.env(), 'HUB_SITES_FILE'),
  },
  {
    what: 'an adapter nobody wrote',
    check: 'adapters',
    state: 'FAULT',
    mend: /^hub systems describe,/,
    env: () => world.env([world.site({ adapter: 'pigeon' })]),
  },
  {
    what: 'settings an adapter refuses',
    check: 'adapters',
    state: 'FAULT',
    mend: /^hub systems describe fhir-r4,/,
    env: () => world.env([world.site({ settings: { pageSize: 0 } })]),
  },
  {
    what: 'files of a certificate that are not there',
    check: 'adapters',
    state: 'FAULT',
    mend: /sites\.pas\.settings\.listenCertificateFile, sites\.pas\.settings\.listenKeyFile in HUB_SITES_FILE/,
    also: ['record-systems'],
    env: () => world.env([listening({ listenCertificateFile: '/absent.crt', listenKeyFile: '/absent.key' })]),
  },
  {
    what: 'a file of an authority that is not there, where messages are sent',
    check: 'adapters',
    state: 'FAULT',
    mend: /sites\.pas\.settings\.sendAuthorityFile in HUB_SITES_FILE/,
    also: ['record-systems'],
    env: () =>
      world.env([
        listening({
          sendHost: 'engine.example',
          sendPort: 6661,
          sendAuthorityFile: '/absent.crt',
          receivingApplication: 'PAS',
          receivingFacility: 'RAA',
          sendsDocuments: false,
        }),
      ]),
  },
  {
    what: 'a certificate that runs out soon',
    check: 'adapters',
    state: 'WARNING',
    mend: /sites\.pas\.settings\.listenCertificateFile in HUB_SITES_FILE/,
    env: () => world.env([listening(certificateUntil(20))]),
  },
  {
    what: 'a certificate that has run out',
    check: 'adapters',
    state: 'FAULT',
    mend: /sites\.pas\.settings\.listenCertificateFile in HUB_SITES_FILE/,
    also: ['record-systems'],
    env: () => world.env([listening(certificateUntil(-2))]),
  },
  {
    what: 'an organisation not in the directory',
    check: 'site-directory',
    state: 'FAULT',
    mend: /hub directory load/,
    env: () => world.env([world.site({ organisation: 'RZZ' })]),
  },
  {
    what: 'a team not in the directory',
    check: 'site-directory',
    state: 'FAULT',
    mend: /hub directory load/,
    env: () => world.env([world.site({ teams: [{ reference: 'Organization/x', team: 'EIP' }] })]),
  },
  {
    what: 'a record system out of service',
    check: 'record-systems',
    state: 'FAULT',
    mend: /hub systems check home/,
    arrange: () => world.answer('/fhir/metadata', 503, ''),
  },
  {
    what: 'a record system that is none',
    check: 'record-systems',
    state: 'FAULT',
    mend: /hub systems check home/,
    arrange: () => world.answer('/fhir/metadata', 200, '<html>'),
  },
  {
    what: 'sweeps too rare',
    check: 'sweep-interval',
    state: 'WARNING',
    mend: /^HUB_SWEEP_HOURS=25$/,
    env: changed({ HUB_SWEEP_HOURS: '26' }),
  },
  {
    what: 'a budget shorter than a day',
    check: 'sweep-interval',
    state: 'WARNING',
    mend: /^HUB_SWEEP_HOURS=11$/,
    env: () => world.env([world.site({ absenceBudgetHours: 12 })]),
  },
  {
    what: 'a system that was never heard of',
    check: 'feeds',
    state: 'FAULT',
    mend: /HUB_ROLES/,
    env: withSender,
    sql: SENDER,
  },
  {
    what: 'a system silent for longer than its site allows',
    check: 'feeds',
    state: 'FAULT',
    mend: /the interface of pas .*HUB_ROLES/,
    env: withSender,
    sql: heard('61 minutes'),
  },
  {
    what: 'messages that nobody reads',
    check: 'feeds',
    state: 'WARNING',
    mend: /role worker/,
    env: withSender,
    sql: heard('1 minute') + messageOf('KEPT', '6 minutes'),
  },
  {
    what: 'a message that was not understood',
    check: 'feeds',
    state: 'WARNING',
    mend: /^hub messages list --system pas --state not-understood$/,
    env: withSender,
    sql: heard('1 minute') + messageOf('NOT_UNDERSTOOD', '1 minute'),
  },
  {
    what: 'a feed that nobody has counted, and nobody can',
    check: 'caseloads',
    state: 'WARNING',
    mend: /^HUB_SITES_FILE, site pas: .*COUNT, or feedTellsAll.* then hub caseload refresh --system pas --kind sweep$/,
    env: withSender,
    sql: heard('1 minute') + TEAM_OF_SENDER,
  },
  {
    what: 'a feed that has told of everybody and was never swept',
    check: 'caseloads',
    state: 'WARNING',
    mend: /^hub caseload refresh --system pas --kind sweep$/,
    env: () => world.env([world.site(), listening({ feedTellsAll: true })]),
    sql: heard('1 minute') + TEAM_OF_SENDER,
  },
  {
    what: 'a code nobody has mapped',
    check: 'team-map',
    state: 'WARNING',
    mend: /"reference": "Organization\/cmht"/,
    sql: 'update team_maps set team_id = null',
  },
  {
    what: 'messages that name no team',
    check: 'team-map',
    state: 'WARNING',
    mend: /^HUB_SITES_FILE, site home: teamFrom/,
    sql: `update team_maps set team_id = null, team_reference = '(team not told)'`,
  },
  {
    what: 'a caseload never read',
    check: 'caseloads',
    state: 'WARNING',
    mend: /^hub caseload refresh --system home --kind sweep$/,
    sql: 'delete from caseload_pulls',
  },
  {
    what: 'a pull that never ended',
    check: 'caseloads',
    state: 'WARNING',
    mend: /^hub caseload refresh/,
    sql: `update caseload_pulls set state = 'INCOMPLETE'`,
  },
  {
    what: 'a caseload past its absence budget',
    check: 'caseloads',
    state: 'WARNING',
    mend: /^hub caseload refresh/,
    sql: HOURS(27),
  },
  {
    what: 'a caseload past its presence budget',
    check: 'caseloads',
    state: 'FAULT',
    mend: /^hub caseload refresh/,
    sql: HOURS(169),
  },
  {
    what: 'no specifications',
    check: 'specifications',
    state: 'WARNING',
    mend: /^hub seed$/,
    sql: 'truncate service_specifications cascade',
  },
  {
    what: 'placeholders unfilled',
    check: 'specifications',
    state: 'WARNING',
    mend: /then hub seed$/,
    sql: 'update specification_versions set activated_at = null',
  },
];

test('a healthy hub: every check examined, nothing to mend, exit 0', async () => {
  const answer = await doctor(world.env());
  const findings = documentOf<Finding[]>(answer);
  expect(findings.filter(({ state }) => state === 'WARNING' || state === 'FAULT')).toEqual([]);
  expect(findings.filter(({ mend }) => mend !== null)).toEqual([]);
  expect(findings.map(({ check }) => check)).toEqual(CHECKS.map(({ name }) => name));
  expect(findings.filter(({ state }) => state === 'SKIPPED').map(({ check }) => check)).toEqual([
    'data-folder',
    'disk',
    'embedded-programs',
    'demonstration',
    'feeds',
  ]);
  expect(answer).toMatchObject({ code: 0, err: '' });
});

describe('planted faults', () => {
  test.each(PLANTS.map((plant) => [`${plant.check}: ${plant.what}`, plant] as const))(
    '%s',
    async (_name, plant) => {
      plant.arrange?.();
      const copy = plant.sql ? await world.copy() : null;
      try {
        if (copy) await execute(copy.superuserUrl, plant.sql!);
        const env = {
          ...(plant.env ?? world.env.bind(world))(),
          ...(copy ? { DATABASE_URL: copy.ownerUrl } : {}),
        };
        const answer = await doctor(env, plant.machine?.());
        const finding = of(answer, plant.check);
        expect(finding).toMatchObject({ state: plant.state, mend: expect.stringMatching(plant.mend) });
        const faults = [...(plant.state === 'FAULT' ? [plant.check] : []), ...(plant.also ?? [])];
        expect(faultsOf(answer).sort()).toEqual(faults.sort());
        expect(answer.code).toBe(faults.length > 0 ? 1 : 0);
        if (copy && /;$/.test(finding.mend!)) {
          await execute(copy.superuserUrl, finding.mend!);
          expect((await examined(env, plant.check)).state).toBe('OK');
        }
      } finally {
        await copy?.drop();
      }
    },
  );
});

test('a short age is no fault: just inside each budget', async () => {
  const copy = await world.copy();
  await execute(copy.superuserUrl, HOURS(25));
  const answer = await doctor({ ...world.env(), DATABASE_URL: copy.ownerUrl });
  expect(of(answer, 'caseloads').state).toBe('OK');
  await copy.drop();
});

test('of what is sent it says which system has been silent and since when, and that all is well where all is', async () => {
  const copy = await world.copy();
  const asked = async () => {
    const { state, found } = of(await doctor({ ...withSender(), DATABASE_URL: copy.ownerUrl }), 'feeds');
    return `${state} ${found}`;
  };
  await execute(copy.superuserUrl, heard('61 minutes'));
  await execute(copy.superuserUrl, `update inbound_sources set heard_at = '2026-03-01T04:05:06Z'`);
  expect(await asked()).toBe('FAULT pas: nothing has been heard of it since 2026-03-01T04:05:06Z');
  await execute(
    copy.superuserUrl,
    `update inbound_sources set heard_at = now() - interval '59 minutes'; ${messageOf('KEPT', '4 minutes')}`,
  );
  expect(await asked()).toMatch(/^OK pas heard of at /);
  await copy.drop();
});

describe('a server that is there and gives no connection', () => {
  test.each<[string, (socket: Socket) => void, string]>([
    ['takes it and no more', () => {}, 'nothing within 5 s'],
    ['closes it', (socket) => void socket.destroy(), 'it closed the connection'],
  ])('one that %s', async (_what, deed, reason) => {
    const server = createServer(deed).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const env = urlWith((url) => {
      url.port = String((server.address() as AddressInfo).port);
    });
    const answer = await doctor(env()).finally(() => server.close());
    const { state, found, mend } = of(answer, 'database');
    expect([state, mend]).toEqual(['FAULT', expect.stringMatching(/start PostgreSQL/)]);
    expect(found).toMatch(new RegExp(` does not answer \\(${reason}\\)$`));
  });

  test('one without TLS, where the URL wants it', async () => {
    const env = urlWith((url) => url.searchParams.set('sslmode', 'verify-full'));
    const { found, mend } = of(await doctor(env()), 'database');
    expect(found).toMatch(/ does not answer \(it speaks no TLS\)$/);
    expect(mend).toMatch(/TLS parameters in DATABASE_URL/);
  });
});

describe('owners and roles', () => {
  const owner = 'doctor_owner_of_this_test';
  const as = (name: string, password: string): Environment => {
    const url = new URL(world.urls.ownerUrl);
    [url.username, url.password] = [name, password];
    return { ...world.env(), DATABASE_URL: url.href };
  };
  afterEach(() => execute(world.urls.superuserUrl, `drop role if exists ${owner}`));

  test('an owner of another password: the roles cannot sign in', async () => {
    await execute(
      world.urls.superuserUrl,
      `create role ${owner} login createrole password 'other' in role hub_owner`,
    );
    const answer = await doctor(as(owner, 'other'));
    expect(faultsOf(answer)).toEqual(['database-roles']);
    expect(of(answer, 'database-roles')).toMatchObject({
      mend: 'hub migrate',
      found: expect.stringMatching(/hub_decide .*28P01/),
    });
    expect(answer.code).toBe(1);
  });

  test('an owner who may make neither roles nor tables', async () => {
    await execute(world.urls.superuserUrl, `create role ${owner} login password 'other'`);
    const { state, mend } = of(await doctor(as(owner, 'other')), 'database-owner');
    expect(state).toBe('FAULT');
    expect(mend).toMatch(
      new RegExp(`^alter role ${owner} createrole;\nalter database \\w+ owner to ${owner};$`),
    );
  });

  test('an owner who is a superuser', async () => {
    const { username, password } = new URL(world.urls.superuserUrl);
    const finding = of(await doctor(as(username, password)), 'database-owner');
    expect(finding).toMatchObject({
      state: 'WARNING',
      mend: 'alter role postgres nosuperuser nobypassrls createrole;',
    });
  });
});

test('one wrong setting hides no other fault', async () => {
  world.answer('/jwks', 404, '');
  const answer = await doctor({
    ...world.env(),
    HUB_PORT: 'many',
    HUB_SWEEP_HOURS: '100',
    HUB_DEMONSTRATION: 'never',
  });
  expect(faultsOf(answer)).toEqual(['settings', 'token-keys']);
  expect(of(answer, 'settings').found).toMatch(
    /HUB_PORT: .*\nHUB_DEMONSTRATION: |HUB_DEMONSTRATION: .*\nHUB_PORT: /s,
  );
  expect(of(answer, 'sweep-interval').state).toBe('WARNING');
});

test('for people: one line per check, mends beneath, every line of several', async () => {
  const env = { ...world.env(), HUB_PORT: 'many', HUB_CURSOR_SECRET: 'short' };
  const { out, code } = await doctor(env, { nodeVersion: '18.20.4' }, ['doctor']);
  expect(code).toBe(1);
  expect(out).toMatch(
    /^FAULT {5}node +Node 18\.20\.4 is too old for the hub\n {10}mend: npm ci --include=optional/m,
  );
  expect(out).toMatch(
    /^FAULT {5}settings +HUB_PORT: .*\n {10}HUB_CURSOR_SECRET: |^FAULT {5}settings +HUB_CURSOR_SECRET: .*\n {10}HUB_PORT: /m,
  );
  expect(out.split('\n').filter((line) => /^(OK|WARNING|FAULT|SKIPPED) /.test(line))).toHaveLength(
    CHECKS.length,
  );
});

describe('changes nothing', () => {
  test('a data folder that is not there is not made, and no server is started', async () => {
    const absent = join(world.emptyFolder(), 'data');
    const answer = await doctor(demonstration(absent));
    expect(answer.code).toBe(0);
    expect(of(answer, 'database')).toMatchObject({
      state: 'SKIPPED',
      found: expect.stringMatching(/only its folder was examined/),
    });
    expect(of(answer, 'record-systems').found).toMatch(/not running; hub start starts it/);
    expect(readdirSync(join(absent, '..'))).toEqual([]);
  });

  test('its connection refuses to write', async () => {
    const ground = await openGround(world.env(), GOOD_MACHINE);
    await expect(ground.query(`update organisations set name = 'x'`)).rejects.toMatchObject({
      details: { sqlstate: '25006' },
    });
    await ground.close();
  });
});

test('each check has a fault in the table', () => {
  const elsewhere = ['database-owner', 'database-roles'];
  expect(new Set([...PLANTS.map(({ check }) => check), ...elsewhere])).toEqual(
    new Set(CHECKS.map(({ name }) => name)),
  );
});

test('nothing that was said names a person or holds a secret', () => {
  const all = said.join('\n');
  expect(all.length).toBeGreaterThan(10_000);
  const { password } = new URL(world.urls.ownerUrl);
  for (const secret of [
    ...Object.values(PATIENT),
    CURSOR_SECRET,
    SITE_TOKEN,
    password,
    decodeURIComponent(password),
  ])
    expect(all).not.toContain(secret);
});

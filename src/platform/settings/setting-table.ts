/** The one table of settings. Validation, `.env.example`, `docs/configuration.md` and `hub config print` are made from it. */
import { choice, choices, integer, secret, text, url } from './setting-kinds.js';

/** What one process does. */
export const ProcessRole = {
  /** Serves the graph over HTTP. */
  HTTP: 'http',
  /** Refreshes caseloads, escalates and cleans up. */
  WORKER: 'worker',
  /** Sends signed documents to the record systems and reads them back. */
  DELIVERY: 'delivery',
  /** Listens for what record systems send by themselves. */
  LISTENER: 'listener',
} as const;
export type ProcessRole = (typeof ProcessRole)[keyof typeof ProcessRole];

const SERVER = 'Server';
const DATABASE = 'Database';
const TOKENS = 'Tokens';
const SITES = 'Clinical record systems';

const pool = (role: string, size: number, what: string) =>
  integer(`HUB_POOL_${role}`, [1, 50], {
    group: DATABASE,
    default: size,
    help: `Database connections at most for ${what}.`,
  });

/** Every setting, by its name in code. */
export const SETTINGS = {
  host: text<string>('HUB_HOST', 'an address of this machine', {
    group: SERVER,
    default: '127.0.0.1',
    help: 'Address to listen on. Only this machine can reach the default; 0.0.0.0 listens on all addresses.',
  }),
  port: integer('HUB_PORT', [0, 65_535], {
    group: SERVER,
    default: 4000,
    help: 'Port to listen on; 0 takes a free one.',
  }),
  publicUrl: url('HUB_PUBLIC_URL', ['https', 'http'], {
    group: SERVER,
    help: 'Address at which other systems reach this hub, for what they are told to call. A demonstration has http://HUB_HOST:HUB_PORT.',
  }),
  roles: choices('HUB_ROLES', Object.values(ProcessRole), {
    group: SERVER,
    default: Object.values(ProcessRole),
    help: 'What this process does. Any number of processes may share one database.',
  }),
  dataDir: text<string>('HUB_DATA_DIR', 'a folder', {
    group: SERVER,
    default: '.data',
    help: 'Folder for the embedded database and for the secrets that a demonstration makes. Unused otherwise.',
  }),
  demonstration: choice('HUB_DEMONSTRATION', ['auto', 'on', 'off'], {
    group: SERVER,
    default: 'auto',
    help: 'Whether made-up people, systems and sign-ins are offered. auto: on when DATABASE_URL is unset. Never on beside real data.',
  }),
  logLevel: choice('HUB_LOG_LEVEL', ['error', 'warn', 'info', 'debug'], {
    group: SERVER,
    default: 'info',
    help: 'Least severe level that is written. error: page someone; warn: look today; info: life-cycle events.',
  }),
  ratePerMinute: integer('HUB_RATE_PER_MINUTE', [1, 100_000], {
    group: SERVER,
    default: 600,
    help: 'Requests per minute and caller before HUB_ACCESS_RATE.',
  }),
  cursorSecret: secret('HUB_CURSOR_SECRET', 32, {
    group: SERVER,
    help: 'Seals page cursors; the same for all processes. A demonstration makes one in HUB_DATA_DIR.',
  }),
  databaseUrl: url('DATABASE_URL', ['postgres', 'postgresql'], {
    group: DATABASE,
    accepted: 'postgres://owner:password@host:port/database, with a password',
    isSecret: true,
    help: 'PostgreSQL 15 or newer, as the owner of the database with createrole. Unset: the hub runs its own, for demonstration only.',
  }),
  statementTimeoutMs: integer('HUB_STATEMENT_TIMEOUT_MS', [100, 600_000], {
    group: DATABASE,
    default: 15_000,
    help: 'Milliseconds after which PostgreSQL ends a statement.',
  }),
  poolWrite: pool('WRITE', 2, 'requests that change something'),
  poolDecide: pool('DECIDE', 1, 'eligibility decisions'),
  poolWorker: pool('WORKER', 2, 'refresh and other work without a caller'),
  poolStaff: pool('STAFF', 2, 'reads of staff'),
  poolAnalyst: pool('ANALYST', 1, 'reads of analysts'),
  poolAudit: pool('AUDIT', 1, 'the audit record'),
  tokenIssuer: url('HUB_TOKEN_ISSUER', ['https', 'http'], {
    group: TOKENS,
    help: 'Issuer (`iss`) whose tokens are accepted. Required unless this is a demonstration.',
  }),
  tokenAudience: text<string | null>('HUB_TOKEN_AUDIENCE', 'a text', {
    group: TOKENS,
    default: null,
    help: 'Audience (`aud`) that a token must name: this hub.',
  }),
  tokenJwksUrl: url('HUB_TOKEN_JWKS_URL', ['https', 'http'], {
    group: TOKENS,
    help: 'Where the issuer publishes its keys (JWK Set).',
  }),
  sitesFile: text<string | null>('HUB_SITES_FILE', 'a JSON file', {
    group: SITES,
    default: null,
    help: 'Site profiles: which clinical record systems there are and how to speak to each.',
  }),
  recordTimeoutMs: integer('HUB_RECORD_TIMEOUT_MS', [100, 25_000], {
    group: SITES,
    default: 4_000,
    help: 'Milliseconds that an answer waits for a live read of a clinical record; what comes later is left out with an error.',
  }),
  refreshMinutes: integer('HUB_REFRESH_MINUTES', [1, 1440], {
    group: SITES,
    default: 15,
    help: 'Minutes between reads of what changed on the caseloads of a system.',
  }),
  hintSeconds: integer('HUB_HINT_SECONDS', [1, 3600], {
    group: SITES,
    default: 30,
    help: 'Least seconds between two reads of what changed that a record system has hinted at; hints in between are one.',
  }),
  sweepHours: integer('HUB_SWEEP_HOURS', [1, 168], {
    group: SITES,
    default: 24,
    help: 'Hours between whole reads of every caseload. Keep it below the absence budget of each system (26 by default): only a whole read proves absence.',
  }),
  messageBodyDays: integer('HUB_MESSAGE_BODY_DAYS', [0, 36_500], {
    group: SITES,
    default: 90,
    help: 'Days for which the bytes of messages that record systems send are kept; 0 is for ever. A message that waits for somebody keeps them. A sender may use a number again once they are gone.',
  }),
  messageDays: integer('HUB_MESSAGE_DAYS', [0, 36_500], {
    group: SITES,
    default: 2_922,
    help: 'Days for which it is kept that a message came, how it was answered and what became of it; 0 is for ever. The default is eight years.',
  }),
} as const;

/** Settings that are given together or not at all. */
export const GROUPS: readonly (readonly (keyof typeof SETTINGS)[])[] = [
  ['tokenIssuer', 'tokenAudience', 'tokenJwksUrl'],
];

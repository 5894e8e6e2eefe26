/** The database roles of the data-access matrix: made as sign-ins whose passwords follow from the owner's, so that there is one secret. */
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type pg from 'pg';
import { HubError } from '../../core/errors.js';
import { DatabaseRole } from './policy.js';

const MADE_ROLES = Object.values(DatabaseRole).filter((role) => role !== DatabaseRole.OWNER);
const ITERATIONS = 4096;

/** Password of a role: HMAC-SHA256 of the role's name under the owner's password. `HUB_SETTINGS_INVALID` when the URL has none. */
export function rolePassword(ownerUrl: string, role: DatabaseRole): string {
  const { password } = new URL(ownerUrl);
  if (!password) {
    throw new HubError('HUB_SETTINGS_INVALID', {
      message:
        'DATABASE_URL: has no password; accepted: postgres://owner:password@host:port/database (the passwords of the other roles are derived from it)',
      details: { setting: 'DATABASE_URL' },
    });
  }
  return createHmac('sha256', decodeURIComponent(password))
    .update(`ips-hub database role ${role}`)
    .digest('base64url');
}

/** The owner's URL with a role's own name and password; everything else (host, TLS parameters) stays. */
export function roleUrl(ownerUrl: string, role: DatabaseRole): string {
  const url = new URL(ownerUrl);
  const password = rolePassword(ownerUrl, role);
  url.username = role;
  url.password = encodeURIComponent(password);
  return url.href;
}

/** What PostgreSQL keeps of a password (SCRAM-SHA-256, RFC 5803), so that the password itself is in no statement and no log. */
export function scramVerifier(password: string, salt: Buffer = randomBytes(16)): string {
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, 'sha256');
  const sign = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
  const storedKey = createHash('sha256').update(sign(salted, 'Client Key')).digest('base64');
  const serverKey = sign(salted, 'Server Key').toString('base64');
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}

interface RoleRow {
  rolname: string;
  rolsuper: boolean;
  rolbypassrls: boolean;
}

/**
 * Makes the roles that are missing, sets every password, and grants use of schema `public`. Safe to repeat. The caller holds the
 * migration lock. `HUB_DATABASE_MIGRATIONS` when a role could escape row-level security or may not be changed by this owner.
 */
export async function ensureRoles(client: pg.ClientBase, ownerUrl: string): Promise<void> {
  const known = new Map<string, RoleRow>();
  const { rows } = await client.query<RoleRow>(
    'select rolname, rolsuper, rolbypassrls from pg_roles where rolname = any ($1)',
    [MADE_ROLES],
  );
  for (const row of rows) known.set(row.rolname, row);
  for (const role of MADE_ROLES) {
    const existing = known.get(role);
    if (existing?.rolsuper || existing?.rolbypassrls) {
      throw new HubError('HUB_DATABASE_MIGRATIONS', {
        message: `database role ${role} is a superuser or bypasses row-level security; a database administrator runs: alter role ${role} nosuperuser nobypassrls`,
      });
    }
    const verifier = client.escapeLiteral(scramVerifier(rolePassword(ownerUrl, role)));
    try {
      if (!existing) await createRole(client, role, verifier);
      await untilAlone(() => client.query(`alter role ${role} password ${verifier}`));
      await client.query(`grant usage on schema public to ${role}`);
    } catch (cause) {
      if ((cause as { code?: string }).code !== '42501') throw cause;
      throw new HubError('HUB_DATABASE_MIGRATIONS', {
        message: `the owner in DATABASE_URL may not make or change database role ${role}; it needs createrole, and admin option on a role that somebody else made`,
        cause,
      });
    }
  }
}

/** Tries before another's change of the same role is a failure. */
const TRIES = 20;

/**
 * Roles belong to the whole server and the migration lock to one database: a hub of another database on it may be changing the
 * same role at this moment, which PostgreSQL refuses with an internal error rather than waiting.
 */
async function untilAlone(change: () => Promise<unknown>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await change();
      return;
    } catch (error) {
      const { code, message = '' } = error as { code?: string; message?: string };
      if (code !== 'XX000' || !/concurrently updated/.test(message) || tries === TRIES) throw error;
      await setTimeout(Math.random() * 20 * tries);
    }
  }
}

async function createRole(client: pg.ClientBase, role: DatabaseRole, verifier: string): Promise<void> {
  try {
    await client.query(
      `create role ${role} login nosuperuser nobypassrls noinherit nocreatedb nocreaterole password ${verifier}`,
    );
  } catch (error) {
    // Roles belong to the whole server: a migration of another database on it may just have made this one.
    if (!['42710', '23505'].includes((error as { code?: string }).code ?? '')) throw error;
  }
}

/** Chooses the operating-system user who runs the embedded server: PostgreSQL refuses to run as root. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { HubError } from '../../core/errors.js';

/** Numbers to hand to `spawn`; also the owner of the data directory. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/** A user's numbers in the text of a password file (`name:x:uid:gid:…`), or undefined when the name is not listed. */
export function findUser(passwd: string, name: string): ServerUser | undefined {
  const fields = passwd
    .split('\n')
    .map((line) => line.split(':'))
    .find((line) => line[0] === name);
  if (!fields) return undefined;
  const [uid, gid] = [Number(fields[2]), Number(fields[3])];
  return Number.isInteger(uid) && Number.isInteger(gid) && uid !== 0 ? { uid, gid } : undefined;
}

/**
 * The user to run the server as: undefined (the present user) unless the hub runs as root, then `postgres`, else `nobody`.
 * The user must be listed: PostgreSQL looks its own number up. `HUB_DATABASE_EMBEDDED` when neither is.
 */
export function serverUser(passwdFile = '/etc/passwd'): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const passwd = readFileSync(passwdFile, 'utf8');
  const user = findUser(passwd, 'postgres') ?? findUser(passwd, 'nobody');
  if (user) return user;
  throw new HubError('HUB_DATABASE_EMBEDDED', {
    message:
      'PostgreSQL does not run as root and there is neither a user postgres nor a user nobody; run the hub as an ordinary user, or set DATABASE_URL',
  });
}

/** True when `user` may enter the folder, by the system's own judgement (so that access lists count too). */
export function canEnter(folder: string, user: ServerUser | undefined): boolean {
  if (!user) return true;
  return spawnSync('/bin/sh', ['-c', 'cd "$0"', folder], { cwd: '/', ...user }).status === 0;
}

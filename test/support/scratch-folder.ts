/** A folder of a test's own: in memory where the machine has room for it, or else below the system's temporary one. */
import { chmodSync, mkdtempSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const IN_MEMORY = '/dev/shm';
/** What the databases of a run take at most, several times over. */
const ROOM_BYTES = 4 * 2 ** 30;

/** Copying a database is mostly the making of a thousand small files, ten times as fast in memory. */
function root(): string {
  if (process.platform !== 'linux') return tmpdir();
  try {
    const { bavail, bsize } = statfsSync(IN_MEMORY);
    if (bavail * bsize < ROOM_BYTES) return tmpdir();
    return IN_MEMORY;
  } catch {
    return tmpdir();
  }
}

/** Makes the folder. The account that PostgreSQL runs under may pass through, so that its files stay in it and go with it. */
export function scratchFolder(prefix: string): string {
  let folder: string;
  try {
    folder = mkdtempSync(join(root(), prefix));
  } catch {
    folder = mkdtempSync(join(tmpdir(), prefix));
  }
  chmodSync(folder, 0o711);
  return folder;
}

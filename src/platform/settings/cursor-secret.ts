/** The secret that seals cursors: from the settings, or kept beside a demonstration's data. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from './settings.js';

/** `HUB_CURSOR_SECRET`, else the one in `cursor.secret` of the data directory, which is made when absent (mode 0600). */
export function cursorSecret(settings: Pick<Settings, 'cursorSecret' | 'dataDir'>): string {
  if (settings.cursorSecret !== null) return settings.cursorSecret;
  const file = join(settings.dataDir, 'cursor.secret');
  mkdirSync(settings.dataDir, { recursive: true });
  try {
    writeFileSync(file, randomBytes(32).toString('base64url'), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFileSync(file, 'utf8');
}

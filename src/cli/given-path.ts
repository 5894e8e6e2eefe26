/** Paths as arguments give them: whoever types one means the folder in which they type it. */
import { resolve } from 'node:path';
import type { Environment } from '../platform/settings/settings.js';

/**
 * An absolute path. By `npm run hub` a command runs in the package's folder, and npm says in `INIT_CWD` where it was typed; any other
 * script leaves that variable to programs that it has nothing to do with.
 */
export function givenPath(path: string, env: Environment): string {
  const typedIn = env.npm_lifecycle_event === 'hub' ? env.INIT_CWD : undefined;
  return resolve(typedIn ?? '.', path);
}

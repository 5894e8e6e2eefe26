/** Every field that a line of the log is given is one that the log writes: an undeclared one would be dropped in silence. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DECLARED_FIELDS } from '../../../src/platform/logging.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const SOURCES = ['src', 'adapters', 'schema', 'seeds'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name)),
);
const CALL = /logger\??\.(?:error|warn|info|debug)\(\s*(?:'[^']*'|`[^`]*`|[\w.]+)\s*,\s*\{([^}]*)\}/g;

/** Names of the fields in the object literals of calls to a logger. */
function fieldsIn(text: string): string[] {
  return [...text.matchAll(CALL)].flatMap(([, literal]) =>
    literal!
      .split(',')
      .map((part) => /^\s*(?:\/\/[^\n]*\n\s*)?([a-z]\w*)\s*(?::|$)/.exec(part)?.[1])
      .filter((name) => name !== undefined),
  );
}

test('a call is read with its fields, written out or short', () => {
  const text = `logger.warn('a b', { system: this.code, code: isHubError(error) ? error.code : 'X', count });
    this.logger?.info(message, {\n      pull,\n    });`;
  expect(fieldsIn(text)).toEqual(['system', 'code', 'count', 'pull']);
});

test('no field is given to the log that it drops', () => {
  const found = SOURCES.flatMap((path) =>
    fieldsIn(readFileSync(join(ROOT, path), 'utf8')).map((name) => ({ path, name })),
  );
  expect(found.length).toBeGreaterThan(60);
  expect(found.filter(({ name }) => !DECLARED_FIELDS.has(name))).toEqual([]);
});

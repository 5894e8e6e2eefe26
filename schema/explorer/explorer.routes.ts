/** The explorer at `/explorer`: GraphiQL from this machine's own files under a policy that lets nothing else in or out. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';
import { HubError } from '../../src/core/errors.js';
import type { ExplorerExample } from '../server/server-options.js';

/**
 * Content Security Policy of the explorer: files, styles and connections of this origin, fonts and images inside the style
 * sheet, nothing inline, no other host, no framing.
 */
export const EXPLORER_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self' data:",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const SCRIPT = 'text/javascript; charset=utf-8';
const STYLE = 'text/css; charset=utf-8';

/** Files of packages: name under `/explorer/`, package, path in it, content type. */
const PACKAGE_FILES: readonly (readonly [name: string, module: string, path: string, type: string])[] = [
  ['graphiql.min.js', 'graphiql', 'graphiql.min.js', SCRIPT],
  ['graphiql.min.css', 'graphiql', 'graphiql.min.css', STYLE],
  ['react.production.min.js', 'react', 'umd/react.production.min.js', SCRIPT],
  ['react-dom.production.min.js', 'react-dom', 'umd/react-dom.production.min.js', SCRIPT],
];

/**
 * Adds `GET /explorer`, its files and `/explorer/examples.json`. Files are read once.
 * Throws `HUB_INTERNAL` when a file of the installation is missing.
 */
export async function explorerRoutes(
  app: FastifyInstance,
  examples: readonly ExplorerExample[],
): Promise<void> {
  const require = createRequire(import.meta.url);
  const serve = (path: string, type: string, body: string | Buffer, cached: boolean): void => {
    app.get(path, async (_request, reply) => {
      void reply.header('content-security-policy', EXPLORER_POLICY).type(type);
      if (cached) void reply.header('cache-control', 'public, max-age=3600');
      return body;
    });
  };
  for (const [name, module, path, type] of PACKAGE_FILES) {
    // The packages do not export these paths, so the folder is found by the one file that they do export.
    const folder = dirname(require.resolve(`${module}/package.json`));
    serve(`/explorer/${name}`, type, await readFile(join(folder, path)), true);
  }
  const own = await ownFolder();
  serve('/explorer', 'text/html; charset=utf-8', await readFile(join(own, 'page.html')), false);
  serve('/explorer/boot.js', SCRIPT, await readFile(join(own, 'boot.js')), false);
  serve('/explorer/page.css', STYLE, await readFile(join(own, 'page.css')), false);
  serve('/explorer/examples.json', 'application/json; charset=utf-8', JSON.stringify(examples), false);
}

/** The folder of the page's own files, which the compiler does not copy: `schema/explorer` of the package. */
async function ownFolder(): Promise<string> {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const candidate = join(folder, 'schema', 'explorer');
    const found = await readFile(join(candidate, 'page.html')).then(
      () => true,
      () => false,
    );
    if (found) return candidate;
    if (folder === dirname(folder)) {
      throw new HubError('HUB_INTERNAL', {
        message: 'The files of the explorer are missing: schema/explorer.',
      });
    }
  }
}

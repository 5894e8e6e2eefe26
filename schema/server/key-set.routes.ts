/** The public keys with which the hub proves who it is to record systems, for their authorisation servers to read. */
import type { FastifyInstance } from 'fastify';

/** Where the set lies (RFC 8615; SMART App Launch 2.2, "Registering a client" by `jwks_uri`). */
export const KEY_SET_PATH = '/.well-known/jwks.json';

/** Seconds for which a reader may keep the set: a new key is known everywhere that long after it was published. */
export const KEY_SET_SECONDS = 300;

/** `GET /.well-known/jwks.json` answers the JWK Set (RFC 7517 section 5), to anyone: it holds nothing that is secret. */
export function keySetRoute(app: FastifyInstance, keys: readonly Readonly<Record<string, string>>[]): void {
  const set = JSON.stringify({ keys });
  app.get(KEY_SET_PATH, async (_request, reply) => {
    void reply.type('application/jwk-set+json').header('cache-control', `public, max-age=${KEY_SET_SECONDS}`);
    return set;
  });
}

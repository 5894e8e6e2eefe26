/** Health: whether the process lives, whether it can serve, and what it counts. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { bearerToken } from '../../src/access/tokens/token.rules.js';
import { HubError } from '../../src/core/errors.js';
import type { Logger } from '../../src/core/logger.js';
import type { HealthOptions, MetricsOptions, ReadinessCheck, SystemState } from './server-options.js';

/** Longest a check may take before it counts as failed. */
export const CHECK_LIMIT_MS = 2_000;

/**
 * `GET /health/live` answers 200 as long as the process can. `GET /health/ready` answers 200 when every check holds, else
 * 503, and names the checks; the state of each clinical record system is shown and changes nothing.
 */
export function healthRoutes(app: FastifyInstance, options: HealthOptions, logger: Logger): void {
  app.get('/health/live', async () => ({ status: 'live' }));
  app.get('/health/ready', async (_request, reply) => {
    const [checks, systems] = await Promise.all([
      Promise.all(options.checks.map((check) => judge(check, logger))),
      systemsOf(options),
    ]);
    const ready = checks.every((check) => check.ok);
    void reply.code(ready ? 200 : 503);
    return { status: ready ? 'ready' : 'not ready', checks, systems };
  });
}

/**
 * `GET /metrics` for Prometheus: with the configured token from anywhere, else from the loopback interface alone. A
 * forwarded request never counts as local, since a proxy on the same machine would open the figures to everyone.
 */
export function metricsRoute(app: FastifyInstance, options: MetricsOptions): void {
  app.get('/metrics', async (request, reply) => {
    const given = bearerToken(request.headers.authorization);
    const byToken = options.token !== undefined && given !== null && sameSecret(given, options.token);
    if (!byToken && !isLocal(request)) throw new HubError('HUB_ACCESS_REFUSED');
    void reply.type(options.registry.contentType);
    return options.registry.metrics();
  });
}

async function judge(check: ReadinessCheck, logger: Logger): Promise<{ name: string; ok: boolean }> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('too slow')), CHECK_LIMIT_MS);
  });
  try {
    await Promise.race([check.run(), late]);
    return { name: check.name, ok: true };
  } catch {
    logger.warn('readiness check failed', { check: check.name });
    return { name: check.name, ok: false };
  } finally {
    clearTimeout(timer);
  }
}

async function systemsOf(options: HealthOptions): Promise<readonly SystemState[] | null> {
  try {
    return (await options.systems?.()) ?? [];
  } catch {
    return null;
  }
}

function isLocal(request: FastifyRequest): boolean {
  const forwarded = request.headers['x-forwarded-for'] ?? request.headers.forwarded;
  const address = request.socket.remoteAddress ?? '';
  return forwarded === undefined && ['127.0.0.1', '::1', '::ffff:127.0.0.1'].includes(address);
}

function sameSecret(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

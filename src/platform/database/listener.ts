/** A dedicated connection that hears notifications and, if wanted, holds a lock that says that its process lives. */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type Growth, waitMs } from '../../core/backoff.js';
import type { Logger } from '../../core/logger.js';
import { mapDatabaseError } from './database-errors.js';
import type { DatabaseRole } from './policy.js';
import { roleUrl } from './roles.js';

/** Seed of the lock's key; whoever asks whether a holder lives uses the same. */
export const HOLDER_LOCK_SEED = 7;

/** What to listen to, as whom, and whom to tell. */
export interface ListenerOptions {
  readonly ownerUrl: string;
  readonly role: DatabaseRole;
  /** Names of channels: letters and underscores. */
  readonly channels: readonly string[];
  readonly logger: Logger;
  /**
   * True: each connection holds the session lock `hashtextextended(name, 7)` under a name of its own, so that others
   * can tell by trying the lock whether it lives.
   */
  readonly holdsLock?: boolean;
  /** Milliseconds between probes of the connection; one that does not answer within twice that is given up. Default 2,000. */
  readonly probeMs?: number;
  readonly onNotice: (channel: string, payload: string) => void;
  /** A connection stands, under a name that was never used before; called for the first one too. */
  readonly onUp?: (name: string) => void;
  /** The connection is gone, and the lock with it. Notices may be missed until `onUp`. */
  readonly onDown?: () => void;
}

/** A listener at work. */
export interface Listener {
  /** Ends the connection and stops connecting anew. */
  close(): Promise<void>;
}

/** Waits between attempts to connect anew. */
const RECONNECTING: Growth = { firstMs: 100, mostMs: 5_000 };

/** Connects and listens; a lost connection is made again until `close`. @throws HUB_DATABASE_UNAVAILABLE when the first cannot be made. */
export async function startListener(options: ListenerOptions): Promise<Listener> {
  const listener = new PgListener(options);
  await listener.connect();
  return listener;
}

class PgListener implements Listener {
  private client: pg.Client | undefined;
  private probe: NodeJS.Timeout | undefined;
  private closed = false;
  private reconnecting: Promise<void> | undefined;

  constructor(private readonly options: ListenerOptions) {}

  async connect(): Promise<void> {
    const { ownerUrl, role, channels, holdsLock = false, onNotice, onUp } = this.options;
    const client = new pg.Client({
      connectionString: roleUrl(ownerUrl, role),
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
      application_name: 'hub listener',
    });
    const name = `${hostname()} ${process.pid} ${randomBytes(6).toString('hex')}`;
    client.on('error', () => this.lost(client));
    client.on('end', () => this.lost(client));
    client.on('notification', ({ channel, payload = '' }) => onNotice(channel, payload));
    try {
      await client.connect();
      if (holdsLock)
        await client.query(`select pg_advisory_lock(hashtextextended($1, ${HOLDER_LOCK_SEED}))`, [name]);
      for (const channel of channels) await client.query(`listen ${pg.escapeIdentifier(channel)}`);
    } catch (error) {
      client.end().catch(() => {});
      throw mapDatabaseError(error);
    }
    if (this.closed) return client.end();
    this.client = client;
    this.watch(client);
    onUp?.(name);
  }

  async close(): Promise<void> {
    this.closed = true;
    clearInterval(this.probe);
    const { client } = this;
    this.client = undefined;
    await client?.end().catch(() => {});
    await this.reconnecting;
  }

  /** Finds out a connection whose other end has vanished without a word. */
  private watch(client: pg.Client): void {
    const { probeMs = 2_000 } = this.options;
    let answered = performance.now();
    let asking = false;
    this.probe = setInterval(() => {
      if (performance.now() - answered > 3 * probeMs && asking) return this.lost(client);
      if (asking) return;
      asking = true;
      client.query('select 1').then(
        () => {
          asking = false;
          answered = performance.now();
        },
        () => this.lost(client),
      );
    }, probeMs);
    this.probe.unref();
  }

  private lost(client: pg.Client): void {
    if (this.client !== client) return;
    this.client = undefined;
    clearInterval(this.probe);
    (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
    if (this.closed) return;
    this.options.logger.warn('the connection that listens was lost');
    this.options.onDown?.();
    this.reconnecting = this.reconnect();
  }

  private async reconnect(): Promise<void> {
    for (let failures = 1; !this.closed; failures++) {
      try {
        return await this.connect();
      } catch {
        await sleep(waitMs(failures, RECONNECTING), undefined, { ref: false });
      }
    }
  }
}

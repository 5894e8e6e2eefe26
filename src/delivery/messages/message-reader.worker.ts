/** Reads kept messages: one process at a time for each system, in the order of arrival, taken over when it dies. */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { InboundCapability } from '../../clinical/inbound.port.js';
import { restMs } from '../../core/backoff.js';
import { NO_SCOPE, type Scope } from '../../core/caller.js';
import type { Logger } from '../../core/logger.js';
import type { Database } from '../../platform/database/database.js';
import { acquireLease, type Lease } from '../../platform/database/lease.js';
import { startListener } from '../../platform/database/listener.js';
import { DatabaseRole } from '../../platform/database/policy.js';
import type { Listen } from '../../platform/database/shared-listener.js';
import { codeOf } from '../outcome.rules.js';
import { Bell } from '../worker/bell.js';
import { MESSAGES_CHANNEL, type MessageSystem } from './message-state.js';
import type { ReadContext } from './read-batch.js';
import { type CourseSettings, ReadingCourse } from './reading-course.js';
import type { FeedSink, ReceiptSink } from './sinks.js';

/** How a reader goes about its work. Times are in milliseconds. */
export interface ReaderSettings extends CourseSettings {
  /** How long the right to read holds without renewal. Must be more than twice `renewMs`. */
  readonly leaseMs: number;
  readonly renewMs: number;
  /** Time between looks whether a system has no reader. */
  readonly takeOverMs: number;
  /** Awaited before each commit of messages that were read. */
  readonly faultPoint?: (() => void | Promise<void>) | undefined;
}

/** What holds unless told otherwise. */
export const DEFAULT_READER_SETTINGS: ReaderSettings = {
  batch: { messages: 100, bytes: 4_194_304 },
  gatherMs: 100,
  pollMs: 250,
  leaseMs: 3_000,
  renewMs: 1_000,
  takeOverMs: 500,
  backoffMs: 200,
  longestBackoffMs: 5_000,
  tries: 3,
};

/** A system that sends by itself, as its reader needs it. */
export interface InboundSystem extends MessageSystem {
  readonly inbound: Pick<InboundCapability, 'read'>;
}

/** What readers work with. */
export interface ReaderOptions {
  readonly database: Database;
  /** For the connection that listens; it signs in as the worker role. */
  readonly ownerUrl: string;
  readonly systems: readonly InboundSystem[];
  readonly feed: FeedSink;
  readonly receipts: ReceiptSink;
  readonly logger: Logger;
  readonly settings?: Partial<ReaderSettings>;
  /** Default: a connection of its own. */
  readonly listen?: Listen;
}

/** Readers at work. */
export interface MessageReaders {
  /** A message of that system was kept in this process. */
  ring(systemId: string): void;
  /** Ends after what is under way, and lets another process read at once. */
  stop(): Promise<void>;
}

/** Any number of processes may run readers of one system. @throws HUB_DATABASE_UNAVAILABLE when the listening connection cannot be made. */
export async function startMessageReaders(options: ReaderOptions): Promise<MessageReaders> {
  const { ownerUrl, logger } = options;
  const settings = { ...DEFAULT_READER_SETTINGS, ...options.settings };
  const own: Listen = (hearing) => startListener({ ...hearing, ownerUrl, role: DatabaseRole.WORKER, logger });
  const { listen = own } = options;
  const readers = new Map(
    options.systems.map((system) => [system.id, new SystemReader(system, options, settings)]),
  );
  const listener = await listen({
    channels: [MESSAGES_CHANNEL],
    onNotice: (_channel, systemId) => readers.get(systemId)?.ring(),
    onUp: () => {
      for (const reader of readers.values()) reader.ring();
    },
  });
  for (const reader of readers.values()) reader.start();
  return {
    ring: (systemId) => readers.get(systemId)?.ring(),
    async stop() {
      await Promise.all([...readers.values()].map((reader) => reader.stop()));
      await listener.close();
    },
  };
}

class SystemReader {
  /** Rung by notices, and at the end. */
  private readonly bell = new Bell();
  /** Rung at the end alone. */
  private readonly end = new Bell();
  private readonly scope: Scope;
  private readonly holder = `${hostname()} ${process.pid} ${randomBytes(6).toString('hex')}`;
  private running: Promise<void> | undefined;
  private stopping = false;

  constructor(
    private readonly system: InboundSystem,
    private readonly options: ReaderOptions,
    private readonly settings: ReaderSettings,
  ) {
    this.scope = { ...NO_SCOPE, organisationId: system.organisationId };
  }

  start(): void {
    this.running = this.run();
  }

  ring(): void {
    this.bell.ring();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.bell.ring();
    this.end.ring();
    await this.running;
  }

  /** Waits for the right to read, and reads while it holds. */
  private async run(): Promise<void> {
    const { database } = this.options;
    const { leaseMs, takeOverMs, backoffMs } = this.settings;
    let failures = 0;
    while (!this.stopping) {
      let lease: Lease | null = null;
      try {
        lease = await acquireLease(database, `messages ${this.system.id}`, this.holder, leaseMs);
        failures = 0;
        if (lease) await this.readUnder(lease);
      } catch (error) {
        failures += 1;
        this.failed('messages could not be read', error);
      }
      if (lease) await lease.release().catch(() => {});
      if (!this.stopping) await this.bell.wait(restMs(failures, { firstMs: backoffMs, mostMs: takeOverMs }));
    }
  }

  private async readUnder(lease: Lease): Promise<void> {
    const { database, feed, receipts } = this.options;
    const { system, scope, settings } = this;
    let isLost = false;
    const renewing = setInterval(() => {
      lease.renew().catch((error: unknown) => {
        isLost = codeOf(error) === 'HUB_LEASE_LOST';
      });
    }, settings.renewMs);
    const { inbound } = system;
    const { faultPoint } = settings;
    const context: ReadContext = { database, system, scope, inbound, feed, receipts, lease, faultPoint };
    const course = new ReadingCourse(context, settings, (error) =>
      this.failed('messages could not be read', error),
    );
    try {
      while (!this.stopping && !isLost) {
        const { ms, isAfterFailure } = await course.step();
        if (ms > 0 && !this.stopping) await (isAfterFailure ? this.end : this.bell).wait(ms);
      }
    } finally {
      clearInterval(renewing);
    }
  }

  private failed(message: string, error: unknown): void {
    this.options.logger.warn(message, { system: this.system.code, code: codeOf(error) });
  }
}

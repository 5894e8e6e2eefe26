/** Listening by a site's settings: frames from the wire, and their messages into the intake. */
import type { AdapterDependencies } from '../../../src/clinical/clinical-record.port.js';
import type { InboundCapability, Listening, MessageIntake } from '../../../src/clinical/inbound.port.js';
import { HubError } from '../../../src/core/errors.js';
import { openMllpServer } from '../mllp/server.js';
import { type Mishap, Tally } from '../mllp/tally.js';
import { TlsIdentity } from '../mllp/tls-files.js';
import {
  type ListeningSettings,
  listeningAddressNames,
  listeningTlsFiles,
  listeningTlsNames,
} from './listening-settings.js';
import { Receiver } from './receiver.js';

/** So often the files of the certificate are looked at. */
const TLS_REFRESH_MS = 30_000;
/** So long the end of a listener waits for what is in work. */
const CLOSE_MS = 10_000;

/** The part of an adapter that listens. */
export interface Listener extends Pick<InboundCapability, 'listen'> {
  /** What went wrong on the wire, by kind, since it was made. */
  readonly mishaps: ReadonlyMap<Mishap, number>;
}

/** How often and how long, where a test cannot wait. */
export interface ListenTiming {
  readonly tlsRefreshMs: number;
  readonly closeTimeoutMs: number;
}

const TIMING: ListenTiming = { tlsRefreshMs: TLS_REFRESH_MS, closeTimeoutMs: CLOSE_MS };

/** A listener by its settings; it is opened by `listen`. */
export function createListener(
  settings: ListeningSettings,
  dependencies: Pick<AdapterDependencies, 'system' | 'clock' | 'logger'>,
  timing: ListenTiming = TIMING,
): Listener {
  const tally = new Tally(dependencies);
  const { system, logger } = dependencies;
  return {
    mishaps: tally.counts,
    async listen(intake: MessageIntake): Promise<Listening> {
      if (settings.listenPort === null)
        throw new HubError('HUB_SETTINGS_INVALID', {
          message: `${listeningAddressNames(system).PORT}: the site states none`,
        });
      const files = listeningTlsFiles(settings);
      const server = await openMllpServer(
        {
          host: settings.listenHost,
          port: settings.listenPort,
          names: listeningAddressNames(system),
          tls: files === null ? null : new TlsIdentity(files, dependencies, listeningTlsNames(system)),
          allows: settings.allowedAddresses,
          maxConnections: settings.maxConnections,
          maxFrameBytes: settings.maxMessageBytes,
          maxHeldBytes: settings.maxHeldBytes,
          frameTimeoutMs: settings.frameTimeoutSeconds * 1_000,
          ...timing,
        },
        new Receiver(settings, dependencies, intake, tally),
        tally,
      );
      const { address } = server;
      logger.info('listens for messages', {
        system,
        port: Number(address.slice(address.lastIndexOf(':') + 1)),
      });
      return { address, close: () => server.close() };
    },
  };
}

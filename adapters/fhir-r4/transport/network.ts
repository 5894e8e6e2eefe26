/** The way to a site's servers: direct, by mutual TLS, or through a proxy. */
import { X509Certificate } from 'node:crypto';
import type { Dispatcher, Pool } from 'undici';
import type { Clock } from '../../../src/core/clock.js';
import { HubError } from '../../../src/core/errors.js';
import type { AuthSettings } from '../auth/auth-fields.js';
import { onlyGzip } from './encodings.js';

/** The encoding that is asked for, as it is the only one that is undone. */
const ACCEPTED = { 'accept-encoding': 'gzip' };

/** One HTTP exchange; `init.headers` is a plain object. */
export type Fetch = (url: URL, init: RequestInit) => Promise<Response>;

/** The settings of the way. */
export interface NetworkSettings
  extends Pick<
    AuthSettings,
    'tokenUrl' | 'clientCertificate' | 'clientKey' | 'certificateAuthority' | 'proxyUrl'
  > {
  readonly baseUrl: string;
}

/** A way to a site's servers. */
export interface Network {
  /** Loads what the first request needs, which takes longer than some requests may. */
  ready(): Promise<void>;
  readonly fetch: Fetch;
  /** Lets go of its connections; requests under way end. */
  close(): void;
}

interface Tls {
  readonly cert?: string;
  readonly key?: string;
  readonly ca?: string;
}

function tlsOf({ clientCertificate, clientKey, certificateAuthority }: NetworkSettings): Tls {
  return {
    ...(clientCertificate === null || clientKey === null
      ? {}
      : { cert: clientCertificate, key: String(clientKey.export({ type: 'pkcs8', format: 'pem' })) }),
    ...(certificateAuthority === null ? {} : { ca: certificateAuthority }),
  };
}

/**
 * The proxy without its credentials, and these as a header of their own, which goes to the proxy alone. Everything is
 * tunnelled, so that the proxy sees neither token nor content even of what is not encrypted.
 */
function proxyOf(address: string) {
  const url = new URL(address);
  const user = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  url.username = '';
  url.password = '';
  const token = user === ':' ? {} : { token: `Basic ${Buffer.from(user).toString('base64')}` };
  return { uri: url.href, proxyTunnel: true, ...token };
}

/**
 * Connections to a proxy. Where one ends before there is a tunnel, undici would begin anew at once and for ever; with a code
 * of its own the request ends, and it is known that nothing was sent.
 */
function proxyConnections(Pools: typeof Pool) {
  return (origin: URL, options: object): Pool => {
    const pool = new Pools(origin, options);
    const connect = pool.connect.bind(pool) as (
      wanted: Dispatcher.ConnectOptions,
    ) => Promise<Dispatcher.ConnectData>;
    const connectOnce = (wanted: Dispatcher.ConnectOptions) =>
      connect(wanted).catch((error: unknown) => {
        const isClosed = error instanceof Error && Reflect.get(error, 'code') === 'UND_ERR_SOCKET';
        throw isClosed ? Object.assign(new Error(), { code: 'PROXY_CLOSED' }) : error;
      });
    return Object.assign(pool, { connect: connectOnce });
  };
}

async function openClient(settings: NetworkSettings) {
  // The package's client takes the place of Node's own for the whole process where that has not been loaded yet.
  new Headers();
  const { Agent, fetch, Pool: Pools, ProxyAgent } = await import('undici');
  const { proxyUrl } = settings;
  const { cert, key, ...anonymous } = tlsOf(settings);
  const open = (tls: Tls): Dispatcher =>
    proxyUrl === null
      ? new Agent({ connect: tls })
      : new ProxyAgent({
          ...proxyOf(proxyUrl),
          requestTls: tls,
          proxyTls: anonymous,
          clientFactory: proxyConnections(Pools),
        });
  const own = open(cert === undefined || key === undefined ? anonymous : { ...anonymous, cert, key });
  const other = open(anonymous);
  return {
    fetch,
    identified: own.compose(onlyGzip),
    anonymous: other.compose(onlyGzip),
    destroy: () => Promise.all([own.destroy(), other.destroy()]),
  };
}

/** Refuses to show a certificate that no server would believe: many answer it by a reset that tells nothing. */
function currencyCheck(certificate: string | null, clock: Clock): () => void {
  if (certificate === null) return () => undefined;
  const { validFrom, validTo } = new X509Certificate(certificate);
  return () => {
    const now = clock.now().getTime();
    const fault =
      now > Date.parse(validTo) ? 'EXPIRED' : now < Date.parse(validFrom) ? 'NOT_YET_VALID' : null;
    if (fault !== null)
      throw new HubError('HUB_UPSTREAM_REFUSED', { details: { fault: `CLIENT_CERTIFICATE_${fault}` } });
  };
}

/**
 * The way that a site's settings describe. It is the package's `fetch` with the package's dispatcher: the two are of one
 * version, whatever Node brings along (docs/decisions/0019).
 */
export function createNetwork(settings: NetworkSettings, clock: Clock): Network {
  const checkCurrency = currencyCheck(settings.clientCertificate, clock);
  // The certificate says who the hub is, so it is shown where tokens go and nowhere else.
  const own = new Set([settings.baseUrl, settings.tokenUrl].map((one) => URL.parse(one ?? '')?.origin));
  let opened: ReturnType<typeof openClient> | null = null;
  const open = () => {
    opened ??= openClient(settings);
    return opened;
  };
  return {
    ready: async () => void (await open()),
    async fetch(url, init) {
      const isOwn = own.has(url.origin);
      if (isOwn) checkCurrency();
      const client = await open();
      const headers = { ...(init.headers as Record<string, string> | undefined), ...ACCEPTED };
      const dispatcher = isOwn ? client.identified : client.anonymous;
      const options = { ...init, headers, dispatcher } as Parameters<typeof client.fetch>[1];
      return (await client.fetch(url, options)) as unknown as Response;
    },
    close() {
      void opened?.then((client) => client.destroy()).catch(() => undefined);
    },
  };
}

/** The server that the interop suite is pointed at, and how to sign in there: from variables whose names begin with HUB_INTEROP_. */
import { readFileSync } from 'node:fs';
import { createFhirR4, type FhirR4Adapter } from '../../adapters/fhir-r4/adapter.js';
import { type FhirR4Settings, parseSettings } from '../../adapters/fhir-r4/settings.js';
import { createConnection, type FhirConnection } from '../../adapters/fhir-r4/transport/connection.js';
import { realTiming } from '../../adapters/fhir-r4/transport/retry.js';
import { systemClock } from '../../src/core/clock.js';
import { silentLogger } from '../../src/core/logger.js';

/** A server to run the trips against. */
export interface InteropSite {
  /** Settings of the adapter as a site profile states them. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** ODS code that documents name as their custodian. */
  readonly odsCode: string;
  /** `Organization/<id>` that is there already, to put episodes under; null: the suite makes one. */
  readonly team: string | null;
  /** `Practitioner/<id>` that is there already, to sign as; null: the suite makes one. */
  readonly author: string | null;
  /** Episodes of the trip that pages. */
  readonly episodes: number;
  /** Whether what earlier runs have left goes whatever its age; otherwise from an hour on. */
  readonly cleansAll: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** What a Backend Services client asks for unless told otherwise: to make, read, change and remove what the trips need. */
const SCOPES = 'system/*.cruds';

function signIn(env: Environment): Record<string, unknown> {
  const { HUB_INTEROP_TOKEN_URL: tokenUrl, HUB_INTEROP_TOKEN: bearerToken } = env;
  if (tokenUrl) {
    const { HUB_INTEROP_CLIENT_ID: clientId, HUB_INTEROP_KEY_FILE: file } = env;
    if (!clientId || !file)
      throw new Error('HUB_INTEROP_CLIENT_ID and HUB_INTEROP_KEY_FILE go with HUB_INTEROP_TOKEN_URL');
    const privateKey = readFileSync(file, 'utf8');
    const scopes = env.HUB_INTEROP_SCOPES || SCOPES;
    return { auth: 'SMART_BACKEND', tokenUrl, clientId, privateKey, scopes };
  }
  return bearerToken ? { auth: 'BEARER', bearerToken } : { auth: 'NONE' };
}

/** The server of an environment; null where there is none. Throws an Error that says what is missing. */
export function siteOf(env: Environment): InteropSite | null {
  const { HUB_INTEROP_BASE_URL: baseUrl, HUB_INTEROP_SETTINGS_FILE: file } = env;
  if (!baseUrl) return null;
  const stated = file ? (JSON.parse(readFileSync(file, 'utf8')) as object) : {};
  return {
    settings: { baseUrl, ...signIn(env), ...stated },
    odsCode: env.HUB_INTEROP_ODS || 'X26',
    team: env.HUB_INTEROP_TEAM || null,
    author: env.HUB_INTEROP_AUTHOR || null,
    episodes: Number(env.HUB_INTEROP_EPISODES || 2_000),
    cleansAll: env.HUB_INTEROP_CLEAN === '1',
  };
}

const DEPENDENCIES = { system: 'INTEROP', clock: systemClock, logger: silentLogger };

/** Opens adapters and connections to a site and closes all of them again. */
export class SiteDoors {
  private readonly closing: (() => unknown)[] = [];

  constructor(readonly site: InteropSite) {}

  settings(more: Readonly<Record<string, unknown>> = {}): FhirR4Settings {
    return parseSettings({ ...this.site.settings, ...more });
  }

  /** The adapter as the hub would have it, with some settings of a trip's own. */
  adapter(more: Readonly<Record<string, unknown>> = {}): FhirR4Adapter {
    const adapter = createFhirR4(this.settings(more), DEPENDENCIES);
    this.closing.push(() => adapter.close());
    return adapter;
  }

  /** The adapter's own connection, for what the hub itself never does: making patients, and removing them. */
  connection(): FhirConnection {
    const connection = createConnection(this.settings({ maxConcurrent: 8 }), DEPENDENCIES, realTiming);
    this.closing.push(() => connection.close());
    return connection;
  }

  async close(): Promise<void> {
    for (const close of this.closing.splice(0)) await close();
  }
}

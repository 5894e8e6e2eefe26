/** A scripted FHIR server with an adapter whose site says how it writes. */
import { createFhirR4, type FhirR4Adapter } from '../../adapters/fhir-r4/adapter.js';
import { parseSettings } from '../../adapters/fhir-r4/settings.js';
import type { DocumentsCapability } from '../../src/clinical/documents.port.js';
import { FixedClock } from '../../src/core/clock.js';
import type { LogFields, Logger } from '../../src/core/logger.js';
import { type ScriptedFhirServer, startScriptedFhirServer } from './scripted-fhir-server.js';
import type { WriteAbilities } from './scripted-writes.js';

/** Identifier system of the world's documents. */
export const HUB_SYSTEM = 'https://hub.example/Id/document';

/** Abilities of servers, by the `createMode` that they are meant for. */
export const ABILITIES = {
  IF_NONE_EXIST: { ifNoneExist: true, ifNoneMatch: false, updateCreates: false },
  CLIENT_ID: { ifNoneExist: false, ifNoneMatch: true, updateCreates: true },
  SEARCH_FIRST: { ifNoneExist: false, ifNoneMatch: false, updateCreates: false },
} as const satisfies Record<string, WriteAbilities>;

export class FhirWritingWorld {
  /** What was logged: message and fields. */
  readonly lines: (readonly [string, LogFields | undefined])[] = [];
  private readonly adapters: FhirR4Adapter[] = [];

  private constructor(readonly server: ScriptedFhirServer) {}

  static async start(): Promise<FhirWritingWorld> {
    return new FhirWritingWorld(await startScriptedFhirServer());
  }

  /** Documents of a site with these settings, at a server that can what its `createMode` needs unless told otherwise. */
  documentsOf(
    settings: Readonly<Record<string, unknown>>,
    abilities: WriteAbilities = ABILITIES[(settings.createMode ?? 'IF_NONE_EXIST') as keyof typeof ABILITIES],
  ): DocumentsCapability {
    this.server.writes.abilities = abilities;
    const parsed = parseSettings({
      baseUrl: this.server.baseUrl,
      auth: 'NONE',
      documentIdentifierSystem: HUB_SYSTEM,
      callTimeoutMs: 30_000,
      maxAttempts: 1,
      ...settings,
    });
    const say = (message: string, fields?: LogFields) => void this.lines.push([message, fields]);
    const logger: Logger = { error: say, warn: say, info: say, debug: say };
    const clock = new FixedClock(new Date('2026-03-01T09:00:00.000Z'));
    const adapter = createFhirR4(parsed, { system: 'SITE', clock, logger });
    this.adapters.push(adapter);
    return adapter.documents!;
  }

  /** Method and path of each request, below the base; `SEARCH Type` for a search by form. */
  get asked(): readonly string[] {
    return this.server.seen.map(({ method, url, headers }) => {
      const isSearch = headers['content-type'] === 'application/x-www-form-urlencoded';
      return `${isSearch ? 'SEARCH' : method} ${url.pathname.slice('/fhir/'.length)}`;
    });
  }

  /** What the server holds of a type, of what was written to it. */
  held(type: string): readonly Record<string, unknown>[] {
    return this.server.writes.ofType(type);
  }

  async stop(): Promise<void> {
    for (const adapter of this.adapters) await adapter.close();
    await this.server.close();
  }
}

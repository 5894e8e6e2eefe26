/** Hints of record systems: who may give them, how many of them are one, and how they become refreshes. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { HintOptions } from '../../schema/server/server-options.js';
import { keepHint } from '../clinical/hints/hint.service.js';
import { type HintedRefresh, startHintedRefresh } from '../clinical/hints/hinted-refresh.js';
import type { ChangeHints } from '../clinical/hints.port.js';
import type { RefreshedSystem } from '../clinical/refresh/pull.service.js';
import type { Metrics } from '../platform/metrics.js';
import type { Hub } from './open-hub.js';
import { type AdapterChoice, partsOf } from './site-adapter.js';

/** Label of what no system of this hub was asked for: the word is no code of a site. */
const NO_SYSTEM = '(none)';

/** Hints as the settings of a site have them; null where its adapter's far end cannot give any. */
export function hintsOf(profile: AdapterChoice): ChangeHints | null {
  for (const { module, settings } of partsOf(profile)) if (module.hints) return module.hints(settings);
  return null;
}

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Takes hints over HTTP for the systems of a hub. */
export function hintReceiver(
  hub: Pick<Hub, 'systems' | 'database'>,
  metrics: Pick<Metrics, 'hint'>,
): HintOptions {
  const systems = new Map<string, { readonly system: RefreshedSystem; readonly digest: Buffer }>();
  for (const { system, profile } of hub.systems) {
    const secret = hintsOf(profile)?.secret ?? null;
    if (secret !== null) systems.set(profile.code, { system, digest: digestOf(secret) });
  }
  const codes = new Set(hub.systems.map(({ profile }) => profile.code));
  // What the secret of a system that there is not would be: it is compared with like any other.
  const nobodys = digestOf(randomBytes(32).toString('hex'));
  const lastWrite = new Map<string, Promise<void>>();
  const nextWrite = new Map<string, Promise<boolean>>();

  /** Keeps a hint; those that come while one is being kept share the one after it. Answers whether it joined another. */
  function keep(code: string): Promise<boolean> {
    const shared = nextWrite.get(code);
    if (shared) return shared.then(() => true);
    const write = (lastWrite.get(code) ?? Promise.resolve()).then(() => {
      nextWrite.delete(code);
      const kept = keepHint(hub.database, systems.get(code)!.system);
      const settled = kept.then(
        () => {},
        () => {},
      );
      lastWrite.set(code, settled);
      return kept;
    });
    nextWrite.set(code, write);
    return write;
  }

  return {
    recognises(code, secret) {
      const known = systems.get(code);
      const isTheirs = timingSafeEqual(digestOf(secret ?? ''), known?.digest ?? nobodys);
      return isTheirs && known !== undefined && secret !== null;
    },
    async take(code) {
      const joined = await keep(code);
      metrics.hint(code, joined ? 'coalesced' : 'accepted');
    },
    refused(code) {
      metrics.hint(codes.has(code) ? code : NO_SYSTEM, 'refused');
    },
  };
}

/** Starts refreshing what is hinted at, each system once in `HUB_HINT_SECONDS` at most. */
export function startHints({ database, services, systems, settings, logger }: Hub): HintedRefresh {
  return startHintedRefresh({
    database,
    refresh: services.refresh,
    systems,
    restMs: settings.hintSeconds * 1000,
    logger,
  });
}

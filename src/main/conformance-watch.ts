/** How each record system fits its site profile: asked at the start and until it answers, told in the log and by readiness; never holds up a start. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Conformance, ConformanceFinding } from '../clinical/conformance.port.js';
import type { Hub } from './open-hub.js';
import type { ConnectedSystem } from './systems.js';

/** Longest that one system is waited for, in milliseconds. */
export const CONFORMANCE_LIMIT_MS = 20_000;
/** How long after a system could not be asked, or did not fit, it is asked again, in milliseconds. */
const AGAIN_MS = 5 * 60_000;

/** How a site and its record system fit, in a word: of several the first that holds. */
export const ProfileFit = {
  /** Not asked yet, or it could not be asked. */
  NOT_ASKED: 'NOT_ASKED',
  /** The far end says that it does not have something that the site needs. */
  LACKING: 'LACKING',
  /** It does not say whether it has something that the site needs. */
  NOT_STATED: 'NOT_STATED',
  FITS: 'FITS',
} as const;
export type ProfileFit = (typeof ProfileFit)[keyof typeof ProfileFit];

/** What a site cannot do without and does not get. */
export function lacking({ findings }: Conformance): readonly ConformanceFinding[] {
  return findings.filter(({ state, needed }) => needed && state === 'MISSING');
}

/** The word for a check; null or undefined where there was none. */
export function fitOf(conformance: Conformance | null | undefined): ProfileFit {
  if (!conformance || conformance.failure !== null) return ProfileFit.NOT_ASKED;
  if (lacking(conformance).length > 0) return ProfileFit.LACKING;
  const silent = conformance.findings.some(({ state, needed }) => needed && state === 'NOT_STATED');
  return silent ? ProfileFit.NOT_STATED : ProfileFit.FITS;
}

/** Asks a system how it fits. Never throws; null where its adapter has nothing to compare. */
export async function conformanceOf(
  { adapter }: Pick<ConnectedSystem, 'adapter'>,
  limitMs = CONFORMANCE_LIMIT_MS,
): Promise<Conformance | null> {
  if (!adapter.conformance) return null;
  const failed: Conformance = { failure: 'HUB_INTERNAL', findings: [] };
  return adapter.conformance(AbortSignal.timeout(limitMs)).catch(() => failed);
}

/** One line for a system, with how many findings there are; what each is, its consequence and its setting `hub systems check` tells. */
function tell({ logger }: Pick<Hub, 'logger'>, system: string, conformance: Conformance): void {
  const { failure, findings } = conformance;
  const state = fitOf(conformance);
  const notStated = findings.filter((finding) => finding.needed && finding.state === 'NOT_STATED').length;
  if (failure !== null)
    logger.warn('a record system could not be asked what it offers', { system, code: failure });
  else if (state === ProfileFit.LACKING)
    logger.warn(
      'a record system does not have all that its site profile needs: hub systems check says what to do',
      { system, state, count: lacking(conformance).length },
    );
  else if (state === ProfileFit.NOT_STATED)
    logger.info('a record system does not say whether it has all that its site profile needs', {
      system,
      state,
      count: notStated,
    });
  else logger.info('a record system has all that its site profile needs', { system, state });
}

/** What the watch works with. */
export interface WatchOptions {
  readonly againMs?: number;
}

/**
 * Asks every connected system in the background and keeps the answers in `hub.conformance`. One that could not be asked or does not
 * fit is asked again every five minutes until it fits, and told of whenever the word for it is another.
 */
export function watchConformance(hub: Hub, { againMs = AGAIN_MS }: WatchOptions = {}): () => Promise<void> {
  const ending = new AbortController();
  const ended = new Promise<null>((resolve) => {
    ending.signal.addEventListener('abort', () => resolve(null), { once: true });
  });
  const watch = async (connected: ConnectedSystem): Promise<void> => {
    const { code } = connected.profile;
    let told = '';
    while (!ending.signal.aborted) {
      const conformance = await Promise.race([conformanceOf(connected), ended]);
      if (conformance === null) return;
      hub.conformance.set(code, conformance);
      const word = fitOf(conformance);
      if (word !== told) tell(hub, code, conformance);
      if (word === ProfileFit.FITS) return;
      told = word;
      await sleep(againMs, undefined, { ref: false, signal: ending.signal }).catch(() => {});
    }
  };
  const watching = Promise.all(hub.systems.map(watch));
  return async () => {
    ending.abort();
    await watching;
  };
}

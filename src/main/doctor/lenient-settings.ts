/** Reads the settings as far as they can be used, so that one wrong setting does not hide every other fault. */
import { isHubError } from '../../core/errors.js';
import { SETTINGS } from '../../platform/settings/setting-table.js';
import { type Environment, readSettings, type Settings } from '../../platform/settings/settings.js';

/** Settings with what is wrong about them. */
export interface LenientSettings {
  /** Faulty ones at their defaults; the token settings go together. */
  readonly settings: Settings;
  /** Every fault, as `readSettings` words it. */
  readonly faults: readonly string[];
}

const TOKEN_NAMES = [SETTINGS.tokenIssuer.name, SETTINGS.tokenAudience.name, SETTINGS.tokenJwksUrl.name];
const isSet = (text: string | undefined): boolean => (text ?? '').trim() !== '';

function faultsOf(env: Environment): readonly string[] {
  try {
    readSettings(env);
    return [];
  } catch (error) {
    const faults = isHubError(error) ? error.details.faults : undefined;
    if (!Array.isArray(faults)) throw error;
    return faults as readonly string[];
  }
}

/** The settings of an environment without those that are wrong. Whether it is a demonstration is judged by what was meant. */
export function lenientSettings(env: Environment): LenientSettings {
  const faults = faultsOf(env);
  if (faults.length === 0) return { settings: readSettings(env), faults };
  const wrong = new Set(faults.map((line) => line.slice(0, line.indexOf(':'))));
  if (TOKEN_NAMES.some((name) => wrong.has(name))) for (const name of TOKEN_NAMES) wrong.add(name);
  const kept = Object.fromEntries(Object.entries(env).filter(([name]) => !wrong.has(name)));
  const meant = wrong.has(SETTINGS.demonstration.name) ? 'auto' : env[SETTINGS.demonstration.name]?.trim();
  const isDemonstration = meant === 'on' || (meant !== 'off' && !isSet(env[SETTINGS.databaseUrl.name] ?? ''));
  // Read as a demonstration, which requires nothing, and told afterwards what it is.
  const settings = readSettings({ ...kept, [SETTINGS.demonstration.name]: 'on' });
  return { settings: { ...settings, isDemonstration }, faults };
}

/** Reads the settings of a process from its environment, telling every fault at once. */
import { HubError } from '../../core/errors.js';
import type { SettingRow } from './setting-kinds.js';
import { GROUPS, SETTINGS } from './setting-table.js';

type Table = typeof SETTINGS;
type ValueOf<Row> = Row extends SettingRow<infer T> ? T : never;

/** Values of the table's settings; null where unset without a default. */
export type SettingValues = { readonly [Key in keyof Table]: ValueOf<Table[Key]> };

/** Typed settings of one process. */
export interface Settings extends SettingValues {
  /** True when made-up people, systems and sign-ins are offered (`HUB_DEMONSTRATION` with auto resolved). */
  readonly isDemonstration: boolean;
  /** Variables that begin with `HUB_` but are no setting: most likely misspelt. To be logged as a warning. */
  readonly unknownNames: readonly string[];
}

/** One thing wrong with one setting. Never holds the value of a secret. */
export interface SettingFault {
  readonly name: string;
  readonly fault: string;
  readonly accepted: string;
}

/** Any variables, such as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Variables of site profiles (`HUB_SECRET_…`) and of tests are no settings and not misspelt either. */
const OTHER_NAMES = /^HUB_(SECRET|TEST)_/;
const SHOWN_LENGTH = 40;

/** One error that lists every fault. */
export function settingsError(faults: readonly SettingFault[]): HubError {
  const lines = faults.map(({ name, fault, accepted }) => `${name}: ${fault}; accepted: ${accepted}`);
  return new HubError('HUB_SETTINGS_INVALID', { message: lines.join('\n'), details: { faults: lines } });
}

const isSet = (text: string | undefined): text is string => text !== undefined && text.trim() !== '';

function readRow<T>(row: SettingRow<T>, env: Environment, faults: SettingFault[]): T {
  const raw = env[row.name];
  if (!isSet(raw)) return row.default;
  const value = row.parse(raw.trim());
  if (value !== undefined) return value;
  const fault = row.secret
    ? 'not acceptable (its value is not shown)'
    : `${JSON.stringify(raw.slice(0, SHOWN_LENGTH))} is not acceptable`;
  faults.push({ name: row.name, fault, accepted: row.accepted });
  return row.default;
}

function checkGroups(env: Environment, faults: SettingFault[]): void {
  for (const keys of GROUPS) {
    const missing = keys.filter((key) => !isSet(env[SETTINGS[key].name]));
    if (missing.length === 0 || missing.length === keys.length) continue;
    for (const key of missing) {
      const given = keys.filter((other) => !missing.includes(other)).map((other) => SETTINGS[other].name);
      faults.push({
        name: SETTINGS[key].name,
        fault: `missing beside ${given.join(', ')}`,
        accepted: SETTINGS[key].accepted,
      });
    }
  }
}

/** What a hub with real data cannot do without. */
function checkProduction(env: Environment, faults: SettingFault[]): void {
  for (const key of ['databaseUrl', 'tokenIssuer', 'cursorSecret'] as const) {
    const { name, accepted } = SETTINGS[key];
    if (isSet(env[name]) || faults.some((fault) => fault.name === name)) continue;
    faults.push({ name, fault: 'required unless this is a demonstration (HUB_DEMONSTRATION)', accepted });
  }
}

/**
 * The settings in an environment; blank counts as unset.
 * @throws HUB_SETTINGS_INVALID once, with every fault: a value that is not accepted, a group half given, or a hub that is no
 * demonstration without database, token issuer or cursor secret.
 */
export function readSettings(env: Environment): Settings {
  const faults: SettingFault[] = [];
  const entries = Object.entries(SETTINGS).map(([key, row]) => [
    key,
    readRow(row as SettingRow<unknown>, env, faults),
  ]);
  const values = Object.fromEntries(entries) as SettingValues;
  const { demonstration } = values;
  const isDemonstration =
    demonstration === 'auto' ? !isSet(env[SETTINGS.databaseUrl.name]) : demonstration === 'on';
  checkGroups(env, faults);
  if (!isDemonstration) checkProduction(env, faults);
  if (faults.length > 0) throw settingsError(faults);
  const known = new Set<string>(Object.values(SETTINGS).map((row) => row.name));
  const unknownNames = Object.keys(env).filter(
    (name) => name.startsWith('HUB_') && !known.has(name) && !OTHER_NAMES.test(name),
  );
  return { ...values, isDemonstration, unknownNames };
}

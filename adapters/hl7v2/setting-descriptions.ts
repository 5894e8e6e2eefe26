/** Settings as the manifest describes them. */
import type { SettingDescription } from '../../src/clinical/clinical-record.port.js';

/** A setting that may be left out, described. */
export const optional = (
  key: string,
  type: SettingDescription['type'],
  help: string,
): SettingDescription => ({
  key,
  type,
  required: false,
  help,
});

/** A setting with a default, described. */
export const preset = (
  key: string,
  type: SettingDescription['type'],
  otherwise: string | number | boolean,
  help: string,
): SettingDescription => ({ ...optional(key, type, help), default: otherwise });

/** The adapter for caseload extracts as the registry takes it. */
import type { AdapterModule } from '../../src/clinical/clinical-record.port.js';
import { createCaseloadExtract } from './adapter.js';
import { manifest } from './manifest.js';
import { type CaseloadExtractSettings, parseSettings } from './settings.js';

/** A file of memberships that the trust drops into a folder, CSV or ndjson, whole each time. */
export const caseloadExtract: AdapterModule<CaseloadExtractSettings> = {
  manifest,
  parseSettings,
  create: createCaseloadExtract,
};

/** The adapter for HL7 v2 as the registry takes it. */
import type { AdapterModule } from '../../src/clinical/clinical-record.port.js';
import { createHl7v2 } from './adapter.js';
import { manifest } from './manifest.js';
import { type Hl7v2Settings, parseSettings } from './settings.js';
import { tools } from './tools/tools.js';

/** Messages that a record system or its integration engine sends, and documents that it takes. */
export const hl7v2: AdapterModule<Hl7v2Settings> = { manifest, parseSettings, tools, create: createHl7v2 };

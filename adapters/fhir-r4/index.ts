/** The FHIR R4 adapter as the registry takes it. */
import type { AdapterModule } from '../../src/clinical/clinical-record.port.js';
import { createFhirR4 } from './adapter.js';
import { publicKeys } from './auth/auth-fields.js';
import { changeHints } from './hints/subscription.rules.js';
import { manifest } from './manifest.js';
import { type FhirR4Settings, parseSettings } from './settings.js';

/** FHIR 4.0.1 servers over REST; caseload by EpisodeOfCare. */
export const fhirR4: AdapterModule<FhirR4Settings> = {
  manifest,
  parseSettings,
  publicKeys,
  hints: changeHints,
  create: (settings, dependencies) => createFhirR4(settings, dependencies),
};

/** The adapters that this build has; a further one is one line here. */
import type { AdapterModule } from '../src/clinical/clinical-record.port.js';
import { caseloadExtract } from './caseload-extract/index.js';
import { fhirR4 } from './fhir-r4/index.js';
import { hl7v2 } from './hl7v2/index.js';

const modules: readonly AdapterModule[] = [
  fhirR4 as AdapterModule,
  caseloadExtract as AdapterModule,
  hl7v2 as AdapterModule,
];

/** Adapter id (folder name, as site profiles state it) to module. */
export const adapterModules: ReadonlyMap<string, AdapterModule> = new Map(
  modules.map((module) => [module.manifest.id, module]),
);

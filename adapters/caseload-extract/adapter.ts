/** A drop folder, as the hub's port wants it. */
import type { AdapterDependencies, ClinicalRecordAdapter } from '../../src/clinical/clinical-record.port.js';
import { listTeams, pullExtract } from './caseload.js';
import { checkConformance } from './conformance.js';
import { Intake } from './folder/intake.js';
import { probe } from './health.js';
import type { CaseloadExtractSettings } from './settings.js';
import { stopOf } from './stop.js';

/** Reads nothing yet: the first pull does. Closing stops what is under way. */
export function createCaseloadExtract(
  settings: CaseloadExtractSettings,
  { system, clock, logger }: AdapterDependencies,
): ClinicalRecordAdapter {
  const closing = new AbortController();
  const intake = new Intake({ settings, system, clock, logger });
  const context = { intake, settings, system, clock };
  const until = (signal: AbortSignal) => stopOf(signal, closing.signal);
  return {
    caseload: {
      pull: (request, signal) => pullExtract(context, request, until(signal)),
      teams: (signal) => listTeams(context, until(signal)),
    },
    health: (signal) => probe(intake, settings.ageLimitHours, clock, until(signal)),
    conformance: (signal) => checkConformance(intake, settings, until(signal)),
    unmapped: intake.leftOut,
    close: async () => closing.abort(),
  };
}

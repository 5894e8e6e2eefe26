/** Every way of a resource into the hub. */
import { CASELOAD_TRIPS } from './mutant-caseload-trips.js';
import { RECORD_TRIPS } from './mutant-record-trips.js';
import type { Trip } from './mutant-trip.js';

/** The ways, by name. */
export const TRIPS: Readonly<Record<string, Trip>> = { ...CASELOAD_TRIPS, ...RECORD_TRIPS };

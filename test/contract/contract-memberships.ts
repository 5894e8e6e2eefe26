/** Memberships for the contract: every field takes every kind of value that the port allows. */
import { MembershipState } from '../../src/clinical/clinical-record.port.js';
import { addDays } from '../../src/core/calendar.js';
import { testNhsNumber } from '../support/fhir-resources.js';
import type { PeerMembership } from './misbehaving-peer.js';

const STATES = Object.values(MembershipState);
const STATUSES = ['01', '01', '02', null, '03'];

/** The n-th membership; each differs, and neighbours differ in every field. */
export function aMembership(n: number, change: Partial<PeerMembership> = {}): PeerMembership {
  const state = STATES[n % STATES.length]!;
  const started = addDays('2024-01-01', n);
  return {
    state,
    validFrom: n % 11 === 3 ? null : started,
    validTo: state === MembershipState.ENDED ? addDays(started, 30) : null,
    patient: {
      localId: `person-${String(n).padStart(4, '0')}`,
      nhsNumber: n % 9 === 4 ? null : testNhsNumber(n * 17),
      nhsNumberStatus: n % 9 === 4 ? null : STATUSES[n % STATUSES.length]!,
      dateOfBirth: n % 13 === 5 ? null : addDays('1970-05-05', n * 31),
      deceasedOn: n % 29 === 6 ? '2025-12-24' : null,
      active: n % 17 !== 2,
      replacedByLocalId: n % 31 === 8 ? `person-merged-${n}` : null,
      restricted: n % 23 === 7,
    },
    coordinator: n % 4 === 1 ? null : { reference: `Practitioner/worker-${n % 5}`, name: `Worker ${n % 5}` },
    changedAt: new Date(Date.UTC(2026, 0, 1, 0, n)).toISOString(),
    ...change,
  };
}

/** The first `count` of them. */
export function memberships(count: number): PeerMembership[] {
  return Array.from({ length: count }, (_, n) => aMembership(n));
}

/** People for the contract of live reads: every field takes a value and is absent somewhere. */
import { MembershipState } from '../../src/clinical/clinical-record.port.js';
import { addDays } from '../../src/core/calendar.js';
import { testNhsNumber } from '../support/fhir-resources.js';
import type { PeerRecord } from './misbehaving-peer.js';

/** The day on which the contract asks which episodes are open. */
export const ON = '2026-03-01';

const or = <T>(held: boolean, value: T): T | null => (held ? value : null);

/** The n-th person; neighbours differ in every field. */
export function aRecord(n: number): PeerRecord {
  const postcode = `ZZ${n % 10} 9ZZ`;
  const localId = `person-${String(n).padStart(4, '0')}`;
  const dateOfBirth = or(n % 6 !== 1, addDays('1960-01-01', n * 37));
  const deceasedOn = or(n % 19 === 4, '2026-01-31');
  const numbered = n % 5 !== 3;
  return {
    localId,
    demographics: {
      identity: {
        localId,
        nhsNumber: or(numbered, testNhsNumber(n)),
        nhsNumberStatus: or(numbered && n % 2 === 0, '01'),
        dateOfBirth,
        deceasedOn,
        active: n % 11 !== 6,
        replacedByLocalId: or(n % 13 === 7, 'person-0000'),
        restricted: n % 17 === 9,
      },
      name: or(n % 7 !== 3, `Given${n} Family${n}`),
      gender: or(n % 5 !== 2, ['male', 'female', 'other', 'unknown'][n % 4]!),
      dateOfBirth,
      deceasedOn,
      telephone: or(n % 3 !== 2, `07700 900${String(100 + (n % 900)).slice(-3)}`),
      address: or(n % 4 !== 3, `${n} High Street, Northwick, ${postcode}`),
      postcode: or(n % 4 !== 3, postcode),
      generalPractitioner: or(n % 8 !== 5, `Surgery ${n % 3}`),
    },
    careTeams: Array.from({ length: n % 3 }, (_, at) => ({
      name: or(at === 0, `Team of ${n}`),
      status: at === 0 ? 'active' : 'inactive',
      members: Array.from({ length: 1 + (n % 2) }, (_member, m) => ({
        reference: `Practitioner/worker-${(n + m) % 6}`,
        name: `Worker ${(n + m) % 6}`,
        role: or(m === 0, 'Care coordinator'),
      })),
    })),
    episodes: Array.from({ length: n % 4 }, (_, at) => ({
      teamReference: `Organization/team-${at}`,
      teamName: `Team ${at}`,
      state: [MembershipState.OPEN, MembershipState.ON_HOLD, MembershipState.ENDED][at]!,
      startedOn: or(n % 9 !== 7, addDays('2025-06-01', n)),
      careCoordinator: or(n % 2 === 1, {
        reference: `Practitioner/worker-${n % 6}`,
        name: `Worker ${n % 6}`,
      }),
      endedOn: at === 2 ? (n % 2 === 1 ? '2026-03-02' : ON) : null,
    })),
  };
}

/** The first `count` of them. */
export function records(count: number): PeerRecord[] {
  return Array.from({ length: count }, (_, n) => aRecord(n));
}

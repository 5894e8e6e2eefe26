/** People for the contract of live reads: every field takes a value and is absent somewhere. */
import { MembershipState } from '../../src/clinical/clinical-record.port.js';
import {
  MomentPrecision,
  type RecordCode,
  type RecordConsent,
  type RecordContact,
  type RecordFlag,
  type RecordMoment,
  type RecordProblem,
} from '../../src/clinical/record.port.js';
import { addDays } from '../../src/core/calendar.js';
import { testNhsNumber } from '../support/fhir-resources.js';
import type { PeerRecord } from './misbehaving-peer.js';

/** The day on which the contract asks which episodes are open. */
export const ON = '2026-03-01';

const or = <T>(held: boolean, value: T): T | null => (held ? value : null);

/** The first day from which the contract asks for contacts. */
export const SINCE = '2026-02-01';

/** A moment of each precision in turn. */
function moment(n: number, day: string): RecordMoment {
  const at = `${day}T09:15:00.000Z`;
  return [
    { said: at, precision: MomentPrecision.TIME, day, at },
    { said: day, precision: MomentPrecision.DAY, day, at: null },
    { said: day.slice(0, 7), precision: MomentPrecision.MONTH, day: null, at: null },
    { said: day.slice(0, 4), precision: MomentPrecision.YEAR, day: null, at: null },
  ][n % 4]!;
}

/** Contacts on different days, newest first, each of a team or of none. */
function contacts(n: number, status: string, teams: string): RecordContact[] {
  return Array.from({ length: n % 3 }, (_, at) => ({
    status,
    kind: or(at === 0, `Review ${n}`),
    start: moment(0, addDays('2026-02-20', -at)),
    end: or(n % 2 === 0, moment(0, addDays('2026-02-20', -at))),
    teamReference: or(at === 0, `${teams}/team-${n % 3}`),
    teamName: or(at === 0, `Team ${n % 3}`),
  }));
}

const codes = (n: number, word: string): RecordCode[] => [
  { system: 'http://snomed.info/sct', code: `${1000 + n}`, display: `${word} ${n}` },
  ...(n % 2 === 0 ? [{ system: null, code: 'local', display: null }] : []),
];

function problems(n: number): RecordProblem[] {
  return Array.from({ length: n % 3 }, (_, at) => ({
    problem: `Problem ${n}`,
    codes: codes(n, 'Problem'),
    clinicalStatus: or(n % 5 !== 0, ['active', 'resolved'][at % 2]!),
    verificationStatus: or(n % 4 !== 0, ['confirmed', 'refuted'][at % 2]!),
    category: or(at === 0, 'Problem list'),
    onset: or(n % 7 !== 0, moment(n, '2019-05-06')),
    recorded: or(at === 0, moment(1, '2020-01-02')),
  }));
}

function flags(n: number): RecordFlag[] {
  return Array.from({ length: n % 4 }, (_, at) => ({
    flag: `Warning ${n}`,
    codes: codes(n, 'Warning'),
    category: or(n % 3 !== 0, 'Safety'),
    status: ['active', 'inactive'][at % 2]!,
    start: or(n % 2 === 0, moment(n, '2025-12-01')),
    end: or(n % 5 === 0, moment(1, '2026-12-01')),
  }));
}

function consents(n: number): RecordConsent[] {
  return Array.from({ length: n % 2 }, () => ({
    status: 'active',
    scope: 'Privacy',
    category: or(n % 3 !== 0, `Sharing ${n}`),
    recorded: moment(n, '2026-01-05'),
    provision: or(n % 5 !== 0, ['permit', 'deny'][n % 2]!),
    start: or(n % 3 === 0, moment(1, '2026-01-05')),
    end: or(n % 7 === 0, moment(2, '2027-01-05')),
    hasExceptions: false,
  }));
}

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
      generalPractice: or(n % 8 !== 5, {
        reference: or(n % 3 !== 0, `Organization/surgery-${n % 3}`),
        name: `Surgery ${n % 3}`,
        odsCode: or(n % 4 !== 0 || n % 3 !== 0, `A8100${n % 3}`),
      }),
    },
    encounters: contacts(n, 'finished', 'Organization'),
    appointments: contacts(n + 1, 'booked', 'HealthcareService').reverse(),
    problems: problems(n),
    flags: flags(n),
    consents: consents(n),
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

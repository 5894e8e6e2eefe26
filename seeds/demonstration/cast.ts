/** The named cast: one person for each situation that eligibility must tell apart, with ids, numbers and dates that tests and documents may quote. */
import { addDays, addMonths, type LocalDate } from '../../src/core/calendar.js';
import { firstNhsNumbers, NHS_NUMBER_BLOCK } from './demonstration-nhs-numbers.js';
import type { Gender } from './names.js';

/** Codes that FHIR R4 gives `EpisodeOfCare.status`. */
export type EpisodeStatus =
  | 'planned'
  | 'waitlist'
  | 'active'
  | 'onhold'
  | 'finished'
  | 'cancelled'
  | 'entered-in-error';

/** A time on a team's caseload; days count back from today, negative ones lie ahead, null means that no date is recorded. */
export interface CastEpisode {
  readonly team: string;
  readonly status: EpisodeStatus;
  readonly startedDaysAgo: number | null;
  readonly endedDaysAgo: number | null;
  /** False where the record names no care coordinator. */
  readonly coordinator: boolean;
}

/** Somebody with a name: identity, state of the record and times on caseloads. */
export interface CastMember {
  /** `Patient/<localId>` in the demonstration record system; null for somebody it does not hold. */
  readonly localId: string | null;
  readonly given: string;
  readonly family: string;
  readonly gender: Gender;
  /** Ten digits of the never-issued range. */
  readonly nhsNumber: string;
  /** Verification status recorded with the number; null where the record has no number at all. */
  readonly nhsNumberStatus: string | null;
  /** A fixed date, or an age in years and months to the day on `today`. */
  readonly born: LocalDate | { readonly years: number; readonly months: number };
  readonly episodes: readonly CastEpisode[];
  readonly active: boolean;
  readonly replacedBy: string | null;
  readonly restricted: boolean;
  readonly diedDaysAgo: number | null;
  /** The verification status is coded in the system that UK Core has retired. */
  readonly oldStatusCoding: boolean;
  /** What the person stands for, in a sentence. */
  readonly situation: string;
}

const numbers = firstNhsNumbers(NHS_NUMBER_BLOCK.CAST, 40);
let taken = 0;

const open = (team: string, startedDaysAgo: number): CastEpisode => ({
  team,
  status: 'active',
  startedDaysAgo,
  endedDaysAgo: null,
  coordinator: true,
});
const ended = (team: string, startedDaysAgo: number, endedDaysAgo: number): CastEpisode => ({
  team,
  status: 'finished',
  startedDaysAgo,
  endedDaysAgo,
  coordinator: true,
});

type Overrides = Partial<Omit<CastMember, 'situation' | 'episodes' | 'given' | 'family' | 'gender' | 'born'>>;

function member(
  name: string,
  gender: Gender,
  born: CastMember['born'],
  situation: string,
  episodes: readonly CastEpisode[],
  overrides: Overrides = {},
): CastMember {
  const [given, family] = name.split(' ') as [string, string];
  const nhsNumber = overrides.nhsNumber ?? numbers[taken++]!;
  return {
    localId: `demo-${given}-${family}`.toLowerCase(),
    given,
    family,
    gender,
    nhsNumber,
    nhsNumberStatus: '01',
    born,
    episodes,
    active: true,
    replacedBy: null,
    restricted: false,
    diedDaysAgo: null,
    oldStatusCoding: false,
    situation,
    ...overrides,
  };
}

const twoRecords = member(
  'Isolde Hartsease',
  'female',
  '1990-11-02',
  'two living records share one verified NHS number and date of birth',
  [open('CMHT-NORTH', 420)],
);
const mergedInto = member(
  'Rowena Larkspur',
  'female',
  '1984-06-30',
  'a record that another was cleanly merged into',
  [open('CMHT-NORTH', 300)],
);

/** Everybody with a name, by what they stand for. */
export const CAST = {
  straightforward: member(
    'Jory Penhallam',
    'male',
    '1991-03-14',
    'open to a community mental health team, verified, nothing unusual',
    [open('CMHT-NORTH', 210)],
  ),
  seventeenInEip: member(
    'Wrenna Copperthwaite',
    'female',
    { years: 17, months: 10 },
    'seventeen years and ten months old, open to early intervention',
    [open('EIP', 95)],
  ),
  cmhtEndsToday: member(
    'Merrick Dapplemere',
    'male',
    '1998-09-21',
    'the community team ends today while early intervention stays open',
    [ended('CMHT-NORTH', 400, 0), open('EIP', 60)],
  ),
  dischargedBeforeAcceptance: member(
    'Tamsin Eddowes',
    'female',
    '1987-01-19',
    'open on the day of referral, discharged three days ago, before acceptance',
    [ended('CMHT-NORTH', 250, 3)],
  ),
  crisisOnly: member('Leofric Greymarsh', 'male', '1979-12-05', 'open to the crisis team only', [
    open('CRISIS', 9),
  ]),
  olderAdult: member(
    'Delphine Kettlewick',
    'female',
    { years: 67, months: 2 },
    'sixty-seven, open to the older adults’ community team',
    [open('OA-CMHT', 330)],
  ),
  unsureAboutWork: member(
    'Ivo Limefield',
    'male',
    '1993-08-08',
    'open to a community team and unsure about work',
    [open('CMHT-NORTH', 150)],
  ),
  employedAtRisk: member(
    'Saffron Merriden',
    'female',
    '1989-05-27',
    'employed, off sick and at risk of losing the job',
    [open('CMHT-NORTH', 120)],
  ),
  selfReferred: member(
    'Cadoc Netherby',
    'male',
    '1995-02-11',
    'referred themself; the record names no care coordinator',
    [{ team: 'CMHT-NORTH', status: 'active', startedDaysAgo: 180, endedDaysAgo: null, coordinator: false }],
  ),
  mergedInto,
  mergedAway: member(
    'Rowena Larkspur',
    'female',
    '1984-06-30',
    'the record that was replaced in a clean merge: inactive, no episode of its own',
    [],
    {
      localId: 'demo-rowena-larkspur-old',
      nhsNumber: mergedInto.nhsNumber,
      active: false,
      replacedBy: mergedInto.localId,
    },
  ),
  twoRecords,
  twoRecordsOther: member(
    'Isolde Hartsease',
    'female',
    '1990-11-02',
    'the second living record of the same NHS number',
    [open('CMHT-SOUTH', 35)],
    {
      localId: 'demo-isolde-hartsease-2',
      nhsNumber: twoRecords.nhsNumber,
    },
  ),
  movedAway: member(
    'Alaric Quarrington',
    'male',
    '1982-04-16',
    'moved out of the region, still open to the team',
    [open('CMHT-NORTH', 510)],
  ),
  restricted: member(
    'Perdita Ravenhall',
    'female',
    '1986-07-23',
    'a restricted record, open to a community team',
    [open('CMHT-NORTH', 275)],
    { restricted: true },
  ),
  waitingList: member(
    'Silvan Rushmere',
    'male',
    '1999-10-30',
    'accepted and on the waiting list of the team',
    [{ team: 'CMHT-NORTH', status: 'waitlist', startedDaysAgo: 21, endedDaysAgo: null, coordinator: false }],
  ),
  rehabilitationOnly: member(
    'Liora Starkweather',
    'female',
    '1976-03-03',
    'open to community rehabilitation only',
    [open('REHAB', 700)],
  ),
  noTeam: member(
    'Ulric Tanglewood',
    'male',
    '1988-08-17',
    'in the record system without any time on a caseload',
    [],
  ),
  longDischarged: member(
    'Marwen Thistledown',
    'female',
    '1985-05-05',
    'in work, discharged from the team six months ago',
    [ended('CMHT-NORTH', 900, 183)],
  ),
  unverified: member(
    'Piran Underhay',
    'male',
    '1992-12-12',
    'NHS number present but not traced',
    [open('CMHT-NORTH', 80)],
    { nhsNumberStatus: '02' },
  ),
  traceRequired: member(
    'Yara Vellacott',
    'female',
    '1997-06-06',
    'NHS number that must be traced',
    [open('CMHT-SOUTH', 66)],
    { nhsNumberStatus: '03' },
  ),
  oldCoding: member(
    'Bastian Whitlock',
    'male',
    '1983-09-09',
    'verified, with the status coded in the retired code system',
    [open('CMHT-SOUTH', 140)],
    { oldStatusCoding: true },
  ),
  withoutNumber: member(
    'Anwyn Wychwood',
    'other',
    '2000-01-31',
    'a record without any NHS number',
    [open('CMHT-NORTH', 44)],
    { nhsNumberStatus: null },
  ),
  nobody: member('Zennor Yarrowby', 'unknown', '1994-04-04', 'an NHS number that no record has', [], {
    localId: null,
    nhsNumber: firstNhsNumbers(NHS_NUMBER_BLOCK.NOBODY, 1)[0]!,
    nhsNumberStatus: null,
  }),
  deceased: member(
    'Hollis Wildgoose',
    'male',
    '1961-11-11',
    'died last month; the episode was never closed',
    [open('CMHT-NORTH', 800)],
    { diedDaysAgo: 30 },
  ),
  enteredInError: member('Quilla Zealley', 'female', '1996-02-29', 'the only episode was entered in error', [
    {
      team: 'CMHT-NORTH',
      status: 'entered-in-error',
      startedDaysAgo: 50,
      endedDaysAgo: null,
      coordinator: false,
    },
  ]),
  onHold: member('Evander Cloverley', 'male', '1990-10-10', 'the episode is on hold', [
    { team: 'CMHT-NORTH', status: 'onhold', startedDaysAgo: 360, endedDaysAgo: null, coordinator: true },
  ]),
  planned: member('Brisa Applegarth', 'female', '1981-07-07', 'the episode is planned and begins next week', [
    { team: 'CMHT-SOUTH', status: 'planned', startedDaysAgo: -7, endedDaysAgo: null, coordinator: false },
  ]),
  twoTeams: member(
    'Dorian Barleymow',
    'male',
    '1994-09-18',
    'open to a community team and to the crisis team at once',
    [open('CMHT-SOUTH', 230), open('CRISIS', 4)],
  ),
  unmappedTeam: member(
    'Odalys Fennimore',
    'female',
    '1999-03-25',
    'open only to a team whose code the hub does not know',
    [open('X77', 130)],
  ),
  neighbourhood: member('Rafe Elderfield', 'male', '1980-12-20', 'open to the neighbourhood team', [
    open('NMHT', 190),
  ]),
} as const satisfies Record<string, CastMember>;

/** Name by which tests and documents call a member of the cast. */
export type CastKey = keyof typeof CAST;

/** Every member with the key that names them, in the order of the table. */
export const CAST_MEMBERS: readonly (readonly [CastKey, CastMember])[] = Object.entries(CAST) as [
  CastKey,
  CastMember,
][];

/** A member's date of birth; people who stand for an age are exactly that old on `today`. */
export function castDateOfBirth(member: CastMember, today: LocalDate): LocalDate {
  if (typeof member.born === 'string') return member.born;
  return addMonths(today, -(member.born.years * 12 + member.born.months));
}

/** The date `daysAgo` days before `today`; null stays null. */
export function castDate(today: LocalDate, daysAgo: number | null): LocalDate | null {
  return daysAgo === null ? null : addDays(today, -daysAgo);
}

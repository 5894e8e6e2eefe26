/** What a scripted record says of a patient in each kind of read; everything in words is made of the patient's name. */
import type {
  RecordCareTeam,
  RecordConsent,
  RecordContact,
  RecordDocument,
  RecordEpisode,
  RecordFlag,
  RecordMoment,
  RecordProblem,
} from '../../src/clinical/record.port.js';

/** A resource by its type and id, and what it says. */
export interface Said<T> {
  readonly reference: string;
  readonly value: T;
}

const time = (at: string): RecordMoment => ({ said: at, precision: 'TIME', day: at.slice(0, 10), at });
const month = (said: string): RecordMoment => ({ said, precision: 'MONTH', day: null, at: null });
const day = (said: string): RecordMoment => ({ said, precision: 'DAY', day: said, at: null });
const code = (text: string) => ({ system: 'http://snomed.info/sct', code: '1', display: text });

export const careTeamsOf = (id: string, name: string): Said<RecordCareTeam>[] => [
  {
    reference: `CareTeam/${id}`,
    value: {
      name: `Team of ${name}`,
      status: 'active',
      members: [{ reference: `Practitioner/${id}`, name: `Nurse of ${name}`, role: 'Nurse' }],
    },
  },
];

export const episodesOf = (id: string, name: string): Said<RecordEpisode>[] =>
  ['2025-01-01', '2025-06-01', null].map((startedOn, at) => ({
    reference: `EpisodeOfCare/${id}-${at}`,
    value: {
      teamReference: `Organization/${at}`,
      teamName: `Ward ${at}`,
      state: 'OPEN' as const,
      startedOn,
      careCoordinator:
        at === 0 ? null : { reference: `Practitioner/${at}`, name: `Coordinator ${at} of ${name}` },
    },
  }));

export const documentsOf = (id: string, name: string): Said<RecordDocument>[] => [
  {
    reference: `DocumentReference/${id}`,
    value: {
      reference: `DocumentReference/${id}`,
      title: `Letter about ${name}`,
      type: 'Letter',
      status: 'current',
      recordedAt: '2026-02-01T10:00:00.000Z',
      author: 'A clinician',
      documentVersionId: '00000000-0000-7000-8000-00000000d0c5',
    },
  },
];

const contact = (type: string, id: string, name: string): Said<RecordContact>[] => [
  {
    reference: `${type}/${id}`,
    value: {
      status: type === 'Encounter' ? 'finished' : 'booked',
      kind: `Review of ${name}`,
      start: time('2026-03-10T10:00:00.000Z'),
      end: type === 'Encounter' ? day('2026-03-10') : time('2026-03-10T10:30:00.000Z'),
      teamReference: 'Organization/0',
      teamName: 'Ward 0',
    },
  },
];
export const encountersOf = (id: string, name: string) => contact('Encounter', id, name);
export const appointmentsOf = (id: string, name: string) => contact('Appointment', id, name);

export const problemsOf = (id: string, name: string): Said<RecordProblem>[] => [
  {
    reference: `Condition/${id}`,
    value: {
      problem: `Problem of ${name}`,
      codes: [code('A problem')],
      clinicalStatus: 'active',
      verificationStatus: 'confirmed',
      category: 'Problem list item',
      onset: month('2019-05'),
      recorded: day('2020-01-02'),
    },
  },
];

export const flagsOf = (id: string, name: string): Said<RecordFlag>[] => [
  {
    reference: `Flag/${id}`,
    value: {
      flag: `Warning about ${name}`,
      codes: [code('A warning')],
      category: 'Safety',
      status: 'active',
      start: day('2025-12-01'),
      end: month('2026-12'),
    },
  },
];

export const consentsOf = (id: string, name: string): Said<RecordConsent>[] => [
  {
    reference: `Consent/${id}`,
    value: {
      status: 'active',
      scope: 'Privacy',
      category: `Sharing about ${name}`,
      recorded: time('2026-01-05T09:30:00.000Z'),
      provision: 'permit',
      start: day('2026-01-05'),
      end: day('2027-01-05'),
      hasExceptions: false,
    },
  },
];

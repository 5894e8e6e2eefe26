/** The ways of a resource to whoever looks at a record, and what must hold of what they are shown. */
import type { PullContext } from '../../adapters/fhir-r4/caseload/strategy.js';
import { createDocuments } from '../../adapters/fhir-r4/documents/documents.js';
import { createRecord } from '../../adapters/fhir-r4/record/record.js';
import type { Observed } from '../../src/clinical/clinical-record.port.js';
import type {
  RecordCode,
  RecordConsent,
  RecordContact,
  RecordDocumentText,
  RecordFlag,
  RecordMoment,
  RecordProblem,
} from '../../src/clinical/record.port.js';
import { isId } from '../../src/core/ids.js';
import { dayOf, each as elements, expectIdentity, idIn, instantIn, own, stringsIn } from './mutant-oracle.js';
import { expectText, never, STATES, served, type Trip } from './mutant-trip.js';
import type { Value } from './mutated-json.js';
import {
  APPOINTMENT,
  CARE_TEAM,
  CONDITION,
  CONSENT,
  DOCUMENT,
  DOCUMENT_ID,
  ENCOUNTER,
  EPISODE,
  FLAG,
  ORGANIZATION,
  PATIENT,
  PRACTITIONER,
  ROLE,
} from './uk-core-resources.js';

const WORKERS = [served(ROLE), served(PRACTITIONER)];
const reads = (context: PullContext) => createRecord(context)!;

/** A check of each answer by itself. */
const each =
  (check: (answer: Observed<unknown>, resource: Value) => void) =>
  (answers: readonly Observed<unknown>[], resource: Value): void => {
    for (const answer of answers) check(answer, resource);
  };

/** A moment is told as precisely as it stands, and not at all where it stands in no form of FHIR. */
function expectMoment(moment: RecordMoment | null, stated: unknown): void {
  const day = dayOf(stated);
  const at = instantIn(stated);
  const isPart = typeof stated === 'string' && /^\d{4}(-(0[1-9]|1[0-2]))?$/.test(stated);
  if (day === null && !isPart) expect(moment).toBeNull();
  else
    expect(moment).toEqual({
      said: at ?? stated,
      precision: at !== null ? 'TIME' : day !== null ? 'DAY' : String(stated).length === 4 ? 'YEAR' : 'MONTH',
      day,
      at,
    });
}

function expectTeam({ teamReference, teamName }: RecordContact, resource: Value): void {
  expectText(teamName, [resource, ORGANIZATION]);
  if (teamReference === null) return;
  expect(teamReference).toMatch(/^[A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64}$/);
  expect(stringsIn(resource).some((text) => text.includes(teamReference))).toBe(true);
}

/** Codes are those that stand there, each under the system that stands beside it. */
function expectCodes(codes: readonly RecordCode[], concept: unknown): void {
  const stand = elements(own(concept, 'coding')).map((one) => [own(one, 'system'), own(one, 'code')]);
  const trimmed = (value: unknown) => (typeof value === 'string' ? value.trim() || null : null);
  for (const { system, code } of codes)
    expect(stand.map((pair) => pair.map(trimmed))).toContainEqual([system, code]);
}

/** Every way, by name. */
export const RECORD_TRIPS: Readonly<Record<string, Trip>> = {
  'Patient, live': {
    type: 'Patient',
    valid: PATIENT,
    looked: 'birthDate',
    beside: [],
    settings: {},
    ask: async (context) =>
      (await reads(context).demographics!(['p1'], never())).filter((one) => one !== null),
    check(answers, patient) {
      for (const { value } of answers) {
        const read = value as Record<string, unknown>;
        expectIdentity(read.identity as never, 'p1', patient);
        expect(read.dateOfBirth).toBe(dayOf(own(patient, 'birthDate')));
        expect(read.deceasedOn).toBe(dayOf(own(patient, 'deceasedDateTime')));
        expect([null, 'male', 'female', 'other', 'unknown']).toContain(read.gender);
        for (const key of ['name', 'telephone', 'address', 'postcode', 'generalPractitioner'])
          expectText(read[key], patient);
      }
    },
  },
  'EpisodeOfCare, live': {
    type: 'EpisodeOfCare',
    valid: EPISODE,
    looked: 'status',
    beside: [served(ORGANIZATION), ...WORKERS],
    settings: {},
    ask: async (context) => (await reads(context).openEpisodes!(['p1'], '2026-02-01', never()))[0]!,
    check(answers, episode) {
      for (const { value } of answers) {
        const { startedOn, state } = value as { startedOn: unknown; state: string };
        const [start, end] = ['start', 'end'].map((name) => dayOf(own(episode, 'period', name)));
        expect(idIn(own(episode, 'patient'), 'Patient')).toBe('p1');
        expect(startedOn).toBe(start);
        expect(STATES[String(own(episode, 'status'))]).toContain(state);
        expect((start ?? '') <= '2026-02-01' && (end ?? '9999') > '2026-02-01').toBe(true);
      }
    },
  },
  'CareTeam, live': {
    type: 'CareTeam',
    valid: CARE_TEAM,
    looked: 'name',
    beside: WORKERS,
    settings: {},
    ask: async (context) => (await reads(context).careTeams!(['p1'], never()))[0]!,
    check(answers, team) {
      for (const { value } of answers) {
        const { members, name } = value as {
          members: { reference: string | null; name: string | null; role: string | null }[];
          name: string | null;
        };
        expect(idIn(own(team, 'subject'), 'Patient')).toBe('p1');
        expectText(name, team);
        for (const one of members) {
          expectText(one.role, team);
          expectText(one.name, [team, ...WORKERS]);
          if (one.reference !== null)
            expect(stringsIn(team).some((text) => text.includes(one.reference!))).toBe(true);
        }
      }
    },
  },
  'DocumentReference, live': {
    type: 'DocumentReference',
    valid: DOCUMENT,
    looked: 'description',
    beside: [],
    settings: {},
    ask: async (context) => (await reads(context).documents!(['p1'], never()))[0]!,
    check(answers, document) {
      for (const { value } of answers) {
        const read = value as Record<string, string | null>;
        expect(idIn(own(document, 'subject'), 'Patient')).toBe('p1');
        expect(read.recordedAt).toBe(instantIn(own(document, 'date')));
        expect([null, 'current', 'superseded', 'entered-in-error']).toContain(read.status);
        for (const key of ['title', 'type', 'author']) expectText(read[key], document);
        if (read.documentVersionId === null) continue;
        expect(isId(read.documentVersionId!)).toBe(true);
        expect(JSON.stringify(document).toLowerCase()).toContain(read.documentVersionId);
      }
    },
  },
  'DocumentReference as it was filed': {
    type: 'DocumentReference',
    valid: DOCUMENT,
    looked: 'docStatus',
    beside: [],
    settings: {},
    ask: async (context) =>
      (
        await createDocuments(context).find(
          [{ documentVersionId: DOCUMENT_ID, patientLocalId: 'p1' }],
          never(),
        )
      ).filter((one) => one !== null),
    check(answers, document) {
      for (const { value, complete } of answers) {
        const read = value as Record<string, string | null>;
        expect(read.documentVersionId).toBe(DOCUMENT_ID);
        expect(read.patientLocalId).toBe(idIn(own(document, 'subject'), 'Patient') ?? '');
        if (read.patientLocalId === '' || read.textHash === null) expect(complete).toBe(false);
      }
    },
  },
  'Encounter, live': {
    type: 'Encounter',
    valid: ENCOUNTER,
    looked: 'status',
    beside: [served(ORGANIZATION)],
    settings: {},
    ask: async (context) => (await reads(context).encounters!(['p1'], '2026-01-01', never()))[0]!,
    check: each(({ value }, encounter) => {
      const read = value as RecordContact;
      expect(idIn(own(encounter, 'subject'), 'Patient')).toBe('p1');
      expectMoment(read.start, own(encounter, 'period', 'start'));
      expectMoment(read.end, own(encounter, 'period', 'end'));
      if (read.status !== null) expect(read.status).toBe(own(encounter, 'status'));
      expectText(read.kind, encounter);
      expectTeam(read, encounter);
    }),
  },
  'Appointment, live': {
    type: 'Appointment',
    valid: APPOINTMENT,
    looked: 'status',
    beside: [],
    settings: {},
    ask: async (context) => (await reads(context).appointments!(['p1'], '2026-01-01', never()))[0]!,
    check: each(({ value }, appointment) => {
      const read = value as RecordContact;
      const actors = elements(own(appointment, 'participant')).map((one) => own(one, 'actor'));
      expect(actors.map((actor) => idIn(actor, 'Patient'))).toContain('p1');
      expectMoment(read.start, own(appointment, 'start'));
      expectMoment(read.end, own(appointment, 'end'));
      if (read.status !== null) expect(read.status).toBe(own(appointment, 'status'));
      expectText(read.kind, appointment);
      expectTeam(read, appointment);
    }),
  },
  'Condition, live': {
    type: 'Condition',
    valid: CONDITION,
    looked: 'code',
    beside: [],
    settings: {},
    ask: async (context) => (await reads(context).problems!(['p1'], never()))[0]!,
    check: each(({ value }, condition) => {
      const read = value as RecordProblem;
      expect(idIn(own(condition, 'subject'), 'Patient')).toBe('p1');
      const stated = own(condition, 'onsetDateTime') ?? own(condition, 'onsetPeriod', 'start');
      expectMoment(read.onset, stated);
      expectMoment(read.recorded, own(condition, 'recordedDate'));
      for (const text of [read.problem, read.category, read.clinicalStatus, read.verificationStatus])
        expectText(text, condition);
      expectCodes(read.codes, own(condition, 'code'));
      expect(read.verificationStatus).not.toBe('entered-in-error');
    }),
  },
  'Flag, live': {
    type: 'Flag',
    valid: FLAG,
    looked: 'status',
    beside: [],
    settings: {},
    ask: async (context) => (await reads(context).riskFlags!(['p1'], never()))[0]!,
    check: each(({ value, complete }, flag) => {
      const read = value as RecordFlag;
      expect(idIn(own(flag, 'subject'), 'Patient')).toBe('p1');
      expectMoment(read.start, own(flag, 'period', 'start'));
      expectMoment(read.end, own(flag, 'period', 'end'));
      for (const text of [read.flag, read.category]) expectText(text, flag);
      expectCodes(read.codes, own(flag, 'code'));
      expect(read.status).toBe(own(flag, 'status') === 'active' ? 'active' : null);
      if (read.status === null || read.flag === null) expect(complete).toBe(false);
    }),
  },
  'Consent, live': {
    type: 'Consent',
    valid: CONSENT,
    looked: 'status',
    beside: [],
    settings: {},
    ask: async (context) => (await reads(context).consents!(['p1'], never()))[0]!,
    check: each(({ value, complete }, consent) => {
      const read = value as RecordConsent;
      const provision = own(consent, 'provision');
      expect(idIn(own(consent, 'patient'), 'Patient')).toBe('p1');
      expectMoment(read.recorded, own(consent, 'dateTime'));
      expectMoment(read.start, own(provision, 'period', 'start'));
      expectMoment(read.end, own(provision, 'period', 'end'));
      for (const text of [read.scope, read.category]) expectText(text, consent);
      // A refusal is never read as an agreement, nor anything as either.
      const said = own(provision, 'type');
      expect(read.provision).toBe(said === 'permit' || said === 'deny' ? said : null);
      if (elements(own(provision, 'provision')).some((one) => Object(one) === one && !Array.isArray(one)))
        expect([read.hasExceptions, complete]).toEqual([true, false]);
    }),
  },
  'DocumentReference, its text': {
    type: 'DocumentReference',
    valid: DOCUMENT,
    looked: 'content',
    beside: [],
    settings: {},
    ask: async (context) => {
      const found = await reads(context).documentText!('p1', 'DocumentReference/d1', never());
      return found === null ? [] : [found];
    },
    check: each(({ value }, document) => {
      const { text } = value as RecordDocumentText;
      expect(idIn(own(document, 'subject'), 'Patient')).toBe('p1');
      expect(own(document, 'status')).not.toBe('entered-in-error');
      const held = elements(own(document, 'content'))
        .map((one) => own(one, 'attachment', 'data'))
        .filter((data) => typeof data === 'string')
        .flatMap((data) => [
          Buffer.from(data, 'base64').toString('utf8'),
          Buffer.from(data, 'base64').toString('latin1'),
        ]);
      expect(held).toContain(text);
    }),
  },
};

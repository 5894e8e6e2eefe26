/** Searches of live reads: what is asked, in lists or in a batch Bundle, that another's record is refused, and one document at a time. */
import type { FhirResource } from 'fhir-kit-client';
import { UnmappedTally } from '../../../../adapters/fhir-r4/mapping/unmapped.js';
import { searchsetsIn } from '../../../../adapters/fhir-r4/record/batch-bundle.js';
import type { RecordContext } from '../../../../adapters/fhir-r4/record/by-patient.js';
import { createRecord } from '../../../../adapters/fhir-r4/record/record.js';
import { parseSettings } from '../../../../adapters/fhir-r4/settings.js';
import type { FhirConnection, Session } from '../../../../adapters/fhir-r4/transport/connection.js';
import type { RecordCapability } from '../../../../src/clinical/record.port.js';
import { FixedClock } from '../../../../src/core/clock.js';
import { HubError } from '../../../../src/core/errors.js';
import { silentLogger } from '../../../../src/core/logger.js';
import { failureOf, never } from '../../../contract/contract-case.js';

const PAGE = (matches: readonly object[]): FhirResource => ({
  resourceType: 'Bundle',
  type: 'searchset',
  total: matches.length,
  entry: matches.map((resource) => ({ resource, search: { mode: 'match' } })),
});

interface Asked {
  readonly type: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** A record over a server that answers every search with the same, and every read with what is held. */
function recordOver(
  matches: readonly object[],
  { held = {}, ...settings }: { held?: Record<string, object> } & Record<string, unknown> = {},
) {
  const asked: Asked[] = [];
  const batches: (readonly string[])[] = [];
  const read: string[] = [];
  const search: FhirConnection['search'] = async (_session, type, parameters) => {
    asked.push({ type, parameters });
    return PAGE(matches);
  };
  const connection: Partial<FhirConnection> = {
    session: (signal) => ({ signal, correlationId: 'c' }) as unknown as Session,
    search,
    searchByForm: search,
    searchBatch: async (_session, addresses) => {
      batches.push(addresses);
      const entry = addresses.map(() => ({ response: { status: '200 OK' }, resource: PAGE(matches) }));
      return { resourceType: 'Bundle', type: 'batch-response', entry };
    },
    read: async (_session, type, id) => {
      read.push(`${type}/${id}`);
      const found = held[`${type}/${id}`];
      if (!found) throw new HubError('HUB_UPSTREAM_NOT_FOUND');
      return { resourceType: type, id, ...found };
    },
    dateOf: () => null,
  };
  const context = {
    connection: connection as FhirConnection,
    settings: parseSettings({ baseUrl: 'https://record.example/fhir', bearerToken: 't', ...settings }),
    system: 'S',
    clock: new FixedClock(new Date('2026-03-01T09:00:00.000Z')),
    logger: silentLogger,
    unmapped: new UnmappedTally().count,
  } as unknown as RecordContext;
  return { record: createRecord(context) as Required<RecordCapability>, asked, batches, read };
}

const READS: readonly (readonly [
  string,
  object,
  (record: Required<RecordCapability>) => Promise<unknown>,
])[] = [
  [
    'CareTeam',
    { subject: { reference: 'Patient/other' } },
    (record) => record.careTeams(['p1', 'p2'], never()),
  ],
  [
    'EpisodeOfCare',
    { patient: { reference: 'Patient/other' } },
    (record) => record.openEpisodes(['p1', 'p2'], '2026-03-01', never()),
  ],
  [
    'DocumentReference',
    { subject: { reference: 'Patient/other' } },
    (record) => record.documents(['p1', 'p2'], never()),
  ],
  [
    'Encounter',
    { subject: { reference: 'Patient/other' } },
    (record) => record.encounters(['p1', 'p2'], '2026-01-01', never()),
  ],
  [
    'Appointment',
    { participant: [{ actor: { reference: 'Patient/other' } }] },
    (record) => record.appointments(['p1', 'p2'], '2026-01-01', never()),
  ],
  [
    'Condition',
    { subject: { reference: 'Patient/other' } },
    (record) => record.problems(['p1', 'p2'], never()),
  ],
  ['Flag', { subject: { reference: 'Group/p1' } }, (record) => record.riskFlags(['p1', 'p2'], never())],
  ['Consent', { patient: { display: 'p1' } }, (record) => record.consents(['p1', 'p2'], never())],
];

const P1 = { reference: 'Patient/p1' };
const START = { start: '2026-02-01T10:00:00Z' };
/** What each read tells of p1. */
const OF_P1: Readonly<Record<string, object>> = {
  CareTeam: { status: 'active', subject: P1 },
  EpisodeOfCare: { status: 'active', patient: P1, period: START },
  DocumentReference: { status: 'current', subject: P1, date: START.start },
  Encounter: { status: 'in-progress', subject: P1, period: START },
  Appointment: { status: 'booked', participant: [{ actor: P1 }], start: '2026-04-01T10:00:00Z' },
  Condition: { subject: P1, code: { text: 'Known' } },
  Flag: { status: 'active', subject: P1, code: { text: 'Known' } },
  Consent: { status: 'active', patient: P1 },
};
const MARKED = { coding: [{ system: 'https://site.example/label', code: 'R' }] };

describe.each(READS)('%s', (type, another, read) => {
  test('leaves out what is marked as restricted by one of the site’s codes, and nothing else', async () => {
    const one = { resourceType: type, ...OF_P1[type] };
    const { record } = recordOver([
      { ...one, id: 'ordinary', meta: { security: [{ code: 'N' }] } },
      { ...one, id: 'hidden', meta: { security: MARKED.coding } },
      ...(type === 'DocumentReference' ? [{ ...one, id: 'hidden-too', securityLabel: [MARKED] }] : []),
    ]);
    const [ofP1, ofP2] = (await read(record)) as { source: { reference: string } }[][];
    expect(ofP1!.map(({ source }) => source.reference)).toEqual([`${type}/ordinary`]);
    expect(ofP2).toEqual([]);
  });

  test.each(['SEARCH', 'BATCH_BUNDLE'])(
    'of nobody who was asked for is refused whole, by %s',
    async (recordBatch) => {
      const { record } = recordOver([{ resourceType: type, id: 'x', ...another }], { recordBatch });
      expect(await failureOf(read(record))).toMatchObject({
        code: 'HUB_UPSTREAM_PROTOCOL',
        details: { fault: 'OTHER_PATIENT' },
      });
    },
  );

  test('asks in one list, or in one batch with a search for each', async () => {
    const list = recordOver([]);
    await read(list.record);
    expect(list.asked.map((one) => [one.type, one.parameters.patient])).toEqual([
      [type, 'Patient/p1,Patient/p2'],
    ]);
    const batch = recordOver([], { recordBatch: 'BATCH_BUNDLE' });
    await read(batch.record);
    expect(batch.asked).toEqual([]);
    expect(batch.batches).toHaveLength(1);
    expect(batch.batches[0]!.map((address) => address.split('&')[0])).toEqual([
      `${type}?patient=Patient%2Fp1`,
      `${type}?patient=Patient%2Fp2`,
    ]);
  });
});

test('in a batch what one search finds of another who was asked for is refused, too', async () => {
  const matches = [{ resourceType: 'Flag', id: 'f', status: 'active', subject: { reference: 'Patient/p2' } }];
  const { record } = recordOver(matches, { recordBatch: 'BATCH_BUNDLE' });
  expect(await failureOf(record.riskFlags(['p1', 'p2'], never()))).toMatchObject({
    code: 'HUB_UPSTREAM_PROTOCOL',
  });
});

test('an appointment of several is under each who was asked for, and under nobody else', async () => {
  const actors = ['p1', 'other', 'p2', 'p1'].map((id) => ({ actor: { reference: `Patient/${id}` } }));
  const { record } = recordOver([
    { resourceType: 'Appointment', id: 'a', status: 'booked', participant: actors },
  ]);
  const read = await record.appointments(['p1', 'p2', 'p3'], '2026-01-01', never());
  expect(read.map((own) => own.length)).toEqual([1, 1, 0]);
  expect(JSON.stringify(read)).not.toContain('other');
});

test('asks for what the site has: includes that it declares, dates where it searches by them', async () => {
  const full = recordOver([]);
  await full.record.encounters(['p1'], '2026-01-01', never());
  expect(full.asked[0]!.parameters).toMatchObject({
    date: 'ge2026-01-01',
    _include: ['Encounter:service-provider'],
  });
  const bare = recordOver([], { recordIncludes: 'CareTeam:participant', recordSearchByDate: false });
  await bare.record.encounters(['p1'], '2026-01-01', never());
  expect(bare.asked[0]!.parameters).toMatchObject({ date: undefined, _include: undefined });
});

test('permits what the site states, and offers what it has', () => {
  expect(recordOver([]).record.permitted).toEqual([]);
  const { record } = recordOver([], {
    permittedTypes: 'Flag, DocumentReference',
    recordTypes: 'Patient, Flag',
  });
  expect(record.permitted).toEqual(['riskFlags', 'documentText']);
  expect(Object.keys(record).sort()).toEqual(['demographics', 'permitted', 'riskFlags']);
});

describe('a batch-response', () => {
  const answered = (...entry: object[]) => ({ resourceType: 'Bundle', type: 'batch-response', entry });
  const fine = { response: { status: '200' }, resource: PAGE([]) };
  const outcome = { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'throttled' }] };

  test('is the searchsets in their order', () => {
    expect(searchsetsIn(answered(fine, { ...fine, response: { status: '200 OK' } }), 2)).toHaveLength(2);
  });

  test.each<[string, unknown, string]>([
    ['nothing', null, 'HUB_UPSTREAM_PROTOCOL'],
    ['a searchset', PAGE([]), 'HUB_UPSTREAM_PROTOCOL'],
    ['too few', answered(fine), 'HUB_UPSTREAM_PROTOCOL'],
    ['too many', answered(fine, fine, fine), 'HUB_UPSTREAM_PROTOCOL'],
    ['an entry without a status', answered(fine, { resource: PAGE([]) }), 'HUB_UPSTREAM_PROTOCOL'],
    [
      'a status that is none',
      answered(fine, { ...fine, response: { status: '2000' } }),
      'HUB_UPSTREAM_PROTOCOL',
    ],
    ['an entry without a resource', answered(fine, { response: { status: '200' } }), 'HUB_UPSTREAM_PROTOCOL'],
    ['an entry refused', answered(fine, { response: { status: '403 Forbidden' } }), 'HUB_UPSTREAM_REFUSED'],
    ['an entry not found', answered(fine, { response: { status: '404' } }), 'HUB_UPSTREAM_NOT_FOUND'],
    ['an entry that failed', answered({ response: { status: '503' } }, fine), 'HUB_UPSTREAM_UNAVAILABLE'],
    ['a failure under a 200', answered(fine, { ...fine, resource: outcome }), 'HUB_UPSTREAM_UNAVAILABLE'],
  ])('%s fails them all', async (_name, bundle, code) => {
    expect(await failureOf((async () => searchsetsIn(bundle, 2))())).toMatchObject({ code });
  });
});

describe('one document', () => {
  const of = (document: object, held: Record<string, object> = {}, settings: object = {}) =>
    recordOver([], { held: { 'DocumentReference/d1': document, ...held }, ...settings });
  const text = (data?: string) => ({
    attachment: { contentType: 'text/plain', ...(data ? { data } : { url: 'Binary/b1' }) },
  });
  const DOCUMENT = {
    status: 'current',
    subject: { reference: 'Patient/p1' },
    description: 'T',
    content: [text('QUJD')],
  };
  const ruleOf = async (made: ReturnType<typeof of>) => {
    const error = await failureOf(made.record.documentText('p1', 'DocumentReference/d1', never()));
    return (error as HubError).details.rule;
  };

  test('with its line and its text', async () => {
    const { record, read } = of(DOCUMENT);
    const found = await record.documentText('p1', 'DocumentReference/d1', never());
    expect(found).toMatchObject({ value: { title: 'T', status: 'current', text: 'ABC' }, complete: true });
    expect(read).toEqual(['DocumentReference/d1']);
  });

  test('its text from the Binary beside it', async () => {
    const binary = { 'Binary/b1': { contentType: 'text/plain; charset=utf-8', data: 'WFla' } };
    const { record, read } = of({ ...DOCUMENT, content: [text()] }, binary);
    expect((await record.documentText('p1', 'DocumentReference/d1', never()))!.value.text).toBe('XYZ');
    expect(read).toEqual(['DocumentReference/d1', 'Binary/b1']);
  });

  test.each<[string, string, string]>([
    ['of another patient', 'p2', 'DocumentReference/d1'],
    ['that is not there', 'p1', 'DocumentReference/d2'],
    ['that is no document', 'p1', 'Patient/p1'],
    ['by an address', 'p1', 'https://record.example/fhir/DocumentReference/d1'],
  ])('%s is none', async (_name, localId, reference) => {
    expect(await of(DOCUMENT).record.documentText(localId, reference, never())).toBeNull();
  });

  test.each<[string, object, Record<string, object>, object, string]>([
    ['entered in error', { ...DOCUMENT, status: 'entered-in-error' }, {}, {}, 'WITHDRAWN'],
    ['restricted', { ...DOCUMENT, securityLabel: [{ coding: [{ code: 'V' }] }] }, {}, {}, 'RESTRICTED'],
    [
      'a picture',
      { ...DOCUMENT, content: [{ attachment: { contentType: 'image/png' } }] },
      {},
      {},
      'NOT_TEXT',
    ],
    [
      'longer than allowed',
      { ...DOCUMENT, content: [text(Buffer.alloc(1_025).toString('base64'))] },
      {},
      { maxDocumentBytes: 1_024 },
      'TOO_LARGE',
    ],
    ['whose Binary is gone', { ...DOCUMENT, content: [text()] }, {}, {}, 'ELSEWHERE'],
    [
      'whose Binary is no text',
      { ...DOCUMENT, content: [text()] },
      { 'Binary/b1': { contentType: 'application/pdf', data: 'QQ==' } },
      {},
      'NOT_TEXT',
    ],
    [
      'whose Binary the site does not read',
      { ...DOCUMENT, content: [text()] },
      {},
      { recordTypes: 'DocumentReference' },
      'ELSEWHERE',
    ],
  ])('%s is refused by its rule', async (_name, document, held, settings, rule) => {
    expect(await ruleOf(of(document, held, settings))).toBe(rule);
  });
});

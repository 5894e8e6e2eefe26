/** `clinicalDocument` through the real graph: whose document is opened, for whom, and that it is on record before it leaves. */
import { RecordReadService } from '../../../src/clinical/record-read.service.js';
import {
  closeGraphWorld,
  createGraphWorld,
  type GraphWorld,
  NAMES,
  WHO,
  type WhoName,
} from '../../support/graph-world.js';

let world: GraphWorld;
beforeAll(async () => {
  world = await createGraphWorld();
});
afterAll(() => closeGraphWorld(world));
beforeEach(() => world.record.reset());

const QUERY = `query Open($personId: UUID!, $system: String!, $reference: String!) {
  clinicalDocument(personId: $personId, system: $system, reference: $reference) {
    __typename
    ... on ClinicalDocumentText { system reference version fetchedAt complete title type status recordedAt author documentVersionId text }
    ... on Refusal { code message rule }
  }
}`;
type Asked = Partial<Record<'personId' | 'system' | 'reference', string>>;
const opens = async (
  who: WhoName | null,
  asked: Asked = {},
  options: Parameters<GraphWorld['ask']>[2] = {},
) => {
  const { n, personId } = world.people[0]!;
  const variables = { personId, system: 'home', reference: `DocumentReference/record-${n}`, ...asked };
  const answer = await world.ask(who, QUERY, { ...options, variables });
  return { answer, opened: answer.data?.clinicalDocument as Record<string, unknown> | null | undefined };
};
const refusal = (code: string, rule: string | null = null) =>
  expect.objectContaining({ __typename: 'Refusal', code, rule }) as unknown;
const READ = `select subject, person_ids, details from audit_events where operation = 'Query.clinicalDocument' order by id`;
const onRecord = () => world.sql<{ subject: string; person_ids: string[]; details: object }>(READ);

test('the text of one document, on record with who, whose and which', async () => {
  const { n, personId } = world.people[0]!;
  const before = (await onRecord()).length;
  const { answer, opened } = await opens('specialist');
  expect(answer.errors).toEqual([]);
  expect(opened).toEqual({
    __typename: 'ClinicalDocumentText',
    system: 'home',
    reference: `DocumentReference/record-${n}`,
    version: '1',
    fetchedAt: '2026-03-02T09:00:00.000Z',
    complete: true,
    title: `Letter about CnryFamily${n}`,
    type: 'Letter',
    status: 'current',
    recordedAt: '2026-02-01T10:00:00.000Z',
    author: 'A clinician',
    documentVersionId: '00000000-0000-7000-8000-00000000d0c5',
    text: `Dear CnryFamily${n},\nall is well.`,
  });
  expect((await onRecord()).slice(before)).toEqual([
    {
      subject: 'sam',
      person_ids: [personId],
      details: { system: 'home', reference: `DocumentReference/record-${n}` },
    },
  ]);
});

describe('refused, with nothing read and nothing on record', () => {
  test.each<[string, WhoName, Asked, unknown]>([
    [
      'a document of another',
      'specialist',
      { reference: 'DocumentReference/record-1' },
      refusal('HUB_NOT_FOUND'),
    ],
    ['another record system', 'specialist', { system: 'other' }, refusal('HUB_NOT_FOUND')],
    ['no record system at all', 'specialist', { system: 'nowhere' }, refusal('HUB_NOT_FOUND')],
    ['a person of another organisation', 'foreignSpecialist', {}, refusal('HUB_NOT_FOUND')],
    ['a person of another team', 'eipSpecialist', {}, refusal('HUB_NOT_FOUND')],
  ])('%s', async (_name, who, asked, expected) => {
    const before = (await onRecord()).length;
    const { answer, opened } = await opens(who, asked);
    expect(opened).toEqual(expected);
    expect(answer.text).not.toContain('Dear');
    expect(await onRecord()).toHaveLength(before);
  });

  test('a person who does not exist is refused as one out of reach is', async () => {
    const [none, far] = [
      await opens('specialist', { personId: '00000000-0000-7000-8000-000000000000' }),
      await opens('specialist', { personId: world.referredTo('FOREIGN')[0]!.personId }),
    ];
    expect(none.opened).toEqual(far.opened);
    expect(none.opened).toEqual(refusal('HUB_NOT_FOUND'));
  });

  test('by site and by purpose, each by name', async () => {
    world.record.permit(['problems', 'riskFlags']);
    expect((await opens('specialist')).opened).toEqual(refusal('HUB_RECORD_NOT_PERMITTED_BY_SITE'));
    world.record.permit(['documentText']);
    const forService = { headers: { 'hub-purpose': 'SERVICE_MANAGEMENT' } };
    expect((await opens('manager', {}, forService)).opened).toEqual(
      refusal('HUB_RECORD_NOT_PERMITTED_FOR_PURPOSE'),
    );
    expect(world.record.calls).toEqual([]);
    expect((await opens('manager')).opened).toMatchObject({ __typename: 'ClinicalDocumentText' });
  });

  test.each([
    ['marked restricted since', { restricted: true }, 'RESTRICTED'],
    ['merged into another since', { replacedByLocalId: 'record-9' }, 'IDENTITY_CONFLICT'],
    ['of another date of birth since', { dateOfBirth: '1999-09-09' }, 'IDENTITY_CONFLICT'],
  ])('a record %s', async (_name, change, rule) => {
    world.record.changed.set(`record-${world.people[0]!.n}`, change);
    expect((await opens('specialist')).opened).toEqual(refusal('HUB_RECORD_NOT_SHOWN', rule));
    expect(world.record.counts()).toEqual({ demographics: 1 });
  });

  test('a person in dispute, before anybody is asked', async () => {
    const { n, personId } = world.people[2]!;
    const { opened } = await opens('specialist', { personId, reference: `DocumentReference/record-${n}` });
    expect(opened).toEqual(refusal('HUB_RECORD_NOT_SHOWN', 'IDENTITY_CONFLICT'));
    expect(world.record.calls).toEqual([]);
  });
});

test.each(NAMES)('%s: answered to those who give care, else refused by code', async (who) => {
  const care = ['EMPLOYMENT_SPECIALIST', 'TEAM_MANAGER', 'CARE_COORDINATOR'].includes(WHO[who].role);
  const { answer } = await opens(who);
  const codes = answer.errors.map(({ extensions }) => extensions.code);
  expect(codes).toEqual(care ? [] : ['HUB_ACCESS_FIELD']);
  if (!care) expect(world.record.calls).toEqual([]);
});

test('nobody without a token', async () => {
  const { answer } = await opens(null);
  expect(answer.errors.map(({ extensions }) => extensions.code)).toEqual(['HUB_ACCESS_UNAUTHENTICATED']);
});

test('a record system that fails is an error of the answer, not a refusal', async () => {
  for (const read of ['demographics', 'documentText'] as const) {
    world.record.reset();
    world.record.misbehave('UNREACHABLE', read);
    const { answer } = await opens('specialist');
    expect(answer.errors.map(({ path, extensions }) => [path, extensions.code])).toEqual([
      [['clinicalDocument'], 'HUB_UPSTREAM_UNREACHABLE'],
    ]);
    expect(answer.text).not.toContain('Dear');
  }
});

test('nothing leaves when the read cannot be put on record', async () => {
  const { database, clock } = world;
  const home = {
    id: world.systemId,
    organisationId: world.organisations.home,
    code: 'home',
    record: world.record.capability,
  };
  const app = await world.server.variant({
    record: new RecordReadService({
      database,
      clock,
      audit: { record: () => Promise.reject(new Error('full')) },
      systems: () => [home],
    }),
  });
  const { answer } = await opens('specialist', {}, { app });
  expect(answer.data?.clinicalDocument ?? null).toBeNull();
  expect(answer.errors).toHaveLength(1);
  expect(answer.text).not.toContain('Dear');
});

/** Scalars: what is taken in, what is refused and how it is told, and that what goes out is always written one way. */
import fc from 'fast-check';
import { openUseCases, type UseCases } from '../../support/use-cases.js';

/** A place where each scalar is taken, as variable and as literal. */
const PLACES = {
  Date: {
    type: 'Date',
    list: (value: string) => `memberships(asOf: ${value}) { totalCount }`,
    argument: 'asOf',
    accepted: 'YYYY-MM-DD',
  },
  DateTime: {
    type: 'DateTime',
    list: (value: string) => `memberships(knownAt: ${value}) { totalCount }`,
    argument: 'knownAt',
    accepted: '2026-03-01T09:30:00Z',
  },
  UUID: {
    type: 'UUID!',
    list: (value: string) => `team(id: ${value}) { id }`,
    argument: 'id',
    accepted: 'a uuid',
  },
} as const;
type ScalarName = keyof typeof PLACES;

const ID = '0198f3a1-7c5e-7d3a-9b1c-0123456789ab';

const GOOD: Readonly<Record<ScalarName, readonly string[]>> = {
  Date: ['2026-01-01', '2024-02-29', '2000-02-29', '1900-01-01', '2026-12-31'],
  DateTime: [
    '2026-03-01T09:30:00Z',
    '2026-03-01T09:30Z',
    '2026-03-01T09:30:00.1Z',
    '2026-03-01T09:30:00.123456789Z',
    '2026-03-01T09:30:00+01:00',
    '2026-03-01T09:30:00-11:30',
    '2024-02-29T23:59:59.999Z',
  ],
  UUID: [ID, ID.toUpperCase(), '00000000-0000-0000-0000-000000000000'],
};

const BAD: Readonly<Record<ScalarName, readonly unknown[]>> = {
  Date: [
    '',
    ' ',
    'today',
    '2026-1-1',
    '2026-01-1',
    '26-01-01',
    '01/01/2026',
    '2026/01/01',
    '20260101',
    '2026-00-10',
    '2026-13-01',
    '2026-01-00',
    '2026-01-32',
    '2026-02-29',
    '1900-02-29',
    '2026-04-31',
    '2026-01-01 ',
    ' 2026-01-01',
    '2026-01-01\n',
    '2026-01-01T00:00:00Z',
    '-2026-01-01',
    '+002026-01-01',
    '２０２６-01-01',
    'infinity',
    '0',
    20260101,
    1.5,
    true,
    [],
    {},
  ],
  DateTime: [
    '',
    'now',
    '2026-03-01',
    '2026-03-01T09:30:00',
    '2026-03-01 09:30:00Z',
    '2026-03-01T09Z',
    '2026-03-01T9:30:00Z',
    '2026-03-01T24:00:01Z',
    '2026-03-01T25:00:00Z',
    '2026-03-01T09:60:00Z',
    '2026-03-01T09:30:61Z',
    '2026-02-29T09:30:00Z',
    '2026-13-01T09:30:00Z',
    '2026-03-01T09:30:00z',
    '2026-03-01T09:30:00+0100',
    '2026-03-01T09:30:00+01',
    '2026-03-01T09:30:00.Z',
    '2026-03-01T09:30:00.1234567890Z',
    '2026-03-01T09:30:00Z ',
    'Sun, 01 Mar 2026 09:30:00 GMT',
    '-infinity',
    1_772_357_400_000,
    false,
    ['2026-03-01T09:30:00Z', '2026-03-01T09:30:00Z'],
    { at: '2026-03-01T09:30:00Z' },
  ],
  UUID: [
    '',
    '7',
    ID.slice(0, -1),
    `${ID}0`,
    ID.replaceAll('-', ''),
    `{${ID}}`,
    `urn:uuid:${ID}`,
    ID.replace('a', 'g'),
    ` ${ID}`,
    `${ID}\n`,
    "' or true --",
    7,
    null,
    true,
    {},
  ],
};

describe('scalars', () => {
  let graph: UseCases;
  beforeAll(async () => {
    graph = await openUseCases();
  });
  afterAll(() => graph?.close());

  const cases = <T>(table: Readonly<Record<ScalarName, readonly T[]>>) =>
    (Object.keys(table) as ScalarName[]).flatMap((name) =>
      table[name].map((value) => [name, value] as const),
    );

  it.each(cases(GOOD))('%s takes %j, as variable and as literal', async (name, value) => {
    const { type, list } = PLACES[name];
    const byVariable = await graph.query('specialist', `query ($value: ${type}) { ${list('$value')} }`, {
      value,
    });
    expect(await graph.query('specialist', `{ ${list(JSON.stringify(value))} }`)).toEqual(byVariable);
  });

  it.each(cases(BAD))(
    '%s refuses %j as a variable, by name, with what is accepted and without the value',
    async (name, value) => {
      const { type, list, accepted } = PLACES[name];
      const query = `query ($value: ${type}) { ${list('$value')} }`;
      const fault = await graph.fault('specialist', query, { value });
      expect(fault).toMatchObject({ code: 'HUB_INPUT_INVALID', field: 'value' });
      if (value !== null && typeof value === 'string') {
        expect(fault.accepted).toBe(accepted);
        const { text } = await graph.answer('specialist', query, { value });
        if (value.trim().length > 3 && !accepted.startsWith(value))
          expect(text).not.toContain(JSON.stringify(value).slice(1, -1));
      }
    },
  );

  it.each(cases(BAD).filter(([, value]) => typeof value !== 'object'))(
    '%s refuses %j as a literal, by the argument’s name',
    async (name, value) => {
      const { list, argument, accepted } = PLACES[name];
      const fault = await graph.fault('specialist', `{ ${list(JSON.stringify(value))} }`);
      expect(fault).toEqual({ code: 'HUB_INPUT_INVALID', field: argument, accepted });
    },
  );

  it('deep within an input the place is told', async () => {
    const document = 'query ($filter: ReferralFilter) { referrals(filter: $filter) { totalCount } }';
    const filter = {
      or: [{ receivedFrom: '2026-01-01' }, { and: [{ not: { receivedUntil: '2026-06-31' } }] }],
    };
    expect(await graph.fault('specialist', document, { filter })).toEqual({
      code: 'HUB_INPUT_INVALID',
      field: 'filter.or[1].and[0].not.receivedUntil',
      accepted: 'YYYY-MM-DD',
    });
  });

  it('in a list of ids the item is told', async () => {
    const document =
      'mutation ($input: CheckEligibilityInput!) { checkEligibility(input: $input) { __typename } }';
    const input = { idempotencyKey: 'scalars-1', purpose: 'ENTRY', referralIds: [ID, 'x', ID] };
    expect(await graph.fault('specialist', document, { input })).toEqual({
      code: 'HUB_INPUT_INVALID',
      field: 'input.referralIds[1]',
      accepted: 'a uuid',
    });
  });

  it('any text that is no date is refused, whatever it is', async () => {
    const query = 'query ($value: Date) { memberships(asOf: $value) { totalCount } }';
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 24 }), async (value) => {
        fc.pre(!/^\d{4}-\d{2}-\d{2}$/.test(value) && !value.includes('\0'));
        expect(await graph.fault('specialist', query, { value })).toMatchObject({
          code: 'HUB_INPUT_INVALID',
          field: 'value',
        });
      }),
      { numRuns: 60 },
    );
  });

  describe('what goes out is written one way', () => {
    it('dates, instants and ids of everything that a decision shows', async () => {
      const { referralId, personId } = await graph.world
        .someone()
        .openTo('CMHT')
        .referredUnder('001', { acceptedOn: '2026-03-02' });
      await graph.world.sql('update persons set visible_team_ids = array[$2::uuid] where id = $1', [
        personId,
        graph.world.teams.CMHT,
      ]);
      await graph.decide('specialist', [referralId], 'id');
      const { referral } = await graph.query<{ referral: Record<string, unknown> }>(
        'specialist',
        `query ($id: UUID!) { referral(id: $id) { id receivedOn acceptedOn createdAt person { id dateOfBirth memberships { id validFrom observedFrom } }
           latestDecision { id asOf knownAt decidedAt criteria { evidence { periodFrom fetchedAt } } } } }`,
        { id: referralId.toUpperCase() },
      );
      const seen = { date: 0, instant: 0, id: 0 };
      const look = (value: unknown, key: string): void => {
        if (typeof value === 'object' && value !== null) {
          for (const [inner, next] of Object.entries(value)) look(next, /^\d+$/.test(inner) ? key : inner);
        } else if (value === null) return;
        else if (key === 'id') {
          seen.id++;
          expect(value).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
        } else if (/At$|^observedFrom$/.test(key)) {
          seen.instant++;
          expect(value).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
        } else {
          seen.date++;
          expect(value).toMatch(/^\d{4}-\d\d-\d\d$/);
        }
      };
      look(referral, 'referral');
      expect(seen).toEqual({ date: expect.any(Number), instant: expect.any(Number), id: expect.any(Number) });
      expect(Math.min(...Object.values(seen))).toBeGreaterThan(3);
    });

    it.each([
      ['2026-03-29T00:59:59.999Z', '2026-03-29T00:59:59.999Z'],
      ['2026-03-29T01:00:00Z', '2026-03-29T01:00:00.000Z'],
      ['1969-12-31T23:59:59.5Z', '1969-12-31T23:59:59.500Z'],
      ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
    ])('an instant kept as %s is answered as %s', async (kept, answered) => {
      await graph.world.sql('update clinical_record_systems set last_answer_at = $1', [kept]);
      expect(await graph.query('specialist', '{ clinicalRecordSystems { nodes { lastAnswerAt } } }')).toEqual(
        {
          clinicalRecordSystems: { nodes: [{ lastAnswerAt: answered }] },
        },
      );
    });

    it.each(['0001-01-01', '1582-10-10', '2024-02-29', '9999-12-31'])(
      'the day %s is answered as it is kept',
      async (day) => {
        await graph.world.sql('update teams set valid_from = $1 where id = $2', [day, graph.world.teams.EIP]);
        expect(
          await graph.query('specialist', 'query ($id: UUID!) { team(id: $id) { validFrom } }', {
            id: graph.world.teams.EIP,
          }),
        ).toEqual({
          team: { validFrom: day },
        });
      },
    );
  });
});

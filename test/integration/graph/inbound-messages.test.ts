/** Messages of record systems as those who mind them see them: listed, told, replayed, set aside; what one says only on record. */
import { newId } from '../../../src/core/ids.js';
import { MessageReader } from '../../../src/delivery/messages/message.reader.js';
import { putMessage } from '../../support/graph-messages.js';
import { mutationOf } from '../../support/graph-mutations.js';
import {
  closeGraphWorld,
  createGraphWorld,
  type GraphWorld,
  type WhoName,
} from '../../support/graph-world.js';

let world: GraphWorld;
beforeAll(async () => {
  world = await createGraphWorld();
});
afterAll(() => closeGraphWorld(world));

const LIST = `query List($first: Int, $after: String, $filter: InboundMessageFilter) {
  inboundMessages(first: $first, after: $after, filter: $filter) {
    totalCount pageInfo { hasNextPage endCursor } nodes { id controlId state code receivedAt hasBody }
  } }`;

interface Row {
  readonly id: string;
  readonly controlId: string;
  readonly state: string;
}
interface Connection {
  readonly totalCount: number;
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
  readonly nodes: readonly Row[];
}

/** What a query answers, the same on both read paths. */
async function query<Data>(who: WhoName, document: string, variables: object = {}): Promise<Data> {
  const [compiled, stock] = await Promise.all([
    world.ask(who, document, { variables }),
    world.ask(who, document, { variables, stock: true }),
  ]);
  expect(compiled.errors).toEqual([]);
  const plain = (text: string): string => text.replace(/"endCursor":"[^"]+"/, '');
  expect(plain(stock.text)).toBe(plain(compiled.text));
  return compiled.data as Data;
}
const list = async (variables: object = {}, who: WhoName = 'administrator'): Promise<Connection> =>
  (await query<{ inboundMessages: Connection }>(who, LIST, variables)).inboundMessages;
const numbers = ({ nodes }: Connection): string[] => nodes.map(({ controlId }) => controlId.slice(4));
const by = async (filter: object, who: WhoName = 'administrator'): Promise<string[]> =>
  numbers(await list({ filter }, who));

type Answered = Record<string, unknown> & { readonly __typename: string };
async function change(who: WhoName, name: string, input: object, selection: string): Promise<Answered> {
  const document = mutationOf(name, `__typename ... on Refusal { code message field } ${selection}`);
  const { data, errors } = await world.ask(who, document, { variables: { input } });
  expect(errors).toEqual([]);
  return data![name] as Answered;
}

interface Recorded {
  readonly subject: string;
  readonly operation: string;
  readonly persons: readonly string[];
  readonly details: Record<string, unknown>;
}
const recorded = (operation: string): Promise<Recorded[]> =>
  world.sql<Recorded & Record<string, unknown>>(
    `select subject, operation, person_ids::text[] as persons, details from audit_events where operation = $1 order by at, id`,
    [operation],
  );
const idOf = async (controlId: string): Promise<string> =>
  (await world.sql<{ id: string }>('select id from inbound_messages where control_id = $1', [controlId]))[0]!
    .id;

describe('the list', () => {
  const HOME = ['Kept', 'Read', 'Control4', 'Control3', 'Control2', 'Control1', 'Control0'];

  it('is the organisation’s own, newest first, in pages', async () => {
    const whole = await list();
    expect([numbers(whole), whole.totalCount]).toEqual([HOME, 7]);
    const pages: string[] = [];
    for (let after: string | null = null; ; ) {
      const page: Connection = await list({ first: 3, after });
      pages.push(...numbers(page));
      if (!page.pageInfo.hasNextPage) break;
      after = page.pageInfo.endCursor;
    }
    expect(pages).toEqual(HOME);
    expect(await by({}, 'foreignSteward')).toEqual(['Foreign']);
    expect(await by({ systemId: world.otherSystem })).toEqual([]);
  });

  it('narrows by system, state, sender, number, type, code and time', async () => {
    expect(await by({ systemId: world.systemId, stateIn: ['KEPT', 'READ'] })).toEqual(['Kept', 'Read']);
    expect(await by({ controlId: 'CnryControl2' })).toEqual(['Control2']);
    expect(await by({ type: 'ADT^A01', application: 'PAS', facility: 'RAA' })).toEqual(HOME);
    expect([
      await by({ type: 'ADT^A02' }),
      await by({ application: 'LAB' }),
      await by({ facility: 'R' }),
    ]).toEqual([[], [], []]);
    expect(await by({ code: 'HUB_MESSAGE_PLACE', receivedFrom: world.hoursAgo(18) })).toEqual([
      ...['Control4', 'Control3', 'Control2'],
    ]);
    expect(await by({ receivedUntil: world.hoursAgo(19) })).toEqual(['Control1', 'Control0']);
    expect(await by({ not: { stateIn: ['NOT_UNDERSTOOD'] } })).toEqual(['Kept', 'Read']);
  });

  it('is asked by whom a message concerns by stewards alone, who are on record with that person, found or not', async () => {
    const [link] = await world.sql<{ personId: string }>(
      `select person_id as "personId" from record_links where local_id = 'identity-0'`,
    );
    const nobody = newId();
    const before = (await recorded('Query.inboundMessages')).length;
    expect(await by({ personId: link!.personId.toUpperCase() }, 'steward')).toHaveLength(5);
    expect(await by({ personId: nobody }, 'steward')).toEqual([]);
    expect(await by({ localId: 'CnryLocal1' }, 'steward')).toHaveLength(5);
    expect(await by({ personId: link!.personId }, 'foreignSteward')).toEqual([]);
    const asked = (await recorded('Query.inboundMessages')).slice(before);
    const perAsking = [[link!.personId], [nobody], [], [link!.personId]];
    expect(asked.map(({ persons }) => persons).sort()).toEqual(perAsking.flatMap((one) => [one, one]).sort());
    for (const who of ['administrator', 'machine'] as const)
      for (const filter of [{ personId: nobody }, { or: [{ localId: 'p' }] }]) {
        const { errors, data } = await world.ask(who, LIST, { variables: { filter } });
        expect([data ?? null, errors.map(({ extensions }) => extensions.code)]).toEqual([
          null,
          ['HUB_ACCESS_FIELD'],
        ]);
      }
  });

  it('is on record whoever asks, though it names nobody', async () => {
    const before = (await recorded('Query.inboundMessages')).length;
    await list({}, 'machine');
    const [compiled, stock] = (await recorded('Query.inboundMessages')).slice(before);
    expect([compiled, stock]).toMatchObject([
      { subject: 'partner-machine', persons: [] },
      { subject: 'partner-machine', persons: [] },
    ]);
  });
});

describe('one message', () => {
  it('has the timeline that the message store tells, in its order', async () => {
    const caller = await world.caller('administrator');
    const reader = new MessageReader(world.database, world.server.runtime.audit);
    for (const controlId of ['CnryControl0', 'CnryKept', 'CnryRead']) {
      const id = await idOf(controlId);
      const { inboundMessage } = await query<{ inboundMessage: { timeline: unknown[] } }>(
        'administrator',
        `query One($id: UUID!) { inboundMessage(id: $id) { timeline(first: 100) { at what times code place by reason } } }`,
        { id },
      );
      const told = await reader.timeline(caller, id);
      expect(inboundMessage.timeline).toEqual(
        told.map((entry) => ({ ...entry, at: new Date(entry.at).toISOString() })),
      );
      expect(told.length).toBeGreaterThan(2);
    }
  });

  it('of another organisation is not there', async () => {
    const id = await idOf('CnryForeign');
    const { inboundMessage } = await query<object & { inboundMessage: null }>(
      'administrator',
      `{ inboundMessage(id: "${id}") { id timeline { what } } }`,
    );
    expect(inboundMessage).toBeNull();
  });
});

describe('a feed', () => {
  it('tells when its system was heard of, what waits, what was not understood, and how its teams were counted', async () => {
    const { clinicalRecordSystems } = await query<{ clinicalRecordSystems: { nodes: object[] } }>(
      'administrator',
      `{ clinicalRecordSystems { nodes { code feed { heardAt isSilent unread unreadSince notUnderstood notUnderstoodSince
         counts { teamReference asOf counted } } } } }`,
    );
    const at = (hours: number): string => world.hoursAgo(hours).toISOString();
    expect(clinicalRecordSystems.nodes).toContainEqual({
      code: 'home',
      feed: {
        heardAt: at(1),
        isSilent: false,
        unread: 1,
        unreadSince: at(1),
        notUnderstood: 5,
        notUnderstoodSince: at(20),
        counts: [{ teamReference: 'NORTH', asOf: at(5), counted: 12 }],
      },
    });
    const silenced = async (hours: number | null): Promise<unknown> => {
      await world.sql(`update inbound_sources set silent_after_ms = $1::float8 * 3600000`, [hours]);
      const { clinicalRecordSystems: systems } = await query<{
        clinicalRecordSystems: { nodes: { feed: { isSilent: boolean | null } | null }[] };
      }>('administrator', '{ clinicalRecordSystems { nodes { feed { isSilent } } } }');
      return systems.nodes.find(({ feed }) => feed !== null)?.feed?.isSilent;
    };
    expect(await silenced(0.5)).toBe(true);
    expect(await silenced(null)).toBeNull();
    expect(await silenced(87_600)).toBe(false);
    // Not the organisation's own: there is nothing of it to see.
    for (const node of clinicalRecordSystems.nodes)
      if ((node as { code: string }).code === 'other') expect(node).toMatchObject({ feed: null });
  });

  it('leaves doubts open to stewards, with the records and the messages that they are about, and on record with the persons', async () => {
    const before = (await recorded('Query.feedDoubts')).length;
    const { feedDoubts } = await query<{
      feedDoubts: { nodes: { records: { localId: string | null }[]; messages: { controlId: string }[] }[] };
    }>(
      'steward',
      `{ feedDoubts(filter: { kindIn: [VISIT_OF_TWO] }) { nodes { kind visit openedAt unknownLocalIds system { code }
         records { localId isRestricted messages(first: 2) { controlId } } messages(first: 3) { controlId } } } }`,
    );
    expect(feedDoubts.nodes).toHaveLength(2);
    expect(feedDoubts.nodes).toContainEqual({
      kind: 'VISIT_OF_TWO',
      visit: 'CnryVisit1',
      openedAt: world.hoursAgo(9).toISOString(),
      unknownLocalIds: ['CnryLocal1'],
      system: { code: 'home' },
      records: [
        {
          localId: 'identity-0',
          isRestricted: false,
          messages: [{ controlId: 'CnryControl4' }, { controlId: 'CnryControl3' }],
        },
      ],
      messages: [{ controlId: 'CnryControl4' }, { controlId: 'CnryControl3' }, { controlId: 'CnryControl2' }],
    });
    const persons = await world.sql<{ id: string }>(
      `select distinct person_id as id from record_links where local_id in ('identity-0', 'record-0') order by 1`,
    );
    const told = (await recorded('Query.feedDoubts')).slice(before);
    expect(told.map((one) => [...one.persons].sort())).toEqual([
      persons.map(({ id }) => id),
      persons.map(({ id }) => id),
    ]);
    await query('steward', '{ feedDoubts { totalCount nodes { kind } } }');
    expect((await recorded('Query.feedDoubts')).at(-1)!.persons).toHaveLength(2);
  });

  it('shows of a record that its system restricts neither its id nor its messages', async () => {
    await world.sql(`update record_links set restricted = true where local_id = 'identity-0'`);
    const { feedDoubts } = await query<{ feedDoubts: { nodes: { records: object[] }[] } }>(
      'steward',
      '{ feedDoubts { nodes { records { localId isRestricted messages { controlId } } unknownLocalIds } } }',
    );
    expect(feedDoubts.nodes).toContainEqual({
      records: [{ localId: null, isRestricted: true, messages: [] }],
      unknownLocalIds: ['CnryLocal1'],
    });
    await world.sql(`update record_links set restricted = false where local_id = 'identity-0'`);
  });
});

describe('what is done to many', () => {
  const MANY = '... on InboundMessagesChanged { count isDone }';
  const form = (more: object = {}) => ({
    idempotencyKey: world.key(),
    messages: { systemId: world.systemId, stateIn: ['NOT_UNDERSTOOD'], type: 'ADT^A01', code: null },
    reason: 'the table of teams was put right',
    ...more,
  });
  const parked = async (): Promise<number> =>
    (await list({ filter: { stateIn: ['NOT_UNDERSTOOD'] } })).totalCount;

  it.each(['replayInboundMessages', 'setInboundMessagesAside'])(
    '%s counts first, and does nothing without the number or with another',
    async (name) => {
      expect(await change('administrator', name, form(), MANY)).toMatchObject({ count: 5, isDone: false });
      for (const count of [4, 6, 0])
        expect(await change('administrator', name, form({ count }), MANY)).toMatchObject({
          code: 'HUB_STATE_CONFLICT',
          field: 'count',
        });
      expect(await parked()).toBe(5);
    },
  );

  it('with the number it is done once, however often it is asked under one key', async () => {
    const one = { systemId: world.systemId, controlId: 'CnryControl4' };
    const aside = form({ messages: one, count: 1 });
    for (const _ of [1, 2])
      expect(await change('administrator', 'setInboundMessagesAside', aside, MANY)).toMatchObject({
        count: 1,
        isDone: true,
      });
    expect(await parked()).toBe(4);
    const replay = form({ count: 4 });
    for (const _ of [1, 2])
      expect(await change('administrator', 'replayInboundMessages', replay, MANY)).toMatchObject({
        count: 4,
        isDone: true,
      });
    expect(await parked()).toBe(0);
    expect(
      await change('administrator', 'replayInboundMessages', { ...replay, count: 0 }, MANY),
    ).toMatchObject({ code: 'HUB_INPUT_REPEATED_KEY' });
  });
});

describe('what a message says', () => {
  const SEEN = '... on InboundMessageBody { messageId encoding segments answer }';
  const reason = 'two patients have one visit';
  const put = (text: string) =>
    putMessage(world, {
      systemId: world.systemId,
      organisationId: world.organisations.home,
      controlId: `CnryBody${newId()}`,
      receivedAt: world.hoursAgo(1),
      text,
      about: ['identity-0'],
    });

  it('is shown to a steward line by line, with the answer, and is on record with reason and persons', async () => {
    const messageId = await put('MSH|^~\\&|PAS\rPID|1||77\u001b[2J\u202e\r\nPV1|1\r');
    const before = (await recorded('messageBody')).length;
    const answer = await change('steward', 'readInboundMessageBody', { messageId, reason }, SEEN);
    expect(answer).toMatchObject({
      messageId,
      encoding: 'UTF-8',
      segments: ['MSH|^~\\&|PAS', 'PID|1||77<U+001B>[2J<U+202E>', 'PV1|1'],
      answer: [expect.stringMatching(/^MSA\|AA\|CnryBody/)],
    });
    const [link] = await world.sql<{ id: string }>(
      `select person_id as id from record_links where local_id = 'identity-0'`,
    );
    expect((await recorded('messageBody')).slice(before)).toEqual([
      {
        subject: 'stella',
        operation: 'messageBody',
        persons: [link!.id],
        details: { messageId, systemId: world.systemId, reason },
      },
    ]);
  });

  it('is not shown where it cannot be put on record', async () => {
    const messageId = await put('MSH|^~\\&|PAS\rPID|1||CnryUnseen\r');
    await world.sql(`create function refuse() returns trigger language plpgsql as $$ begin raise exception 'full'; end $$;
      create trigger refuse before insert on audit_events for each row execute function refuse()`);
    const { text, errors } = await world.ask('steward', mutationOf('readInboundMessageBody', SEEN), {
      variables: { input: { messageId, reason } },
    });
    await world.sql('drop trigger refuse on audit_events');
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['HUB_AUDIT_UNAVAILABLE']);
    expect(text).not.toContain('CnryUnseen');
  });

  it.each<[string, () => Promise<object>, string, string]>([
    [
      'without a reason',
      async () => ({ messageId: await put('MSH|'), reason: ' ' }),
      'HUB_INPUT_INVALID',
      'steward',
    ],
    ['of nothing', async () => ({ messageId: newId(), reason }), 'HUB_NOT_FOUND', 'steward'],
    [
      'of another trust',
      async () => ({ messageId: await put('MSH|'), reason }),
      'HUB_NOT_FOUND',
      'foreignSteward',
    ],
    [
      'that is no longer kept',
      async () => {
        const messageId = await put('MSH|');
        await world.sql('delete from inbound_bodies where message_id = $1', [messageId]);
        return { messageId, reason };
      },
      'HUB_MESSAGE_BODY_GONE',
      'steward',
    ],
  ])('is refused by name %s', async (_what, input, code, who) => {
    expect(await change(who as WhoName, 'readInboundMessageBody', await input(), SEEN)).toMatchObject({
      code,
    });
  });
});

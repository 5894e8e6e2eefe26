/** Walks the whole schema as every role: each field, root, filter and order that the schema has, allowed or refused, on both read paths. */
import { type GraphQLField, type GraphQLSchema, isEnumType, isInputObjectType } from 'graphql';
import { buildGraph } from '../../../schema/build-graph.js';
import { connectionTypes } from '../../../schema/check-field-maps.js';
import { mappedPolicy, plainPolicy } from '../../../schema/field-policy.js';
import { GRAPH_POLICY } from '../../../schema/policy-table.js';
import { ROLES, Role } from '../../../src/core/caller.js';
import type { TypeMap } from '../../../src/platform/database/select/field-map.js';
import { Canaries, type Leak } from '../../support/graph-canaries.js';
import * as write from '../../support/graph-documents.js';
import type { Answer } from '../../support/graph-server.js';
import {
  closeGraphWorld,
  createGraphWorld,
  type GraphWorld,
  NAMES,
  WHO,
  type WhoName,
} from '../../support/graph-world.js';

/** What is kept from analysts, from the requirement itself: names, numbers, birthdays, contact details, free text, and what leads back to the record. */
const KEPT_FROM_ANALYSTS = [
  'ClinicalRecordSystem.feed',
  'ConfirmationRequest.*',
  'Countersignature.*',
  'DeliveryAttempt.*',
  'Destination.*',
  'EligibilityCriterion.evidence',
  'EligibilityCriterion.laterOn',
  'EligibilityDecision.notYetUntil',
  'EligibilityEvidence.*',
  'EligibilityOverride.author',
  'EligibilityOverride.clause',
  'EligibilityOverride.reason',
  'EligibilityOverride.told',
  'FeedCount.*',
  'FeedDoubt.*',
  'IdentityConflict.*',
  'IdentityRecord.*',
  'IdentityRuling.*',
  'IdentitySide.*',
  'InboundFeed.*',
  'InboundMessage.*',
  'InboundMessageEvent.*',
  'Membership.careCoordinatorName',
  'Membership.sourceReference',
  'Membership.sourceVersion',
  'Note.countersignature',
  'Note.draft',
  'Note.incidents',
  'Note.refiledAs',
  'Note.retractionReason',
  'Note.telephoneCalls',
  'NoteDelivery.heldBy',
  'NoteDelivery.lastAt',
  'NoteDelivery.lastDetail',
  'NoteDelivery.mayHaveArrived',
  'NoteDelivery.nextAt',
  'NoteDelivery.reference',
  'NoteDelivery.referenceVersion',
  'NoteDelivery.timeline',
  'NoteDelivery.urgentDueAt',
  'NoteDraft.*',
  'NoteVersion.authorEmployer',
  'NoteVersion.authorName',
  'NoteVersion.authorReference',
  'NoteVersion.authorRole',
  'NoteVersion.contactStartedAt',
  'NoteVersion.labels',
  'NoteVersion.predecessor',
  'NoteVersion.reason',
  'NoteVersion.system',
  'NoteVersion.text',
  'NoteVersion.textHash',
  'NoteVersion.title',
  'Person.dateOfBirth',
  'Person.deceasedOn',
  'Person.familyName',
  'Person.givenName',
  'Person.nhsNumber',
  'Person.nhsNumberStatus',
  'Person.postcode',
  'Person.telephone',
  'Referral.confirmationRequests',
  'StaffMember.displayName',
  'Team.dutyContact',
  'TelephoneCall.*',
  'WorkItem.*',
  'WrongPersonIncident.*',
];
/** Types that say nothing of any person; machines and administrators see no other. */
const ABOUT_NOBODY = [
  'CaseloadPull',
  'ClinicalRecordSystem',
  'Me',
  'Organisation',
  'ServiceSpecification',
  'SpecificationRule',
  'SpecificationVersion',
  'Team',
  'TeamCaseload',
];
/** What a message is beside what it says: of nobody, and for those who mind that messages are understood. */
const ABOUT_MESSAGES = ['InboundFeed', 'InboundMessage', 'InboundMessageEvent'];

let world: GraphWorld;
let schema: GraphQLSchema;
let canaries: Canaries;
const figures = { documents: 0, requests: 0, fieldsByRole: 0, refusals: 0, filters: 0, orders: 0 };
const leaks: { who: string | null; query: string; leak: Leak }[] = [];

beforeAll(async () => {
  world = await createGraphWorld();
  schema = await buildGraph();
  canaries = await new Canaries().learn(world);
});
afterAll(async () => {
  await closeGraphWorld(world);
});

const MAPS = new Map(GRAPH_POLICY.maps.map((map) => [map.type, map]));

/** May the role select that field, by the hub's own tables? */
function mayOf(role: Role): write.May {
  const connections = connectionTypes(schema, GRAPH_POLICY.roots);
  return (path) => {
    const [type, field] = path.split('.') as [string, string];
    if (connections.has(type)) return true;
    const map = MAPS.get(type);
    const allow =
      type === 'Query'
        ? (GRAPH_POLICY.roots[field]?.allow ?? GRAPH_POLICY.hand[path])
        : map
          ? mappedPolicy(map, field)
          : (plainPolicy(GRAPH_POLICY, type, field) ?? GRAPH_POLICY.hand[path]);
    return allow?.includes(role) ?? false;
  };
}

/** Arguments that lead a root field to rows which the caller may see. */
async function argsOf(
  field: GraphQLField<unknown, unknown>,
  who: WhoName,
  rows: 3 | 12 | 100,
): Promise<string> {
  if (field.args.some(({ name }) => name === 'first'))
    return `(first: ${field.name === 'noteDrafts' ? Math.min(rows, 25) : rows})`;
  if (field.args.length === 0) return '';
  if (field.name === 'serviceSpecification') return '(code: "QVV/0294")';
  return `(id: "${await ownId(field.name, who)}")`;
}

const TABLE_OF: Readonly<Record<string, string>> = {
  eligibilityDecision: 'eligibility_decisions',
  referral: 'referrals',
  episode: 'employment_episodes',
  note: 'notes',
};

async function ownId(root: string, who: WhoName): Promise<string> {
  const { scope, role } = await world.caller(who);
  const teams = role === Role.ANALYST ? [world.teams.CMHT] : scope.teamIds;
  const table = TABLE_OF[root];
  if (root === 'team') return world.teams.CMHT;
  if (root === 'inboundMessage') {
    const [message] = await world.sql<{ id: string }>(
      'select id from inbound_messages where organisation_id = $1 order by seq limit 1',
      [scope.organisationId],
    );
    return message?.id ?? world.people[0]!.personId;
  }
  const [row] = table
    ? await world.sql<{ id: string }>(
        `select id from ${table} where team_id = any ($1::uuid[]) order by id limit 1`,
        [teams],
      )
    : await world.sql<{ id: string }>(
        `select ${role === Role.ANALYST ? 'pseudonym' : 'id'} as id from persons where visible_team_ids && $1::uuid[] order by id limit 1`,
        [teams],
      );
  return row?.id ?? world.people[0]!.personId;
}

/** An answer without what differs from run to run: cursors hold a nonce, errors a correlation id. */
const comparable = (answer: Answer): unknown =>
  JSON.parse(
    JSON.stringify({
      data: answer.data,
      errors: answer.errors.map(({ path, extensions }) => `${extensions.code} ${path?.join('.')}`).sort(),
    }).replace(CURSORS, '"$1":"…"'),
  );
const CURSORS = /"((?:a_)?(?:cursor|startCursor|endCursor))":"[^"]+"/g;
const alike = (one: Answer, other: Answer): boolean =>
  one.text.replace(CURSORS, '"$1":"…"') === other.text.replace(CURSORS, '"$1":"…"') ||
  JSON.stringify(comparable(one)) === JSON.stringify(comparable(other));

/** Asks on both paths, holds them to each other, and searches what came. */
async function ask(who: WhoName | null, query: string): Promise<Answer> {
  const [compiled, stock] = await Promise.all([
    world.ask(who, query),
    world.ask(who, query, { stock: true }),
  ]);
  figures.documents++;
  figures.requests += 2;
  if (!alike(compiled, stock)) {
    expect({ query, ...(comparable(compiled) as object) }).toEqual({
      query,
      ...(comparable(stock) as object),
    });
  }
  for (const answer of [compiled, stock]) {
    leaks.push(...canaries.leaks(who, answer, query).map((leak) => ({ who, query, leak })));
  }
  return compiled;
}

/** Roots of one document at most. */
const TOGETHER = 16;

/** Asks for roots that are each to be answered without an error, several in a document; all of it is read by the compiler, or nothing. */
async function askAll<Asked>(
  who: WhoName,
  all: readonly Asked[],
  documentOf: (some: readonly Asked[]) => string,
  told: (asked: Asked, value: unknown) => void,
  compiled: 0 | 1 = 1,
): Promise<void> {
  for (let from = 0; from < all.length; from += TOGETHER) {
    const some = all.slice(from, from + TOGETHER);
    const document = documentOf(some);
    const before = world.server.compiled();
    const answer = await ask(who, document);
    if (answer.errors.length) expect({ document, errors: answer.errors }).toEqual({ document, errors: [] });
    expect([document, world.server.compiled() - before]).toEqual([document, compiled]);
    const values = Object.values(answer.data!);
    expect(values).toHaveLength(some.length);
    for (const [at, asked] of some.entries()) told(asked, values[at]);
  }
}

/** Does a resolver written by hand answer part of it? */
const byHand = ({ call, way, fields }: write.Part): boolean => {
  const target = way.length
    ? write.objectOf(way.at(-1)!.field)!
    : write.rowTypeOf(write.objectOf(call.field)!);
  const steps = [
    ...way.map(({ on, field }) => [on, field] as const),
    ...fields.map((one) => [target, one] as const),
  ];
  return (
    !GRAPH_POLICY.roots[call.field.name] || steps.some(([on, { name }]) => MAPS.get(on.name)?.hand[name])
  );
};

const codes = (answer: Answer): string[] => [...new Set(answer.errors.map((error) => error.extensions.code))];
const lastOf = (path: readonly (string | number)[] | undefined): string =>
  String(path?.at(-1)).replace(/^a_/, '');

describe('the policy itself', () => {
  const refusedTo = (role: Role): string[] => {
    const may = mayOf(role);
    return [...MAPS.values()].flatMap((map) => {
      const fields = Object.keys({ ...map.columns, ...map.one, ...map.many, ...map.hand }).map(
        (f) => `${map.type}.${f}`,
      );
      const refused = fields.filter((path) => !may(path));
      return refused.length === fields.length ? [`${map.type}.*`] : refused;
    });
  };

  it('keeps from analysts exactly what identifies', () => {
    expect(refusedTo(Role.ANALYST).sort()).toEqual(KEPT_FROM_ANALYSTS);
  });

  it.each([Role.INTEGRATION, Role.ADMINISTRATOR, Role.IDENTITY_STEWARD])(
    'lets %s into types about nobody only, a steward besides into disputes about identity',
    (role) => {
      const may = mayOf(role);
      const open = write.waysFrom(schema.getQueryType()!, may);
      const rows = [...open.keys()]
        .map((type) => type.name)
        .filter((name) => MAPS.has(name) || name === 'Me');
      // How destinations stand concerns whoever runs the hub, and no partner.
      const more: Partial<Record<Role, string[]>> = {
        ADMINISTRATOR: ['Destination', 'FeedCount'],
        INTEGRATION: ['FeedCount'],
        IDENTITY_STEWARD: [
          'FeedDoubt',
          'IdentityConflict',
          'IdentityRecord',
          'IdentityRuling',
          'IdentitySide',
        ],
      };
      expect(rows.sort()).toEqual([...ABOUT_NOBODY, ...ABOUT_MESSAGES, ...(more[role] ?? [])].sort());
    },
  );

  it('lets analysts ask for every list but the questions to teams and stewards', () => {
    const may = mayOf(Role.ANALYST);
    const refused = write.queryRoots(schema).filter(({ name }) => !may(`Query.${name}`));
    expect(refused.map(({ name }) => name).sort()).toEqual([
      'confirmationRequests',
      'destinations',
      'feedDoubts',
      'identityConflict',
      'identityConflicts',
      'inboundMessage',
      'inboundMessages',
      'noteDrafts',
      'workItems',
    ]);
  });

  it('opens filters and orders only over what the role may read', () => {
    const kept = [
      'nhsNumber',
      'familyNameStartsWith',
      'dateOfBirth',
      'person',
      'FAMILY_NAME',
      'FIRST_CONTACT_DUE',
    ];
    const open = [...MAPS.values()].flatMap((map) =>
      Object.entries({ ...map.filters, ...map.orders })
        .filter(
          ([name, { allow }]) =>
            kept.includes(name) && ROLES.some((role) => allow.includes(role) && !CARE.includes(role)),
        )
        .map(([name]) => `${map.type}.${name}`),
    );
    expect(open).toEqual([]);
  });
});

const CARE: readonly Role[] = [Role.EMPLOYMENT_SPECIALIST, Role.TEAM_MANAGER, Role.CARE_COORDINATOR];

describe('fields', () => {
  const seen = new Map<Role, Set<string>>();
  const refusals = new Map<Role, Set<string>>();
  const visits = new Map<string, number>();

  it.each(NAMES)(
    '%s: everything allowed is answered, everything else refused by code and path',
    async (who) => {
      const { role } = WHO[who];
      const may = mayOf(role);
      const mine = seen.get(role) ?? new Set<string>();
      const denied = refusals.get(role) ?? new Set<string>();
      seen.set(role, mine);
      refusals.set(role, denied);
      const wanted: write.Part[] = [];
      let turn = 0;
      for (const field of write.queryRoots(schema)) {
        const object = write.objectOf(field)!;
        const row = write.rowTypeOf(object);
        if (!may(`Query.${field.name}`)) {
          for (const [, way] of write.waysFrom(row, () => true)) {
            const target = way.at(-1) ? write.objectOf(way.at(-1)!.field)! : row;
            // A root refuses whatever is asked below it: far below, each type is tried once.
            const tried = `${role} below ${target.name}`;
            if (way.length > 1 && visits.has(tried)) continue;
            visits.set(tried, 1);
            const call = { field, args: await argsOf(field, who, 3) };
            const all = Object.values(target.getFields());
            const clothes = write.CLOTHES[turn++ % write.CLOTHES.length]!;
            const answer = await ask(who, write.documentOf(call, way, all, clothes));
            expect([
              codes(answer),
              answer.errors.map(({ path }) => lastOf(path).replace('root', field.name)),
            ]).toEqual([['HUB_ACCESS_FIELD'], [field.name]]);
            denied.add(`Query.${field.name}`);
            for (const { name } of all) denied.add(`${target.name}.${name}`);
          }
          continue;
        }
        for (const [type, way] of write.waysFrom(row, may)) {
          const met = visits.get(`${role} ${type.name}`) ?? 0;
          if (way.length > 2 && met >= 4) continue;
          visits.set(`${role} ${type.name}`, met + 1);
          const { leaves, relations, refused } = write.split(type, may);
          const rows = way.length > 2 ? 12 : 100;
          const clothes = way.length === 0 ? 'edges' : write.CLOTHES[turn++ % write.CLOTHES.length]!;
          const call = { field, args: await argsOf(field, who, rows) };
          wanted.push({ call, way, fields: [...leaves, ...relations], clothes });
          for (const forbidden of refused) {
            // Far from the root each is asked for once: by then the way has been shown to make no difference.
            if (way.length > 1 && denied.has(`${type.name}.${forbidden.name}`)) continue;
            // A few rows say it as well as all; only where none of them leads to the type are all asked for.
            for (const few of [3, rows] as const) {
              const some = { field, args: await argsOf(field, who, few) };
              const document = write.documentOf(some, way, [forbidden], clothes);
              const refusal = await ask(who, document);
              const found = new Set(
                refusal.errors.map(({ path, extensions }) => `${extensions.code} ${lastOf(path)}`),
              );
              if (
                found.size === 0 &&
                !write
                  .typenamesOf(schema, type)
                  .some((name) => JSON.stringify(refusal.data).includes(`"__typename":"${name}"`))
              )
                continue;
              expect([document, ...found]).toEqual([document, `HUB_ACCESS_FIELD ${forbidden.name}`]);
              denied.add(`${type.name}.${forbidden.name}`);
              break;
            }
          }
        }
      }
      for (const hand of [true, false]) {
        await askAll(
          who,
          wanted.filter((part) => byHand(part) === hand),
          write.documentOfAll,
          ({ call }, value) => write.noteSeen(schema, value, write.objectOf(call.field)!, mine),
          hand ? 0 : 1,
        );
      }
    },
    120_000,
  );

  it('shows to each role at least one value of every field that it may read', async () => {
    const past = `{ memberships(first: 100, knownAt: "2026-01-15T00:00:00.000Z") { nodes { __typename observedTo } } }`;
    const SOURCES =
      '{ persons(first: 100) { nodes { __typename clinical { __typename documents { title } demographics { name } problems { problem } sources { __typename fetchedAt code withheld { __typename field reason } } } } } }';
    const missing: string[] = [];
    for (const who of NAMES) {
      const { role } = WHO[who];
      const may = mayOf(role);
      const mine = seen.get(role)!;
      if (may('Query.memberships')) {
        const answer = await ask(who, past);
        write.noteSeen(
          schema,
          answer.data!.memberships,
          schema.getType('MembershipConnection') as never,
          mine,
        );
      }
      if (may('Person.clinical')) {
        // When a source was read, and why not, shows only beside what was asked of it.
        for (const record of [world.record, world.otherRecord]) {
          record.misbehave('REFUSED', 'documents');
          record.permit([]);
        }
        const answer = await ask(who, SOURCES);
        for (const record of [world.record, world.otherRecord]) record.reset();
        write.noteSeen(schema, answer.data!.persons, schema.getType('PersonConnection') as never, mine);
      }
      const types = write.waysFrom(schema.getQueryType()!, may).keys();
      for (const type of types) {
        if (type === schema.getQueryType()) continue;
        for (const name of Object.keys(type.getFields())) {
          const path = `${type.name}.${name}`;
          if (may(path) && !mine.has(path) && !(path === 'Me.teamIds' && !CARE.includes(role)))
            missing.push(`${role} ${path}`);
          figures.fieldsByRole++;
        }
      }
    }
    expect([...new Set(missing)]).toEqual([]);
  });

  it('refused to each role everything that it may not read', () => {
    const missing = ROLES.flatMap((role) => {
      const may = mayOf(role);
      const denied = refusals.get(role)!;
      figures.refusals += denied.size;
      return (
        write
          .everyField(schema)
          .filter((path) => MAPS.has(path.split('.')[0]!) && !may(path) && !denied.has(path))
          // A type behind a refused relation is met at the relation.
          .filter((path) =>
            write.waysFrom(schema.getQueryType()!, may).has(schema.getType(path.split('.')[0]!) as never),
          )
          .map((path) => `${role} ${path}`)
      );
    });
    expect(missing).toEqual([]);
  });

  it('answers nobody without a token', async () => {
    for (const field of write.queryRoots(schema)) {
      const type = write.rowTypeOf(write.objectOf(field)!);
      const call = { field, args: await argsOf(field, 'specialist', 12) };
      const answer = await ask(
        null,
        write.documentOf(call, [], write.split(type, () => true).leaves, 'plain'),
      );
      expect([field.name, codes(answer)]).toEqual([field.name, ['HUB_ACCESS_UNAUTHENTICATED']]);
      expect(Object.values(answer.data ?? {}).filter((value) => value !== null)).toEqual([]);
    }
  });
});

describe('filters, orders and arguments', () => {
  /** Map behind a filter input, by the name of its type. */
  const mapOf = (input: string): TypeMap => MAPS.get(input.replace(/Filter$/, ''))!;

  it.each(NAMES)(
    '%s: usable where allowed, else refused by code, and never by a value',
    async (who) => {
      const { role } = WHO[who];
      const may = mayOf(role);
      for (const field of write.queryRoots(schema).filter(({ name }) => may(`Query.${name}`))) {
        const filter = field.args.find(({ name }) => name === 'filter');
        const uses: [root: string, allowed: boolean][] = [];
        for (const use of filter ? write.filterUses(filter.type, world.teams.CMHT) : []) {
          const allowed = use.steps.every((step) => {
            const [input, name] = step.split('.') as [string, string];
            return mapOf(input).filters[name]!.allow.includes(role);
          });
          // Whoever may use a condition combines it in one of the three ways, the next caller in the next.
          if (allowed && use.combined !== null && use.combined !== NAMES.indexOf(who) % 3) continue;
          uses.push([
            `${field.name}(first: 5, filter: ${use.literal}) { totalCount nodes { __typename } }`,
            allowed,
          ]);
          figures.filters++;
        }
        const order = field.args.find(({ name }) => name === 'orderBy');
        for (const { name } of order && isEnumType(order.type) ? order.type.getValues() : []) {
          const map = GRAPH_POLICY.roots[field.name]!.map;
          const allowed = map.orders[name]!.allow.includes(role);
          uses.push([
            `${field.name}(first: 5, orderBy: ${name}) { edges { cursor node { __typename } } }`,
            allowed,
          ]);
          figures.orders++;
        }
        await askAll(
          who,
          uses.filter(([, allowed]) => allowed),
          (some) => `{ ${some.map(([root], at) => `r${at}: ${root}`).join(' ')} }`,
          ([root], value) => {
            expect([root, value]).toEqual([root, expect.any(Object)]);
            expect(JSON.stringify(value)).not.toContain('9990000000');
          },
        );
        for (const [root, allowed] of uses) {
          if (allowed) continue;
          const answer = await ask(who, `{ ${root} }`);
          expect([root, codes(answer), answer.data]).toEqual([root, ['HUB_ACCESS_FIELD'], null]);
          expect(answer.text).not.toContain('9990000000');
        }
        for (const { name, type } of field.args) {
          if (
            ['filter', 'orderBy', 'first', 'last', 'after', 'before'].includes(name) ||
            isInputObjectType(type)
          )
            continue;
          const literal =
            name === 'code' ? '"QVV/0294"' : write.literalFor(type, await ownId(field.name, who));
          expect(codes(await ask(who, `{ ${field.name}(${name}: ${literal}) { __typename } }`))).toEqual([]);
        }
      }
    },
    120_000,
  );

  it('is no oracle: a foreign person and nobody count the same', async () => {
    const [foreign] = await world.sql<{ nhs: string; born: string; family: string }>(
      'select nhs_number as nhs, date_of_birth::text as born, family_name as family from persons where id = $1',
      [world.referredTo('FOREIGN')[0]!.personId],
    );
    const never = await world.sql<{ nhs: string }>(
      'select nhs_number as nhs from persons where id = any ($1::uuid[])',
      [world.neverReferred.map(({ personId }) => personId)],
    );
    const tries: readonly (readonly [string, string])[] = [
      [`nhsNumber: "${foreign!.nhs}"`, 'nhsNumber: "9990000018"'],
      ...never.map(({ nhs }) => [`nhsNumber: "${nhs}"`, 'nhsNumber: "9990000018"'] as const),
      [`dateOfBirth: "${foreign!.born}"`, 'dateOfBirth: "1901-01-01"'],
      [`familyNameStartsWith: "${foreign!.family}"`, 'familyNameStartsWith: "Nobody"'],
    ];
    for (const who of ['specialist', 'manager', 'coordinator', 'analyst'] as const) {
      for (const [theirs, nobodys] of tries) {
        for (const document of [
          (filter: string) =>
            `{ persons(filter: { ${filter} }) { totalCount edges { cursor } pageInfo { hasNextPage } } }`,
          (filter: string) => `{ persons(filter: { or: [{ ${filter} }] }) { totalCount } }`,
          (filter: string) => `{ referrals(filter: { person: { ${filter} } }) { totalCount nodes { id } } }`,
        ]) {
          const [one, other] = [await ask(who, document(theirs)), await ask(who, document(nobodys))];
          expect(comparable(one)).toEqual(comparable(other));
        }
      }
    }
  });
});

describe('what was searched', () => {
  it('held no value of anybody else’s', () => {
    expect(leaks.slice(0, 5)).toEqual([]);
    // The search is worth something only if it met what it looks for.
    expect(canaries.size).toBeGreaterThan(500);
    expect(canaries.met).toBeGreaterThan(5_000);
    process.stdout.write(
      `${JSON.stringify({ ...figures, canaries: canaries.size, searched: canaries.answers, met: canaries.met, compiled: world.server.compiled() })}\n`,
    );
  });
});

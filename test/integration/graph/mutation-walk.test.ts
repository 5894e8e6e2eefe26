/** Walks every mutation as every role: refused by code, indistinguishable from nothing for foreign things, and every field of what it answers. */
import { type GraphQLObjectType, type GraphQLSchema, getNamedType, isUnionType } from 'graphql';
import { buildGraph } from '../../../schema/build-graph.js';
import { mappedPolicy, plainPolicy } from '../../../schema/field-policy.js';
import { GRAPH_POLICY } from '../../../schema/policy-table.js';
import type { Role } from '../../../src/core/caller.js';
import { Canaries } from '../../support/graph-canaries.js';
import * as write from '../../support/graph-documents.js';
import { MUTATIONS, mutationOf, type Things, thingsOf, type Whose } from '../../support/graph-mutations.js';
import type { Answer } from '../../support/graph-server.js';
import {
  closeGraphWorld,
  createGraphWorld,
  type GraphWorld,
  NAMES,
  WHO,
  type WhoName,
} from '../../support/graph-world.js';

let world: GraphWorld;
let schema: GraphQLSchema;
let canaries: Canaries;
beforeAll(async () => {
  world = await createGraphWorld();
  schema = await buildGraph();
  canaries = await new Canaries().learn(world);
});
afterAll(() => closeGraphWorld(world));

/** Who may change what, from the requirement and apart from the hub's own table. S specialist, M manager, C coordinator, I machine, A administrator, T identity steward. */
const MAY: Readonly<Record<string, string>> = {
  recordReferral: 'SMC',
  acceptReferral: 'SM',
  recordWordOnWork: 'SM',
  recordConsentToContactClinician: 'SM',
  checkEligibility: 'SM',
  checkEligibilityByIdentity: 'I',
  overrideEligibility: 'M',
  requestConfirmation: 'SM',
  answerConfirmation: 'MC',
  openEpisode: 'SM',
  assignSpecialist: 'SM',
  setEpisodeDestination: 'M',
  closeEpisode: 'SM',
  draftNote: 'SM',
  editDraft: 'SM',
  discardDraft: 'SM',
  amendNote: 'SM',
  addToNote: 'SM',
  signNote: 'SM',
  retractNote: 'SM',
  countersignNote: 'MC',
  recordTelephoneCall: 'SM',
  refileUnderRightPerson: 'SM',
  cancelDelivery: 'SM',
  replayDelivery: 'SM',
  pauseDestination: 'MA',
  resumeDestination: 'MA',
  resolveWorkItem: 'SM',
  refreshCaseload: 'MA',
  settleIdentityConflict: 'T',
  replayInboundMessage: 'A',
  setInboundMessageAside: 'A',
  replayInboundMessages: 'A',
  setInboundMessagesAside: 'A',
  readInboundMessageBody: 'T',
};
const LETTER: Readonly<Record<Role, string>> = {
  EMPLOYMENT_SPECIALIST: 'S',
  TEAM_MANAGER: 'M',
  CARE_COORDINATOR: 'C',
  ANALYST: 'N',
  INTEGRATION: 'I',
  ADMINISTRATOR: 'A',
  IDENTITY_STEWARD: 'T',
};

const mutations = (): string[] => Object.keys(schema.getMutationType()!.getFields());
const allowed = (name: string): readonly Role[] =>
  (Object.keys(LETTER) as Role[]).filter((role) => MAY[name]!.includes(LETTER[role]));
const REFUSAL = '__typename ... on Refusal { code message field accepted rule clause }';
const MAPS = new Map(GRAPH_POLICY.maps.map((map) => [map.type, map]));

const may =
  (role: Role): write.May =>
  (path) => {
    const [type, field] = path.split('.') as [string, string];
    const map = MAPS.get(type);
    return (map ? mappedPolicy(map, field) : plainPolicy(GRAPH_POLICY, type, field))?.includes(role) ?? false;
  };

/** Variables that have been answered with success. */
const succeeded = new Set<string>();

const kept = new Map<string, Promise<Things>>();
/** Things as `thingsOf` finds them, looked for again only once a mutation has succeeded since. */
const thingsNow = (who: WhoName, whose: Whose): Promise<Things> => {
  if (whose === 'nobody') return thingsOf(world, who, whose);
  const asOf = `${succeeded.size} ${who} ${whose}`;
  const things = kept.get(asOf) ?? thingsOf(world, who, whose);
  kept.set(asOf, things);
  return things;
};

async function send(
  who: WhoName | null,
  name: string,
  variables: object,
  selection = REFUSAL,
): Promise<Answer> {
  const answer = await world.ask(who, mutationOf(name, selection), { variables });
  // Ids that are new are somebody's, too; under a key that has been used nothing is made.
  const key = `${who} ${name} ${JSON.stringify(variables)}`;
  if (answer.text.includes('"__typename"') && !answer.text.includes('"Refusal"') && !succeeded.has(key)) {
    succeeded.add(key);
    await canaries.learn(world);
  }
  expect(canaries.leaks(who, answer, JSON.stringify(variables))).toEqual([]);
  return answer;
}

/** What an answer says, without the id asked about and the correlation id. */
const plain = (answer: Answer, about: string): string =>
  answer.text.replaceAll(about, '<id>').replace(/"correlationId":"[^"]+"/g, '"correlationId":"<c>"');

/** Rows of every table that a mutation may write, so that a refusal can be seen to have left none. */
const rowCounts = (): Promise<object[]> =>
  world.sql(`select (select count(*) from referrals) r, (select count(*) from persons) p, (select count(*) from eligibility_decisions) d,
    (select count(*) from eligibility_overrides) o, (select count(*) from confirmation_requests) c, (select count(*) from idempotency_keys) k,
    (select count(*) from employment_episodes) e, (select count(*) from episode_specialists) s,
    (select count(*) from notes) n, (select count(*) from note_drafts) nd, (select count(*) from signed_documents) sd, (select count(*) from deliveries) dl,
    (select count(*) from work_items) w, (select count(*) from telephone_calls) t, (select count(*) from countersignatures) cs, (select count(*) from wrong_person_incidents) i, (select count(*) from identity_rulings) ir,
    (select count(*) from inbound_message_events) me`);

it('knows every mutation of the schema', () => {
  expect(Object.keys(MUTATIONS).sort()).toEqual(mutations().sort());
  expect(Object.keys(MAY).sort()).toEqual(mutations().sort());
});

describe.each(Object.keys(MUTATIONS))('%s', (name) => {
  it('is refused to every other role by code, before anything is read or written', async () => {
    const rows = await rowCounts();
    for (const who of [null, ...NAMES.filter((one) => !allowed(name).includes(WHO[one].role))]) {
      const { variables } = MUTATIONS[name]!(world, await thingsNow(who ?? 'specialist', 'own'), world.key());
      const before = [world.server.statements(), rows];
      const answer = await send(who, name, variables);
      expect([who, answer.data ?? null, answer.errors.map((e) => [e.extensions.code, e.path])]).toEqual([
        who,
        null,
        [[who === null ? 'HUB_ACCESS_UNAUTHENTICATED' : 'HUB_ACCESS_FIELD', [name]]],
      ]);
      expect([world.server.statements(), await rowCounts()]).toEqual(before);
    }
  });

  it('answers about a foreign thing as about nothing, in as many statements, and changes nothing', async () => {
    let rows = await rowCounts();
    for (const who of NAMES.filter((one) => allowed(name).includes(WHO[one].role))) {
      const told = new Map<string, Whose[]>();
      for (const whose of ['nobody', 'team', 'trust', 'nobody'] as const) {
        if (name === 'checkEligibilityByIdentity' && whose === 'team') continue;
        const { variables, about } = MUTATIONS[name]!(world, await thingsNow(who, whose), world.key());
        const statements = world.server.statements();
        const selection =
          name === 'checkEligibility'
            ? `${REFUSAL} ${NOT_DECIDED}`
            : name === 'checkEligibilityByIdentity'
              ? `${REFUSAL} ${MACHINE}`
              : REFUSAL;
        const answer = await send(who, name, variables, selection);
        const said = `${plain(answer, about)} in ${world.server.statements() - statements}`;
        told.set(said, [...(told.get(said) ?? []), whose]);
        expect([whose, codeOf(answer)]).toEqual([whose, EXPECTED[name] ?? 'HUB_NOT_FOUND']);
        // A question that is answered keeps its key; a refused one keeps nothing.
        const after = await rowCounts();
        if (name !== 'checkEligibility') expect(after).toEqual(rows);
        rows = after;
      }
      expect([who, [...told]]).toEqual([who, [[...told][0]]]);
    }
  });

  it('answers about one’s own, and shows every field that the role may read, again under the same key', async () => {
    const field = schema.getMutationType()!.getFields()[name]!;
    const union = getNamedType(field.type);
    const success = (isUnionType(union) ? union.getTypes() : []).find(
      (type) => type.name !== 'Refusal',
    ) as GraphQLObjectType;
    let shown = 0;
    for (const who of NAMES.filter((one) => allowed(name).includes(WHO[one].role))) {
      const { variables } = MUTATIONS[name]!(world, await thingsNow(who, 'own'), world.key());
      const first = await send(who, name, variables, `__typename ... on Refusal { code field }`);
      // Which of the two roles countersigns, the policy of the note says: the other is told so.
      if (name === 'countersignNote' && first.errors[0]?.extensions.code === 'HUB_ACCESS_REFUSED') continue;
      expect([who, first.errors]).toEqual([who, []]);
      const { __typename: answered, code } = first.data![name] as { __typename: string; code?: string };
      if (answered !== success.name) {
        // Somebody else of the same team came first, or the trust has nothing of the kind.
        expect([who, code]).toEqual([who, expect.stringMatching(/STATE_CONFLICT|NOT_FOUND|NOT_AUTHOR/)]);
        continue;
      }
      shown++;
      const ways = [...write.waysFrom(success, may(WHO[who].role))].filter(([, way]) => way.length <= 2);
      const body = write.selectionOf(ways, may(WHO[who].role));
      const before = await rowCounts();
      const again = await send(who, name, variables, `... on ${success.name} { ${body} }`);
      expect([body, again.errors]).toEqual([body, []]);
      expect(await rowCounts()).toEqual(before);
    }
    expect(shown).toBeGreaterThan(0);
  });
});

const NOT_DECIDED =
  '... on EligibilityChecked { decisions { id } notDecided { referralId refusal { code message field } } }';
const MACHINE =
  '... on IdentityEligibility { verdict reason mayProceed confirmBy notYetUntil criteria { key result reason clause } }';
const EXPECTED: Readonly<Record<string, string>> = {
  checkEligibilityByIdentity: 'NOT_ELIGIBLE',
  refreshCaseload: 'HUB_INPUT_INVALID',
  replayInboundMessages: 'HUB_STATE_CONFLICT',
  setInboundMessagesAside: 'HUB_STATE_CONFLICT',
};

function codeOf(answer: Answer): unknown {
  const [value] = Object.values(answer.data ?? {}) as [
    { code?: string; verdict?: string; notDecided?: { refusal: { code: string } }[] } | undefined,
  ];
  return value?.code ?? value?.verdict ?? value?.notDecided?.[0]?.refusal.code;
}

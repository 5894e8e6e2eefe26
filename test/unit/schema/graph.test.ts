/** The graph as a whole: sorted and stable in print, described, alike in its connections, its enumerations those of the tables. */
import {
  buildSchema,
  type GraphQLEnumType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  isUnionType,
  printSchema,
  validateSchema,
} from 'graphql';
import { buildGraph } from '../../../schema/build-graph.js';
import { publishedSchema } from '../../../schema/published-schema.js';
import { MomentPrecision } from '../../../src/clinical/record.port.js';
import { SourceState, WithheldReason } from '../../../src/clinical/record-read.rules.js';
import { PURPOSES_OF } from '../../../src/core/caller.js';
import { checkedValues } from '../../support/check-constraints.js';

const CASEWORK = 'casework/eligibility/eligibility.migration.ts';
const REFERRALS = 'casework/referrals/referrals.migration.ts';
const EPISODES = 'casework/episodes/episodes.migration.ts';
const CLINICAL = 'clinical/clinical.migration.ts';
const NOTES = 'notes/notes.migration.ts';
const DELIVERY = 'delivery/delivery.migration.ts';
const MESSAGES = 'delivery/messages/messages.migration.ts';
const IDENTITY = 'people/identity-work-list.migration.ts';

/** Each enumeration of the graph with the constraint whose values it has. */
const CONSTRAINTS: Readonly<Record<string, readonly [string, string]>> = {
  ConfirmationState: [CASEWORK, 'ck_confirmation_requests_state'],
  TeamAnswer: [CASEWORK, 'ck_confirmation_requests_answer'],
  EligibilityPurpose: [CASEWORK, 'ck_eligibility_decisions_purpose'],
  EligibilityVerdict: [CASEWORK, 'ck_eligibility_decisions_verdict'],
  MayProceed: [CASEWORK, 'ck_eligibility_decisions_may_proceed'],
  ConsentToContactClinician: [REFERRALS, 'ck_referrals_consent'],
  EmploymentAtReferral: [REFERRALS, 'ck_referrals_employment'],
  ReferralRoute: [REFERRALS, 'ck_referrals_route'],
  ReferralState: [REFERRALS, 'ck_referrals_state'],
  Residence: [REFERRALS, 'ck_referrals_residence'],
  WordOnWork: [REFERRALS, 'ck_referrals_word_on_work'],
  EpisodeState: [EPISODES, 'ck_employment_episodes_state'],
  ClosingReason: [EPISODES, 'ck_employment_episodes_closing_reason'],
  MembershipState: [CLINICAL, 'ck_caseload_memberships_state'],
  PullKind: [CLINICAL, 'ck_caseload_pulls_kind'],
  IdentityState: ['people/people.migration.ts', 'ck_persons_identity_state'],
  TeamKind: ['directory/directory.migration.ts', 'ck_teams_kind'],
  Role: ['access/steward-role.migration.ts', 'ck_staff_roles_role'],
  IdentityConflictKind: [IDENTITY, 'ck_identity_conflicts_kind'],
  IdentityResolution: [IDENTITY, 'ck_identity_conflicts_resolution'],
  IdentityRulingResolution: [IDENTITY, 'ck_identity_rulings_resolution'],
  NoteKind: [NOTES, 'ck_notes_kind'],
  NoteState: [NOTES, 'ck_notes_state'],
  NoteVisibility: [DELIVERY, 'ck_signed_documents_visibility'],
  RetractedBecause: [NOTES, 'ck_notes_retracted_because'],
  DraftPurpose: [NOTES, 'ck_note_drafts_purpose'],
  DraftState: [NOTES, 'ck_note_drafts_state'],
  CountersignatureState: [NOTES, 'ck_countersignatures_state'],
  VersionAction: [DELIVERY, 'ck_signed_documents_action'],
  DeliveryOperation: [DELIVERY, 'ck_deliveries_operation'],
  DeliveryOurs: [DELIVERY, 'ck_deliveries_ours'],
  DeliveryTheirs: [DELIVERY, 'ck_deliveries_theirs'],
  AttemptClass: [DELIVERY, 'ck_delivery_attempts_class'],
  WorkItemKind: [MESSAGES, 'ck_work_items_kind'],
  InboundMessageState: ['delivery/messages/message-words.migration.ts', 'ck_inbound_message_state'],
  FeedDoubtKind: ['clinical/feed/feed-links.migration.ts', 'ck_feed_doubts_kind'],
};
/** Those that no table keeps. */
const NOT_KEPT: Readonly<Record<string, readonly string[]>> = {
  EpisodeOrder: ['NEWEST', 'OLDEST'],
  ConfirmationOrder: ['DUE', 'NEWEST'],
  PersonOrder: ['FAMILY_NAME', 'NEWEST'],
  ReferralOrder: ['FIRST_CONTACT_DUE', 'NEWEST', 'OLDEST'],
  TeamOrder: ['CODE', 'NAME'],
  ClinicalSourceState: Object.keys(SourceState).sort(),
  ClinicalWithheldReason: Object.keys(WithheldReason).sort(),
  ClinicalMomentPrecision: Object.keys(MomentPrecision).sort(),
  NoteOrder: ['CONTACT', 'NEWEST', 'OLDEST'],
  DeliveryOrder: ['NEWEST', 'OLDEST'],
  WorkItemOrder: ['DUE', 'NEWEST', 'OLDEST'],
  CountersignDecision: ['APPROVED', 'REJECTED'],
  NoteLabel: ['SAFEGUARDING', 'THIRD_PARTY_INFORMATION', 'WITHHOLD_FROM_PERSON'],
  SigningPrompt: [
    'AWAITING_COUNTERSIGNATURE',
    'DESTINATION_PAUSED',
    'HELD_UP',
    'LABEL_NOT_CARRIED',
    'LATE_ENTRY',
    'TELEPHONE_CALL',
    'UNLINKED',
  ],
  // What a message's own row tells, and its events.
  InboundMessageMoment: [
    'ANSWERED',
    'FAILED',
    'NOTHING',
    'NOT_UNDERSTOOD',
    'READ',
    'RECEIVED',
    'REPEATED',
    'REPLAYED',
    'SET_ASIDE',
  ],
  Purpose: [...new Set(Object.values(PURPOSES_OF).flat())].sort(),
};

/** Text fields whose values a constraint holds: their description names each. */
const SPELT_OUT: readonly (readonly [string, string, string, string])[] = [
  ['Organisation', 'kind', 'directory/directory.migration.ts', 'ck_organisations_kind'],
  ['CaseloadPull', 'kind', CLINICAL, 'ck_caseload_pulls_kind'],
  ['CaseloadPull', 'state', CLINICAL, 'ck_caseload_pulls_state'],
  ['ConfirmationRequest', 'state', CASEWORK, 'ck_confirmation_requests_state'],
  ['ConfirmationRequest', 'askedOf', CASEWORK, 'ck_confirmation_requests_asked_of'],
  ['ConfirmationRequest', 'answer', CASEWORK, 'ck_confirmation_requests_answer'],
  ['EligibilityCriterion', 'result', CASEWORK, 'ck_eligibility_criteria_result'],
  ['EligibilityCriterion', 'strength', CASEWORK, 'ck_eligibility_criteria_strength'],
  ['EligibilityDecision', 'confirmBy', CASEWORK, 'ck_eligibility_decisions_confirm_by'],
  ['EligibilityEvidence', 'source', CASEWORK, 'ck_eligibility_evidence_source'],
  ['Countersignature', 'role', NOTES, 'ck_note_policies_countersign_role'],
  ['SpecificationRule', 'strength', 'contracts/contracts.migration.ts', 'ck_specification_rules_strength'],
];

describe('the graph', () => {
  let schema: GraphQLSchema;
  let published: string;
  beforeAll(async () => {
    schema = await buildGraph();
    published = await publishedSchema();
  });
  const own = () =>
    Object.values(schema.getTypeMap()).filter(
      (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type),
    );
  const enums = () => own().filter(isEnumType) as GraphQLEnumType[];
  const objectOf = (name: string) => schema.getType(name) as GraphQLObjectType;

  it('is valid', () => {
    expect(validateSchema(schema)).toEqual([]);
  });

  describe('in print', () => {
    it('is the same however often it is built', async () => {
      expect(await publishedSchema()).toBe(published);
    });

    it('is sorted: types, their fields, values and arguments', () => {
      const sorted = (names: readonly string[]) => expect(names).toEqual([...names].sort());
      const printed = buildSchema(published);
      sorted([...published.matchAll(/^(?:type|input|enum|union|scalar) (\w+)/gm)].map(([, name]) => name!));
      for (const type of Object.values(printed.getTypeMap())) {
        if (isIntrospectionType(type)) continue;
        if (isObjectType(type) || isInputObjectType(type)) sorted(Object.keys(type.getFields()));
        if (isObjectType(type))
          for (const field of Object.values(type.getFields())) sorted(field.args.map(({ name }) => name));
        if (isEnumType(type)) sorted(type.getValues().map(({ name }) => name));
      }
    });

    it('is read back as it was printed', () => {
      expect(`${printSchema(buildSchema(published))}\n`).toBe(published);
    });

    it('ends with one line end, and has no other at its ends', () => {
      expect(published).toMatch(/[^\n]\n$/);
    });
  });

  describe('is described', () => {
    it('in every type', () => {
      const roots = ['Query', 'Mutation', 'Subscription'];
      expect(
        own()
          .filter(({ name, description }) => !description && !roots.includes(name))
          .map(({ name }) => name),
      ).toEqual([]);
    });

    it('in every mutation', () => {
      const mutations = Object.values(schema.getMutationType()!.getFields());
      expect(mutations.length).toBeGreaterThanOrEqual(10);
      expect(mutations.filter(({ description }) => !description).map(({ name }) => name)).toEqual([]);
    });

    it('in whole sentences that end', () => {
      for (const type of own()) expect(type.description ?? '.').toMatch(/[.!?]$|\)\.?$/);
    });

    it('never by its own name again', () => {
      const words = (text: string) => text.toLowerCase().replace(/[^a-z]/g, '');
      for (const type of own().filter(
        (one) => isObjectType(one) || isInputObjectType(one),
      ) as GraphQLObjectType[])
        for (const { name, description } of Object.values(type.getFields()))
          if (description) expect(words(description)).not.toBe(words(name));
    });

    it.each(SPELT_OUT)('%s.%s names each of its values', (type, field, path, constraint) => {
      const values = checkedValues(path, constraint);
      expect(values.length).toBeGreaterThan(1);
      const said = objectOf(type).getFields()[field]!.description ?? '';
      expect(values.filter((value) => !new RegExp(`\\b${value}\\b`).test(said))).toEqual([]);
    });
  });

  describe('enumerations', () => {
    it('are all accounted for', () => {
      expect(
        enums()
          .map(({ name }) => name)
          .sort(),
      ).toEqual([...Object.keys(CONSTRAINTS), ...Object.keys(NOT_KEPT)].sort());
    });

    it.each(Object.entries(CONSTRAINTS))('%s has the values of its table', (name, [path, constraint]) => {
      const values = checkedValues(path, constraint);
      expect(values.length).toBeGreaterThan(1);
      const type = schema.getType(name) as GraphQLEnumType;
      expect(
        type
          .getValues()
          .map((value) => value.name)
          .sort(),
      ).toEqual([...values].sort());
      // What resolvers hand out is what the table keeps.
      for (const value of type.getValues()) expect(value.value).toBe(value.name);
    });

    it.each(Object.entries(NOT_KEPT))('%s', (name, values) => {
      const type = schema.getType(name) as GraphQLEnumType;
      expect(
        type
          .getValues()
          .map((value) => value.name)
          .sort(),
      ).toEqual([...values]);
    });
  });

  describe('mutations', () => {
    it('each answer a union of a success and a refusal', () => {
      for (const { name, type } of Object.values(schema.getMutationType()!.getFields())) {
        const union = schema.getType(String(type).replace(/!$/, ''));
        if (!isUnionType(union)) throw new Error(`${name} answers no union`);
        const members = union.getTypes().map((member) => member.name);
        expect(members).toHaveLength(2);
        expect(members).toContain('Refusal');
      }
    });

    it('that change something are repeated under a key', () => {
      const without = ['checkEligibilityByIdentity', 'readInboundMessageBody', 'refreshCaseload'];
      for (const { name, args } of Object.values(schema.getMutationType()!.getFields())) {
        if (without.includes(name)) continue;
        const input = schema.getType(
          String(args.find((arg) => arg.name === 'input')!.type).replace(/!$/, ''),
        );
        if (!isInputObjectType(input)) throw new Error(`${name} takes no input`);
        expect(String(input.getFields().idempotencyKey?.type)).toBe('String!');
      }
    });

    it('take one input and never deprecate silently', () => {
      for (const { name, args, deprecationReason } of Object.values(schema.getMutationType()!.getFields())) {
        expect(deprecationReason).toBeUndefined();
        if (name !== 'refreshCaseload') expect(args.map((arg) => arg.name)).toEqual(['input']);
      }
    });
  });

  describe('connections', () => {
    const connections = () =>
      own().filter((type) => isObjectType(type) && type.name.endsWith('Connection')) as GraphQLObjectType[];

    it('are alike, each of its own row', () => {
      expect(connections().length).toBeGreaterThanOrEqual(9);
      for (const type of connections()) {
        const row = type.name.replace(/Connection$/, '');
        const shape = Object.fromEntries(
          Object.values(type.getFields()).map((field) => [field.name, String(field.type)]),
        );
        expect(shape).toEqual({
          edges: `[${row}Edge!]!`,
          nodes: `[${row}!]!`,
          pageInfo: 'PageInfo!',
          totalCount: 'Int!',
        });
        const edge = Object.fromEntries(
          Object.values(objectOf(`${row}Edge`).getFields()).map((field) => [field.name, String(field.type)]),
        );
        expect(edge).toEqual({ cursor: 'String!', node: `${row}!` });
      }
    });

    it('are paged both ways by every root list', () => {
      for (const { name, type, args } of Object.values(schema.getQueryType()!.getFields())) {
        if (!String(type).endsWith('Connection!')) continue;
        const taken = Object.fromEntries(args.map((arg) => [arg.name, String(arg.type)]));
        expect([name, taken]).toEqual([
          name,
          expect.objectContaining({ first: 'Int', last: 'Int', after: 'String', before: 'String' }),
        ]);
      }
    });

    it('say where a page stands', () => {
      const shape = Object.fromEntries(
        Object.values(objectOf('PageInfo').getFields()).map((field) => [field.name, String(field.type)]),
      );
      expect(shape).toEqual({
        hasNextPage: 'Boolean!',
        hasPreviousPage: 'Boolean!',
        startCursor: 'String',
        endCursor: 'String',
      });
    });
  });

  it('asks for no diagnosis, symptom, readiness or substance use, anywhere (003:32–34, 004:11)', () => {
    const forbidden =
      /diagnos|symptom|readiness|substance|alcohol|drug|offen[cd]|histor|ethnic|religio|sexual/i;
    for (const type of own()) {
      if (!isObjectType(type) && !isInputObjectType(type)) continue;
      for (const name of Object.keys(type.getFields())) expect(`${type.name}.${name}`).not.toMatch(forbidden);
    }
  });
});

/** The graph as a client meets it: a small world served without a port, mutations by name, queries that both executors must answer alike. */
import { Role } from '../../src/core/caller.js';
import { newId } from '../../src/core/ids.js';
import { type CaseworkWorld, createCaseworkWorld } from './casework-world.js';
import { type Answer, type GraphServer, serveGraph, type TokenOf } from './graph-server.js';

/** Who asks. */
export const CLIENTS = {
  specialist: { subject: 'sam', role: Role.EMPLOYMENT_SPECIALIST, org: 'RAA' },
  eipSpecialist: { subject: 'erin', role: Role.EMPLOYMENT_SPECIALIST, org: 'RAA' },
  manager: { subject: 'mo', role: Role.TEAM_MANAGER, org: 'RAA' },
  coordinator: { subject: 'cass', role: Role.CARE_COORDINATOR, org: 'RAA' },
  machine: { subject: 'partner-machine', role: Role.INTEGRATION, org: 'RAA' },
  /** Of the home trust, with an agreement about the other one. */
  analyst: { subject: 'ana', role: Role.ANALYST, org: 'RAA' },
  administrator: { subject: 'adam', role: Role.ADMINISTRATOR, org: 'RAA' },
  foreignSpecialist: { subject: 'fran', role: Role.EMPLOYMENT_SPECIALIST, org: 'RBB' },
} as const satisfies Record<string, TokenOf>;
export type Client = keyof typeof CLIENTS;

/** Input type and success type of every mutation with an `input`. */
const MUTATIONS = {
  recordReferral: ['RecordReferralInput', 'ReferralChanged'],
  acceptReferral: ['AcceptReferralInput', 'ReferralChanged'],
  recordWordOnWork: ['RecordWordOnWorkInput', 'ReferralChanged'],
  recordConsentToContactClinician: ['RecordConsentInput', 'ReferralChanged'],
  draftNote: ['DraftNoteInput', 'DraftChanged'],
  editDraft: ['EditDraftInput', 'DraftChanged'],
  discardDraft: ['DiscardDraftInput', 'DraftChanged'],
  amendNote: ['AmendNoteInput', 'DraftChanged'],
  addToNote: ['AddToNoteInput', 'DraftChanged'],
  signNote: ['SignNoteInput', 'NoteSigned'],
  retractNote: ['RetractNoteInput', 'NoteChanged'],
  countersignNote: ['CountersignNoteInput', 'NoteChanged'],
  recordTelephoneCall: ['RecordTelephoneCallInput', 'NoteChanged'],
  refileUnderRightPerson: ['RefileUnderRightPersonInput', 'NoteRefiled'],
  cancelDelivery: ['CancelDeliveryInput', 'DeliveryChanged'],
  replayDelivery: ['ReplayDeliveryInput', 'DeliveryChanged'],
  pauseDestination: ['PauseDestinationInput', 'DestinationChanged'],
  resumeDestination: ['ResumeDestinationInput', 'DestinationChanged'],
  resolveWorkItem: ['ResolveWorkItemInput', 'WorkItemResolved'],
  checkEligibility: ['CheckEligibilityInput', 'EligibilityChecked'],
  checkEligibilityByIdentity: ['CheckEligibilityByIdentityInput', 'IdentityEligibility'],
  overrideEligibility: ['OverrideEligibilityInput', 'EligibilityOverridden'],
  requestConfirmation: ['RequestConfirmationInput', 'ConfirmationChanged'],
  answerConfirmation: ['AnswerConfirmationInput', 'ConfirmationChanged'],
  openEpisode: ['OpenEpisodeInput', 'EpisodeChanged'],
  assignSpecialist: ['AssignSpecialistInput', 'EpisodeChanged'],
  setEpisodeDestination: ['SetEpisodeDestinationInput', 'EpisodeChanged'],
  closeEpisode: ['CloseEpisodeInput', 'EpisodeChanged'],
} as const;
export type Mutation = keyof typeof MUTATIONS;

const WITHOUT_KEY: readonly Mutation[] = ['checkEligibilityByIdentity'];

/** A refusal as the graph answers it. */
export interface Refused {
  readonly code: string;
  readonly message: string;
  readonly field: string | null;
  readonly accepted: string | null;
  readonly rule: string | null;
  readonly clause: string | null;
}

/** A page of ids with where it stands. */
export interface IdPage {
  readonly nodes: readonly { readonly id: string }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

/** The document of a mutation. */
export function mutationOf(mutation: Mutation, selection: string): string {
  const [input, success] = MUTATIONS[mutation];
  return `mutation ($input: ${input}!) { result: ${mutation}(input: $input) { __typename ... on ${success} { ${selection} }
    ... on Refusal { code message field accepted rule clause } } }`;
}

/** A served world. */
export class UseCases {
  /** Who has asked since the clock stood where it stands; the server keeps a token for each. */
  private readonly tokens = new Map<Client, TokenOf>();
  private signedAt = 0;

  constructor(
    readonly world: CaseworkWorld,
    readonly server: GraphServer,
  ) {}

  /** One request as it is answered, errors and all. Tokens are of the clock's present, so that it may be moved. */
  answer(
    who: Client | null,
    query: string,
    variables: object = {},
    more: Parameters<GraphServer['ask']>[2] = {},
  ): Promise<Answer> {
    return this.server.ask(who && this.tokenOf(who), query, { variables, ...more });
  }

  private tokenOf(who: Client): TokenOf {
    const now = this.world.clock.now().getTime();
    if (now !== this.signedAt) this.tokens.clear();
    this.signedAt = now;
    const token = this.tokens.get(who) ?? { ...CLIENTS[who] };
    this.tokens.set(who, token);
    return token;
  }

  /** What a query answers, once compiled and once by the stock executor; fails on any error and on any difference. */
  async query<Data>(who: Client, query: string, variables: object = {}): Promise<Data> {
    const compiled = await this.answer(who, query, variables);
    const stock = await this.answer(who, query, variables, { stock: true });
    expect(compiled.errors).toEqual([]);
    // Cursors are sealed anew each time.
    const bare = ({ data, errors, status }: Answer): string =>
      JSON.stringify({ data, errors, status }, (name, value) =>
        /cursor$/i.test(name) ? value !== null : value,
      );
    expect(bare(stock)).toBe(bare(compiled));
    return compiled.data as Data;
  }

  /** What a mutation answers, success or refusal; a key of its own unless `input` has one. */
  async send<Result>(
    who: Client,
    mutation: Mutation,
    input: object,
    selection = '__typename',
  ): Promise<Result> {
    const key = WITHOUT_KEY.includes(mutation) ? {} : { idempotencyKey: this.world.key() };
    const variables = { input: { ...key, ...input } };
    const { data, errors } = await this.answer(who, mutationOf(mutation, selection), variables);
    expect(errors).toEqual([]);
    return data!.result as Result;
  }

  /** What a mutation answers on success. */
  async change<Result>(
    who: Client,
    mutation: Mutation,
    input: object,
    selection = '__typename',
  ): Promise<Result> {
    const result = await this.send<Result & { __typename: string }>(who, mutation, input, selection);
    expect(result).toMatchObject({ __typename: MUTATIONS[mutation][1] });
    return result;
  }

  /** The refusal that a mutation answers. */
  async refusal(who: Client, mutation: Mutation, input: object): Promise<Refused> {
    const { __typename, ...refused } = await this.send<Refused & { __typename: string }>(
      who,
      mutation,
      input,
    );
    expect(__typename).toBe('Refusal');
    return refused;
  }

  /** Code, field and what is accepted of the one error with which a request fails before anything is done. */
  async fault(who: Client, query: string, variables: object = {}) {
    const { data, errors } = await this.answer(who, query, variables);
    expect(data ?? null).toBeNull();
    expect(errors).toHaveLength(1);
    const { code, field, accepted } = errors[0]!.extensions;
    return { code, field, accepted };
  }

  /** One page of a list of rows with ids. `args` are further arguments, literally. */
  async page(who: Client, list: string, args: string, at: object): Promise<IdPage> {
    const { page } = await this.query<{ page: IdPage }>(
      who,
      `query ($first: Int, $after: String, $last: Int, $before: String) {
        page: ${list}(first: $first, after: $after, last: $last, before: $before ${args}) {
          nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`,
      at,
    );
    return page;
  }

  /** Every id of a list, page by page, checking on the way that pages know where they stand. */
  async walk(who: Client, list: string, args: string, size: number, backwards = false): Promise<string[]> {
    const pages: string[][] = [];
    for (let cursor: string | null = null, more = true; more; ) {
      const at: object = backwards ? { last: size, before: cursor } : { first: size, after: cursor };
      const { nodes, pageInfo } = await this.page(who, list, args, at);
      const ids = nodes.map(({ id }) => id);
      pages.push(ids);
      more = backwards ? pageInfo.hasPreviousPage : pageInfo.hasNextPage;
      if (more) expect(ids).toHaveLength(size);
      expect(backwards ? pageInfo.hasNextPage : pageInfo.hasPreviousPage).toBe(cursor !== null);
      cursor = backwards ? pageInfo.startCursor : pageInfo.endCursor;
      expect(cursor === null).toBe(ids.length === 0);
    }
    return (backwards ? pages.reverse() : pages).flat();
  }

  /** Decides for referrals and answers the decisions. */
  async decide<Decision>(
    who: Client,
    referralIds: readonly string[],
    selection: string,
    more: object = {},
  ): Promise<Decision[]> {
    const { decisions, notDecided } = await this.change<{ decisions: Decision[]; notDecided: unknown[] }>(
      who,
      'checkEligibility',
      { referralIds, purpose: 'ENTRY', ...more },
      `decisions { ${selection} } notDecided { referralId refusal { code } }`,
    );
    expect(notDecided).toEqual([]);
    return decisions;
  }

  async close(): Promise<void> {
    await this.server.close();
    await this.world.close();
  }
}

/** A served casework world with an administrator beside its colleagues. */
export async function openUseCases(): Promise<UseCases> {
  const world = await createCaseworkWorld();
  const staffId = newId();
  await world.sql(
    `insert into staff (id, organisation_id, subject, display_name) values ($1, $2, 'adam', 'Adam')`,
    [staffId, world.organisations.home],
  );
  await world.sql(
    `insert into staff_roles (id, staff_id, role, valid_from) values ($1, $2, $3, '2025-01-01')`,
    [newId(), staffId, Role.ADMINISTRATOR],
  );
  return new UseCases(world, await serveGraph(world));
}

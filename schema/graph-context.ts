/** What resolvers find in a request: the caller, the use cases, and one way to read. */
import type { GraphQLResolveInfo } from 'graphql';
import type { AuditTrail } from '../src/access/audit.service.js';
import type { ConfirmationService } from '../src/casework/eligibility/confirmation.service.js';
import type { EligibilityService } from '../src/casework/eligibility/eligibility.service.js';
import type { IdentityQuestionService } from '../src/casework/eligibility/identity-question.service.js';
import type { OverrideService } from '../src/casework/eligibility/override.service.js';
import type { EpisodeService } from '../src/casework/episodes/episode.service.js';
import type { ReferralService } from '../src/casework/referrals/referral.service.js';
import { shownItem } from '../src/clinical/record-read.rules.js';
import type { AskedDocument, RecordReadService } from '../src/clinical/record-read.service.js';
import { type Caller, Role } from '../src/core/caller.js';
import { HubError } from '../src/core/errors.js';
import type { DeliveryService } from '../src/delivery/delivery.service.js';
import type { MessageService } from '../src/delivery/messages/message.service.js';
import type { BodyForm, MessageBody } from '../src/delivery/messages/message-body.service.js';
import type { WorkItemService } from '../src/delivery/work-item.service.js';
import type { NoteService } from '../src/notes/note.service.js';
import type { IdentityConflictService } from '../src/people/identity-conflict.service.js';
import type { Database, ReadingRole } from '../src/platform/database/database.js';
import type { TypeMap } from '../src/platform/database/select/field-map.js';
import { type ReadTarget, read } from '../src/platform/database/select/read.js';
import type { ReadContext } from '../src/platform/database/select/read-context.js';
import type { RootField } from '../src/platform/database/select/root-field.js';
import type { CursorKeyring } from '../src/platform/database/select/sealed-cursors.js';

import type { DeliveryChanges } from './notes/delivery-changes.js';
import { ROOTS } from './roots.js';

/** The use cases that the graph offers. */
export interface GraphServices {
  readonly referrals: ReferralService;
  readonly eligibility: EligibilityService;
  readonly identityQuestions: IdentityQuestionService;
  readonly confirmations: ConfirmationService;
  readonly overrides: OverrideService;
  readonly episodes: EpisodeService;
  readonly notes: NoteService;
  readonly deliveries: DeliveryService;
  readonly workItems: WorkItemService;
  readonly identityConflicts: IdentityConflictService;
  readonly messages: MessageService;
  /** What a message says, once it is on record; fails as `messageBody`. */
  messageBody(caller: Caller, form: BodyForm): Promise<MessageBody>;
  /** Starts refreshing a record system's caseloads as the hub's own work; resolves with the ids of the pulls made. */
  refreshCaseload(
    caller: Caller,
    systemCode: string,
    kind: 'SWEEP' | 'INCREMENT',
  ): Promise<readonly string[]>;
}

/** What every request shares. */
export interface GraphRuntime {
  readonly database: Database;
  readonly audit: AuditTrail;
  readonly services: GraphServices;
  readonly cursors: CursorKeyring;
  /** Word from the database that deliveries have changed. */
  readonly deliveryChanges: DeliveryChanges;
  /** Live reads of clinical records; without it `Person.clinical` is null with `HUB_INTERNAL`. */
  readonly record?: RecordReadService;
}

/** A request to the graph. */
export class GraphContext {
  readonly services: GraphServices;
  readonly deliveryChanges: DeliveryChanges;
  private readonly record: RecordReadService | undefined;
  private readonly reads: ReadContext | null;

  constructor(
    runtime: GraphRuntime,
    /** Null when the request carries no token. */
    readonly signedIn: Caller | null,
    readonly correlationId: string,
  ) {
    this.services = runtime.services;
    this.deliveryChanges = runtime.deliveryChanges;
    this.record = runtime.record;
    this.reads = signedIn && readContextFor(runtime, signedIn);
  }

  /** The text of a document of a clinical record, put on record as read; fails as `RecordReadService.documentText`. */
  async clinicalDocument(caller: Caller, asked: AskedDocument): Promise<object> {
    if (!this.record) throw new HubError('HUB_INTERNAL');
    return shownItem(await this.record.documentText(caller, asked));
  }

  /** The caller, else `HUB_ACCESS_UNAUTHENTICATED`. */
  get caller(): Caller {
    if (!this.signedIn) throw new HubError('HUB_ACCESS_UNAUTHENTICATED');
    return this.signedIn;
  }

  /** What reads need; null without a caller. */
  get readContext(): ReadContext | null {
    return this.reads;
  }

  /** What reads need, else `HUB_ACCESS_UNAUTHENTICATED`. */
  get reading(): ReadContext {
    if (!this.reads) throw new HubError('HUB_ACCESS_UNAUTHENTICATED');
    return this.reads;
  }

  /** Reads what a field selects, in one statement. */
  async read(info: GraphQLResolveInfo, target: ReadTarget): Promise<unknown> {
    return read(info, target, this.reading);
  }

  /** Reads a row by id for a field of what a mutation answers. `HUB_NOT_FOUND` when the caller may no longer see it. */
  async readById(info: GraphQLResolveInfo, map: TypeMap, id: string): Promise<unknown> {
    return found(await this.read(info, { kind: 'id', map, id }));
  }

  /** Reads rows by id, in the order of the ids, in one statement. `HUB_NOT_FOUND` when the caller may no longer see one. */
  async readByIds(info: GraphQLResolveInfo, map: TypeMap, ids: readonly string[]): Promise<unknown> {
    const rows = (await this.read(info, { kind: 'ids', map, ids })) as readonly unknown[];
    return rows.map(found);
  }
}

/** A repeat of a request may come after its caller has left the team: the outcome is kept, the row out of reach. */
function found<Row>(row: Row): Row {
  if (row === null) throw new HubError('HUB_NOT_FOUND');
  return row;
}

/** Pools of those who read otherwise than staff do. */
const READERS: Readonly<Partial<Record<Role, ReadingRole>>> = {
  ANALYST: 'analyst',
  IDENTITY_STEWARD: 'steward',
};

function readContextFor(runtime: GraphRuntime, caller: Caller): ReadContext {
  return {
    role: caller.role,
    scope: caller.scope,
    reader: READERS[caller.role] ?? 'staff',
    database: runtime.database,
    auditRead: async (operation, subjects) => {
      // Reference data about nobody needs no record. A list of people has one even when it answers only a count, or nobody.
      if (subjects.length === 0 && caller.role !== Role.ANALYST && !isAboutPeople(operation)) return;
      await runtime.audit.record(caller, { kind: 'READ', operation, personIds: subjects });
    },
    batches: runtime.record ? { clinical: runtime.record.reader(caller) } : {},
    cursors: runtime.cursors.for(`${caller.scope.organisationId} ${caller.subject} ${caller.role}`),
  };
}

const ABOUT_PEOPLE: ReadonlySet<string> = new Set(
  Object.entries<RootField>(ROOTS).flatMap(([name, { map, recorded = map.subject !== null }]) =>
    recorded ? [`Query.${name}`] : [],
  ),
);

/** True when an operation (`Query.field`, several joined by commas) reads rows of persons, or what is watched as they are. */
function isAboutPeople(operation: string): boolean {
  return operation.split(',').some((field) => ABOUT_PEOPLE.has(field));
}

/** Composes a hub from its settings: database, record systems, use cases. Servers and schedules are put on top of it. */
import { AuditTrail } from '../access/audit.service.js';
import { CallerService } from '../access/caller.service.js';
import { ConfirmationService } from '../casework/eligibility/confirmation.service.js';
import { EligibilityService } from '../casework/eligibility/eligibility.service.js';
import { IdentityQuestionService } from '../casework/eligibility/identity-question.service.js';
import { OverrideService } from '../casework/eligibility/override.service.js';
import { ReviewService } from '../casework/eligibility/review.service.js';
import { EpisodeService } from '../casework/episodes/episode.service.js';
import { ReferralService } from '../casework/referrals/referral.service.js';
import type { Conformance } from '../clinical/conformance.port.js';
import { RefreshService } from '../clinical/refresh/refresh.service.js';
import { type Clock, systemClock } from '../core/clock.js';
import { DeliveryService } from '../delivery/delivery.service.js';
import { CHANGED_CHANNEL, WAKE_CHANNEL } from '../delivery/enqueue.service.js';
import { MessageService } from '../delivery/messages/message.service.js';
import { MESSAGES_CHANNEL } from '../delivery/messages/message-state.js';
import { WorkItemService } from '../delivery/work-item.service.js';
import { DirectoryScopeSource } from '../directory/scope.reader.js';
import { NoteService } from '../notes/note.service.js';
import { NoteChaseService } from '../notes/note-chase.service.js';
import { IdentityConflictService } from '../people/identity-conflict.service.js';
import type { Database } from '../platform/database/database.js';
import { DatabaseRole } from '../platform/database/policy.js';
import { type Listen, shareListener } from '../platform/database/shared-listener.js';
import type { HubLogger } from '../platform/logging.js';
import type { Settings } from '../platform/settings/settings.js';
import type { SiteProfile } from '../platform/settings/site-profiles.js';
import { type DataStore, openDataStore } from './data-store.js';
import { type ConnectedSystem, connectSystems } from './systems.js';

/** The use cases of a hub. */
export interface HubServices {
  readonly referrals: ReferralService;
  readonly eligibility: EligibilityService;
  readonly identityQuestions: IdentityQuestionService;
  readonly confirmations: ConfirmationService;
  readonly overrides: OverrideService;
  readonly episodes: EpisodeService;
  readonly notes: NoteService;
  readonly noteChase: NoteChaseService;
  readonly deliveries: DeliveryService;
  readonly workItems: WorkItemService;
  readonly identityConflicts: IdentityConflictService;
  readonly messages: MessageService;
  readonly reviews: ReviewService;
  readonly refresh: RefreshService;
}

/** A hub that is open: it can be asked, and serves nobody yet. */
export interface Hub {
  readonly settings: Settings;
  readonly logger: HubLogger;
  readonly clock: Clock;
  readonly database: Database;
  readonly ownerUrl: string;
  /** Hears notices of the database, all over one connection. */
  readonly listen: Listen;
  readonly audit: AuditTrail;
  readonly callers: CallerService;
  readonly services: HubServices;
  /** Connected record systems; replaced as a whole by `connect`. */
  systems: readonly ConnectedSystem[];
  /** What systems answered when they were asked how they fit their site, by code; see `watchConformance`. */
  readonly conformance: Map<string, Conformance>;
  /** Keeps the sites in the database and connects their adapters. */
  connect(profiles: readonly SiteProfile[]): Promise<void>;
  close(): Promise<void>;
}

/** Opens a hub on a data store. The store stays the caller's to stop. */
export async function openHub(
  settings: Settings,
  store: DataStore,
  logger: HubLogger,
  clock: Clock = systemClock,
): Promise<Hub> {
  const database = await openDataStore(store, settings, logger);
  const eligibility = new EligibilityService(database, clock);
  const hub: Hub = {
    settings,
    logger,
    clock,
    database,
    ownerUrl: store.ownerUrl,
    listen: shareListener({
      ownerUrl: store.ownerUrl,
      role: DatabaseRole.WORKER,
      channels: [WAKE_CHANNEL, CHANGED_CHANNEL, MESSAGES_CHANNEL],
      logger,
    }),
    audit: new AuditTrail(database),
    callers: new CallerService(new DirectoryScopeSource(database), clock),
    services: {
      referrals: new ReferralService(database, clock),
      eligibility,
      identityQuestions: new IdentityQuestionService(database, clock),
      confirmations: new ConfirmationService(database, clock),
      overrides: new OverrideService(database, clock),
      episodes: new EpisodeService(database, clock),
      notes: new NoteService(database, clock),
      noteChase: new NoteChaseService(database, clock),
      deliveries: new DeliveryService(database, clock),
      workItems: new WorkItemService(database, clock),
      identityConflicts: new IdentityConflictService(database, clock),
      messages: new MessageService(database),
      reviews: new ReviewService(database, clock, eligibility),
      refresh: new RefreshService({ database, clock, logger }),
    },
    systems: [],
    conformance: new Map(),
    async connect(profiles) {
      await Promise.all(hub.systems.map(({ adapter }) => adapter.close()));
      hub.systems = await connectSystems(profiles, database, clock, logger);
    },
    async close() {
      await Promise.all(hub.systems.map(({ adapter }) => adapter.close()));
      await database.close();
    },
  };
  return hub;
}

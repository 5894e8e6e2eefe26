/** Every room's migrations and entities in one list, and the data source that TypeORM's command line works with. */
import 'reflect-metadata';
import { DataSource } from 'typeorm';
import { Access1750000000100 } from './src/access/access.migration.js';
import { AuditEventEntity } from './src/access/audit-event.entity.js';
import { IdempotencyKeyEntity } from './src/access/idempotency-key.entity.js';
import { QuotaEntity } from './src/access/quota.entity.js';
import { StewardRole1750000001300 } from './src/access/steward-role.migration.js';
import { ConfirmationRequestEntity } from './src/casework/eligibility/confirmation-request.entity.js';
import { DecisionReviewEntity } from './src/casework/eligibility/decision-review.entity.js';
import { Eligibility1750000000700 } from './src/casework/eligibility/eligibility.migration.js';
import { EligibilityCriterionEntity } from './src/casework/eligibility/eligibility-criterion.entity.js';
import { EligibilityDecisionEntity } from './src/casework/eligibility/eligibility-decision.entity.js';
import { EligibilityEvidenceEntity } from './src/casework/eligibility/eligibility-evidence.entity.js';
import { EligibilityOverrideEntity } from './src/casework/eligibility/eligibility-override.entity.js';
import { EmploymentEpisodeEntity } from './src/casework/episodes/employment-episode.entity.js';
import { EpisodeSpecialistEntity } from './src/casework/episodes/episode-specialist.entity.js';
import { Episodes1750000000900 } from './src/casework/episodes/episodes.migration.js';
import { ReferralEntity } from './src/casework/referrals/referral.entity.js';
import { Referrals1750000000600 } from './src/casework/referrals/referrals.migration.js';
import { AuthorIdentities1750000000800 } from './src/clinical/author-identities.migration.js';
import { AuthorIdentityEntity } from './src/clinical/author-identity.entity.js';
import { CaseloadMembershipEntity } from './src/clinical/caseload-membership.entity.js';
import { CaseloadProgressEntity } from './src/clinical/caseload-progress.entity.js';
import { CaseloadProgress1750000001200 } from './src/clinical/caseload-progress.migration.js';
import { CaseloadPullEntity } from './src/clinical/caseload-pull.entity.js';
import { CaseloadRefreshEntity } from './src/clinical/caseload-refresh.entity.js';
import { CaseloadStagingEntity } from './src/clinical/caseload-staging.entity.js';
import { Clinical1750000000500 } from './src/clinical/clinical.migration.js';
import { ClinicalRecordSystemEntity } from './src/clinical/clinical-record-system.entity.js';
import { Feed1750000001800 } from './src/clinical/feed/feed.migration.js';
import { FeedBaselineEntity } from './src/clinical/feed/feed-baseline.entity.js';
import { FeedDoubtEntity } from './src/clinical/feed/feed-doubt.entity.js';
import { FeedEventEntity } from './src/clinical/feed/feed-event.entity.js';
import { FeedLinks1750000002400 } from './src/clinical/feed/feed-links.migration.js';
import { FeedStandingEntity } from './src/clinical/feed/feed-standing.entity.js';
import { FeedTieEntity } from './src/clinical/feed/feed-tie.entity.js';
import { CaseloadHintEntity } from './src/clinical/hints/caseload-hint.entity.js';
import { CaseloadHints1750000001500 } from './src/clinical/hints/caseload-hints.migration.js';
import { TeamMapEntity } from './src/clinical/team-map.entity.js';
import { Unmapped1750000001600 } from './src/clinical/unmapped.migration.js';
import { UnmappedElementEntity } from './src/clinical/unmapped-element.entity.js';
import { Contracts1750000000400 } from './src/contracts/contracts.migration.js';
import { ServiceSpecificationEntity } from './src/contracts/service-specification.entity.js';
import { SpecificationRuleEntity } from './src/contracts/specification-rule.entity.js';
import { SpecificationVersionEntity } from './src/contracts/specification-version.entity.js';
import { DeliveryEntity } from './src/delivery/delivery.entity.js';
import { Delivery1750000001000 } from './src/delivery/delivery.migration.js';
import { DeliveryAttemptEntity } from './src/delivery/delivery-attempt.entity.js';
import { DeliveryDetail1750000002000 } from './src/delivery/delivery-detail.migration.js';
import { DeliveryLaneEntity } from './src/delivery/delivery-lane.entity.js';
import { DeliveryPatient1750000002200 } from './src/delivery/delivery-patient.migration.js';
import { DestinationEntity } from './src/delivery/destination.entity.js';
import { FeedPatience1750000002100 } from './src/delivery/messages/feed-patience.migration.js';
import { InboundBodyEntity } from './src/delivery/messages/inbound-body.entity.js';
import { InboundMessageEntity } from './src/delivery/messages/inbound-message.entity.js';
import { InboundMessageEventEntity } from './src/delivery/messages/inbound-message-event.entity.js';
import { InboundMessagePatientEntity } from './src/delivery/messages/inbound-message-patient.entity.js';
import { InboundSourceEntity } from './src/delivery/messages/inbound-source.entity.js';
import { MessagePatients1750000002300 } from './src/delivery/messages/message-patients.migration.js';
import { MessageReferences1750000002500 } from './src/delivery/messages/message-references.migration.js';
import { MessageWords1750000002600 } from './src/delivery/messages/message-words.migration.js';
import { InboundMessages1750000001700 } from './src/delivery/messages/messages.migration.js';
import { DocumentReceiptEntity } from './src/delivery/receipts/document-receipt.entity.js';
import { ReceiptPatients1750000002700 } from './src/delivery/receipts/receipt-patients.migration.js';
import { DocumentReceipts1750000001900 } from './src/delivery/receipts/receipts.migration.js';
import { SignedDocumentEntity } from './src/delivery/signed-document.entity.js';
import { WorkItemEntity } from './src/delivery/work-item.entity.js';
import { Directory1750000000200 } from './src/directory/directory.migration.js';
import { OrganisationEntity } from './src/directory/organisation.entity.js';
import { ReportingAgreementEntity } from './src/directory/reporting-agreement.entity.js';
import { StaffEntity } from './src/directory/staff.entity.js';
import { StaffRoleEntity } from './src/directory/staff-role.entity.js';
import { StaffTeamEntity } from './src/directory/staff-team.entity.js';
import { TeamEntity } from './src/directory/team.entity.js';
import { TeamSuccessionEntity } from './src/directory/team-succession.entity.js';
import { CountersignatureEntity } from './src/notes/countersignature.entity.js';
import { NoteEntity } from './src/notes/note.entity.js';
import { NoteDraftEntity } from './src/notes/note-draft.entity.js';
import { NotePolicyEntity } from './src/notes/note-policy.entity.js';
import { Notes1750000001100 } from './src/notes/notes.migration.js';
import { TelephoneCallEntity } from './src/notes/telephone-call.entity.js';
import { WrongPersonIncidentEntity } from './src/notes/wrong-person-incident.entity.js';
import { IdentityConflictEntity } from './src/people/identity-conflict.entity.js';
import { IdentityRulingEntity } from './src/people/identity-ruling.entity.js';
import { IdentityWorkList1750000001400 } from './src/people/identity-work-list.migration.js';
import { People1750000000300 } from './src/people/people.migration.js';
import { PersonEntity } from './src/people/person.entity.js';
import { RecordLinkEntity } from './src/people/record-link.entity.js';
import { LeaseEntity } from './src/platform/database/lease.entity.js';
import type { MigrationClass } from './src/platform/database/migrate.js';
import { Platform1750000000000 } from './src/platform/platform.migration.js';

/** Migrations of every room, from the lowest floor up; a migration may refer to tables of floors below its own. */
export const migrations: readonly MigrationClass[] = [
  Platform1750000000000,
  Access1750000000100,
  Directory1750000000200,
  People1750000000300,
  Contracts1750000000400,
  Clinical1750000000500,
  Referrals1750000000600,
  Eligibility1750000000700,
  AuthorIdentities1750000000800,
  Episodes1750000000900,
  Delivery1750000001000,
  Notes1750000001100,
  CaseloadProgress1750000001200,
  StewardRole1750000001300,
  IdentityWorkList1750000001400,
  CaseloadHints1750000001500,
  Unmapped1750000001600,
  InboundMessages1750000001700,
  Feed1750000001800,
  DocumentReceipts1750000001900,
  DeliveryDetail1750000002000,
  FeedPatience1750000002100,
  DeliveryPatient1750000002200,
  MessagePatients1750000002300,
  FeedLinks1750000002400,
  MessageReferences1750000002500,
  MessageWords1750000002600,
  ReceiptPatients1750000002700,
];

/** Entity classes of every room. */
export const entities = [
  LeaseEntity,
  AuditEventEntity,
  IdempotencyKeyEntity,
  QuotaEntity,
  OrganisationEntity,
  TeamEntity,
  TeamSuccessionEntity,
  StaffEntity,
  StaffRoleEntity,
  StaffTeamEntity,
  ReportingAgreementEntity,
  PersonEntity,
  RecordLinkEntity,
  IdentityConflictEntity,
  IdentityRulingEntity,
  ServiceSpecificationEntity,
  SpecificationVersionEntity,
  SpecificationRuleEntity,
  ClinicalRecordSystemEntity,
  TeamMapEntity,
  CaseloadPullEntity,
  CaseloadProgressEntity,
  CaseloadRefreshEntity,
  CaseloadStagingEntity,
  CaseloadMembershipEntity,
  UnmappedElementEntity,
  CaseloadHintEntity,
  AuthorIdentityEntity,
  ReferralEntity,
  EligibilityDecisionEntity,
  EligibilityCriterionEntity,
  EligibilityEvidenceEntity,
  EligibilityOverrideEntity,
  ConfirmationRequestEntity,
  DecisionReviewEntity,
  DestinationEntity,
  SignedDocumentEntity,
  DeliveryLaneEntity,
  DeliveryEntity,
  DeliveryAttemptEntity,
  WorkItemEntity,
  FeedEventEntity,
  FeedTieEntity,
  FeedStandingEntity,
  FeedDoubtEntity,
  FeedBaselineEntity,
  DocumentReceiptEntity,
  InboundMessageEntity,
  InboundBodyEntity,
  InboundMessagePatientEntity,
  InboundMessageEventEntity,
  InboundSourceEntity,
  EmploymentEpisodeEntity,
  EpisodeSpecialistEntity,
  NoteEntity,
  NoteDraftEntity,
  CountersignatureEntity,
  TelephoneCallEntity,
  WrongPersonIncidentEntity,
  NotePolicyEntity,
];

/** For `typeorm migration:show` and `migration:generate`; the hub itself migrates with `hub migrate`, which makes the roles too. */
export default new DataSource({
  type: 'postgres',
  url: process.env.DATABASE_URL,
  entities,
  migrations: [...migrations],
  migrationsTransactionMode: 'each',
  installExtensions: false,
});

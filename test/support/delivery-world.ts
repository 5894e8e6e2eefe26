/** A world for deliveries: record systems that take documents, people linked to them, versions signed and enqueued without a note around them. */
import type { DocumentAction } from '../../src/clinical/documents.port.js';
import { newId } from '../../src/core/ids.js';
import { keepDestination } from '../../src/delivery/destination.service.js';
import { enqueueDelivery } from '../../src/delivery/enqueue.service.js';
import { keepSignedDocument } from '../../src/delivery/signed-document.service.js';
import { type CaseworkWorld, createCaseworkWorld, TODAY } from './casework-world.js';
import { hashOf } from './outgoing-documents.js';
import type { TestDatabaseOptions } from './test-database.js';

/** A version that was signed. */
export interface SignedForTest {
  readonly personId: string;
  readonly documentId: string;
  readonly documentVersionId: string;
  readonly text: string;
}

/** What may be said of a version; a first one of a new document unless said. */
export interface SignForm {
  readonly text?: string;
  readonly documentId?: string;
  readonly version?: number;
  readonly action?: DocumentAction;
  readonly predecessorId?: string | null;
}

/** Reference of the author in every record system of the world. */
export const AUTHOR = 'Practitioner/es-sam';

export class DeliveryWorld {
  private count = 0;

  constructor(readonly casework: CaseworkWorld) {}

  get sql(): CaseworkWorld['sql'] {
    return this.casework.sql.bind(this.casework);
  }

  /** A record system that is a destination; returns its id. */
  async destination(
    code: string,
    limits: { maxInFlight?: number; sendTimeoutMs?: number } = {},
  ): Promise<string> {
    const systemId = newId();
    const organisationId = this.casework.organisations.home;
    await this.sql(
      `insert into clinical_record_systems (id, organisation_id, code, name, adapter) values ($1, $2, $3, $3, 'fhir-r4')`,
      [systemId, organisationId, code],
    );
    await this.casework.database.transaction('write', this.casework.callers.specialist.scope, (tx) =>
      keepDestination(tx, { systemId, organisationId, labels: [], maxTextBytes: null, ...limits }),
    );
    return systemId;
  }

  /** Somebody with a record of that local id in a system. */
  async linked(systemId: string, localId: string): Promise<string> {
    const personId = await this.casework.someone().known();
    await this.sql(
      `insert into record_links (id, organisation_id, system_id, local_id, person_id, observed_at) values ($1, $2, $3, $4, $5, now())`,
      [newId(), this.casework.organisations.home, systemId, localId, personId],
    );
    return personId;
  }

  /** Signs a version and enqueues that it is filed, in one transaction, as a note does. */
  async sign(systemId: string, personId: string, form: SignForm = {}): Promise<SignedForTest> {
    const signed = this.signedOf(personId, form);
    await this.casework.database.transaction('write', this.casework.callers.specialist.scope, async (tx) => {
      await keepSignedDocument(tx, this.documentOf(systemId, signed, form));
      await enqueueDelivery(tx, this.deliveryOf(systemId, signed, 'FILE'));
    });
    return signed;
  }

  /** The same for a version that has been filed under a reference already. */
  async filed(
    systemId: string,
    personId: string,
    localId: string,
    reference: string,
  ): Promise<SignedForTest> {
    const signed = await this.sign(systemId, personId);
    await this.sql(
      `with d as (
         update deliveries set ours = 'SETTLED', theirs = 'FILED', attempts = 1, reference = $2, patient_local_id = $3,
           accepted_at = now(), filed_at = now(), ended_at = now() where document_version_id = $1 returning lane_id
       ) update delivery_lanes l set state = 'IDLE', head_seq = last_seq + 1 from d where l.id = d.lane_id`,
      [signed.documentVersionId, reference, localId],
    );
    return signed;
  }

  /** Enqueues that a version is withdrawn. */
  async withdraw(systemId: string, signed: SignedForTest): Promise<void> {
    await this.casework.database.transaction('write', this.casework.callers.specialist.scope, (tx) =>
      enqueueDelivery(tx, this.deliveryOf(systemId, signed, 'WITHDRAW')),
    );
  }

  close(): Promise<void> {
    return this.casework.close();
  }

  private signedOf(personId: string, form: SignForm): SignedForTest {
    const text = form.text ?? `Met at the library, for the ${++this.count}. time.`;
    return { personId, documentId: form.documentId ?? newId(), documentVersionId: newId(), text };
  }

  private documentOf(systemId: string, signed: SignedForTest, form: SignForm) {
    const { organisations, teams, callers, clock } = this.casework;
    return {
      id: signed.documentVersionId,
      documentId: signed.documentId,
      version: form.version ?? 1,
      organisationId: organisations.home,
      teamId: teams.CMHT,
      personId: signed.personId,
      systemId,
      action: form.action ?? ('CREATE' as const),
      predecessorId: form.predecessorId ?? null,
      reason: null,
      kind: 'PROGRESS_NOTE' as const,
      title: 'Employment support: progress note',
      text: signed.text,
      textHash: hashOf(signed.text),
      authorStaffId: callers.specialist.scope.staffId!,
      authorReference: AUTHOR,
      authorName: 'Sam',
      authorEmployer: 'An employment service',
      authorRole: 'Employment specialist',
      contactOn: TODAY,
      contactStartedAt: null,
      isLateEntry: false,
      writtenAt: clock.now(),
      signedAt: clock.now(),
      visibility: 'CLINICAL_RECORD' as const,
      labels: [],
      urgent: false,
    };
  }

  private deliveryOf(systemId: string, signed: SignedForTest, operation: 'FILE' | 'WITHDRAW') {
    const { documentVersionId, documentId, personId } = signed;
    const { organisations, teams } = this.casework;
    const where = { organisationId: organisations.home, teamId: teams.CMHT, systemId };
    return { documentVersionId, documentId, personId, operation, urgentDueAt: null, ...where };
  }
}

/** A world in a database of its own. */
export async function createDeliveryWorld(options: TestDatabaseOptions = {}): Promise<DeliveryWorld> {
  return new DeliveryWorld(await createCaseworkWorld(options));
}

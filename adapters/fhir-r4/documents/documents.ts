/** Writing documents to a FHIR R4 server once in effect, reading them back, and marking them as entered in error. */
import type { Observed } from '../../../src/clinical/clinical-record.port.js';
import {
  type DocumentKey,
  DocumentProof,
  type DocumentReceipt,
  type DocumentsCapability,
  type DocumentTraits,
  type DocumentWithdrawal,
  type FiledDocument,
  type OutgoingDocument,
} from '../../../src/clinical/documents.port.js';
import { HubError, isHubError } from '../../../src/core/errors.js';
import { textOf } from '../json.js';
import { observed } from '../mapping/observed.rules.js';
import { searchAll } from '../search-all.js';
import type { Session } from '../transport/connection.js';
import { requireReference } from '../transport/search-values.rules.js';
import { contentOf } from './attachment.js';
import { type CompanionContext, createCompanions } from './companions.js';
import { createOnce, identifierValue, REPRESENTATION, versionOf } from './create-once.js';
import { withdrawalRequestId } from './derived-ids.rules.js';
import { documentResource } from './document-resource.rules.js';
import { encounterFor } from './encounters.js';
import { filedDocument, versionIdsOf } from './filed.rules.js';
import { inlined } from './inlined.js';
import { requireKey, requireSendable } from './outgoing.rules.js';
import { receiptOf, receiptOfHeld } from './receipt.rules.js';

/** Keys in one search: by form there is room, in an address there is not. */
export const KEYS_PER_SEARCH = { byForm: 100, byAddress: 20 } as const;

const TYPE = 'DocumentReference';

/** The capability over a connection. */
export function createDocuments(context: CompanionContext): DocumentsCapability {
  const { connection, settings } = context;
  const traits: DocumentTraits = {
    labels: [...settings.labelCodes.keys()],
    maxTextBytes: settings.maxTextBytes,
    repeatsAreHarmless: settings.createMode !== 'SEARCH_FIRST',
    proof: DocumentProof.READ,
  };
  const companions = createCompanions(context);

  async function create(session: Session, document: OutgoingDocument): Promise<DocumentReceipt> {
    const { documentVersionId } = document;
    const content = await contentOf(document, settings);
    const encounter = await encounterFor(context, session, document);
    const created = await createOnce(context, session, {
      type: TYPE,
      identifier: documentVersionId,
      resource: documentResource(document, settings, { content, encounter }),
      requestId: documentVersionId,
    });
    if ('held' in created) return receiptOfHeld(created.held);
    return receiptOf(created.answer, settings.createMode === 'CLIENT_ID' ? documentVersionId : null);
  }

  async function send(document: OutgoingDocument, signal: AbortSignal): Promise<DocumentReceipt> {
    requireSendable(document, traits);
    const receipt = await create(connection.session(signal), document);
    if (receipt.reference !== null) await companions.add(document, receipt.reference, signal);
    return receipt;
  }

  /** What the record holds of some versions, by version; `HUB_UPSTREAM_CONFLICT` where one is there twice. */
  async function held(
    session: Session,
    ids: readonly string[],
  ): Promise<Map<string, Observed<FiledDocument>>> {
    const parameters = {
      identifier: ids.map((id) => identifierValue(context, id)).join(','),
      // Room for a second match of each: a page that held only the first would hide it.
      _count: Math.min(1000, ids.length * 2),
      _total: 'accurate',
    };
    const { matches, fetchedAt } = await searchAll(context, session, TYPE, parameters);
    const found = new Map<string, Observed<FiledDocument>>();
    for (const match of matches) {
      const claimed = versionIdsOf(match, settings).filter((id) => ids.includes(id));
      if (claimed.length === 0)
        throw new HubError('HUB_UPSTREAM_PROTOCOL', { details: { fault: 'OTHER_DOCUMENT' } });
      for (const id of new Set(claimed)) {
        const document = await inlined(context, session, match);
        const { value, complete } = filedDocument(document, id, settings, context.unmapped);
        const former = found.get(id);
        if (former !== undefined && former.value.reference !== value.reference)
          throw new HubError('HUB_UPSTREAM_CONFLICT', {
            details: { fault: 'DUPLICATE', documentVersionId: id },
          });
        found.set(id, observed(match, value, { system: context.system, fetchedAt }, complete));
      }
    }
    return found;
  }

  /** As `held`; what is too large in one answer is asked for by halves. */
  async function heldByHalves(
    session: Session,
    ids: readonly string[],
  ): Promise<Map<string, Observed<FiledDocument>>> {
    try {
      return await held(session, ids);
    } catch (error) {
      if (ids.length === 1 || !isHubError(error) || error.details.fault !== 'TOO_LARGE') throw error;
      const half = Math.ceil(ids.length / 2);
      const first = await heldByHalves(session, ids.slice(0, half));
      return new Map([...first, ...(await heldByHalves(session, ids.slice(half)))]);
    }
  }

  async function find(
    keys: readonly DocumentKey[],
    signal: AbortSignal,
  ): Promise<readonly (Observed<FiledDocument> | null)[]> {
    keys.forEach(requireKey);
    const session = connection.session(signal);
    const ids = [...new Set(keys.map(({ documentVersionId }) => documentVersionId))];
    const size = settings.searchByPost ? KEYS_PER_SEARCH.byForm : KEYS_PER_SEARCH.byAddress;
    const found = new Map<string, Observed<FiledDocument>>();
    for (let from = 0; from < ids.length; from += size) {
      const page = await heldByHalves(session, ids.slice(from, from + size));
      for (const [id, document] of page) found.set(id, document);
    }
    return keys.map(({ documentVersionId }) => found.get(documentVersionId) ?? null);
  }

  /** Reads the document, and marks it in whole as it then is. */
  async function mark(
    session: Session,
    documentVersionId: string,
    reference: string,
  ): Promise<DocumentReceipt> {
    const id = reference.slice(TYPE.length + 1);
    const current = await connection.read(session, TYPE, id);
    const version = versionOf(current);
    if (textOf(current, 'resourceType') !== TYPE || textOf(current, 'id') !== id)
      throw new HubError('HUB_UPSTREAM_PROTOCOL', { details: { fault: 'OTHER_RESOURCE' } });
    if (!versionIdsOf(current, settings).includes(documentVersionId))
      throw new HubError('HUB_UPSTREAM_CONFLICT', { details: { fault: 'OTHER_DOCUMENT' } });
    if (textOf(current, 'status') === 'entered-in-error') return { stage: 'ACCEPTED', reference, version };
    const answer = await connection.write(session, {
      method: 'PUT',
      path: reference,
      resource: { ...current, status: 'entered-in-error' },
      requestId: withdrawalRequestId(documentVersionId),
      headers: { ...REPRESENTATION, ...(version === null ? {} : { 'if-match': `W/"${version}"` }) },
    });
    return receiptOf(answer, id);
  }

  /** Marks it, so that nobody's change in between is lost: where it changed meanwhile, it is read and judged once more. */
  async function markAsRead(session: Session, versionId: string, reference: string) {
    try {
      return await mark(session, versionId, reference);
    } catch (error) {
      if (!isHubError(error) || error.details.status !== 412) throw error;
      return mark(session, versionId, reference);
    }
  }

  async function marked(withdrawal: DocumentWithdrawal, signal: AbortSignal): Promise<DocumentReceipt> {
    const { documentVersionId } = withdrawal;
    requireKey(withdrawal);
    const reference = requireReference('reference', TYPE, withdrawal.reference);
    const session = connection.session(signal);
    try {
      return await markAsRead(session, documentVersionId, reference);
    } catch (error) {
      if (!isHubError(error) || error.code !== 'HUB_UPSTREAM_NOT_FOUND') throw error;
      // Records are moved and merged: it may be there under another reference.
      const [again] = (await held(session, [documentVersionId])).values();
      if (again === undefined || again.value.reference === reference) throw error;
      return markAsRead(session, documentVersionId, again.value.reference);
    }
  }

  async function withdraw(withdrawal: DocumentWithdrawal, signal: AbortSignal): Promise<DocumentReceipt> {
    const receipt = await marked(withdrawal, signal);
    await companions.cancel(withdrawal.documentVersionId, signal);
    return receipt;
  }

  return { traits, send, find, withdraw, accompany: companions.add };
}

/** Writing documents to a FHIR R4 server once in effect, reading them back, and marking them as entered in error. */
import { createHash } from 'node:crypto';
import type { Observed } from '../../../src/clinical/clinical-record.port.js';
import type {
  DocumentKey,
  DocumentReceipt,
  DocumentsCapability,
  DocumentTraits,
  DocumentWithdrawal,
  FiledDocument,
  OutgoingDocument,
} from '../../../src/clinical/documents.port.js';
import { HubError, isHubError } from '../../../src/core/errors.js';
import { member, textOf } from '../json.js';
import { observed } from '../mapping/observed.rules.js';
import type { Unmapped } from '../mapping/unmapped.js';
import { type SearchContext, searchAll } from '../search-all.js';
import type { Session } from '../transport/connection.js';
import { escapeSearchValue, requireReference } from '../transport/search-values.rules.js';
import { documentResource } from './document-resource.rules.js';
import { filedDocument, versionIdsOf } from './filed.rules.js';
import { requireKey, requireSendable } from './outgoing.rules.js';
import { receiptOf } from './receipt.rules.js';

/** Keys in one search: by form there is room, in an address there is not. */
export const KEYS_PER_SEARCH = { byForm: 100, byAddress: 20 } as const;

const TYPE = 'DocumentReference';

/** What the capability needs. */
export interface DocumentsContext extends SearchContext {
  readonly system: string;
  readonly unmapped: Unmapped;
}

/** A uuid (version 8, RFC 9562) for the withdrawal of a version: stable, and not that of its creation, which a far end may remember. */
export function withdrawalRequestId(documentVersionId: string): string {
  const hex = createHash('sha256').update(`withdraw ${documentVersionId}`).digest('hex');
  const variant = ((Number.parseInt(hex[16]!, 16) & 0x3) | 0x8).toString(16);
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, variant + hex.slice(17, 20)];
  return [...parts, hex.slice(20, 32)].join('-');
}

/** The capability over a connection. */
export function createDocuments(context: DocumentsContext): DocumentsCapability {
  const { connection, settings } = context;
  const traits: DocumentTraits = {
    labels: [...settings.labelCodes.keys()],
    maxTextBytes: settings.maxTextBytes,
    repeatsAreHarmless: settings.conditionalCreate,
  };
  const identifierOf = (id: string): string =>
    `${escapeSearchValue(settings.documentIdentifierSystem)}|${id}`;

  async function send(document: OutgoingDocument, signal: AbortSignal): Promise<DocumentReceipt> {
    requireSendable(document, traits);
    const { documentVersionId } = document;
    const condition = `identifier=${encodeURIComponent(identifierOf(documentVersionId))}`;
    const answer = await connection.write(connection.session(signal), {
      method: 'POST',
      path: TYPE,
      resource: documentResource(document, settings),
      requestId: documentVersionId,
      headers: {
        prefer: 'return=representation',
        ...(settings.conditionalCreate ? { 'if-none-exist': condition } : {}),
      },
    });
    return receiptOf(answer);
  }

  /** What the record holds of some versions, by version; `HUB_UPSTREAM_CONFLICT` where one is there twice. */
  async function held(
    session: Session,
    ids: readonly string[],
  ): Promise<Map<string, Observed<FiledDocument>>> {
    const parameters = {
      identifier: ids.map(identifierOf).join(','),
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
        const { value, complete } = filedDocument(match, id, settings, context.unmapped);
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
      const page = await held(session, ids.slice(from, from + size));
      for (const [id, document] of page) found.set(id, document);
    }
    return keys.map(({ documentVersionId }) => found.get(documentVersionId) ?? null);
  }

  /** Reads the document, marks it in whole, and lets nobody's change in between be lost. */
  async function mark(
    session: Session,
    documentVersionId: string,
    reference: string,
  ): Promise<DocumentReceipt> {
    const id = reference.slice(TYPE.length + 1);
    const current = await connection.read(session, TYPE, id);
    const version = textOf(member(current, 'meta'), 'versionId');
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
      headers: {
        prefer: 'return=representation',
        ...(version === null ? {} : { 'if-match': `W/"${version}"` }),
      },
    });
    return receiptOf(answer, id);
  }

  async function withdraw(withdrawal: DocumentWithdrawal, signal: AbortSignal): Promise<DocumentReceipt> {
    const { documentVersionId } = withdrawal;
    requireKey(withdrawal);
    const reference = requireReference('reference', TYPE, withdrawal.reference);
    const session = connection.session(signal);
    try {
      return await mark(session, documentVersionId, reference);
    } catch (error) {
      if (!isHubError(error) || error.code !== 'HUB_UPSTREAM_NOT_FOUND') throw error;
      // Records are moved and merged: it may be there under another reference.
      const [again] = (await held(session, [documentVersionId])).values();
      if (again === undefined || again.value.reference === reference) throw error;
      return mark(session, documentVersionId, again.value.reference);
    }
  }

  return { traits, send, find, withdraw };
}

/** The Encounter that a document refers to: found, or made, as the site says; always before the document itself. */
import type { OutgoingDocument } from '../../../src/clinical/documents.port.js';
import { HubError, isHubError } from '../../../src/core/errors.js';
import { textOf } from '../json.js';
import { type SearchContext, searchAll } from '../search-all.js';
import type { Session } from '../transport/connection.js';
import { isFhirId } from '../transport/search-values.rules.js';
import { type Creation, createOnce, heldAs } from './create-once.js';
import { encounterId } from './derived-ids.rules.js';
import { covers, encounterResource, isOf } from './encounter-resource.rules.js';
import { placeOf } from './receipt.rules.js';

/** The person's encounters that cover the day of the contact; which day that is, is decided here and never by the server's `date`. */
async function found(context: SearchContext, session: Session, document: OutgoingDocument) {
  const { settings } = context;
  const { localId } = document.patient;
  const { matches } = await searchAll(context, session, 'Encounter', {
    patient: `Patient/${localId}`,
    _count: settings.recordPageSize,
    _total: 'accurate',
  });
  if (!matches.every((match) => isOf(match, localId, settings.baseUrl)))
    throw new HubError('HUB_UPSTREAM_PROTOCOL', { details: { fault: 'OTHER_PATIENT' } });
  return matches
    .filter((match) => covers(match, document.contactOn))
    .map((match) => textOf(match, 'id') ?? '')
    .filter(isFhirId);
}

async function made(context: SearchContext, session: Session, document: OutgoingDocument) {
  const identifier = encounterId(document.documentId, document.patient.localId);
  const creation: Creation = {
    type: 'Encounter',
    identifier,
    resource: encounterResource(document, identifier, context.settings),
    requestId: identifier,
  };
  const created = await createOnce(context, session, creation);
  const told = 'held' in created ? [] : placeOf('Encounter', created.answer);
  if (told.length > 0) return [...new Set(told.map(({ id }) => id))];
  const held = 'held' in created ? created.held : await heldAs(context, session, creation);
  if (held !== null && !isOf(held, document.patient.localId, context.settings.baseUrl))
    throw new HubError('HUB_UPSTREAM_PROTOCOL', { details: { fault: 'OTHER_PATIENT' } });
  return [textOf(held, 'id') ?? ''].filter(isFhirId);
}

/** What no repeat changes: the server refuses, or holds something else. */
const settles = (error: unknown): error is HubError =>
  isHubError(error) &&
  (error.retry === 'permanent' || error.retry === 'conflict') &&
  // What cannot be understood settles nothing.
  !['HUB_UPSTREAM_PROTOCOL', 'HUB_UPSTREAM_ORIGIN'].includes(error.code);

/**
 * `Encounter/<id>` for the document; null where the site wants none, or the kind of document is not about one contact. One that
 * cannot be told is null too, unless the site requires one: `HUB_DELIVERY_ENCOUNTER`. What may pass fails as it does, and the
 * document waits with it.
 */
export async function encounterFor(
  context: SearchContext,
  session: Session,
  document: OutgoingDocument,
): Promise<string | null> {
  const { encounterMode, encounterRequired } = context.settings;
  if (encounterMode === 'NONE') return null;
  if (encounterMode === 'CREATE' && document.kind !== 'PROGRESS_NOTE') return null;
  let ids: readonly string[] = [];
  let code: string | null = null;
  try {
    ids = await (encounterMode === 'FIND' ? found : made)(context, session, document);
  } catch (error) {
    if (!settles(error)) throw error;
    code = error.code;
  }
  if (ids.length === 1) return `Encounter/${ids[0]}`;
  if (!encounterRequired) return null;
  throw new HubError('HUB_DELIVERY_ENCOUNTER', { details: { found: ids.length, code } });
}

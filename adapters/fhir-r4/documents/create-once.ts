/** Creating a resource under an identifier of the hub's so that a repeat takes effect once, in the way that the site's server can. */
import type { FhirResource } from 'fhir-kit-client';
import { HubError, isHubError } from '../../../src/core/errors.js';
import { type Json, member, objectsOf, textOf } from '../json.js';
import { type SearchContext, searchAll } from '../search-all.js';
import type { Session, Writing } from '../transport/connection.js';
import { escapeSearchValue } from '../transport/search-values.rules.js';
import type { WriteAnswer } from '../transport/write-answer.js';

/** A resource to create, with the identifier that it bears in the hub's system. */
export interface Creation {
  readonly type: 'DocumentReference' | 'Encounter' | 'Task';
  /** uuid: the identifier's value, and the resource's id where the hub assigns that. */
  readonly identifier: string;
  readonly resource: object;
  /** `X-Request-ID`; the same whenever this is created again. */
  readonly requestId: string;
}

/** What came of it: an answer to a write, or the resource that was there already. */
export type Created = { readonly answer: WriteAnswer } | { readonly held: Json };

/** Header that asks for the resource in the answer. */
export const REPRESENTATION = { prefer: 'return=representation' } as const;

/** The search value of an identifier of the hub's. */
export function identifierValue({ settings }: SearchContext, value: string): string {
  return `${escapeSearchValue(settings.documentIdentifierSystem)}|${value}`;
}

/** True for a resource that bears the identifier in the hub's system. */
export function bears(resource: Json, system: string, value: string): boolean {
  return objectsOf(resource, 'identifier').some(
    (one) => textOf(one, 'system') === system && textOf(one, 'value')?.trim().toLowerCase() === value,
  );
}

/**
 * The resource that bears the identifier; null when there is none. `HUB_UPSTREAM_CONFLICT` where there are two,
 * `HUB_UPSTREAM_PROTOCOL` for a server that ignores what is searched for.
 */
export async function heldAs(
  context: SearchContext,
  session: Session,
  { type, identifier }: Pick<Creation, 'type' | 'identifier'>,
): Promise<Json | null> {
  const { matches } = await searchAll(context, session, type, {
    identifier: identifierValue(context, identifier),
    _count: 2,
    _total: 'accurate',
  });
  const { documentIdentifierSystem } = context.settings;
  if (!matches.every((match) => bears(match, documentIdentifierSystem, identifier)))
    throw new HubError('HUB_UPSTREAM_PROTOCOL', { details: { fault: 'OTHER_DOCUMENT' } });
  if (matches.length > 1) throw new HubError('HUB_UPSTREAM_CONFLICT', { details: { fault: 'DUPLICATE' } });
  return matches[0] ?? null;
}

/** What is under the id that the hub assigns: the resource if it is the hub's, null when nothing is or ever was. */
async function heldUnder(context: SearchContext, session: Session, creation: Creation): Promise<Json | null> {
  const { type, identifier } = creation;
  let held: FhirResource;
  try {
    held = await context.connection.read(session, type, identifier);
  } catch (error) {
    if (!isHubError(error) || error.code !== 'HUB_UPSTREAM_NOT_FOUND') throw error;
    if (error.details.status !== 410) return null;
    // Somebody there has deleted it: writing it again is for somebody to decide.
    throw new HubError('HUB_UPSTREAM_CONFLICT', { details: { fault: 'DELETED', status: 410 } });
  }
  if (!bears(held, context.settings.documentIdentifierSystem, identifier) || held.resourceType !== type)
    throw new HubError('HUB_UPSTREAM_CONFLICT', { details: { fault: 'OTHER_DOCUMENT' } });
  return held;
}

/** A question before the write: that it cannot be asked says nothing of what would be written, so it settles nothing. */
async function asked<T>(question: Promise<T>): Promise<T> {
  try {
    return await question;
  } catch (error) {
    if (!isHubError(error) || !['HUB_UPSTREAM_NOT_FOUND', 'HUB_UPSTREAM_REJECTED'].includes(error.code))
      throw error;
    throw new HubError('HUB_UPSTREAM_PROTOCOL', { details: { ...error.details, fault: 'SEARCH' } });
  }
}

const isPrecondition = (error: unknown): boolean =>
  isHubError(error) && error.code === 'HUB_UPSTREAM_CONFLICT' && error.details.status === 412;

/** By PUT under an id of the hub's: on the condition that nothing is there, or after a look. */
async function byClientId(context: SearchContext, session: Session, creation: Creation): Promise<Created> {
  const { type, identifier, resource, requestId } = creation;
  const { clientIdCondition } = context.settings;
  const writing: Writing = {
    method: 'PUT',
    path: `${type}/${identifier}`,
    resource: { ...resource, id: identifier },
    requestId,
    headers: { ...REPRESENTATION, ...(clientIdCondition ? { 'if-none-match': '*' } : {}) },
  };
  if (!clientIdCondition) {
    const held = await asked(heldUnder(context, session, creation));
    return held === null ? { answer: await context.connection.write(session, writing) } : { held };
  }
  try {
    return { answer: await context.connection.write(session, writing) };
  } catch (error) {
    if (!isPrecondition(error)) throw error;
    const held = await heldUnder(context, session, creation);
    if (held === null) throw error;
    return { held };
  }
}

/** Creates it once, in the site's `createMode`; fails as writes do, and for a search before it as reads do. */
export async function createOnce(
  context: SearchContext,
  session: Session,
  creation: Creation,
): Promise<Created> {
  const { type, identifier, resource, requestId } = creation;
  const { createMode } = context.settings;
  if (createMode === 'CLIENT_ID') return byClientId(context, session, creation);
  if (createMode === 'SEARCH_FIRST') {
    const held = await asked(heldAs(context, session, creation));
    if (held !== null) return { held };
  }
  const condition = `identifier=${encodeURIComponent(identifierValue(context, identifier))}`;
  const headers = {
    ...REPRESENTATION,
    ...(createMode === 'IF_NONE_EXIST' ? { 'if-none-exist': condition } : {}),
  };
  return {
    answer: await context.connection.write(session, {
      method: 'POST',
      path: type,
      resource,
      requestId,
      headers,
    }),
  };
}

/** meta.versionId of a resource, or null. */
export function versionOf(resource: Json): string | null {
  return textOf(member(resource, 'meta'), 'versionId');
}

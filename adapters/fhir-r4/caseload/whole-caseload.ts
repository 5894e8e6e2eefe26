/** Caseload as one resource that lists the team's people: read whole, then given out in pages with their patients. */
import { z } from 'zod';
import type { CaseloadPage, CaseloadRequest } from '../../../src/clinical/clinical-record.port.js';
import { HubError } from '../../../src/core/errors.js';
import { type Json, member, objectsOf, textOf } from '../json.js';
import { readDate } from '../mapping/dates.rules.js';
import type { Session } from '../transport/connection.js';
import { cursorOf, digestOf, placeIn } from './cursor.js';
import { IncompleteReason, incomplete } from './incomplete.js';
import { type Entry, itemsOf, patientIdOf } from './items.js';
import type { PullContext, WholeCaseload } from './strategy.js';

/** The resource as its parts, or a failure: it must be the one that was asked for, and tell who is on it now. */
function partsOf(context: PullContext, strategy: WholeCaseload, resource: Json, id: string): readonly Json[] {
  if (textOf(resource, 'resourceType') !== strategy.type || textOf(resource, 'id') !== id)
    throw new HubError('HUB_UPSTREAM_PROTOCOL', { details: { fault: 'OTHER_TEAM' } });
  const fault = strategy.fault(resource);
  if (fault !== null) {
    context.unmapped(fault);
    throw incomplete(IncompleteReason.NOT_UNDERSTOOD, { path: fault });
  }
  const parts = objectsOf(resource, strategy.parts);
  const stated = member(resource, strategy.parts) ?? [];
  if (!Array.isArray(stated) || stated.length !== parts.length) {
    context.unmapped(strategy.path);
    throw incomplete(IncompleteReason.NOT_UNDERSTOOD, { path: strategy.path });
  }
  const least = strategy.least(resource);
  if (least !== null && parts.length < least)
    throw incomplete(IncompleteReason.TOTAL_DIFFERS, { expected: least, received: parts.length });
  return parts;
}

/**
 * Parts have no id, so each is cited by its patient and first day, and where that is not enough by its turn among those
 * alike. None has a version: another part of the list changes the list's, and nothing of this membership.
 */
function entriesOf(
  context: PullContext,
  strategy: WholeCaseload,
  resource: Json,
  parts: readonly Json[],
): Entry[] {
  const meta = { lastUpdated: textOf(member(resource, 'meta'), 'lastUpdated') };
  const turns = new Map<string, number>();
  return parts.map((part) => {
    const patientId = patientIdOf(context, strategy, part);
    const { day } = readDate(member(part, 'date') ?? member(member(part, 'period'), 'start'));
    const key = day === null ? patientId : `${patientId}/${day}`;
    const turn = (turns.get(key) ?? 0) + 1;
    turns.set(key, turn);
    const id = `${String(resource.id)}#${key}${turn === 1 ? '' : `/${turn}`}`;
    return { part, cited: { resourceType: strategy.type, id, meta }, patientId };
  });
}

/** Where a pull stands after a page: of which list, as it was, and which page. */
const cursorShape = z.strictObject({ asks: z.string(), page: z.int().min(1) });

/** Pulls everybody, whatever the instant asked for, and gives no watermark: every refresh of such a list is a sweep. */
export async function* pullWhole(
  context: PullContext,
  strategy: WholeCaseload,
  session: Session,
  { teamReference, resume }: CaseloadRequest,
): AsyncGenerator<CaseloadPage, void, undefined> {
  const { connection, settings, clock } = context;
  const id = teamReference.slice(strategy.type.length + 1);
  const resource = await connection.read(session, strategy.type, id);
  const fetchedAt = clock.now().toISOString();
  const entries = entriesOf(context, strategy, resource, partsOf(context, strategy, resource, id));
  const total = entries.length;
  const pages = Math.max(1, Math.ceil(total / settings.pageSize));
  const asks = digestOf(settings.baseUrl, settings.pageSize, entries);
  const told = resume === undefined ? null : placeIn(cursorShape, resume);
  const kept = told?.asks === asks && told.page < pages ? told.page : 0;
  for (let page = kept + 1; page <= pages; page++) {
    const some = entries.slice((page - 1) * settings.pageSize, page * settings.pageSize);
    const cameAlong = { included: new Map(), fetchedAt };
    const items = await itemsOf(context, session, strategy, teamReference, some, cameAlong);
    yield { page, last: page === pages, total, items, watermark: null, ...cursorOf({ asks, page }) };
  }
}

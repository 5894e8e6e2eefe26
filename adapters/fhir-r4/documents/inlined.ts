/** Content that a server keeps apart from its document, as many do with what was sent within it. */
import { isHubError } from '../../../src/core/errors.js';
import { type Json, member, objectsOf, textOf } from '../json.js';
import { localReference } from '../mapping/references.rules.js';
import type { SearchContext } from '../search-all.js';
import type { Session } from '../transport/connection.js';

/**
 * The document with the content of its Binary in place of `attachment.url`, where that names a Binary of this server. Content
 * that is elsewhere is never fetched, and one that is gone stays away: such a document has no text.
 */
export async function inlined(context: SearchContext, session: Session, document: Json): Promise<Json> {
  const contents = objectsOf(document, 'content');
  const attachment = member(contents[0], 'attachment');
  if (contents.length !== 1 || member(attachment, 'data') !== undefined) return document;
  const target = localReference({ reference: textOf(attachment, 'url') }, context.settings.baseUrl);
  if (target?.type !== 'Binary') return document;
  try {
    const binary = await context.connection.read(session, 'Binary', target.id);
    const contentType = textOf(attachment, 'contentType') ?? textOf(binary, 'contentType');
    const data = member(binary, 'data');
    if (binary.resourceType !== 'Binary' || data === undefined) return document;
    return {
      ...document,
      content: [{ ...contents[0], attachment: { ...(attachment as object), contentType, data } }],
    };
  } catch (error) {
    if (isHubError(error) && error.code === 'HUB_UPSTREAM_NOT_FOUND') return document;
    throw error;
  }
}

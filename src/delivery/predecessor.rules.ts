/** To what a version refers at the far end, when some of those before it never got there. */
import type { DocumentAction } from '../clinical/documents.port.js';
import type { Ancestor } from './predecessor.reader.js';

/**
 * How a version goes out.
 * - `create`: nothing before it is on the record.
 * - `refer`: to that ancestor, whose reference is known (`reference`) or has to be asked for (null).
 * - `wait`: an ancestor is still on its way.
 * - `missing`: what it follows was withdrawn or never arrived.
 */
export type Reference =
  | { readonly kind: 'create' }
  | {
      readonly kind: 'refer';
      readonly action: DocumentAction;
      readonly ancestor: Ancestor;
      readonly reference: string | null;
    }
  | { readonly kind: 'wait' }
  | { readonly kind: 'missing' };

/** A cancelled ancestor is asked for when it may have arrived all the same. */
export function mayBeThere(ancestor: Ancestor): boolean {
  return ancestor.ours === 'CANCELLED' && ancestor.mayHaveArrived;
}

/**
 * Walks from the nearest ancestor to the first that got there. What replaces something that never arrived does what that would
 * have done; what is added to such a thing is added to what that would have followed.
 * @param absent versions that were asked for and that the record does not have.
 */
export function referenceFor(
  action: DocumentAction,
  ancestors: readonly Ancestor[],
  absent: ReadonlySet<string> = new Set(),
): Reference {
  let as = action;
  for (const ancestor of ancestors) {
    if (as === 'CREATE') break;
    const gone = absent.has(ancestor.documentVersionId);
    const neverSent = ancestor.ours === null || (ancestor.ours === 'CANCELLED' && !ancestor.mayHaveArrived);
    if (neverSent || (gone && ancestor.ours === 'CANCELLED')) {
      if (as === 'REPLACE') as = ancestor.action;
      else if (ancestor.action === 'CREATE') as = 'CREATE';
      continue;
    }
    if (gone || ancestor.theirs === 'WITHDRAWN') return { kind: 'missing' };
    if (ancestor.ours === 'SETTLED' || ancestor.ours === 'CANCELLED')
      return { kind: 'refer', action: as, ancestor, reference: ancestor.reference };
    return { kind: 'wait' };
  }
  return { kind: 'create' };
}

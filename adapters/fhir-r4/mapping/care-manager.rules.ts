/** EpisodeOfCare.careManager as the care coordinator: who it is in the record system, and a name when one came along. */
import { type Json, member } from '../json.js';
import { nameBehind } from './names.rules.js';
import { localReference, referenceText } from './references.rules.js';
import type { Unmapped } from './unmapped.js';

/**
 * EpisodeOfCare.careManager, a reference to a Practitioner or PractitionerRole: null when absent, and null and counted when
 * it names nothing on this server. The name is that of the included resource, else careManager.display.
 */
export function mapCareManager(
  episode: Json,
  included: ReadonlyMap<string, Json>,
  baseUrl: string,
  unmapped: Unmapped,
): { readonly reference: string; readonly name: string | null } | null {
  const element = member(episode, 'careManager');
  if (element === undefined) return null;
  const target = localReference(element, baseUrl);
  if (target === null || !['Practitioner', 'PractitionerRole'].includes(target.type)) {
    unmapped('EpisodeOfCare.careManager');
    return null;
  }
  return { reference: referenceText(target), name: nameBehind(element, included, baseUrl) };
}

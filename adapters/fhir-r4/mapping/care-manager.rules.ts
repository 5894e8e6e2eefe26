/** EpisodeOfCare.careManager as the care coordinator: who it is in the record system, and a name when one came along. */
import { type Json, member, objectsOf, textOf } from '../json.js';
import { displayOf, localReference, referenceText } from './references.rules.js';
import type { Unmapped } from './unmapped.js';

/** HumanName: its `text`, else prefix, given and family in that order; null when it holds none of them. */
function humanName(name: Json): string | null {
  const whole = textOf(name, 'text');
  if (whole !== null) return whole.trim();
  const words = (key: string): string[] => {
    const found = member(name, key);
    return Array.isArray(found) ? found.filter((word): word is string => typeof word === 'string') : [];
  };
  const joined = [...words('prefix'), ...words('given'), textOf(name, 'family') ?? ''].join(' ').trim();
  return joined === '' ? null : joined;
}

/** Practitioner.name: the official one, else the first that is not old. */
function practitionerName(practitioner: Json | undefined): string | null {
  const names = objectsOf(practitioner, 'name').filter((name) => textOf(name, 'use') !== 'old');
  const chosen = names.find((name) => textOf(name, 'use') === 'official') ?? names[0];
  return chosen === undefined ? null : humanName(chosen);
}

/** The name of an included Practitioner, or of the practitioner of an included PractitionerRole. */
function includedName(
  reference: string,
  included: ReadonlyMap<string, Json>,
  baseUrl: string,
): string | null {
  const resource = included.get(reference);
  if (resource === undefined || textOf(resource, 'resourceType') === 'Practitioner')
    return practitionerName(resource);
  const person = member(resource, 'practitioner');
  const target = localReference(person, baseUrl);
  const known = target === null ? null : practitionerName(included.get(referenceText(target)));
  return known ?? displayOf(person);
}

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
  const reference = referenceText(target);
  return { reference, name: includedName(reference, included, baseUrl) ?? displayOf(element) };
}

/** What people, roles and organisations are called: HumanName, Organization.name, Reference.display. */
import { type Json, member, objectsOf, textOf } from '../json.js';
import { displayOf, localReference, referenceText } from './references.rules.js';

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

/** Patient.name, Practitioner.name, RelatedPerson.name: the official one, else the first that is not old. */
export function personName(person: Json | undefined): string | null {
  const names = objectsOf(person, 'name').filter((name) => textOf(name, 'use') !== 'old');
  const chosen = names.find((name) => textOf(name, 'use') === 'official') ?? names[0];
  return chosen === undefined ? null : humanName(chosen);
}

/** Organization.name, CareTeam.name; else the name of a person. */
function ownName(resource: Json): string | null {
  return textOf(resource, 'name')?.trim() ?? personName(resource);
}

/**
 * The name behind a Reference element: that of the resource which came along (for a PractitionerRole that of its
 * practitioner), else Reference.display; null when neither tells.
 */
export function nameBehind(
  element: unknown,
  included: ReadonlyMap<string, Json>,
  baseUrl: string,
): string | null {
  const target = localReference(element, baseUrl);
  const resource = target === null ? undefined : included.get(referenceText(target));
  if (resource === undefined) return displayOf(element);
  if (textOf(resource, 'resourceType') !== 'PractitionerRole') return ownName(resource) ?? displayOf(element);
  const person = member(resource, 'practitioner');
  const practitioner = localReference(person, baseUrl);
  const known = practitioner === null ? undefined : included.get(referenceText(practitioner));
  return personName(known) ?? displayOf(person) ?? displayOf(element);
}

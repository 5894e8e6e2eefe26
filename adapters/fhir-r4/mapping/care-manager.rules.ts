/** The care coordinator: who it is in the record system, and a name when one came along. */
import { type Json, member, objectsOf, textOf } from '../json.js';
import { nameBehind } from './names.rules.js';
import { localReference, referenceText } from './references.rules.js';
import type { Unmapped } from './unmapped.js';

/** A care coordinator as the record system names them. */
export interface Coordinator {
  /** `Practitioner/<id>` or `PractitionerRole/<id>`. */
  readonly reference: string;
  readonly name: string | null;
}

/** The worker behind a Reference element at `path`: null when absent, and null and counted when it names nobody of this server. */
function workerBehind(
  element: unknown,
  path: string,
  included: ReadonlyMap<string, Json>,
  baseUrl: string,
  unmapped: Unmapped,
): Coordinator | null {
  if (element === undefined) return null;
  const target = localReference(element, baseUrl);
  if (target === null || !['Practitioner', 'PractitionerRole'].includes(target.type)) {
    unmapped(path);
    return null;
  }
  return { reference: referenceText(target), name: nameBehind(element, included, baseUrl) };
}

/**
 * EpisodeOfCare.careManager, a reference to a Practitioner or PractitionerRole. The name is that of the included resource,
 * else careManager.display.
 */
export function mapCareManager(
  episode: Json,
  included: ReadonlyMap<string, Json>,
  baseUrl: string,
  unmapped: Unmapped,
): Coordinator | null {
  return workerBehind(
    member(episode, 'careManager'),
    'EpisodeOfCare.careManager',
    included,
    baseUrl,
    unmapped,
  );
}

/** Where a resource keeps its participants' roles and persons. */
export interface ParticipantElements {
  readonly resource: 'CareTeam' | 'Encounter';
  /** CodeableConcepts. */
  readonly role: 'role' | 'type';
  readonly person: 'member' | 'individual';
}

/**
 * CareTeam.participant and Encounter.participant: the first whose role (or type) holds one of the site's codes, in any code
 * system, and who names a worker of this server.
 */
export function mapParticipant(
  { resource: type, role, person }: ParticipantElements,
  roles: readonly string[],
  resource: Json,
  included: ReadonlyMap<string, Json>,
  baseUrl: string,
  unmapped: Unmapped,
): Coordinator | null {
  for (const participant of objectsOf(resource, 'participant')) {
    const codings = objectsOf(participant, role).flatMap((concept) => objectsOf(concept, 'coding'));
    if (!codings.some((coding) => roles.includes(textOf(coding, 'code') ?? ''))) continue;
    const path = `${type}.participant.${person}`;
    const worker = workerBehind(member(participant, person), path, included, baseUrl, unmapped);
    if (worker !== null) return worker;
  }
  return null;
}

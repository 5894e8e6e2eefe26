/** What each resource type that is read live needs of a server. */
import type { FhirR4Settings } from '../settings.js';
import type { Interaction, Need, Purpose } from './need.js';

/** How a type is asked for: by which parameters, or one by one; and whether a day bounds the search. */
interface LiveRead {
  readonly interaction: Interaction;
  readonly parameters: readonly string[];
  readonly byDate?: true;
}

const BY_PATIENT: LiveRead = { interaction: 'search-type', parameters: ['patient'] };

/** Types of `recordTypes` that are asked for in another way than by `patient`. */
const LIVE_READS: Readonly<Record<string, LiveRead>> = {
  Patient: { interaction: 'search-type', parameters: ['_id'] },
  Encounter: { ...BY_PATIENT, byDate: true },
  Appointment: { ...BY_PATIENT, byDate: true },
  Binary: { interaction: 'read', parameters: [] },
};

const failing = (type: string) => ({
  needed: true,
  consequence: `Live reads of ${type} fail, and the fields made of it stand as an error.`,
});
/** A server without them keeps no text there. */
const NO_BINARY = {
  needed: false,
  consequence: 'A text that a DocumentReference keeps apart from itself cannot be read.',
};

function typeNeeds(type: string, settings: FhirR4Settings): readonly Need[] {
  const { interaction, parameters, byDate } = LIVE_READS[type] ?? BY_PATIENT;
  const notRead: Purpose = {
    ...(type === 'Binary' ? NO_BINARY : failing(type)),
    setting: `recordTypes: without ${type}`,
  };
  const included = settings.recordIncludes.filter((one) => one.startsWith(`${type}:`));
  return [
    { place: { code: 'INTERACTION', type, name: interaction }, ...notRead },
    ...parameters.map((name): Need => ({ place: { code: 'SEARCH_PARAMETER', type, name }, ...notRead })),
    ...(byDate && settings.recordSearchByDate ? [dateNeed(type)] : []),
    ...included.map(includeNeed(type)),
  ];
}

const dateNeed = (type: string): Need => ({
  place: { code: 'SEARCH_PARAMETER', type, name: 'date' },
  needed: true,
  consequence: `A server may refuse the search for ${type}, or answer with everything since the beginning.`,
  setting: 'recordSearchByDate: false',
});

const includeNeed =
  (type: string) =>
  (name: string): Need => ({
    place: { code: 'INCLUDE', type, name },
    needed: true,
    consequence: `A server may refuse the search for ${type}; one that does not leaves out names of teams and people.`,
    setting: `recordIncludes: without ${name}`,
  });

/** Needs of the site's live reads: each type, the way of asking, and the text of a document where that may be read. */
export function recordNeeds(settings: FhirR4Settings): readonly Need[] {
  const { recordTypes, recordBatch, permittedTypes } = settings;
  const batch: Need = {
    place: { code: 'SYSTEM_INTERACTION', name: 'batch' },
    needed: true,
    consequence: 'Every live read fails.',
    setting: 'recordBatch: SEARCH',
  };
  const text: Need = {
    place: { code: 'INTERACTION', type: 'DocumentReference', name: 'read' },
    needed: true,
    consequence: 'The text of a document cannot be read.',
    setting: 'permittedTypes: without DocumentReference',
  };
  return [
    ...recordTypes.flatMap((type) => typeNeeds(type, settings)),
    ...(recordTypes.length > 0 && recordBatch === 'BATCH_BUNDLE' ? [batch] : []),
    ...(permittedTypes.includes('DocumentReference') && recordTypes.includes('DocumentReference')
      ? [text]
      : []),
  ];
}

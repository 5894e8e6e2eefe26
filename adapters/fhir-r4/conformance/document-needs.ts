/** What filing documents needs of a server, by the way in which a repeat is kept from filing twice and by what goes beside a document. */
import type { CREATE_MODES } from '../documents/write-settings.js';
import type { FhirR4Settings } from '../settings.js';
import type { Need, Purpose } from './need.js';

const TYPE = 'DocumentReference';

const NOT_FILED: Purpose = {
  needed: true,
  consequence: 'No document can be filed; each waits for somebody.',
  setting: 'documentsEnabled: false',
};
const NOT_SEEN: Purpose = {
  needed: true,
  consequence: 'What was written cannot be found again, so that no document ever counts as filed.',
  setting: 'documentsEnabled: false',
};
const NOT_RETRACTED: Purpose = {
  needed: true,
  consequence:
    'A document that was filed cannot be marked as entered in error; each retraction waits for somebody.',
  setting: null,
};

const ALWAYS: readonly Need[] = [
  { place: { code: 'INTERACTION', type: TYPE, name: 'search-type' }, ...NOT_SEEN },
  { place: { code: 'SEARCH_PARAMETER', type: TYPE, name: 'identifier' }, ...NOT_SEEN },
  { place: { code: 'INTERACTION', type: TYPE, name: 'read' }, ...NOT_RETRACTED },
  { place: { code: 'INTERACTION', type: TYPE, name: 'update' }, ...NOT_RETRACTED },
  {
    place: { code: 'VERSIONING', type: TYPE },
    needed: false,
    consequence: 'A retraction cannot be guarded by If-Match: a change made meanwhile may be lost.',
    setting: null,
  },
];

const CREATED: Need = { place: { code: 'INTERACTION', type: TYPE, name: 'create' }, ...NOT_FILED };

/** What each value of `createMode` needs besides. */
const ONCE: Readonly<Record<(typeof CREATE_MODES)[number], readonly Need[]>> = {
  IF_NONE_EXIST: [
    CREATED,
    {
      place: { code: 'CONDITIONAL_CREATE', type: TYPE },
      needed: true,
      consequence: 'If-None-Exist is ignored or refused: a document that is sent again may be there twice.',
      setting: 'createMode: CLIENT_ID where the server creates by PUT, else SEARCH_FIRST',
    },
  ],
  CLIENT_ID: [
    {
      place: { code: 'UPDATE_CREATE', type: TYPE },
      needed: true,
      consequence: 'A PUT under an id that is not there yet is refused: no document can be filed.',
      setting: 'createMode: IF_NONE_EXIST where the server honours it, else SEARCH_FIRST',
    },
  ],
  SEARCH_FIRST: [CREATED],
};

/** Needs of finding, or making, the Encounter of a document. */
function encounterNeeds({ encounterMode, encounterRequired }: FhirR4Settings): readonly Need[] {
  if (encounterMode === 'NONE') return [];
  const without: Purpose = {
    needed: encounterRequired,
    consequence: encounterRequired
      ? 'Documents without an Encounter are parked, and none is found or made.'
      : 'Documents are filed without an Encounter.',
    setting: 'encounterMode: NONE',
  };
  const type = 'Encounter';
  if (encounterMode === 'CREATE')
    return [{ place: { code: 'INTERACTION', type, name: 'create' }, ...without }];
  return [
    { place: { code: 'INTERACTION', type, name: 'search-type' }, ...without },
    { place: { code: 'SEARCH_PARAMETER', type, name: 'patient' }, ...without },
  ];
}

/** Needs of what is made beside a document; what cannot be made holds nothing up. */
function companionNeeds({ coordinatorTask, provenance }: FhirR4Settings): readonly Need[] {
  const made = (type: string, setting: string): Need => ({
    place: { code: 'INTERACTION', type, name: 'create' },
    needed: false,
    consequence: `Documents are filed without a ${type}, each after a refusal of it.`,
    setting: `${setting}: false`,
  });
  return [
    ...(coordinatorTask ? [made('Task', 'coordinatorTask')] : []),
    ...(provenance ? [made('Provenance', 'provenance')] : []),
  ];
}

/** Needs of the site's documents; none where it takes none. */
export function documentNeeds(settings: FhirR4Settings): readonly Need[] {
  if (!settings.documentsEnabled) return [];
  return [...ONCE[settings.createMode], ...ALWAYS, ...encounterNeeds(settings), ...companionNeeds(settings)];
}

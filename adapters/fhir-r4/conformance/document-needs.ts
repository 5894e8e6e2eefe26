/** What filing documents needs of a server, by the way in which a repeat is kept from filing twice and by what goes beside a document. */
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

/** Creating a resource of a type once, by each value of `createMode`; `without` is what happens where it cannot be created. */
function createNeeds(
  type: string,
  createMode: FhirR4Settings['createMode'],
  without: Purpose,
): readonly Need[] {
  const created: Need = { place: { code: 'INTERACTION', type, name: 'create' }, ...without };
  const sought: readonly Need[] = [
    { place: { code: 'INTERACTION', type, name: 'search-type' }, ...without },
    { place: { code: 'SEARCH_PARAMETER', type, name: 'identifier' }, ...without },
  ];
  const modes: Readonly<Record<typeof createMode, readonly Need[]>> = {
    IF_NONE_EXIST: [
      created,
      {
        place: { code: 'CONDITIONAL_CREATE', type },
        needed: without.needed,
        consequence: `If-None-Exist is ignored or refused: a ${type} that is sent again may be there twice.`,
        setting: 'createMode: CLIENT_ID where the server creates by PUT, else SEARCH_FIRST',
      },
    ],
    CLIENT_ID: [
      { place: { code: 'INTERACTION', type, name: 'update' }, ...without },
      {
        place: { code: 'UPDATE_CREATE', type },
        needed: without.needed,
        consequence: `A PUT under an id that is not there yet is refused: no ${type} can be made.`,
        setting: 'createMode: IF_NONE_EXIST where the server honours it, else SEARCH_FIRST',
      },
    ],
    SEARCH_FIRST: [created, ...sought],
  };
  return modes[createMode];
}

/** Needs of finding, or making, the Encounter of a document. */
function encounterNeeds({ encounterMode, encounterRequired, createMode }: FhirR4Settings): readonly Need[] {
  if (encounterMode === 'NONE') return [];
  const without: Purpose = {
    needed: encounterRequired,
    consequence: encounterRequired
      ? 'Documents without an Encounter are parked, and none is found or made.'
      : 'Documents are filed without an Encounter.',
    setting: 'encounterMode: NONE',
  };
  if (encounterMode === 'CREATE') return createNeeds('Encounter', createMode, without);
  return [
    { place: { code: 'INTERACTION', type: 'Encounter', name: 'search-type' }, ...without },
    { place: { code: 'SEARCH_PARAMETER', type: 'Encounter', name: 'patient' }, ...without },
  ];
}

/** Needs of what is made beside a document; what cannot be made holds nothing up. */
function companionNeeds({ coordinatorTask, provenance, createMode }: FhirR4Settings): readonly Need[] {
  const without = (type: string, setting: string): Purpose => ({
    needed: false,
    consequence: `Documents are filed without a ${type}, each after a refusal of it.`,
    setting: `${setting}: false`,
  });
  return [
    ...(coordinatorTask ? createNeeds('Task', createMode, without('Task', 'coordinatorTask')) : []),
    ...(provenance
      ? ([
          {
            place: { code: 'INTERACTION', type: 'Provenance', name: 'create' },
            ...without('Provenance', 'provenance'),
          },
        ] as const)
      : []),
  ];
}

/** Needs of the site's documents; none where it takes none. */
export function documentNeeds(settings: FhirR4Settings): readonly Need[] {
  if (!settings.documentsEnabled) return [];
  return [
    ...createNeeds(TYPE, settings.createMode, NOT_FILED),
    ...ALWAYS,
    ...encounterNeeds(settings),
    ...companionNeeds(settings),
  ];
}

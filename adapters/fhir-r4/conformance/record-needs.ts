/** What each resource type that is read live needs of a server. */
import type { FhirR4Settings } from '../settings.js';
import type { Need, Purpose } from './need.js';

/** What is asked for with a type: the parameter that names the people, and what comes along. */
interface LiveRead {
  readonly parameter: string;
  readonly includes: readonly string[];
}

/** Types of `recordTypes` that are not asked for by `patient`, or bring something along. */
const LIVE_READS: Readonly<Record<string, LiveRead>> = {
  Patient: { parameter: '_id', includes: [] },
  CareTeam: { parameter: 'patient', includes: ['CareTeam:participant'] },
  EpisodeOfCare: {
    parameter: 'patient',
    includes: ['EpisodeOfCare:organization', 'EpisodeOfCare:care-manager'],
  },
};
const BY_PATIENT: LiveRead = { parameter: 'patient', includes: [] };

const FEWER_NAMES: Purpose = {
  needed: false,
  consequence: 'Teams and people have a name only where the reference itself displays one.',
  setting: null,
};

/** Needs of the site's live reads. */
export function recordNeeds({ recordTypes }: FhirR4Settings): readonly Need[] {
  return recordTypes.flatMap((type): readonly Need[] => {
    const { parameter, includes } = LIVE_READS[type] ?? BY_PATIENT;
    const notRead: Purpose = {
      needed: true,
      consequence: `Live reads of ${type} fail, and the fields made of it stand as an error.`,
      setting: `recordTypes: without ${type}`,
    };
    return [
      { place: { code: 'INTERACTION', type, name: 'search-type' }, ...notRead },
      { place: { code: 'SEARCH_PARAMETER', type, name: parameter }, ...notRead },
      ...includes.map((name): Need => ({ place: { code: 'INCLUDE', type, name }, ...FEWER_NAMES })),
    ];
  });
}

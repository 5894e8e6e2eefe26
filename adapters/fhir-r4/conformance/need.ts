/** What a site needs of its server, as data: a place in the CapabilityStatement, what happens without it, and the setting that avoids it. */

/** Interactions with a resource type (FHIR R4 value set TypeRestfulInteraction) that the adapter uses. */
export type Interaction = 'read' | 'create' | 'update' | 'search-type';

/** Something that a CapabilityStatement says of a resource type, or of the server as a whole. */
export type Place =
  | { readonly code: 'INTERACTION'; readonly type: string; readonly name: Interaction }
  | {
      readonly code: 'SEARCH_PARAMETER' | 'INCLUDE' | 'OPERATION';
      readonly type: string;
      readonly name: string;
    }
  | { readonly code: 'CONDITIONAL_CREATE' | 'UPDATE_CREATE' | 'VERSIONING'; readonly type: string }
  | { readonly code: 'RESOURCE'; readonly type: string }
  | { readonly code: 'SYSTEM_INTERACTION'; readonly name: 'batch' | 'transaction' };

/** One thing that a site needs. */
export interface Need {
  readonly place: Place;
  /** False: without it things go slower or an answer is poorer. */
  readonly needed: boolean;
  /** What happens without it. A sentence. */
  readonly consequence: string;
  /** The setting that avoids it; null when only the server can mend it. */
  readonly setting: string | null;
}

/** What every need of one purpose says, before its place. */
export type Purpose = Omit<Need, 'place'>;

/** The place as a path below the CapabilityStatement. */
export function pathOf(place: Place): string {
  if (place.code === 'SYSTEM_INTERACTION') return `rest.interaction[${place.name}]`;
  const resource = `rest.resource[${place.type}]`;
  switch (place.code) {
    case 'RESOURCE':
      return resource;
    case 'INTERACTION':
      return `${resource}.interaction[${place.name}]`;
    case 'SEARCH_PARAMETER':
      return `${resource}.searchParam[${place.name}]`;
    case 'INCLUDE':
      return `${resource}.searchInclude[${place.name}]`;
    case 'OPERATION':
      return `${resource}.operation[${place.name}]`;
    case 'CONDITIONAL_CREATE':
      return `${resource}.conditionalCreate`;
    case 'UPDATE_CREATE':
      return `${resource}.updateCreate`;
    case 'VERSIONING':
      return `${resource}.versioning`;
  }
}

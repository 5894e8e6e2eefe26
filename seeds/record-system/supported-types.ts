/** What the demonstration record system can hold and be searched by: the one table behind definitions, index, search and CapabilityStatement. */

/** Search parameters that every type has, besides its own. */
const COMMON = ['_id', '_lastUpdated', '_profile', '_security', '_tag'] as const;

const OWN = {
  Appointment: ['actor', 'date', 'identifier', 'patient', 'status'],
  Binary: [],
  CareTeam: ['category', 'date', 'identifier', 'participant', 'patient', 'status', 'subject'],
  Condition: ['category', 'clinical-status', 'code', 'identifier', 'patient', 'subject'],
  Consent: ['category', 'date', 'identifier', 'patient', 'scope', 'status'],
  DocumentReference: [
    'author',
    'category',
    'custodian',
    'date',
    'description',
    'encounter',
    'identifier',
    'patient',
    'period',
    'relatesto',
    'setting',
    'status',
    'subject',
    'type',
  ],
  Encounter: [
    'class',
    'date',
    'episode-of-care',
    'identifier',
    'participant',
    'patient',
    'service-provider',
    'status',
    'subject',
    'type',
  ],
  EpisodeOfCare: ['care-manager', 'date', 'identifier', 'organization', 'patient', 'status', 'type'],
  Flag: ['author', 'date', 'identifier', 'patient', 'subject'],
  HealthcareService: ['active', 'identifier', 'name', 'organization'],
  Organization: ['active', 'identifier', 'name', 'partof', 'type'],
  Patient: [
    'active',
    'address-postalcode',
    'birthdate',
    'death-date',
    'family',
    'gender',
    'general-practitioner',
    'given',
    'identifier',
    'link',
    'name',
    'organization',
  ],
  Practitioner: ['active', 'family', 'given', 'identifier', 'name'],
  PractitionerRole: ['active', 'identifier', 'organization', 'practitioner', 'role'],
  Provenance: ['agent', 'patient', 'recorded', 'target'],
} as const;

/** FHIR resource types that the record system accepts; every other type is answered 404 `not-supported`. */
export type SupportedType = keyof typeof OWN;

/** The same types as a list, in alphabetical order. */
export const SUPPORTED_TYPES = Object.keys(OWN) as readonly SupportedType[];

/** True for a resource type that the record system holds. */
export function isSupportedType(type: string): type is SupportedType {
  return Object.hasOwn(OWN, type);
}

/**
 * Codes of the search parameters of a type, the common ones first; none for a Binary, which is read by its id alone. A parameter
 * not in this list is answered 400.
 */
export function parametersOf(type: SupportedType): readonly string[] {
  return type === 'Binary' ? [] : [...COMMON, ...OWN[type]];
}

/**
 * Codes that FHIR R4 requires (bindings of strength `required`) and the validator does not check, by type and element.
 */
export const REQUIRED_CODES: Readonly<
  Partial<Record<SupportedType, Readonly<Record<string, readonly string[]>>>>
> = {
  Appointment: {
    status: [
      'proposed',
      'pending',
      'booked',
      'arrived',
      'fulfilled',
      'cancelled',
      'noshow',
      'entered-in-error',
      'checked-in',
      'waitlist',
    ],
  },
  CareTeam: { status: ['proposed', 'active', 'suspended', 'inactive', 'entered-in-error'] },
  Consent: { status: ['draft', 'proposed', 'active', 'rejected', 'inactive', 'entered-in-error'] },
  DocumentReference: {
    status: ['current', 'superseded', 'entered-in-error'],
    docStatus: ['preliminary', 'final', 'amended', 'entered-in-error'],
  },
  Encounter: {
    status: [
      'planned',
      'arrived',
      'triaged',
      'in-progress',
      'onleave',
      'finished',
      'cancelled',
      'entered-in-error',
      'unknown',
    ],
  },
  EpisodeOfCare: {
    status: ['planned', 'waitlist', 'active', 'onhold', 'finished', 'cancelled', 'entered-in-error'],
  },
  Flag: { status: ['active', 'inactive', 'entered-in-error'] },
  Patient: { gender: ['male', 'female', 'other', 'unknown'] },
};

/** FHIR R4 datatype `id` (section 2.24.0.1). */
export const FHIR_ID = /^[A-Za-z0-9\-.]{1,64}$/;

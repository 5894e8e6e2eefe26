/** The JSON that the adapter reads of each resource type, as data: an element of another kind is there and would read as absent, so it is counted. */
import type { Json } from '../json.js';
import { asObject, member, textOf } from '../json.js';
import { instantOf } from './dates.rules.js';
import type { Unmapped } from './unmapped.js';

/** Kind of an element: text with something in it, an instant, a number, a yes or no, an object, a list of one kind. */
export type Shape = 'text' | 'instant' | 'number' | 'boolean' | ObjectShape | readonly [Shape];
/** An object: kinds of the members that are read (others are not looked at), of which one of `some` must be there to tell anything. */
export interface ObjectShape {
  readonly members: Shapes;
  readonly some?: readonly string[];
}
/** Kinds by member. */
export interface Shapes {
  readonly [member: string]: Shape;
}

const object = (members: Shapes, ...some: readonly string[]): ObjectShape =>
  some.length === 0 ? { members } : { members, some };

const CODING = object({ system: 'text', code: 'text', display: 'text' }, 'code', 'display');
const CONCEPT = object({ text: 'text', coding: [CODING] }, 'text', 'coding');
const LOGICAL = object({ system: 'text', value: 'text' }, 'value');
const REFERENCE = object(
  { reference: 'text', display: 'text', type: 'text', identifier: LOGICAL },
  'reference',
  'display',
  'identifier',
);
const IDENTIFIER = object({ system: 'text', value: 'text', use: 'text' });
const NAME = object(
  { use: 'text', text: 'text', family: 'text', given: ['text'], prefix: ['text'] },
  'text',
  'family',
  'given',
);
const PERIOD = object({});

/** What is read of each resource. Elements that a mapping counts by itself, as dates and statuses, are left to it. */
export const SHAPES: Readonly<Record<string, Shapes>> = {
  Patient: {
    identifier: [
      object({
        ...IDENTIFIER.members,
        extension: [object({ url: 'text', valueCodeableConcept: object({ coding: [CODING] }) })],
      }),
    ],
    name: [NAME],
    telecom: [object({ system: 'text', value: 'text', use: 'text', rank: 'number' }, 'value')],
    deceasedBoolean: 'boolean',
    address: [
      object(
        { use: 'text', text: 'text', line: ['text'], district: 'text', city: 'text', postalCode: 'text' },
        'text',
        'line',
        'district',
        'city',
        'postalCode',
      ),
    ],
    generalPractitioner: [REFERENCE],
    link: [object({ type: 'text', other: REFERENCE })],
  },
  EpisodeOfCare: {
    period: PERIOD,
    patient: REFERENCE,
    managingOrganization: REFERENCE,
    careManager: REFERENCE,
  },
  CareTeam: {
    identifier: [IDENTIFIER],
    name: 'text',
    period: PERIOD,
    subject: REFERENCE,
    participant: [object({ role: [CONCEPT], member: REFERENCE })],
    managingOrganization: [REFERENCE],
  },
  Encounter: {
    class: CODING,
    type: [CONCEPT],
    serviceType: CONCEPT,
    subject: REFERENCE,
    participant: [object({ type: [CONCEPT], individual: REFERENCE })],
    period: PERIOD,
    serviceProvider: REFERENCE,
  },
  Appointment: {
    appointmentType: CONCEPT,
    serviceType: [CONCEPT],
    description: 'text',
    participant: [object({ actor: REFERENCE })],
  },
  Condition: { code: CONCEPT, category: [CONCEPT], subject: REFERENCE, onsetPeriod: PERIOD },
  Flag: { code: CONCEPT, category: [CONCEPT], subject: REFERENCE, period: PERIOD },
  Consent: {
    scope: CONCEPT,
    category: [CONCEPT],
    patient: REFERENCE,
    provision: object({ period: PERIOD, provision: [object({})] }),
  },
  DocumentReference: {
    identifier: [IDENTIFIER],
    type: CONCEPT,
    subject: REFERENCE,
    author: [REFERENCE],
    description: 'text',
    content: [object({ attachment: object({ contentType: 'text', url: 'text', data: 'text' }) })],
  },
  Organization: {
    identifier: [IDENTIFIER],
    type: [CONCEPT],
    active: 'boolean',
    name: 'text',
    partOf: REFERENCE,
  },
  HealthcareService: { identifier: [IDENTIFIER], type: [CONCEPT], active: 'boolean', name: 'text' },
  Practitioner: { name: [NAME] },
  PractitionerRole: {
    active: 'boolean',
    period: PERIOD,
    practitioner: REFERENCE,
    organization: REFERENCE,
    healthcareService: [REFERENCE],
  },
  Group: {
    type: 'text',
    actual: 'boolean',
    identifier: [IDENTIFIER],
    name: 'text',
    code: CONCEPT,
    quantity: 'number',
    member: [object({ entity: REFERENCE, period: PERIOD })],
  },
  List: {
    status: 'text',
    identifier: [IDENTIFIER],
    title: 'text',
    code: CONCEPT,
    entry: [object({ item: REFERENCE })],
  },
  Binary: { contentType: 'text' },
};

/** What is read of every resource; a label without a code could be one that restricts. */
const META = object({
  versionId: 'text',
  lastUpdated: 'instant',
  security: [object({ code: 'text' }, 'code')],
});

/** Looks through a value whose place is known. */
type Check = (value: unknown, unmapped: Unmapped) => void;

const TESTS: Readonly<Record<Extract<Shape, string>, (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string' && value.trim() !== '',
  instant: (value) => typeof value === 'string' && instantOf(value) !== null,
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
};

const isList = (shape: ObjectShape | readonly [Shape]): shape is readonly [Shape] => Array.isArray(shape);

/** Shapes are turned into checks once, with their paths: pulls look through tens of thousands of resources. */
function checkOf(shape: Shape, path: string): Check {
  if (typeof shape === 'string') {
    const test = TESTS[shape];
    return (value, unmapped) => {
      if (!test(value)) unmapped(path);
    };
  }
  if (isList(shape)) {
    const each = checkOf(shape[0], path);
    return (value, unmapped) => {
      if (Array.isArray(value)) for (const one of value) each(one, unmapped);
      else unmapped(path);
    };
  }
  const inner = membersOf(shape.members, path);
  const { some } = shape;
  return (value, unmapped) => {
    const json = asObject(value);
    if (json === null || some?.every((name) => member(json, name) === undefined)) unmapped(path);
    else inner(json, unmapped);
  };
}

/** By the members that are there, as most of those that could be are not. */
function membersOf(shapes: Shapes, path: string): (value: Json, unmapped: Unmapped) => void {
  const checks = new Map(
    Object.entries(shapes).map(([name, shape]) => [name, checkOf(shape, `${path}.${name}`)]),
  );
  return (value, unmapped) => {
    for (const name of Object.keys(value)) checks.get(name)?.(value[name], unmapped);
  };
}

/** FHIR R4 sections 2.4.5 and 2.1.0.3: elements that may turn the meaning of all the rest. */
const NOT_TO_IGNORE = ['modifierExtension', 'implicitRules'];

/** By type. */
const CHECKS: ReadonlyMap<string, ReturnType<typeof membersOf>> = new Map(
  Object.entries(SHAPES).map(([type, shapes]) => {
    const inner = membersOf({ ...shapes, meta: META }, type);
    const paths = NOT_TO_IGNORE.map((name) => [name, `${type}.${name}`] as const);
    return [
      type,
      (resource, unmapped) => {
        inner(resource, unmapped);
        for (const [name, path] of paths) if (member(resource, name) !== undefined) unmapped(path);
      },
    ];
  }),
);

/**
 * Counts what a resource holds that cannot be read as its type is read, and what FHIR forbids to ignore: `modifierExtension` and
 * `implicitRules`. Types that are not read are passed over. Never throws.
 */
export function countShapes(resource: unknown, unmapped: Unmapped): void {
  const json = asObject(resource);
  const type = textOf(json, 'resourceType');
  if (json !== null && type !== null) CHECKS.get(type)?.(json, unmapped);
}

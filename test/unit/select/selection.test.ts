/** What a document selects, walked by the compiler, is what graphql-js answers: fields, aliases, fragments, conditions, in its order. */
import fc from 'fast-check';
import {
  buildSchema,
  type DocumentNode,
  executeSync,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  getNamedType,
  getOperationAST,
  isObjectType,
  Kind,
  parse,
  validate,
} from 'graphql';
import { selectedFields } from '../../../src/platform/database/select/selection.js';

const schema = buildSchema(`
  interface Named { name: String }
  interface Aged { age: String }
  type Person implements Named & Aged { name: String age: String friend: Person dog: Dog other: Living }
  type Dog implements Named { name: String breed: String owner: Person }
  union Living = Person | Dog
  type Query { person: Person dog: Dog }
`);

type Row = Readonly<Record<string, unknown>>;
/** Rows without end: what is selected of them is all there is. */
const person: Row = {
  __typename: 'Person',
  name: 'p',
  age: '1',
  get friend() {
    return person;
  },
  get dog() {
    return dog;
  },
};
const dog: Row = {
  __typename: 'Dog',
  name: 'd',
  breed: 'b',
  get owner() {
    return person;
  },
};

/** The answer that the compiler's walk would give. */
function walked(document: DocumentNode, variables: Row): unknown {
  const fragments: Record<string, FragmentDefinitionNode> = {};
  for (const node of document.definitions)
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments[node.name.value] = node;
  const scope = { schema, fragments, variables };
  const answer = (
    type: GraphQLObjectType,
    row: Row,
    nodes: readonly Pick<FieldNode, 'selectionSet'>[],
  ): Row => {
    const made = Object.create(null) as Record<string, unknown>;
    for (const field of selectedFields(scope, type, nodes)) {
      if (field.name === '__typename') {
        made[field.key] = type.name;
        continue;
      }
      const target = getNamedType(type.getFields()[field.name]!.type);
      const value = type.name === 'Query' ? { person, dog }[field.name] : row[field.name];
      made[field.key] = isObjectType(target) ? answer(target, value as Row, field.nodes) : value;
    }
    return made;
  };
  return answer(schema.getQueryType()!, {}, [getOperationAST(document)!]);
}

/** As graphql-js has it, key by key in order. */
function expected(document: DocumentNode, variables: Row): unknown {
  const { data, errors } = executeSync({
    schema,
    document,
    rootValue: { person, dog },
    variableValues: variables,
  });
  expect(errors).toBeUndefined();
  return data;
}

const when = fc.constantFrom(
  '',
  '',
  '',
  ' @include(if: $y)',
  ' @skip(if: $y)',
  ' @include(if: $n)',
  ' @skip(if: $n)',
  ' @skip(if: $y) @include(if: $y)',
  ' @include(if: true)',
  ' @skip(if: true)',
);
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  Person: ['name', 'age', '__typename'],
  Dog: ['name', 'breed', '__typename'],
};
const RELATIONS: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  Person: [
    ['friend', 'Person'],
    ['dog', 'Dog'],
  ],
  Dog: [['owner', 'Person']],
};
const CONDITIONS: Readonly<Record<string, readonly string[]>> = {
  Person: ['Person', 'Named', 'Aged', ''],
  Dog: ['Dog', 'Named', ''],
};
/** What may be selected under a type condition. */
const UNDER: Readonly<Record<string, readonly string[]>> = {
  Named: ['name', '__typename'],
  Aged: ['age', '__typename'],
};

function body(type: string, depth: number): fc.Arbitrary<string> {
  const scalar = fc
    .tuple(fc.constantFrom(...FIELDS[type]!), fc.boolean(), when)
    .map(([name, aliased, directive]) => `${aliased ? `a_${name}: ` : ''}${name}${directive}`);
  const named = fc.tuple(fc.constantFrom(...CONDITIONS[type]!), when).chain(([condition, directive]) => {
    const inner = UNDER[condition]
      ? fc.subarray([...UNDER[condition]!], { minLength: 1 }).map((names) => names.join(' '))
      : depth > 0
        ? body(type, depth - 1)
        : fc.constant('name');
    return inner.map((text) => `...${condition ? ` on ${condition}` : ''}${directive} { ${text} }`);
  });
  const spread = fc
    .tuple(fc.constantFrom(`F${type}`, 'FNamed'), when)
    .map(([name, directive]) => `...${name}${directive}`);
  const parts: fc.Arbitrary<string>[] = [scalar, named, spread];
  if (depth > 0) {
    for (const [name, target] of RELATIONS[type]!) {
      parts.push(
        fc
          .tuple(body(target, depth - 1), when)
          .map(([inner, directive]) => `${name}${directive} { ${inner} }`),
      );
    }
  }
  return fc.array(fc.oneof(...parts), { minLength: 1, maxLength: 4 }).map((list) => list.join(' '));
}

const document = fc.tuple(body('Person', 3), body('Person', 2), body('Dog', 1)).map(
  ([
    one,
    two,
    three,
  ]) => `query Q($y: Boolean!, $n: Boolean!) { person { ${one} } person { ${two} } d: dog { ${three} } y: __typename @include(if: $y) n: __typename @skip(if: $n) }
    fragment FPerson on Person { age friend { name ...FNamed } } fragment FDog on Dog { breed owner { age } } fragment FNamed on Named { name ... on Dog { breed } ... on Person { age } }`,
);

test('generated documents are walked as graphql-js walks them', () => {
  let keys = 0;
  fc.assert(
    fc.property(document, fc.boolean(), fc.boolean(), (text, y, n) => {
      const parsed = parse(text);
      // Unused fragments are the only thing that validation may find in these documents.
      const faults = validate(schema, parsed).filter(({ message }) => !/is never used/.test(message));
      expect(faults.map(({ message }) => message)).toEqual([]);
      const [ours, theirs] = [walked(parsed, { y, n }), expected(parsed, { y, n })].map((each) =>
        JSON.stringify(each),
      );
      expect(ours).toBe(theirs);
      keys += ours!.length;
    }),
    { numRuns: 600, seed: 20_260_302 },
  );
  expect(keys).toBeGreaterThan(20_000);
});

test.each<[string, string, Row, string]>([
  [
    'a field asked for twice is there once, at its first place',
    '{ person { name age name } }',
    {},
    '{"person":{"name":"p","age":"1"}}',
  ],
  [
    'selections of the same field are joined',
    '{ person { dog { name } age dog { breed } } }',
    {},
    '{"person":{"dog":{"name":"d","breed":"b"},"age":"1"}}',
  ],
  ['an alias is a key of its own', '{ person { name n: name } }', {}, '{"person":{"name":"p","n":"p"}}'],
  [
    'keys of every object are keys',
    '{ person { __proto__: name constructor: age } }',
    {},
    '{"person":{"__proto__":"p","constructor":"1"}}',
  ],
  [
    'a fragment that is spread twice counts once',
    '{ person { ...A ...A } } fragment A on Person { name }',
    {},
    '{"person":{"name":"p"}}',
  ],
  [
    'a fragment that was left out may still be spread',
    '{ person { ...A @skip(if: true) age ...A } } fragment A on Person { name }',
    {},
    '{"person":{"age":"1","name":"p"}}',
  ],
  ['a fragment for an interface', '{ dog { ... on Named { name } } }', {}, '{"dog":{"name":"d"}}'],
  [
    'skip wins over include',
    'query Q($y: Boolean!) { dog { name breed @include(if: $y) @skip(if: $y) } }',
    { y: true },
    '{"dog":{"name":"d"}}',
  ],
  [
    'of two of which one is left out, the other stays',
    '{ dog { name @skip(if: true) breed name } }',
    {},
    '{"dog":{"breed":"b","name":"d"}}',
  ],
  ['nothing but what is left out', '{ dog { name @skip(if: true) } }', {}, '{"dog":{}}'],
])('%s', (_what, text, variables, answer) => {
  const parsed = parse(text);
  expect(JSON.stringify(walked(parsed, variables))).toBe(answer);
  expect(JSON.stringify(expected(parsed, variables))).toBe(answer);
});

/** Who goes on the audit record: everybody whose data leave, each read once and not again with every row about them. */
import { type GraphQLSchema, getOperationAST, parse } from 'graphql';
import { buildGraph } from '../../../schema/build-graph.js';
import { ROOTS } from '../../../schema/roots.js';
import { NO_SCOPE, Role } from '../../../src/core/caller.js';
import { newId } from '../../../src/core/ids.js';
import { PlanCache } from '../../../src/platform/database/select/plans.js';
import { readOperation } from '../../../src/platform/database/select/read-operation.js';
import { CursorKeyring } from '../../../src/platform/database/select/sealed-cursors.js';

let schema: GraphQLSchema;
beforeAll(async () => {
  schema = await buildGraph();
});

/** Answers a query from one row whose slots are what `slot` makes of each expression of the select list. */
async function ask(query: string, rows: readonly (readonly unknown[])[], role: Role) {
  const document = parse(query);
  const texts: string[] = [];
  const subjects: string[] = [];
  const data = await readOperation(
    {
      schema,
      document,
      operation: getOperationAST(document)!,
      roots: ROOTS,
      plans: new PlanCache(),
      variables: {},
      key: query,
    },
    {
      role,
      scope: NO_SCOPE,
      reader: role === Role.ANALYST ? 'analyst' : 'staff',
      database: {
        read: async (_reader, _scope, { text }) => {
          texts.push(text);
          return rows.map((row) => [...row]);
        },
      },
      auditRead: async (_operation, persons) => void subjects.push(...persons),
      cursors: new CursorKeyring(Buffer.alloc(32, 1)).for('somebody'),
    },
  );
  return { data, text: texts[0] ?? '', subjects };
}

const PERSON = newId();
const OTHER = newId();
const MEMBERSHIP = newId();

test('a person’s own memberships do not name the person again', async () => {
  const { data, text, subjects } = await ask(
    '{ persons(first: 1) { nodes { id memberships(first: 1) { id } } } }',
    [[PERSON, [[MEMBERSHIP]]]],
    Role.EMPLOYMENT_SPECIALIST,
  );
  expect(data).toMatchObject({
    persons: { nodes: [{ id: PERSON, memberships: [{ id: MEMBERSHIP }] }] },
  });
  expect(text).toMatch(/json_build_array\(t\d+\.c0\)/);
  expect(subjects).toEqual([PERSON]);
});

test('the person is on record even when nothing of theirs but the memberships is asked for', async () => {
  const { subjects } = await ask(
    '{ persons(first: 1) { nodes { memberships(first: 1) { state } } } }',
    [[[['OPEN']], PERSON]],
    Role.TEAM_MANAGER,
  );
  expect(subjects).toEqual([PERSON]);
});

test('memberships that start from no person name theirs', async () => {
  const { text, subjects } = await ask(
    '{ memberships(first: 1) { nodes { id } } }',
    [[MEMBERSHIP, OTHER]],
    Role.CARE_COORDINATOR,
  );
  expect(text).toContain('person_id');
  expect(subjects).toEqual([OTHER]);
});

test('a row reached from a person’s own row names its person: it may be another', async () => {
  const { text, subjects } = await ask(
    '{ persons(first: 1) { nodes { id referrals(first: 1) { id latestDecision { id } } } } }',
    [[PERSON, [[newId(), newId(), OTHER]]]],
    Role.EMPLOYMENT_SPECIALIST,
  );
  expect(text).toMatch(/eligibility_decisions/);
  expect(subjects.sort()).toEqual([PERSON, OTHER].sort());
});

test('rows below a row about somebody name nobody but another', async () => {
  const [note, other] = [newId(), newId()];
  const { text, subjects } = await ask(
    '{ episodes(first: 1) { nodes { id notes(first: 2) { id versions(first: 1) { id } } } } }',
    [
      [
        newId(),
        [
          [note, [[newId(), null]], null, 'ProgressNote'],
          [other, [[newId(), OTHER]], null, 'ProgressNote'],
        ],
        PERSON,
      ],
    ],
    Role.EMPLOYMENT_SPECIALIST,
  );
  // Each note against its episode, each version against its note.
  expect(text.match(/nullif\(t\d+\.c\d+, t\d+\.c\d+\)/g)).toHaveLength(2);
  expect(subjects.sort()).toEqual([PERSON, OTHER].sort());
});

test('an analyst’s answer names nobody', async () => {
  const { subjects, text } = await ask(
    '{ persons(first: 1) { nodes { id memberships(first: 1) { state } } } }',
    [[newId(), [['OPEN']]]],
    Role.ANALYST,
  );
  expect(text).toContain('pseudonym');
  expect(subjects).toEqual([]);
});

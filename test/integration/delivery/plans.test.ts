/** The statements that run many times a second find their rows by index whatever the backlog, as the worker's own role and scope. */
import pg from 'pg';
import { LANE_STATEMENTS } from '../../../src/delivery/lane-statements.js';
import { WATCH_STATEMENTS } from '../../../src/delivery/watch-statements.js';
import { DatabaseRole } from '../../../src/platform/database/policy.js';
import { roleUrl } from '../../../src/platform/database/roles.js';
import { LaneWorld } from '../../support/lane-world.js';

const LANES = 10_000;
const EACH = 3;
const BIG = [
  'delivery_lanes',
  'deliveries',
  'signed_documents',
  'persons',
  'record_links',
  'delivery_attempts',
];

interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Shared Hit Blocks'?: number;
  'Shared Read Blocks'?: number;
  Plans?: PlanNode[];
}

let world: LaneWorld;
let client: pg.Client;

beforeAll(async () => {
  world = await LaneWorld.open();
  const { organisationId, teamId, staffId, systemId } = world;
  await world.sql(
    'insert into persons (id, organisation_id) select gen_random_uuid(), $1 from generate_series(1, $2::integer)',
    [organisationId, LANES],
  );
  const single = await world.db.owner.connect();
  try {
    await single.query('set session_replication_role = replica');
    await single.query(
      `insert into record_links (id, organisation_id, system_id, local_id, person_id, observed_at)
       select gen_random_uuid(), $1, $2, 'p' || row_number() over (), id, now() from persons`,
      [organisationId, systemId],
    );
    await single.query(
      `insert into delivery_lanes (id, organisation_id, system_id, person_id, last_seq, state, due)
       select gen_random_uuid(), $1, $2, id, $3, 'READY', now() - random() * interval '1 hour' from persons`,
      [organisationId, systemId, EACH],
    );
    await single.query(
      `insert into signed_documents (id, document_id, version, organisation_id, team_id, person_id, system_id, action, kind, title,
         text, text_hash, author_staff_id, author_reference, author_name, author_employer, author_role, contact_on, is_late_entry,
         written_at, signed_at, visibility)
       select gen_random_uuid(), gen_random_uuid(), 1, $1, $2, l.person_id, $3, 'CREATE', 'PROGRESS_NOTE', 'Note', 'Text', 'hash', $4,
         'Practitioner/1', 'Sam', 'Provider', 'Specialist', '2026-03-02', false, now(), now(), 'CLINICAL_RECORD'
       from delivery_lanes l, generate_series(1, $5::integer)`,
      [organisationId, teamId, systemId, staffId, EACH],
    );
    await single.query(
      `insert into deliveries (id, lane_id, seq, organisation_id, team_id, person_id, system_id, document_id, document_version_id, operation)
       select gen_random_uuid(), l.id, row_number() over (partition by l.id), $1, $2, l.person_id, $3, s.document_id, s.id, 'FILE'
       from signed_documents s join delivery_lanes l on l.person_id = s.person_id`,
      [organisationId, teamId, systemId],
    );
    await single.query(
      `insert into delivery_attempts (id, organisation_id, team_id, delivery_id, number, holder, fence, ended_at, class)
       select gen_random_uuid(), $1, $2, id, 1, 'somebody', 1, now(), 'TRANSIENT' from deliveries`,
      [organisationId, teamId],
    );
    await single.query('set session_replication_role = origin');
    await single.query('analyze');
  } finally {
    single.release();
  }
  client = new pg.Client({ connectionString: roleUrl(world.db.ownerUrl, DatabaseRole.WORKER) });
  await client.connect();
  await client.query(`set plan_cache_mode = force_generic_plan`);
  await client.query(`select set_config('hub.org', $1, false)`, [organisationId]);
}, 120_000);
afterAll(async () => {
  await client.end();
  await world.close();
});

/** Runs a statement as it is prepared and takes it back; the plan's nodes with what they read. */
async function nodesOf(text: string, literals: readonly string[]): Promise<PlanNode[]> {
  await client.query(`prepare asked as ${text}`);
  await client.query('begin');
  try {
    const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
      `explain (analyze, buffers, format json) execute asked(${literals.join(', ')})`,
    );
    const all: PlanNode[] = [];
    const walk = (node: PlanNode): void => {
      all.push(node);
      node.Plans?.forEach(walk);
    };
    walk(rows[0]!['QUERY PLAN'][0].Plan);
    return all;
  } finally {
    await client.query('rollback');
    await client.query('deallocate asked');
  }
}

function expectIndexed(nodes: readonly PlanNode[], mostBlocks: number): void {
  const scanned = nodes
    .filter((node) => node['Node Type'] === 'Seq Scan' && BIG.includes(node['Relation Name'] ?? ''))
    .map((node) => node['Relation Name']);
  expect(scanned).toEqual([]);
  expect((nodes[0]!['Shared Hit Blocks'] ?? 0) + (nodes[0]!['Shared Read Blocks'] ?? 0)).toBeLessThan(
    mostBlocks,
  );
}

const quote = (text: string): string => `'${text}'`;

it('there is a backlog of thirty thousand', async () => {
  const [row] = await world.sql<{ n: number }>('select count(*)::integer as n from deliveries');
  expect(row!.n).toBe(LANES * EACH);
});

it('claim: 32 lanes of ten thousand that are due', async () => {
  expectIndexed(
    await nodesOf(LANE_STATEMENTS.claim, [quote(world.systemId), '32', quote('me'), '3000', '32']),
    2_000,
  );
});

it('load: their heads, with who the person is', async () => {
  const lanes = await world.sql<{ id: string }>('select id from delivery_lanes limit 32');
  const ids = (make: () => string): string => `array[${lanes.map(make).join(', ')}]::uuid[]`;
  const numbers = (n: number): string => `array[${lanes.map(() => n).join(', ')}]::bigint[]`;
  const nodes = await nodesOf(LANE_STATEMENTS.load, [
    `array[${lanes.map(({ id }) => quote(id)).join(', ')}]::uuid[]`,
    numbers(1),
    numbers(1),
    ids(() => 'gen_random_uuid()'),
    ids(() => 'gen_random_uuid()'),
    quote('me'),
    quote(world.systemId),
  ]);
  expectIndexed(nodes, 6_000);
});

it('settle: 64 answers', async () => {
  await world.sql('update delivery_lanes set fence = 1');
  const rows = await world.sql<{ laneId: string; deliveryId: string }>(
    `select l.id as "laneId", d.id as "deliveryId" from delivery_lanes l join deliveries d on d.lane_id = l.id and d.seq = 1 limit 64`,
  );
  const settlements = rows.map((row) => ({
    ...row,
    fence: '1',
    seq: '1',
    lane: 'next',
    delayMs: 0,
    class: 'DONE',
    watch: true,
  }));
  const nodes = await nodesOf(LANE_STATEMENTS.settle, [quote(JSON.stringify(settlements))]);
  expectIndexed(nodes, 8_000);
});

it('watch, reap, renew and the look for linked people: nothing is due, and little is read', async () => {
  expectIndexed(await nodesOf(WATCH_STATEMENTS.claim, [quote(world.systemId), '100', '30000']), 500);
  expectIndexed(await nodesOf(LANE_STATEMENTS.reap, [quote(world.systemId), quote('me')]), 500);
  expectIndexed(await nodesOf(LANE_STATEMENTS.linked, [quote(world.systemId), '200']), 500);
  const [lane] = await world.sql<{ id: string }>('select id from delivery_lanes limit 1');
  expectIndexed(
    await nodesOf(LANE_STATEMENTS.renew, [
      `array[${quote(lane!.id)}]::uuid[]`,
      'array[1]::bigint[]',
      quote('me'),
      '3000',
    ]),
    500,
  );
});

it('planted fault: without its index the claim is found out', async () => {
  const single = await world.db.owner.connect();
  try {
    await single.query('drop index ix_delivery_lanes_due');
    const nodes = await nodesOf(LANE_STATEMENTS.claim, [
      quote(world.systemId),
      '32',
      quote('me'),
      '3000',
      '32',
    ]);
    expect(() => expectIndexed(nodes, 2_000)).toThrow();
  } finally {
    single.release();
  }
});

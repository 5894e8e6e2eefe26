/** Bar 2.4a: what a claim costs while a hundred thousand deliveries wait. */
import pg from 'pg';
import { hubModule } from './built-hub.mjs';
import { fillBacklog } from './delivery-world.mjs';
import { median, spread } from './figures.mjs';

const CLAIMS = 220;
const WARM_UP = 20;
const LANES_EACH = 32;
const EXPLAINED = 30;

/** Times a statement on every connection of this process, from when it is handed over until its rows are here. */
function timeStatement(text) {
  const samples = [];
  const original = pg.Client.prototype.query;
  pg.Client.prototype.query = function timed(config, ...more) {
    const startedAt = performance.now();
    const result = original.call(this, config, ...more);
    if (config?.text === text && typeof result?.then === 'function')
      result.then(
        () => samples.push(performance.now() - startedAt),
        () => {},
      );
    return result;
  };
  return {
    samples,
    restore: () => {
      pg.Client.prototype.query = original;
    },
  };
}

const settlementOf = (head) => ({
  ...{
    laneId: head.laneId,
    fence: head.fence,
    seq: head.seq,
    deliveryId: head.deliveryId,
    attemptId: head.attemptId,
  },
  ...{
    lane: 'next',
    delayMs: 0,
    class: 'DONE',
    code: null,
    theirs: 'ACCEPTED',
    reference: 'DocumentReference/1',
  },
  ...{
    referenceVersion: '1',
    patientLocalId: 'patient-1',
    mayHaveArrived: false,
    wasAskedFirst: false,
    watch: true,
  },
});

async function measureLanes(db, database, world, lanes) {
  const { claimHeads, deliveryScope } = await hubModule('src/delivery/claim.service.js');
  const { LANE_STATEMENTS } = await hubModule('src/delivery/lane-statements.js');
  const systemId = world.systems.quick;
  const { organisationId } = world;
  const scope = deliveryScope(organisationId);
  await fillBacklog(db.client, systemId, lanes);
  const request = { systemId, organisationId, holder: 'bench', most: LANES_EACH, leaseMs: 3_000 };
  const timing = timeStatement(LANE_STATEMENTS.claim);
  const whole = [];
  try {
    for (let claim = 0; claim < WARM_UP + CLAIMS; claim++) {
      const startedAt = performance.now();
      const { heads } = await claimHeads(database, scope, LANE_STATEMENTS, request);
      whole.push(performance.now() - startedAt);
      if (heads.length !== LANES_EACH) throw new Error(`${heads.length} lanes were claimed`);
      await database.transaction('worker', scope, (tx) =>
        tx.query(LANE_STATEMENTS.settle, [JSON.stringify(heads.map(settlementOf))]),
      );
    }
  } finally {
    timing.restore();
  }
  const inServer = await explain(database, scope, LANE_STATEMENTS.claim, systemId);
  const { rows } = await db.client.query(
    `select count(*)::integer as n from deliveries where ours = 'QUEUED'`,
  );
  const roundTrips = timing.samples.slice(-CLAIMS);
  if (timing.samples.length !== WARM_UP + CLAIMS) throw new Error('a claim was not timed');
  console.log(
    `  ${lanes.toLocaleString('en-GB')} lanes, ${rows[0].n.toLocaleString('en-GB')} deliveries left: claim statement ${spread(roundTrips)} ms by the client, ` +
      `${spread(inServer)} ms in the server; whole transaction with heads, attempts and audit ${spread(whole.slice(-CLAIMS))} ms`,
  );
  return median(roundTrips);
}

/** Execution times of the claim by PostgreSQL's own clock, each undone. */
async function explain(database, scope, text, systemId) {
  const times = [];
  for (let round = 0; round < EXPLAINED; round++) {
    await database
      .transaction('worker', scope, async (tx) => {
        const [row] = await tx.query(`explain (analyze, timing off, format json) ${text}`, [
          systemId,
          LANES_EACH,
          'bench',
          3_000,
          LANES_EACH,
        ]);
        times.push(row['QUERY PLAN'][0]['Execution Time']);
        throw new Error('undone');
      })
      .catch(() => {});
  }
  return times;
}

/** The worse of the medians over few and many lanes; milliseconds. */
export async function measureClaim(db, world) {
  console.log(`claims of ${LANES_EACH} lanes, ${CLAIMS} each, settled in between:`);
  const database = await db.open({});
  try {
    const medians = [];
    for (const lanes of [1_000, 10_000]) medians.push(await measureLanes(db, database, world, lanes));
    return Math.max(...medians);
  } finally {
    await database.close();
  }
}

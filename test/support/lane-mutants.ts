/** Statements of the claim with one fault each, to show that the tests would find it. */
import { LANE_STATEMENTS, type LaneStatements } from '../../src/delivery/lane-statements.js';

/** The text with one passage changed; fails when the passage is not there, so that a mutant cannot silently become the original. */
function changed(text: string, from: string, to: string): string {
  if (text.split(from).length !== 2) throw new Error(`not once in the statement: ${from}`);
  return text.replace(from, to);
}

const { load, settle } = LANE_STATEMENTS;

/** An answer is put to its lane whoever holds it by now, as in a queue without a claim token. */
export const NO_FENCE: LaneStatements = {
  ...LANE_STATEMENTS,
  settle: changed(
    changed(settle, 'where l.fence = s.fence and l.head_seq = s.seq', 'where true'),
    'where l.id = h."laneId" and l.fence = h.fence',
    'where l.id = h."laneId"',
  ),
};

/** Whether a lane has more is read from the deliveries, in the statement that waits for the lane's lock. */
export const EXISTS_ON_SNAPSHOT: LaneStatements = {
  ...LANE_STATEMENTS,
  settle: changed(
    settle,
    `l.last_seq > h.seq then 'READY'`,
    `exists (select from deliveries n where n.lane_id = l.id and n.seq > h.seq) then 'READY'`,
  ),
};

/** The head of a lane is the one that was made first, by the time at which its transaction began. */
export const ORDER_BY_CREATED: LaneStatements = {
  ...LANE_STATEMENTS,
  load: changed(
    load,
    'join deliveries d on d.lane_id = c.lane_id and d.seq = c.seq',
    `join lateral (
       select * from deliveries e where e.lane_id = c.lane_id and e.ours in ('QUEUED', 'SENDING')
       order by e.queued_at, e.id limit 1
     ) d on true`,
  ),
};

/** As a test wants it for `ORDER_BY_CREATED`: what was queued when, by the start of its transaction. */
export const CREATED_AT_START = 'alter table deliveries alter column queued_at set default now()';

/** A delivery counts as done when it is taken, before anything has left. */
export const MARK_BEFORE_SEND: LaneStatements = {
  ...LANE_STATEMENTS,
  load: changed(
    changed(load, `set ours = 'SENDING'`, `set ours = 'SETTLED', theirs = 'ACCEPTED'`),
    '), audit as (',
    `), passed as (
       update delivery_lanes l set head_seq = h.seq + 1, holder = null, due = clock_timestamp(),
         state = case when l.last_seq > h.seq then 'READY' else 'IDLE' end
       from head h join marked m on m.id = h.delivery_id where l.id = h.lane_id
     ), audit as (`,
  ),
};

/** Nobody remembers that an attempt may have arrived. */
export const RESEND_WITHOUT_ASKING: LaneStatements = {
  ...LANE_STATEMENTS,
  load: changed(load, 'h.may_have_arrived as "mayHaveArrived"', 'false as "mayHaveArrived"'),
};

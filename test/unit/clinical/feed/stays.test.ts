/** Events of one visit as stays on teams. */
import { foldFeed } from '../../../../src/clinical/feed/fold.rules.js';
import type { FeedChange, FeedEvent } from '../../../../src/clinical/feed.port.js';
import {
  doubtsOf,
  happened,
  joined,
  left,
  membershipsOf,
  moved,
  on,
  stands,
  undone,
} from '../../../support/feed-events.js';

const late = (event: FeedEvent, recordedAt: string): FeedEvent => ({ ...event, recordedAt });

describe('what happened', () => {
  test.each<[string, readonly FeedEvent[], readonly string[]]>([
    ['who joins is there from that day', [happened(on(2), joined('X'))], ['v/X/1 OPEN 02- A']],
    [
      'the day that a message states counts, and not when it was told',
      [happened(on(2), joined('X', { on: '2026-03-01' }))],
      ['v/X/1 OPEN 01- A'],
    ],
    [
      'a discharge on a day counts as closed on it',
      [happened(on(2), joined('X')), happened(on(9), left())],
      ['v/X/1 ENDED 02-09 A'],
    ],
    [
      'nothing follows from a stay that is said to end before it began',
      [happened(on(2), joined('X')), happened(on(9), { ...left(), on: '2026-03-01' } as FeedChange)],
      ['v/X/1 ENDED 02-01 A ?'],
    ],
    [
      'nobody was there by a plan that was over before its day',
      [happened(on(2), joined('X', { state: 'PLANNED', on: '2026-03-20' })), happened(on(9), left())],
      ['v/X/1 PLANNED 20-09 A'],
    ],
    [
      'a move closes one team and opens the other on its day',
      [happened(on(2), joined('X')), happened(on(5), moved('Y', 'X'))],
      ['v/X/1 ENDED 02-05 A', 'v/Y/1 OPEN 05- A'],
    ],
    [
      'who comes back to a team has a second stay',
      [happened(on(2), joined('X')), happened(on(5), moved('Y', 'X')), happened(on(7), moved('X', 'Y'))],
      ['v/X/1 ENDED 02-05 A', 'v/X/2 OPEN 07- A', 'v/Y/1 ENDED 05-07 A'],
    ],
    [
      'an event that is told late takes its place',
      [happened(on(9), left()), late(happened(on(5), moved('Y', 'X')), on(12)), happened(on(2), joined('X'))],
      ['v/X/1 ENDED 02-05 A', 'v/Y/1 ENDED 05-09 A'],
    ],
    [
      'who is taken back after a discharge has a second stay',
      [happened(on(2), joined('X')), happened(on(5), left()), happened(on(7), joined('X'))],
      ['v/X/1 ENDED 02-05 A', 'v/X/2 OPEN 07- A'],
    ],
    [
      'of two words on one instant the later holds',
      [happened(on(2), joined('X', { on: '2026-03-01' })), late(happened(on(2), joined('X')), on(3))],
      ['v/X/1 OPEN 02- A'],
    ],
    [
      'a discharge told again corrects its day',
      [
        happened(on(2), joined('X')),
        late(happened(on(9), left()), on(9)),
        late(happened(on(8), left()), on(10)),
      ],
      ['v/X/1 ENDED 02-08 A'],
    ],
    [
      'a referral is planned until the visit begins',
      [happened(on(2), joined('X', { state: 'PLANNED' })), happened(on(5), joined('X'))],
      ['v/X/1 OPEN 05- A'],
    ],
    [
      'a plan that comes to nothing was never open',
      [happened(on(2), joined('X', { state: 'PLANNED' })), happened(on(5), left())],
      ['v/X/1 PLANNED 02-05 A'],
    ],
    [
      'somebody on a team may wait for another, and then moves there',
      [
        happened(on(2), joined('X')),
        happened(on(4), joined('Y', { state: 'WAITING_LIST' })),
        happened(on(6), moved('Y', 'X')),
      ],
      ['v/X/1 ENDED 02-06 A', 'v/Y/1 OPEN 06- A'],
    ],
    [
      'who begins with a team waits for no other under the same visit',
      [
        happened(on(2), joined('Y', { state: 'PLANNED' })),
        happened(on(3), joined('Z', { state: 'WAITING_LIST' })),
        happened(on(6), joined('X')),
      ],
      ['v/X/1 OPEN 06- A', 'v/Y/1 PLANNED 02-06 A', 'v/Z/1 WAITING_LIST 03-06 A'],
    ],
  ])('%s', (_, events, memberships) => {
    expect(membershipsOf(events)).toEqual(memberships);
    expect(doubtsOf(events)).toEqual([]);
  });
});

describe('what was taken back', () => {
  test.each<[string, readonly FeedEvent[], readonly string[]]>([
    [
      'who never joined was entered in error',
      [happened(on(2), joined('X')), happened(on(3), undone('JOINED', on(2)))],
      ['v/X/1 ENTERED_IN_ERROR 02- A'],
    ],
    [
      'whoever did not move stays, and the move was entered in error',
      [happened(on(2), joined('X')), happened(on(5), moved('Y')), happened(on(6), undone('MOVED', on(5)))],
      ['v/X/1 OPEN 02- A', 'v/Y/1 ENTERED_IN_ERROR 05- A'],
    ],
    [
      'whose discharge is taken back is there without a gap',
      [happened(on(2), joined('X')), happened(on(5), left()), happened(on(6), undone('LEFT', on(5)))],
      ['v/X/1 OPEN 02- A'],
    ],
    [
      'exactly that move is taken back, and not a later one',
      [
        happened(on(2), joined('X')),
        happened(on(4), moved('Y')),
        happened(on(6), moved('Z')),
        happened(on(7), undone('MOVED', on(4))),
      ],
      ['v/X/1 ENDED 02-06 A', 'v/Y/1 ENTERED_IN_ERROR 04-06 A', 'v/Z/1 OPEN 06- A'],
    ],
    [
      'without a time the latest of its kind before it was written down',
      [
        happened(on(2), joined('X')),
        happened(on(4), moved('Y')),
        happened(on(5), undone('MOVED')),
        happened(on(6), moved('Z')),
      ],
      ['v/X/1 ENDED 02-06 A', 'v/Y/1 ENTERED_IN_ERROR 04-06 A', 'v/Z/1 OPEN 06- A'],
    ],
    [
      'two without a time take back two',
      [
        happened(on(2), joined('X')),
        happened(on(4), moved('Y')),
        happened(on(5), moved('Z')),
        happened(on(6), undone('MOVED')),
        happened(on(7), undone('MOVED')),
      ],
      ['v/X/1 OPEN 02- A', 'v/Y/1 ENTERED_IN_ERROR 04-05 A', 'v/Z/1 ENTERED_IN_ERROR 05- A'],
    ],
    [
      'what is said again after it was taken back holds',
      [
        happened(on(2), joined('X')),
        happened(on(3), undone('JOINED', on(2))),
        late(happened(on(2), joined('X')), on(4)),
      ],
      ['v/X/1 OPEN 02- A'],
    ],
    [
      'a snapshot of a visit does not outlive it',
      [happened(on(2), joined('X')), happened(on(3), stands('X')), happened(on(4), undone('JOINED', on(2)))],
      ['v/X/1 ENTERED_IN_ERROR 02- A'],
    ],
    [
      'nor a snapshot of a move',
      [
        happened(on(2), joined('X')),
        happened(on(4), moved('Y')),
        happened(on(5), stands('Y')),
        happened(on(6), undone('MOVED', on(4))),
      ],
      ['v/X/1 OPEN 02- A', 'v/Y/1 ENTERED_IN_ERROR 04- A'],
    ],
    [
      'nor a snapshot of an end',
      [
        happened(on(2), joined('X')),
        happened(on(4), left()),
        happened(on(5), stands('X', { to: '2026-03-04' })),
        happened(on(6), undone('LEFT', on(4))),
      ],
      ['v/X/1 OPEN 02- A'],
    ],
  ])('%s', (_, events, memberships) => {
    expect(membershipsOf(events)).toEqual(memberships);
    expect(doubtsOf(events)).toEqual([]);
  });
});

describe('snapshots', () => {
  const ann = { reference: 'c1', name: null };
  const bob = { reference: 'c2', name: null };
  const coordinators = (events: readonly FeedEvent[]): readonly (string | undefined)[] =>
    foldFeed(events).memberships.map(({ careCoordinator }) => careCoordinator?.reference);

  test.each<[string, readonly FeedEvent[], readonly string[]]>([
    [
      'one fills in what no event has told',
      [happened(on(5), stands('X', { from: '2026-03-02' }))],
      ['v/X/1 OPEN 02- A'],
    ],
    [
      'and is not enough where it does not say since when',
      [happened(on(5), stands('X'))],
      ['v/X/1 OPEN - A ?'],
    ],
    [
      'one told after the fact and older than it changes nothing',
      [
        happened(on(2), joined('X')),
        happened(on(5), moved('Y', 'X')),
        late(happened(on(4), stands('X', { to: '2026-03-04' })), on(4)),
      ],
      ['v/X/1 ENDED 02-05 A', 'v/Y/1 OPEN 05- A'],
    ],
    [
      'one that was written before a move was entered late changes nothing',
      [
        happened(on(2), joined('X')),
        late(happened(on(4), moved('Y', 'X')), on(7)),
        happened(on(5), stands('X')),
      ],
      ['v/X/1 ENDED 02-04 A', 'v/Y/1 OPEN 04- A'],
    ],
    [
      'one does not open what has ended',
      [happened(on(2), joined('X')), happened(on(5), left()), happened(on(6), stands('X'))],
      ['v/X/1 ENDED 02-05 A'],
    ],
    [
      'one that shows an end tells of it, where no event did',
      [happened(on(2), joined('X')), happened(on(6), stands('X', { to: '2026-03-05' }))],
      ['v/X/1 ENDED 02-05 A'],
    ],
  ])('%s', (_, events, memberships) => {
    expect(membershipsOf(events)).toEqual(memberships);
    expect(doubtsOf(events)).toEqual([]);
  });

  test('the latest word on the coordinator holds, a move leaves none, and `""` takes it away', () => {
    const start = [happened(on(2), joined('X', { coordinator: ann })), happened(on(3), stands('X'))];
    const told = happened(on(4), stands('X', { coordinator: bob }));
    expect(coordinators(start)).toEqual(['c1']);
    expect(coordinators([...start, told])).toEqual(['c2']);
    expect(coordinators([told, happened(on(3), stands('X', { coordinator: ann })), ...start])).toEqual([
      'c2',
    ]);
    expect(coordinators([...start, told, happened(on(5), stands('X', { coordinator: null }))])).toEqual([
      undefined,
    ]);
    expect(coordinators([...start, happened(on(5), moved('Y', 'X'))])).toEqual(['c1', undefined]);
  });
});

describe('what nothing follows from', () => {
  test.each<[string, readonly FeedEvent[], readonly string[], readonly string[]]>([
    [
      'a visit whose team nobody told',
      [happened(on(2), stands(null, { from: '2026-03-02' }))],
      ['v//1 OPEN 02- A ?'],
      ['TEAM_UNKNOWN A v'],
    ],
    ['an end without a beginning', [happened(on(4), left())], ['v//1 ENDED -04 A ?'], ['TEAM_UNKNOWN A v']],
    [
      'a move from a team that nobody told of',
      [happened(on(4), moved('Y', 'X'))],
      ['v/X/1 ENDED -04 A ?', 'v/Y/1 OPEN 04- A'],
      ['MOVE_UNTOLD A v'],
    ],
    [
      'another team than any event told',
      [happened(on(2), joined('X')), happened(on(4), stands('Y'))],
      ['v/X/1 ENDED 02-04 A ?', 'v/Y/1 OPEN - A ?'],
      ['MOVE_UNTOLD A v'],
    ],
    [
      'a move that was taken back, and is not the one that there was',
      [happened(on(2), joined('X')), happened(on(4), moved('Y')), happened(on(5), undone('MOVED', on(3)))],
      ['v/X/1 ENDED 02-04 A ?', 'v/Y/1 OPEN 04- A ?'],
      ['UNDO_UNMATCHED A v'],
    ],
    [
      'a move after the end',
      [happened(on(2), joined('X')), happened(on(4), left()), happened(on(5), moved('Y', 'X'))],
      ['v/X/1 ENDED 02-04 A', 'v/Y/1 OPEN 05- A ?'],
      ['AFTER_THE_END A v'],
    ],
    [
      'a visit that stands, after its end, without one',
      [happened(on(2), joined('X')), happened(on(4), left()), happened(on(5), stands('X', { to: null }))],
      ['v/X/1 ENDED 02-04 A ?'],
      ['AFTER_THE_END A v'],
    ],
    [
      'a visit that stands after it was taken back',
      [happened(on(2), joined('X')), happened(on(3), undone('JOINED')), happened(on(5), stands('X'))],
      ['v/X/1 OPEN - A ?'],
      ['AFTER_THE_END A v'],
    ],
    [
      'a visit of two patients',
      [happened(on(2), joined('X')), happened(on(4), left(), { localId: 'B' })],
      ['v/X/1 ENDED 02-04 A ?'],
      ['VISIT_OF_TWO A B v'],
    ],
  ])('%s', (_, events, memberships, doubts) => {
    expect(membershipsOf(events)).toEqual(memberships);
    expect(doubtsOf(events)).toEqual(doubts);
  });
});

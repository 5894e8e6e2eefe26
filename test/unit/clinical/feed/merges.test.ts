/** Records and visits that turn out to be one, or not, or another's; and what is known of patients. */

import { foldFeed } from '../../../../src/clinical/feed/fold.rules.js';
import type { FeedEvent, FeedPatient } from '../../../../src/clinical/feed.port.js';
import {
  doubtsOf,
  happened,
  joined,
  left,
  membershipsOf,
  on,
  replaced,
  stands,
  undone,
} from '../../../support/feed-events.js';

const of = (localId: string, event: FeedEvent): FeedEvent => ({ ...event, localId });
const merged = (day: number, from: string, by: string): FeedEvent =>
  happened(on(day), replaced(by), { localId: from });
const separated = (day: number, a: string, b: string): FeedEvent =>
  happened(on(day), { kind: 'SEPARATED', with: b }, { localId: a });
const renumbered = (day: number, from: string, to: string): FeedEvent =>
  happened(on(day), { kind: 'RENUMBERED', to }, { localId: from });
const successors = (events: readonly FeedEvent[]): readonly string[] =>
  foldFeed(events).patients.map(({ localId, replacedByLocalId }) => `${localId}>${replacedByLocalId ?? ''}`);

describe('merges', () => {
  test.each<[string, readonly FeedEvent[], readonly string[]]>([
    ['a chain comes to its end', [merged(2, 'A', 'B'), merged(3, 'B', 'C')], ['A>C', 'B>C', 'C>']],
    ['told backwards too', [merged(3, 'B', 'C'), merged(2, 'A', 'B')], ['A>C', 'B>C', 'C>']],
    ['a merge with itself is nothing', [merged(2, 'A', 'A')], ['A>']],
    ['a repeat is nothing', [merged(2, 'A', 'B'), merged(3, 'A', 'B')], ['A>B', 'B>']],
    [
      'a repeat of a part that a chain has overtaken too',
      [merged(2, 'A', 'B'), merged(3, 'B', 'C'), merged(4, 'A', 'C')],
      ['A>C', 'B>C', 'C>'],
    ],
    ['a merge is taken back', [merged(2, 'A', 'B'), separated(3, 'B', 'A')], ['A>', 'B>']],
    ['and made again', [merged(2, 'A', 'B'), separated(3, 'A', 'B'), merged(4, 'B', 'A')], ['A>', 'B>A']],
    [
      'out of a chain the one that is named comes',
      [merged(2, 'A', 'B'), merged(3, 'B', 'C'), separated(4, 'C', 'A')],
      ['A>', 'B>C', 'C>'],
    ],
    ['a new id stands for the old one', [renumbered(2, 'A', 'B')], ['A>B', 'B>']],
  ])('%s', (_, events, expected) => {
    expect(successors(events)).toEqual(expected);
    expect(doubtsOf(events)).toEqual([]);
  });

  test.each<[string, readonly FeedEvent[], readonly string[], readonly string[]]>([
    [
      'a merge the other way round is held',
      [merged(2, 'A', 'B'), merged(3, 'B', 'A')],
      ['A>B', 'B>'],
      ['MERGE_REVERSED A B'],
    ],
    [
      'round a chain too',
      [merged(2, 'A', 'B'), merged(3, 'B', 'C'), merged(4, 'C', 'A')],
      ['A>C', 'B>C', 'C>'],
      ['MERGE_REVERSED A C'],
    ],
    [
      'of two merges into two the first holds',
      [merged(2, 'A', 'B'), merged(3, 'A', 'C')],
      ['A>B', 'B>', 'C>'],
      ['MERGED_TWICE A C'],
    ],
    [
      'an id that somebody has is no new one',
      [of('B', happened(on(1), { kind: 'DETAILS' })), renumbered(2, 'A', 'B')],
      ['A>', 'B>'],
      ['ID_IN_USE A B'],
    ],
  ])('%s', (_, events, expected, doubts) => {
    expect(successors(events)).toEqual(expected);
    expect(doubtsOf(events)).toEqual(doubts);
  });

  test('links are of records in use, and end', () => {
    const linked = (day: number, kind: 'LINKED' | 'SEPARATED', a: string, b: string): FeedEvent =>
      happened(on(day), { kind, with: b }, { localId: a });
    const link = linked(2, 'LINKED', 'B', 'A');
    expect(foldFeed([link]).linked).toEqual([['A', 'B']]);
    expect(foldFeed([link, merged(3, 'B', 'C')]).linked).toEqual([['A', 'C']]);
    expect(foldFeed([link, merged(3, 'A', 'B')]).linked).toEqual([]);
    expect(foldFeed([link, linked(4, 'SEPARATED', 'A', 'B')]).linked).toEqual([]);
    // Somebody has the records merged at their source, or the link taken back.
    expect(doubtsOf([link])).toEqual(['LINKED A B']);
    expect(doubtsOf([link, merged(3, 'A', 'B')])).toEqual([]);
    expect(doubtsOf([link, linked(4, 'SEPARATED', 'A', 'B')])).toEqual([]);
  });
});

describe('memberships of linked records', () => {
  const linked = (kind: 'LINKED' | 'SEPARATED', a: string, b: string): FeedEvent =>
    happened(on(3), { kind, with: b }, { localId: a });
  const visit = [happened(on(2), joined('X'))];

  test('leave everybody who is said to be the same person in doubt, and nobody by another’s stay', () => {
    expect(membershipsOf([...visit, linked('LINKED', 'A', 'B'), linked('LINKED', 'C', 'B')])).toEqual([
      'Linked/B/X ENDED - B ?',
      'Linked/C/X ENDED - C ?',
      'v/X/1 OPEN 02- A',
    ]);
  });

  test('once for a team, however many stays there are', () => {
    const again = joined('X', { visit: 'w' });
    expect(
      membershipsOf([...visit, happened(on(4), again), linked('LINKED', 'A', 'B')]).filter((one) =>
        one.includes(' B'),
      ),
    ).toEqual(['Linked/B/X ENDED - B ?']);
  });

  test('no longer once the records are parted that have taken their places', () => {
    const link = linked('LINKED', 'A', 'B');
    const parted = (a: string, b: string) => happened(on(6), { kind: 'SEPARATED', with: b }, { localId: a });
    const linkedAfter = (...events: FeedEvent[]) => foldFeed([...visit, link, ...events]).linked;
    expect(linkedAfter(merged(4, 'A', 'C'))).toEqual([['B', 'C']]);
    expect(linkedAfter(merged(4, 'A', 'C'), parted('C', 'B'))).toEqual([]);
    expect(linkedAfter(renumbered(4, 'A', 'A2'), parted('A2', 'B'))).toEqual([]);
    expect(linkedAfter(merged(4, 'A', 'C'), parted('C', 'D'))).toEqual([['B', 'C']]);
  });

  test('no longer once they are parted, merged or the stay was none', () => {
    const link = linked('LINKED', 'A', 'B');
    const parted = happened(on(4), { kind: 'SEPARATED', with: 'A' }, { localId: 'B' });
    expect(membershipsOf([...visit, link, parted])).toEqual(['v/X/1 OPEN 02- A']);
    expect(membershipsOf([...visit, link, merged(4, 'B', 'A')])).toEqual(['v/X/1 OPEN 02- A']);
    expect(membershipsOf([...visit, link, happened(on(4), undone('JOINED'))])).toEqual([
      'v/X/1 ENTERED_IN_ERROR 02- A',
    ]);
  });
});

describe('memberships of merged records', () => {
  const visit = [happened(on(2), joined('X'))];

  test('go to the record that lives on, and tell of the one that does not', () => {
    expect(membershipsOf([...visit, merged(4, 'A', 'B')])).toEqual([
      'v/X/1 OPEN 02- B',
      'v/X/1/A ENTERED_IN_ERROR 02- A>B',
    ]);
    expect(
      membershipsOf([...visit, merged(4, 'A', 'B'), merged(5, 'B', 'C'), of('C', happened(on(6), left()))]),
    ).toEqual([
      'v/X/1 ENDED 02-06 C',
      'v/X/1/A ENTERED_IN_ERROR 02-06 A>C',
      'v/X/1/B ENTERED_IN_ERROR 02-06 B>C',
    ]);
  });

  test('come back when the merge is taken back, whoever had been told of since', () => {
    const events = [
      ...visit,
      merged(4, 'A', 'B'),
      of('B', happened(on(5), stands('X'))),
      separated(6, 'A', 'B'),
    ];
    expect(membershipsOf(events)).toEqual(['v/X/1 OPEN 02- A', 'v/X/1/A ENTERED_IN_ERROR 02- A']);
    expect(doubtsOf(events)).toEqual([]);
  });

  test('another number of the same record keeps what was told under the old one', () => {
    const dob = happened(on(1), { kind: 'DETAILS' }, { patient: { dateOfBirth: '1980-01-01' } });
    const folded = foldFeed([dob, renumbered(2, 'A', 'B'), of('B', happened(on(3), joined('X')))]);
    expect(folded.patients.map(({ localId, dateOfBirth }) => [localId, dateOfBirth])).toEqual([
      ['A', '1980-01-01'],
      ['B', '1980-01-01'],
    ]);
  });
});

describe('visits', () => {
  const replacedVisit = (day: number, from: string, by: string): FeedEvent =>
    happened(on(day), { kind: 'VISIT_REPLACED', visit: from, by });

  test('one that was told twice is counted once', () => {
    const events = [
      happened(on(2), joined('X')),
      happened(on(3), joined('X', { visit: 'w' })),
      replacedVisit(4, 'w', 'v'),
    ];
    expect(membershipsOf(events)).toEqual(['v/X/1 OPEN 02- A', 'w/X/1 ENTERED_IN_ERROR 03- A']);
    expect(membershipsOf([...events, happened(on(5), left('w'))])).toEqual([
      'v/X/1 ENDED 02-05 A',
      'w/X/1 ENTERED_IN_ERROR 03-05 A',
    ]);
  });

  test('one that has another number from then on goes on under it', () => {
    const events = [happened(on(2), joined('X')), replacedVisit(4, 'v', 'w'), happened(on(6), left('w'))];
    expect(membershipsOf(events)).toEqual(['v/X/1 ENTERED_IN_ERROR 02- A', 'w/X/1 ENDED 02-06 A']);
    expect(doubtsOf([...events, replacedVisit(7, 'w', 'v'), replacedVisit(8, 'v', 'v')])).toEqual([
      'VISIT_REVERSED A w',
    ]);
  });

  test('one that was another patient’s all along is theirs', () => {
    const given = happened(on(4), { kind: 'VISIT_GIVEN', visit: 'v', to: 'B' });
    const events = [happened(on(2), joined('X')), given, of('B', happened(on(5), left()))];
    expect(membershipsOf(events)).toEqual(['v/X/1 ENDED 02-05 B']);
    expect(doubtsOf(events)).toEqual([]);
  });
});

describe('details', () => {
  const told = (day: number, patient: FeedPatient, recordedAt = on(day)): FeedEvent =>
    happened(on(day), { kind: 'DETAILS' }, { patient, recordedAt });
  const patient = (...events: readonly FeedEvent[]) => foldFeed(events).patients[0];

  test('what is left out stays, null takes away, and the word that was written last holds', () => {
    const first = told(2, { dateOfBirth: '1980-01-01', deceasedOn: '2026-03-01' });
    expect(patient(first, told(3, { restricted: true }))).toMatchObject({
      dateOfBirth: '1980-01-01',
      restricted: true,
    });
    expect(patient(told(3, { deceasedOn: null }), first)).toMatchObject({ deceasedOn: null });
    expect(patient(first, told(1, { dateOfBirth: '1980-01-02' }, on(9)))).toMatchObject({
      dateOfBirth: '1980-01-02',
    });
  });

  test('another number is not verified because the one before was', () => {
    const first = told(2, { nhsNumber: '9990000018', nhsNumberStatus: '01' });
    expect(patient(first, told(3, { nhsNumber: '9990000018' }))).toMatchObject({ nhsNumberStatus: '01' });
    expect(patient(first, told(3, { nhsNumber: '9990000026' }))).toMatchObject({
      nhsNumber: '9990000026',
      nhsNumberStatus: null,
    });
  });

  test('somebody of whom nothing is told is a record in use', () => {
    expect(foldFeed([merged(2, 'A', 'B')]).patients[1]).toEqual({
      localId: 'B',
      nhsNumber: null,
      nhsNumberStatus: null,
      dateOfBirth: null,
      deceasedOn: null,
      active: true,
      restricted: false,
      replacedByLocalId: null,
    });
  });
});

/** Messages of a patient administration system about people who do not exist: they join teams, move, change and leave. Pure. */

import { londonDate } from '../../../../src/core/calendar.js';
import { formatDate, formatTime } from '../../er7/times.js';
import { components, repetitions, type SegmentToWrite, segment } from '../../er7/write.js';
import { Dice, type MadeUpPerson, madeUpPerson } from './people.rules.js';

/** Who sends and what of. */
export interface MadeUpFeed {
  readonly seed: number;
  readonly count: number;
  /** Codes of teams as the feed has them; at least one. */
  readonly teams: readonly string[];
  readonly sender: { readonly application: string; readonly facility: string };
  readonly receiver: { readonly application: string; readonly facility: string };
  /** MSH-11. */
  readonly processingId: string;
  /** When it begins. */
  readonly from: Date;
}

/** An event of a story. */
interface Told {
  readonly event: 'A04' | 'A02' | 'A03' | 'A08' | 'A11';
  /** When it is told; ISO instant. */
  readonly at: string;
  /** When that happened which is told, or taken back; ISO instant. */
  readonly happenedAt: string;
  readonly person: MadeUpPerson;
  readonly team: string;
  readonly priorTeam: string | null;
  readonly visit: string;
  /** First day of the visit, and of an end its day; ISO instants. */
  readonly since: string;
  readonly until: string | null;
}

const HOUR_MS = 3_600_000;

/** What happens to one person, in its order. */
function story(feed: MadeUpFeed, number: number, dice: Dice): readonly Told[] {
  const person = madeUpPerson(feed.seed, number, dice);
  let at = feed.from.getTime() + dice.int(0, 24 * 60) * HOUR_MS;
  const since = new Date(at).toISOString();
  let team = dice.pick(feed.teams);
  const visit = `V${feed.seed}-${number}`;
  const told: Told[] = [];
  const tell = (event: Told['event'], more: Partial<Told> = {}): void => {
    const now = new Date(at).toISOString();
    told.push({
      event,
      at: now,
      happenedAt: now,
      person,
      team,
      priorTeam: null,
      visit,
      since,
      until: null,
      ...more,
    });
    at += dice.int(1, 60 * 24) * HOUR_MS;
  };
  tell('A04');
  if (dice.chance(5)) {
    tell('A11', { happenedAt: since });
    return told;
  }
  if (dice.chance(40)) tell('A08');
  const others = feed.teams.filter((other) => other !== team);
  if (others.length > 0 && dice.chance(30)) {
    const priorTeam = team;
    team = dice.pick(others);
    tell('A02', { priorTeam });
  }
  if (dice.chance(40)) tell('A03', { until: new Date(at).toISOString() });
  return told;
}

const date = (instant: string): string => formatDate(londonDate(new Date(instant)));

function segmentsOf(told: Told, controlId: string, feed: MadeUpFeed): readonly SegmentToWrite[] {
  const { event, at, happenedAt, person, team, priorTeam, visit, since, until } = told;
  const { sender, receiver, processingId } = feed;
  const time = formatTime(new Date(at));
  // HL7 2.4 table 0354: these share the structure of A01, transfers have their own.
  const structure =
    event === 'A02' ? 'ADT_A02' : event === 'A03' ? 'ADT_A03' : event === 'A11' ? 'ADT_A09' : 'ADT_A01';
  return [
    segment('MSH', {
      3: sender.application,
      4: sender.facility,
      5: receiver.application,
      6: receiver.facility,
      7: time,
      9: components('ADT', event, structure),
      10: controlId,
      11: processingId,
      12: '2.4',
      17: 'GBR',
    }),
    segment('EVN', { 1: event, 2: time, 6: formatTime(new Date(happenedAt)) }),
    segment('PID', {
      1: '1',
      3: repetitions(
        components(person.nhsNumber, '', '', 'NHS', 'NH'),
        components(person.localId, '', '', sender.facility, 'MR'),
      ),
      5: components(person.family, person.given, '', '', '', '', 'L'),
      7: formatDate(person.bornOn),
      8: person.sex,
      32: 'NSTS01',
    }),
    segment('PV1', {
      1: '1',
      2: 'O',
      3: team,
      6: priorTeam,
      19: visit,
      44: date(since),
      45: until === null ? null : date(until),
    }),
  ];
}

/** So many messages in the order of time, of as many people as it takes. */
export function madeUpAdt(feed: MadeUpFeed): readonly (readonly SegmentToWrite[])[] {
  const dice = new Dice(feed.seed);
  const told: Told[] = [];
  for (let number = 1; told.length < feed.count; number++) told.push(...story(feed, number, dice));
  const ordered = told.map((one, index) => ({ one, index }));
  ordered.sort((a, b) => (a.one.at === b.one.at ? a.index - b.index : a.one.at < b.one.at ? -1 : 1));
  return ordered
    .slice(0, feed.count)
    .map(({ one }, index) => segmentsOf(one, `Z${feed.seed}-${index + 1}`, feed));
}

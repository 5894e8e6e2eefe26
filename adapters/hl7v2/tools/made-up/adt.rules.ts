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

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;
/** People in all grow by a factor of e in so long: a few messages and very many both take some months. */
const GROWTH_MINUTES = 20 * DAY_MINUTES;

/** No person of that number or a later one joins before; milliseconds since 1970. */
const earliest = ({ from }: MadeUpFeed, number: number): number =>
  from.getTime() + Math.floor(GROWTH_MINUTES * Math.log(number)) * MINUTE_MS;

/** What happens to one person, in its order. */
function story(feed: MadeUpFeed, number: number, dice: Dice): readonly Told[] {
  const person = madeUpPerson(feed.seed, number, dice);
  let at = earliest(feed, number) + dice.int(0, 2 * DAY_MINUTES) * MINUTE_MS;
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
    at += dice.int(60, 20 * DAY_MINUTES) * MINUTE_MS;
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

/** The first events of all stories in the order of time: as many as asked for, or more. Whoever joins later changes none of them. */
function firstTold(feed: MadeUpFeed): readonly Told[] {
  const dice = new Dice(feed.seed);
  const told: Told[] = [];
  for (let number = 1, people = feed.count; ; people *= 2) {
    for (; number <= people; number++) told.push(...story(feed, number, dice));
    const until = new Date(earliest(feed, number)).toISOString();
    const settled = told.filter(({ at }) => at <= until);
    if (settled.length >= feed.count)
      return settled.sort((one, other) => (one.at === other.at ? 0 : one.at < other.at ? -1 : 1));
  }
}

/** So many messages in the order of time, of as many people as it takes. Fewer of the same feed are the first of them. */
export function madeUpAdt(feed: MadeUpFeed): readonly (readonly SegmentToWrite[])[] {
  return firstTold(feed)
    .slice(0, feed.count)
    .map((one, index) => segmentsOf(one, `Z${feed.seed}-${index + 1}`, feed));
}

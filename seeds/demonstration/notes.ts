/** The notes of the demonstration: what two specialists wrote about some of their people, one of them put right afterwards. */
import type { DocumentKind, DocumentLabel } from '../../src/clinical/documents.port.js';
import { addDays, type LocalDate } from '../../src/core/calendar.js';
import type { DocumentVisibility } from '../../src/delivery/signed-document.service.js';
import type { DemonstrationEpisode } from './episodes.js';

/** A note as data; the hub's seeding writes and signs it through its own services. */
export interface DemonstrationNote {
  /** Stable name, so that seeding twice can be noticed. */
  readonly key: string;
  /** Key of its episode; its specialist is the author. */
  readonly episode: string;
  readonly kind: DocumentKind;
  readonly text: string;
  readonly contactOn: LocalDate;
  readonly visibility?: DocumentVisibility;
  readonly labels?: readonly DocumentLabel[];
  /** What took its place, and why. */
  readonly amendedBy?: { readonly text: string; readonly reason: string };
}

/** How many days an episode has been open before it is written about. */
const SETTLED_DAYS = 25;

interface Written extends Omit<DemonstrationNote, 'key' | 'episode' | 'contactOn'> {
  readonly by: string;
  /** Which of the specialist's episodes: open ones in order, or the last that is over. */
  readonly on: number | 'CLOSED';
  readonly daysAgo: number;
}

const KIT = 'demo-specialist';
const NERYS = 'demo-specialist-south';

/** What is amended stands last: once it is there, all is. */
const WRITTEN: readonly Written[] = [
  {
    by: KIT,
    on: 0,
    daysAgo: 20,
    kind: 'VOCATIONAL_PROFILE',
    text: `Work history: six years in warehouse work, most recently as a team leader, until becoming unwell.
Strengths: reliable, good with stock systems, patient with new starters.
Wants: part-time work within a bus ride, mornings rather than evenings.
Worries: losing benefits, and what to say about the gap since the last job.
Agreed: benefits advice before the first application; no contact with the former employer.`,
  },
  {
    by: KIT,
    on: 0,
    daysAgo: 13,
    kind: 'PROGRESS_NOTE',
    text: `Met at the library for an hour. Went through two vacancies; one set aside because of night shifts.
Drafted a covering letter together. Better-off calculation booked for next week.`,
  },
  {
    by: KIT,
    on: 1,
    daysAgo: 10,
    kind: 'PROGRESS_NOTE',
    text: `First meeting after a fortnight. Sleeping better. Would like to try a garden centre.
Agreed that I may telephone two employers before we meet again.`,
  },
  {
    by: KIT,
    on: 1,
    daysAgo: 3,
    kind: 'PROGRESS_NOTE',
    labels: ['THIRD_PARTY_INFORMATION'],
    text: `Spoke with a relative, with permission, about lifts to work: possible on three mornings a week.
A trial shift is offered for next Tuesday.`,
  },
  {
    by: KIT,
    on: 2,
    daysAgo: 4,
    kind: 'PROGRESS_NOTE',
    visibility: 'SERVICE_ONLY',
    text: 'Called the employer’s switchboard; the hiring manager is away until Monday. Nothing about the person was said.',
  },
  {
    by: NERYS,
    on: 0,
    daysAgo: 9,
    kind: 'ACTION_PLAN',
    text: `1. Update the CV by the end of the week (together).
2. Visit the open day at the college (person).
3. Ask about travel training (specialist).
Review in four weeks.`,
  },
  {
    by: NERYS,
    on: 1,
    daysAgo: 2,
    kind: 'PROGRESS_NOTE',
    visibility: 'SHAREABLE',
    text: 'Third week in post. Manager and person both pleased. Hours go up from twelve to sixteen; benefits checked first.',
  },
  {
    by: NERYS,
    on: 'CLOSED',
    daysAgo: 1,
    kind: 'CLOSURE_SUMMARY',
    text: `Support has ended as agreed. Knows how to come back, and whom to ask at work.
Care coordinator told by telephone.`,
  },
  {
    by: KIT,
    on: 0,
    daysAgo: 6,
    kind: 'PROGRESS_NOTE',
    text: `Interview next Tuesday at nine. Practised questions about the gap; chose what to say.
Will travel by the number 12 bus.`,
    amendedBy: {
      text: `Interview next Wednesday at nine. Practised questions about the gap; chose what to say.
Will travel by the number 12 bus.`,
      reason: 'The day of the interview was wrong.',
    },
  },
];

/** The episodes of generated people that a specialist has carried for a while, and still does. */
const openOnes = (episodes: readonly DemonstrationEpisode[], by: string, today: LocalDate) =>
  episodes.filter(
    ({ key, specialist, openedOn, closed }) =>
      key.startsWith('a-') &&
      specialist === by &&
      closed === null &&
      openedOn <= addDays(today, -SETTLED_DAYS),
  );

function lastClosed(episodes: readonly DemonstrationEpisode[], by: string): DemonstrationEpisode | undefined {
  return episodes
    .filter(({ key, specialist, closed }) => key.startsWith('a-') && specialist === by && closed !== null)
    .sort((a, b) => (a.closed!.on < b.closed!.on ? 1 : -1))[0];
}

/** The notes that go with `episodes`; fewer where a specialist has too few. */
export function demonstrationNotes(
  today: LocalDate,
  episodes: readonly DemonstrationEpisode[],
): readonly DemonstrationNote[] {
  return WRITTEN.flatMap(({ by, on, daysAgo, ...note }, index) => {
    const episode = on === 'CLOSED' ? lastClosed(episodes, by) : openOnes(episodes, by, today)[on];
    return episode
      ? [{ ...note, key: `note-${index + 1}`, episode: episode.key, contactOn: addDays(today, -daysAgo) }]
      : [];
  });
}

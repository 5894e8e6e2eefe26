/** The episodes of employment support of the demonstration: one for each accepted referral whose team has a specialist. */
import type { ClosingReason } from '../../src/casework/episodes/episode.rules.js';
import { addDays, type LocalDate } from '../../src/core/calendar.js';
import { Role } from '../../src/core/caller.js';
import type { OrganisationCode } from './organisations.js';
import { type DemonstrationReferral, SpecificationCode } from './referral.type.js';
import { DEMONSTRATION_STAFF, STAFF_VALID_FROM } from './staff.js';

/** An episode as data; the hub's seeding turns it into rows through its own services. */
export interface DemonstrationEpisode {
  /** Of its referral; `cast-<key>`, `a-<n>` or `b-<n>`. */
  readonly key: string;
  readonly organisation: OrganisationCode;
  /** Subject of the employment specialist who carries it. */
  readonly specialist: string;
  readonly openedOn: LocalDate;
  /** Null while it is open. */
  readonly closed: { readonly on: LocalDate; readonly reason: ClosingReason } | null;
}

const REASONS: readonly ClosingReason[] = [
  'SUSTAINED_IN_WORK',
  'NO_LONGER_WANTS_SUPPORT',
  'SUSTAINED_IN_WORK',
  'LOST_CONTACT',
  'MOVED_AWAY',
];
/** Of those of the running specifications, one in so many is over. */
const CLOSED_ONE_IN = 6;

/** The employment specialist of a team; null where it has none, and then nobody can open an episode. */
function specialistOf(organisation: OrganisationCode, team: string): string | null {
  const found = DEMONSTRATION_STAFF.find(
    (person) =>
      person.organisation === organisation &&
      person.roles.includes(Role.EMPLOYMENT_SPECIALIST) &&
      person.teams.includes(team),
  );
  return found?.subject ?? null;
}

/** The earlier of two days. */
const earlier = (a: LocalDate, b: LocalDate): LocalDate => (a < b ? a : b);

function closing(
  referral: DemonstrationReferral,
  openedOn: LocalDate,
  index: number,
  today: LocalDate,
): DemonstrationEpisode['closed'] {
  const isOver = referral.specification === SpecificationCode.DORSET_2018 || index % CLOSED_ONE_IN === 0;
  const on = addDays(openedOn, 60 + ((index * 37) % 180));
  return isOver && on < today ? { on, reason: REASONS[index % REASONS.length] as ClosingReason } : null;
}

/** The episodes that go with `referrals`, in their order. Each opens within days of acceptance and never ahead of `today`. */
export function demonstrationEpisodes(
  today: LocalDate,
  referrals: readonly DemonstrationReferral[],
): readonly DemonstrationEpisode[] {
  const episodes: DemonstrationEpisode[] = [];
  for (const referral of referrals) {
    const { key, organisation, acceptedOn, team } = referral;
    const specialist = specialistOf(organisation, team);
    if (acceptedOn === null || specialist === null) continue;
    const index = episodes.length;
    const from = acceptedOn < STAFF_VALID_FROM ? STAFF_VALID_FROM : acceptedOn;
    const openedOn = earlier(addDays(from, index % 5), today);
    const closed = closing(referral, openedOn, index, today);
    episodes.push({ key, organisation, specialist, openedOn, closed });
  }
  return episodes;
}

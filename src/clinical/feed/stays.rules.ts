/** The events of one visit, in order, as stays on teams. */
import { type LocalDate, londonDate } from '../../core/calendar.js';
import { MembershipState } from '../clinical-record.port.js';
import type { FeedCoordinator } from '../feed.port.js';
import { type HappeningOf, isOf } from './event-order.rules.js';
import type { FeedDoubtKind } from './folded.js';
import type { Effective } from './undone.rules.js';

/** A stay on a team, or the wait for one. */
export interface Stay {
  /** Null when no message names it. */
  readonly team: string | null;
  readonly state: MembershipState;
  readonly from: LocalDate | null;
  readonly to: LocalDate | null;
  readonly coordinator: FeedCoordinator;
  readonly complete: boolean;
}

/** A visit's stays by when they began, and what about them somebody has to look at. */
export interface Stays {
  readonly stays: readonly Stay[];
  readonly doubts: ReadonlySet<FeedDoubtKind>;
}

type Kept = { -readonly [Member in keyof Stay]: Stay[Member] } & {
  /** An event, and no snapshot, told when it began. */
  isBeginTold: boolean;
  /** When the word on its coordinator was written down, or that there is such a stay: what was written before is of another. */
  coordinatorWritten: number;
};

function isWait(state: MembershipState): boolean {
  return state === MembershipState.PLANNED || state === MembershipState.WAITING_LIST;
}

/** True of a fault of the record, by which nobody was there on any day; a wait may be over before its day. */
function endsBeforeItBegins({ state, from, to }: Pick<Stay, 'state' | 'from' | 'to'>): boolean {
  return !isWait(state) && from !== null && to !== null && to < from;
}

function dayOf(at: number): LocalDate {
  return londonDate(new Date(at));
}

/** Follows a visit from team to team. It is on one team at a time, and may wait for others. */
class Visit {
  private readonly stays: Kept[] = [];
  private readonly doubts = new Set<FeedDoubtKind>();
  private current: Kept | null = null;
  private waits: readonly Kept[] = [];
  /** The last end: when it was written down, and what it ended. */
  private end: { readonly recorded: number; readonly ended: readonly Kept[] } | null = null;
  /** When that was first written down which is being followed. */
  private written = 0;
  private readonly lastFact: number;
  private readonly lastWriting: number;

  constructor(private readonly effective: Effective) {
    const facts = effective.happenings.filter((one) => isOf(one, 'JOINED', 'MOVED', 'LEFT'));
    this.lastFact = Math.max(...facts.map(({ at }) => at));
    this.lastWriting = Math.max(...facts.map(({ recorded }) => recorded));
  }

  follow(): Stays {
    for (const happening of this.effective.happenings) {
      this.written = this.effective.firstWritten.get(happening) ?? happening.recorded;
      if (isOf(happening, 'JOINED')) this.joined(happening);
      else if (isOf(happening, 'MOVED')) this.moved(happening);
      else if (isOf(happening, 'LEFT')) this.left(happening);
      else if (isOf(happening, 'STANDS')) this.stands(happening);
    }
    if (this.stays.length === 0 && !this.effective.isVoid) this.withoutTeam();
    if (this.effective.hasUnmatchedUndo) this.doubt('UNDO_UNMATCHED', ...this.stays);
    if (this.effective.isVoid && this.stays.length > 0) this.doubt('AFTER_THE_END', ...this.stays);
    const stays = this.stays.map(({ isBeginTold: _, coordinatorWritten: __, complete, ...stay }) => {
      return { ...stay, complete: complete && stay.from !== null && !endsBeforeItBegins(stay) };
    });
    return { stays, doubts: this.doubts };
  }

  private joined({ event: { change }, at, recorded }: HappeningOf<'JOINED'>): void {
    const day = change.on ?? dayOf(at);
    if (isWait(change.state)) {
      if (this.current?.team !== change.team) this.wait(change.team, change.state, day);
    } else if (this.current?.team === change.team) {
      this.current.state = change.state;
      if (!this.current.isBeginTold) this.current.from = day;
      this.current.isBeginTold = true;
    } else this.begin(change.team, change.state, day, day).isBeginTold = true;
    this.coordinate(change.team, change.coordinator, recorded);
  }

  private moved({ event: { change }, at, recorded }: HappeningOf<'MOVED'>): void {
    const day = change.on ?? dayOf(at);
    if (this.current?.team !== change.team) {
      const isOver = this.current === null && this.end !== null;
      if (change.from !== null && change.from !== change.team && !isOver) this.leftUntold(change.from, day);
      const stay = this.begin(change.team, MembershipState.OPEN, day, day);
      stay.isBeginTold = true;
      if (isOver) this.doubt('AFTER_THE_END', stay);
    }
    this.coordinate(change.team, change.coordinator, recorded);
  }

  /** The team that the visit moved from, where no message told that it was there. */
  private leftUntold(team: string, day: LocalDate): void {
    // Who left a team to which they had not come after all left the one that they were with.
    if (this.effective.undoneTeams.has(team)) return;
    if (this.current?.team === team || this.waits.some((wait) => wait.team === team)) return;
    if (this.current !== null) this.doubt('MOVE_UNTOLD', this.current);
    this.doubt('MOVE_UNTOLD', this.begin(team, MembershipState.OPEN, null, day));
  }

  private left({ event: { change }, at, recorded }: HappeningOf<'LEFT'>): void {
    const day = change.on ?? dayOf(at);
    const open = this.current === null ? this.waits : [this.current, ...this.waits];
    if (open.length > 0) this.finish(open, day, recorded);
    else if (this.end !== null && recorded >= this.end.recorded) this.finish(this.end.ended, day, recorded);
  }

  private stands(happening: HappeningOf<'STANDS'>): void {
    const { event, at, recorded } = happening;
    const { team, to, coordinator } = event.change;
    if (!this.effective.stale.has(happening)) {
      const isNewest = this.lastFact <= at && this.lastWriting <= recorded;
      if (this.stays.length === 0) this.beginUntold(happening);
      else if (isNewest) this.standsNow(happening);
      this.beginsAt(event.change.from ?? null);
      if (isNewest && to && this.current !== null && !this.effective.staleEnds.has(happening))
        this.finish([this.current], to, recorded);
    }
    if (!this.effective.mistaken.has(happening))
      this.coordinate(team ?? this.current?.team ?? null, coordinator, recorded);
  }

  /** The first that is heard of a visit. */
  private beginUntold({ event: { change }, at }: HappeningOf<'STANDS'>): void {
    const { team, state = MembershipState.OPEN } = change;
    if (team === null) return;
    if (isWait(state)) this.wait(team, state, null);
    else this.begin(team, state, null, dayOf(at));
  }

  /** What a snapshot shows that is newer than everything known to have happened. */
  private standsNow({ event: { change }, at }: HappeningOf<'STANDS'>): void {
    if (this.current !== null && change.team !== null && change.team !== this.current.team) {
      const left = this.current;
      this.doubt('MOVE_UNTOLD', left, this.begin(change.team, MembershipState.OPEN, null, dayOf(at)));
    } else if (this.current === null && this.end !== null && change.to === null) {
      this.doubt('AFTER_THE_END', ...this.end.ended);
    }
  }

  /** A snapshot tells when the visit began: that is the beginning of its first stay, and of no later one. */
  private beginsAt(day: LocalDate | null): void {
    const [first] = this.stays;
    if (day !== null && first !== undefined && !first.isBeginTold) first.from = day;
  }

  private begin(team: string, state: MembershipState, from: LocalDate | null, day: LocalDate): Kept {
    const waited = this.waits.find((wait) => wait.team === team);
    const over = this.waits.filter((wait) => wait !== waited);
    this.close(this.current === null ? over : [this.current, ...over], day);
    const stay = waited ?? this.add(team, state, from);
    Object.assign(stay, { state, from });
    this.waits = [];
    this.current = stay;
    return stay;
  }

  private wait(team: string, state: MembershipState, from: LocalDate | null): void {
    const known = this.waits.find((wait) => wait.team === team);
    if (known !== undefined) Object.assign(known, { state, from });
    else this.waits = [...this.waits, this.add(team, state, from)];
  }

  private add(team: string | null, state: MembershipState, from: LocalDate | null): Kept {
    const stay: Kept = {
      ...{ team, state, from, to: null, complete: true, isBeginTold: false },
      ...{ coordinator: null, coordinatorWritten: this.written },
    };
    this.stays.push(stay);
    return stay;
  }

  private finish(stays: readonly Kept[], day: LocalDate, recorded: number): void {
    this.close(stays, day);
    this.end = { recorded, ended: stays };
  }

  /** What never got beyond a wait or a plan stays one, and has an end. */
  private close(stays: readonly Kept[], day: LocalDate): void {
    for (const stay of stays) {
      stay.to = day;
      if (!isWait(stay.state)) stay.state = MembershipState.ENDED;
      if (stay === this.current) this.current = null;
    }
    this.waits = this.waits.filter((wait) => !stays.includes(wait));
  }

  /** A coordinator is the team's: whoever moves has none until a message names one. The word that was written last holds. */
  private coordinate(team: string | null, coordinator: FeedCoordinator | undefined, written: number): void {
    const stay = this.current?.team === team ? this.current : this.waits.find((wait) => wait.team === team);
    if (coordinator === undefined || stay === undefined || written < stay.coordinatorWritten) return;
    stay.coordinator = coordinator;
    stay.coordinatorWritten = written;
  }

  /** A visit of which something is told, and the team is not. */
  private withoutTeam(): void {
    const stay = this.add(null, MembershipState.OPEN, null);
    for (const happening of this.effective.happenings) {
      if (isOf(happening, 'STANDS')) {
        stay.from = happening.event.change.from ?? stay.from;
        stay.to = happening.event.change.to ?? stay.to;
      } else if (isOf(happening, 'LEFT')) stay.to = happening.event.change.on ?? dayOf(happening.at);
    }
    if (stay.to !== null) stay.state = MembershipState.ENDED;
    this.doubt('TEAM_UNKNOWN', stay);
  }

  private doubt(kind: FeedDoubtKind, ...stays: readonly Kept[]): void {
    this.doubts.add(kind);
    for (const stay of stays) stay.complete = false;
  }
}

/** The stays that a visit's events tell of. */
export function staysOf(effective: Effective): Stays {
  return new Visit(effective).follow();
}

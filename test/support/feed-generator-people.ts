/** People and their visits as they really are, and the messages that a patient administration system writes of them. */
import { segment, writtenDay } from './feed-generator-messages.js';
import { dayOf, type Trust } from './feed-generator-trust.js';

export interface Stay {
  team: string;
  isPlan: boolean;
  from: string;
  to: string | null;
  /** Null: there is none; undefined: nobody has said. */
  coordinator: string | null | undefined;
}

export interface Fact {
  readonly kind: 'A01' | 'A02' | 'A03' | 'A05';
  readonly at: number;
  /** The stays before it. */
  readonly before: readonly Stay[];
}

export interface Visit {
  readonly number: string;
  owner: Patient;
  stays: Stay[];
  /** What can still be taken back, oldest first. */
  facts: Fact[];
  /** When the newest thing happened to it. */
  lastAt: number;
}

export interface Patient {
  id: string;
  readonly earlierIds: string[];
  mergedInto: Patient | null;
  dateOfBirth: string;
  deceasedOn: string | null;
  /** What of these a message has told. */
  told: { dateOfBirth: string | null; deceasedOn: string | null };
}

/** What a message says of a visit beside how it stands. */
export interface VisitMore {
  readonly start?: string;
  readonly end?: string;
  readonly prior?: string | null;
  readonly planned?: string;
  readonly tellsCoordinator?: boolean;
}

/** Who coordinates when two stays turn out to be one. */
export function laterOf(one: Stay, other: Stay): Stay['coordinator'] {
  return other.coordinator === undefined ? one.coordinator : other.coordinator;
}

export function cx(id: string): string {
  return `${id}^^^RXX^MR`;
}

export function rootOf(patient: Patient): Patient {
  return patient.mergedInto === null ? patient : rootOf(patient.mergedInto);
}

export function isOpen({ stays }: Visit): boolean {
  return stays.length > 0 && stays.at(-1)!.to === null;
}

/** What is written of some people, day by day. */
export class Diary {
  constructor(
    readonly trust: Trust,
    /** The time of writing; milliseconds. */
    public now: number,
  ) {}

  write(event: string, occurred: number | null, segments: readonly string[]): void {
    this.trust.write(event, this.now, occurred, segments);
  }

  /** What the record says, as much of it as the message tells. */
  pid(patient: Patient, isWhole = false): string {
    const { dateOfBirth, deceasedOn, told } = patient;
    const tells = (): boolean => isWhole || this.trust.random() < 0.3;
    const fields: Record<number, string> = { 3: cx(patient.id), 30: '' };
    if (tells()) {
      told.dateOfBirth = dateOfBirth;
      fields[7] = writtenDay(dateOfBirth);
    }
    if (tells()) {
      told.deceasedOn = deceasedOn;
      fields[29] = deceasedOn === null ? '""' : writtenDay(deceasedOn);
    }
    return segment('PID', fields);
  }

  /** What a form showed when records or visits were put in order, which is not what is known of anybody. */
  form(patient: Patient): string {
    const [birth, death] = [this.trust.birth(), dayOf(this.now)].map(writtenDay) as [string, string];
    return segment('PID', { 3: cx(patient.id), 7: birth, 29: death });
  }

  visitSegment(visit: Visit, more: VisitMore): string {
    const stay = visit.stays.at(-1);
    return segment('PV1', {
      2: stay?.isPlan ? 'P' : 'O',
      3: stay?.team ?? this.trust.team(),
      6: more.prior ?? '',
      19: visit.number,
      44: writtenDay(more.start ?? ''),
      45: writtenDay(more.end ?? ''),
    });
  }

  send(event: string, visit: Visit, occurred: number | null, more: VisitMore): void {
    const stay = visit.stays.at(-1);
    const who = stay?.coordinator ?? null;
    const isNews = event === 'A01' || event === 'A04' || event === 'A02' || more.tellsCoordinator;
    const tells = stay !== undefined && stay.to === null && (isNews || this.trust.random() < 0.3);
    const rol =
      who === null ? (more.tellsCoordinator ? ['ROL|1|AD|CC|""'] : []) : [`ROL|1|AD|CC|${who}^Name`];
    const pv2 = more.planned ? [segment('PV2', { 8: writtenDay(more.planned) })] : [];
    const pid = this.pid(rootOf(visit.owner));
    const segments = [pid, this.visitSegment(visit, more), ...pv2, ...(tells ? rol : [])];
    this.write(event, occurred, segments);
  }
}

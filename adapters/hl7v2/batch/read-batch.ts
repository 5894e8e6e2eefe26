/** A file of messages as everybody who is on a caseload: taken whole, or refused whole. */

import { BatchFault, type BatchItem, splitBatch } from '../er7/batch.js';
import { decode, isCharsetFault } from '../er7/charset.js';
import type { Charset } from '../er7/charset-names.js';
import { Er7Fault, Er7Message, type Er7Segment } from '../er7/message.js';
import { parseTime } from '../er7/times.js';
import { EVENTS, type EventMeaning } from '../meaning/events.js';
import { MeaningFault } from '../meaning/fault.js';
import type { MeaningRules } from '../meaning/meaning-settings.js';
import { type Snapshot, snapshotOf } from '../snapshot/snapshot.rules.js';
import { OF_FRAMES, refusal } from './refusal.js';

/** How the messages of a file are read. */
export interface BatchReading {
  readonly rules: MeaningRules;
  /** Of messages that state no character set. */
  readonly characterSet: Charset;
  readonly maxMessageBytes: number;
  readonly maxSegments: number;
}

/** What a file says. */
export interface CountedFile {
  /** When it was so: the file's own time, or that of its oldest batch; ISO instant. */
  readonly asOf: string;
  /** Who is on the caseload of each team that is named. */
  readonly teams: ReadonlyMap<string, readonly Snapshot[]>;
}

/** How far ahead of the hub's clock the time of a file may be. */
const CLOCK_TOLERANCE_MS = 3_600_000;

/** What an event must mean for its message to show how somebody stands. */
const SHOWS_STANDING: readonly EventMeaning[] = ['JOINED', 'PLANNED', 'REFERRED', 'STANDS', 'DETAILS'];

/** The time of a header (FHS-7, BHS-7). @throws HUB_CASELOAD_FILE_DATE */
function timeOf(header: Er7Segment, line: number, zone: string, now: Date): string {
  const instant = parseTime(header.text(7)?.trim() ?? '', zone)?.instant ?? null;
  const place = `${header.name}-7`;
  if (instant === null) throw refusal('HUB_CASELOAD_FILE_DATE', 'NOT_STATED', { place, line });
  if (Date.parse(instant) > now.getTime() + CLOCK_TOLERANCE_MS)
    throw refusal('HUB_CASELOAD_FILE_DATE', 'FUTURE', { place, line });
  return instant;
}

/** @throws HUB_CASELOAD_FILE_ENCODING, HUB_CASELOAD_FILE_FORMAT */
function messageIn(bytes: Buffer, line: number, { characterSet, maxSegments }: BatchReading): Er7Message {
  const decoded = decode(bytes, characterSet);
  if (isCharsetFault(decoded)) throw refusal('HUB_CASELOAD_FILE_ENCODING', decoded.fault, { line });
  try {
    return Er7Message.parse(decoded.text, { segments: maxSegments, charset: decoded.charset });
  } catch (error) {
    if (!(error instanceof Er7Fault)) throw error;
    throw refusal('HUB_CASELOAD_FILE_FORMAT', error.fault, { line: line + error.segment - 1 });
  }
}

/** @throws HUB_CASELOAD_FILE_VALUES for a message that does not show how somebody of a team stands. */
function memberIn(
  message: Er7Message,
  line: number,
  asOf: string,
  rules: MeaningRules,
): Snapshot & { readonly team: string } {
  const type = message.header.text(9, 1)?.trim() ?? '';
  const event = message.header.text(9, 2)?.trim() || message.first('EVN')?.text(1)?.trim() || '';
  const meaning = rules.eventMeanings.get(event) ?? EVENTS.get(event) ?? 'NOTHING';
  if ((type !== 'ADT' && type !== 'REF') || !SHOWS_STANDING.includes(meaning))
    throw refusal('HUB_CASELOAD_FILE_VALUES', 'EVENT', { line, place: 'MSH-9' });
  try {
    const snapshot = snapshotOf(message, rules, asOf);
    const { team } = snapshot;
    if (team === null) throw new MeaningFault(rules.teamFrom[0]?.name ?? 'PV1-3');
    return { ...snapshot, team };
  } catch (error) {
    if (!(error instanceof MeaningFault)) throw error;
    throw refusal('HUB_CASELOAD_FILE_VALUES', 'NOT_UNDERSTOOD', { line, place: error.place });
  }
}

type BatchHeader = Extract<BatchItem, { readonly header: Er7Segment }>;

/** When a file was so: its own time, else that of the oldest of its batches. */
class FileTime {
  private ofFile: string | null = null;
  private ofBatches: string | null = null;

  constructor(
    private readonly zone: string,
    private readonly now: Date,
  ) {}

  /** Null before the first header. */
  get asOf(): string | null {
    return this.ofFile ?? this.ofBatches;
  }

  take({ kind, header, line }: BatchHeader): void {
    if (kind === 'BATCH' && this.ofFile !== null) return;
    const at = timeOf(header, line, this.zone, this.now);
    if (kind === 'FILE') this.ofFile = at;
    else if (this.ofBatches === null || at < this.ofBatches) this.ofBatches = at;
  }
}

/** Members by team, none of them twice. */
class Members {
  readonly teams = new Map<string, Snapshot[]>();
  private readonly seen = new Set<string>();

  add(member: Snapshot & { readonly team: string }, line: number): void {
    const key = JSON.stringify([member.team, member.reference]);
    if (this.seen.has(key)) throw refusal('HUB_CASELOAD_FILE_VALUES', 'TWICE', { line });
    this.seen.add(key);
    const members = this.teams.get(member.team);
    if (members === undefined) this.teams.set(member.team, [member]);
    else members.push(member);
  }
}

/**
 * Reads a file to its end.
 * @throws HUB_CASELOAD_FILE_PARTIAL when it was cut short, its counts do not fit or nobody counted; HUB_CASELOAD_FILE_FORMAT,
 * HUB_CASELOAD_FILE_ENCODING, HUB_CASELOAD_FILE_DATE, HUB_CASELOAD_FILE_VALUES.
 */
export async function readBatch(
  chunks: AsyncIterable<Uint8Array>,
  reading: BatchReading,
  now: Date,
): Promise<CountedFile> {
  const { rules, characterSet: declared, maxMessageBytes: messageBytes } = reading;
  const members = new Members();
  const time = new FileTime(rules.timeZone, now);
  try {
    for await (const item of splitBatch(chunks, { declared, messageBytes })) {
      const { asOf } = time;
      if (item.kind === 'MESSAGE') {
        if (asOf === null) throw refusal('HUB_CASELOAD_FILE_PARTIAL', 'NOT_COUNTED');
        const message = messageIn(item.bytes, item.line, reading);
        members.add(memberIn(message, item.line, asOf, rules), item.line);
      } else if (item.kind === 'END') {
        if (asOf === null || !item.isCounted) throw refusal('HUB_CASELOAD_FILE_PARTIAL', 'NOT_COUNTED');
        return { asOf, teams: members.teams };
      } else time.take(item);
    }
  } catch (error) {
    if (!(error instanceof BatchFault)) throw error;
    throw refusal(OF_FRAMES[error.fault], error.fault, { line: error.line });
  }
  throw refusal('HUB_CASELOAD_FILE_PARTIAL', 'UNFINISHED');
}

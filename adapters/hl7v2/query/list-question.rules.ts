/** The question for the list of a team: QRY^A19 (HL7 v2.4, section 3.3.19) with what it names the team by. Pure. */
import { components, type Er7Value, type SegmentToWrite, segment } from '../er7/write.js';
import { type QueryEnvelope, queryHeader, queryTime } from './query-envelope.rules.js';
import type { QuerySettings } from './query-settings.js';

/** One page of it. */
export interface ListQuestion {
  readonly teamReference: string;
  /** QRD-4, the same on each page. */
  readonly queryId: string;
  /** MSH-10. */
  readonly controlId: string;
  readonly at: Date;
  /** Only who has changed since (QRF-2); null: everybody. */
  readonly since: Date | null;
  /** DSC-1 of the page before; null on the first. */
  readonly pointer: string | null;
}

type Asking = Pick<QuerySettings, 'queryTeamIn' | 'queryFor' | 'queryPageSize'>;

/** The team where that place is the one; else nothing. */
function teamAt(place: QuerySettings['queryTeamIn'], question: ListQuestion, asking: Asking): string | null {
  return asking.queryTeamIn === place ? question.teamReference : null;
}

/** The question's segments. QRD-2 `R`: as records; QRD-3 `I`: at once. */
export function listQuestion(
  question: ListQuestion,
  asking: Asking,
  envelope: QueryEnvelope,
): readonly SegmentToWrite[] {
  const { queryId, controlId, at, since, pointer } = question;
  const [, header, field] = /^(MSH)-(\d)$/.exec(asking.queryTeamIn) ?? [];
  const instead: Readonly<Record<number, Er7Value>> =
    header === undefined ? {} : { [Number(field)]: question.teamReference };
  const { queryPageSize } = asking;
  const where = teamAt('QRF-1', question, asking);
  return [
    queryHeader(['QRY', 'A19', 'QRY_A19'], controlId, at, envelope, instead),
    segment('QRD', {
      1: queryTime(at, envelope),
      2: 'R',
      3: 'I',
      4: queryId,
      7: queryPageSize === null ? null : components(String(queryPageSize), 'RD'),
      8: teamAt('QRD-8', question, asking),
      9: asking.queryFor,
      10: teamAt('QRD-10', question, asking),
    }),
    ...(where === null && since === null
      ? []
      : [segment('QRF', { 1: where, 2: since === null ? null : queryTime(since, envelope) })]),
    ...(pointer === null ? [] : [segment('DSC', { 1: pointer })]),
  ];
}

/** Merges, links and new ids of patients and visits, as events. Of the patient they tell nothing else: that follows in a message of its own. */
import type { FeedChange, FeedEvent } from '../../../src/clinical/feed.port.js';
import type { Er7Message, Er7Segment } from '../er7/message.js';
import { type DatedChange, standing } from './changes.rules.js';
import type { EventMeaning } from './events.js';
import { MeaningFault } from './fault.js';
import { identifiersIn, isNhsNumber, ownId, usableId } from './identifiers.rules.js';
import type { MeaningRules } from './meaning-settings.js';
import type { Moments } from './moments.rules.js';

/** A change of somebody. */
export type ChangeOfSomebody = DatedChange & Pick<FeedEvent, 'localId'>;

/** MRG with the patient segment and the visit that it belongs to. */
interface Merge {
  readonly pid: Er7Segment;
  readonly mrg: Er7Segment;
  readonly pv1: Er7Segment | null;
}

/** Every MRG of a message: each goes with the PID before it, and with the PV1 between it and the next (HL7 v2.4, ADT_A39 and ADT_A45). */
function mergesIn(message: Er7Message): readonly Merge[] {
  const merges: Merge[] = [];
  let pid: Er7Segment | null = null;
  for (const segment of message.segments) {
    const last = merges.at(-1);
    if (segment.name === 'PID') pid = segment;
    else if (segment.name === 'PV1' && last !== undefined) merges.splice(-1, 1, { ...last, pv1: segment });
    else if (segment.name === 'MRG') {
      if (pid === null) throw new MeaningFault('PID');
      merges.push({ pid, mrg: segment, pv1: null });
    }
  }
  if (merges.length === 0) throw new MeaningFault(pid === null ? 'PID' : 'MRG');
  return merges;
}

/** Both ids of a merge. @throws MeaningFault where an id of MRG-1 has no counterpart in PID-3 by type and authority (HL7 UK A.3). */
function idsOf({ pid, mrg }: Merge, rules: MeaningRules): { readonly from: string; readonly to: string } {
  const kindOf = ({ type, authority }: { type: string | null; authority: string | null }): string =>
    isNhsNumber({ value: null, type, authority }) ? 'NHS' : JSON.stringify([type, authority]);
  const kinds = new Set(identifiersIn(pid, 3).map(kindOf));
  if (identifiersIn(mrg, 1).some((one) => !kinds.has(kindOf(one)))) throw new MeaningFault('MRG-1');
  return { from: ownId(mrg, 1, rules), to: ownId(pid, 3, rules) };
}

/** Number of the visit that was merged or moved. */
function priorVisit({ mrg }: Merge): string {
  const visit = mrg.text(5)?.trim() || null;
  if (visit === null) throw new MeaningFault('MRG-5');
  return usableId(visit, 'MRG-5');
}

/** Number of the visit that holds now: PV1-19; null when it keeps its own. */
function presentVisit({ pv1 }: Merge): string | null {
  const visit = pv1?.text(19)?.trim() || null;
  return visit === null ? null : usableId(visit, 'PV1-19');
}

function patientMerge(
  merge: Merge,
  meaning: 'MERGED' | 'RENUMBERED',
  rules: MeaningRules,
): readonly [string, FeedChange] {
  const { from, to } = idsOf(merge, rules);
  if (from === to) throw new MeaningFault('MRG-1');
  if (meaning === 'MERGED') return [from, { kind: 'REPLACED', by: to }];
  if (identifiersIn(merge.mrg, 1).length > 1) throw new MeaningFault('MRG-1');
  return [from, { kind: 'RENUMBERED', to }];
}

function visitMerge(merge: Merge, rules: MeaningRules): readonly [string, FeedChange] {
  const by = presentVisit(merge);
  const visit = priorVisit(merge);
  if (by === null || by === visit) throw new MeaningFault(by === null ? 'PV1-19' : 'MRG-5');
  return [ownId(merge.pid, 3, rules), { kind: 'VISIT_REPLACED', visit, by }];
}

function visitGift(merge: Merge, rules: MeaningRules): readonly (readonly [string, FeedChange])[] {
  const { from, to } = idsOf(merge, rules);
  const visit = priorVisit(merge);
  const by = presentVisit(merge) ?? visit;
  return [
    ...(from === to ? [] : [[from, { kind: 'VISIT_GIVEN', visit, to }] as const]),
    ...(by === visit ? [] : [[to, { kind: 'VISIT_REPLACED', visit, by }] as const]),
    ...(by === visit || from === to ? [] : [[from, { kind: 'VISIT_GIVEN', visit: by, to }] as const]),
  ];
}

function link(
  message: Er7Message,
  kind: 'LINKED' | 'SEPARATED',
  rules: MeaningRules,
): readonly [string, FeedChange] {
  const [one, other] = message.all('PID');
  if (one === undefined || other === undefined) throw new MeaningFault('PID');
  const [a, b] = [ownId(one, 3, rules), ownId(other, 3, rules)];
  if (a === b) throw new MeaningFault('PID-3');
  return [a, { kind, with: b }];
}

/** What a message of merges, links or new ids comes to; null when the meaning is none of them. @throws MeaningFault */
export function mergesOf(
  message: Er7Message,
  meaning: EventMeaning,
  at: () => string,
  moments: Moments,
  rules: MeaningRules,
): readonly ChangeOfSomebody[] | null {
  const dated = ([localId, change]: readonly [string, FeedChange]): ChangeOfSomebody => {
    return { localId, change, happenedAt: at() };
  };
  switch (meaning) {
    case 'MERGED':
    case 'RENUMBERED':
      return mergesIn(message).map((merge) => dated(patientMerge(merge, meaning, rules)));
    case 'VISIT_MERGED': {
      const merges = mergesIn(message).map((merge) => dated(visitMerge(merge, rules)));
      const [first] = merges;
      const told = { message, rules, localId: first!.localId, moments };
      return [...merges, dated([first!.localId, standing(told, true)])];
    }
    case 'VISIT_GIVEN':
      return mergesIn(message).flatMap((merge) => visitGift(merge, rules).map(dated));
    case 'LINKED':
    case 'SEPARATED':
      return [dated(link(message, meaning, rules))];
    default:
      return null;
  }
}

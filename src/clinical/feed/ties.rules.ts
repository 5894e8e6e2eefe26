/** Whom and what an event of a feed names together, so that whoever concerns each other is looked at together. */
import type { FeedEvent } from '../feed.port.js';
import { namedIn } from './merges.rules.js';

/** One direction of a tie. */
export interface FeedTie {
  readonly node: string;
  readonly other: string;
}

/** Node of a patient. */
export const patientNode = (localId: string): string => `P${localId}`;
const visitNode = (visit: string): string => `V${visit}`;

/** Both directions of each tie. */
export function tiesOf({ localId, change }: FeedEvent): readonly FeedTie[] {
  const patient = patientNode(localId);
  const named = namedIn(change);
  const others = [
    ...(named === null || named === localId ? [] : [patientNode(named)]),
    ...('visit' in change ? [visitNode(change.visit)] : []),
    ...(change.kind === 'VISIT_REPLACED' ? [visitNode(change.by)] : []),
  ];
  return others.flatMap((other) => [
    { node: patient, other },
    { node: other, other: patient },
  ]);
}

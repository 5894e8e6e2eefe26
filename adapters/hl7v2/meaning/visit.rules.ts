/** What a message says of a visit: its number, its team, what it is, and who coordinates the care. */
import type { FeedCoordinator } from '../../../src/clinical/feed.port.js';
import type { Er7Message, Er7Segment } from '../er7/message.js';
import { MeaningFault } from './fault.js';
import { type FieldPath, firstStated, segmentsAt } from './field-path.js';
import { isUsableId, usableId } from './identifiers.rules.js';
import type { MeaningRules } from './meaning-settings.js';

/** What a visit is: a wait, a plan, or going on. */
export type VisitState = 'OPEN' | 'WAITING_LIST' | 'PLANNED';

/** True where the message is of no visit: no PV1 and no RF1, or class `N` (HL7 UK A.3: not applicable). */
export function isWithoutVisit(message: Er7Message): boolean {
  const pv1 = message.first('PV1');
  return pv1 === null ? message.first('RF1') === null : classOf(pv1) === 'N';
}

function classOf(pv1: Er7Segment): string | null {
  return pv1.text(2)?.trim().toUpperCase() ?? null;
}

/** PV1-2: `W` waiting list (HL7 UK A.3), `P` pre-admission; anything else goes on. */
export function stateOf(message: Er7Message): VisitState {
  const pv1 = message.first('PV1');
  const visitClass = pv1 === null ? null : classOf(pv1);
  return visitClass === 'W' ? 'WAITING_LIST' : visitClass === 'P' ? 'PLANNED' : 'OPEN';
}

function idAt(message: Er7Message, paths: readonly FieldPath[]): string | null {
  const stated = firstStated(message, paths);
  if (stated === null || stated.value === null) return null;
  return usableId(stated.value, stated.path.name);
}

/** Number of the visit; null when the message has none. @throws MeaningFault when it cannot be kept. */
export function visitIn(message: Er7Message, localId: string, rules: MeaningRules): string | null {
  return idAt(message, rules.visitFrom) ?? (rules.isPatientVisit ? localId : null);
}

/** Number of the visit. @throws MeaningFault when the message has none. */
export function visitOf(message: Er7Message, localId: string, rules: MeaningRules): string {
  const visit = visitIn(message, localId, rules);
  if (visit === null) throw new MeaningFault(rules.visitFrom[0]?.name ?? 'PV1-19');
  return visit;
}

/** The team that the message names; null when it names none. */
export function teamIn(message: Er7Message, rules: MeaningRules): string | null {
  return idAt(message, rules.teamFrom);
}

/** The team that was left. */
export function priorTeamIn(message: Er7Message, rules: MeaningRules): string | null {
  return idAt(message, rules.priorTeamFrom);
}

/** Given name and family name of an XCN; null when there is neither, or what no name is. */
function nameIn(segment: Er7Segment, field: number): string | null {
  const names = [segment.text(field, 3), segment.text(field, 2)].flatMap((name) => name?.trim() || []);
  const name = names.join(' ');
  return name === '' || !isUsableId(name) ? null : name;
}

/**
 * The care coordinator: undefined: the message does not say; null: there is none, as `""` or a role that ended (ROL-2 `DE`)
 * says. A rule that names a component takes it for the reference alone.
 */
export function coordinatorIn(message: Er7Message, rules: MeaningRules): FeedCoordinator | undefined {
  let isOver = false;
  for (const path of rules.coordinatorFrom) {
    for (const segment of segmentsAt(message, path)) {
      const stated = segment.stated(path.field, path.component ?? 1, path.subcomponent);
      const reference = stated?.trim();
      if (stated === null || (reference && segment.name === 'ROL' && segment.text(2) === 'DE')) isOver = true;
      else if (reference) {
        return {
          reference: usableId(reference, path.name),
          name: path.component === null ? nameIn(segment, path.field) : null,
        };
      }
    }
  }
  return isOver ? null : undefined;
}

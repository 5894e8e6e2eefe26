/** Somebody on a caseload as one message shows them: what the list of a team, or a file of everybody, is made of. Pure. */
import {
  type CaseloadItem,
  MembershipState,
  type PatientIdentity,
} from '../../../src/clinical/clinical-record.port.js';
import type { FeedPatient } from '../../../src/clinical/feed.port.js';
import { londonDate } from '../../../src/core/calendar.js';
import type { Er7Message } from '../er7/message.js';
import { MeaningFault } from '../meaning/fault.js';
import type { MeaningRules } from '../meaning/meaning-settings.js';
import { dayAt } from '../meaning/moments.rules.js';
import { localIdOf, patientOf } from '../meaning/patient.rules.js';
import { coordinatorIn, isWithoutVisit, stateOf, teamIn, visitIn } from '../meaning/visit.rules.js';

/** One person's time on one caseload, as it stood. */
export interface Snapshot {
  /** Of the visit; where the message is of none, of the patient, in a form that no number of a visit has. */
  readonly reference: string;
  /** Null when the message names no team. */
  readonly team: string | null;
  /** The membership; whoever asked knows the team. */
  readonly item: Omit<CaseloadItem, 'teamReference'>;
  /** False when a part that can be done without could not be understood. */
  readonly complete: boolean;
}

function identityOf(localId: string, told: FeedPatient): PatientIdentity {
  return {
    localId,
    nhsNumber: told.nhsNumber ?? null,
    nhsNumberStatus: told.nhsNumberStatus ?? null,
    dateOfBirth: told.dateOfBirth ?? null,
    deceasedOn: told.deceasedOn ?? null,
    active: told.active ?? true,
    replacedByLocalId: null,
    restricted: told.restricted ?? false,
  };
}

/** What can be read, and null with a word of it where it cannot. */
function tolerant() {
  let hasFault = false;
  return {
    get hasFault(): boolean {
      return hasFault;
    },
    read<T>(part: () => T): T | null {
      try {
        return part();
      } catch (error) {
        if (!(error instanceof MeaningFault)) throw error;
        hasFault = true;
        return null;
      }
    },
  };
}

/**
 * What a message shows by the rules of its site. The first day and the coordinator can be done without; who it is, which visit,
 * which team and whether it is over cannot.
 * @param asOf when it was so; ISO instant.
 * @throws MeaningFault
 */
export function snapshotOf(message: Er7Message, rules: MeaningRules, asOf: string): Snapshot {
  const localId = localIdOf(message, rules);
  const patient = identityOf(localId, patientOf(message, rules));
  const ofPatient = rules.isPatientVisit ? localId : null;
  const visit = isWithoutVisit(message) ? ofPatient : visitIn(message, localId, rules);
  const team = teamIn(message, rules);
  const validTo = dayAt(message, rules.endFrom, rules) ?? null;
  const stated = stateOf(message);
  const optional = tolerant();
  const startFrom = stated === 'OPEN' ? rules.startFrom : rules.plannedFrom;
  const validFrom = optional.read(() => dayAt(message, startFrom, rules)) ?? null;
  const careCoordinator = optional.read(() => coordinatorIn(message, rules)) ?? null;
  const isOver = validTo !== null && validTo <= londonDate(new Date(asOf));
  return {
    reference: `Visit/${encodeURIComponent(visit ?? `patient:${localId}`)}`,
    team,
    item: {
      state: isOver ? MembershipState.ENDED : stated,
      validFrom,
      validTo,
      patient,
      careCoordinator,
    },
    complete: !optional.hasFault,
  };
}

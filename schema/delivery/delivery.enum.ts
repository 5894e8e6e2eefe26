/** Enumerations of delivery in the graph. */
import { registerEnumType } from 'type-graphql';
import { DocumentAction, DocumentKind, DocumentLabel } from '../../src/clinical/documents.port.js';
import { WorkItemKind } from '../../src/delivery/work-item.service.js';

export { DocumentAction, DocumentKind, DocumentLabel, WorkItemKind };

registerEnumType(DocumentKind, {
  name: 'NoteKind',
  description: 'What a note is: a progress note, or one of the assessments.',
});
registerEnumType(DocumentLabel, {
  name: 'NoteLabel',
  description: 'What must travel with a note or not at all.',
  valuesConfig: {
    THIRD_PARTY_INFORMATION: { description: 'Holds information given by or about somebody else.' },
    WITHHOLD_FROM_PERSON: { description: 'Not to be shown to the person, online access included.' },
    SAFEGUARDING: { description: 'Part of a safeguarding concern.' },
  },
});
registerEnumType(DocumentAction, {
  name: 'VersionAction',
  description: 'CREATE is the first; REPLACE takes the place of its predecessor, APPEND stands beside it.',
});
registerEnumType(WorkItemKind, {
  name: 'WorkItemKind',
  description: 'What somebody has to see to.',
  valuesConfig: {
    UNLINKED: {
      description: 'Link the person to their record in the destination; the note is then sent by itself.',
    },
    PARKED: { description: 'A delivery waits for somebody; its code says why. Then replay or cancel it.' },
    RECEIPT_MISMATCH: {
      description: 'What the record holds is not what was signed. Look at it there at once.',
    },
    RECEIPT_OVERDUE: { description: 'Taken by the destination and not seen on the record in its time.' },
    URGENT_NOT_FILED: {
      description: 'An urgent note is not on the record in its time: tell the team by telephone.',
    },
    COUNTERSIGN: { description: 'A note waits to be countersigned.' },
    COUNTERSIGN_OVERDUE: { description: 'A note has waited for its countersignature beyond its time.' },
    AUTHOR_UNMAPPED: {
      description: 'The author has no identifier in the destination; the administrator adds it.',
    },
    AUTHOR_HAS_LEFT: { description: 'The author has left with notes begun or not filed.' },
    WRONG_PERSON: { description: 'A note was under the wrong person; the incident has to be followed up.' },
    MESSAGE_NOT_UNDERSTOOD: {
      description:
        'A message of a record system could not be used: correct what its code says, then replay it or set it aside.',
    },
  },
});

/** What the note may be shown to. */
export const NoteVisibility = {
  CLINICAL_RECORD: 'CLINICAL_RECORD',
  SERVICE_ONLY: 'SERVICE_ONLY',
  SHAREABLE: 'SHAREABLE',
} as const;
export type NoteVisibility = (typeof NoteVisibility)[keyof typeof NoteVisibility];
registerEnumType(NoteVisibility, {
  name: 'NoteVisibility',
  description:
    'Who is meant to see a note. Settled with its first signature, save that CLINICAL_RECORD may become SHAREABLE and back.',
  valuesConfig: {
    CLINICAL_RECORD: { description: 'Filed in the clinical record.' },
    SERVICE_ONLY: {
      description: 'Stays with the employment service: never filed, hidden from clinical colleagues.',
    },
    SHAREABLE: { description: 'Filed, and may be shown to the person and those whom they choose.' },
  },
});

/** What is done at the destination. */
export const DeliveryOperation = { FILE: 'FILE', WITHDRAW: 'WITHDRAW' } as const;
export type DeliveryOperation = (typeof DeliveryOperation)[keyof typeof DeliveryOperation];
registerEnumType(DeliveryOperation, {
  name: 'DeliveryOperation',
  description: 'FILE puts a version on the record; WITHDRAW marks it there as entered in error.',
});

/** What the hub is doing with a delivery. */
export const DeliveryOurs = {
  QUEUED: 'QUEUED',
  SENDING: 'SENDING',
  SETTLED: 'SETTLED',
  PARKED: 'PARKED',
  CANCELLED: 'CANCELLED',
} as const;
export type DeliveryOurs = (typeof DeliveryOurs)[keyof typeof DeliveryOurs];
registerEnumType(DeliveryOurs, {
  name: 'DeliveryOurs',
  description: 'What the hub is doing with a delivery.',
  valuesConfig: {
    QUEUED: { description: 'Waits for its turn or for its next attempt.' },
    SENDING: { description: 'An attempt is under way.' },
    SETTLED: { description: 'Nothing more to send.' },
    PARKED: { description: 'Waits for a person; `lastCode` says why.' },
    CANCELLED: { description: 'Will not be sent.' },
  },
});

/** What the destination has said or shown. */
export const DeliveryTheirs = {
  NONE: 'NONE',
  ACCEPTED: 'ACCEPTED',
  FILED: 'FILED',
  AWAITING_SIGNATURE: 'AWAITING_SIGNATURE',
  SIGNED: 'SIGNED',
  WITHDRAWN: 'WITHDRAWN',
  REJECTED: 'REJECTED',
} as const;
export type DeliveryTheirs = (typeof DeliveryTheirs)[keyof typeof DeliveryTheirs];
registerEnumType(DeliveryTheirs, {
  name: 'DeliveryTheirs',
  description: 'What the destination has said or shown of a delivery.',
  valuesConfig: {
    NONE: { description: 'Nothing yet.' },
    ACCEPTED: { description: 'Taken; not yet seen on the record.' },
    FILED: { description: 'Read back from the record: same version, same person, same text.' },
    AWAITING_SIGNATURE: { description: 'Held there until somebody has looked at it.' },
    SIGNED: { description: 'Looked at and signed there.' },
    WITHDRAWN: { description: 'Read back as entered in error.' },
    REJECTED: { description: 'Refused for good.' },
  },
});

/** How an attempt ended. */
export const AttemptClass = {
  DONE: 'DONE',
  TRANSIENT: 'TRANSIENT',
  AMBIGUOUS: 'AMBIGUOUS',
  PERMANENT: 'PERMANENT',
  PAUSED: 'PAUSED',
  CONFLICT: 'CONFLICT',
  WAITED: 'WAITED',
  LOST: 'LOST',
} as const;
export type AttemptClass = (typeof AttemptClass)[keyof typeof AttemptClass];
registerEnumType(AttemptClass, {
  name: 'AttemptClass',
  description: 'How an attempt ended, and so what happens next.',
  valuesConfig: {
    DONE: { description: 'Taken.' },
    TRANSIENT: { description: 'Tried again later.' },
    AMBIGUOUS: { description: 'It may have arrived: asked before anything is sent again.' },
    PERMANENT: { description: 'Parked.' },
    PAUSED: { description: 'The whole destination is paused.' },
    CONFLICT: { description: 'The record holds something else: read again and compared.' },
    WAITED: { description: 'Nothing was sent; it waits for something else.' },
    LOST: { description: 'The process that made it ended before it knew.' },
  },
});

/** Orders of deliveries. */
export const DeliveryOrder = { NEWEST: 'NEWEST', OLDEST: 'OLDEST' } as const;
export type DeliveryOrder = (typeof DeliveryOrder)[keyof typeof DeliveryOrder];
registerEnumType(DeliveryOrder, { name: 'DeliveryOrder', description: 'Orders of deliveries.' });

/** Orders of work items. */
export const WorkItemOrder = { OLDEST: 'OLDEST', NEWEST: 'NEWEST', DUE: 'DUE' } as const;
export type WorkItemOrder = (typeof WorkItemOrder)[keyof typeof WorkItemOrder];
registerEnumType(WorkItemOrder, { name: 'WorkItemOrder', description: 'Orders of work items.' });

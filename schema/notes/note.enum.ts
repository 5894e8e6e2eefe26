/** Enumerations of notes in the graph. */
import { registerEnumType } from 'type-graphql';

/** States of a note. */
export const NoteState = {
  DRAFT: 'DRAFT',
  AWAITING_COUNTERSIGNATURE: 'AWAITING_COUNTERSIGNATURE',
  SIGNED: 'SIGNED',
  RETRACTED: 'RETRACTED',
  DISCARDED: 'DISCARDED',
} as const;
export type NoteState = (typeof NoteState)[keyof typeof NoteState];
registerEnumType(NoteState, {
  name: 'NoteState',
  description: 'Where a note stands with its author; where it stands with the record is its delivery.',
  valuesConfig: {
    DRAFT: { description: 'Begun; nothing is signed.' },
    AWAITING_COUNTERSIGNATURE: { description: 'Signed by its author; filed once it is countersigned.' },
    SIGNED: { description: 'Signed.' },
    RETRACTED: { description: 'Taken back; withdrawn from the record where it was there.' },
    DISCARDED: { description: 'Given up before it was signed.' },
  },
});

/** Why a note was taken back. */
export const RetractedBecause = {
  ENTERED_IN_ERROR: 'ENTERED_IN_ERROR',
  WRONG_PERSON: 'WRONG_PERSON',
} as const;
export type RetractedBecause = (typeof RetractedBecause)[keyof typeof RetractedBecause];
registerEnumType(RetractedBecause, { name: 'RetractedBecause', description: 'Why a note was taken back.' });

/** What a draft is for. */
export const DraftPurpose = { NEW: 'NEW', AMEND: 'AMEND', ADD: 'ADD' } as const;
export type DraftPurpose = (typeof DraftPurpose)[keyof typeof DraftPurpose];
registerEnumType(DraftPurpose, {
  name: 'DraftPurpose',
  description: 'What a draft is for: a new note, a version that replaces, or one that is added.',
});

/** States of a draft. */
export const DraftState = { OPEN: 'OPEN', SIGNED: 'SIGNED', DISCARDED: 'DISCARDED' } as const;
export type DraftState = (typeof DraftState)[keyof typeof DraftState];
registerEnumType(DraftState, { name: 'DraftState', description: 'States of a draft.' });

/** States of a countersignature. */
export const CountersignatureState = {
  PENDING: 'PENDING',
  APPROVED: 'APPROVED',
  REJECTED: 'REJECTED',
  WITHDRAWN: 'WITHDRAWN',
} as const;
export type CountersignatureState = (typeof CountersignatureState)[keyof typeof CountersignatureState];
registerEnumType(CountersignatureState, {
  name: 'CountersignatureState',
  description: 'PENDING, then APPROVED, REJECTED (back to the author) or WITHDRAWN with its note.',
});

/** What a countersigner may decide. */
export const CountersignDecision = { APPROVED: 'APPROVED', REJECTED: 'REJECTED' } as const;
export type CountersignDecision = (typeof CountersignDecision)[keyof typeof CountersignDecision];
registerEnumType(CountersignDecision, {
  name: 'CountersignDecision',
  description: 'What a countersigner may decide.',
});

/** What the author should do or know after signing. */
export const SigningPrompt = {
  TELEPHONE_CALL: 'TELEPHONE_CALL',
  LATE_ENTRY: 'LATE_ENTRY',
  UNLINKED: 'UNLINKED',
  LABEL_NOT_CARRIED: 'LABEL_NOT_CARRIED',
  DESTINATION_PAUSED: 'DESTINATION_PAUSED',
  HELD_UP: 'HELD_UP',
  AWAITING_COUNTERSIGNATURE: 'AWAITING_COUNTERSIGNATURE',
} as const;
export type SigningPrompt = (typeof SigningPrompt)[keyof typeof SigningPrompt];
registerEnumType(SigningPrompt, {
  name: 'SigningPrompt',
  description: 'What the author should do or know now that the note is signed.',
  valuesConfig: {
    TELEPHONE_CALL: {
      description:
        'The note is urgent: telephone the team now (`note.team.dutyContact`), then say whom you reached with recordTelephoneCall.',
    },
    LATE_ENTRY: {
      description:
        'The contact is longer ago than the policy calls prompt: the record will say that it is a late entry.',
    },
    UNLINKED: {
      description:
        'The destination does not know the person yet: the note waits and is filed by itself once they are linked. Tell the team what cannot wait.',
    },
    LABEL_NOT_CARRIED: {
      description:
        'The destination cannot carry a label of the note, and it is never sent without: file it by hand, or ask the operator.',
    },
    DESTINATION_PAUSED: {
      description:
        'Nothing is sent to the destination at present: the note waits in its order. Tell the team what cannot wait.',
    },
    HELD_UP: {
      description:
        'An earlier note for the person is parked there, and nothing overtakes it: see `delivery.heldBy`, have it mended, and tell the team what cannot wait.',
    },
    AWAITING_COUNTERSIGNATURE: {
      description: 'The policy asks for a countersignature: the note is filed once it is given.',
    },
  },
});

/** Orders of notes. */
export const NoteOrder = { NEWEST: 'NEWEST', OLDEST: 'OLDEST', CONTACT: 'CONTACT' } as const;
export type NoteOrder = (typeof NoteOrder)[keyof typeof NoteOrder];
registerEnumType(NoteOrder, { name: 'NoteOrder', description: 'Orders of notes.' });

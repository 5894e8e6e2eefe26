/**
 * Which message of HL7 v2 a step in a document's life is: receivers differ, so it is a table of the site. Three shapes of real receivers
 * beside that of the standard (version 2.4, chapter 9), and the unsolicited report (chapter 7) for engines without MDM.
 */

/** Events of messages that hold a document's text. */
const WITH_CONTENT = ['T02', 'T04', 'T06', 'T08', 'T10', 'R01'] as const;
/** Events of messages that tell of a document without its text. */
const WITHOUT_CONTENT = ['T01', 'T03', 'T05', 'T07', 'T09', 'T11'] as const;

/** Event of a message about a document (HL7 table 0003). */
export type TriggerEvent = (typeof WITH_CONTENT)[number] | (typeof WITHOUT_CONTENT)[number];

/** Status of what stands in a message (HL7 table 0085): final, corrected, deleted, cannot be obtained. */
export const RESULT_STATUSES = ['F', 'C', 'D', 'X'] as const;
/** One of these. */
export type ResultStatus = (typeof RESULT_STATUSES)[number];

/** What can happen to a document. */
export const STEPS = ['CREATE', 'REPLACE', 'APPEND', 'WITHDRAW'] as const;
/** One of these. */
export type Step = (typeof STEPS)[number];

/** A message. */
export interface Trigger {
  readonly event: TriggerEvent;
  /** It goes under the number of the version before it, in whose place it comes. */
  readonly keepsNumber: boolean;
  readonly result: ResultStatus;
}

/** Message of each step; null for one of which the receiver takes none. */
export type Triggers = Readonly<Record<Step, Trigger | null>>;

/** Names of the tables that ship. */
export const DOCUMENT_MESSAGES = ['STANDARD', 'SAME_NUMBER', 'REPLACEMENT', 'CORRECTION', 'ORU_R01'] as const;
/** One of these. */
export type DocumentMessages = (typeof DOCUMENT_MESSAGES)[number];

const trigger = (event: TriggerEvent, number: 'NEW' | 'SAME', result: ResultStatus = 'F'): Trigger => ({
  event,
  keepsNumber: number === 'SAME',
  result,
});

const CREATE = trigger('T02', 'NEW');

/**
 * - `STANDARD`: replacements, addenda and cancellations as chapter 9 has them.
 * - `SAME_NUMBER`: a shared care record that takes a second T02 of a number as a new version, and T03 as its withdrawal.
 * - `REPLACEMENT`: a personal health record that does the former, and has no withdrawal.
 * - `CORRECTION`: replaced by T10 as a correction, withdrawn by T04 as deleted; national profile of France.
 * - `ORU_R01`: an unsolicited report; updates keep the number, a withdrawal says that there is no result.
 */
export const TRIGGERS: Readonly<Record<DocumentMessages, Triggers>> = {
  STANDARD: {
    CREATE,
    REPLACE: trigger('T10', 'NEW', 'C'),
    APPEND: trigger('T06', 'NEW'),
    WITHDRAW: trigger('T11', 'SAME', 'D'),
  },
  SAME_NUMBER: {
    CREATE,
    REPLACE: trigger('T02', 'SAME'),
    APPEND: CREATE,
    WITHDRAW: trigger('T03', 'SAME', 'D'),
  },
  REPLACEMENT: { CREATE, REPLACE: trigger('T02', 'SAME'), APPEND: CREATE, WITHDRAW: null },
  CORRECTION: {
    CREATE,
    REPLACE: trigger('T10', 'NEW', 'C'),
    APPEND: trigger('T06', 'NEW'),
    WITHDRAW: trigger('T04', 'SAME', 'D'),
  },
  ORU_R01: {
    CREATE: trigger('R01', 'NEW'),
    REPLACE: trigger('R01', 'SAME', 'C'),
    APPEND: trigger('R01', 'NEW'),
    WITHDRAW: trigger('R01', 'SAME', 'X'),
  },
};

/** True of a message that holds the text. A report that withdraws holds none. */
export function hasContent({ event, result }: Trigger): boolean {
  return WITH_CONTENT.some((one) => one === event) && !(event === 'R01' && result === 'X');
}

const ENTRY = /^([A-Z]+)=(?:NONE|([A-Z]\d{2})(?:\|(NEW|SAME))?(?:\|([FCDX]))?)$/;

/** What an entry may be. */
export const ENTRY_FORM =
  '<step>=<event>|NEW or SAME|F, C, D or X, the last two optional, or <step>=NONE, with a step of ' +
  `${STEPS.join(', ')}`;

/** True of an event by which the step can be told: a text comes with its text, and what is withdrawn stays under its number. */
function fits(step: Step, event: TriggerEvent): boolean {
  if (step === 'WITHDRAW') return ['T03', 'T04', 'T11', 'R01'].includes(event);
  return WITH_CONTENT.some((one) => one === event);
}

/** An entry of a site, as `REPLACE=T02|SAME|F` or `WITHDRAW=NONE`; null when it is none, or says what cannot be. */
export function readTrigger(entry: string): { readonly step: Step; readonly trigger: Trigger | null } | null {
  const match = ENTRY.exec(entry.replaceAll(' ', ''));
  const step = STEPS.find((one) => one === match?.[1]);
  if (match === null || step === undefined) return null;
  const [, , stated, number, status] = match;
  if (stated === undefined) return step === 'CREATE' ? null : { step, trigger: null };
  const event = [...WITH_CONTENT, ...WITHOUT_CONTENT].find((one) => one === stated);
  if (event === undefined || !fits(step, event)) return null;
  const isKept = step === 'WITHDRAW' || number === 'SAME';
  if ((step === 'CREATE' || step === 'APPEND') && isKept) return null;
  if (step === 'WITHDRAW' && number === 'NEW') return null;
  const result = RESULT_STATUSES.find((one) => one === status) ?? (step === 'WITHDRAW' ? 'D' : 'F');
  return { step, trigger: trigger(event, isKept ? 'SAME' : 'NEW', result) };
}

/** True where all or none of the messages are reports. */
export function isOfOneKind(triggers: Triggers): boolean {
  const events = STEPS.flatMap((step) => triggers[step]?.event ?? []);
  return new Set(events.map((event) => event === 'R01')).size === 1;
}

/** What the far end says, in a message of its own, of a document that the hub sent. */
import type { InboundReceipt } from '../../../src/clinical/inbound.port.js';
import { numberIn } from '../../../src/core/document-numbers.js';
import type { Er7Message, Er7Segment } from '../er7/message.js';
import { identifiersIn, isNhsNumber, isUsableId, ownIds } from './identifiers.rules.js';
import type { MeaningRules } from './meaning-settings.js';

/** Numbers under which the hub sends documents: 26 characters of base 32, and the version. */
const OURS = /^[A-Z2-7]{26}(\.\d{1,9})?$/;
/** TXA-17 (HL7 table 0271): authenticated, legally authenticated, documented. */
const FINISHED: readonly string[] = ['AU', 'LA', 'DO'];
/** TXA-19 (HL7 table 0273): cancelled, obsolete. */
const GONE: readonly string[] = ['CA', 'OB'];

/**
 * An application acknowledgement, by MSA-2. That a far end has stored a message to look at it later (`CA`), or could not, says
 * nothing of the document. Null when the message is none.
 */
export function acknowledged(message: Er7Message): InboundReceipt | null {
  const msa = message.first('MSA');
  const controlId = msa?.text(2)?.trim() || null;
  const code = msa?.text(1)?.trim();
  // What could not even be kept would be somebody's work, and of a message of the hub it says nothing.
  if (controlId === null || !isUsableId(controlId)) return null;
  const receipt = { controlId: numberIn(controlId), documentReference: null, localIds: [] };
  if (code === 'AA') return { ...receipt, says: 'FILED', code: null };
  if (code === 'AE') return { ...receipt, says: 'REJECTED', code: 'HUB_UPSTREAM_REJECTED' };
  if (code === 'AR') return { ...receipt, says: 'REJECTED', code: 'HUB_UPSTREAM_DECLINED' };
  return null;
}

/** Number of the message by which the hub sent the file that is named (TXA-16); null where it names none of the hub's. */
function sentAs(txa: Er7Segment): string | null {
  const [number = ''] = txa.text(16)?.trim().split('.') ?? [];
  const known = numberIn(number);
  return known === number ? null : known;
}

/**
 * Under whom the document is: every id but the NHS number, as an echo may have the hub's own form of it, where one of them is by the
 * site's rules an id of the record system; else the message says nothing of that.
 */
function patientsIn(message: Er7Message, rules: MeaningRules): readonly string[] {
  const pid = message.first('PID');
  const stated = pid === null ? [] : identifiersIn(pid, 3);
  if (ownIds(stated, rules).length === 0) return [];
  const ids = stated.filter((one) => !isNhsNumber(one)).map(({ value }) => value ?? '');
  return [...new Set(ids.filter((value) => value !== '' && isUsableId(value)))];
}

/**
 * What a message of a document (MDM) says of it, by TXA-12, or by TXA-16 where that names the file of a version; null when it is none
 * of the hub's, or not yet in the record. Under whom it is, PID-3 says.
 */
export function documentTold(message: Er7Message, event: string, rules: MeaningRules): InboundReceipt | null {
  const txa = message.first('TXA');
  const reference = txa?.text(12)?.trim() || null;
  if (txa === null || reference === null || !OURS.test(reference)) return null;
  const document = {
    controlId: null,
    documentReference: reference,
    code: null,
    localIds: patientsIn(message, rules),
  };
  if (event === 'T11' || GONE.includes(txa.text(19)?.trim() ?? '')) return { ...document, says: 'WITHDRAWN' };
  const status = txa.text(17)?.trim() ?? null;
  if (status !== null && !FINISHED.includes(status)) return null;
  const controlId = sentAs(txa);
  return controlId === null ? { ...document, says: 'FILED' } : { ...document, controlId, says: 'FILED' };
}

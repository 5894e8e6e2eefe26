/** The text of a document as observations: exactly as it was signed at whoever reads them, or a failure that names the limit. */
import type { OutgoingDocument } from '../../../src/clinical/documents.port.js';
import { HubError } from '../../../src/core/errors.js';
import {
  components,
  type Er7Value,
  formatted,
  type SegmentToWrite,
  segment,
  writeValue,
} from '../er7/write.js';
import { coded } from './code-table.js';
import { contactTimeOf } from './header.rules.js';
import type { ResultStatus } from './trigger.rules.js';
import type { WritingSettings } from './writing-settings.js';

/** Characters of a field of text as it is written, before version 2.7 (version 2.4, sections 2.8.41 and 7.4.2.5). */
const MOST_FIELD = 65_536;
const UNLIMITED: readonly string[] = ['2.7', '2.7.1', '2.8'];

/** Source, type and subtype of an ED (HL7 tables 0191 and 0291) unless a site says otherwise. */
const FILE_TYPES = { ED: ['', 'TEXT', 'plain'], ED_PDF: ['', 'application', 'pdf'] } as const;

/** What of a site's settings decides the form. */
type Form = Pick<WritingSettings, 'documentText' | 'documentLineLength' | 'documentFileType' | 'sendVersion'>;

/** A text's fields must not be longer than their type allows or the receiver takes. @throws HUB_UPSTREAM_TOO_LARGE */
function requireRoom(value: Er7Value, line: number, { documentLineLength, sendVersion, documentText }: Form) {
  const characters = writeValue(value).length;
  const limit = UNLIMITED.includes(sendVersion) ? Number.POSITIVE_INFINITY : MOST_FIELD;
  const most = Math.min(limit, documentLineLength ?? limit);
  if (characters <= most) return;
  const details = { characters, mostCharacters: most, documentText };
  throw new HubError('HUB_UPSTREAM_TOO_LARGE', {
    details: documentText === 'TX' ? { ...details, line } : details,
  });
}

function fileOf(bytes: Uint8Array, form: 'ED' | 'ED_PDF', stated: readonly string[] | null) {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  return components(...(stated ?? FILE_TYPES[form]), 'Base64', data);
}

/**
 * OBX-5 of each observation.
 * - `TX`: one for each line; an empty line is an empty OBX-5, for `""` would delete.
 * - `FT`: one, line ends as `\.br\`.
 * - `ED`: one, Base64 (RFC 4648) of the text in UTF-8; `ED_PDF`: of the page that shows it.
 * @param page the PDF; for `ED_PDF` alone.
 * @throws HUB_UPSTREAM_TOO_LARGE for a line or text that the type or the receiver has no room for; the limit is named.
 */
export function valuesOf(text: string, settings: Form, page: Uint8Array | null): readonly Er7Value[] {
  const { documentText, documentFileType } = settings;
  if (documentText === 'ED') return [fileOf(Buffer.from(text, 'utf8'), 'ED', documentFileType)];
  if (documentText === 'ED_PDF') {
    if (page === null) throw new HubError('HUB_INTERNAL', { details: { fault: 'NO_PAGE' } });
    return [fileOf(page, 'ED_PDF', documentFileType)];
  }
  const values: readonly Er7Value[] = documentText === 'FT' ? [formatted(text)] : text.split('\n');
  for (const [index, value] of values.entries()) requireRoom(value, index + 1, settings);
  return values;
}

/** OBX-2. */
const valueType = (form: WritingSettings['documentText']): string => form.slice(0, 2);

/** What of a document stands in its observations. */
export type Observed = Pick<OutgoingDocument, 'kind' | 'text' | 'contactOn' | 'contactStartedAt'>;

/** The observations. Their order is that of the lines, and OBX-4 their number. */
export function observations(
  document: Observed,
  settings: WritingSettings,
  { result, page }: { readonly result: ResultStatus; readonly page: Uint8Array | null },
): readonly SegmentToWrite[] {
  const section = coded(settings.documentSections.get(document.kind)!);
  const at = contactTimeOf(document, settings);
  return valuesOf(document.text, settings, page).map((value, index) => {
    const number = String(index + 1);
    return segment('OBX', {
      1: number,
      2: valueType(settings.documentText),
      3: section,
      4: number,
      5: value,
      11: result,
      14: at,
    });
  });
}

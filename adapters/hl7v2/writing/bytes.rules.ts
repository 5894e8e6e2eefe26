/** A message as bytes: in the receiver's character set, whole, and not longer than it takes, or a failure that says what is in the way. */
import { HubError } from '../../../src/core/errors.js';
import { codePointOf } from '../../../src/core/plain-line.js';
import { encode } from '../er7/charset.js';
import type { Charset } from '../er7/charset-names.js';
import { type SegmentToWrite, writeMessage } from '../er7/write.js';
import type { WritingSettings } from './writing-settings.js';

/** Characters named at most: an error says what is wrong, and is no copy of the text. */
const MOST_NAMED = 20;

/** The sets that messages are written in, by the names that a header states. */
const SETS: Readonly<Record<WritingSettings['sendCharacterSet'], Charset>> = {
  ASCII: 'ASCII',
  '8859/1': '8859/1',
  'UNICODE UTF-8': 'UTF-8',
};

/** Whether the receiver's set can carry a text. */
export const isCarried = (
  text: string,
  { sendCharacterSet }: Pick<WritingSettings, 'sendCharacterSet'>,
): boolean => uncarried(text, SETS[sendCharacterSet]).length === 0;

/** Characters that the set cannot carry, once each, as `U+2019`, in the order in which they come; twenty at most. */
function uncarried(text: string, charset: Charset): readonly string[] {
  return [...new Set(text)]
    .filter((character) => !(encode(character, charset) instanceof Uint8Array))
    .slice(0, MOST_NAMED)
    .map(codePointOf);
}

/**
 * The message's bytes.
 * @throws HUB_DELIVERY_CHARACTERS with the characters that the receiver's set cannot carry, and the set; HUB_UPSTREAM_TOO_LARGE for a
 * message above the receiver's limit, which is named.
 */
export function bytesOf(
  segments: readonly SegmentToWrite[],
  { sendCharacterSet, sendMaxBytes }: Pick<WritingSettings, 'sendCharacterSet' | 'sendMaxBytes'>,
): Uint8Array {
  const text = writeMessage(segments);
  const charset = SETS[sendCharacterSet];
  const bytes = encode(text, charset);
  if (!(bytes instanceof Uint8Array))
    throw new HubError('HUB_DELIVERY_CHARACTERS', {
      details: { characters: uncarried(text, charset), characterSet: sendCharacterSet },
    });
  if (bytes.length > sendMaxBytes)
    throw new HubError('HUB_UPSTREAM_TOO_LARGE', { details: { bytes: bytes.length, sendMaxBytes } });
  return bytes;
}

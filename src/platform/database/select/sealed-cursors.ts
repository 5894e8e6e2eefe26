/** Cursors that nobody can read or forge: a place in an order holds names and dates, so it travels encrypted. */
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { HubError } from '../../../core/errors.js';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** First byte of a cursor: the format, so that a later one can be told apart. */
const FORMAT = 1;

/** Seals and opens the places of one caller. */
export interface CursorSealer {
  /** A cursor for a place (text of each key, in order) in an order; `order` is `Type.ORDER`. */
  seal(order: string, place: readonly string[]): string;
  /** The place of a cursor. `HUB_INPUT_CURSOR` when it is not one of this hub, or of another caller or order. */
  open(order: string, cursor: string): string[];
}

/**
 * Makes the sealers of a hub's callers from one secret of at least 32 bytes. All processes of a hub share the secret; a
 * new one ends the life of the cursors given out. Keys are derived per caller (HKDF, RFC 5869), so that a random nonce
 * of 96 bits stays far from its limit (NIST SP 800-38D section 8.3).
 */
export class CursorKeyring {
  constructor(private readonly secret: Buffer) {
    if (secret.length < 32)
      throw new HubError('HUB_SETTINGS_INVALID', { message: 'the cursor secret is shorter than 32 bytes' });
  }

  /** The sealer of a caller. `subject` is the token's, with whatever else must not share cursors (organisation, role). */
  for(subject: string): CursorSealer {
    let key: Buffer | undefined;
    const derived = (): Buffer => {
      key ??= this.keyOf(subject);
      return key;
    };
    return {
      seal: (order, place) => seal(derived(), order, place),
      open: (order, cursor) => open(derived(), order, cursor),
    };
  }

  private keyOf(subject: string): Buffer {
    // A digest, because what a derived key is bound to may be at most 1,024 bytes long.
    const label = createHash('sha256').update(`hub cursor ${subject}`).digest();
    return Buffer.from(hkdfSync('sha256', this.secret, '', label, 32));
  }
}

function seal(key: Buffer, order: string, place: readonly string[]): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(order));
  const sealed = Buffer.concat([cipher.update(JSON.stringify(place), 'utf8'), cipher.final()]);
  return Buffer.concat([Buffer.from([FORMAT]), nonce, sealed, cipher.getAuthTag()]).toString('base64url');
}

function open(key: Buffer, order: string, cursor: string): string[] {
  try {
    const bytes = Buffer.from(cursor, 'base64url');
    // Decoding skips characters that are not of the alphabet; only the exact text that was given out is a cursor.
    if (bytes.toString('base64url') !== cursor || bytes[0] !== FORMAT) throw new Error('not a cursor');
    const sealedFrom = 1 + NONCE_BYTES;
    const sealedTo = bytes.length - TAG_BYTES;
    const decipher = createDecipheriv(CIPHER, key, bytes.subarray(1, sealedFrom), {
      authTagLength: TAG_BYTES,
    })
      .setAAD(Buffer.from(order))
      .setAuthTag(bytes.subarray(sealedTo));
    const text =
      decipher.update(bytes.subarray(sealedFrom, sealedTo), undefined, 'utf8') + decipher.final('utf8');
    return JSON.parse(text) as string[];
  } catch (cause) {
    throw new HubError('HUB_INPUT_CURSOR', { cause });
  }
}

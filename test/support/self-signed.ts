/** A self-signed certificate that nobody trusts, made on the spot (X.509 version 1, ECDSA with SHA-256). */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** One DER element. */
export function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const length =
    body.length < 0x80
      ? Buffer.from([body.length])
      : body.length < 0x100
        ? Buffer.from([0x81, body.length])
        : Buffer.from([0x82, body.length >> 8, body.length & 0xff]);
  return Buffer.concat([Buffer.from([tag]), length, body]);
}

/** Tag of a sequence. */
export const SEQUENCE = 0x30;
/** Algorithm of signatures. */
export const ECDSA_SHA256 = der(SEQUENCE, Buffer.from('06082a8648ce3d040302', 'hex'));
const COMMON_NAME = Buffer.from('0603550403', 'hex');

/** A distinguished name of a common name alone. */
export const nameOf = (text: string): Buffer =>
  der(SEQUENCE, der(0x31, der(SEQUENCE, COMMON_NAME, der(0x0c, Buffer.from(text)))));
/** An instant, `YYMMDDHHMMSSZ`. */
export const utc = (text: string): Buffer => der(0x17, Buffer.from(text));

function certificateFor(name: string, publicKey: KeyObject, privateKey: KeyObject): Buffer {
  const toBeSigned = der(
    SEQUENCE,
    der(0x02, Buffer.from([1])),
    ECDSA_SHA256,
    nameOf(name),
    der(SEQUENCE, utc('200101000000Z'), utc('491231235959Z')),
    nameOf(name),
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = sign('sha256', toBeSigned, privateKey);
  return der(SEQUENCE, toBeSigned, ECDSA_SHA256, der(0x03, Buffer.from([0]), signature));
}

/** A certificate as PEM. */
export function pemOf(certificate: Buffer): string {
  const lines = certificate.toString('base64').match(/.{1,64}/g)!;
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

/** Key and certificate for a TLS server, as PEM. */
export function selfSigned(name = 'localhost'): { readonly key: string; readonly cert: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    cert: pemOf(certificateFor(name, publicKey, privateKey)),
  };
}

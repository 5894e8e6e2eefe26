/** A certificate authority made on the spot, and the certificates that it issues: for any name, client and day (X.509 version 3, ECDSA P-256). */
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { der, ECDSA_SHA256, nameOf, pemOf, SEQUENCE, utc } from './self-signed.js';

/** A certificate with its key, as PEM. */
export interface Issued {
  readonly key: string;
  readonly cert: string;
}

/** What a certificate says. */
export interface Particulars {
  /** Common name. Default `localhost`. */
  readonly name?: string;
  /** Host names that it is for. Default none. */
  readonly hosts?: readonly string[];
  /** IPv4 addresses that it is for. Default none. */
  readonly addresses?: readonly string[];
  /** First and last instant, as `YYMMDDHHMMSSZ`. */
  readonly from?: string;
  readonly to?: string;
}

export interface Authority {
  /** Its own certificate, PEM. */
  readonly cert: string;
  issue(particulars?: Particulars): Issued;
}

interface Extension {
  readonly oid: string;
  readonly critical: boolean;
  readonly value: Buffer;
}

const YES = der(0x01, Buffer.from([0xff]));
const AUTHORITY: Extension = { oid: '0603551d13', critical: true, value: der(SEQUENCE, YES) };

function alternatives(hosts: readonly string[], addresses: readonly string[]): readonly Extension[] {
  const names = [
    ...hosts.map((host) => der(0x82, Buffer.from(host))),
    ...addresses.map((address) => der(0x87, Buffer.from(address.split('.').map(Number)))),
  ];
  return names.length === 0 ? [] : [{ oid: '0603551d11', critical: false, value: der(SEQUENCE, ...names) }];
}

const extensionOf = ({ oid, critical, value }: Extension): Buffer =>
  der(SEQUENCE, Buffer.from(oid, 'hex'), ...(critical ? [YES] : []), der(0x04, value));

interface Subject extends Required<Pick<Particulars, 'name' | 'from' | 'to'>> {
  readonly publicKey: KeyObject;
  readonly extensions: readonly Extension[];
}

function certify(subject: Subject, issuer: string, signing: KeyObject): string {
  const extensions = der(SEQUENCE, ...subject.extensions.map(extensionOf));
  const toBeSigned = der(
    SEQUENCE,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ECDSA_SHA256,
    nameOf(issuer),
    der(SEQUENCE, utc(subject.from), utc(subject.to)),
    nameOf(subject.name),
    subject.publicKey.export({ type: 'spki', format: 'der' }),
    ...(subject.extensions.length === 0 ? [] : [der(0xa3, extensions)]),
  );
  const signature = der(0x03, Buffer.from([0]), sign('sha256', toBeSigned, signing));
  return pemOf(der(SEQUENCE, toBeSigned, ECDSA_SHA256, signature));
}

const keyPair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** An authority that nobody believes but who is told to. */
export function authority(name = 'Test authority'): Authority {
  const own = keyPair();
  const always = { from: '200101000000Z', to: '491231235959Z' };
  const subject = { name, ...always, publicKey: own.publicKey, extensions: [AUTHORITY] };
  return {
    cert: certify(subject, name, own.privateKey),
    issue: ({ name: whose = 'localhost', hosts = [], addresses = [], ...days } = {}) => {
      const { publicKey, privateKey } = keyPair();
      const extensions = alternatives(hosts, addresses);
      const issued = { name: whose, ...always, ...days, publicKey, extensions };
      return {
        key: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
        cert: certify(issued, name, own.privateKey),
      };
    },
  };
}

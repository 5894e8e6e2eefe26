/** Certificates and keys in files: read, checked, and read again when the files have changed, so that a new certificate needs no restart. */
import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { AdapterDependencies, FileFinding } from '../../../src/clinical/clinical-record.port.js';
import { HubError } from '../../../src/core/errors.js';

/** Absolute paths; null where there is none. */
export interface TlsFiles {
  /** PEM, chain included. */
  readonly certificate: string | null;
  /** PEM, not encrypted. */
  readonly key: string | null;
  /** PEM of the authorities whose certificates are believed. */
  readonly authority: string | null;
}

/** How each file is called where somebody states it, as a setting or an option. */
export type TlsFileNames = Readonly<Record<keyof TlsFiles, string>>;

/** What the files hold, as Node takes it. */
export interface TlsMaterial {
  readonly cert?: string;
  readonly key?: string;
  readonly ca?: string;
}

/** Why files cannot be used. */
export type TlsFault = 'UNREADABLE' | 'CERTIFICATE' | 'KEY' | 'AUTHORITY' | 'EXPIRED' | 'NOT_YET_VALID';

interface Checked {
  readonly material: TlsMaterial;
  readonly digest: string;
  readonly fault: TlsFault | null;
  /** Until when the own certificate can be used; null where there is none. */
  readonly validTo: number | null;
}

/** A certificate that runs out within so many days is warned of, once a day. */
const WARNED_DAYS = 30;
const DAY_MS = 86_400_000;

/** Content by member, or null when a file cannot be read. */
function contentOf({ certificate, key, authority }: TlsFiles): TlsMaterial | null {
  const read = (name: keyof TlsMaterial, path: string | null) =>
    path === null ? {} : { [name]: readFileSync(path, 'utf8') };
  try {
    return { ...read('cert', certificate), ...read('key', key), ...read('ca', authority) };
  } catch {
    return null;
  }
}

function works(check: () => unknown): boolean {
  try {
    return Boolean(check());
  } catch {
    return false;
  }
}

/** What is wrong with content; what libraries say of it may quote a key, so it is not kept. */
function faultOf({ cert, key, ca }: TlsMaterial, now: number): TlsFault | null {
  if (ca !== undefined && !works(() => new X509Certificate(ca) && createSecureContext({ ca })))
    return 'AUTHORITY';
  if (cert === undefined || key === undefined) return null;
  if (!works(() => new X509Certificate(cert))) return 'CERTIFICATE';
  const own = new X509Certificate(cert);
  if (!works(() => own.checkPrivateKey(createPrivateKey(key)) && createSecureContext({ cert, key })))
    return 'KEY';
  if (now > Date.parse(own.validTo)) return 'EXPIRED';
  return now < Date.parse(own.validFrom) ? 'NOT_YET_VALID' : null;
}

function isReadable(path: string): boolean {
  try {
    readFileSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Which file is at fault, and how, by the names that whoever has to correct it knows. */
function toldOf(fault: TlsFault, files: TlsFiles, names: TlsFileNames): FileFinding {
  const { certificate, key, authority } = names;
  const found = (setting: string, says: string): FileFinding => ({ setting, says, isFault: true });
  if (fault === 'CERTIFICATE') return found(certificate, 'the file holds no certificate in PEM');
  if (fault === 'AUTHORITY') return found(authority, 'the file holds no certificate in PEM');
  if (fault === 'KEY')
    return found(key, `the file holds no key that fits ${certificate}, in PEM and without a passphrase`);
  if (fault === 'EXPIRED') return found(certificate, 'the certificate has run out');
  if (fault === 'NOT_YET_VALID') return found(certificate, 'the certificate is not valid yet');
  const paths = Object.entries(files) as [keyof TlsFiles, string | null][];
  const missing = paths.flatMap(([name, path]) => (path === null || isReadable(path) ? [] : [names[name]]));
  return found(missing.join(', '), 'the file cannot be read');
}

function check(files: TlsFiles, now: number): Checked {
  const content = contentOf(files);
  if (content === null) return { material: {}, digest: 'none', fault: 'UNREADABLE', validTo: null };
  const { cert } = content;
  const fault = faultOf(content, now);
  const isRead = cert !== undefined && fault !== 'CERTIFICATE' && fault !== 'AUTHORITY';
  return {
    material: content,
    digest: createHash('sha256').update(JSON.stringify(content)).digest('hex'),
    fault,
    validTo: isRead ? Date.parse(new X509Certificate(cert).validTo) : null,
  };
}

const daysLeft = (validTo: number, now: number): number => Math.ceil((validTo - now) / DAY_MS);

/** What is wrong with files, or soon will be; looks and uses nothing. */
export function examineTlsFiles(files: TlsFiles, names: TlsFileNames, now: Date): readonly FileFinding[] {
  const { fault, validTo } = check(files, now.getTime());
  if (fault !== null) return [toldOf(fault, files, names)];
  const days = validTo === null ? null : daysLeft(validTo, now.getTime());
  if (days === null || days > WARNED_DAYS) return [];
  const says = `the certificate runs out in ${days} days`;
  return [{ setting: names.certificate, says, isFault: false }];
}

/** The files of one end. */
export class TlsIdentity {
  private inUse: Checked;
  /** Digest of what was refused last, so that it is told once. */
  private refused = '';
  private warnedAt = Number.NEGATIVE_INFINITY;

  /** @throws HUB_SETTINGS_INVALID when they cannot be used, `details.fault` says why; what has run out is used, and told as an error. */
  constructor(
    private readonly files: TlsFiles,
    private readonly dependencies: Pick<AdapterDependencies, 'system' | 'clock' | 'logger'>,
    private readonly names: TlsFileNames = { certificate: 'certificate', key: 'key', authority: 'authority' },
  ) {
    this.inUse = check(files, this.now());
    const { fault } = this.inUse;
    if (fault !== null && fault !== 'EXPIRED' && fault !== 'NOT_YET_VALID') {
      const { setting, says } = toldOf(fault, files, names);
      throw new HubError('HUB_SETTINGS_INVALID', {
        message: `${setting}: ${says}`,
        details: { fault: `TLS_${fault}` },
      });
    }
    this.tellExpiry();
  }

  /** What is used at the moment. */
  get material(): TlsMaterial {
    return this.inUse.material;
  }

  /** Whether the own certificate is one that nobody would believe by now. */
  get dateFault(): 'EXPIRED' | 'NOT_YET_VALID' | null {
    const fault = faultOf(this.inUse.material, this.now());
    return fault === 'EXPIRED' || fault === 'NOT_YET_VALID' ? fault : null;
  }

  /** Reads the files again. True when they hold something else that can be used, which is used from now on. */
  refresh(): boolean {
    this.tellExpiry();
    const found = check(this.files, this.now());
    if (found.digest === this.inUse.digest) return false;
    const { system, logger } = this.dependencies;
    if (found.fault !== null) {
      if (found.digest !== this.refused)
        logger.error('a new certificate cannot be used; the old one stays', { system, reason: found.fault });
      this.refused = found.digest;
      return false;
    }
    this.inUse = found;
    this.refused = '';
    this.warnedAt = Number.NEGATIVE_INFINITY;
    logger.info('a new certificate is used', { system });
    this.tellExpiry();
    return true;
  }

  private now(): number {
    return this.dependencies.clock.now().getTime();
  }

  private tellExpiry(): void {
    const { system, logger } = this.dependencies;
    const now = this.now();
    const { validTo } = this.inUse;
    if (validTo === null || validTo - now > WARNED_DAYS * DAY_MS || now - this.warnedAt < DAY_MS) return;
    this.warnedAt = now;
    const days = daysLeft(validTo, now);
    const setting = this.names.certificate;
    if (days <= 0) logger.error('the certificate has run out', { system, setting });
    else logger.warn('the certificate runs out soon', { system, setting, days });
  }
}

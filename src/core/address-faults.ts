/** Why an address cannot be listened at, in words: by the errors of the system that somebody can put right. */

/** What of the address is in the way, and how. */
export interface AddressFault {
  readonly part: 'HOST' | 'PORT';
  /** Goes on from the host or port. */
  readonly says: string;
}

const FAULTS: Readonly<Record<string, AddressFault>> = {
  EADDRINUSE: { part: 'PORT', says: 'is in use by another process' },
  EACCES: { part: 'PORT', says: 'may not be listened on by this user' },
  EADDRNOTAVAIL: { part: 'HOST', says: 'is no address of this machine' },
  ENOTFOUND: { part: 'HOST', says: 'is no address of this machine' },
};

/** What the error of a server that cannot listen means; null when it is no fault of host or port. */
export function addressFault(error: unknown): AddressFault | null {
  return FAULTS[String((error as { code?: unknown }).code)] ?? null;
}

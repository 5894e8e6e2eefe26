/** What went wrong on the way to a far end, as the hub's errors. Node's messages name hosts, so only codes are kept. */
import { HubError, type SafeDetails } from '../../../src/core/errors.js';

/** Certificate of the far end, or ours refused by it: nobody but an operator can mend that. */
const CERTIFICATE =
  /CERT|^UNABLE_TO_|^HOSTNAME_MISMATCH$|ALERT_UNKNOWN_CA$|ALERT_ACCESS_DENIED$|ALERT_DECRYPT_ERROR$/;

/** Node's code; of both address families that failed, the first's. */
function codeOf(error: unknown): string | null {
  if (typeof error !== 'object' || error === null) return null;
  const parts: unknown = Reflect.get(error, 'errors');
  const code: unknown = Reflect.get(error, 'code');
  if (typeof code === 'string') return code;
  return Array.isArray(parts) && parts.length > 0 ? codeOf(parts[0]) : null;
}

/** The failure of a connection; `hasLeft`: bytes of a message had left, so that it may have arrived all the same. */
export function failureOfSocket(error: unknown, hasLeft: boolean): HubError {
  const fault = codeOf(error);
  const details: SafeDetails = { fault };
  // An alert about a certificate ends the handshake: nothing that came behind it was read.
  if (fault !== null && CERTIFICATE.test(fault)) return new HubError('HUB_UPSTREAM_REFUSED', { details });
  return new HubError(hasLeft ? 'HUB_UPSTREAM_AMBIGUOUS' : 'HUB_UPSTREAM_UNREACHABLE', { details });
}

/** Why nobody can say whether a message arrived. */
export type Doubt = 'TIMEOUT' | 'STOPPED' | 'CLOSED' | 'FOREIGN_ANSWER' | 'MALFORMED_ANSWER';

/** The failure of a message that left and has no answer of its own. */
export function inDoubt(fault: Doubt): HubError {
  return new HubError('HUB_UPSTREAM_AMBIGUOUS', { details: { fault } });
}

/** The failure of a message that the caller gave up before it left. */
export function stoppedBefore(): HubError {
  return new HubError('HUB_UPSTREAM_STOPPED');
}

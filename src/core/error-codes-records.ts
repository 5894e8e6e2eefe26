/** Error codes of clinical record systems and of what is read in them; a part of the one table. */
import { type ErrorCodeRow, row } from './error-code-row.js';

/** In the order in which the page of errors lists them. */
export const RECORD_ERROR_CODES = {
  HUB_UPSTREAM_UNREACHABLE: row(
    'transient',
    'The clinical record system cannot be reached.',
    'The operator checks network and address.',
  ),
  HUB_UPSTREAM_TIMEOUT: row(
    'transient',
    'The clinical record system did not answer in time.',
    'Try again; the operator checks its load.',
  ),
  HUB_UPSTREAM_STOPPED: row(
    'transient',
    'The hub stopped waiting for the clinical record system.',
    'Nothing to mend; ask again when the answer is still wanted.',
  ),
  HUB_UPSTREAM_AMBIGUOUS: row(
    'ambiguous',
    'It is not known whether the clinical record system acted on the request.',
    'The hub asks before it sends again.',
  ),
  HUB_UPSTREAM_UNAVAILABLE: row(
    'transient',
    'The clinical record system is busy or out of service.',
    'Wait for the time it gave.',
  ),
  HUB_UPSTREAM_REFUSED: row(
    'paused',
    'The clinical record system refuses the hub.',
    'The operator checks credentials, certificate and permissions.',
  ),
  HUB_UPSTREAM_REJECTED: row(
    'permanent',
    'The clinical record system rejected the request.',
    'The operator reads the issue code and corrects the site profile.',
  ),
  HUB_UPSTREAM_DECLINED: row(
    'transient',
    'The clinical record system will not take it now, and does not say that it never will.',
    'It is tried a few times; then whoever runs the receiving system looks why it refuses.',
  ),
  HUB_UPSTREAM_PROTOCOL: row(
    'permanent',
    'The answer is not of the protocol: not JSON, not FHIR, truncated or of the wrong type.',
    'The operator checks the address and anything between it and the hub.',
  ),
  HUB_UPSTREAM_ORIGIN: row(
    'permanent',
    'The answer points to another host; nothing was sent there.',
    'The operator checks the server’s own base address setting.',
  ),
  HUB_UPSTREAM_NOT_FOUND: row(
    'permanent',
    'The clinical record system does not hold that.',
    'Check the reference.',
  ),
  HUB_UPSTREAM_CONFLICT: row(
    'conflict',
    'The clinical record system holds another version.',
    'Read it again and compare.',
  ),
  HUB_UPSTREAM_TOO_LARGE: row(
    'permanent',
    'The clinical record system takes no document of that size or type.',
    'Shorten the document, or the operator raises the limit named.',
  ),
  HUB_RECORD_NOT_PERMITTED_BY_SITE: row(
    'permanent',
    'The site profile of the clinical record system does not permit this to be shown.',
    'Open it in the record itself, or agree with the trust that its site profile permits it.',
  ),
  HUB_RECORD_NOT_PERMITTED_FOR_PURPOSE: row(
    'permanent',
    'This is shown to direct care only.',
    'Ask with hub-purpose: DIRECT_CARE when you give care to the person.',
  ),
  HUB_RECORD_NOT_SHOWN: row(
    'permanent',
    'The clinical record of the person is not shown here.',
    'The rule named says why: RESTRICTED is opened at its source, IDENTITY_CONFLICT is settled first, NOT_OFFERED is beyond that system.',
  ),
  HUB_RECORD_DOCUMENT: row(
    'permanent',
    'The text of the document cannot be shown here.',
    'Open the document in the record itself; the rule named says why.',
  ),
} as const satisfies Record<string, ErrorCodeRow>;

/** Asks a server what it offers, and holds it against what the site's settings need. */
import type { Conformance } from '../../../src/clinical/conformance.port.js';
import type { ErrorCode } from '../../../src/core/error-codes.js';
import { HubError, isHubError } from '../../../src/core/errors.js';
import type { FhirR4Settings } from '../settings.js';
import { boundedText, parseJson, saysJson } from '../transport/body.js';
import type { FhirConnection, Session } from '../transport/connection.js';
import { caseloadNeeds } from './caseload-needs.js';
import { documentNeeds } from './document-needs.js';
import { generalFindings } from './general.rules.js';
import { judge } from './judge.rules.js';
import type { Need } from './need.js';
import { recordNeeds } from './record-needs.js';
import { SMART_CONFIGURATION, signInFindings, signsIn } from './sign-in.rules.js';
import { readStatement, type Statement } from './statement.rules.js';

/** Bytes past which a statement is dropped; HAPI FHIR's whole one is about a fifth of it. */
export const STATEMENT_BYTES = 10 * 1024 * 1024;

/** What a check needs. */
export interface ConformanceContext {
  readonly connection: FhirConnection;
  readonly settings: FhirR4Settings;
}

/** Answers that say that there is no statement; whatever else fails says nothing of it. */
const NO_STATEMENT: readonly ErrorCode[] = [
  'HUB_UPSTREAM_NOT_FOUND',
  'HUB_UPSTREAM_REJECTED',
  'HUB_UPSTREAM_PROTOCOL',
];

/** Everything that a site needs of what a CapabilityStatement tells. */
export function needsOf(settings: FhirR4Settings): readonly Need[] {
  return [...caseloadNeeds(settings), ...recordNeeds(settings), ...documentNeeds(settings)];
}

async function jsonIn(response: Response, { maxBodyBytes }: FhirR4Settings): Promise<unknown> {
  if (saysJson(response))
    return parseJson(await boundedText(response, Math.min(maxBodyBytes, STATEMENT_BYTES)));
  await response.body?.cancel();
  throw new HubError('HUB_UPSTREAM_PROTOCOL', { details: { fault: 'CONTENT_TYPE' } });
}

/**
 * The statement without signing in, as FHIR and SMART give it to anybody, so that a fault of signing in can be told; signed in
 * where the server insists. Null when the server has none, or none that can be read.
 */
async function statementOf(
  { connection, settings }: ConformanceContext,
  session: Session,
): Promise<Statement | null> {
  const take = (response: Response) => jsonIn(response, settings);
  const asked = { method: 'GET', address: 'metadata' } as const;
  try {
    return readStatement(
      await connection.discover(session, asked, take).catch((error: unknown) => {
        if (isHubError(error) && error.code === 'HUB_UPSTREAM_REFUSED')
          return connection.capabilities(session);
        throw error;
      }),
    );
  } catch (error) {
    if (isHubError(error) && NO_STATEMENT.includes(error.code)) return null;
    throw error;
  }
}

/** The configuration of signing in; null where there is none or it cannot be had. */
async function signInConfiguration(
  { connection, settings }: ConformanceContext,
  session: Session,
): Promise<unknown> {
  if (!signsIn(settings)) return null;
  const headers = { accept: 'application/json' };
  const asked = { method: 'GET', address: SMART_CONFIGURATION, headers } as const;
  return connection.discover(session, asked, (response) => jsonIn(response, settings)).catch(() => null);
}

/** See `ClinicalRecordAdapter.conformance`. */
export async function checkConformance(
  context: ConformanceContext,
  signal: AbortSignal,
): Promise<Conformance> {
  const { connection, settings } = context;
  const session = connection.session(signal);
  try {
    const [statement, configuration] = await Promise.all([
      statementOf(context, session),
      signInConfiguration(context, session),
    ]);
    return {
      failure: null,
      findings: [
        ...generalFindings(statement, settings),
        ...signInFindings(configuration, statement, settings),
        ...judge(statement, needsOf(settings)),
      ],
    };
  } catch (error) {
    return { failure: isHubError(error) ? error.code : 'HUB_INTERNAL', findings: [] };
  }
}

/** Holds a site's settings of signing in against what its server publishes of it (SMART App Launch 2.2, `.well-known/smart-configuration`). */
import { type ConformanceFinding, ConformanceState } from '../../../src/clinical/conformance.port.js';
import { signingKeys } from '../auth/auth-fields.js';
import { member, textOf } from '../json.js';
import type { FhirR4Settings } from '../settings.js';
import type { Statement } from './statement.rules.js';

const { PRESENT, MISSING, NOT_STATED } = ConformanceState;

/** Where the configuration is, below the service base address. */
export const SMART_CONFIGURATION = '.well-known/smart-configuration';

/** True for a site that signs in by an assertion, which is what the configuration is about. */
export function signsIn({ auth, tokenUrl }: FhirR4Settings): boolean {
  return (auth === 'SMART_BACKEND' || auth === 'NHS_SIGNED_JWT') && tokenUrl !== null;
}

/** A text in a list of the configuration; a list that is not there says nothing. */
function listed(configuration: unknown, list: string, text: string): ConformanceState {
  const found = member(configuration, list);
  if (!Array.isArray(found) || found.length === 0) return NOT_STATED;
  return found.includes(text) ? PRESENT : MISSING;
}

/** `token_endpoint`, else the endpoints of the CapabilityStatement; character for character, as an assertion's audience is. */
function endpointState(configuration: unknown, statement: Statement | null, tokenUrl: string) {
  const stated = textOf(configuration, 'token_endpoint');
  const known = stated === null ? statement?.tokenUrls : new Set([stated]);
  return known == null ? NOT_STATED : known.has(tokenUrl) ? PRESENT : MISSING;
}

/** Findings of a site that signs in by an assertion; none of any other. `configuration` is of unknown shape, null when there is none. */
export function signInFindings(
  configuration: unknown,
  statement: Statement | null,
  settings: FhirR4Settings,
): readonly ConformanceFinding[] {
  if (!signsIn(settings)) return [];
  const refused = 'The authorisation server refuses the hub’s assertions, and every request fails.';
  const finding = (code: string, state: ConformanceState, name: string, setting: string | null) => ({
    code,
    state,
    path: `${SMART_CONFIGURATION} ${name}`,
    needed: true,
    consequence: refused,
    setting,
  });
  const algorithm = signingKeys(settings)[0]?.algorithm;
  const state = endpointState(configuration, statement, settings.tokenUrl ?? '');
  return [
    {
      ...finding(
        'TOKEN_ENDPOINT',
        state,
        'token_endpoint',
        'tokenUrl: the address that the server publishes',
      ),
      consequence:
        'Tokens are asked for at another address than the server publishes, or for another audience.',
    },
    finding(
      'TOKEN_AUTH_METHOD',
      listed(configuration, 'token_endpoint_auth_methods_supported', 'private_key_jwt'),
      'token_endpoint_auth_methods_supported[private_key_jwt]',
      'auth: BEARER with a token of the server’s own',
    ),
    finding(
      'GRANT_TYPE',
      listed(configuration, 'grant_types_supported', 'client_credentials'),
      'grant_types_supported[client_credentials]',
      'auth: BEARER with a token of the server’s own',
    ),
    ...(algorithm === undefined
      ? []
      : [
          finding(
            'SIGNING_ALGORITHM',
            listed(configuration, 'token_endpoint_auth_signing_alg_values_supported', algorithm),
            `token_endpoint_auth_signing_alg_values_supported[${algorithm}]`,
            'signingAlgorithm: one that the server takes, with a privateKey that fits it',
          ),
        ]),
  ];
}

/** What every site needs of its server, whatever it uses: the version of FHIR, JSON, and a way of signing in that both know. */
import { type ConformanceFinding, ConformanceState } from '../../../src/clinical/conformance.port.js';
import type { AuthKind } from '../auth/auth-settings.js';
import type { FhirR4Settings } from '../settings.js';
import type { Statement } from './statement.rules.js';

const { PRESENT, MISSING, NOT_STATED } = ConformanceState;

/** Names for JSON in `CapabilityStatement.format`, which is a code of a media type or a short form. */
const JSON_FORMATS = ['json', 'application/fhir+json', 'application/json', 'application/json+fhir'];

/** `CapabilityStatement.fhirVersion`: 4.0 in any correction. */
function versionFinding(statement: Statement | null): ConformanceFinding {
  const version = statement?.fhirVersion ?? null;
  return {
    code: 'FHIR_VERSION',
    state: version === null ? NOT_STATED : /^4\.0(\.|$)/.test(version) ? PRESENT : MISSING,
    path: 'fhirVersion',
    needed: true,
    consequence: 'Another version of FHIR is another language: resources are misread or refused.',
    setting: 'baseUrl: the server’s address for FHIR R4',
  };
}

/** `CapabilityStatement.format`, parameters of media types left aside. */
function formatFinding(statement: Statement | null): ConformanceFinding {
  const formats = [...(statement?.formats ?? [])].map((format) => format.split(';')[0]!.trim().toLowerCase());
  const json = formats.some((format) => JSON_FORMATS.includes(format));
  return {
    code: 'FORMAT',
    state: formats.length === 0 ? NOT_STATED : json ? PRESENT : MISSING,
    path: 'format[json]',
    needed: true,
    consequence: 'The adapter speaks JSON only: every answer in another format is HUB_UPSTREAM_PROTOCOL.',
    setting: null,
  };
}

/** Codes of `rest.security.service` (FHIR R4 value set RestfulSecurityService) that go with each setting of `auth`. */
const SERVICES: Readonly<Record<AuthKind, readonly string[]>> = {
  NONE: [],
  BEARER: ['OAuth', 'SMART-on-FHIR'],
  SMART_BACKEND: ['SMART-on-FHIR', 'OAuth'],
  NHS_SIGNED_JWT: ['OAuth', 'SMART-on-FHIR'],
};

/** `rest.security.service`; nothing for a site that does not sign in at a server that does not ask for it. */
function serviceFindings(
  statement: Statement | null,
  { auth, clientCertificate }: FhirR4Settings,
): readonly ConformanceFinding[] {
  const services = statement?.services ?? null;
  if (auth === 'NONE' && services === null) return [];
  const fitting = [...SERVICES[auth], ...(clientCertificate === null ? [] : ['Certificates'])];
  const fits = [...(services ?? [])].some((service) => fitting.includes(service));
  return [
    {
      code: 'SECURITY_SERVICE',
      state: services === null ? NOT_STATED : fits ? PRESENT : MISSING,
      path: 'rest.security.service',
      needed: true,
      consequence: 'Callers sign in another way there: requests are refused (HUB_UPSTREAM_REFUSED).',
      setting: 'auth: one that the server takes; clientCertificate where it asks for certificates',
    },
  ];
}

/** Findings that do not depend on what the site uses the server for. */
export function generalFindings(
  statement: Statement | null,
  settings: FhirR4Settings,
): readonly ConformanceFinding[] {
  return [versionFinding(statement), formatFinding(statement), ...serviceFindings(statement, settings)];
}

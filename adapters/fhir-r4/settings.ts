/** The settings of one site: every fault told at once, by setting, without repeating what was set. */
import { z } from 'zod';
import { DocumentKind, DocumentLabel } from '../../src/clinical/documents.port.js';
import { HubError } from '../../src/core/errors.js';
import { integer, list, settingFaults, text, yesOrNo } from '../../src/core/setting-kinds.js';
import { type AuthSettings, authCrossFaults, authFields, keyFaults } from './auth/auth-fields.js';
import { type CaseloadSettings, caseloadFaults, caseloadFields } from './caseload/caseload-settings.js';
import { type CodeTable, codeTable } from './coded-settings.js';
import { DOCUMENT_CATEGORIES, DOCUMENT_IDENTIFIER_SYSTEM, DOCUMENT_TYPES } from './documents/defaults.js';
import { type WriteSettings, writeFaults, writeFields } from './documents/write-settings.js';
import { type HintSettings, hintFields } from './hints/hint-settings.js';
import { asObject, member } from './json.js';
import { DEFAULTS, RECORD_TYPES } from './manifest.js';
import { type RecordSettings, recordFields } from './record/record-settings.js';
import { addressFault, isLoopback } from './setting-addresses.js';
import { isReferenceTo } from './transport/search-values.rules.js';

/** Settings of one running adapter, checked, with every default filled in. */
export interface FhirR4Settings
  extends AuthSettings,
    CaseloadSettings,
    WriteSettings,
    HintSettings,
    RecordSettings<(typeof RECORD_TYPES)[number]> {
  /** Service base address; always ends in a slash. */
  readonly baseUrl: string;
  readonly odsCode: string | null;
  readonly pageSize: number;
  readonly maxPages: number;
  readonly callTimeoutMs: number;
  readonly totalTimeoutMs: number;
  readonly maxAttempts: number;
  readonly maxConcurrent: number;
  readonly maxBodyBytes: number;
  readonly nhsNumberStatusSystems: readonly string[];
  readonly restrictedCodes: readonly string[];
  /** `Organization/<id>`, or null for all. */
  readonly teamsPartOf: string | null;
  readonly teamType: string | null;
  readonly teamCodeSystem: string | null;
  /** False for a system that takes no documents. */
  readonly documentsEnabled: boolean;
  readonly documentIdentifierSystem: string;
  readonly documentTypes: CodeTable<DocumentKind>;
  readonly documentCategories: CodeTable<DocumentKind>;
  /** A label without a coding does not reach this record. */
  readonly labelCodes: CodeTable<DocumentLabel>;
  /** Bytes of UTF-8; null when no limit is known. */
  readonly maxTextBytes: number | null;
}

const baseUrl = text.transform((value, context) => {
  const fault = addressFault(value);
  if (fault !== null) {
    context.addIssue({ code: 'custom', message: fault });
    return z.NEVER;
  }
  const { href } = new URL(value);
  return href.endsWith('/') ? href : `${href}/`;
});

const fields = z.strictObject({
  baseUrl,
  ...authFields(DEFAULTS),
  odsCode: text
    .regex(/^[A-Za-z0-9]{3,12}$/, 'must be 3 to 12 letters or digits')
    .nullable()
    .default(null),
  pageSize: integer(1, 1000).default(DEFAULTS.pageSize),
  maxPages: integer(1, 100_000).default(DEFAULTS.maxPages),
  callTimeoutMs: integer(50, 60_000).default(DEFAULTS.callTimeoutMs),
  totalTimeoutMs: integer(50, 3_600_000).default(DEFAULTS.totalTimeoutMs),
  maxAttempts: integer(1, 10).default(DEFAULTS.maxAttempts),
  maxConcurrent: integer(1, 32).default(DEFAULTS.maxConcurrent),
  maxBodyBytes: integer(1024, 104_857_600).default(DEFAULTS.maxBodyBytes),
  nhsNumberStatusSystems: list.default([]),
  restrictedCodes: list.prefault(DEFAULTS.restrictedCodes),
  teamsPartOf: text
    .refine((value) => isReferenceTo('Organization', value), 'must be Organization/<id>')
    .nullable()
    .default(null),
  teamType: text.nullable().default(null),
  teamCodeSystem: text.nullable().default(null),
  ...caseloadFields,
  documentsEnabled: yesOrNo(DEFAULTS.documentsEnabled),
  documentIdentifierSystem: text
    .regex(/^[a-z][a-z0-9+.-]*:[^\s|,$\\]+$/i, 'must be an absolute URI without separators of searches')
    .default(DOCUMENT_IDENTIFIER_SYSTEM),
  documentTypes: codeTable(Object.values(DocumentKind), DOCUMENT_TYPES),
  documentCategories: codeTable(Object.values(DocumentKind), DOCUMENT_CATEGORIES),
  labelCodes: codeTable(Object.values(DocumentLabel), []),
  ...writeFields,
  maxTextBytes: integer(1, 104_857_600).nullable().default(null),
  ...recordFields(RECORD_TYPES),
  ...hintFields,
});

/** Faults that lie between settings, told beside those within them. */
function crossFaults(raw: unknown): string[] {
  if (asObject(raw) === null) return [];
  const auth = fields.shape.auth.safeParse(member(raw, 'auth'));
  const base = fields.shape.baseUrl.safeParse(member(raw, 'baseUrl'));
  const faults = [...authCrossFaults(raw, auth.data)];
  if (auth.data === 'NONE' && base.success && !isLoopback(new URL(base.data)))
    faults.push('auth: NONE is only for a loopback host');
  return [...faults, ...caseloadFaults(raw), ...writeFaults(raw)];
}

/** The settings of a site profile, or `HUB_ADAPTER_SETTINGS` with every fault in `details.faults`. Values are never repeated. */
export function parseSettings(raw: unknown): FhirR4Settings {
  const result = fields.safeParse(raw, { reportInput: true });
  const faults = [
    ...(result.success ? [] : settingFaults(result.error)),
    ...crossFaults(raw),
    ...(result.success ? keyFaults(result.data) : []),
  ];
  if (result.success && faults.length === 0)
    return { ...result.data, bearerToken: result.data.auth === 'BEARER' ? result.data.bearerToken : null };
  throw new HubError('HUB_ADAPTER_SETTINGS', {
    message: `fhir-r4 settings: ${faults.join('; ')}`,
    details: { adapter: 'fhir-r4', faults },
  });
}

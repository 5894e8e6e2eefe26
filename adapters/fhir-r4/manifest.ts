/** What the FHIR R4 adapter is, can do and needs to be told, as data. */
import { type AdapterManifest, Capability } from '../../src/clinical/clinical-record.port.js';
import { AUTH_KINDS, authSettings } from './auth/auth-settings.js';
import { caseloadSettings } from './caseload/caseload-settings.js';
import { documentSettings } from './documents/document-settings.js';
import { hintSettings } from './hints/hint-settings.js';
import { recordSettings } from './record/record-settings.js';

/** Values of settings that a site profile leaves out. Milliseconds and bytes; lists as comma-separated text. */
export const DEFAULTS = {
  auth: 'BEARER',
  clockSkewSeconds: 10,
  pageSize: 100,
  maxPages: 1000,
  callTimeoutMs: 10_000,
  totalTimeoutMs: 300_000,
  maxAttempts: 4,
  maxConcurrent: 4,
  maxBodyBytes: 8 * 1024 * 1024,
  restrictedCodes: 'R, V, Restricted',
  documentsEnabled: true,
} as const;

/** Resource types that the adapter can read live for the graph. */
export const RECORD_TYPES = [
  'Patient',
  'CareTeam',
  'EpisodeOfCare',
  'DocumentReference',
  'Binary',
  'Encounter',
  'Appointment',
  'Condition',
  'Flag',
  'Consent',
] as const;

/** Everything about the adapter that can be shown without starting it. */
export const manifest: AdapterManifest = {
  id: 'fhir-r4',
  name: 'FHIR R4 over REST',
  protocol: 'HL7 FHIR 4.0.1, JSON',
  capabilities: [Capability.CASELOAD, Capability.DOCUMENTS, Capability.RECORD],
  settings: [
    {
      key: 'baseUrl',
      type: 'url',
      required: true,
      help: 'Service base address of the server; https, or http when the host is this machine itself.',
    },
    {
      key: 'auth',
      type: 'choice',
      required: false,
      default: DEFAULTS.auth,
      choices: AUTH_KINDS,
      help: 'How the hub proves who it is; NONE only where the host is this machine itself.',
    },
    {
      key: 'bearerToken',
      type: 'secret',
      required: false,
      help: 'Token sent as Authorization: Bearer; required when auth is BEARER.',
    },
    ...authSettings(DEFAULTS),
    {
      key: 'odsCode',
      type: 'text',
      required: false,
      help: 'ODS code sent as NHSD-End-User-Organisation-ODS; the header is left out when this is.',
    },
    {
      key: 'pageSize',
      type: 'integer',
      required: false,
      default: DEFAULTS.pageSize,
      help: 'Memberships asked for in one page, 1 to 1000; the server may send fewer.',
    },
    {
      key: 'maxPages',
      type: 'integer',
      required: false,
      default: DEFAULTS.maxPages,
      help: 'Pages after which a pull is given up as incomplete, 1 to 100000.',
    },
    {
      key: 'callTimeoutMs',
      type: 'integer',
      required: false,
      default: DEFAULTS.callTimeoutMs,
      help: 'Milliseconds that one request may take until its last byte, 50 to 60000.',
    },
    {
      key: 'totalTimeoutMs',
      type: 'integer',
      required: false,
      default: DEFAULTS.totalTimeoutMs,
      help: 'Milliseconds that one pull may take with all its pages, repeats and waits, 50 to 3600000.',
    },
    {
      key: 'maxAttempts',
      type: 'integer',
      required: false,
      default: DEFAULTS.maxAttempts,
      help: 'Times that one read is sent when the answers are transient, 1 to 10.',
    },
    {
      key: 'maxConcurrent',
      type: 'integer',
      required: false,
      default: DEFAULTS.maxConcurrent,
      help: 'Requests under way at once, 1 to 32; further ones wait their turn.',
    },
    {
      key: 'maxBodyBytes',
      type: 'integer',
      required: false,
      default: DEFAULTS.maxBodyBytes,
      help: 'Bytes of one answer, after decompression, past which it is dropped, 1024 to 104857600.',
    },
    {
      key: 'nhsNumberStatusSystems',
      type: 'list',
      required: false,
      help: 'Further code systems whose codes 01 to 08 tell the verification status of an NHS number, besides the two of UK Core.',
    },
    {
      key: 'restrictedCodes',
      type: 'list',
      required: false,
      default: DEFAULTS.restrictedCodes,
      help: 'Codes of meta.security that mark a record as restricted when a Patient has them, in any code system. Whatever else has one, or a document whose securityLabel has, is left out of live reads.',
    },
    {
      key: 'teamsPartOf',
      type: 'text',
      required: false,
      help: 'Organization/<id> below which teams are listed; when absent, every organisation that is part of another is.',
    },
    {
      key: 'teamType',
      type: 'text',
      required: false,
      help: 'Code that Organization.type must hold for an organisation to be listed as a team; when absent the type is not looked at.',
    },
    {
      key: 'teamCodeSystem',
      type: 'url',
      required: false,
      help: 'Identifier system of the local team code; when absent the first identifier of the organisation is taken.',
    },
    ...caseloadSettings,
    ...documentSettings(DEFAULTS),
    ...recordSettings(RECORD_TYPES),
    ...hintSettings,
  ],
};

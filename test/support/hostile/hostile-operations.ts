/** What the hub does with a record system, operation by operation, through the adapter; and the same by a client that trusts everybody. */
import { generateKeyPairSync } from 'node:crypto';
import { Client } from 'fhir-kit-client';
import { createFhirR4 } from '../../../adapters/fhir-r4/adapter.js';
import { parseSettings } from '../../../adapters/fhir-r4/settings.js';
import type { CaseloadPage } from '../../../src/clinical/clinical-record.port.js';
import { FixedClock } from '../../../src/core/clock.js';
import type { ErrorCode } from '../../../src/core/error-codes.js';
import { HubError } from '../../../src/core/errors.js';
import type { Logger } from '../../../src/core/logger.js';
import { keyOf } from '../outgoing-documents.js';
import type { Operation } from './hostile-cases.js';
import { DOCUMENT, FILED, SECRET_TOKEN, TEAM } from './hostile-record.js';

/** Milliseconds that one request and one operation may take, for cases that end by that limit and for others. */
export const LIMITS = {
  short: { callTimeoutMs: 1_500, totalTimeoutMs: 4_000 },
  long: { callTimeoutMs: 30_000, totalTimeoutMs: 60_000 },
} as const;

/** Where and how an operation is carried out. */
export interface Setting {
  /** Service base, ending in a slash. */
  readonly base: string;
  readonly limits: (typeof LIMITS)[keyof typeof LIMITS];
  readonly logger: Logger;
  /** Further settings of the adapter. */
  readonly more: Readonly<Record<string, unknown>>;
}

export type Carry = (operation: Operation, setting: Setting) => Promise<unknown>;

const never = new AbortController().signal;
const KEY = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const SIGNED_IN = {
  auth: 'SMART_BACKEND',
  clientId: 'the-hub',
  scopes: 'system/Organization.rs',
  privateKey: String(KEY.privateKey.export({ type: 'pkcs8', format: 'pem' })),
};

function settingsFor(operation: Operation, { base, limits, more }: Setting): Record<string, unknown> {
  return {
    baseUrl: base,
    maxAttempts: 1,
    maxPages: 20,
    ...limits,
    ...(operation === 'token'
      ? { ...SIGNED_IN, tokenUrl: new URL('../token', base).href }
      : { bearerToken: SECRET_TOKEN }),
    ...(operation === 'export' ? { caseloadStrategy: 'BULK_EXPORT', exportGroups: 'Group/everybody' } : {}),
    ...more,
  };
}

async function itemsOf(pages: AsyncIterable<CaseloadPage>): Promise<unknown> {
  const items: unknown[] = [];
  for await (const page of pages) items.push(...page.items.map(({ value }) => value));
  return items;
}

/** Through the adapter, made anew. */
export const byAdapter: Carry = async (operation, setting) => {
  const settings = parseSettings(settingsFor(operation, setting));
  const clock = new FixedClock(new Date('2026-03-01T09:00:00.000Z'));
  const adapter = createFhirR4(settings, { system: 'HOSTILE', clock, logger: setting.logger });
  const withdrawal = { ...keyOf(DOCUMENT), reference: `DocumentReference/${FILED.id}` };
  try {
    switch (operation) {
      case 'pull':
      case 'export':
        return await itemsOf(adapter.caseload!.pull({ teamReference: TEAM, since: null }, never));
      case 'teams':
      case 'token':
        return await adapter.caseload!.teams(never);
      case 'record':
        return await adapter.record!.demographics!(['person-1'], never);
      case 'documents':
        return await adapter.record!.documents!(['person-1'], never);
      case 'readBack':
        return await adapter.documents!.find([keyOf(DOCUMENT)], never);
      case 'readOne':
      case 'update':
        return await adapter.documents!.withdraw(withdrawal, never);
      case 'submit':
        return await adapter.documents!.send(DOCUMENT, never);
      case 'health': {
        const { state, code, product } = await adapter.health(never);
        if (code !== null) throw new HubError(code as ErrorCode);
        return { state, product };
      }
    }
  } finally {
    await adapter.close();
  }
};

/**
 * The mistakes that the adapter must not make, each of them real: links and redirects are followed with the token, nothing
 * has a limit, whoever comes is who was asked for, and an error holds the answer.
 */
export const byTrustingClient: Carry = async (operation, { base }) => {
  const customHeaders = { authorization: `Bearer ${SECRET_TOKEN}` };
  const client = new Client({ baseUrl: base, customHeaders });
  if (operation === 'submit') return client.create({ resourceType: 'DocumentReference', body: FILED });
  if (operation === 'health') return client.capabilityStatement();
  const resourceType = operation === 'record' ? 'Patient' : 'Organization';
  const page = await client.search({ resourceType, searchParams: { _id: 'person-1' } });
  const next = await client.nextPage({ bundle: page as never });
  return [page, next];
};

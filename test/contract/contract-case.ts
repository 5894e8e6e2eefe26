/** How a group of cases gets at the suite that it belongs to. */
import type { Capability } from '../../src/clinical/clinical-record.port.js';
import type { ContractSubject } from './misbehaving-peer.js';

export interface ContractCases {
  /** The subject of the case that runs. */
  subject(): ContractSubject;
  /** Declares a case; null for one of no capability. */
  contractCase(title: string, capability: Capability | null, body: () => Promise<void>): void;
}

/** A signal that never aborts. */
export const never = (): AbortSignal => new AbortController().signal;

/** Everything that an error could show to anybody: messages, details, stacks and causes. */
export function everythingIn(error: unknown, depth = 0): string {
  if (depth > 6 || typeof error !== 'object' || error === null) return String(error);
  const parts = Object.getOwnPropertyNames(error).map((name) => Reflect.get(error, name) as unknown);
  return parts.map((part) => everythingIn(part, depth + 1)).join('\n');
}

/** What the work fails with; null when it does not. */
export function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => null,
    (error: unknown) => error,
  );
}

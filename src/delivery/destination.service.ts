/** Keeps what a record system that takes documents can do, from its site profile and its adapter. */
import type { DocumentLabel } from '../clinical/documents.port.js';
import { inputError } from '../core/errors.js';
import type { Transaction } from '../platform/database/database.js';

/** A destination as its site profile and adapter describe it. */
export interface DestinationToKeep {
  readonly systemId: string;
  readonly organisationId: string;
  /** Documents in flight at most, all processes together: 1 to 256. Default 32. */
  readonly maxInFlight?: number | undefined;
  /** Milliseconds that one send may take: 100 to 120,000. Default 10,000. */
  readonly sendTimeoutMs?: number | undefined;
  /** `DocumentTraits.labels` of the adapter. */
  readonly labels: readonly DocumentLabel[];
  /** `DocumentTraits.maxTextBytes` of the adapter. */
  readonly maxTextBytes: number | null;
}

/**
 * Keeps a destination; keeping it again changes what differs and leaves a pause as it is. Role `write`, within the
 * organisation. Throws `HUB_INPUT_INVALID`.
 */
export async function keepDestination(tx: Transaction, destination: DestinationToKeep): Promise<void> {
  const { maxInFlight = 32, sendTimeoutMs = 10_000 } = destination;
  within('maxInFlight', maxInFlight, 1, 256);
  within('sendTimeoutMs', sendTimeoutMs, 100, 120_000);
  await tx.query(
    `insert into destinations as d (system_id, organisation_id, max_in_flight, send_timeout_ms, labels, max_text_bytes)
     values ($1, $2, $3, $4, $5::text[], $6)
     on conflict (system_id) do update set max_in_flight = excluded.max_in_flight,
       send_timeout_ms = excluded.send_timeout_ms, labels = excluded.labels, max_text_bytes = excluded.max_text_bytes,
       updated_at = clock_timestamp()
     where (d.max_in_flight, d.send_timeout_ms, d.labels, d.max_text_bytes)
       is distinct from (excluded.max_in_flight, excluded.send_timeout_ms, excluded.labels, excluded.max_text_bytes)`,
    [
      destination.systemId,
      destination.organisationId,
      maxInFlight,
      sendTimeoutMs,
      destination.labels,
      destination.maxTextBytes,
    ],
  );
}

function within(field: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most)
    throw inputError(field, 'not a usable number', `${least} to ${most}`);
}

/** Asks a server for its CapabilityStatement, which every FHIR server has and no person is in. */
import type { AdapterHealth } from '../../src/clinical/clinical-record.port.js';
import { HubError, isHubError } from '../../src/core/errors.js';
import { member, textOf } from './json.js';
import type { FhirConnection } from './transport/connection.js';

/** CapabilityStatement.software.name and version; printable and short, as it is shown on the operations page. */
function productOf(statement: unknown): string | null {
  const software = member(statement, 'software');
  const words = [textOf(software, 'name'), textOf(software, 'version')].filter((word) => word !== null);
  const line = words
    .join(' ')
    .replace(/[^\x20-\x7e]+/g, ' ')
    .trim()
    .slice(0, 100);
  return line === '' ? null : line;
}

/** Up when the server answers with a CapabilityStatement for FHIR 4.0. Never throws. */
export async function probe(
  connection: FhirConnection,
  signal: AbortSignal,
  monotonicMs: () => number = () => performance.now(),
): Promise<AdapterHealth> {
  const started = monotonicMs();
  const took = () => Math.max(0, Math.round(monotonicMs() - started));
  try {
    const statement = await connection.capabilities(connection.session(signal));
    const fits =
      statement.resourceType === 'CapabilityStatement' && textOf(statement, 'fhirVersion')?.startsWith('4.0');
    if (fits !== true) throw new HubError('HUB_UPSTREAM_PROTOCOL', { details: { fault: 'NOT_FHIR_4_0' } });
    return { state: 'UP', code: null, tookMs: took(), product: productOf(statement) };
  } catch (error) {
    const code = isHubError(error) ? error.code : 'HUB_INTERNAL';
    return { state: 'DOWN', code, tookMs: took(), product: null };
  }
}

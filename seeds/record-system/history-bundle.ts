/** The history of a resource as a Bundle, deletions included. */
import type { Bundle } from '@medplum/fhirtypes';
import type { StoredOperation, StoredVersion } from './resource-store.js';

const METHOD: Readonly<Record<StoredOperation, 'POST' | 'PUT' | 'DELETE'>> = {
  create: 'POST',
  update: 'PUT',
  delete: 'DELETE',
};
const STATUS: Readonly<Record<StoredOperation, string>> = { create: '201', update: '200', delete: '204' };

/** Versions in the order given (newest first), with what was asked and answered for each; `total` counts all versions. */
export function historyBundle(
  type: string,
  versions: readonly StoredVersion[],
  total: number,
  base: string,
): Bundle {
  return {
    resourceType: 'Bundle',
    type: 'history',
    total,
    entry: versions.map(({ id, vid, op, updated, body }) => ({
      fullUrl: `${base}/${type}/${id}`,
      ...(body === null ? {} : { resource: JSON.parse(body) }),
      request: { method: METHOD[op], url: op === 'create' ? type : `${type}/${id}` },
      response: { status: STATUS[op], etag: `W/"${vid}"`, lastModified: updated },
    })),
  };
}

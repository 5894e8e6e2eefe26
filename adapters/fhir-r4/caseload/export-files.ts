/** Reads the files of an export resource by resource, and fails where a file does not hold what the manifest says. */
import { HubError } from '../../../src/core/errors.js';
import { type Json, textOf } from '../json.js';
import { isFailure, issueTypes } from '../outcome.rules.js';
import type { FhirConnection, Session } from '../transport/connection.js';
import { isFhirId } from '../transport/search-values.rules.js';
import { deletedIn, type ExportFile, type ExportManifest } from './export-manifest.rules.js';
import { IncompleteReason, incomplete } from './incomplete.js';

/** The files of one finished export. */
export class ExportFiles {
  constructor(
    private readonly connection: FhirConnection,
    private readonly session: Session,
    private readonly manifest: ExportManifest,
  ) {}

  /** Passes when the server reports no failure; `HUB_CASELOAD_INCOMPLETE` otherwise. */
  async requireNoErrors(): Promise<void> {
    for (const file of this.manifest.error) {
      for await (const outcome of this.lines(file)) {
        if (isFailure(outcome)) throw incomplete(IncompleteReason.OUTCOME, { issues: issueTypes(outcome) });
      }
    }
  }

  /** What the export says was deleted, of one type, as `Type/id`. */
  async deleted(type: string): Promise<ReadonlySet<string>> {
    const deleted = new Set<string>();
    for (const file of this.manifest.deleted) {
      for await (const bundle of this.lines(file))
        for (const reference of deletedIn(bundle))
          if (reference.startsWith(`${type}/`)) deleted.add(reference);
    }
    return deleted;
  }

  /**
   * Every resource of a type, in the order of the files; some may come again where a file had to be read again. A file that
   * holds another number than the manifest says, or nothing that had not been in another one, is `HUB_CASELOAD_INCOMPLETE`:
   * what it should have held is missing.
   */
  async *ofType(type: string): AsyncGenerator<Json, void, undefined> {
    const seen = new Set<string>();
    for (const file of this.manifest.output.filter((one) => one.type === type)) {
      const before = seen.size;
      let received = 0;
      const onStart = () => {
        received = 0;
      };
      for await (const resource of this.lines(file, onStart)) {
        const id = this.idIn(resource, type);
        received += 1;
        seen.add(id);
        yield resource;
      }
      if (file.count !== null && file.count !== received)
        throw incomplete(IncompleteReason.TOTAL_DIFFERS, { expected: file.count, received });
      if (received > 0 && seen.size === before) throw incomplete(IncompleteReason.REPEATED_PAGE);
    }
  }

  private idIn(resource: Json, type: string): string {
    const id = textOf(resource, 'id');
    if (textOf(resource, 'resourceType') === type && id !== null && isFhirId(id)) return id;
    if (isFailure(resource)) throw incomplete(IncompleteReason.OUTCOME, { issues: issueTypes(resource) });
    throw new HubError('HUB_UPSTREAM_PROTOCOL', { details: { fault: 'MATCH' } });
  }

  private lines({ url }: ExportFile, onStart?: () => void): AsyncIterable<Json> {
    const withToken = this.manifest.requiresAccessToken;
    return this.connection.lines(this.session, {
      address: url,
      withToken,
      ...(onStart === undefined ? {} : { onStart }),
    });
  }
}

/** The record system's FHIR side in this process, over a file of its own: quick enough for hundreds of generated stores. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { loadDefinitions } from '../../seeds/record-system/definitions.js';
import { FHIR_PATH, FhirEndpoint } from '../../seeds/record-system/fhir-endpoint.js';
import type { HttpAnswer } from '../../seeds/record-system/http-call.js';
import { ResourceStore } from '../../seeds/record-system/resource-store.js';
import { scratchFolder } from './scratch-folder.js';

const ORIGIN = 'http://127.0.0.1:4100';

/** An answer with its body read. */
export interface EndpointAnswer<Body> {
  readonly status: number;
  readonly headers: HttpAnswer['headers'];
  readonly body: Body;
}

export class RecordEndpoint {
  readonly base = `${ORIGIN}${FHIR_PATH}`;
  private readonly folder = scratchFolder('record-endpoint-');
  readonly store = ResourceStore.open(join(this.folder, 'records.sqlite'), loadDefinitions());
  private readonly reader = ResourceStore.openReader(join(this.folder, 'records.sqlite'), loadDefinitions());
  private readonly endpoint: FhirEndpoint;

  /** @param clientIds whether a PUT under an id that was never held makes the resource. */
  constructor(clientIds = false) {
    this.endpoint = new FhirEndpoint(this.store, this.reader, loadDefinitions(), clientIds);
  }

  /** One request; `path` is below the base, or an absolute link of an answer. */
  async ask<Body>(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<EndpointAnswer<Body>> {
    const url = new URL(path.startsWith('http') ? path : `${this.base}/${path}`);
    const answer = await this.endpoint.answer({
      method,
      path: url.pathname,
      query: url.searchParams,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/fhir+json' }), ...headers },
      body: Buffer.from(body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body)),
      origin: ORIGIN,
    });
    const text = answer.body.toString();
    return { status: answer.status, headers: answer.headers, body: (text ? JSON.parse(text) : null) as Body };
  }

  /** Forgets every version of everything. */
  clear(): void {
    for (const table of ['version', 'idx']) this.store.query(`delete from ${table}`);
  }

  close(): void {
    this.store.close();
    this.reader.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

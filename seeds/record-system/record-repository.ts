/** The router's view of the store: the FHIR interactions on resources, for one request. */

import { randomUUID } from 'node:crypto';
import {
  applyPatch,
  formatSearchQuery,
  gone,
  normalizeOperationOutcome,
  notFound,
  type Operation,
  OperationOutcomeError,
  preconditionFailed,
  type SearchRequest,
  validateResource,
  type WithId,
} from '@medplum/core';
import {
  type CreateResourceOptions,
  type DeleteResourceOptions,
  FhirRepository,
  getExtraEntries,
  type ReadHistoryOptions,
  type UpdateResourceOptions,
} from '@medplum/fhir-router';
import type {
  Bundle,
  BundleEntry,
  OperationOutcome,
  Parameters,
  Reference,
  Resource,
} from '@medplum/fhirtypes';
import type { Definitions } from './definitions.js';
import { historyBundle } from './history-bundle.js';
import { notSupported, refuse } from './outcomes.js';
import { type PageCursor, writeCursor } from './page-cursor.js';
import type { ResourceStore, StoredVersion } from './resource-store.js';
import { searchPage } from './search-page.js';
import { FHIR_ID, isSupportedType, REQUIRED_CODES } from './supported-types.js';

/** What a repository needs to know of the request that it serves. */
export interface RequestContext {
  readonly definitions: Definitions;
  /** Base address as the caller sees it, without a slash at the end. */
  readonly base: string;
  /** The link to a page of the search that the request is, given its cursor (null: the page itself); null for a search inside a batch. */
  readonly pageLink: ((cursor: string | null) => string) | null;
  /** Whether an update under an id that was never held makes the resource (R4 section 3.1.0.4.1, update as create). */
  readonly clientIds: boolean;
  /** The update says `If-None-Match: *`: it shall make the resource, and change none. */
  readonly onlyNew: boolean;
}

const MAX_INCLUDED = 5_000;
/** More than the body limit lets through, so that the body limit is the only one. */
const MAX_ATTACHMENT_BYTES = 64 * 1024 * 1024;

/** Checks type, id and element codes that the validator leaves alone, then validates. 400 with all issues. */
function check(resource: Resource): void {
  if (!isSupportedType(resource.resourceType))
    throw notSupported('the resource type is not held by this server');
  validateResource(resource, { base64BinaryMaxBytes: MAX_ATTACHMENT_BYTES });
  for (const [element, codes] of Object.entries(REQUIRED_CODES[resource.resourceType] ?? {})) {
    const value = (resource as unknown as Record<string, unknown>)[element];
    if (value !== undefined && !codes.includes(String(value)))
      throw refuse(`${resource.resourceType}.${element}: not a code of the required value set`);
  }
}

/** Only the elements asked for, and those that identify the resource; marked as a part (R4 search, section 3.1.1.5.9). */
function onlyElements(resource: Resource, elements: readonly string[]): Resource {
  const kept = Object.entries(resource).filter(([name]) =>
    ['resourceType', 'id', 'meta', ...elements].includes(name),
  );
  const part = Object.fromEntries(kept) as unknown as Resource;
  const subsetted = {
    system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue',
    code: 'SUBSETTED',
  };
  return { ...part, meta: { ...part.meta, tag: [...(part.meta?.tag ?? []), subsetted] } };
}

/** Made anew for each request, on the writing connection under the lock or on the reading one. */
export class RecordRepository extends FhirRepository {
  /** An update made its resource. */
  madeByUpdate = false;

  constructor(
    private readonly store: ResourceStore,
    private readonly context: RequestContext,
  ) {
    super();
  }

  /** Which connection serves the request is decided before the repository is made. */
  setMode(): void {}

  generateId(): string {
    return randomUUID();
  }

  async createResource<T extends Resource>(resource: T, options?: CreateResourceOptions): Promise<WithId<T>> {
    check(resource);
    const id = options?.assignedId && resource.id ? resource.id : this.generateId();
    return this.store.put({ ...resource, id }, 'create') as WithId<T>;
  }

  async readResource<T extends Resource>(resourceType: string, id: string): Promise<WithId<T>> {
    return this.parse<T>(this.present(resourceType, id));
  }

  async readReference<T extends Resource>(reference: Reference<T>): Promise<WithId<T>> {
    const [type, id, ...rest] = (reference.reference ?? '').split('/');
    if (!type || !id || rest.length > 0) throw refuse('not a reference of the form Type/id');
    return this.readResource<T>(type, id);
  }

  async readReferences<T extends Resource>(references: readonly Reference<T>[]): Promise<(T | Error)[]> {
    const distinct = new Map(references.map((reference) => [reference.reference, reference]));
    const settled = await Promise.allSettled(
      [...distinct.values()].map((reference) => this.readReference<T>(reference)),
    );
    return settled.map((result) => (result.status === 'fulfilled' ? result.value : (result.reason as Error)));
  }

  async readHistory<T extends Resource>(
    resourceType: string,
    id: string,
    options: ReadHistoryOptions = {},
  ): Promise<Bundle<WithId<T>>> {
    this.known(resourceType, id);
    const limit = options.limit ?? 100;
    if (!(limit >= 0) || !((options.offset ?? 0) >= 0))
      throw refuse('_count and _offset: whole numbers, 0 or more');
    const versions = this.store.history(resourceType, id, limit, options.offset ?? 0);
    return historyBundle(
      resourceType,
      versions,
      this.store.versionCount(resourceType, id),
      this.context.base,
    ) as Bundle<WithId<T>>;
  }

  async readVersion<T extends Resource>(resourceType: string, id: string, vid: string): Promise<WithId<T>> {
    this.known(resourceType, id);
    const version = /^\d{1,9}$/.test(vid) ? this.store.version(resourceType, id, Number(vid)) : undefined;
    if (!version) throw new OperationOutcomeError(notFound);
    if (version.body === null) throw new OperationOutcomeError(gone);
    return this.parse<T>(version);
  }

  async updateResource<T extends Resource>(resource: T, options?: UpdateResourceOptions): Promise<WithId<T>> {
    check(resource);
    if (!resource.id) throw refuse('an update names the id of the resource');
    const held = { ...resource, id: resource.id };
    if (this.makesNew(resource.resourceType, resource.id, options?.ifMatch)) {
      this.madeByUpdate = true;
      return this.store.put(held, 'create') as WithId<T>;
    }
    this.match(this.present(resource.resourceType, resource.id), options?.ifMatch);
    return this.store.put(held, 'update') as WithId<T>;
  }

  /** True where an update is to make its resource; 412 where it may only do that and the id has been used. */
  private makesNew(type: string, id: string, ifMatch: string | undefined): boolean {
    const { clientIds, onlyNew } = this.context;
    if (!clientIds || !FHIR_ID.test(id)) return false;
    const isUsed = this.store.latest(type, id) !== undefined;
    if (isUsed && onlyNew) throw new OperationOutcomeError(preconditionFailed);
    return !isUsed && ifMatch === undefined;
  }

  async deleteResource(resourceType: string, id: string, options?: DeleteResourceOptions): Promise<void> {
    const version = this.known(resourceType, id);
    if (version.op === 'delete') return;
    this.match(version, options?.ifMatch);
    this.store.remove(resourceType, id);
  }

  async patchResource<T extends Resource>(
    resourceType: T['resourceType'],
    id: string,
    patch: Operation[] | Parameters,
    options?: UpdateResourceOptions,
  ): Promise<WithId<T>> {
    if (!Array.isArray(patch)) throw refuse('PATCH takes a JSON Patch');
    const version = this.present(resourceType, id);
    this.match(version, options?.ifMatch);
    const resource = this.parse<T>(version);
    try {
      const failed = applyPatch(resource, patch).filter(Boolean);
      if (failed.length > 0) throw refuse('a step of the patch does not apply');
    } catch (error) {
      throw new OperationOutcomeError(normalizeOperationOutcome(error));
    }
    if (resource.resourceType !== resourceType || resource.id !== id)
      throw refuse('a patch changes neither type nor id');
    return this.updateResource(resource);
  }

  async search<T extends Resource>(request: SearchRequest<T>): Promise<Bundle<WithId<T>>> {
    const { definitions, base } = this.context;
    if (!isSupportedType(request.resourceType))
      throw notSupported('the resource type is not held by this server');
    const page = searchPage(this.store, request, { definitions, base });
    const fullUrl = (type: string, id: string): string => `${base}/${type}/${id}`;
    const resources = page.bodies.map((body) => JSON.parse(body) as WithId<T>);
    const entry: BundleEntry[] = resources.map((resource) => ({
      fullUrl: fullUrl(resource.resourceType, resource.id),
      search: { mode: 'match' },
      resource,
    }));
    if (request.include || request.revInclude)
      await getExtraEntries(this, request, resources, entry, {
        fullUrl,
        maxResults: MAX_INCLUDED,
        executeSearch: (each) => this.everyMatch(each),
      });
    if (request.fields)
      for (const each of entry) each.resource = onlyElements(each.resource!, request.fields);
    return {
      resourceType: 'Bundle',
      type: 'searchset',
      ...(page.total === null ? {} : { total: page.total }),
      link: this.links(request, page.next),
      ...(entry.length > 0 ? { entry: entry as BundleEntry<WithId<T>>[] } : {}),
    };
  }

  /** Matches of a search made for a reverse include: as many as a Bundle may include, and one to notice when there are more. */
  private async everyMatch(request: SearchRequest): Promise<WithId<Resource>[]> {
    const { definitions, base } = this.context;
    const page = searchPage(
      this.store,
      { ...request, count: MAX_INCLUDED + 1 },
      { definitions, base },
      MAX_INCLUDED + 1,
    );
    return page.bodies.map((body) => JSON.parse(body) as WithId<Resource>);
  }

  private links(request: SearchRequest, next: PageCursor | null): NonNullable<Bundle['link']> {
    const inBatch = (cursor: string | null): string =>
      `${this.context.base}/${request.resourceType}${formatSearchQuery({ ...request, cursor: cursor ?? request.cursor })}`;
    const link = this.context.pageLink ?? inBatch;
    return [
      { relation: 'self', url: link(null) },
      ...(next ? [{ relation: 'next', url: link(writeCursor(next)) }] : []),
    ];
  }

  /** Only GraphQL asks for this, and it is not offered. */
  async searchByReference(): Promise<never> {
    throw notSupported('GraphQL is not offered');
  }

  async withTransaction<TResult>(callback: (repository: this) => Promise<TResult>): Promise<TResult> {
    return this.store.transaction(() => callback(this));
  }

  override async conditionalCreate<T extends Resource>(
    resource: T,
    search: SearchRequest<T>,
    options?: CreateResourceOptions,
  ): Promise<{ resource: WithId<T>; outcome: OperationOutcome }> {
    this.selective(search);
    return super.conditionalCreate(resource, search, options);
  }

  override async conditionalUpdate<T extends Resource>(
    resource: T,
    search: SearchRequest,
    options?: CreateResourceOptions & UpdateResourceOptions,
  ): Promise<{ resource: WithId<T>; outcome: OperationOutcome }> {
    this.selective(search);
    return super.conditionalUpdate(resource, search, options);
  }

  override async conditionalDelete(search: SearchRequest): Promise<void> {
    this.selective(search);
    return super.conditionalDelete(search);
  }

  override async conditionalPatch(
    search: SearchRequest,
    patch: Operation[],
    options?: UpdateResourceOptions,
  ): Promise<WithId<Resource>> {
    this.selective(search);
    return super.conditionalPatch(search, patch, options);
  }

  /** A condition without a filter would match everything. */
  private selective(search: SearchRequest): void {
    if (!search.filters?.length) throw refuse('a conditional interaction needs search criteria');
  }

  private parse<T extends Resource>(version: StoredVersion): WithId<T> {
    return JSON.parse(version.body!) as WithId<T>;
  }

  /** The latest version, a deletion included; 400 for an id that cannot be one, 404 when there never was such a resource. */
  private known(type: string, id: string): StoredVersion {
    if (!isSupportedType(type)) throw notSupported('the resource type is not held by this server');
    if (!FHIR_ID.test(id)) throw refuse('not an id of FHIR: 1 to 64 letters, digits, hyphens and full stops');
    const version = this.store.latest(type, id);
    if (!version) throw new OperationOutcomeError(notFound);
    return version;
  }

  private present(type: string, id: string): StoredVersion {
    const version = this.known(type, id);
    if (version.op === 'delete') throw new OperationOutcomeError(gone);
    return version;
  }

  private match(version: StoredVersion, ifMatch: string | undefined): void {
    if (ifMatch !== undefined && ifMatch !== String(version.vid))
      throw new OperationOutcomeError(preconditionFailed);
  }
}

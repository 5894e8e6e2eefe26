/** Data that a run makes on somebody's server: marked, counted, and removed again, with what the adapter wrote about it. */
import { randomBytes } from 'node:crypto';
import { gather } from '../../adapters/fhir-r4/caseload/gather.js';
import { placeOf } from '../../adapters/fhir-r4/documents/receipt.rules.js';
import { type Json, member, objectsOf, textOf } from '../../adapters/fhir-r4/json.js';
import type { FhirR4Settings } from '../../adapters/fhir-r4/settings.js';
import type { FhirConnection, Session } from '../../adapters/fhir-r4/transport/connection.js';
import { systemClock } from '../../src/core/clock.js';
import { type HubError, isHubError } from '../../src/core/errors.js';
import { newId } from '../../src/core/ids.js';

/** System of the tags and identifiers of everything that a run makes. */
export const MARK = 'https://ips-hub.example/interop';
/** Identifier system of the documents that a run files, and of what goes beside them. */
export const DOCUMENT_MARK = `${MARK}/document`;
/** The tag that every run gives, beside its own. */
const ANY_RUN = 'test-data';

/** Tags and ids of other runs are left alone until they are this old, in milliseconds: they may be at work. */
const OLD_MS = 3_600_000;
/** Requests under way at once. */
const AT_ONCE = 8;
/** Entries in one batch Bundle. */
const IN_A_BATCH = 100;

/** Types in which what is removed first stands first: a server may refuse to remove what something refers to. */
const REMOVAL = [
  'DocumentReference',
  'Appointment',
  'Condition',
  'Flag',
  'Consent',
  'CareTeam',
  'Encounter',
  'EpisodeOfCare',
  'Patient',
  'Practitioner',
  'Organization',
] as const;
/** Types whose resources refer to one another: the last that was made goes first, one at a time. */
const ONE_BY_ONE: readonly string[] = ['DocumentReference', 'Patient', 'Organization'];

/** A type of resource that the suite makes itself. */
export type MarkedType = (typeof REMOVAL)[number];

/** A resource to make; mark, identifier and id are given to it. */
export interface ToMake {
  readonly resourceType: MarkedType;
  readonly [member: string]: unknown;
}

/** Why a trip cannot be made on this server: no fault of the adapter's. */
export class NotAllowed extends Error {}

/** Answers that say that a server does not want it, rather than that something went wrong. */
const REFUSALS = ['HUB_UPSTREAM_REFUSED', 'HUB_UPSTREAM_REJECTED', 'HUB_UPSTREAM_NOT_FOUND'];

const isRefusal = (error: unknown): error is HubError => isHubError(error) && REFUSALS.includes(error.code);
const worded = ({ code, details }: HubError): string =>
  details.status === undefined ? code : `${code}, HTTP ${details.status}`;

/** Does some work for each of several things, a few at once. */
export async function inParallel<T>(
  things: readonly T[],
  work: (thing: T) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < things.length) await work(things[next++] as T);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

const batchesOf = <T>(things: readonly T[]): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(things.length / IN_A_BATCH) }, (_, n) =>
    things.slice(n * IN_A_BATCH, (n + 1) * IN_A_BATCH),
  );

const hasTag = (resource: Json, code: string): boolean =>
  objectsOf(member(resource, 'meta'), 'tag').some(
    (tag) => textOf(tag, 'system') === MARK && textOf(tag, 'code') === code,
  );

/** The run that made a resource; null where none of ours did. */
function runOf(resource: Json): string | null {
  const tags = objectsOf(member(resource, 'meta'), 'tag').filter((tag) => textOf(tag, 'system') === MARK);
  return tags.map((tag) => textOf(tag, 'code')).find((code) => code?.startsWith('run-')) ?? null;
}

/** When a run began, by its name; null for a name that is none. */
function beganAt(run: string): number | null {
  const parts = /^run-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-[0-9a-f]+$/.exec(run);
  if (parts === null) return null;
  const [year, month, day, hour, minute, second] = parts.slice(1).map(Number);
  return Date.UTC(year!, month! - 1, day, hour, minute, second);
}

export class MarkedData {
  /** Name of this run, also its tag. */
  readonly run =
    `run-${new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')}-${randomBytes(4).toString('hex')}`;
  /** What could not be removed, with the reason. */
  readonly stuck = new Map<string, string>();
  private readonly made: string[] = [];
  private readonly proofs = new Map<string, Promise<void>>();
  private takesBatches = true;

  constructor(
    private readonly connection: FhirConnection,
    private readonly settings: FhirR4Settings,
  ) {}

  /**
   * Makes a resource and answers `Type/id`. The first of a type is made and removed again before, so that nothing is made that
   * cannot be removed. @throws NotAllowed where the server does not want it.
   */
  async make(resource: ToMake): Promise<string> {
    await this.mayMake(resource);
    return this.create(resource);
  }

  /** Makes many resources of a type, a hundred in one batch Bundle where the server takes it. @throws NotAllowed */
  async makeMany(resources: readonly ToMake[]): Promise<readonly string[]> {
    const [first] = resources;
    if (first === undefined) return [];
    await this.mayMake(first);
    const type = first.resourceType;
    const references: string[] = [];
    await inParallel(batchesOf(resources), async (some) => {
      const entries = some.map((resource) => ({
        request: { method: 'POST', url: type },
        resource: this.marked(resource),
      }));
      const answers = await this.batch(entries);
      if (answers === null) {
        for (const resource of some) references.push(await this.create(resource));
        return;
      }
      for (const answer of answers) {
        const response = member(answer, 'response');
        const place = `${textOf(response, 'location')} ${type}/${textOf(member(answer, 'resource'), 'id')}`;
        const reference = new RegExp(`${type}/[A-Za-z0-9\\-.]{1,64}`).exec(place)?.[0];
        const status = textOf(response, 'status') ?? '';
        if (!status.startsWith('2') || reference === undefined)
          throw new NotAllowed(`the server refuses to make ${type} in a batch (HTTP ${status})`);
        this.made.push(reference);
        references.push(reference);
      }
    });
    return references;
  }

  /** Changes a resource that was made, in whole. */
  async change(reference: string, resource: ToMake): Promise<void> {
    const [, id] = reference.split('/');
    const body = { ...this.marked(resource), id };
    await this.write('PUT', reference, body);
  }

  /** @throws NotAllowed unless resources of the type can be made here and removed again. */
  mayMake(resource: ToMake): Promise<void> {
    const { resourceType } = resource;
    const proof =
      this.proofs.get(resourceType) ??
      (async () => {
        const reference = await this.create(resource);
        await this.remove(reference);
        const why = this.stuck.get(reference);
        if (why !== undefined) throw new NotAllowed(`${resourceType} cannot be removed again (${why})`);
      })();
    this.proofs.set(resourceType, proof);
    return proof;
  }

  /** Resources of a type for which a search answers, whoever made them. Refused searches find nothing. */
  async search(type: string, parameters: Record<string, string>): Promise<readonly Json[]> {
    const context = { connection: this.connection, settings: this.settings, clock: systemClock };
    try {
      return (await gather(context, this.session(), type, { ...parameters, _count: 500 })).matches;
    } catch (error) {
      if (isRefusal(error)) return [];
      throw error;
    }
  }

  /** Removes everything that this run made and what the adapter wrote about it. Twice is as good as once. */
  async removeAll(): Promise<void> {
    const known = [...this.made.splice(0), ...this.stuck.keys()];
    await this.removeWithCompany([...new Set([...known, ...(await this.tagged(this.run))])]);
  }

  /** Removes what earlier runs have left: all of it, or what is old. Answers how many resources there were. */
  async removeLeftOvers(all: boolean): Promise<number> {
    const isLeft = (resource: Json): boolean => {
      const began = beganAt(runOf(resource) ?? '');
      return began !== null && (all || began < Date.now() - OLD_MS);
    };
    const references = await this.tagged(ANY_RUN, isLeft);
    await this.removeWithCompany(references);
    return references.length;
  }

  /** Whether the server searches by tag: one that ignores the parameter answers a tag that nothing bears with everything it has. */
  async searchesByTag(): Promise<boolean> {
    const parameters = { _tag: `${MARK}|${newId()}`, _count: '1' };
    const by = this.settings.searchByPost ? this.connection.searchByForm : this.connection.search;
    try {
      return objectsOf(await by(this.session(), 'Patient', parameters), 'entry').length === 0;
    } catch (error) {
      if (isRefusal(error)) return false;
      throw error;
    }
  }

  /** References of what bears a tag of ours, of every type; none where the server does not search by tag. What does not bear it is left out. */
  async tagged(code: string, also: (resource: Json) => boolean = () => true): Promise<readonly string[]> {
    const references: string[] = [];
    if (!(await this.searchesByTag())) return references;
    for (const type of REMOVAL) {
      const found = await this.search(type, { _tag: `${MARK}|${code}` });
      const ours = found.filter((resource) => hasTag(resource, code) && also(resource));
      references.push(...ours.map(({ id }) => `${type}/${String(id)}`));
    }
    return references;
  }

  private session(): Session {
    return this.connection.session(new AbortController().signal);
  }

  private marked(resource: ToMake): ToMake {
    const tag = [ANY_RUN, this.run].map((code) => ({ system: MARK, code }));
    const own = { system: MARK, value: `${this.run}/${newId()}` };
    const given = (resource.identifier ?? []) as readonly object[];
    return { ...resource, meta: { tag }, identifier: [...given, own] };
  }

  private async create(resource: ToMake): Promise<string> {
    const { resourceType } = resource;
    const answer = await this.write('POST', resourceType, this.marked(resource));
    const [place] = placeOf(resourceType, answer);
    if (place === undefined) throw new NotAllowed(`the server does not say where a new ${resourceType} is`);
    const reference = `${resourceType}/${place.id}`;
    this.made.push(reference);
    return reference;
  }

  private async write(method: 'POST' | 'PUT', path: string, resource: object) {
    try {
      const headers = { prefer: 'return=representation' };
      return await this.connection.write(this.session(), {
        method,
        path,
        resource,
        requestId: newId(),
        headers,
      });
    } catch (error) {
      if (!isRefusal(error)) throw error;
      throw new NotAllowed(
        `the server refuses to ${method === 'POST' ? 'make' : 'change'} ${path.split('/')[0]} (${worded(error)})`,
      );
    }
  }

  /** Entries of the answer to a batch Bundle, in order; null where the server takes none. */
  private async batch(entry: readonly object[]): Promise<readonly Json[] | null> {
    if (!this.takesBatches) return null;
    try {
      const { resource } = await this.write('POST', '', { resourceType: 'Bundle', type: 'batch', entry });
      return objectsOf(resource, 'entry');
    } catch (error) {
      if (!(error instanceof NotAllowed)) throw error;
      this.takesBatches = false;
      return null;
    }
  }

  /** Removes what nothing refers to any more, a hundred in one batch where the server takes it; what that leaves, one by one. */
  private async removeMany(references: readonly string[]): Promise<void> {
    await inParallel(batchesOf(references), async (some) => {
      const answers = await this.batch(some.map((url) => ({ request: { method: 'DELETE', url } })));
      const isGone = (at: number): boolean =>
        /^(2|404|410)/.test(textOf(member(answers?.[at], 'response'), 'status') ?? '');
      for (const [at, reference] of some.entries()) if (!isGone(at)) await this.remove(reference);
    });
  }

  /** Documents of patients, and what was written beside them, then the rest by type. */
  private async removeWithCompany(references: readonly string[]): Promise<void> {
    const patients = references.filter((reference) => reference.startsWith('Patient/'));
    for (const some of batchesOf(patients)) await this.removeWritten(some);
    for (const type of REMOVAL) {
      const ofType = references.filter((reference) => reference.startsWith(`${type}/`)).reverse();
      if (ONE_BY_ONE.includes(type)) for (const reference of ofType) await this.remove(reference);
      else await this.removeMany(ofType);
    }
  }

  /** What the adapter wrote about patients of ours; what only looks so is left alone. */
  private async removeWritten(patients: readonly string[]): Promise<void> {
    const written = async (type: string, element: string): Promise<readonly string[]> => {
      const found = await this.search(type, { patient: patients.join(','), _sort: '-_lastUpdated' });
      return found
        .filter((one) => patients.includes(textOf(member(one, element), 'reference') ?? ''))
        .filter((one) => objectsOf(one, 'identifier').some((id) => textOf(id, 'system') === DOCUMENT_MARK))
        .map(({ id }) => `${type}/${String(id)}`);
    };
    const documents = await written('DocumentReference', 'subject');
    for (const document of documents)
      for (const provenance of await this.search('Provenance', { target: document }))
        if (objectsOf(provenance, 'target').some((one) => textOf(one, 'reference') === document))
          await this.remove(`Provenance/${String(provenance.id)}`);
    const others = [await written('Task', 'for'), documents, await written('Encounter', 'subject')];
    for (const reference of others.flat()) await this.remove(reference);
  }

  private async remove(reference: string): Promise<void> {
    try {
      const request = { method: 'DELETE', address: reference } as const;
      await this.connection.open(this.session(), request, async (response) => response.body?.cancel());
      this.stuck.delete(reference);
    } catch (error) {
      if (!isHubError(error)) throw error;
      if (error.code !== 'HUB_UPSTREAM_NOT_FOUND') this.stuck.set(reference, worded(error));
    }
  }
}

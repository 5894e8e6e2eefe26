/** One run of the trips against one server: what it makes, what it could not do and why, and that nothing of it stays. */
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FhirR4Adapter } from '../../adapters/fhir-r4/adapter.js';
import { testNhsNumber } from '../support/fhir-resources.js';
import { DOCUMENT_MARK, MarkedData, NotAllowed } from './marked-data.js';
import * as made from './resources.js';
import { type InteropSite, SiteDoors } from './site.js';

/** How long a server may take until it finds what was written, in milliseconds. */
const SETTLES_MS = 10_000;

/** The id in `Type/id`. */
export const idOf = (reference: string): string => reference.slice(reference.indexOf('/') + 1);

/** Tries until what is expected holds: servers index what they were sent in their own time. */
export async function eventually<T>(work: () => Promise<T>, withinMs = SETTLES_MS): Promise<T> {
  for (const until = Date.now() + withinMs; ; await sleep(250)) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof NotAllowed || Date.now() > until) throw error;
    }
  }
}

export class InteropRun {
  readonly doors: SiteDoors;
  readonly data: MarkedData;
  /** Trips that this server does not allow, with the reason. */
  readonly skipped = new Map<string, string>();
  private readonly kept = new Map<string, Promise<string>>();
  private readonly firstNumber = randomInt(0, 400_000);
  private people = 0;

  constructor(readonly site: InteropSite) {
    this.doors = new SiteDoors(site);
    this.data = new MarkedData(this.doors.connection(), this.doors.settings());
  }

  get name(): string {
    return this.data.run;
  }

  /** The adapter as a trip wants it, with documents under an identifier system that marks them. */
  adapter(more: Readonly<Record<string, unknown>> = {}): FhirR4Adapter {
    return this.doors.adapter({ documentIdentifierSystem: DOCUMENT_MARK, ...more });
  }

  /** The organisation that the teams of this run are part of. */
  trust(): Promise<string> {
    return this.once('trust', () => this.data.make(made.organization(`${this.name} trust`)));
  }

  /** A team by name: the site's own where it states one, else one of this run's. */
  team(name: string): Promise<string> {
    const { team } = this.site;
    if (team !== null) return Promise.resolve(team);
    return this.once(`team ${name}`, async () =>
      this.data.make(made.organization(`${this.name} ${name}`, await this.trust())),
    );
  }

  /** Who signs and coordinates. */
  author(): Promise<string> {
    const { author } = this.site;
    return author === null
      ? this.once('author', () => this.data.make(made.practitioner('Interop Author')))
      : Promise.resolve(author);
  }

  /** A number that is never issued, and that no other person of this run has. */
  nhsNumber(): string {
    this.people += 1;
    return testNhsNumber(this.firstNumber + this.people);
  }

  /** A new person. */
  person(replacedBy?: string): Promise<string> {
    return this.data.make(made.patient(this.nhsNumber(), 'Person', replacedBy));
  }

  async close(): Promise<void> {
    try {
      await this.data.removeAll();
    } finally {
      await this.doors.close();
    }
  }

  private once(name: string, make: () => Promise<string>): Promise<string> {
    const kept = this.kept.get(name) ?? make();
    this.kept.set(name, kept);
    return kept;
  }
}

/**
 * The port to a clinical record system. A new vendor is one folder under `adapters/`, one line in
 * `adapters/registry.ts` and one line in `test/contract/`. Adapters see this file, the ports beside it and `src/core`, nothing else.
 *
 * Rules every adapter keeps: only a `HubError` leaves it, and never a body or header of an upstream answer; every call
 * takes an `AbortSignal`; the clock is injected; no globals and no environment reads; a capability that the system does
 * not have is an absent member, never a stub that throws.
 */

import type { LocalDate } from '../core/calendar.js';
import type { Clock } from '../core/clock.js';
import type { Logger } from '../core/logger.js';
import type { AdapterTools } from './adapter-tools.port.js';
import type { Conformance } from './conformance.port.js';
import type { DocumentsCapability } from './documents.port.js';
import type { ChangeHints } from './hints.port.js';
import type { InboundCapability, MessageIntake, ReceivedReceipts } from './inbound.port.js';
import type { RecordCapability } from './record.port.js';

/** What an adapter can do for a clinical record system. */
export const Capability = {
  CASELOAD: 'CASELOAD',
  DOCUMENTS: 'DOCUMENTS',
  RECORD: 'RECORD',
  /** Takes what the system sends by itself, caseloads among it. */
  INBOUND: 'INBOUND',
  /** Tells who is on the caseloads that another adapter's feed tells of; whatever pulls caseloads can, and no manifest lists it. */
  COUNT: 'COUNT',
  /** Reads back what another adapter of the same site sends; no manifest lists it, since whatever takes documents can. */
  DOCUMENT_PROOF: 'DOCUMENT_PROOF',
} as const;
export type Capability = (typeof Capability)[keyof typeof Capability];

/** One setting of a site profile, as data, so that command line, docs and operations page can show it without starting anything. */
export interface SettingDescription {
  readonly key: string;
  readonly type: 'url' | 'text' | 'integer' | 'boolean' | 'choice' | 'secret' | 'list';
  readonly required: boolean;
  /** Shown in documentation; absent when there is none. */
  readonly default?: string | number | boolean;
  readonly choices?: readonly string[];
  /** What it is for, in one sentence, with units. */
  readonly help: string;
}

/** What an adapter is and takes, as data that can be shown without starting it. */
export interface AdapterManifest {
  /** Folder name under `adapters/`; stable for ever. */
  readonly id: string;
  readonly name: string;
  readonly protocol: string;
  readonly capabilities: readonly Capability[];
  readonly settings: readonly SettingDescription[];
}

/** What an adapter is given beside its settings. */
export interface AdapterDependencies {
  /** Code of the clinical record system that this instance serves (site profile); every `Observed` names it. */
  readonly system: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Receipts that have come from the system; absent where nothing is kept, as for a check without a database. */
  readonly receipts?: ReceivedReceipts;
  /** Keeps what comes from the system on another way than through its listener; absent where nothing is kept. */
  readonly intake?: MessageIntake;
}

/** A public key as a member of a JWK Set (RFC 7517): `kid`, `alg`, `use` and the key's own parameters. */
export type PublicKey = Readonly<Record<string, string>>;

/** What an adapter folder exports. `parseSettings` reports every fault of a site profile at once (`HUB_ADAPTER_SETTINGS`). */
export interface AdapterModule<Settings = unknown> {
  readonly manifest: AdapterManifest;
  parseSettings(raw: unknown): Settings;
  /** Public halves of the keys with which the hub proves who it is; absent where an adapter has no such keys. */
  publicKeys?(settings: Settings): readonly PublicKey[];
  /** How the far end tells the hub of changes; absent where an adapter's far end cannot. */
  hints?(settings: Settings): ChangeHints;
  /** What it brings to the command line; absent where it brings nothing. */
  readonly tools?: AdapterTools;
  create(settings: Settings, dependencies: AdapterDependencies): ClinicalRecordAdapter;
}

/** One running connection to a clinical record system. */
export interface ClinicalRecordAdapter {
  readonly caseload?: CaseloadCapability;
  readonly documents?: DocumentsCapability;
  readonly record?: RecordCapability;
  /** Another way to the same caseloads, whole each time: what a feed is held against. */
  readonly count?: CaseloadCapability;
  /** What the far end sends by itself. */
  readonly inbound?: InboundCapability;
  /** Looks at the files that the site's settings name, as this process may read them. Never throws. Absent where no file is named. */
  files?(): readonly FileFinding[];
  /** Asks the far end something harmless. Never throws: a failure is an answer. */
  health(signal: AbortSignal): Promise<AdapterHealth>;
  /** Holds what the far end says of itself against what the site's settings need. Harmless; never throws. Absent where nothing can be compared. */
  conformance?(signal: AbortSignal): Promise<Conformance>;
  /**
   * What was there and could not be understood, since the adapter was made: places, named as the protocol names them, to numbers of
   * times. The places are fixed by the adapter's code, so that nothing that arrived is among them. Absent where nothing is counted.
   */
  readonly unmapped?: ReadonlyMap<string, number>;
  /** Releases connections; no call may follow. */
  close(): Promise<void>;
}

/** What is wrong with a file that a site's settings name. */
export interface FileFinding {
  /** The setting, by its place in the site profile, as `sites.<code>.settings.listenKeyFile`; several with commas between. */
  readonly setting: string;
  /** What is wrong, in words that go on from the setting; nothing of what the file holds. */
  readonly says: string;
  /** False of what works today and will not for ever. */
  readonly isFault: boolean;
}

/** Answer of a harmless probe. */
export interface AdapterHealth {
  readonly state: 'UP' | 'DOWN';
  /** Error code when down. */
  readonly code: string | null;
  /** Milliseconds the probe took. */
  readonly tookMs: number;
  /** Name and version the far end gives itself, when it does. */
  readonly product: string | null;
}

/** A value together with where and when it was read. */
export interface Observed<T> {
  readonly value: T;
  readonly source: {
    /** Code of the clinical record system (site profile). */
    readonly system: string;
    /** The far end's own reference, as `Type/id`. */
    readonly reference: string;
    /** The far end's version of it, or null when it has none. */
    readonly version: string | null;
  };
  /** When the far end says that it was so; null when it does not say. ISO instant. */
  readonly asOf: string | null;
  /** When the hub read it; of what was put together before it is read, as an export, when that was. ISO instant. */
  readonly fetchedAt: string;
  /** False when parts that the hub needs could not be understood. */
  readonly complete: boolean;
}

/** Pulling who is on a team's caseload. */
export interface CaseloadCapability {
  /**
   * Where the increments of a team begin that was never swept; ISO instant. Absent: a sweep comes first. For a far end that tells
   * who is there long before it can tell that there is nobody else.
   */
  readonly beginning?: string;
  /**
   * Yields a team's memberships page by page, in any order, every status. The iteration ends normally only after a page
   * with `last: true`; every other end is a thrown `HubError` (`HUB_CASELOAD_INCOMPLETE` or an upstream code), and the
   * caller keeps what it had. With `since`, only what changed at or after that instant (by the far end's clock); absence
   * from such a pull means nothing.
   */
  pull(request: CaseloadRequest, signal: AbortSignal): AsyncIterable<CaseloadPage>;
  /** Teams that the system holds and that could have a caseload, mapped or not; for reporting codes nobody has mapped. */
  teams(signal: AbortSignal): Promise<readonly Observed<TeamListing>[]>;
}

/** Which team, and since when. */
export interface CaseloadRequest {
  /** The site's own reference of the team, from the team map. */
  readonly teamReference: string;
  /** ISO instant of the far end's clock, or null for a full sweep. */
  readonly since: string | null;
  /**
   * A cursor of an earlier pull of the same team and instant, to go on from: the pages that follow it come next, under their
   * numbers. Page 1 instead says that the pull begins afresh, because the far end no longer knows that place, what it holds
   * has moved since, or the adapter keeps none. Never a page between. An adapter takes a cursor of its own only, and checks
   * it as it checks whatever comes from outside.
   */
  readonly resume?: string;
  /** Keeps a cursor before there is a page, for an adapter that has begun something that takes long at the far end. */
  readonly keep?: (cursor: string) => Promise<void>;
}

/** One page of a team’s memberships. */
export interface CaseloadPage {
  /** From 1. */
  readonly page: number;
  readonly last: boolean;
  /** Memberships that the far end says there are in all; null when it does not say. */
  readonly total: number | null;
  readonly items: readonly Observed<CaseloadItem>[];
  /**
   * The far end's clock at the pull's first page, the same on every page, so that nothing changed while paging is
   * skipped. The next increment starts there, less the caller's overlap. Null when it has none. ISO instant.
   */
  readonly watermark: string | null;
  /**
   * What a later pull may go on from once this page and all before it were kept; at most 4,000 characters, none of which tells
   * of a person. Absent where an adapter keeps no place.
   */
  readonly cursor?: string;
}

/** A team that a record system holds. */
export interface TeamListing {
  readonly teamReference: string;
  readonly name: string;
  /** The site's local team code, when it has one. */
  readonly code: string | null;
}

/** State of a membership as the far end has it. Whether it is open on a date is decided by the hub, from state and period. */
export const MembershipState = {
  OPEN: 'OPEN',
  ON_HOLD: 'ON_HOLD',
  WAITING_LIST: 'WAITING_LIST',
  PLANNED: 'PLANNED',
  ENDED: 'ENDED',
  ENTERED_IN_ERROR: 'ENTERED_IN_ERROR',
} as const;
export type MembershipState = (typeof MembershipState)[keyof typeof MembershipState];

/** One person's time on one team's caseload. */
export interface CaseloadItem {
  readonly teamReference: string;
  readonly state: MembershipState;
  /** First day on the caseload; null when the far end does not say, or says it only to the month or year. */
  readonly validFrom: LocalDate | null;
  /** First day no longer on the caseload (NHS England's rule: a discharge on D counts as closed on D); null when open. */
  readonly validTo: LocalDate | null;
  readonly patient: PatientIdentity;
  readonly careCoordinator: { readonly reference: string; readonly name: string | null } | null;
}

/** The least about a patient that eligibility and matching need. */
export interface PatientIdentity {
  /** The record system's own id. */
  readonly localId: string;
  /** Valid ten digits, or null. */
  readonly nhsNumber: string | null;
  /** Verification status 01–08; null when the record does not say. Only `01` matches by itself. */
  readonly nhsNumberStatus: string | null;
  /** Full date, or null when unknown or less precise. */
  readonly dateOfBirth: LocalDate | null;
  readonly deceasedOn: LocalDate | null;
  readonly active: boolean;
  /** Local id of the patient that replaced this one (merge), or null. */
  readonly replacedByLocalId: string | null;
  /** The record is marked sensitive or restricted at its source. */
  readonly restricted: boolean;
}

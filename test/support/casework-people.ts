/** People of the casework world, built in sentences: who they are, on whose caseload, referred under which specification. */
import { demonstrationNhsNumbers } from '../../seeds/demonstration/demonstration-nhs-numbers.js';
import { newId } from '../../src/core/ids.js';
import {
  type CaseloadName,
  type CaseworkWorld,
  type Document,
  type TeamName,
  TODAY,
} from './casework-world.js';

const numbers = demonstrationNhsNumbers(990_000);
/** A valid NHS number that nobody else in the run has. */
export const nextNhsNumber = (): string => numbers.next().value as string;

/** What may be said of a membership; open since a year before the world's present unless said. */
export interface MembershipForm {
  readonly state?: string;
  readonly from?: string | null;
  readonly to?: string | null;
  readonly restricted?: boolean;
  readonly coordinator?: boolean;
  readonly observedFrom?: Date;
  readonly observedTo?: Date | null;
}

/** What may be said of a referral; a care coordinator's of ten days ago, of somebody out of work who wants paid work, unless said. */
export interface ReferralRowForm {
  readonly team?: TeamName;
  readonly route?: string;
  readonly receivedOn?: string;
  readonly acceptedOn?: string | null;
  readonly wordOnWork?: string;
  readonly wordRecordedOn?: string | null;
  readonly employment?: string;
  readonly consent?: string;
  readonly residence?: string;
}

export interface Referred {
  readonly personId: string;
  readonly referralId: string;
}

/** Writes a membership row; returns its id. */
export async function putMembership(
  world: CaseworkWorld,
  personId: string,
  caseload: CaseloadName,
  form: MembershipForm = {},
): Promise<string> {
  const id = newId();
  await world.sql(
    `insert into caseload_memberships (id, organisation_id, system_id, team_id, team_reference, person_id, local_id, source_reference,
       source_version, state, valid_from, valid_to, care_coordinator_reference, restricted, observed_from, observed_to, pull_id)
     select $1, $2, $3, $4, p.team_reference, $5, $6, $7, '1', $8, $9, $10, $11, $12, $13, $14, p.id from caseload_pulls p where p.id = $15`,
    [
      id,
      world.organisations.home,
      world.systemId,
      world.teamOf(caseload),
      personId,
      `patient-${personId}`,
      `EpisodeOfCare/${id}`,
      form.state ?? 'OPEN',
      form.from === undefined ? '2025-03-01' : form.from,
      form.to ?? null,
      (form.coordinator ?? true) ? 'Practitioner/1' : null,
      form.restricted ?? false,
      form.observedFrom ?? world.hoursAgo(24 * 30),
      form.observedTo ?? null,
      world.pullOf(caseload),
    ],
  );
  return id;
}

/** Writes a referral row; returns its id. */
export async function putReferral(
  world: CaseworkWorld,
  personId: string,
  document: Document,
  form: ReferralRowForm = {},
): Promise<string> {
  const id = newId();
  const word = form.wordOnWork ?? 'WANTS_PAID_WORK';
  await world.sql(
    `insert into referrals (id, organisation_id, team_id, person_id, specification_id, state, route, received_on, accepted_on,
       word_on_work, word_recorded_on, employment_at_referral, consent_to_contact_clinician, residence)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
    [
      id,
      form.team === 'FOREIGN' ? world.organisations.other : world.organisations.home,
      world.teams[form.team ?? 'CMHT'],
      personId,
      world.specifications[document],
      form.acceptedOn ? 'ACCEPTED' : 'RECEIVED',
      form.route ?? 'CARE_COORDINATOR',
      form.receivedOn ?? '2026-03-01',
      form.acceptedOn ?? null,
      word,
      word === 'NOT_RECORDED' ? null : (form.wordRecordedOn ?? form.receivedOn ?? '2026-03-01'),
      form.employment ?? 'OUT_OF_WORK',
      form.consent ?? 'GIVEN',
      form.residence ?? 'IN_REGION',
    ],
  );
  return id;
}

/** Collects what is said and writes it when a referral is made or the person is `known`. */
export class PersonBuilder {
  private dateOfBirth: string | null = '1990-05-01';
  private deceased: string | null = null;
  private restrictedRecord = false;
  private identityState: 'CLEAR' | 'CONFLICT' = 'CLEAR';
  private numberStatus: string | null = '01';
  private organisation: 'home' | 'other' = 'home';
  private readonly memberships: [CaseloadName, MembershipForm][] = [];
  private nhsNumber = nextNhsNumber();

  constructor(private readonly world: CaseworkWorld) {}

  born(on: string | null): this {
    this.dateOfBirth = on;
    return this;
  }

  numbered(nhsNumber: string, status: string | null = '01'): this {
    this.nhsNumber = nhsNumber;
    this.numberStatus = status;
    return this;
  }

  openTo(caseload: CaseloadName, form: MembershipForm = {}): this {
    this.memberships.push([caseload, form]);
    return this;
  }

  /** Discharged on a day, which is the first day no longer on the caseload. */
  leftOn(caseload: CaseloadName, to: string): this {
    return this.openTo(caseload, { state: 'ENDED', to });
  }

  restricted(): this {
    this.restrictedRecord = true;
    return this;
  }

  inConflict(): this {
    this.identityState = 'CONFLICT';
    return this;
  }

  died(on: string = TODAY): this {
    this.deceased = on;
    return this;
  }

  ofOtherTrust(): this {
    this.organisation = 'other';
    return this;
  }

  /** Writes the person and memberships; returns the person's id. */
  async known(): Promise<string> {
    const id = newId();
    await this.world.sql(
      `insert into persons (id, organisation_id, nhs_number, nhs_number_status, date_of_birth, deceased_on, restricted, identity_state)
       values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        id,
        this.world.organisations[this.organisation],
        this.nhsNumber,
        this.numberStatus,
        this.dateOfBirth,
        this.deceased,
        this.restrictedRecord,
        this.identityState,
      ],
    );
    if (this.memberships.length > 0) await this.link(id);
    for (const [caseload, form] of this.memberships) {
      await putMembership(this.world, id, caseload, { restricted: this.restrictedRecord, ...form });
    }
    return id;
  }

  /** The patient of the record system that a membership speaks of. */
  private async link(personId: string): Promise<void> {
    await this.world.sql(
      `insert into record_links (id, organisation_id, system_id, local_id, person_id, nhs_number, nhs_number_status, date_of_birth, deceased_on,
         restricted, observed_at)
       select $1, organisation_id, $2, $3, id, nhs_number, nhs_number_status, date_of_birth, deceased_on, restricted, $4 from persons where id = $5`,
      [newId(), this.world.systemId, `patient-${personId}`, this.world.hoursAgo(24 * 30), personId],
    );
  }

  /** Writes everything with a referral under a specification. */
  async referredUnder(document: Document, form: ReferralRowForm = {}): Promise<Referred> {
    const personId = await this.known();
    return { personId, referralId: await putReferral(this.world, personId, document, form) };
  }
}

/** Use cases of referrals: record, accept, the person's word on work, consent to contact the clinician. */
import { auditInTransaction } from '../../access/audit.service.js';
import { once } from '../../access/idempotency.service.js';
import { londonDate } from '../../core/calendar.js';
import { type Caller, Role } from '../../core/caller.js';
import type { Clock } from '../../core/clock.js';
import { HubError, inputError } from '../../core/errors.js';
import { isId, newId } from '../../core/ids.js';
import { parseNhsNumber } from '../../core/nhs-number.js';
import { findOrMakePerson } from '../../people/person.service.js';
import type { Database, Transaction } from '../../platform/database/database.js';
import * as rules from './referral.rules.js';
import { referralTermsOf } from './referral-terms.reader.js';

/** What a referral form says. Dates `YYYY-MM-DD`; statements left out are recorded as not recorded or not asked. */
export interface ReferralForm {
  readonly idempotencyKey: string;
  /** Code of the service specification under which the person is referred. */
  readonly specificationCode: string;
  /** Receiving team; one of the caller's own. */
  readonly teamId: string;
  readonly route: rules.ReferralRoute;
  readonly receivedOn: string;
  readonly person: {
    readonly nhsNumber?: string | null;
    readonly dateOfBirth?: string | null;
    readonly givenName: string;
    readonly familyName: string;
    readonly telephone?: string | null;
    readonly postcode?: string | null;
  };
  readonly wordOnWork?: rules.WordOnWork | null;
  readonly employmentAtReferral?: rules.EmploymentAtReferral | null;
  readonly consentToContactClinician?: rules.ConsentToContactClinician | null;
  readonly residence?: rules.Residence | null;
  readonly onCareProgrammeApproach?: boolean | null;
}

/** The statements of a form, each one of its values; what is left out is not recorded or not asked. */
function statements(form: ReferralForm): {
  wordOnWork: rules.WordOnWork;
  employment: rules.EmploymentAtReferral;
  consent: rules.ConsentToContactClinician;
  residence: rules.Residence;
} {
  const { wordOnWork, employmentAtReferral, consentToContactClinician, residence } = form;
  return {
    wordOnWork: rules.oneOf('wordOnWork', wordOnWork ?? 'NOT_RECORDED', rules.WordOnWork),
    employment: rules.oneOf(
      'employmentAtReferral',
      employmentAtReferral ?? 'NOT_RECORDED',
      rules.EmploymentAtReferral,
    ),
    consent: rules.oneOf(
      'consentToContactClinician',
      consentToContactClinician ?? 'NOT_ASKED',
      rules.ConsentToContactClinician,
    ),
    residence: rules.oneOf('residence', residence ?? 'NOT_RECORDED', rules.Residence),
  };
}

interface ReferralRow {
  readonly id: string;
  readonly person_id: string;
  readonly state: rules.ReferralState;
  readonly received_on: string;
  readonly word_recorded_on: string | null;
  readonly consent_recorded_on: string | null;
}

/** Changes referrals; every use case is one transaction with its audit row and idempotent under the client's key. */
export class ReferralService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Records a referral and finds or makes its person by NHS number and date of birth together.
   * Throws `HUB_INPUT_INVALID`, `HUB_NOT_FOUND` (team outside the caller's, unknown specification), `HUB_INPUT_REPEATED_KEY`.
   */
  async record(caller: Caller, form: ReferralForm): Promise<{ referralId: string }> {
    const today = londonDate(this.clock.now());
    const receivedOn = rules.pastDate('receivedOn', form.receivedOn, today);
    const born = form.person.dateOfBirth
      ? rules.dateOfBirth('person.dateOfBirth', form.person.dateOfBirth, today)
      : null;
    const nhsNumber = form.person.nhsNumber ? parseNhsNumber(form.person.nhsNumber) : null;
    if (form.person.nhsNumber && nhsNumber === null) {
      throw inputError('person.nhsNumber', 'not a valid NHS number', 'ten digits with a correct check digit');
    }
    const details = {
      givenName: rules.personName('person.givenName', form.person.givenName),
      familyName: rules.personName('person.familyName', form.person.familyName),
      telephone: rules.contactDetail('person.telephone', form.person.telephone),
      postcode: rules.contactDetail('person.postcode', form.person.postcode)?.toUpperCase() ?? null,
    };
    const route = rules.oneOf('route', form.route, rules.ReferralRoute);
    const said = statements(form);
    if (!caller.scope.teamIds.includes(form.teamId))
      throw new HubError('HUB_NOT_FOUND', { details: { field: 'teamId' } });
    return this.database.transaction('write', caller.scope, (tx) =>
      once(tx, caller, 'recordReferral', form.idempotencyKey, form, async () => {
        const terms = await referralTermsOf(tx, form.specificationCode, receivedOn);
        const organisationId = caller.scope.organisationId as string;
        const stated = { organisationId, nhsNumber, dateOfBirth: born, ...details, teamId: form.teamId };
        const person = await findOrMakePerson(tx, stated, this.clock.now());
        const referralId = newId();
        await tx.query(
          `insert into referrals (id, organisation_id, team_id, person_id, specification_id, specialist_id, state, route, received_on,
             word_on_work, word_recorded_on, employment_at_referral, consent_to_contact_clinician, consent_recorded_on, residence,
             on_care_programme_approach, age_band, first_contact_due_on)
           values ($1, $2, $3, $4, $5, null, 'RECEIVED', $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
          [
            referralId,
            caller.scope.organisationId,
            form.teamId,
            person.personId,
            terms.specificationId,
            route,
            receivedOn,
            said.wordOnWork,
            said.wordOnWork === 'NOT_RECORDED' ? null : receivedOn,
            said.employment,
            said.consent,
            said.consent === 'NOT_ASKED' ? null : receivedOn,
            said.residence,
            form.onCareProgrammeApproach ?? null,
            rules.ageBand(born, receivedOn),
            rules.firstContactDueOn(receivedOn, terms.firstContactWorkingDays),
          ],
        );
        await auditInTransaction(tx, caller, {
          kind: 'WRITE',
          operation: 'recordReferral',
          personIds: [person.personId],
          details: { referralId, personMade: person.made },
        });
        return { referralId };
      }),
    );
  }

  /** Accepts a received referral on a date from receipt to today. Throws `HUB_NOT_FOUND`, `HUB_STATE_CONFLICT`, `HUB_INPUT_INVALID`. */
  async accept(
    caller: Caller,
    input: { idempotencyKey: string; referralId: string; acceptedOn: string },
  ): Promise<{ referralId: string }> {
    return this.change(caller, 'acceptReferral', input, async (tx, referral) => {
      const date = rules.acceptedOn(
        referral.state,
        referral.received_on,
        input.acceptedOn,
        londonDate(this.clock.now()),
      );
      await tx.query(
        `update referrals set state = 'ACCEPTED', accepted_on = $2, specialist_id = coalesce(specialist_id, $3), updated_at = clock_timestamp() where id = $1`,
        // A manager who accepts does not take the case over.
        [referral.id, date, caller.role === Role.EMPLOYMENT_SPECIALIST ? caller.scope.staffId : null],
      );
    });
  }

  /** Records what the person says of work, on the day they said it, while the referral is open. Throws as `accept`. */
  async recordWordOnWork(
    caller: Caller,
    input: { idempotencyKey: string; referralId: string; wordOnWork: rules.WordOnWork; saidOn: string },
  ): Promise<{ referralId: string }> {
    const saidOn = rules.pastDate('saidOn', input.saidOn, londonDate(this.clock.now()));
    const word = rules.oneOf('wordOnWork', input.wordOnWork, rules.WordOnWork);
    return this.change(caller, 'recordWordOnWork', input, async (tx, referral) => {
      rules.mustBeOpen(referral.state);
      rules.mustBeLater('saidOn', referral.word_recorded_on, saidOn);
      await tx.query(
        'update referrals set word_on_work = $2, word_recorded_on = $3, updated_at = clock_timestamp() where id = $1',
        [referral.id, word, saidOn],
      );
    });
  }

  /** Records consent, or its refusal, to contact the clinician, while the referral is open. Throws as `accept`. */
  async recordConsent(
    caller: Caller,
    input: {
      idempotencyKey: string;
      referralId: string;
      consent: rules.ConsentToContactClinician;
      givenOn: string;
    },
  ): Promise<{ referralId: string }> {
    const givenOn = rules.pastDate('givenOn', input.givenOn, londonDate(this.clock.now()));
    const consent = rules.oneOf('consent', input.consent, rules.ConsentToContactClinician);
    return this.change(caller, 'recordConsentToContactClinician', input, async (tx, referral) => {
      rules.mustBeOpen(referral.state);
      rules.mustBeLater('givenOn', referral.consent_recorded_on, givenOn);
      await tx.query(
        'update referrals set consent_to_contact_clinician = $2, consent_recorded_on = $3, updated_at = clock_timestamp() where id = $1',
        [referral.id, consent, givenOn],
      );
    });
  }

  private change<Input extends { idempotencyKey: string; referralId: string }>(
    caller: Caller,
    operation: string,
    input: Input,
    work: (tx: Transaction, referral: ReferralRow) => Promise<void>,
  ): Promise<{ referralId: string }> {
    return this.database.transaction('write', caller.scope, (tx) =>
      once(tx, caller, operation, input.idempotencyKey, input, async () => {
        const [referral] = isId(input.referralId)
          ? await tx.query<ReferralRow>(
              `select id, person_id, state, received_on::text as received_on, word_recorded_on::text as word_recorded_on,
                 consent_recorded_on::text as consent_recorded_on
               from referrals where id = $1 for update`,
              [input.referralId],
            )
          : [];
        if (!referral) throw new HubError('HUB_NOT_FOUND', { details: { field: 'referralId' } });
        await work(tx, referral);
        await auditInTransaction(tx, caller, {
          kind: 'WRITE',
          operation,
          personIds: [referral.person_id],
          details: { referralId: referral.id },
        });
        return { referralId: referral.id };
      }),
    );
  }
}

/** Answers a partner's machine about an NHS number and date of birth; see docs/decisions/0002. */
import { auditInTransaction } from '../../access/audit.service.js';
import { type Quota, spendQuota } from '../../access/quota.service.js';
import { versionFor } from '../../contracts/specification-in-force.reader.js';
import { type LocalDate, londonDate } from '../../core/calendar.js';
import type { Caller } from '../../core/caller.js';
import type { Clock } from '../../core/clock.js';
import { HubError, inputError } from '../../core/errors.js';
import { parseNhsNumber } from '../../core/nhs-number.js';
import { readIdentities } from '../../people/identity.reader.js';
import { findIdentity } from '../../people/person.service.js';
import type { Database, Transaction } from '../../platform/database/database.js';
import * as referralRules from '../referrals/referral.rules.js';
import { factsOf, readCaseFile } from './case-facts.reader.js';
import { type Decision, decideEligibility } from './decide-eligibility.rules.js';
import { type CaseFacts, IdentityFact, type Purpose } from './facts.js';

/** What the partner says of the person and the referral they have in mind. */
export interface IdentityQuestion {
  readonly nhsNumber: string;
  readonly dateOfBirth: string;
  readonly specificationCode: string;
  readonly purpose: Purpose;
  readonly route: referralRules.ReferralRoute;
  readonly receivedOn: string;
  readonly wordOnWork?: referralRules.WordOnWork | null;
  readonly employmentAtReferral?: referralRules.EmploymentAtReferral | null;
  readonly consentToContactClinician?: referralRules.ConsentToContactClinician | null;
  readonly residence?: referralRules.Residence | null;
}

/** Pairs one machine may ask about in an hour; more would let it find out who is under mental health care. */
export const PAIRS_PER_HOUR = 120;

const PAIRS: Quota = { name: 'checkEligibilityByIdentity', most: PAIRS_PER_HOUR, windowMs: 3_600_000 };

const NOBODY = '00000000-0000-0000-0000-000000000000';

/** Which teams and records a verdict rests on is not for a partner to know. */
function withoutEvidence(decision: Decision): Decision {
  return { ...decision, criteria: decision.criteria.map((criterion) => ({ ...criterion, evidence: [] })) };
}

/** Decides for identities; keeps nothing but the audit record. */
export class IdentityQuestionService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * The decision for the person that number and date of birth name together, or for a person on no caseload when they name
   * nobody, two people, somebody deceased or somebody restricted: the answers cannot be told apart. Criteria come without
   * evidence.
   * Throws `HUB_INPUT_INVALID`, `HUB_NOT_FOUND` (specification), the specification's gates, `HUB_ACCESS_RATE`.
   */
  async ask(
    caller: Caller,
    question: IdentityQuestion,
  ): Promise<Decision & { asOf: string; knownAt: string; purpose: Purpose }> {
    const now = this.clock.now();
    const asOf = londonDate(now);
    const born = referralRules.dateOfBirth('dateOfBirth', question.dateOfBirth, asOf);
    const nhsNumber = parseNhsNumber(question.nhsNumber);
    if (nhsNumber === null)
      throw inputError('nhsNumber', 'not a valid NHS number', 'ten digits with a correct check digit');
    const receivedOn = referralRules.pastDate('receivedOn', question.receivedOn, asOf);
    await spendQuota(this.database, caller, PAIRS, now);
    return this.database.transaction('decide', caller.scope, async (tx) => {
      const [specification] = await tx.query<{ id: string }>(
        'select id from service_specifications where code = $1',
        [question.specificationCode],
      );
      if (!specification) throw new HubError('HUB_NOT_FOUND', { details: { field: 'specificationCode' } });
      const inForce = await versionFor(tx, specification.id, asOf);
      const personId = (await livingIdentity(tx, caller, nhsNumber, born)) ?? NOBODY;
      const referral = {
        id: NOBODY,
        personId,
        route: question.route,
        receivedOn,
        acceptedOn: null,
        wordOnWork: question.wordOnWork ?? 'NOT_RECORDED',
        employment: question.employmentAtReferral ?? 'NOT_RECORDED',
        consentToContactClinician: question.consentToContactClinician ?? 'NOT_ASKED',
        residence: question.residence ?? 'NOT_RECORDED',
        onCareProgrammeApproach: null,
      } as const;
      const file = await readCaseFile(tx, caller.scope.organisationId as string, [referral], now);
      // The stated date of birth, so that a person unknown to the hub is decided by the same age as a known one.
      const found = factsOf(file, referral, asOf, now);
      const facts: CaseFacts = {
        ...found,
        // One restricted record makes the person as unknown to a machine as a restricted person is.
        memberships: found.memberships.some((membership) => membership.restricted) ? [] : found.memberships,
        dateOfBirth: born,
        identity: IdentityFact.CLEAR,
      };
      const decision = decideEligibility(inForce, facts, question.purpose);
      await auditInTransaction(tx, caller, {
        kind: 'DECIDE',
        operation: 'checkEligibilityByIdentity',
        personIds: personId === NOBODY ? [] : [personId],
        details: {
          purpose: question.purpose,
          verdict: decision.verdict,
          specification: inForce.code,
          version: inForce.version,
        },
      });
      return { ...withoutEvidence(decision), purpose: question.purpose, asOf, knownAt: now.toISOString() };
    });
  }
}

/** The one person that number and date of birth name together, if alive and not restricted. */
async function livingIdentity(
  tx: Transaction,
  caller: Caller,
  nhsNumber: string,
  born: LocalDate,
): Promise<string | null> {
  const id = await findIdentity(tx, caller.scope.organisationId as string, nhsNumber, born);
  if (id === null) return null;
  const [identity] = await readIdentities(tx, [id]);
  return identity && identity.deceasedOn === null && !identity.restricted ? id : null;
}

/** Seeds the hub's side of the demonstration world through the hub's own use cases: directory first, referrals after the first sweep. */
import type { EligibilityService } from '../../src/casework/eligibility/eligibility.service.js';
import type { ReferralService } from '../../src/casework/referrals/referral.service.js';
import { seedSpecifications } from '../../src/contracts/specification.service.js';
import { type Caller, NO_SCOPE, Purpose, Role } from '../../src/core/caller.js';
import { type LoadedDirectory, loadDirectory } from '../../src/directory/directory.service.js';
import type { Database } from '../../src/platform/database/database.js';
import { ALL_SPECIFICATIONS } from '../specifications/all-specifications.js';
import type { DemonstrationDirectory } from './hub-world.js';
import type { DemonstrationReferral } from './referral.type.js';
import { STAFF_VALID_FROM } from './staff.js';

/** Writes specifications, organisations, teams, staff and agreements; doing it again changes nothing. */
export async function seedDirectory(
  database: Database,
  hub: DemonstrationDirectory,
): Promise<LoadedDirectory> {
  return database.transaction('write', NO_SCOPE, async (tx) => {
    await seedSpecifications(tx, ALL_SPECIFICATIONS);
    return loadDirectory(tx, hub, STAFF_VALID_FROM);
  });
}

function recorderOf(directory: LoadedDirectory, organisation: string): Caller {
  const teamIds = [...directory.teams]
    .filter(([key]) => key.startsWith(`${organisation}/`))
    .map(([, id]) => id);
  return {
    subject: 'system:demonstration',
    role: Role.TEAM_MANAGER,
    purpose: Purpose.DIRECT_CARE,
    scope: { ...NO_SCOPE, organisationId: directory.organisations.get(organisation) as string, teamIds },
    correlationId: 'demonstration-seed',
  };
}

async function recordOne(
  services: SeedServices,
  caller: Caller,
  directory: LoadedDirectory,
  referral: DemonstrationReferral,
): Promise<string> {
  const { key, person, team, organisation, receivedOn, acceptedOn, route, wordOnWork, residence } = referral;
  const { referralId } = await services.referrals.record(caller, {
    idempotencyKey: `demonstration-${key}`,
    specificationCode: referral.specification,
    teamId: directory.teams.get(`${organisation}/${team}`) as string,
    route,
    receivedOn,
    person,
    wordOnWork,
    employmentAtReferral: referral.employment,
    consentToContactClinician: referral.consent,
    residence,
  });
  if (acceptedOn)
    await services.referrals.accept(caller, {
      idempotencyKey: `demonstration-${key}`,
      referralId,
      acceptedOn,
    });
  return referralId;
}

/** The use cases that seeding goes through. */
export interface SeedServices {
  readonly referrals: ReferralService;
  readonly eligibility: EligibilityService;
}

/** Records the demonstration's referrals and decides each once; repeats do nothing. Tells `progress` after each referral. Returns how many. */
export async function seedReferrals(
  services: SeedServices,
  directory: LoadedDirectory,
  referrals: readonly DemonstrationReferral[],
  progress: (done: number, total: number) => void = () => {},
): Promise<number> {
  const ids = new Map<string, string[]>();
  let done = 0;
  for (const referral of referrals) {
    const caller = recorderOf(directory, referral.organisation);
    const referralId = await recordOne(services, caller, directory, referral);
    ids.set(referral.organisation, [...(ids.get(referral.organisation) ?? []), referralId]);
    progress(++done, referrals.length);
  }
  for (const [organisation, referralIds] of ids) {
    const question = {
      idempotencyKey: 'demonstration-first-decisions',
      referralIds,
      purpose: 'ENTRY',
    } as const;
    await services.eligibility.check(recorderOf(directory, organisation), question);
  }
  return done;
}

/** Runs every check of `hub doctor`, one after the other; changes nothing. */
import { ERROR_CODES } from '../../core/error-codes.js';
import { isHubError } from '../../core/errors.js';
import type { Environment } from '../../platform/settings/settings.js';
import { caseloadChecks } from './caseload-checks.js';
import type { Check } from './check.js';
import { databaseChecks } from './database-checks.js';
import { feedChecks } from './feed-checks.js';
import { type Ground, openGround } from './ground.js';
import { type Machine, THIS_MACHINE } from './machine.js';
import { machineChecks } from './machine-checks.js';
import { securityChecks } from './security-checks.js';
import { siteChecks } from './site-checks.js';
import { tokenChecks } from './token-checks.js';
import { type Finding, fault, skipped, type Verdict } from './verdict.js';

/** The table of checks, in the order in which they are told: what others stand on comes first. */
export const CHECKS: readonly Check[] = [
  ...machineChecks,
  ...tokenChecks,
  ...databaseChecks,
  ...securityChecks,
  ...siteChecks,
  ...feedChecks,
  ...caseloadChecks,
];

async function runCheck(check: Check, ground: Ground): Promise<Verdict> {
  const wanting = check.needs?.find((need) => ground.missing.has(need));
  if (wanting) return skipped(ground.missing.get(wanting) as string);
  try {
    return await check.run(ground);
  } catch (error) {
    if (isHubError(error)) return fault(`${error.code}: ${error.message}`, ERROR_CODES[error.code].solve);
    return fault(
      `the check itself failed (${(error as Error).name})`,
      'report this line as a fault of the hub',
    );
  }
}

/** Examines the hub that the environment describes. Answers one finding per check, in their order. */
export async function examine(
  env: Environment,
  machine: Machine = THIS_MACHINE,
): Promise<readonly Finding[]> {
  const ground = await openGround(env, machine);
  try {
    const findings: Finding[] = [];
    for (const check of CHECKS) findings.push({ check: check.name, ...(await runCheck(check, ground)) });
    return findings;
  } finally {
    await ground.close();
  }
}

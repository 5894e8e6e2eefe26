/** `hub systems check`: whether record systems answer, and what of their site profiles they do not offer; exit code 1 when one is down or lacks what is needed. */
import type { Command } from 'commander';
import type { FileFinding } from '../../clinical/clinical-record.port.js';
import type { Conformance, ConformanceFinding } from '../../clinical/conformance.port.js';
import { ERROR_CODES, type ErrorCode } from '../../core/error-codes.js';
import { conformanceOf, fitOf, ProfileFit } from '../../main/conformance-watch.js';
import { siteProfilesOf } from '../../main/demonstration.js';
import { adapterFor } from '../../main/site-adapter.js';
import { byCode, type ConnectedSystem } from '../../main/systems.js';
import { readSettings } from '../../platform/settings/settings.js';
import { ExitCode } from '../output.js';
import type { Registrar } from '../registrar.js';
import { withHub } from '../with-hub.js';

const PROBE_LIMIT_MS = 10_000;

/** Failures after which there is nobody to ask further. */
const NOBODY = ['HUB_UPSTREAM_UNREACHABLE', 'HUB_UPSTREAM_TIMEOUT', 'HUB_UPSTREAM_UNAVAILABLE'];

/** One line of the command's answer. */
interface SystemCheck {
  readonly system: string;
  readonly state: 'UP' | 'DOWN';
  readonly tookMs: number;
  readonly product: string | null;
  readonly failure: ErrorCode | null;
  /** Null where the adapter has nothing to compare. */
  readonly profile: ProfileFit | null;
  readonly findings: readonly ConformanceFinding[];
  /** Certificates and keys that the site's settings name, where something is wrong with them. */
  readonly files: readonly FileFinding[];
}

async function checkOf(connected: Pick<ConnectedSystem, 'profile' | 'adapter'>): Promise<SystemCheck> {
  const { profile, adapter } = connected;
  const health = await adapter.health(AbortSignal.timeout(PROBE_LIMIT_MS));
  const isGone = health.code !== null && NOBODY.includes(health.code);
  const unasked: Conformance = { failure: 'HUB_UPSTREAM_UNREACHABLE', findings: [] };
  const answered = isGone && adapter.conformance ? unasked : await conformanceOf(connected);
  // One that is down and states nothing was asked in vain: where it is, or who may ask, is to be mended first.
  const isSilent = health.state === 'DOWN' && !answered?.findings.some(({ state }) => state !== 'NOT_STATED');
  const conformance =
    answered && isSilent ? { ...unasked, failure: answered.failure ?? unasked.failure } : answered;
  return {
    system: profile.code,
    state: health.state,
    tookMs: Math.round(health.tookMs),
    product: health.product,
    failure: (health.code ?? conformance?.failure ?? null) as ErrorCode | null,
    profile: conformance === null ? null : fitOf(conformance),
    findings: conformance?.findings ?? [],
    files: adapter.files?.() ?? [],
  };
}

/** Why a system is down or could not be asked, and who does what about it. */
function failureOf({ system, state, failure }: SystemCheck): string[] {
  if (failure === null) return [];
  const { meaning, solve } = ERROR_CODES[failure];
  return [`${state.padEnd(10)}  ${system}  ${failure}`, `            ${meaning}`, `            ${solve}`];
}

/** Each file that is at fault or soon will be, by the setting that names it. */
const fileLines = ({ system, files }: SystemCheck): string[] =>
  files.map(
    ({ setting, says, isFault }) =>
      `${(isFault ? 'FAULT' : 'SOON').padEnd(10)}  ${system}  ${setting}: ${says}`,
  );

/** Each thing that is not there: where, what happens without it, the setting that avoids it. What need not be there is marked so. */
function linesOf({ system, findings }: SystemCheck): string[] {
  return findings
    .filter(({ state }) => state !== 'PRESENT')
    .sort((a, b) => Number(b.needed) - Number(a.needed) || a.state.localeCompare(b.state))
    .flatMap(({ state, path, needed, consequence, setting }) => [
      `${state.padEnd(10)}  ${system}  ${path}${needed ? '' : ' (can be done without)'}`,
      `            ${consequence}`,
      ...(setting === null ? [] : [`            setting: ${setting}`]),
    ]);
}

/** Registers the command below `hub systems`. */
export function systemsCheckCommand(systems: Command, registrar: Registrar): void {
  systems
    .command('check [code]')
    .description(
      'whether record systems answer and offer what their site profiles need; exit code 1 when one does not',
    )
    .action(
      registrar.act<object>(async (output, _options, [code]) =>
        // By the site profiles alone: an organisation or team that the directory does not have yet keeps nobody from asking.
        withHub(
          registrar,
          async ({ hub: { clock, logger }, recordSystem }) => {
            const profiles = siteProfilesOf(readSettings(registrar.env), recordSystem, registrar.env);
            const asked = (code === undefined ? profiles : [byCode(profiles, code)]).map((profile) => ({
              profile,
              adapter: adapterFor(profile, { clock, logger }),
            }));
            const checks = await Promise.all(asked.map(checkOf));
            await Promise.all(asked.map(({ adapter }) => adapter.close()));
            output.table(
              checks,
              ['SYSTEM', 'STATE', 'TOOK', 'PRODUCT', 'FAILURE', 'PROFILE'],
              checks.map(({ system, state, tookMs, product, failure, profile }) => [
                system,
                state,
                `${tookMs} ms`,
                product ?? '',
                failure ?? '',
                profile === ProfileFit.NOT_ASKED ? '' : (profile ?? ''),
              ]),
              checks.flatMap((check) => [...failureOf(check), ...fileLines(check), ...linesOf(check)]),
            );
            const isFine = ({ state, failure, profile }: SystemCheck): boolean =>
              state === 'UP' && failure === null && profile !== ProfileFit.LACKING;
            return checks.every(isFine) ? ExitCode.DONE : ExitCode.FAULT;
          },
          { sites: false },
        ),
      ),
    );
}

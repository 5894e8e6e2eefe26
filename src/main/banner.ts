/** What a started hub prints, once. */
import { TOKEN_ROLES } from './token-keys.js';

/** What the banner tells. */
export interface BannerFacts {
  readonly version: string;
  readonly url: string;
  readonly isDemonstration: boolean;
  /** Base address of the demonstration record system; null without one. */
  readonly recordSystem: string | null;
  /** Stopped by hand before this start. */
  readonly recordSystemIsStopped?: boolean;
  /** Where what record systems send is listened for: code of the system and `host:port`. */
  readonly listeners?: readonly { readonly system: string; readonly address: string }[];
  readonly startedInMs: number;
}

/** The banner: URLs, how to sign in, three things to try. */
export function banner(facts: BannerFacts): string {
  const { url } = facts;
  const head = facts.isDemonstration
    ? 'demonstration data and record system, not for real patients'
    : 'ready';
  const lines = [
    `IPS Hub ${facts.version}  -  ${head}`,
    `GraphQL     ${url}/graphql`,
    ...(facts.isDemonstration ? [`Explorer    ${url}/explorer   with saved queries`] : []),
    `Health      ${url}/health/ready`,
    ...(facts.recordSystem
      ? [
          `Records     ${facts.recordSystem}   FHIR R4, the demonstration clinical record system${facts.recordSystemIsStopped ? '; stopped by hand: hub records start' : ''}`,
        ]
      : []),
    ...(facts.listeners ?? []).map(
      ({ system, address }) => `Messages    ${address}   what ${system} sends by itself`,
    ),
    ...(facts.isDemonstration
      ? [
          `Sign in as  ${TOKEN_ROLES.join(' | ')}`,
          '            npm run --silent hub -- token specialist     prints a token',
          'Try         npm run --silent hub -- systems check',
          '            npm run --silent hub -- caseload refresh --kind sweep',
          '            npm run --silent hub -- doctor',
        ]
      : ['Check       hub doctor']),
    `Stop with Ctrl-C. Started in ${(facts.startedInMs / 1000).toFixed(1)} s.`,
  ];
  return `\n${lines.map((line) => `  ${line}`).join('\n')}\n\n`;
}

/** From a row of `test/fixtures/eligibility` to the facts of a case, and from a decision to the letters that rows speak in. */
import { readFileSync } from 'node:fs';
import { dorset2018 } from '../../seeds/specifications/dorset-2018.js';
import { dorsetWorkMatters } from '../../seeds/specifications/dorset-work-matters.js';
import { herefordshire } from '../../seeds/specifications/herefordshire.js';
import { ipsGrowLeafletDemonstration } from '../../seeds/specifications/ips-grow-leaflet.js';
import { vocationalSample } from '../../seeds/specifications/vocational-sample.js';
import type { Decision } from '../../src/casework/eligibility/decide-eligibility.rules.js';
import type {
  AbsenceFact,
  CaseFacts,
  FactTeamKind,
  MembershipFact,
  Purpose,
  ReferralFacts,
  TeamAnswerFact,
} from '../../src/casework/eligibility/facts.js';
import type { MembershipState } from '../../src/clinical/clinical-record.port.js';
import { TeamKind } from '../../src/contracts/rule-values.js';
import { rulesOfSeed, type SpecificationRules } from '../../src/contracts/specification-rules.js';

/** Number of a source document. */
export type Document = '000' | '001' | '002' | '003' | '004';

/** The specification that each column of the table is decided under; 004 with its placeholders filled. */
export const SEED_OF = {
  '000': dorset2018,
  '001': dorsetWorkMatters,
  '002': herefordshire,
  '003': vocationalSample,
  '004': ipsGrowLeafletDemonstration,
} as const;
export const DOCUMENTS = Object.keys(SEED_OF) as readonly Document[];
export const RULES_OF = Object.fromEntries(
  DOCUMENTS.map((document) => [document, rulesOfSeed(SEED_OF[document])]),
) as Record<Document, SpecificationRules>;

/** What a row expects of one specification. `flags` and `criteria` are compared only where they are stated. */
export interface Expectation {
  readonly verdict: string;
  readonly soft: boolean;
  readonly clause: readonly string[];
  readonly flags?: readonly string[];
  /** Key of a criterion to `RESULT/REASON/STRENGTH`. */
  readonly criteria?: Readonly<Record<string, string>>;
}

/** One person of the table. */
export interface Row {
  readonly id: string;
  readonly title: string;
  readonly asOf: string;
  readonly purpose: Purpose;
  readonly dateOfBirth: string | null;
  readonly identity: CaseFacts['identity'];
  readonly restrictedRecord: boolean;
  readonly referral: ReferralFacts;
  readonly memberships: readonly {
    readonly teamKind: FactTeamKind;
    readonly state: MembershipState;
    readonly from: string | null;
    readonly to: string | null;
    readonly careCoordinator: boolean;
    readonly lastSeenHoursAgo: number;
  }[];
  readonly sweep: { readonly complete: boolean; readonly hoursAgo: number };
  readonly teamAnswer: {
    readonly answer: TeamAnswerFact['answer'];
    readonly from: string | null;
    readonly to: string | null;
  } | null;
  readonly expect: Readonly<Partial<Record<Document, Expectation>>>;
}

/** A row whose expectation was wrong against a document, with the clause that settles it. */
export interface Settlement {
  readonly id: string;
  readonly spec: Document;
  readonly was: { readonly verdict: string; readonly soft: boolean };
  readonly now: { readonly verdict: string; readonly soft: boolean };
  readonly clause: string;
  readonly why: string;
}

/** Words that a row's letters leave out: flags, and what single criteria came to. */
export interface Particular extends Pick<Expectation, 'flags' | 'criteria'> {
  readonly id: string;
  readonly spec: Document;
}

/** Rows are known at noon in London's winter on the day asked about. */
export const knownAtOf = (asOf: string): string => `${asOf}T12:00:00.000Z`;

const hoursBefore = (instant: string, hours: number): string =>
  new Date(Date.parse(instant) - hours * 3_600_000).toISOString();

/** One entry per kind of team, all from the same sweep. */
export function absenceOf(absence: AbsenceFact): CaseFacts['absence'] {
  return Object.fromEntries(Object.values(TeamKind).map((kind) => [kind, absence]));
}

/** The facts of a row. The team that answered is not named in a row: it is one that the specification admits. */
export function factsOf(row: Row): CaseFacts {
  const knownAt = knownAtOf(row.asOf);
  const memberships = row.memberships.map(
    (membership, index): MembershipFact => ({
      teamKind: membership.teamKind,
      teamId: null,
      state: membership.state,
      validFrom: membership.from,
      validTo: membership.to,
      restricted: row.restrictedRecord,
      careCoordinator: membership.careCoordinator,
      lastSeenAt: hoursBefore(knownAt, membership.lastSeenHoursAgo),
      sourceAsOf: null,
      systemId: null,
      reference: `EpisodeOfCare/${index + 1}`,
      version: '1',
    }),
  );
  return {
    asOf: row.asOf,
    knownAt,
    dateOfBirth: row.dateOfBirth,
    identity: row.identity,
    restricted: row.restrictedRecord,
    referral: row.referral,
    memberships,
    absence: absenceOf({ usable: row.sweep.complete, sweptAt: hoursBefore(knownAt, row.sweep.hoursAgo) }),
    teamAnswer:
      row.teamAnswer === null
        ? null
        : { ...row.teamAnswer, teamKind: null, teamId: null, answeredAt: knownAt },
    presenceBudgetHours: 168,
    absenceBudgetHours: 26,
  };
}

const ASKED = { TEAM: 'T', PERSON: 'P', COMMISSIONER: 'M', IDENTITY_STEWARD: 'D' } as const;

/** The letter of a decision, as tables of people write it. */
export function letterOf(decision: Decision): string {
  if (decision.confirmBy !== null) return ASKED[decision.confirmBy];
  return { ELIGIBLE: 'E', NOT_YET: 'Y', NEEDS_CONFIRMATION: '!', CANNOT_TELL: '?', NOT_ELIGIBLE: 'N' }[
    decision.verdict
  ];
}

/** Document lines as single references: `003:32-34` becomes three. */
export function linesOf(clause: string): readonly string[] {
  return clause.split(', ').flatMap((reference) => {
    const match = /^(\d{3}):(\d+)(?:[-–](\d+))?$/.exec(reference);
    if (!match) throw new Error(`not a reference to a line: ${reference}`);
    const [, document, first, last] = match;
    const count = Number(last ?? first) - Number(first) + 1;
    return Array.from({ length: count }, (_unused, index) => `${document}:${Number(first) + index}`);
  });
}

const read = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../fixtures/eligibility/${name}`, import.meta.url), 'utf8')) as T;

/** The rows of the table, written by somebody who had not seen the rules. */
export const ROWS: readonly Row[] = read('people.json');
/** Differences that a clause settled against the row. */
export const SETTLEMENTS: readonly Settlement[] = read('settled.json');
/** Flags and criteria of some rows. */
export const PARTICULARS: readonly Particular[] = read('particulars.json');

/** What a row expects of a document once settlements and particulars are applied; undefined where it says nothing. */
export function expectationOf(row: Row, document: Document): Expectation | undefined {
  const written = row.expect[document];
  if (!written) return undefined;
  const mine = (one: { id: string; spec: Document }): boolean => one.id === row.id && one.spec === document;
  const { flags, criteria } = PARTICULARS.find(mine) ?? {};
  return {
    ...written,
    ...SETTLEMENTS.find(mine)?.now,
    ...(flags && { flags }),
    ...(criteria && { criteria }),
  };
}

const ofCriterion = (decision: Decision, key: string): string => {
  const criterion = decision.criteria.find((one) => one.key === key);
  return criterion ? `${criterion.result}/${criterion.reason}/${criterion.strength}` : 'missing';
};

/** What a decision differs in from what is expected; empty when it does not. */
export function differences(decision: Decision, expected: Expectation): readonly string[] {
  const soft = decision.warnings.length > 0;
  const pairs: [string, string, string][] = [
    ['verdict', letterOf(decision), expected.verdict],
    ['soft', String(soft), String(expected.soft)],
    ['flags', decision.flags.join(), (expected.flags ?? decision.flags).join()],
    ...Object.entries(expected.criteria ?? {}).map(([key, wanted]): [string, string, string] => [
      key,
      ofCriterion(decision, key),
      wanted,
    ]),
  ];
  return pairs
    .filter(([, found, wanted]) => found !== wanted)
    .map(([what, found, wanted]) => `${what} ${found}, expected ${wanted}`);
}

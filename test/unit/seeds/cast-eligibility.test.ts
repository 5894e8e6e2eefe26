/** Every member of the cast stands for the row of eligibility that their sentence says, decided by the hub's own rules on any day. */
import { CAST, CAST_MEMBERS, type CastKey } from '../../../seeds/demonstration/cast.js';
import { castReferrals } from '../../../seeds/demonstration/cast-referrals.js';
import type { DemonstrationReferral } from '../../../seeds/demonstration/referral.type.js';
import { decideEligibility } from '../../../src/casework/eligibility/decide-eligibility.rules.js';
import { Purpose } from '../../../src/casework/eligibility/facts.js';
import { addMonths } from '../../../src/core/calendar.js';
import { CastCases } from '../../support/cast-cases.js';
import { DOCUMENTS, type Document, letterOf, RULES_OF, SEED_OF } from '../../support/eligibility-row.js';

/** Ordinary days, leap days, the days on which London's clocks change, the ends of years and months. */
const DAYS = [
  '2026-03-02',
  '2024-02-29',
  '2028-02-29',
  '2026-03-29',
  '2026-10-25',
  '2026-12-31',
  '2027-01-01',
  '2026-07-31',
];

/** Letters under 000 to 004; a small s: eligible with a warning. */
const STANDS_FOR: Readonly<Partial<Record<CastKey, string>>> = {
  straightforward: 'E E M E E',
  seventeenInEip: 'Y Y Y M Y',
  // Without the care programme approach the leaflet's wish for a community team is past, which only warns.
  cmhtEndsToday: 'E E E E Es',
  dischargedBeforeAcceptance: 'E T M E Es',
  crisisOnly: 'M N N E Es',
  olderAdult: 'E E M E E',
  unsureAboutWork: 'P P M E E',
  employedAtRisk: 'E E M E E',
  selfReferred: 'E T M E E',
  mergedInto: 'E E M E E',
  twoRecords: 'D D D E Es',
  movedAway: 'E E M E N',
  restricted: 'T T T E Es',
  waitingList: 'T T M E Es',
  rehabilitationOnly: 'M E M E Es',
  noTeam: 'N N N E Es',
  unverified: 'D D D E Es',
  traceRequired: 'D D D E Es',
  oldCoding: 'E E M E E',
  nobody: 'N N N E Es',
  enteredInError: 'N N N E Es',
  onHold: 'E E M E E',
  planned: 'T T M E Es',
  twoTeams: 'E E M E E',
  unmappedTeam: '? ? ? E Es',
  neighbourhood: 'M N M E Es',
};

/** What only somebody already with the service stands for. */
const CONTINUES: Readonly<Partial<Record<CastKey, string>>> = { longDischarged: 'E E E E Es' };

const worlds = new Map(DAYS.map((today) => [today, new CastCases(today)]));
const referralOf = (today: string, key: CastKey): DemonstrationReferral =>
  castReferrals(today).find((referral) => referral.key === `cast-${key}`)!;

function decided(today: string, key: CastKey, document: Document, purpose: Purpose = Purpose.ENTRY) {
  return decideEligibility(RULES_OF[document], worlds.get(today)!.factsOf(referralOf(today, key)), purpose);
}

function lettersOf(today: string, key: CastKey, purpose: Purpose): string {
  return DOCUMENTS.map((document) => {
    const decision = decided(today, key, document, purpose);
    const letter = letterOf(decision);
    return letter === 'E' && decision.warnings.length > 0 ? 'Es' : letter;
  }).join(' ');
}

test('everybody who is referred stands for something', () => {
  const referred = castReferrals('2026-03-02').map(({ key }) => key.slice('cast-'.length));
  expect([...Object.keys(STANDS_FOR), ...Object.keys(CONTINUES)].sort()).toEqual(referred.sort());
  const unreferred = CAST_MEMBERS.map(([key]) => key).filter((key) => !referred.includes(key));
  expect(unreferred).toEqual(['mergedAway', 'twoRecordsOther', 'withoutNumber', 'deceased']);
});

describe.each(DAYS)('on %s', (today) => {
  test.each(Object.entries(STANDS_FOR) as [CastKey, string][])('%s: %s', (key, expected) => {
    expect(`${CAST[key].situation}: ${lettersOf(today, key, Purpose.ENTRY)}`).toBe(
      `${CAST[key].situation}: ${expected}`,
    );
  });

  test.each(Object.entries(CONTINUES) as [CastKey, string][])(
    '%s, already with the service: %s',
    (key, expected) => {
      expect(lettersOf(today, key, Purpose.CONTINUE)).toBe(expected);
    },
  );

  test('the adapter understands all of the cast’s records', () => {
    expect([...worlds.get(today)!.unmapped.keys()].filter((path) => !path.includes('Status'))).toEqual([]);
  });

  test('the seventeen-year-old’s day is the birthday, the same under each specification that names an age', () => {
    const born = referralOf(today, 'seventeenInEip').person.dateOfBirth;
    for (const document of ['000', '001', '002', '004'] as const) {
      const { notYetUntil } = decided(today, 'seventeenInEip', document);
      const eighteenth = addMonths(born, 18 * 12);
      // Somebody born on a leap day comes of age on 1 March where there is none.
      expect([eighteenth, `${eighteenth.slice(0, 4)}-03-01`]).toContain(notYetUntil);
      expect(notYetUntil! > today).toBe(true);
    }
  });
});

describe('what goes with the verdict', () => {
  const today = '2026-03-02';

  test.each<[CastKey, Document, string]>([
    ['crisisOnly', '001', 'EXPECTED_TO_LEAVE_TEAM'],
    ['crisisOnly', '002', 'EXPECTED_TO_LEAVE_TEAM'],
    ['seventeenInEip', '003', 'SAFEGUARDING'],
  ])('%s under %s is flagged %s', (key, document, flag) => {
    expect(decided(today, key, document).flags.join()).toContain(flag);
  });

  test.each<[CastKey, Document, boolean]>([
    ['longDischarged', '000', false],
    ['longDischarged', '001', true],
    ['longDischarged', '002', true],
  ])('%s who stays: under %s the loss is flagged: %s', (key, document, flagged) => {
    const { flags, verdict } = decided(today, key, document, Purpose.CONTINUE);
    expect([verdict, flags.some((flag) => /LOST|LOSS/.test(flag))]).toEqual(['ELIGIBLE', flagged]);
  });

  test('nobody is refused without evidence that is fresh', () => {
    for (const key of Object.keys(STANDS_FOR) as CastKey[]) {
      for (const document of DOCUMENTS) {
        const { verdict, criteria } = decided(today, key, document);
        const failed = criteria.filter((one) => one.result === 'FAIL' && one.strength === 'HARD');
        expect([key, document, failed.length > 0]).toEqual([key, document, verdict === 'NOT_ELIGIBLE']);
        for (const { evidence } of failed) for (const { fresh } of evidence) expect(fresh).not.toBe(false);
      }
    }
  });

  test('every decision cites its own document, and names somebody to ask or a day to come where it is open', () => {
    for (const key of Object.keys(STANDS_FOR) as CastKey[]) {
      for (const document of DOCUMENTS) {
        const { verdict, confirmBy, notYetUntil, criteria } = decided(today, key, document);
        expect([key, document, confirmBy !== null]).toEqual([
          key,
          document,
          verdict === 'NEEDS_CONFIRMATION',
        ]);
        expect([key, document, notYetUntil !== null]).toEqual([key, document, verdict === 'NOT_YET']);
        const lines = criteria.flatMap(({ clause }) => clause?.split(', ') ?? []);
        for (const line of lines) expect(line.startsWith(`${SEED_OF[document].sourceDocument}:`)).toBe(true);
      }
    }
  });
});

describe('the whole world of a day', () => {
  const cases = new CastCases('2026-03-02', 1_500);

  test('the adapter misunderstands only what is recorded badly on purpose', () => {
    const paths = [...cases.unmapped.keys()].sort();
    for (const path of paths) expect(path).toMatch(/birthDate|period|[Ss]tatus|identifier/);
    expect(cases.unmapped.get('Patient.birthDate')).toBeGreaterThanOrEqual(5);
    expect(cases.unmapped.get('EpisodeOfCare.period.start')).toBeGreaterThanOrEqual(10);
  });

  test('only the doubled are in dispute, and the merged are one', () => {
    const { graph } = cases;
    const inDispute = [...graph.everyone]
      .filter((person) => person.identityState === 'CONFLICT' && person.mergedIntoId === null)
      .flatMap((person) => graph.recordsOf(person.id).map(({ localId }) => localId));
    const doubled = inDispute.filter((id) => /-(twin|2)$/.test(id));
    expect(doubled.length).toBeGreaterThanOrEqual(5);
    expect(inDispute.length).toBe(doubled.length * 2);
    for (const id of doubled) expect(inDispute).toContain(id.replace(/-(twin|2)$/, ''));
    const survivors = new Map(
      [...graph.everyone].flatMap(({ id }) =>
        graph.recordsOf(id).map(({ localId }) => [localId, graph.root(id)] as const),
      ),
    );
    const old = [...survivors].filter(([localId]) => localId.endsWith('-old'));
    expect(old.length).toBeGreaterThanOrEqual(10);
    for (const [localId, survivor] of old) expect(survivors.get(localId.replace(/-old$/, ''))).toBe(survivor);
  });

  test('apart from those, no two records are one person', () => {
    const { graph } = cases;
    for (const person of graph.everyone) {
      const records = graph
        .family(person.id)
        .flatMap((id) => graph.recordsOf(id).map(({ localId }) => localId));
      const others = records.filter((id) => !id.endsWith('-old'));
      expect([records, others.length]).toEqual([records, 1]);
    }
  });
});

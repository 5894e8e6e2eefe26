/** The service specifications through the graph: every version, rule and clause as seeded, silence as null, placeholders as unfilled. */
import { ALL_SPECIFICATIONS } from '../../../seeds/specifications/all-specifications.js';
import { CODE_OF } from '../../support/casework-world.js';
import { type Client, openUseCases, type UseCases } from '../../support/use-cases.js';

interface Rule {
  readonly key: string;
  readonly value: unknown;
  readonly strength: string;
  readonly clause: string | null;
  readonly reading: string | null;
  readonly unfilled: boolean;
}
interface Specification {
  readonly code: string;
  readonly name: string;
  readonly sourceDocument: string;
  readonly versions: readonly {
    readonly version: number;
    readonly activatedAt: string | null;
    readonly rules: readonly Rule[];
    readonly [field: string]: unknown;
  }[];
}

const WHOLE = `code name sourceDocument commissioner provider
  versions { version validFrom validTo reviewDue activatedAt rules { key value strength clause reading unfilled } }`;

describe('service specifications', () => {
  let graph: UseCases;
  beforeAll(async () => {
    graph = await openUseCases();
  });
  afterAll(() => graph?.close());

  const all = async (args = '', who: Client = 'specialist') => {
    const { serviceSpecifications } = await graph.query<{
      serviceSpecifications: { totalCount: number; nodes: Specification[] };
    }>(who, `{ serviceSpecifications(first: 50 ${args}) { totalCount nodes { ${WHOLE} } } }`);
    expect(serviceSpecifications.totalCount).toBe(serviceSpecifications.nodes.length);
    return serviceSpecifications.nodes;
  };
  const one = async (code: string) =>
    (
      await graph.query<{ serviceSpecification: Specification | null }>(
        'specialist',
        `query ($code: String!) { serviceSpecification(code: $code) { ${WHOLE} } }`,
        { code },
      )
    ).serviceSpecification;

  it('are five, in order of their codes, alike for everybody who is signed in', async () => {
    const found = await all();
    expect(found.map(({ code }) => code)).toEqual(Object.values(CODE_OF).sort());
    for (const who of ['machine', 'analyst', 'administrator', 'coordinator', 'foreignSpecialist'] as const)
      expect(await all('', who)).toEqual(found);
  });

  it.each(ALL_SPECIFICATIONS.map((seed) => [seed.code, seed.version, seed] as const))(
    '%s version %d is what was seeded, rule by rule and clause by clause',
    async (code, version, seed) => {
      const found = (await one(code))!;
      expect(found).toMatchObject({
        name: seed.name,
        sourceDocument: seed.sourceDocument,
        commissioner: seed.commissioner,
        provider: seed.provider,
      });
      const held = found.versions.find((candidate) => candidate.version === version)!;
      expect(held).toMatchObject({
        validFrom: seed.validFrom,
        validTo: seed.validTo,
        reviewDue: seed.reviewDue,
      });
      expect(held.rules).toEqual([...seed.rules].sort((a, b) => (a.key < b.key ? -1 : 1)));
    },
  );

  it('every rule names its lines', async () => {
    for (const { sourceDocument, versions } of await all())
      for (const { clause } of versions.flatMap(({ rules }) => rules))
        expect(clause).toMatch(new RegExp(`^${sourceDocument}:\\d+`));
  });

  it('silence is null and “not specified”, and nothing else is', async () => {
    const rules = (await all()).flatMap(({ versions }) => versions.flatMap((version) => version.rules));
    for (const { value, strength, unfilled } of rules) {
      if (strength === 'NOT_SPECIFIED') expect(value).toBeNull();
      else expect(value === null).toBe(unfilled);
    }
    expect(rules.filter(({ strength }) => strength === 'NOT_SPECIFIED').length).toBeGreaterThan(10);
  });

  it('the leaflet’s template waits for its placeholders; its filled version is active and comes first', async () => {
    const { versions } = (await one(CODE_OF['004']))!;
    expect(versions.map(({ version, activatedAt }) => [version, activatedAt !== null])).toEqual([
      [2, true],
      [1, false],
    ]);
    const unfilled = versions[1]!.rules.filter((rule) => rule.unfilled);
    expect(unfilled.map(({ key, value }) => [key, value])).toEqual([
      ['minimumAge', null],
      ['residenceRegion', null],
    ]);
    expect(versions[0]!.rules.some((rule) => rule.unfilled)).toBe(false);
  });

  it('values come as JSON: numbers as numbers, lists as lists', async () => {
    const rules = new Map(
      (await one(CODE_OF['001']))!.versions[0]!.rules.map((rule) => [rule.key, rule.value]),
    );
    expect(rules.get('minimumAge')).toBe(18);
    expect(rules.get('admissibleTeamKinds')).toEqual(expect.arrayContaining(['CMHT', 'EIP']));
    expect(rules.get('wishForWork')).toBe('PAID_WORK');
  });

  it.each([
    [', filter: { codeIn: ["QVV/0294"] }', ['QVV/0294']],
    [', filter: { codeIn: ["HEREFORDSHIRE-IPS", "11J/0227", "NO/SUCH"] }', ['11J/0227', 'HEREFORDSHIRE-IPS']],
    [', filter: { codeIn: [] }', []],
    [', filter: {}', Object.values(CODE_OF).sort()],
  ])('list %s', async (args, codes) => {
    expect((await all(args)).map(({ code }) => code)).toEqual(codes);
  });

  it.each(['NO/SUCH', '', 'qvv/0294', 'QVV/0294 '])('no specification is called %j', async (code) => {
    expect(await one(code)).toBeNull();
  });

  it('page both ways', async () => {
    const whole = await graph.walk('machine', 'serviceSpecifications', '', 50);
    expect(whole).toHaveLength(5);
    expect(await graph.walk('machine', 'serviceSpecifications', '', 2)).toEqual(whole);
    expect(await graph.walk('machine', 'serviceSpecifications', '', 2, true)).toEqual(whole);
  });

  it('a decision names the version that it was made under', async () => {
    const { referralId } = await graph.world.someone().referredUnder('004');
    const [decision] = await graph.decide<{ version: { version: number } }>(
      'specialist',
      [referralId],
      'version { version }',
    );
    expect(decision!.version).toEqual({ version: 2 });
  });
});

/**
 * A hostile far end, case by case of test/fixtures/answers/hostile.json, against the adapter in a process of its own: nothing goes
 * elsewhere, nothing hangs, nobody else is answered with, memory stays, the failure has its code and tells nothing.
 */
import { everythingIn } from '../../contract/contract-case.js';
import { CANARY } from '../../support/fhir-resources.js';
import { HOSTILE_CASES, type HostileCase } from '../../support/hostile/hostile-cases.js';
import type { CaseEnd, OperationEnd } from '../../support/hostile/hostile-child.js';
import { LIMITS } from '../../support/hostile/hostile-operations.js';
import { NHS_NUMBER, OTHER, OTHER_PERSON, SECRET_TOKEN } from '../../support/hostile/hostile-record.js';
import { type HostileServer, startHostileServer } from '../../support/hostile/hostile-server.js';
import { runHostile } from '../../support/hostile/run-hostile.js';

/** Megabytes that a far end may make the hub take. */
const MOST_MB = 64;
/** Milliseconds past a limit that a busy machine may need. */
const SLACK_MS = 20_000;

let server: HostileServer;
let ends: ReadonlyMap<string, CaseEnd>;

beforeAll(async () => {
  server = await startHostileServer();
  ends = await runHostile({ addresses: server.addresses });
}, 120_000);
afterAll(() => server.close());

/** What is wrong with how a case ended, in words; nothing when all is right. */
function faultsOf(one: HostileCase, { ends: operations, peakMb, reached }: CaseEnd): string[] {
  const { origin, tls } = server.addresses;
  const limit = (one.waits ? LIMITS.short : LIMITS.long).totalTimeoutMs + SLACK_MS;
  const faults = reached
    .filter((address) => ![origin, ...Object.values(tls)].includes(address))
    .map((address) => `went to ${address}`);
  if (peakMb > MOST_MB) faults.push(`took ${peakMb} MB`);
  for (const end of operations) {
    const { operation, value, told, tookMs } = end;
    if (value?.includes(OTHER) || value?.includes(OTHER_PERSON.id))
      faults.push(`${operation}: somebody else`);
    if (end.end === 'ANSWERED' && value !== rightValueOf(operation))
      faults.push(`${operation}: another answer`);
    if (tookMs > limit || end.end === 'HANGS') faults.push(`${operation}: hangs`);
    for (const secret of [CANARY, OTHER, SECRET_TOKEN, NHS_NUMBER, '127.0.0.1', 'xxxxxxxx'])
      if (told.includes(secret)) faults.push(`${operation}: tells ${secret}`);
  }
  return faults;
}

const rightValueOf = (operation: string): string | null =>
  ends.get('RIGHT')!.ends.find((end) => end.operation === operation)!.value;

/** How an operation ended, as far as is expected of it: health tells a code alone, and of a reset the reason varies. */
const endOf = ({ operation, end }: OperationEnd, expected = end): string =>
  operation === 'health' || expected.endsWith('/*') ? end.split('/')[0]! : end;

test(`a well-behaved server is answered by every operation, and there are ${HOSTILE_CASES.length} hostile cases`, () => {
  expect(ends.get('RIGHT')!.ends.map(({ operation, end }) => [operation, end])).toEqual(
    ends.get('RIGHT')!.ends.map(({ operation }) => [operation, 'ANSWERED']),
  );
  expect(HOSTILE_CASES.map(({ id }) => id)).toEqual(
    HOSTILE_CASES.map((_case, n) => `H${String(n + 1).padStart(3, '0')}`),
  );
  const coded = HOSTILE_CASES.filter(({ expect: ways }) =>
    [...ways.values()].some((end) => end !== 'ANSWERED'),
  );
  const operations = HOSTILE_CASES.reduce((sum, { expect: ways }) => sum + ways.size, 0);
  process.stdout.write(
    `hostile server: ${HOSTILE_CASES.length} cases, ${coded.length} with coded failures, ${operations} operations\n`,
  );
  expect(coded.length).toBeGreaterThanOrEqual(40);
  expect([...ends.keys()]).toEqual(['RIGHT', ...HOSTILE_CASES.map(({ id }) => id)]);
});

test.each(HOSTILE_CASES)('$id $what', (one) => {
  const ended = ends.get(one.id)!;
  const ways = Object.fromEntries(
    ended.ends.map((end) => [end.operation, endOf(end, one.expect.get(end.operation))]),
  );
  const expected = Object.fromEntries(
    [...one.expect].map(([operation, end]) => [operation, endOf({ operation, end } as OperationEnd)]),
  );
  expect(ways).toEqual(expected);
  expect(faultsOf(one, ended)).toEqual([]);
});

test('nothing reached another host, not a byte', () => {
  expect([server.foreign.connections, server.foreign.received]).toEqual([0, '']);
  expect(server.strays).toEqual([]);
});

test('no address told an NHS number, no cookie came back, no TLS was believed that must not be', () => {
  expect([server.tellTales, server.believed]).toEqual([[], []]);
});

/**
 * The planted faults: the same list against a client that follows links and redirects with its token, sets no limit, and takes
 * whatever comes. Each invariant must find it.
 */
describe('control: a client that trusts everybody is found out', () => {
  const CASES = HOSTILE_CASES.filter(({ what }) =>
    [
      '307 to another host',
      'next page on another host',
      'no answer',
      'a body of 100 MB in pieces',
      "somebody else's in place of what was asked for",
      'a login page with 200',
      'next page with an NHS number in its address',
      '302 to a path outside the base',
    ].includes(what),
  );
  let hostile: HostileServer;
  let found: string;

  beforeAll(async () => {
    hostile = await startHostileServer();
    const only = CASES.map(({ id }) => id);
    const trusting = await runHostile({ addresses: hostile.addresses, trusting: true, only });
    found = CASES.flatMap((one) => faultsOf(one, trusting.get(one.id)!)).join('\n');
    // The record that somebody else's search finds is the whole answer of such a client.
    found += everythingIn([...trusting.values()].flatMap((end) => end.ends.map(({ end: way }) => way)));
  });
  afterAll(() => hostile.close());

  test('all of these cases are in the list', () => expect(CASES).toHaveLength(8));
  test('it goes elsewhere, with its token and with a document', () => {
    expect(hostile.foreign.received).toContain(SECRET_TOKEN);
    expect(hostile.foreign.received).toMatch(/POST [\s\S]*DocumentReference/);
    expect(found).toContain(`went to ${hostile.foreign.origin}`);
    expect(hostile.strays.length).toBeGreaterThan(0);
  });
  test('it hangs', () => expect(found).toContain('hangs'));
  test('it takes somebody else for who was asked for', () => expect(found).toContain('somebody else'));
  test('it takes all memory that it is given', () => expect(found).toMatch(/took \d{3} MB/));
  test('its failures tell what came, and have no code', () => {
    expect(found).toContain(`tells ${CANARY}`);
    expect(found).toContain('UNCODED');
  });
  test('it puts an NHS number into an address', () => expect(hostile.tellTales.length).toBeGreaterThan(0));
});

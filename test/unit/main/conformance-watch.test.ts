/** What is made of how record systems fit their sites: a word, lines of the log, and nothing that could hold up a start. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Conformance, ConformanceFinding } from '../../../src/clinical/conformance.port.js';
import type { LogFields } from '../../../src/core/logger.js';
import { silentLogger } from '../../../src/core/logger.js';
import { conformanceOf, fitOf, watchConformance } from '../../../src/main/conformance-watch.js';
import type { Hub } from '../../../src/main/open-hub.js';
import type { ConnectedSystem } from '../../../src/main/systems.js';
import { eventually } from '../../support/eventually.js';

const finding = (more: Partial<ConformanceFinding> = {}): ConformanceFinding => ({
  code: 'INTERACTION',
  state: 'MISSING',
  path: 'rest.resource[Group].interaction[read]',
  needed: true,
  consequence: 'No caseload can be read.',
  setting: 'caseloadStrategy: another',
  ...more,
});
const answer = (...findings: ConformanceFinding[]): Conformance => ({ failure: null, findings });
const DOWN: Conformance = { failure: 'HUB_UPSTREAM_UNREACHABLE', findings: [] };

interface Line {
  readonly level: string;
  readonly fields: LogFields;
}

/** A hub of systems that answer one thing after another; the last one for ever. */
function hubOf(answers: Record<string, readonly (Conformance | Error | 'HANGS')[]>) {
  const lines: Line[] = [];
  const say = (level: string) => (_message: string, fields?: LogFields) =>
    void lines.push({ level, fields: fields ?? {} });
  const asked: string[] = [];
  const systems = Object.entries(answers).map(([code, given]) => {
    let turn = 0;
    const conformance = async () => {
      asked.push(code);
      const now = given[Math.min(turn++, given.length - 1)]!;
      if (now === 'HANGS') await new Promise(() => undefined);
      if (now instanceof Error) throw now;
      return now as Conformance;
    };
    return { profile: { code }, adapter: given.length === 0 ? {} : { conformance } };
  });
  const logger = { ...silentLogger, warn: say('warn'), info: say('info') };
  const hub = { systems, conformance: new Map(), logger } as unknown as Hub;
  return { hub, lines, asked };
}

test.each<[Conformance | null | undefined, string]>([
  [undefined, 'NOT_ASKED'],
  [null, 'NOT_ASKED'],
  [DOWN, 'NOT_ASKED'],
  [answer(), 'FITS'],
  [answer(finding({ state: 'PRESENT' })), 'FITS'],
  [answer(finding({ state: 'PRESENT' }), finding({ state: 'NOT_STATED' })), 'NOT_STATED'],
  [answer(finding({ state: 'NOT_STATED' }), finding()), 'LACKING'],
  [answer(finding({ needed: false })), 'FITS'],
  [answer(finding({ needed: false, state: 'NOT_STATED' })), 'FITS'],
])('%j is %s', (conformance, fit) => {
  expect(fitOf(conformance)).toBe(fit);
});

test('what is needed and missing is warned of in one line, with how much it is', async () => {
  const { hub, lines } = hubOf({
    a: [
      answer(
        finding(),
        finding({ code: 'RESOURCE' }),
        finding({ needed: false, setting: null }),
        finding({ state: 'NOT_STATED' }),
        finding({ state: 'PRESENT' }),
      ),
    ],
  });
  const stop = watchConformance(hub);
  await eventually(() => lines.length === 1);
  await sleep(10);
  await stop();
  expect(lines).toEqual([{ level: 'warn', fields: { system: 'a', state: 'LACKING', count: 2 } }]);
  expect(fitOf(hub.conformance.get('a'))).toBe('LACKING');
});

test('a system that is down or does not fit is told as such, once, and asked again until it fits', async () => {
  const { hub, lines, asked } = hubOf({
    a: [
      DOWN,
      new Error('broken'),
      answer(finding()),
      answer(finding()),
      answer(finding({ state: 'NOT_STATED' })),
      answer(),
    ],
    b: [answer()],
  });
  const stop = watchConformance(hub, { againMs: 5 });
  await eventually(() => fitOf(hub.conformance.get('a')) === 'FITS');
  await sleep(30);
  await stop();
  expect(asked.filter((code) => code === 'a')).toHaveLength(6);
  expect(asked.filter((code) => code === 'b')).toHaveLength(1);
  expect(lines.filter(({ fields }) => fields.system === 'a')).toEqual([
    { level: 'warn', fields: { system: 'a', code: 'HUB_UPSTREAM_UNREACHABLE' } },
    { level: 'warn', fields: { system: 'a', state: 'LACKING', count: 1 } },
    { level: 'info', fields: { system: 'a', state: 'NOT_STATED', count: 1 } },
    { level: 'info', fields: { system: 'a', state: 'FITS' } },
  ]);
});

test('one that hangs, or waits to be asked again, does not hold up the stop; one without anything to compare is left alone', async () => {
  const { hub, asked } = hubOf({ a: ['HANGS'], b: [DOWN], c: [] });
  const stop = watchConformance(hub);
  await eventually(() => hub.conformance.has('b'));
  await stop();
  expect(asked.sort()).toEqual(['a', 'b']);
  expect([...hub.conformance.keys()]).toEqual(['b']);
});

test('an adapter that throws is one that could not be asked', async () => {
  const adapter = { conformance: () => Promise.reject(new Error('broken')) };
  const connected = { adapter } as unknown as ConnectedSystem;
  expect(await conformanceOf(connected)).toEqual({ failure: 'HUB_INTERNAL', findings: [] });
  expect(await conformanceOf({ adapter: {} } as unknown as ConnectedSystem)).toBeNull();
});

/** What a command says: one result on standard output, progress and failures on standard error, an exit code. */
import fc from 'fast-check';
import { ExitCode, Output, type OutputOptions } from '../../../src/cli/output.js';
import { ERROR_CODES, type ErrorCode } from '../../../src/core/error-codes.js';
import { HubError, inputError } from '../../../src/core/errors.js';

function speaking(options: OutputOptions = {}, isTTY = false) {
  const out: string[] = [];
  const err: string[] = [];
  const output = new Output(
    { out: { write: (text) => out.push(text) }, err: { isTTY, write: (text) => err.push(text) } },
    options,
  );
  return { output, out: () => out.join(''), err: () => err.join('') };
}

describe('results', () => {
  test('lines for people, one document for programs', () => {
    const people = speaking();
    people.output.result({ a: 1 }, ['one', 'two']);
    expect(people.out()).toBe('one\ntwo\n');
    const programs = speaking({ json: true });
    programs.output.result({ a: 1 }, ['one', 'two']);
    expect(JSON.parse(programs.out())).toEqual({ a: 1 });
  });

  test('columns of a table begin under their titles, whatever is in them', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.stringMatching(/^\S{1,12}$/), fc.stringMatching(/^\S{1,12}$/)), {
          maxLength: 8,
        }),
        (rows) => {
          const { output, out } = speaking();
          output.table(rows, ['FIRST', 'SECOND'], rows);
          const [head, ...lines] = out().trimEnd().split('\n');
          const column = head!.indexOf('SECOND');
          expect(lines.map((line) => line.slice(column))).toEqual(rows.map(([, second]) => second));
        },
      ),
    );
  });

  test('a table without rows is its head; no line ends in a space', () => {
    const { output, out } = speaking();
    output.table([], ['A', 'B'], []);
    expect(out()).toBe('A  B\n');
    output.table([], ['A', 'B'], [['long', '']]);
    expect(out()).not.toMatch(/ \n/);
  });
});

describe('progress', () => {
  test('away from a terminal: one line per ten per cent', () => {
    const { output, out, err } = speaking();
    const show = output.progress();
    for (let done = 1; done <= 1_000; done++) show('people', done, 1_000);
    expect(err()).toBe(
      [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100].map((share) => `people ${share} %\n`).join(''),
    );
    expect(out()).toBe('');
  });

  test('on a terminal: a bar that is wiped at the end', () => {
    const { output, err } = speaking({}, true);
    const show = output.progress();
    show('people', 5, 10);
    expect(err()).toMatch(/█{12}░{12} {2}50 % {2}people: 5 of 10, \d+\/s$/);
    show('people', 10, 10);
    expect(err().endsWith('\r\u001b[2K')).toBe(true);
  });

  test('on a terminal: no line is written behind a bar', () => {
    const { output, out, err } = speaking({}, true);
    output.progress()('people', 5, 10);
    output.note('5 more not sent.');
    expect(err().endsWith('/s\r\u001b[2K5 more not sent.\n')).toBe(true);
    output.progress()('people', 5, 10);
    output.result([], ['5 of 10']);
    expect([err().endsWith('/s\r\u001b[2K'), out()]).toEqual([true, '5 of 10\n']);
  });

  test('nothing of what is over in a moment', () => {
    const { output, err } = speaking();
    output.progress(60_000)('people', 3, 10);
    expect(err()).toBe('');
    output.progress(0)('people', 3, 10);
    expect(err()).toBe('people 30 %\n');
  });

  test.each([
    ['quiet', { quiet: true }, 10],
    ['without a total', {}, null],
    ['of nothing', {}, 0],
  ] as const)('nothing when %s', (_when, options, total) => {
    const { output, out, err } = speaking(options);
    output.progress()('people', 3, total);
    expect(out() + err()).toBe('');
  });

  test('more than was announced is still the whole', () => {
    const { output, err } = speaking();
    output.progress()('people', 12, 10);
    expect(err()).toBe('people 100 %\n');
  });
});

describe('failures', () => {
  const codes = Object.keys(ERROR_CODES) as ErrorCode[];

  test.each(codes)('%s: worded with its solution, and an exit code that says whose it is', (code) => {
    const { output, out, err } = speaking();
    const exit = output.failure(new HubError(code));
    expect(err()).toBe(`${code}: ${ERROR_CODES[code].meaning}\n  ${ERROR_CODES[code].solve}\n`);
    expect(out()).toBe('');
    expect(exit).toBe(/^HUB_(SETTINGS|INPUT|ADAPTER)_/.test(code) ? ExitCode.USAGE : ExitCode.FAULT);
  });

  test('in JSON as well, with details', () => {
    const { output, out } = speaking({ json: true });
    expect(output.failure(inputError('--kind', 'is no kind', 'a or b'))).toBe(2);
    expect(JSON.parse(out())).toEqual({
      error: {
        code: 'HUB_INPUT_INVALID',
        message: '--kind: is no kind; accepted: a or b',
        solve: ERROR_CODES.HUB_INPUT_INVALID.solve,
        details: { field: '--kind', fault: 'is no kind', accepted: 'a or b' },
      },
    });
  });

  test.each([new Error('Ms Fotheringhay, 9990000018'), 'Fotheringhay', null, { message: 'Fotheringhay' }])(
    'a failure of any other kind is not quoted: %#',
    (error) => {
      const { output, out, err } = speaking({ json: true });
      expect(output.failure(error)).toBe(ExitCode.FAULT);
      expect(err()).toMatch(/^HUB_INTERNAL: The hub failed\.\n/);
      expect(out() + err()).not.toMatch(/Fotheringhay|9990000018/);
    },
  );
});

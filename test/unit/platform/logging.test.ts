/** Logging: declared fields only, nothing personal in a line, stacks without messages. */
import fc from 'fast-check';
import { HubError } from '../../../src/core/errors.js';
import type { LogFields } from '../../../src/core/logger.js';
import { parseNhsNumber } from '../../../src/core/nhs-number.js';
import { createLogger, errorFields } from '../../../src/platform/logging.js';
import { scrubText } from '../../../src/platform/scrub.js';

const NUMBER = '9990000018';

function recorder(level: 'error' | 'warn' | 'info' | 'debug' = 'debug') {
  const lines: string[] = [];
  const logger = createLogger({ level, output: { write: (line) => lines.push(line) } });
  return { logger, lines, last: () => JSON.parse(lines.at(-1) ?? 'null') as Record<string, unknown> };
}

describe('createLogger', () => {
  it('writes level by name, an ISO time, declared fields and the message', () => {
    const { logger, last } = recorder();
    logger.info('caseload pulled', { system: 'north', pages: 3, code: null });
    expect(last()).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      system: 'north',
      pages: 3,
      code: null,
      msg: 'caseload pulled',
    });
  });

  it('drops fields that are not declared, and values that are no scalars', () => {
    const { logger, last } = recorder();
    const sneaked = {
      familyName: 'Canary',
      nhsNumber: NUMBER,
      reason: { deep: 'Canary' },
      count: undefined,
      state: 'UP',
    } as unknown as LogFields;
    logger.warn('dropped', sneaked);
    expect(Object.keys(last()).sort()).toEqual(['level', 'msg', 'state', 'time']);
  });

  it('carries the fields of `with` on each line, by the same rule', () => {
    const { logger, last } = recorder();
    logger
      .with({ correlationId: 'c-1', surname: 'Canary' } as LogFields)
      .with({ attempt: 2 })
      .error('failed', { code: 'HUB_INTERNAL' });
    expect(last()).toMatchObject({ correlationId: 'c-1', attempt: 2, code: 'HUB_INTERNAL', level: 'error' });
    expect(last()).not.toHaveProperty('surname');
  });

  it('writes nothing below its level', () => {
    const { logger, lines } = recorder('warn');
    logger.info('not written');
    logger.debug('not written');
    expect(lines).toEqual([]);
  });

  it('cuts values that are too long and keeps one line per entry', () => {
    const { logger, lines, last } = recorder();
    logger.info('long', { reason: `forged\n{"level":"error"}${'x'.repeat(5_000)}` });
    expect(lines).toHaveLength(1);
    expect(lines[0]?.indexOf('\n')).toBe((lines[0]?.length ?? 0) - 1);
    expect(String(last().reason).length).toBeLessThanOrEqual(2_000);
  });

  it('scrubs what slipped into message or field', () => {
    const { logger, lines } = recorder();
    logger.info(`looked up 999 000 0018`, { reason: `PID|1||${NUMBER}^^^NHS||Canary^Anna\rPV1|1|I` });
    expect(lines.join()).not.toMatch(/999.?000.?0018|Canary/);
    expect(() => JSON.parse(lines[0] ?? '')).not.toThrow();
  });
});

describe('scrubText', () => {
  it.each([
    ['9990000018', '[nhs-number]'],
    ['see 999-000-0018.', 'see [nhs-number].'],
    ['NHS9990000018x', 'NHS[nhs-number]x'],
    ['9990000019', '9990000019'],
    ['19990000018', '19990000018'],
    ['"time":1767225600000', '"time":1767225600000'],
    ['0190a000-0000-7000-8000-999000001800', '0190a000-0000-7000-8000-999000001800'],
    ['MSH|^~\\&|A|B', 'MSH|[segment]'],
    ['x OBX|1|TX|a\nnext', 'x OBX|[segment]\nnext'],
    ['{"reason":"PID|1|\\"q\\"|Canary","code":"X"}', '{"reason":"PID|[segment]","code":"X"}'],
  ])('%j becomes %j', (text, expected) => {
    expect(scrubText(text)).toBe(expected);
  });

  it('leaves no valid number standing between other characters', () => {
    const digits = fc.integer({ min: 0, max: 9_999 }).map((last) => `999000${String(last).padStart(4, '0')}`);
    const around = fc.string({ maxLength: 12 }).filter((text) => !/[\d-]/.test(text));
    fc.assert(
      fc.property(around, digits, around, (before, number, after) => {
        fc.pre(parseNhsNumber(number) !== null);
        expect(scrubText(before + number + after)).not.toContain(number);
      }),
    );
  });
});

describe('errorFields', () => {
  it('has code, retry class and the safe details of a HubError', () => {
    const error = new HubError('HUB_STATE_CONFLICT', {
      details: { sqlstate: '23505', constraint: 'uq_teams_code', field: 'secret' },
    });
    expect(errorFields(error)).toMatchObject({
      code: 'HUB_STATE_CONFLICT',
      retry: 'permanent',
      sqlstate: '23505',
      constraint: 'uq_teams_code',
    });
    expect(errorFields(error)).not.toHaveProperty('field');
  });

  it('gives frames but no message of a failure that is not ours', () => {
    const fields = errorFields(new TypeError(`cannot read ${NUMBER}\n of Canary`));
    expect(fields).toMatchObject({ code: 'HUB_INTERNAL', error: 'TypeError' });
    expect(fields.stack).toMatch(/^\s+at /);
    expect(JSON.stringify(fields)).not.toMatch(/Canary|999000/);
  });

  it('follows a HubError to its cause and copes with what is no error', () => {
    const cause = new Error('Canary');
    expect(errorFields(new HubError('HUB_INTERNAL', { cause })).stack).toContain('logging.test');
    expect(errorFields('Canary')).toEqual({ code: 'HUB_INTERNAL', error: 'string', stack: '' });
  });
});

/** The command line itself: what is no command, help, options that every command has. */
import { documentOf, hub } from '../../support/command-line.js';

/** Every command with arguments enough to be understood. */
const COMMANDS = [
  'start',
  'migrate',
  'seed',
  'token analyst',
  'caseload refresh',
  'eligibility check x',
  'systems list',
  'systems describe',
  'systems check',
  'systems unmapped',
  'directory load x',
  'config print',
  'schema print',
  'doctor',
];

describe('what is no command', () => {
  test.each([
    ['an unknown command', ['frobnicate'], /unknown command 'frobnicate'/],
    ['an unknown verb', ['systems', 'frobnicate'], /unknown command 'frobnicate'|too many arguments/],
    ['an unknown option', ['migrate', '--backwards'], /unknown option '--backwards'/],
    ['an argument too few', ['token'], /missing required argument 'role'/],
    ['an argument too many', ['migrate', 'now'], /too many arguments/],
    ['an option without its value', ['token', 'analyst', '--minutes'], /argument missing/],
    ['nothing at all', [], /Usage: hub/],
    ['a noun alone', ['systems'], /Usage: hub systems/],
  ])('%s: exit 2, in words on standard error', async (_what, argv, words) => {
    expect(await hub(argv, {})).toMatchObject({ code: 2, out: '', err: expect.stringMatching(words) });
  });

  test('and as one JSON document when JSON was asked for', async () => {
    const said = await hub(['frobnicate', '--json'], {});
    expect(said.code).toBe(2);
    expect(documentOf(said)).toMatchObject({
      error: {
        code: 'HUB_INPUT_INVALID',
        details: { field: 'arguments', fault: expect.stringMatching(/^unknown command 'frobnicate'/) },
      },
    });
    expect(documentOf(await hub(['systems', '--json'], {}))).toMatchObject({
      error: { code: 'HUB_INPUT_INVALID' },
    });
  });
});

describe('help', () => {
  test('of the program names every command, on standard output, exit 0', async () => {
    const said = await hub(['--help'], {});
    expect(said).toMatchObject({ code: 0, err: '' });
    for (const command of COMMANDS)
      expect(said.out).toMatch(new RegExp(`^ {2}${command.split(' ')[0]}\\b`, 'm'));
  });

  test.each(COMMANDS)('of hub %s names the options that every command has', async (command) => {
    const words = command.split(' ').filter((word) => !['analyst', 'x'].includes(word));
    const said = await hub([...words, '--help'], {});
    expect(said).toMatchObject({ code: 0, err: '' });
    expect(said.out).toMatch(/^ {2}--json +one JSON document on standard output$/m);
    expect(said.out).toMatch(/^ {2}--quiet +no progress$/m);
  });
});

describe('an error that nobody foresaw', () => {
  // A port of the wrong kind of value cannot come from an environment; it stands for any fault of the hub itself.
  const env = {
    get HUB_PORT(): string {
      throw new Error('Fotheringhay');
    },
  };

  test('becomes HUB_INTERNAL without its message, exit 1', async () => {
    const said = await hub(['config', 'print'], env);
    expect(said).toMatchObject({ code: 1, out: '' });
    expect(said.err).toMatch(/^HUB_INTERNAL: /);
    expect(said.err).not.toContain('Fotheringhay');
  });

  test('tells where it came from, as a line of the log', async () => {
    const said = await hub(['config', 'print'], env);
    const line = JSON.parse(said.err.trimEnd().split('\n').at(-1)!) as Record<string, string>;
    expect(line).toMatchObject({ level: 'error', msg: 'the command failed', code: 'HUB_INTERNAL' });
    expect(line.stack).toMatch(/at .*program\.test/);
  });
});

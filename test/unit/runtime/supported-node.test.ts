/** The runtime: the right Node, run again where it is not, with signals, exit codes and nothing left behind. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { installedNode, nodeSupport } from '../../../src/runtime/supported-node.js';

describe('versions', () => {
  it.each([
    ['24.0.0', 'SUPPORTED'],
    ['24.21.0', 'SUPPORTED'],
    ['26.10.0', 'SUPPORTED'],
    ['22.18.0', 'SUPPORTED'],
    ['22.17.9', 'TOLERATED'],
    ['23.11.0', 'TOLERATED'],
    ['21.0.0', 'TOLERATED'],
    ['20.19.0', 'TOLERATED'],
    ['20.18.3', 'TOO_OLD'],
    ['18.20.0', 'TOO_OLD'],
    ['', 'TOO_OLD'],
  ])('%s: %s', (version, support) => expect(nodeSupport(version)).toBe(support));
});

it('the installed Node is the nearest above', () => {
  expect(installedNode(join(process.cwd(), 'dist', 'src', 'cli', 'bin.js'))).toMatch(
    /node_modules.*node(\.exe)?$/,
  );
  expect(installedNode('/nowhere/at/all.js')).toBeNull();
});

/** A package with the real runtime files and a program that does what its first argument says. */
const PROGRAM = `
import { writeSync } from 'node:fs';
const [what, ...rest] = process.argv.slice(2);
const say = (text: string): number => writeSync(1, text + '\\n');
if (what === 'version') say(process.versions.node + ' ' + rest.join(',') + ' ' + String(process.env.HUB_LIFELINE_FD));
if (what === 'exit') process.exit(Number(rest[0]));
if (what === 'throw') throw new Error('planned');
if (what === 'kill') process.kill(process.pid, 'SIGKILL');
if (what === 'stay') {
  setInterval(() => {}, 1_000);
  const stop = (signal: string) => (): void => {
    say('draining ' + signal);
    process.exit(3);
  };
  process.on('SIGTERM', stop('SIGTERM'));
  process.on('SIGINT', stop('SIGINT'));
  say('ready ' + String(process.pid));
}
`;
const BIN = `
import { runningOnSupportedNode } from '../runtime/supported-node.js';
const version = process.env.FIXTURE_VERSION ?? process.versions.node;
if (process.env.FIXTURE_VERSION_ONCE) delete process.env.FIXTURE_VERSION;
if (await runningOnSupportedNode(import.meta.url, version)) await import('./program.js');
`;

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'runtime-'));
  mkdirSync(join(root, 'src', 'cli'), { recursive: true });
  cpSync('src/runtime', join(root, 'src', 'runtime'), { recursive: true });
  cpSync('tsconfig.json', join(root, 'tsconfig.json'));
  symlinkSync(join(process.cwd(), 'node_modules'), join(root, 'node_modules'));
  writeFileSync(join(root, 'package.json'), '{"type":"module"}');
  writeFileSync(join(root, 'src', 'cli', 'program.ts'), `${PROGRAM}export {};\n`);
  writeFileSync(join(root, 'src', 'cli', 'bin.ts'), BIN);
  expect(run('start.mjs', ['version']).status).toBe(0);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const OLD = { FIXTURE_VERSION: '20.20.2', FIXTURE_VERSION_ONCE: '1' };

function run(file: string, args: string[], env: Record<string, string> = {}, node = process.execPath) {
  const path = join(root, 'src', 'runtime', file);
  return spawnSync(node, [path, ...args], { encoding: 'utf8', env: { ...process.env, ...env } });
}

describe('one run', () => {
  it('goes on where the Node is right, with its arguments', () => {
    const { stdout, status } = run('start.mjs', ['version', 'a', '--b=c d']);
    expect([stdout, status]).toEqual([`${process.versions.node} a,--b=c d undefined\n`, 0]);
  });

  it('is run again where it is not, with its arguments and without a trace in the environment', () => {
    const { stdout, status, stderr } = run('start.mjs', ['version', 'a', '--b=c d'], OLD);
    expect([stdout, status, stderr]).toEqual([`${process.versions.node} a,--b=c d undefined\n`, 0, '']);
  });

  it.each([
    [['exit', '0'], 0],
    [['exit', '7'], 7],
    [['throw'], 1],
    [['kill'], 137],
  ])('%j: the exit code is %i', (args, status) => {
    expect(run('start.mjs', args, OLD).status).toBe(status);
  });

  it('is not run a third time: it goes on with a word when the second Node is no better', () => {
    const { stdout, stderr, status } = run('start.mjs', ['version'], { FIXTURE_VERSION: '20.20.2' });
    expect(stdout).toBe(`${process.versions.node}  undefined\n`);
    expect([status, stderr]).toEqual([0, expect.stringContaining('but not the demonstration')]);
  });

  it('says so and exits 78 when no Node will do', () => {
    const { stderr, status } = run('start.mjs', ['version'], { FIXTURE_VERSION: '18.20.0' });
    expect([status, stderr]).toEqual([78, expect.stringMatching(/^Node 18\.20\.0 is too old: .*20\.19/)]);
  });

  it('does not mistake a stray descriptor for its pipe when the variable is set by hand', () => {
    expect(run('start.mjs', ['version'], { HUB_LIFELINE_FD: '87' }).status).toBe(0);
  });

  const oldNode = oldNodeOnPath();
  (oldNode ? it : it.skip)('works from an older Node on the path, build included', () => {
    rmSync(join(root, 'dist'), { recursive: true, force: true });
    const { stdout, status } = run('start.mjs', ['version', 'x'], {}, oldNode!);
    expect([stdout, status]).toEqual([`${process.versions.node} x undefined\n`, 0]);
  });
});

describe('a run that stays', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    '%s is passed on, the program drains, its exit code is kept',
    async (signal) => {
      const { parent, line } = await stay();
      parent.kill(signal);
      expect(await line()).toBe(`draining ${signal}`);
      expect(await once(parent, 'exit')).toEqual([3, null]);
    },
  );

  it('kill -9 of the first process ends the second, which drains and lets go of its output', async () => {
    const { parent, pid, line } = await stay();
    expect(pid).not.toBe(parent.pid);
    parent.kill('SIGKILL');
    expect(await line()).toBe('draining SIGTERM');
    expect(await line()).toBeNull();
  });

  async function stay(): Promise<{ parent: ChildProcess; pid: number; line: () => Promise<string | null> }> {
    const parent = spawn(process.execPath, [join(root, 'src', 'runtime', 'start.mjs'), 'stay'], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...OLD },
    });
    const lines = createInterface({ input: parent.stdout })[Symbol.asyncIterator]();
    const line = async (): Promise<string | null> => (await lines.next()).value ?? null;
    const pid = Number((await line())!.replace('ready ', ''));
    return { parent, pid, line };
  }
});

describe('the build', () => {
  const program = () => join(root, 'src', 'cli', 'program.ts');
  const builds = (): boolean => run('start.mjs', ['exit', '0']).stderr.includes('Building');

  it('happens once', () => {
    run('start.mjs', ['exit', '0']);
    expect(builds()).toBe(false);
  });

  it('happens again after a source changed, and after one is gone', () => {
    run('start.mjs', ['exit', '0']);
    const soon = new Date(Date.now() + 1_000);
    utimesSync(program(), soon, soon);
    expect(builds()).toBe(true);
    const now = new Date();
    utimesSync(program(), now, now);
    run('start.mjs', ['exit', '0']);
    expect(builds()).toBe(false);
    writeFileSync(join(root, 'src', 'spare.ts'), 'export {};\n');
    rmSync(join(root, 'src', 'spare.ts'));
    expect(builds()).toBe(true);
  });

  it('that was broken off is not taken for whole', () => {
    rmSync(join(root, 'dist', '.built'), { force: true });
    expect(builds()).toBe(true);
  });

  it('that fails stops the start with the compiler’s words and code', () => {
    writeFileSync(join(root, 'src', 'wrong.ts'), 'export const wrong: number = "text";\n');
    const { status, stderr, stdout } = run('start.mjs', ['version']);
    rmSync(join(root, 'src', 'wrong.ts'));
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/TS2322[\s\S]*could not be built/);
    expect(stdout).toBe('');
    expect(run('build.mjs', []).status).toBe(0);
  });

  it('is not asked for where there are no sources, as in an image', () => {
    rmSync(join(root, 'tsconfig.json'));
    const { status, stderr } = run('start.mjs', ['exit', '4']);
    cpSync('tsconfig.json', join(root, 'tsconfig.json'));
    expect([status, stderr]).toEqual([4, '']);
  });

  it('without a compiler says what to install', () => {
    rmSync(join(root, 'node_modules'));
    rmSync(join(root, 'dist', '.built'), { force: true });
    const { status, stderr } = run('start.mjs', ['version']);
    symlinkSync(join(process.cwd(), 'node_modules'), join(root, 'node_modules'));
    expect([status, stderr]).toEqual([78, expect.stringContaining('npm ci, without --omit=dev')]);
  });
});

function oldNodeOnPath(): string | null {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const { stdout } = spawnSync(join(folder, 'node'), ['--version'], { encoding: 'utf8' });
    if (stdout && nodeSupport(stdout.trim().slice(1)) === 'TOLERATED') return join(folder, 'node');
  }
  return null;
}

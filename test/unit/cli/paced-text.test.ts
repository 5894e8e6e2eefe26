/** What a command says reaches a slow reader whole: a stream is given no more than it has taken. */
import { spawn } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { PacedText } from '../../../src/cli/paced-text.js';

/** A stream that takes one text at a time, and the next when it is told to. */
function slowSink() {
  const taken: string[] = [];
  const dones: ((error?: Error | null) => void)[] = [];
  return {
    taken,
    dones,
    sink: {
      write: (text: string, done: (error?: Error | null) => void) => taken.push(text) && dones.push(done),
    },
  };
}

test('one text is under way at a time; those that wait go together, in their order', async () => {
  const { sink, taken, dones } = slowSink();
  const text = new PacedText(sink);
  for (const word of ['one\n', 'two\n', 'three\n']) text.write(word);
  expect(taken).toEqual(['one\n']);
  let isWritten = false;
  const written = text.written().then(() => {
    isWritten = true;
  });
  dones.shift()!();
  await wait(0);
  expect([taken, isWritten]).toEqual([['one\n', 'two\nthree\n'], false]);
  dones.shift()!();
  await written;
  text.write('four\n');
  expect(taken.at(-1)).toBe('four\n');
});

test('what has failed takes nothing more, and nobody waits for it', async () => {
  const { sink, taken, dones } = slowSink();
  const text = new PacedText(sink);
  for (const word of ['one\n', 'two\n']) text.write(word);
  dones.shift()!(new Error('gone'));
  await text.written();
  text.write('three\n');
  expect(taken).toEqual(['one\n']);
});

test('more than a million lines through a pipe whose reader is late', async () => {
  const module = JSON.stringify(pathToFileURL('src/cli/paced-text.ts').href);
  const program = `const { PacedText } = await import(${module});
    const out = new PacedText(process.stdout);
    for (let line = 1; line <= 1_200_000; line++) out.write(\`line \${line}\\n\`);
    await out.written();`;
  const args = [
    '--disable-warning=ExperimentalWarning',
    '--experimental-transform-types',
    '--input-type=module',
    '-e',
    program,
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.once('close', resolve));
  await wait(200);
  let [length, last] = [0, ''];
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    length += chunk.length;
    last = chunk;
  });
  expect(await ended).toBe(0);
  expect([length, last.endsWith('line 1199999\nline 1200000\n')]).toEqual([14_488_896, true]);
});

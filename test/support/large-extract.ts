/** Starts the reader of a large extract under a bound on its heap. */
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { scratchFolder } from './scratch-folder.js';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** What the reader told; `told` is null when the bound ended it. */
export interface LargeRead {
  readonly told: {
    readonly teams: number;
    readonly received: number;
    readonly tookMs: number;
    readonly peakMb: number;
  } | null;
  /** What it wrote to its error stream. */
  readonly said: string;
}

/** Reads so many rows in a process with so many megabytes of heap for what lives long. */
export async function readLarge(rows: number, heapMb: number, mode: 'read' | 'collect'): Promise<LargeRead> {
  const folder = scratchFolder('hub-large-');
  try {
    const child = spawn(process.execPath, [
      `--max-old-space-size=${heapMb}`,
      '--import',
      here('./typescript-loader.js'),
      here('./large-extract-child.ts'),
      folder,
      String(rows),
      mode,
    ]);
    const [out, err]: string[][] = [[], []];
    child.stdout.on('data', (chunk: Buffer) => out!.push(chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => err!.push(chunk.toString()));
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    const told = code === 0 ? (JSON.parse(out!.join('')) as LargeRead['told']) : null;
    return { told, said: err!.join('') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What the doctor looks at outside the settings: this machine. Replaced in tests. */
import { statfsSync } from 'node:fs';
import { systemClock } from '../../core/clock.js';

/** This machine as the doctor sees it. */
export interface Machine {
  /** As `process.versions.node` has it. */
  readonly nodeVersion: string;
  /** The machine's clock. */
  now(): Date;
  /** Bytes free for an ordinary user on the disk of a folder that exists. */
  freeBytes(folder: string): number;
  /** Folder of the installed PostgreSQL programs; default: where npm put them. */
  readonly postgresFolder?: string;
}

/** The machine that this process runs on. */
export const THIS_MACHINE: Machine = {
  nodeVersion: process.versions.node,
  now: () => systemClock.now(),
  freeBytes(folder) {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  },
};

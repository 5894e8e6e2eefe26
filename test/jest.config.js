import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

const transform = {
  '^.+\\.ts$': [
    '@swc/jest',
    {
      jsc: {
        parser: { syntax: 'typescript', decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
        keepClassNames: true,
        target: 'es2022',
      },
      module: { type: 'es6' },
      sourceMaps: 'inline',
    },
  ],
};

// The mode that the hub runs in; worker processes inherit it.
process.env.NODE_ENV = 'production';
// Hubs and record systems that tests start as processes keep their code compiled from one to the next, a fifth of what a start costs.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url));

/** One jest configuration: ESM through swc, one embedded PostgreSQL for the whole run. */
export default {
  rootDir: '..',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: [
    '/node_modules/',
    '/dist/',
    ...(process.env.HUB_TEST_LONG ? [] : ['\\.long\\.test\\.ts$']),
  ],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/test/bench/peers/'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform,
  testSequencer: '<rootDir>/test/support/longest-first.js',
  globalSetup: '<rootDir>/test/support/global-setup.js',
  globalTeardown: '<rootDir>/test/support/global-teardown.js',
  setupFilesAfterEnv: ['<rootDir>/test/support/emitted/in-each-test.ts'],
  // What never ends is a failure; what a busy machine takes long for is none.
  testTimeout: 120_000,
  // At its end a worker gives back a gigabyte, page by page. Half a second, which is jest's own patience, is too short for that on a
  // busy machine, and jest then says that tests left something open when none has.
  workerGracefulExitTimeout: 10_000,
  // Many tests wait for servers and processes: four at a time even on two cores.
  maxWorkers: Math.max(4, Math.ceil(availableParallelism() / 2)),
};

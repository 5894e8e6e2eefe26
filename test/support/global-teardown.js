/** After the test run: stops the shared PostgreSQL, if a test asked for it. */
export default async function globalTeardown() {
  await globalThis.stopSharedServer?.();
}

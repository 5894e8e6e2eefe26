/** How test processes speak of the shared server. */

/** Database that every test database is cloned from. */
export const TEMPLATE = 'hub_template';
/** Database with the demonstration's whole world in it, made when the first test asks for it. */
export const DEMONSTRATION = 'hub_demonstration';
/** Environment variable with the port of the process that starts the shared server on demand. */
export const BROKER_PORT = 'HUB_TEST_SERVER_PORT';

/** Ways into the shared server. */
export interface TestServerUrls {
  readonly ownerUrl: string;
  readonly superuserUrl: string;
}

/** What a test may ask of the run, as it says it. */
export const Wish = {
  /** The server with the migrated template. */
  SERVER: '',
  /** The seeded demonstration too. */
  DEMONSTRATION: 'demonstration',
} as const;
export type Wish = (typeof Wish)[keyof typeof Wish];

/** A demonstration that was seeded; its database is `DEMONSTRATION`. */
export interface DemonstrationMade {
  /** Day to which its world is relative. */
  readonly today: string;
  /** SQLite file of its record system, which does not run. */
  readonly records: string;
  /** What `hub seed --json` answered. */
  readonly said: { readonly code: number; readonly out: string; readonly err: string };
}

/** The same URL with another database. */
export function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

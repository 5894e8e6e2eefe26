/** How test processes speak of the shared server. */

/** Database that every test database is cloned from. */
export const TEMPLATE = 'hub_template';
/** Environment variable with the port of the process that starts the shared server on demand. */
export const BROKER_PORT = 'HUB_TEST_SERVER_PORT';

/** Ways into the shared server. */
export interface TestServerUrls {
  readonly ownerUrl: string;
  readonly superuserUrl: string;
}

/** The same URL with another database. */
export function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

/** How a record system tells the hub that something has changed; part of the port to record systems. */

/** What a site's settings say of hints. A hint asks for an increment and says nothing itself. */
export interface ChangeHints {
  /** What the far end proves itself with, at least 32 characters; null where the site takes no hints. */
  readonly secret: string | null;
  /**
   * What is to be installed at the far end.
   * @param endpoint where the hub takes the hints of this site.
   * @param teams the site's own references of its teams.
   */
  installation(endpoint: string, teams: readonly string[]): HintInstallation;
}

/** Something to install at a record system so that it gives hints. */
export interface HintInstallation {
  /** In the far end's own form; where the secret belongs it holds `HINT_SECRET_PLACE` instead. */
  readonly resource: Readonly<Record<string, unknown>>;
  /** What whoever installs it has to know, in sentences; none when there is nothing. */
  readonly notes: readonly string[];
}

/** Stands where the secret is to be put in. */
export const HINT_SECRET_PLACE = '<hintSecret>';

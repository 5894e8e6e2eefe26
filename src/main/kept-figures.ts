/** Figures that are asked for more often than they change: kept for two seconds, and given up when the database is late. */

/** How long figures are given again without asking, in milliseconds. */
const KEPT_MS = 2_000;
/** Longest that whoever asks waits for the database, in milliseconds. */
const LONGEST_MS = 2_000;

/**
 * A source that never rejects: it answers nothing when `collect` fails or takes longer than two seconds. However many ask,
 * `collect` runs once at a time.
 */
export function keptFigures<Figure>(
  collect: () => Promise<readonly Figure[]>,
): () => Promise<readonly Figure[]> {
  let taken: { readonly at: number; readonly figures: readonly Figure[] } | undefined;
  let running: Promise<readonly Figure[]> | undefined;
  return async () => {
    if (taken && performance.now() - taken.at < KEPT_MS) return taken.figures;
    running ??= collect()
      .then((figures) => {
        taken = { at: performance.now(), figures };
        return figures;
      })
      .finally(() => {
        running = undefined;
      });
    return orNone(running);
  };
}

async function orNone<Figure>(figures: Promise<readonly Figure[]>): Promise<readonly Figure[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<readonly Figure[]>((resolve) => {
    timer = setTimeout(() => resolve([]), LONGEST_MS);
  });
  return Promise.race([figures.catch(() => []), late]).finally(() => clearTimeout(timer));
}

/** Figures that are asked for more often than they change: kept for two seconds, and given up when the database is late. */

/** Times in milliseconds. */
export interface FiguresPatience {
  /** How long figures are given again without asking. */
  readonly keptMs: number;
  /** Longest that whoever asks waits for the database. */
  readonly longestMs: number;
}
const PATIENCE: FiguresPatience = { keptMs: 2_000, longestMs: 2_000 };

/**
 * A source that never rejects: it answers nothing when `collect` fails or takes longer than `longestMs`. However many ask,
 * `collect` runs once at a time, and not again within `keptMs`. Two seconds each by default.
 */
export function keptFigures<Figure>(
  collect: () => Promise<readonly Figure[]>,
  { keptMs, longestMs } = PATIENCE,
): () => Promise<readonly Figure[]> {
  let taken: { readonly at: number; readonly figures: readonly Figure[] } | undefined;
  let running: Promise<readonly Figure[]> | undefined;
  return async () => {
    if (taken && performance.now() - taken.at < keptMs) return taken.figures;
    running ??= collect()
      .then((figures) => {
        taken = { at: performance.now(), figures };
        return figures;
      })
      .finally(() => {
        running = undefined;
      });
    return orNone(running, longestMs);
  };
}

async function orNone<Figure>(
  figures: Promise<readonly Figure[]>,
  longestMs: number,
): Promise<readonly Figure[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<readonly Figure[]>((resolve) => {
    timer = setTimeout(() => resolve([]), longestMs);
  });
  return Promise.race([figures.catch(() => []), late]).finally(() => clearTimeout(timer));
}

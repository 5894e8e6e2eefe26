/** Lets answers through one at a time, so that a subscriber who reads slowly holds up nobody's memory but their own. */

/** Between what makes answers and what sends them. */
export class Turnstile {
  private passed = 0;
  private wake: (() => void) | null = null;

  /** Says that whoever sends has taken one answer and asks for more. */
  pass(): void {
    this.passed++;
    this.wake?.();
  }

  /** Lets everything through from now on. */
  open(): void {
    this.passed = Number.POSITIVE_INFINITY;
    this.wake?.();
  }

  /** Resolves with true once `count` answers have been taken, with false when that takes longer than `limitMs`. */
  async through(count: number, limitMs: number): Promise<boolean> {
    const until = Date.now() + limitMs;
    while (this.passed < count) {
      const left = until - Date.now();
      if (left <= 0) return false;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.wake = null;
    }
    return true;
  }
}

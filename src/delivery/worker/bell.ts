/** Lets a loop sleep until somebody rings or a time has passed. */

/** Rings that come while nobody waits are kept: the next wait returns at once. */
export class Bell {
  private rung = false;
  private wake: (() => void) | undefined;

  /** Wakes whoever waits. */
  ring(): void {
    this.rung = true;
    this.wake?.();
  }

  /** Resolves at the next ring, or after `ms` milliseconds. */
  async wait(ms: number): Promise<void> {
    if (!this.rung) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
        timer = setTimeout(resolve, ms);
      });
      clearTimeout(timer);
      this.wake = undefined;
    }
    this.rung = false;
  }
}

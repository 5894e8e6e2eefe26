/** Which references a file has had already, in sixteen bytes a row at most. */

/** A set of digests, open addressed. It holds 64 bits of each, so that two rows in five hundred thousand are mistaken for one once in a hundred million files. */
export class SeenReferences {
  private slots = new BigUint64Array(1024);
  private held = 0;

  /** Adds a reference that ends in hexadecimal digits; false when it was there. */
  add(reference: string): boolean {
    if (this.held * 2 >= this.slots.length) this.grow();
    // Nought marks a free slot.
    const digest = BigInt(`0x${reference.slice(-16)}`) || 1n;
    const slot = place(this.slots, digest);
    if (this.slots[slot] === digest) return false;
    this.slots[slot] = digest;
    this.held += 1;
    return true;
  }

  private grow(): void {
    const larger = new BigUint64Array(this.slots.length * 2);
    for (const digest of this.slots) if (digest !== 0n) larger[place(larger, digest)] = digest;
    this.slots = larger;
  }
}

/** The slot that holds the digest, or the free one in which it belongs. */
function place(slots: BigUint64Array, digest: bigint): number {
  const mask = slots.length - 1;
  let slot = Number(digest & BigInt(mask));
  while (slots[slot] !== 0n && slots[slot] !== digest) slot = (slot + 1) & mask;
  return slot;
}

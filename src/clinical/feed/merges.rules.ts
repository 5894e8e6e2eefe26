/** Which patient record stands for which: merges and their chains, new ids, links, and what takes them apart again. */
import { type Happening, isOf } from './event-order.rules.js';
import type { FeedDoubt, FeedDoubtKind } from './folded.js';

/** Who is whose. */
export class Merges {
  /** A record that is used no longer, and the one that took its place. */
  private readonly next = new Map<string, string>();
  /** New ids among `next`: the record is the same one. */
  private readonly renumbered = new Map<string, string>();
  /** What `next` ever held. */
  private readonly ever = new Map<string, readonly string[]>();
  private readonly links = new Map<string, readonly [string, string]>();
  /** Everybody who was ever said to be one with somebody, though it was taken back. */
  private readonly related = new Map<string, string>();
  private readonly found: FeedDoubt[] = [];

  /** @param happenings in order. */
  constructor(private readonly happenings: readonly Happening[]) {
    for (const happening of happenings) {
      const { localId } = happening.event;
      if (isOf(happening, 'REPLACED')) this.merge(localId, happening.event.change.by);
      else if (isOf(happening, 'RENUMBERED')) this.renumber(happening, localId, happening.event.change.to);
      else if (isOf(happening, 'LINKED')) this.link(localId, happening.event.change.with);
      else if (isOf(happening, 'SEPARATED')) this.separate(localId, happening.event.change.with);
    }
  }

  get doubts(): readonly FeedDoubt[] {
    return this.found;
  }

  /** The record that stands for this one; itself when none does. */
  survivorOf(localId: string): string {
    return this.pathOf(localId).at(-1)!;
  }

  /** The record, whoever replaced it, and so on to the one that stands for it. */
  pathOf(localId: string): readonly string[] {
    const path = [localId];
    for (let at = this.next.get(localId); at !== undefined; at = this.next.get(at)) path.push(at);
    return path;
  }

  /** The record and whoever stood for it at some time, as far as they were themselves replaced at some time. */
  replacedFrom(localId: string): readonly string[] {
    const reached = new Set([localId]);
    for (const id of reached) for (const by of this.ever.get(id) ?? []) reached.add(by);
    return [...reached].filter((id) => this.ever.has(id));
  }

  /** The record's id, and the ids that it was given afterwards. */
  idsFrom(localId: string): readonly string[] {
    const ids = [localId];
    for (let at = this.renumbered.get(localId); at !== undefined; at = this.renumbered.get(at)) ids.push(at);
    return ids;
  }

  /** True when the two were ever said to be one. */
  areRelated(a: string, b: string): boolean {
    return this.rootOf(a) === this.rootOf(b);
  }

  /** Pairs of records in use that are one person's, each in order. */
  get linked(): readonly (readonly [string, string])[] {
    const pairs = [...this.links.values()].map(([a, b]) => pairOf(this.survivorOf(a), this.survivorOf(b)));
    const apart = pairs.filter(([a, b]) => a !== b);
    return [...new Map(apart.map((pair) => [keyOf(pair), pair])).entries()]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, pair]) => pair);
  }

  private merge(from: string, by: string): void {
    this.relate(from, by);
    const path = this.pathOf(from);
    if (path.includes(by)) return;
    if (this.pathOf(by).includes(from)) this.doubt('MERGE_REVERSED', from, by);
    else if (path.length === 1) this.replace(from, by);
    else if (path.at(-1) !== this.survivorOf(by)) this.doubt('MERGED_TWICE', from, by);
  }

  private replace(from: string, by: string): void {
    this.next.set(from, by);
    this.ever.set(from, [...(this.ever.get(from) ?? []), by]);
  }

  private renumber(happening: Happening, from: string, to: string): void {
    if (from === to || this.renumbered.get(from) === to) return;
    const isKnown = this.happenings.some(
      ({ recorded, event }) =>
        recorded < happening.recorded && (event.localId === to || namedIn(event.change) === to),
    );
    if (isKnown || this.pathOf(to).includes(from)) {
      this.doubt('ID_IN_USE', from, to);
      return;
    }
    this.relate(from, to);
    if (this.next.has(from)) this.doubt('MERGED_TWICE', from, to);
    else {
      this.replace(from, to);
      this.renumbered.set(from, to);
    }
  }

  private link(a: string, b: string): void {
    if (a === b) return;
    this.relate(a, b);
    this.links.set(keyOf(pairOf(a, b)), pairOf(a, b));
  }

  /** Takes the one of the two that was replaced out of what it was merged into. */
  private separate(a: string, b: string): void {
    const apart = keyOf(pairOf(this.survivorOf(a), this.survivorOf(b)));
    for (const [key, [one, other]] of this.links)
      if (
        key === keyOf(pairOf(a, b)) ||
        keyOf(pairOf(this.survivorOf(one), this.survivorOf(other))) === apart
      )
        this.links.delete(key);
    const cut = this.pathOf(a).includes(b) ? a : this.pathOf(b).includes(a) ? b : null;
    if (cut === null || a === b) return;
    this.next.delete(cut);
    this.renumbered.delete(cut);
  }

  private doubt(kind: FeedDoubtKind, a: string, b: string): void {
    this.found.push({ kind, localIds: pairOf(a, b), visit: null });
  }

  private relate(a: string, b: string): void {
    const [one, other] = [this.rootOf(a), this.rootOf(b)];
    if (one !== other) this.related.set(one, other);
  }

  private rootOf(localId: string): string {
    let root = localId;
    for (let at = this.related.get(root); at !== undefined; at = this.related.get(root)) root = at;
    return root;
  }
}

function pairOf(a: string, b: string): readonly [string, string] {
  return a < b ? [a, b] : [b, a];
}

function keyOf(pair: readonly [string, string]): string {
  return JSON.stringify(pair);
}

/** The other patient whom a change names; null when it names none. */
export function namedIn(change: Happening['event']['change']): string | null {
  switch (change.kind) {
    case 'REPLACED':
      return change.by;
    case 'RENUMBERED':
    case 'VISIT_GIVEN':
      return change.to;
    case 'LINKED':
    case 'SEPARATED':
      return change.with;
    default:
      return null;
  }
}

/** People who do not exist: invented names, NHS numbers of the range that is never issued. The same seed gives the same. Pure. */
import type { LocalDate } from '../../../../src/core/calendar.js';
import { parseNhsNumber } from '../../../../src/core/nhs-number.js';

/** Pseudo-random numbers (mulberry32). Not for secrets. */
export class Dice {
  constructor(private state: number) {}

  /** A whole number from `from` to `to`, both possible. */
  int(from: number, to: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return from + Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * (to - from + 1));
  }

  /** True in so many of a hundred calls. */
  chance(percent: number): boolean {
    return this.int(1, 100) <= percent;
  }

  /** One of the items; the list must not be empty. */
  pick<T>(items: readonly T[]): T {
    return items[this.int(0, items.length - 1)]!;
  }
}

/** A person. */
export interface MadeUpPerson {
  /** Id in a record system that does not exist. */
  readonly localId: string;
  readonly nhsNumber: string;
  readonly family: string;
  readonly given: string;
  readonly bornOn: LocalDate;
  /** HL7 table 0001. */
  readonly sex: 'M' | 'F';
}

const GIVEN = {
  F: ['Amberly', 'Calista', 'Elowen', 'Fenna', 'Isolde', 'Jorunn', 'Marwen', 'Nerys', 'Rowena', 'Zennor'],
  M: ['Alaric', 'Corin', 'Dorian', 'Evander', 'Hollis', 'Jory', 'Leofric', 'Osric', 'Piran', 'Torin'],
} as const;
const FAMILY = [
  'Ashgrove',
  'Brindlecombe',
  'Copperthwaite',
  'Dapplemere',
  'Fallowdown',
  'Greymarsh',
  'Hollinshaw',
  'Kettlewick',
  'Mallowfield',
  'Nightwater',
  'Penhallam',
  'Quickthorn',
  'Saltmarsh',
  'Tanglewood',
  'Wetherall',
  "O'Yarrow",
] as const;

/** A valid number of the range 999 000 0000 to 999 999 9999, which is never issued. */
function neverIssued(middle: number): string {
  for (let stem = middle; ; stem = (stem + 1) % 1_000_000)
    for (let check = 0; check < 10; check++) {
      const valid = parseNhsNumber(`999${String(stem).padStart(6, '0')}${check}`);
      if (valid !== null) return valid;
    }
}

/** Person of that number in the world of that seed. */
export function madeUpPerson(seed: number, number: number, dice: Dice): MadeUpPerson {
  const sex = dice.pick(['F', 'M'] as const);
  const day = String(dice.int(1, 28)).padStart(2, '0');
  const month = String(dice.int(1, 12)).padStart(2, '0');
  return {
    localId: `Z${seed}-${number}`,
    nhsNumber: neverIssued((seed * 7_919 + number * 13) % 1_000_000),
    family: dice.pick(FAMILY),
    given: dice.pick(GIVEN[sex]),
    bornOn: `${dice.int(1950, 2006)}-${month}-${day}`,
    sex,
  };
}

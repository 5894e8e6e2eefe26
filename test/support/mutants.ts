/** Resources that are nearly right: changed at any depth in the ways in which real servers err, most of them whole enough to be read. */
import fc from 'fast-check';
import { changed, junk, type Value } from './mutated-json.js';

type Path = readonly (string | number)[];

function pathsIn(value: Value, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [at];
  const inner = Array.isArray(value)
    ? value.flatMap((one, n) => pathsIn(one, [...at, n]))
    : Object.entries(value).flatMap(([name, one]) => pathsIn(one, [...at, name]));
  return [at, ...inner];
}

function valueAt(value: Value, path: Path): Value {
  return path.reduce<Value>((inner, key) => (inner as Record<string | number, Value>)[key]!, value);
}

/** The value with the one at a path replaced; undefined takes it away. */
function withAt(value: Value, [key, ...rest]: Path, other: Value | undefined): Value {
  if (key === undefined) return other ?? {};
  if (Array.isArray(value))
    return value.flatMap((one, n) => {
      if (n !== key) return [one];
      return rest.length === 0 && other === undefined ? [] : [withAt(one, rest, other)];
    });
  const { [key]: chosen, ...kept } = value as Record<string, Value>;
  return rest.length === 0 && other === undefined ? kept : { ...kept, [key]: withAt(chosen!, rest, other) };
}

const FULL_WIDTH = '０１２３４５６７８９';
const DAY = /^\d{4}-\d{2}-\d{2}/;
const NUMBER = /^\d{10}$/;

/** Texts that a careless reader takes for the day: less precise, not real, without a zone, near midnight in London. */
const nearDay = (day: string): readonly string[] => [
  day.slice(0, 4),
  day.slice(0, 7),
  day.slice(0, 9),
  `${day.slice(0, 8)}30`,
  `${day.slice(0, 8)}31`,
  `${day.slice(0, 4)}-02-29`,
  ` ${day}`,
  `${day}Z`,
  `${day.replaceAll('-', '/')}`,
  `${day}T10:00`,
  `${day}T10:00:00`,
  `${day}T24:00:00Z`,
  `${day}T23:30:00Z`,
  `${day.slice(0, 4)}-07-01T23:30:00Z`,
  `${day}T00:30:00+01:00`,
  `${day}T23:59:60Z`,
  `${day}T12:00:00.123456Z`,
  `${day}T10:00:00+15:00`,
  `0000-01-01`,
  `00${day.slice(2)}T10:00:00Z`,
];

/** Texts that hold most of a number, or more than one, or other signs for its digits. */
const nearNumber = (digits: string): readonly string[] => [
  digits.slice(0, 9),
  digits.slice(1),
  `${digits}0`,
  `0${digits}`,
  digits.slice(0, 9) + ((Number(digits[9]) + 1) % 10),
  digits[1]! + digits[0]! + digits.slice(2),
  `${digits.slice(0, 3)} ${digits.slice(3, 6)} ${digits.slice(6)}`,
  `${digits.slice(0, 3)}-${digits.slice(3, 6)}-${digits.slice(6)}`,
  `${digits.slice(0, 5)} ${digits.slice(5)}`,
  ` ${digits} `,
  `NHS ${digits}`,
  `${digits},${digits}`,
  `${digits.slice(0, 3)}***${digits.slice(6)}`,
  digits.replace('0', 'O'),
  [...digits].map((digit) => FULL_WIDTH[Number(digit)]).join(''),
  '0000000000',
  '9999999999',
];

/** References to somebody else, to somewhere else, and to nobody. */
const nearReference = (text: string): readonly string[] => {
  const [type, id] = text.split('/');
  return [
    `${type}/p2`,
    `https://record.example/fhir/${text}`,
    `https://elsewhere.example/fhir/${text}`,
    `https://record.example/fhir/../${text}`,
    `${text}/_history/2`,
    `${text}/`,
    `${type}/../${id}`,
    `${type}/${id}?x=1`,
    `#${id}`,
    `urn:uuid:${id}`,
    `${String(type).toLowerCase()}/${id}`,
    ` ${text}`,
    `Group/${id}`,
    id ?? '',
  ];
};

const nearWord = (text: string): readonly string[] => [
  text.toUpperCase(),
  ` ${text}`,
  `${text} `,
  `${text}\u0000`,
  `${text}\u202e`,
  'unknown',
  'entered-in-error',
  '__proto__',
  'constructor',
];

function near(text: string, turn: number): string {
  const texts = DAY.test(text)
    ? nearDay(text.slice(0, 10))
    : NUMBER.test(text)
      ? nearNumber(text)
      : /^[A-Z][A-Za-z]+\/[A-Za-z0-9\-.]+$/.test(text)
        ? nearReference(text)
        : nearWord(text);
  return texts[turn % texts.length]!;
}

/** What stands at the place instead; undefined: nothing. `turn` chooses within a kind of change, `whole` is where grafts come from. */
const CHANGES: readonly ((held: Value, turn: number, other: Value, whole: Value) => Value | undefined)[] = [
  (held, turn) => (typeof held === 'string' ? near(held, turn) : undefined),
  (held, turn) => (typeof held === 'string' ? near(held, turn) : [held, held]),
  (held, turn) => (typeof held === 'string' ? near(held, turn) : { value: held }),
  () => undefined,
  (_held, _turn, other) => other,
  (held, turn) => (typeof held === 'string' ? held.slice(0, turn % (held.length + 1)) : undefined),
  (held, turn) =>
    typeof held === 'string' && held !== ''
      ? held.slice(0, turn % held.length) + String(turn % 10) + held.slice((turn % held.length) + 1)
      : String(held),
  (_held, turn, _other, whole) => {
    const paths = pathsIn(whole);
    return valueAt(whole, paths[turn % paths.length]!);
  },
  (held) => [held],
  (held) => (Number.isFinite(Number(held)) && typeof held !== 'object' ? Number(held) : null),
  (held, turn, other) => (Array.isArray(held) ? [...held, turn % 2 === 0 ? other : held[0]!] : held),
];

interface Step {
  readonly place: number;
  readonly change: number;
  readonly turn: number;
  readonly other: Value;
}

/** Days and numbers: what people are told apart by, and memberships dated by. */
const isTelling = (value: Value): boolean =>
  typeof value === 'string' && (DAY.test(value) || NUMBER.test(value));

function take(value: Value, { place, change, turn, other }: Step): Value {
  // What makes it another resource altogether is left to the other kind of mutant.
  const all = pathsIn(value).filter((one) => !['', 'resourceType', 'id'].includes(one.join('.')));
  const telling = all.filter((one) => isTelling(valueAt(value, one)));
  const paths = place % 3 === 0 && telling.length > 0 ? telling : all;
  const path = paths[Math.floor(place / 3) % Math.max(1, paths.length)];
  if (path === undefined) return value;
  return withAt(value, path, CHANGES[change % CHANGES.length]!(valueAt(value, path), turn, other, value));
}

const step: fc.Arbitrary<Step> = fc.record({
  place: fc.nat(100_000),
  change: fc.nat(CHANGES.length - 1),
  turn: fc.nat(100_000),
  other: junk,
});

/** A resource after one change or two; one in sixteen is changed beyond recognition. */
export function mutantsOf(resource: Value): fc.Arbitrary<Value> {
  const nearly = fc.array(step, { minLength: 1, maxLength: 2 }).map((steps) => steps.reduce(take, resource));
  return fc.oneof({ arbitrary: nearly, weight: 15 }, { arbitrary: changed(resource), weight: 1 });
}

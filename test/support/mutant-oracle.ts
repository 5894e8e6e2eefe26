/** What may be read of a resource that is nearly right, told without the adapter's own rules. */
import type { PatientIdentity } from '../../src/clinical/clinical-record.port.js';
import type { Value } from './mutated-json.js';

const NHS_NUMBER = 'https://fhir.nhs.uk/Id/nhs-number';

/** An own member of an object; undefined of anything else. */
export function own(value: unknown, ...names: readonly string[]): unknown {
  return names.reduce<unknown>(
    (held, name) =>
      typeof held === 'object' && held !== null && !Array.isArray(held) && Object.keys(held).includes(name)
        ? Reflect.get(held, name)
        : undefined,
    value,
  );
}

/** The elements of a list; none of anything else. */
export function each(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** All strings anywhere in a value. */
export function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}

const LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function isDay(year: number, month: number, day: number): boolean {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) && month === 2 ? 1 : 0;
  return year > 0 && month >= 1 && month <= 12 && day >= 1 && day <= LENGTHS[month - 1]! + leap;
}

const FIRST = Date.parse('0001-01-02T00:00:00Z');
const LAST = Date.parse('9999-12-31T23:59:59.999Z') + 1;

/** Milliseconds of a time that is whole: day, hours, minutes, seconds and zone; null of anything else. */
export function momentOf(value: unknown): number | null {
  const form = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:Z|([+-])(\d\d):(\d\d))$/;
  const match = typeof value === 'string' ? form.exec(value) : null;
  if (match === null) return null;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const away = Number(match[9] ?? 0) * 60 + Number(match[10] ?? 0);
  if (!isDay(year, month, day) || hour > 23 || minute > 59 || second > 60) return null;
  if (away > 14 * 60 || Number(match[10] ?? 0) > 59) return null;
  const at = new Date(0);
  at.setUTCFullYear(year, month - 1, day);
  at.setUTCHours(hour, minute, Math.min(second, 59), Number((match[7] ?? '').padEnd(3, '0').slice(0, 3)));
  const moment = at.getTime() - (match[8] === '-' ? -away : away) * 60_000;
  // The first day of the calendar is not yet there in London.
  return moment >= FIRST && moment < LAST ? moment : null;
}

const wall = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/London',
  dateStyle: 'short',
});

/** The day that a text names in full: itself, or the day it was in London; null of anything less. */
export function dayOf(value: unknown): string | null {
  const plain = typeof value === 'string' ? /^(\d{4})-(\d\d)-(\d\d)$/.exec(value) : null;
  if (plain !== null) return isDay(Number(plain[1]), Number(plain[2]), Number(plain[3])) ? plain[0] : null;
  const moment = momentOf(value);
  if (moment === null) return null;
  const [day, month, year] = wall.format(new Date(moment)).split('/');
  return `${year!.padStart(4, '0')}-${month}-${day}`;
}

/** The instant that a text names in full; null of anything less. */
export function instantIn(value: unknown): string | null {
  const moment = momentOf(value);
  return moment === null ? null : new Date(moment).toISOString();
}

/** Ten digits with the check digit that belongs to them, spaces or hyphens between as printed; null of anything else. */
function wholeNumber(value: unknown): string | null {
  const match = typeof value === 'string' ? /^(\d{3})[ -]?(\d{3})[ -]?(\d{4})$/.exec(value.trim()) : null;
  if (match === null) return null;
  const digits = match.slice(1).join('');
  const weighed = [...digits].slice(0, 9).reduce((sum, digit, at) => sum + Number(digit) * (10 - at), 0);
  const all = new Set(digits).size === 1;
  return !all && (weighed + Number(digits[9])) % 11 === 0 ? digits : null;
}

/** NHS numbers in use that stand in a Patient whole, each once. */
export function numbersIn(patient: unknown): readonly string[] {
  const read = each(own(patient, 'identifier'))
    .filter((one) => own(one, 'system') === NHS_NUMBER && own(one, 'use') !== 'old')
    .map((one) => wholeNumber(own(one, 'value')));
  return [...new Set(read.filter((one) => one !== null))];
}

/** The id that a reference to a resource of this server names; null of any other. */
export function idIn(element: unknown, type: string): string | null {
  const text = own(element, 'reference');
  if (typeof text !== 'string') return null;
  const local = text.replace(/^https:\/\/record\.example\/fhir\//, '');
  const match = new RegExp(`^${type}/([A-Za-z0-9.-]{1,64})(/_history/[A-Za-z0-9.-]{1,64})?$`).exec(local);
  return match === null || /\/\.{1,2}(\/|$)/.test(local) ? null : match[1]!;
}

/** That an identity is what a Patient says in full, and nothing that it does not say. */
export function expectIdentity(identity: PatientIdentity, localId: string, patient: Value): void {
  const numbers = numbersIn(patient);
  expect(identity.localId).toBe(localId);
  expect(identity.nhsNumber).toBe(numbers.length === 1 ? numbers[0] : null);
  if (identity.nhsNumberStatus !== null) {
    expect(identity.nhsNumberStatus).toMatch(/^0[1-8]$/);
    expect(stringsIn(own(patient, 'identifier'))).toContain(identity.nhsNumberStatus);
  }
  expect(identity.dateOfBirth).toBe(dayOf(own(patient, 'birthDate')));
  expect(identity.deceasedOn).toBe(dayOf(own(patient, 'deceasedDateTime')));
  expect(identity.active).toBe(own(patient, 'active') !== false);
  const labels = each(own(patient, 'meta', 'security')).map((label) => own(label, 'code'));
  expect(identity.restricted).toBe(labels.includes('R'));
  if (identity.replacedByLocalId === null) return;
  const links = each(own(patient, 'link')).filter((link) => own(link, 'type') === 'replaced-by');
  expect(links.map((link) => idIn(own(link, 'other'), 'Patient'))).toContain(identity.replacedByLocalId);
}

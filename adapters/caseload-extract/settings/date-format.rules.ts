/** Forms of dates as sites write them, without guessing: a text that two forms read differently is refused beforehand. */
import { isLocalDate, type LocalDate } from '../../../src/core/calendar.js';

/** What a form reads: a day, and the time of day where the form has one. */
export interface ReadMoment {
  readonly day: LocalDate;
  /** `HH:mm:ss` on the wall in London; null when the form has no time. */
  readonly time: string | null;
}

/** One form, ready to read with. */
export interface DateFormat {
  /** Null when the text is not of the form, or names no real day or time. */
  read(text: string): ReadMoment | null;
  /** Source of a regular expression, without groups, that every text of the form matches. */
  readonly shape: string;
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const TOKENS = /yyyy|MMM|MM|M|dd|d|HH|mm|SSS|ss|[^yMdHmsS]/g;
const SHAPES: Readonly<Record<string, string>> = {
  yyyy: '\\d{4}',
  MMM: '[A-Za-z]{3}',
  MM: '\\d{2}',
  M: '\\d{1,2}',
  dd: '\\d{2}',
  d: '\\d{1,2}',
  HH: '\\d{2}',
  mm: '\\d{2}',
  ss: '\\d{2}',
  SSS: '\\d{3}',
};
const TIME = /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d$/;

function month(token: string, text: string): string {
  return token === 'MMM' ? String(MONTHS.indexOf(text.toLowerCase()) + 1) : text;
}

/**
 * A form in letters: `yyyy`, `MM`, `M` or `MMM` (English), `dd` or `d`, and `HH`, `mm`, `ss`, `SSS`. Year, month and day must
 * each be there once; years of two digits do not exist. Null when it is no form.
 */
export function dateFormat(form: string): DateFormat | null {
  const tokens = form.match(TOKENS) ?? [];
  if (tokens.join('') !== form) return null;
  const known = tokens.filter((token) => token in SHAPES);
  const count = (...names: string[]): number => known.filter((token) => names.includes(token)).length;
  if (count('yyyy') !== 1 || count('MMM', 'MM', 'M') !== 1 || count('dd', 'd') !== 1) return null;
  if (new Set(known).size !== known.length || (count('mm', 'ss', 'SSS') > 0 && count('HH') === 0))
    return null;
  const literal = (token: string): string => token.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
  const shape = tokens.map((token) => SHAPES[token] ?? literal(token)).join('');
  const pattern = new RegExp(
    `^${tokens.map((token) => (token in SHAPES ? `(${SHAPES[token]})` : literal(token))).join('')}$`,
  );
  return {
    shape,
    read(text) {
      const match = pattern.exec(text);
      if (match === null) return null;
      const part = (...names: string[]): string =>
        match[known.findIndex((token) => names.includes(token)) + 1] ?? '00';
      const monthToken = known.find((token) => token.startsWith('M')) ?? 'MM';
      const two = (value: string): string => value.padStart(2, '0');
      const day = `${part('yyyy')}-${two(month(monthToken, part(monthToken)))}-${two(part('dd', 'd'))}`;
      const at = (name: string): string => (count(name) === 0 ? '00' : part(name));
      const time = count('HH') === 0 ? null : `${at('HH')}:${at('mm')}:${at('ss')}`;
      if (!isLocalDate(day) || (time !== null && !TIME.test(time))) return null;
      return { day, time };
    },
  };
}

/** Texts of the two days on which forms of the same shape differ. */
function samples(form: string): string[] {
  return [
    ['2001', '02', '03'],
    ['2011', '12', '10'],
  ].map(([year, second, third]) =>
    form
      .replace('yyyy', year!)
      .replace(/MMM/, 'Feb')
      .replace(/(?<![A-Za-z])MM?(?![A-Za-z])|MM/, second!)
      .replace(/dd?/, third!)
      .replace(/HH|mm|ss/g, '10')
      .replace('SSS', '000'),
  );
}

/** True when one of the forms reads a text of another as a different day. */
export function contradictory(forms: readonly string[]): boolean {
  const formats = forms.map(dateFormat).filter((format) => format !== null);
  return forms.flatMap(samples).some((text) => {
    const days = formats.map((format) => format.read(text)?.day).filter((day) => day !== undefined);
    return new Set(days).size > 1;
  });
}

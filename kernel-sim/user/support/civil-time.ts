// SPDX-License-Identifier: GPL-2.0-or-later
/** Calendar dates in UTC, and strftime(3) on them. The machine has no other time zone. */

export interface CivilTime {
  readonly year: number;
  /** From 1. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** Sunday is 0. */
  readonly weekday: number;
  /** From 1. */
  readonly yearday: number;
  readonly nanosecond: number;
  /** Seconds since 1970. */
  readonly epoch: number;
}

const DAY = 86_400;
// prettier-ignore
const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August',
  'September', 'October', 'November', 'December'];
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const ERA_DAYS = 146_097;

/** Days since 1970 of a date; Howard Hinnant's "chrono-compatible low-level date algorithms". */
export function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * ERA_DAYS + dayOfEra - 719_468;
}

export function civilTime(epoch: number, nanosecond = 0): CivilTime {
  const days = Math.floor(epoch / DAY);
  const seconds = epoch - days * DAY;
  const shifted = days + 719_468;
  const era = Math.floor(shifted / ERA_DAYS);
  const dayOfEra = shifted - era * ERA_DAYS;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return {
    year,
    month,
    day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
    hour: Math.floor(seconds / 3600),
    minute: Math.floor(seconds / 60) % 60,
    second: Math.floor(seconds) % 60,
    weekday: (((days + 4) % 7) + 7) % 7,
    yearday: days - daysFromCivil(year, 1, 1) + 1,
    nanosecond,
    epoch: Math.floor(epoch),
  };
}

function pad(value: number, width = 2, fill = '0'): string {
  return String(value).padStart(width, fill);
}

function monthName(time: CivilTime): string {
  return MONTHS[time.month - 1] ?? '';
}

function isoWeek(time: CivilTime): { readonly year: number; readonly week: number } {
  const weekday = (time.weekday + 6) % 7;
  const thursday = civilTime(time.epoch - weekday * DAY + 3 * DAY);
  return { year: thursday.year, week: Math.floor((thursday.yearday - 1) / 7) + 1 };
}

// prettier-ignore
const CONVERSIONS: ReadonlyMap<string, (t: CivilTime) => string> = new Map([
  ['%', () => '%'], ['n', () => '\n'], ['t', () => '\t'],
  ['Y', (t) => String(t.year)], ['C', (t) => pad(Math.floor(t.year / 100))],
  ['y', (t) => pad(t.year % 100)], ['m', (t) => pad(t.month)], ['d', (t) => pad(t.day)],
  ['e', (t) => pad(t.day, 2, ' ')], ['H', (t) => pad(t.hour)], ['k', (t) => pad(t.hour, 2, ' ')],
  ['I', (t) => pad(((t.hour + 11) % 12) + 1)], ['l', (t) => pad(((t.hour + 11) % 12) + 1, 2, ' ')],
  ['M', (t) => pad(t.minute)], ['S', (t) => pad(t.second)], ['N', (t) => pad(t.nanosecond, 9)],
  ['s', (t) => String(t.epoch)], ['j', (t) => pad(t.yearday, 3)],
  ['p', (t) => (t.hour < 12 ? 'AM' : 'PM')], ['P', (t) => (t.hour < 12 ? 'am' : 'pm')],
  ['a', (t) => (WEEKDAYS[t.weekday] ?? '').slice(0, 3)], ['A', (t) => WEEKDAYS[t.weekday] ?? ''],
  ['b', (t) => monthName(t).slice(0, 3)], ['h', (t) => monthName(t).slice(0, 3)], ['B', monthName],
  ['u', (t) => String(t.weekday === 0 ? 7 : t.weekday)], ['w', (t) => String(t.weekday)],
  ['q', (t) => String(Math.ceil(t.month / 3))],
  ['U', (t) => pad(Math.floor((t.yearday + 6 - t.weekday) / 7))],
  ['W', (t) => pad(Math.floor((t.yearday + 6 - ((t.weekday + 6) % 7)) / 7))],
  ['V', (t) => pad(isoWeek(t).week)], ['G', (t) => String(isoWeek(t).year)],
  ['g', (t) => pad(isoWeek(t).year % 100)],
  ['z', () => '+0000'], [':z', () => '+00:00'], ['::z', () => '+00:00:00'],
  [':::z', () => '+00'], ['Z', () => 'UTC'],
  ['F', (t) => strftime('%Y-%m-%d', t)], ['T', (t) => strftime('%H:%M:%S', t)],
  ['R', (t) => strftime('%H:%M', t)], ['D', (t) => strftime('%m/%d/%y', t)],
  ['x', (t) => strftime('%m/%d/%y', t)], ['X', (t) => strftime('%H:%M:%S', t)],
  ['r', (t) => strftime('%I:%M:%S %p', t)], ['c', (t) => strftime('%a %b %e %H:%M:%S %Y', t)],
]);

/**
 * strftime(3) in the C locale, with GNU's flags and widths: `%-d` (no padding), `%_d` (blanks),
 * `%0e`, `%^a` (upper case), `%10Y`.
 */
export function strftime(format: string, time: CivilTime): string {
  return format.replaceAll(
    /%([-_0^#+]*)(\d*)[EO]?(:{0,3}[a-zA-Z%])/g,
    (whole, flags: string, width: string, letter: string) => {
      const text = CONVERSIONS.get(letter)?.(time);
      if (text === undefined) return whole;
      // `%3N` is a number of digits, not a width.
      if (letter === 'N') return width === '' ? text : fraction(text, Number(width));
      const shown = /[\^#]/.test(flags) ? changeCase(text, letter, flags) : text;
      return padded(shown, flags, Number(width));
    },
  );
}

function fraction(nanoseconds: string, digits: number): string {
  return nanoseconds.padEnd(digits, '0').slice(0, digits);
}

function changeCase(text: string, letter: string, flags: string): string {
  const isLower = flags.includes('#') && /[pZ]/.test(letter);
  return isLower ? text.toLowerCase() : text.toUpperCase();
}

function padded(text: string, flags: string, width: number): string {
  const isNumber = /^ *\d+$/.test(text);
  const flag = /[-_0+]/.exec(flags.replaceAll(/[\^#]/g, ''))?.[0];
  if (flag === undefined && width === 0) return text;
  const bare = isNumber ? text.replace(/^[0 ]+(?=.)/, '') : text;
  if (flag === '-') return bare;
  const isZero = flag === undefined ? isNumber && !text.startsWith(' ') : flag !== '_';
  return bare.padStart(
    Math.max(width, isNumber && width === 0 ? text.length : 0),
    isZero ? '0' : ' ',
  );
}

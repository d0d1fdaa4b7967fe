// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Dates as people type them: `2024-02-29 12:34`, `Jan 5 2021 3pm`, `next week`, `2 days ago`, one
 * after the other. The machine's zone is UTC.
 *
 * Linux counterpart: gnulib's parse_datetime, with its surprises: a signed number behind a time is
 * a zone, and a day without a time begins at midnight.
 */
import { civilTime, daysFromCivil } from './civil-time.ts';

/** A moment: seconds since 1970, and the nanoseconds after. */
export interface Moment {
  readonly seconds: number;
  readonly nanoseconds: number;
}

const HOUR = 3600;
const DAY = 86_400;

const UNIT_SECONDS: ReadonlyMap<string, number> = new Map([
  ['sec', 1],
  ['second', 1],
  ['min', 60],
  ['minute', 60],
  ['hour', HOUR],
  ['day', DAY],
  ['week', 7 * DAY],
  ['fortnight', 14 * DAY],
]);
const UNIT_MONTHS: ReadonlyMap<string, number> = new Map([
  ['month', 1],
  ['year', 12],
]);
const WORD_DAYS: ReadonlyMap<string, number> = new Map([
  ['now', 0],
  ['today', 0],
  ['yesterday', -1],
  ['tomorrow', 1],
]);
const ZONE_HOURS: ReadonlyMap<string, number> = new Map([
  ['z', 0],
  ['ut', 0],
  ['utc', 0],
  ['gmt', 0],
  ['wet', 0],
  ['cet', 1],
  ['cest', 2],
  ['eet', 2],
  ['est', -5],
  ['edt', -4],
  ['cst', -6],
  ['cdt', -5],
  ['mst', -7],
  ['mdt', -6],
  ['pst', -8],
  ['pdt', -7],
]);
const ORDINALS: ReadonlyMap<string, number> = new Map([
  ['last', -1],
  ['this', 0],
  ['next', 1],
  ['first', 1],
  ['third', 3],
  ['fourth', 4],
  ['fifth', 5],
  ['sixth', 6],
  ['seventh', 7],
  ['eighth', 8],
  ['ninth', 9],
  ['tenth', 10],
  ['eleventh', 11],
  ['twelfth', 12],
]);
// prettier-ignore
const MONTHS = ['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august',
  'september', 'october', 'november', 'december'];
const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

/** The moment that `text` means at the moment `now`; nothing if it is no date. */
export function parseDate(text: string, now: Moment): Moment | undefined {
  const epoch = /^\s*@(-?\d+)(?:[.,](\d+))?\s*$/.exec(text);
  if (epoch !== null) return epochMoment(epoch[1] ?? '', epoch[2] ?? '');
  return new DateReader(text, now).read();
}

function epochMoment(whole: string, fraction: string): Moment {
  const nanoseconds = nanosecondsOf(fraction);
  // -1.5 is half a second after -2.
  const isBelowZero = whole.startsWith('-') && nanoseconds > 0;
  if (isBelowZero) return { seconds: Number(whole) - 1, nanoseconds: 1e9 - nanoseconds };
  return { seconds: Number(whole), nanoseconds };
}

function nanosecondsOf(fraction: string | undefined): number {
  return Number((fraction ?? '').slice(0, 9).padEnd(9, '0'));
}

class DateReader {
  #rest: string;
  readonly #now: Moment;
  #date: { readonly year: number; readonly month: number; readonly day: number } | undefined;
  /** Seconds since midnight. */
  #time: Moment | undefined;
  #zoneSeconds = 0;
  /** Which of the coming days of that name. */
  #weekday: { readonly day: number; readonly ordinal: number } | undefined;
  #seconds = 0;
  #months = 0;
  #isRelative = false;

  constructor(text: string, now: Moment) {
    // What stands in parentheses is a comment.
    this.#rest = text.toLowerCase().replaceAll(/\([^()]*\)/g, ' ');
    this.#now = now;
  }

  read(): Moment | undefined {
    for (;;) {
      this.#rest = this.#rest.replace(/^[\s,]+/, '');
      if (this.#rest === '') return this.#moment();
      const isRead =
        this.#readDate() ||
        this.#readTime() ||
        this.#readStep() ||
        this.#readWord() ||
        this.#readDigits();
      if (!isRead) return undefined;
    }
  }

  /** The groups of a pattern at the start of what is left, which is taken off. */
  #take(pattern: RegExp): readonly (string | undefined)[] | undefined {
    const match = pattern.exec(this.#rest);
    if (match === null) return undefined;
    this.#rest = this.#rest.slice(match[0].length);
    return match.slice(1);
  }

  #readDate(): boolean {
    const iso = this.#take(/^(\d{4,})[-/](\d\d?)[-/](\d\d?)(?!\d)(?:t(?=\d))?/);
    if (iso !== undefined) return this.#setDate(iso[0], Number(iso[1]), iso[2]);
    const american = this.#take(/^(\d\d?)\/(\d\d?)(?:\/(\d{4}|\d\d))?(?!\d)/);
    if (american !== undefined) {
      return this.#setDate(american[2], Number(american[0]), american[1]);
    }
    const before = this.#rest;
    const [day, name, year] =
      this.#take(/^(\d\d?)[ -]?([a-z]{3,9})\b\.?(?:[ ,-]*(\d{4})(?![\d:]))?/) ?? [];
    if (name !== undefined && monthOf(name) > 0) return this.#setDate(year, monthOf(name), day);
    this.#rest = before;
    const [first, number, last] =
      this.#take(/^([a-z]{3,9})\.?[ -]*(\d\d?)(?![\d:])(?:[ ,-]+(\d{4})(?![\d:]))?/) ?? [];
    if (first !== undefined && monthOf(first) > 0) {
      return this.#setDate(last, monthOf(first), number);
    }
    this.#rest = before;
    return false;
  }

  #setDate(year: string | undefined, month: number, day: string | undefined): boolean {
    if (this.#date !== undefined) return false;
    const short = year?.length === 2 ? (Number(year) < 69 ? 2000 : 1900) : 0;
    const current = civilTime(this.#now.seconds).year;
    this.#date = {
      year: year === undefined ? current : Number(year) + short,
      month,
      day: Number(day),
    };
    return month >= 1 && month <= 12;
  }

  #readTime(): boolean {
    const half = /(?:\s*([ap])\.?m\b\.?)/.source;
    const clock = new RegExp(`^(\\d\\d?):(\\d\\d)(?::(\\d\\d)(?:[.,](\\d+))?)?(?!\\d)${half}?`);
    const parts = this.#take(clock) ?? this.#take(new RegExp(`^(\\d\\d?)()()()${half}`));
    if (parts === undefined) return false;
    const [hour, minute, second, fraction, meridian] = parts;
    if (!this.#setTime(Number(hour), Number(minute), Number(second ?? 0), fraction, meridian)) {
      return false;
    }
    if (meridian === undefined) this.#readOffset();
    return true;
  }

  #setTime(
    hour: number,
    minute: number,
    second = 0,
    fraction?: string,
    meridian?: string,
  ): boolean {
    if (this.#time !== undefined || minute > 59 || second > 60) return false;
    if (meridian === undefined ? hour > 23 : hour < 1 || hour > 12) return false;
    const hours = meridian === undefined ? hour : (hour % 12) + (meridian === 'p' ? 12 : 0);
    const nanoseconds = nanosecondsOf(fraction);
    this.#time = { seconds: hours * HOUR + minute * 60 + second, nanoseconds };
    return true;
  }

  /** `+02:00`, `-0530`, `+2` behind a time or the name of a zone. */
  #readOffset(): void {
    const [sign, digits = '', minutes] = this.#take(/^\s*([+-])(\d{1,4})(?::(\d\d))?(?!\d)/) ?? [];
    if (sign === undefined) return;
    const hasMinutes = digits.length > 2;
    const hour = Number(hasMinutes ? digits.slice(0, -2) : digits);
    const minute = Number(minutes ?? (hasMinutes ? digits.slice(-2) : 0));
    this.#zoneSeconds += (sign === '-' ? -1 : 1) * (hour * HOUR + minute * 60);
  }

  /** `3 hours ago`, `+1 day`, `next week`, `last friday`, `month`. */
  #readStep(): boolean {
    const before = this.#rest;
    const [number, unit = ''] = this.#take(/^([+-]?\s*\d+)\s*([a-z]+)/) ?? [];
    if (number !== undefined && this.#step(Number(number.replaceAll(/\s/g, '')), unit)) return true;
    this.#rest = before;
    const [name = '', what = ''] = this.#take(/^([a-z]+)\s+([a-z]+)/) ?? [];
    const ordinal = ORDINALS.get(name);
    if (ordinal !== undefined && this.#step(ordinal, what)) return true;
    this.#rest = before;
    const [only = ''] = this.#take(/^([a-z]+)/) ?? [];
    if (this.#step(1, only, 0)) return true;
    this.#rest = before;
    return false;
  }

  #step(count: number, word: string, weekdayOrdinal = count): boolean {
    const unit = word.replace(/(?<=..)s$/, '');
    const seconds = UNIT_SECONDS.get(unit);
    const months = UNIT_MONTHS.get(unit);
    const day = WEEKDAYS.findIndex((name) => isShortFor(word, name));
    if (day >= 0) {
      this.#weekday = { day, ordinal: weekdayOrdinal };
      return true;
    }
    if (seconds === undefined && months === undefined) return false;
    const sign = this.#take(/^\s+ago\b/) === undefined ? 1 : -1;
    this.#seconds += sign * count * (seconds ?? 0);
    this.#months += sign * count * (months ?? 0);
    this.#isRelative = true;
    return true;
  }

  #readWord(): boolean {
    const [word] = this.#take(/^([a-z]+)/) ?? [];
    if (word === undefined) return false;
    const days = WORD_DAYS.get(word);
    if (days !== undefined) {
      this.#seconds += days * DAY;
      this.#isRelative = true;
      return true;
    }
    const zone = ZONE_HOURS.get(word);
    if (zone === undefined) return false;
    this.#zoneSeconds += zone * HOUR;
    this.#readOffset();
    return true;
  }

  /** `20200102`, `1530`, `15`. */
  #readDigits(): boolean {
    const [digits] = this.#take(/^(\d+)/) ?? [];
    if (digits === undefined) return false;
    if (digits.length > 4) {
      return this.#setDate(digits.slice(0, -4), Number(digits.slice(-4, -2)), digits.slice(-2));
    }
    if (digits.length < 3) return this.#setTime(Number(digits), 0);
    return this.#setTime(Number(digits.slice(0, -2)), Number(digits.slice(-2)));
  }

  #moment(): Moment | undefined {
    const today = civilTime(this.#now.seconds);
    const { year, month, day } = this.#date ?? today;
    const midnight = daysFromCivil(year, month, day) * DAY;
    // With a step the 30th of February is one in March; alone it is no date.
    const isReal = civilTime(midnight).day === day || this.#isRelative;
    if (day < 1 || day > 31 || !isReal) return undefined;
    const isOnlyStep = this.#isRelative && this.#date === undefined && this.#weekday === undefined;
    const sinceMidnight = this.#now.seconds - Math.floor(this.#now.seconds / DAY) * DAY;
    const current = { seconds: sinceMidnight, nanoseconds: this.#now.nanoseconds };
    const time = this.#time ?? (isOnlyStep ? current : { seconds: 0, nanoseconds: 0 });
    const monthIndex = year * 12 + month - 1 + this.#months;
    const days = daysFromCivil(Math.floor(monthIndex / 12), (monthIndex % 12) + 1, 1) + day - 1;
    const start = (days + this.#daysToWeekday(today.weekday)) * DAY;
    return {
      seconds: start + time.seconds - this.#zoneSeconds + this.#seconds,
      nanoseconds: time.nanoseconds,
    };
  }

  #daysToWeekday(today: number): number {
    if (this.#weekday === undefined || this.#date !== undefined) return 0;
    const { day, ordinal } = this.#weekday;
    const isTodaySkipped = ordinal > 0 && today !== day;
    return ((day - today + 7) % 7) + 7 * (ordinal - (isTodaySkipped ? 1 : 0));
  }
}

/** From 1; 0 if it is no month. */
function monthOf(word: string): number {
  return MONTHS.findIndex((name) => isShortFor(word, name)) + 1;
}

/** The name, or its first three letters (or four: `tues`). */
function isShortFor(word: string, name: string): boolean {
  return word === name || (word.length >= 3 && word.length <= 5 && name.startsWith(word));
}

// SPDX-License-Identifier: GPL-2.0-or-later
/** Dates as people type them: the absolute forms and `now`, `@SECONDS`; in UTC. */
import { daysFromCivil } from './civil-time.ts';

const DAY = 86_400;
const UNITS: Readonly<Record<string, number>> = {
  sec: 1,
  second: 1,
  min: 60,
  minute: 60,
  hour: 3600,
  day: DAY,
  week: 7 * DAY,
};

/** `2024-02-29`, `2024-02-29 12:34`, `2024-02-29T12:34:56Z`. */
const ABSOLUTE =
  /^(\d{4})-(\d\d?)-(\d\d?)(?:[t ]+(\d\d?):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?\s*(?:z|utc)?$/;

/** Seconds since 1970, or nothing if this is no date that we know. */
export function parseDate(text: string, now: number): number | undefined {
  const words = text.trim().toLowerCase();
  if (words === '' || words === 'today' || words === 'now') return now;
  if (words === 'yesterday') return now - DAY;
  if (words === 'tomorrow') return now + DAY;
  const epoch = /^@(-?\d+(?:\.\d+)?)$/.exec(words);
  if (epoch !== null) return Number(epoch[1]);
  const relative = /^([+-]?\d+)\s*([a-z]+?)s?(\s+ago)?$/.exec(words);
  if (relative !== null) {
    const unit = UNITS[relative[2] ?? ''];
    if (unit === undefined) return undefined;
    const distance = Number(relative[1]) * unit;
    return relative[3] === undefined ? now + distance : now - distance;
  }
  const absolute = ABSOLUTE.exec(words);
  if (absolute === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = absolute
    .slice(1)
    .map((part: string | undefined) => Number(part ?? 0));
  const isValid = month >= 1 && month <= 12 && day >= 1 && day <= 31 && hour < 24 && minute < 60;
  if (!isValid) return undefined;
  return daysFromCivil(year, month, day) * DAY + hour * 3600 + minute * 60 + second;
}

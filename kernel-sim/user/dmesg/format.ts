// SPDX-License-Identifier: GPL-2.0-or-later
/** Kernel log lines: parsed from syslog(2) or /dev/kmsg, printed as dmesg prints them. */
import { civilTime, strftime } from '../support/civil-time.ts';

export const LEVELS: readonly string[] = [
  'emerg',
  'alert',
  'crit',
  'err',
  'warn',
  'notice',
  'info',
  'debug',
];

// prettier-ignore
export const FACILITIES: readonly string[] = [
  'kern', 'user', 'mail', 'daemon', 'auth', 'syslog', 'lpr', 'news', 'uucp', 'cron', 'authpriv',
  'ftp',
];

export interface LogLine {
  readonly level: number;
  readonly facility: number;
  /** Since boot. */
  readonly microseconds: number;
  readonly text: string;
}

/** Lines like `<6>[    0.000000] text`, as syslog(2) gives them. */
export function parseSyslog(log: string): LogLine[] {
  const lines: LogLine[] = [];
  for (const line of log.split('\n')) {
    if (line === '') continue;
    const match = /^<(\d+)>(?:\[\s*(\d+)\.(\d{6})\](?: (.*)|$))?(.*)$/s.exec(line);
    if (match === null) {
      const last = lines.pop();
      lines.push(last === undefined ? plainLine(line) : { ...last, text: `${last.text}\n${line}` });
      continue;
    }
    const [, priority = '6', seconds = '0', fraction = '0', timed, untimed = ''] = match;
    lines.push({
      level: Number(priority) & 7,
      facility: Number(priority) >> 3,
      microseconds: Number(seconds) * 1_000_000 + Number(fraction),
      text: timed ?? untimed,
    });
  }
  return lines;
}

function plainLine(text: string): LogLine {
  return { level: 6, facility: 0, microseconds: 0, text };
}

/** A record of /dev/kmsg: `6,339,5140900,-;text`, then lines of ` KEY=value`. */
export function parseKmsg(record: string): LogLine | undefined {
  const match = /^(\d+),\d+,(\d+),[^;]*;(.*)$/s.exec(record);
  if (match === null) return undefined;
  const [, priority = '6', microseconds = '0', body = ''] = match;
  const end = body.indexOf('\n');
  return {
    level: Number(priority) & 7,
    facility: Number(priority) >> 3,
    microseconds: Number(microseconds),
    text: unescape(end < 0 ? body : body.slice(0, end)),
  };
}

/** The kernel writes bytes that are no text as `\x0a`. */
function unescape(text: string): string {
  return text.replaceAll(/\\x([0-9a-f]{2})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
}

/** How an instant is shown. */
export type TimeFormat = 'boot' | 'notime' | 'ctime' | 'delta' | 'reltime' | 'lone-delta' | 'iso';

export interface DmesgOptions {
  readonly time: TimeFormat;
  readonly isRaw: boolean;
  readonly decodes: boolean;
  readonly isColored: boolean;
  /** Control characters are shown as `\\x1b`. */
  readonly escapes: boolean;
  /** Each line of a message of several begins with the time. */
  readonly repeatsPrefix: boolean;
  readonly levels: ReadonlySet<number> | undefined;
  readonly facilities: ReadonlySet<number> | undefined;
  /** Seconds since 1970. */
  readonly bootTime: number;
}

const GREEN = '\x1b[32m';
const BROWN = '\x1b[33m';
const RED = '\x1b[31m';
const BOLD = '\x1b[1m';
const RED_REVERSED = '\x1b[7m\x1b[31m';
const RESET = '\x1b[0m';

// util-linux's scheme, from emerg to warn; the others have no colour.
const LEVEL_COLORS: readonly string[] = [RED_REVERSED, RED_REVERSED, BOLD + RED, RED, BOLD];

export class DmesgFormatter {
  readonly #options: DmesgOptions;
  /** Of the line before; 0 counts as none, as for util-linux. */
  #previousUs = 0;
  #previousMinute: number | undefined;

  constructor(options: DmesgOptions) {
    this.#options = options;
  }

  isWanted(line: LogLine): boolean {
    const { levels, facilities } = this.#options;
    return (levels?.has(line.level) ?? true) && (facilities?.has(line.facility) ?? true);
  }

  /** The printed line with its newline, or nothing if it is not wanted. */
  format(line: LogLine): string {
    const { isRaw, decodes, isColored, repeatsPrefix } = this.#options;
    if (!this.isWanted(line)) return '';
    const boot = `[${stamp(line.microseconds)}] `;
    if (isRaw) return `<${line.facility * 8 + line.level}>${boot}${line.text}\n`;
    const decoded = decodes ? `${facilityName(line).padEnd(6)}:${levelName(line).padEnd(6)}: ` : '';
    const time = this.#time(line, boot);
    const prefix =
      decoded + (isColored && time.text !== '' ? time.color + time.text + RESET : time.text);
    const indent = repeatsPrefix ? prefix : ' '.repeat(decoded.length + time.text.length);
    const [first = '', ...others] = line.text.split('\n');
    const rest = others.map(
      (each) => `${indent}${this.#colored(this.#printable(each), line.level)}\n`,
    );
    return `${prefix}${this.#message(first, line.level)}\n${rest.join('')}`;
  }

  /** One element of --json's array. */
  json(line: LogLine): string {
    const { decodes } = this.#options;
    const fields = [
      ...(decodes ? [['fac', JSON.stringify(facilityName(line))]] : []),
      ['pri', decodes ? JSON.stringify(levelName(line)) : String(line.level)],
      ['time', stamp(line.microseconds).padStart(13)],
      ['msg', JSON.stringify(line.text)],
    ];
    return `{\n${fields.map(([key, value]) => `         "${key}": ${value}`).join(',\n')}\n      }`;
  }

  #time(line: LogLine, boot: string): { readonly text: string; readonly color: string } {
    const { time, bootTime } = this.#options;
    const deltaUs = this.#previousUs === 0 ? 0 : line.microseconds - this.#previousUs;
    this.#previousUs = line.microseconds;
    const atUs = Math.round(bootTime * 1e6) + line.microseconds;
    const at = civilTime(Math.floor(atUs / 1e6));
    switch (time) {
      case 'notime':
        return { text: '', color: GREEN };
      case 'boot':
        return { text: boot, color: GREEN };
      case 'ctime':
        return {
          text: strftime('[%a %b %e %H:%M:%S %Y] ', at),
          color: GREEN,
        };
      case 'iso': {
        const us = String(atUs % 1e6).padStart(6, '0');
        return {
          text: strftime(`%Y-%m-%dT%H:%M:%S,${us}+00:00 `, at),
          color: GREEN,
        };
      }
      case 'delta':
        return { text: `[${stamp(line.microseconds)} <${stamp(deltaUs)}>] `, color: GREEN };
      case 'lone-delta':
        return { text: `[<${stamp(deltaUs)}>] `, color: GREEN };
      case 'reltime':
        return this.#relative(Math.floor(atUs / 60e6), deltaUs);
    }
  }

  /** The minute when it is a new one, else how long after the line before. */
  #relative(minute: number, deltaUs: number): { readonly text: string; readonly color: string } {
    const isNew = minute !== this.#previousMinute;
    this.#previousMinute = minute;
    if (isNew) {
      return { text: strftime('[%b%e %H:%M] ', civilTime(minute * 60)), color: GREEN + BOLD };
    }
    const seconds = `+${Math.floor(deltaUs / 1e6)}.${String(deltaUs % 1e6).padStart(6, '0')}`;
    return { text: `[${seconds.padStart(11)}] `, color: GREEN };
  }

  #message(raw: string, level: number): string {
    const text = this.#printable(raw);
    if (!this.#options.isColored) return text;
    const colon = /:[ \t]/.exec(text);
    const start = colon === null ? 0 : colon.index + 2;
    const subsystem = start === 0 ? '' : BROWN + text.slice(0, start) + RESET;
    return subsystem + this.#colored(text.slice(start), level);
  }

  #printable(text: string): string {
    return this.#options.escapes ? printable(text) : text;
  }

  #colored(text: string, level: number): string {
    const color = this.#options.isColored ? LEVEL_COLORS[level] : undefined;
    return color === undefined ? text : color + text + RESET;
  }
}

function facilityName({ facility }: LogLine): string {
  return FACILITIES[facility] ?? '';
}

function levelName({ level }: LogLine): string {
  return LEVELS[level] ?? '';
}

/** What would play with the terminal is shown as `\x1b`, as dmesg does without --noescape. */
function printable(text: string): string {
  return text.replaceAll(
    /[\0-\x08\x0e-\x1f\x7f-\x9f]/g,
    (character) => `\\x${(character.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`,
  );
}

function stamp(microseconds: number): string {
  const seconds = String(Math.floor(microseconds / 1_000_000)).padStart(5);
  return `${seconds}.${String(microseconds % 1_000_000).padStart(6, '0')}`;
}

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
const FACILITIES = ['kern', 'user', 'mail', 'daemon', 'auth', 'syslog', 'lpr', 'news', 'uucp',
  'cron', 'authpriv', 'ftp'];

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
      lines.push({
        level: 6,
        facility: 0,
        microseconds: lines.at(-1)?.microseconds ?? 0,
        text: line,
      });
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

export interface DmesgOptions {
  readonly time: 'boot' | 'none' | 'ctime' | 'delta';
  readonly isRaw: boolean;
  readonly decodes: boolean;
  readonly isColored: boolean;
  readonly levels: ReadonlySet<number> | undefined;
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
  #previous: number | undefined;

  constructor(options: DmesgOptions) {
    this.#options = options;
  }

  /** The printed line with its newline, or nothing if its level is not wanted. */
  format(line: LogLine): string {
    const { levels, isRaw, decodes } = this.#options;
    if (levels !== undefined && !levels.has(line.level)) return '';
    const boot = `[${stamp(line.microseconds)}] `;
    if (isRaw) return `<${line.facility * 8 + line.level}>${boot}${line.text}\n`;
    const decoded = decodes
      ? `${(FACILITIES[line.facility] ?? '').padEnd(6)}:${(LEVELS[line.level] ?? '').padEnd(6)}: `
      : '';
    return `${decoded}${this.#time(line, boot)}${this.#message(line)}\n`;
  }

  #time(line: LogLine, boot: string): string {
    const { time, bootTime } = this.#options;
    if (time === 'none') return '';
    let text = boot;
    if (time === 'ctime') {
      const when = civilTime(Math.floor(bootTime + line.microseconds / 1e6));
      text = `[${strftime('%a %b %e %H:%M:%S %Y', when)}] `;
    } else if (time === 'delta') {
      const delta = line.microseconds - (this.#previous ?? line.microseconds);
      text = `[${stamp(line.microseconds)} <${stamp(delta)}>] `;
    }
    this.#previous = line.microseconds;
    return this.#options.isColored ? GREEN + text + RESET : text;
  }

  #message({ text: raw, level }: LogLine): string {
    const text = printable(raw);
    if (!this.#options.isColored) return text;
    const colon = /:[ \t]/.exec(text);
    const start = colon === null ? 0 : colon.index + 2;
    const subsystem = start === 0 ? '' : BROWN + text.slice(0, start) + RESET;
    const color = LEVEL_COLORS[level];
    const rest = text.slice(start);
    return subsystem + (color === undefined ? rest : color + rest + RESET);
  }
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

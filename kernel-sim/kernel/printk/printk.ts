// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The kernel log: a ring of records that dmesg(1), /dev/kmsg and the log view read.
 *
 * The ring is bounded in bytes like Linux's; the oldest records go first, and a reader that fell
 * behind is told so by the sequence numbers.
 *
 * Linux: kernel/printk/printk.c. Differs: a record is a value, not packed into a buffer.
 */
import type { Sim } from '../../sim/sim.ts';
import { EVENT } from '../../sim/trace.ts';
import { COST } from '../../uapi/costs.ts';

/** Log levels. Linux: include/linux/kern_levels.h. */
export const LEVEL = {
  EMERG: 0,
  ALERT: 1,
  CRIT: 2,
  ERR: 3,
  WARNING: 4,
  NOTICE: 5,
  INFO: 6,
  DEBUG: 7,
} as const;

/** The longest text of a record, in UTF-16 units. Linux: LOG_LINE_MAX is 1024 - 32 bytes. */
export const LOG_LINE_MAX = 1024 - 32;
/** Linux: CONFIG_LOG_BUF_SHIFT=18. */
export const LOG_BUFFER_BYTES = 256 * 1024;
/** What a record takes beside its text. */
const RECORD_OVERHEAD_BYTES = 88;

/** Where in a driver a line came from. */
export interface LogSource {
  readonly module: string;
  readonly file: string;
  readonly line: number;
}

export interface LogRecord {
  readonly sequence: number;
  readonly timeNs: number;
  readonly level: number;
  readonly text: string;
  readonly source?: LogSource;
}

export class Printk {
  readonly #sim: Sim;
  #records: LogRecord[] = [];
  #bytes = 0;
  #next = 0;
  /** Records before this one were cleared by `dmesg -c`. */
  #clearedBefore = 0;
  /**
   * kernel.printk: records below the first level reach the console; then the level of a message
   * without one, the least that the first may be, and what it is at boot.
   */
  readonly levels: [console: number, message: number, least: number, boot: number] = [1, 4, 1, 7];
  /** Told of each record that reaches the console. */
  onConsole: (record: LogRecord) => void = () => undefined;
  /** Told of each record: wakes readers of /dev/kmsg. */
  onRecord: () => void = () => undefined;

  constructor(sim: Sim) {
    this.#sim = sim;
  }

  /** Appends a record for each line of `text`. Context: any. */
  print(level: number, text: string, source?: LogSource): void {
    for (const line of text.split('\n')) this.#append(level, line.slice(0, LOG_LINE_MAX), source);
    this.onRecord();
  }

  emerg(text: string): void {
    this.print(LEVEL.EMERG, text);
  }
  alert(text: string): void {
    this.print(LEVEL.ALERT, text);
  }
  err(text: string): void {
    this.print(LEVEL.ERR, text);
  }
  warn(text: string): void {
    this.print(LEVEL.WARNING, text);
  }
  info(text: string): void {
    this.print(LEVEL.INFO, text);
  }

  /** Sequence number that the next record will get. */
  get nextSequence(): number {
    return this.#next;
  }

  /** Sequence number of the oldest record still here. */
  get firstSequence(): number {
    return this.#records[0]?.sequence ?? this.#next;
  }

  /** Records from `sequence` on, or from the oldest still here. */
  since(sequence: number): readonly LogRecord[] {
    return this.#records.slice(Math.max(0, sequence - this.firstSequence));
  }

  /** What `dmesg` shows: everything since the last clear. */
  readable(): readonly LogRecord[] {
    return this.since(this.#clearedBefore);
  }

  clear(): void {
    this.#clearedBefore = this.#next;
  }

  #append(level: number, text: string, source: LogSource | undefined): void {
    const timeNs = this.#sim.now();
    this.#sim.clock.charge(COST.PRINTK);
    const sequence = this.#next++;
    const record: LogRecord =
      source === undefined
        ? { sequence, timeNs, level, text }
        : { sequence, timeNs, level, text, source };
    this.#records.push(record);
    if (level < this.levels[0]) this.onConsole(record);
    const { trace } = this.#sim;
    if (trace.all) trace.emit(EVENT.PRINTK, level, trace.intern(text));
    this.#bytes += RECORD_OVERHEAD_BYTES + text.length;
    if (this.#bytes > LOG_BUFFER_BYTES) this.#dropOldest();
  }

  /** Drops an eighth at a time, so that a flood of lines does not move the array for each one. */
  #dropOldest(): void {
    let dropped = 0;
    while (this.#bytes > (LOG_BUFFER_BYTES * 7) / 8) {
      this.#bytes -= RECORD_OVERHEAD_BYTES + this.#records[dropped]!.text.length;
      dropped++;
    }
    this.#records = this.#records.slice(dropped);
  }
}

/** `[    0.000123] ` as dmesg and the console print it. */
export function formatTime(timeNs: number): string {
  const micros = Math.floor(timeNs / 1000);
  const seconds = String(Math.floor(micros / 1_000_000)).padStart(5);
  return `[${seconds}.${String(micros % 1_000_000).padStart(6, '0')}] `;
}

/** What syslog(2) returns: `<6>[    0.000123] text` lines. */
export function formatSyslog(records: readonly LogRecord[]): string {
  return records.map((it) => `<${it.level}>${formatTime(it.timeNs)}${it.text}\n`).join('');
}

/** What a read of /dev/kmsg returns for one record. */
export function formatKmsg(record: LogRecord): string {
  const { level, sequence, timeNs, text } = record;
  return `${level},${sequence},${Math.floor(timeNs / 1000)},-;${escapeControl(text)}\n`;
}

function escapeControl(text: string): string {
  let out = '';
  for (const char of text) {
    const code = char.charCodeAt(0);
    const isControl = code < 0x20 || code === 0x7f || char === '\\';
    out += isControl ? `\\x${code.toString(16).padStart(2, '0')}` : char;
  }
  return out;
}

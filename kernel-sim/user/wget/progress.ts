// SPDX-License-Identifier: GPL-2.0-or-later
/** How far a download has come: rows of dots for a file, a bar for a terminal. */
import { duration, humanSize, shortRate, shortTime } from './numbers.ts';

/** Each method gives the text that is to be written now. */
export interface Progress {
  /** So many bytes have come, `seconds` after the start. */
  update(bytes: number, seconds: number): string;
  finish(seconds: number): string;
}

const DOT_BYTES = 1024;
const DOTS_PER_ROW = 50;
const DOTS_PER_CLUSTER = 10;
const ROW_BYTES = DOT_BYTES * DOTS_PER_ROW;

/** The percentage of what is known to come. */
function percent(done: number, total: number | undefined): string {
  if (total === undefined) return '    ';
  const share = total === 0 ? 100 : Math.floor((done * 100) / total);
  return `${String(share).padStart(3)}%`;
}

export class DotProgress implements Progress {
  readonly #total: number | undefined;
  /** Bytes so far, with those that were there before. */
  #done: number;
  /** Bytes of this download. */
  #received = 0;
  /** Bytes that have their dot. */
  #drawn: number;
  #rowStartSeconds = 0;
  #rowStartBytes: number;

  /** `skipped` bytes were there before. */
  constructor(total: number | undefined, skipped: number) {
    this.#total = total;
    this.#done = skipped;
    this.#rowStartBytes = skipped;
    this.#drawn = skipped - (skipped % DOT_BYTES);
  }

  update(bytes: number, seconds: number): string {
    this.#done += bytes;
    this.#received += bytes;
    let text = '';
    for (; this.#done - this.#drawn >= DOT_BYTES; this.#drawn += DOT_BYTES) {
      text += this.#before(this.#drawn) + '.';
      if ((this.#drawn + DOT_BYTES) % ROW_BYTES === 0) text += this.#endRow(seconds);
    }
    return text;
  }

  finish(seconds: number): string {
    let text = '';
    const column = Math.floor((this.#drawn % ROW_BYTES) / DOT_BYTES);
    for (let dot = column; dot < DOTS_PER_ROW; dot++) {
      text += dot === column ? this.#before(this.#drawn) : dot % DOTS_PER_CLUSTER === 0 ? ' ' : '';
      text += ' ';
    }
    const rowSeconds = seconds - this.#rowStartSeconds;
    const rate = shortRate(this.#done - this.#rowStartBytes, rowSeconds);
    return `${text} ${percent(this.#done, this.#total)} ${rate}=${duration(seconds)}\n\n`;
  }

  /** What stands before the dot of these bytes: the row's head, or the gap between clusters. */
  #before(at: number): string {
    if (at % ROW_BYTES === 0) return `${String(at / DOT_BYTES).padStart(6)}K `;
    return (at / DOT_BYTES) % DOTS_PER_CLUSTER === 0 ? ' ' : '';
  }

  #endRow(seconds: number): string {
    const done = this.#drawn + DOT_BYTES;
    const rate = shortRate(done - this.#rowStartBytes, seconds - this.#rowStartSeconds);
    this.#rowStartBytes = done;
    this.#rowStartSeconds = seconds;
    const left = this.#total === undefined ? undefined : this.#total - done;
    const eta =
      left === undefined || this.#received === 0
        ? ''
        : ` ${shortTime(Math.round((left * seconds) / this.#received))}`;
    return ` ${percent(done, this.#total)} ${rate}${eta}\n`;
  }
}

const NAME_COLUMNS = 20;
/** All of the line but the bar itself. */
const OTHER_COLUMNS = 59;
const ETA_COLUMNS = 15;
/** A terminal is written to no more often. */
const REDRAW_SECONDS = 0.2;
/** What a rate is taken over. */
const WINDOW_SECONDS = 3;

export class BarProgress implements Progress {
  readonly #name: string;
  readonly #total: number | undefined;
  readonly #columns: number;
  #done: number;
  #received = 0;
  #drawnSeconds = 0;
  /** Where the window began that the rate is taken over, and the one after it. */
  #window = { seconds: 0, bytes: 0 };
  #nextWindow = { seconds: 0, bytes: 0 };
  #turns = 0;

  constructor(name: string, total: number | undefined, skipped: number, columns: number) {
    this.#name = name;
    this.#total = total;
    this.#done = skipped;
    this.#columns = Math.max(0, columns - 1 - OTHER_COLUMNS);
  }

  update(bytes: number, seconds: number): string {
    this.#done += bytes;
    this.#received += bytes;
    if (seconds - this.#nextWindow.seconds >= WINDOW_SECONDS) {
      this.#window = this.#nextWindow;
      this.#nextWindow = { seconds, bytes: this.#received };
    }
    if (bytes > 0 && seconds - this.#drawnSeconds < REDRAW_SECONDS) return '';
    this.#drawnSeconds = seconds;
    return this.#draw(seconds, this.#eta(seconds));
  }

  finish(seconds: number): string {
    this.#window = { seconds: 0, bytes: 0 };
    return `${this.#draw(seconds, `    in ${duration(seconds)}`)}\n\n`;
  }

  #draw(seconds: number, time: string): string {
    const name = this.#name.slice(0, NAME_COLUMNS - 1).padEnd(NAME_COLUMNS);
    const size = humanSize(this.#done, 1000, 2).padStart(7);
    const share = percent(this.#done, this.#total);
    const end = `${this.#rate(seconds)}${time.padEnd(ETA_COLUMNS)}`;
    return `\r${name}${share}[${this.#bar()}] ${size}  ${end}`;
  }

  #bar(): string {
    const columns = this.#columns;
    if (this.#total === undefined) {
      const room = Math.max(1, columns - 3);
      const turn = this.#turns++ % (2 * room);
      return `${' '.repeat(turn < room ? turn : 2 * room - turn)}<=>`.padEnd(columns);
    }
    const full = this.#total === 0 ? columns : Math.floor((columns * this.#done) / this.#total);
    return (full > 0 ? `${'='.repeat(full - 1)}>` : '').padEnd(columns);
  }

  #rate(seconds: number): string {
    const elapsed = seconds - this.#window.seconds;
    const bytes = this.#received - this.#window.bytes;
    if (elapsed < 0.15 || bytes === 0) return '--.-KB/s';
    const rate = shortRate(bytes, elapsed);
    return rate.endsWith('B') ? ` ${rate}/s` : `${rate}B/s`;
  }

  #eta(seconds: number): string {
    if (this.#total === undefined || this.#received === 0 || seconds < WINDOW_SECONDS) return '';
    const left = ((this.#total - this.#done) * seconds) / this.#received;
    return `    eta ${shortTime(Math.round(left))}`;
  }
}

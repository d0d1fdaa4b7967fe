// SPDX-License-Identifier: GPL-2.0-or-later
/** curl's table of how far a transfer is. */

const HEADING =
  '  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n' +
  '                                 Dload  Upload   Total   Spent    Left  Speed\n';
const REDRAW_SECONDS = 1;
const KIB = 1024;

/** Each method gives the text that is to be written now. */
export class Meter {
  readonly #startSeconds: number;
  #total: number | undefined;
  #done = 0;
  #drawnSeconds: number;
  #drawnBytes = 0;

  constructor(nowSeconds: number) {
    this.#startSeconds = nowSeconds;
    this.#drawnSeconds = nowSeconds;
  }

  begin(): string {
    return HEADING + this.#row(0, 0);
  }

  /** So many bytes are to come. */
  expect(total: number | undefined): void {
    this.#total = total;
  }

  update(bytes: number, nowSeconds: number): string {
    this.#done += bytes;
    if (nowSeconds - this.#drawnSeconds < REDRAW_SECONDS) return '';
    const speed = (this.#done - this.#drawnBytes) / (nowSeconds - this.#drawnSeconds);
    this.#drawnSeconds = nowSeconds;
    this.#drawnBytes = this.#done;
    return this.#row(nowSeconds - this.#startSeconds, speed);
  }

  end(nowSeconds: number): string {
    const seconds = nowSeconds - this.#startSeconds;
    return `${this.#row(seconds, seconds > 0 ? this.#done / seconds : 0)}\n`;
  }

  #row(seconds: number, current: number): string {
    const total = this.#total ?? this.#done;
    const share = total === 0 || this.#total === undefined ? 0 : (this.#done * 100) / total;
    const percent = String(Math.floor(share)).padStart(3);
    const average = seconds > 0 ? Math.floor(this.#done / seconds) : 0;
    const left = average > 0 && this.#total !== undefined ? (total - this.#done) / average : 0;
    const whole = average > 0 && this.#total !== undefined ? total / average : 0;
    return (
      `\r${percent} ${fiveColumns(total)}  ${percent} ${fiveColumns(this.#done)}    0     0  ` +
      `${fiveColumns(average)}      0 ` +
      `${clock(whole)} ${clock(seconds)} ${clock(left)} ${fiveColumns(Math.floor(current))}`
    );
  }
}

/** `0:00:07`, or dashes for less than a second. */
function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  if (whole <= 0) return '--:--:--';
  const hours = Math.floor(whole / 3600);
  if (hours > 99) return `${String(Math.floor(hours / 24)).padStart(3)}d ${hours % 24}h`;
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${String(hours).padStart(2)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}

/** A number of bytes in five columns. */
function fiveColumns(bytes: number): string {
  if (bytes < 100_000) return String(bytes).padStart(5);
  if (bytes < 10_000 * KIB) return `${String(Math.floor(bytes / KIB)).padStart(4)}k`;
  const mib = KIB * KIB;
  if (bytes < 100 * mib) {
    const tenths = Math.floor((bytes % mib) / (mib / 10));
    return `${String(Math.floor(bytes / mib)).padStart(2)}.${tenths}M`;
  }
  if (bytes < 10_000 * mib) return `${String(Math.floor(bytes / mib)).padStart(4)}M`;
  return `${String(Math.floor(bytes / (KIB * mib))).padStart(4)}G`;
}

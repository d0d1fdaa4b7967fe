// SPDX-License-Identifier: GPL-2.0-or-later
/** The time before a packet's line, to the microsecond. Linux: tcpdump's util-print.c, ts_print. */
import { civilTime, strftime } from '../support/civil-time.ts';

/** Without and with one to five -t. */
export type TimeStyle = 'clock' | 'none' | 'epoch' | 'since-last' | 'date' | 'since-first';

const DAY_SECONDS = 86_400;
const US_PER_SECOND = 1_000_000;

export class TimePrinter {
  readonly #style: TimeStyle;
  #from: { readonly seconds: number; readonly us: number } | undefined;

  constructor(style: TimeStyle) {
    this.#style = style;
  }

  text(seconds: number, nanoseconds: number): string {
    const us = Math.floor(nanoseconds / 1000);
    switch (this.#style) {
      case 'none':
        return '';
      case 'clock':
        return `${clock(seconds % DAY_SECONDS, us)} `;
      case 'epoch':
        return `${seconds}.${fraction(us)} `;
      case 'date':
        return `${strftime('%F', civilTime(seconds))} ${clock(seconds % DAY_SECONDS, us)} `;
      case 'since-last':
      case 'since-first':
        return `${this.#difference(seconds, us)} `;
    }
  }

  #difference(seconds: number, us: number): string {
    const from = this.#from ?? { seconds, us };
    if (this.#from === undefined || this.#style === 'since-last') this.#from = { seconds, us };
    const differenceUs = (seconds - from.seconds) * US_PER_SECOND + us - from.us;
    const size = Math.abs(differenceUs);
    const whole = Math.floor(size / US_PER_SECOND);
    return `${differenceUs < 0 ? '-' : ' '}${clock(whole, size - whole * US_PER_SECOND)}`;
  }
}

function clock(seconds: number, us: number): string {
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return `${parts.map((part) => String(part).padStart(2, '0')).join(':')}.${fraction(us)}`;
}

function fraction(us: number): string {
  return String(us).padStart(6, '0');
}

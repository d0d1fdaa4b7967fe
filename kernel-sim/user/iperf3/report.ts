// SPDX-License-Identifier: GPL-2.0-or-later
/** A test as text. Counterpart: iperf 3.12, src/iperf_locale.c and iperf_print_results. */
import type { StreamResults, TestResults } from './protocol.ts';
import type { Stream } from './stream.ts';
import type { Interval } from './test-run.ts';
import { bytesText, rateText } from './units.ts';

const SEPARATOR = '- - - - - - - - - - - - - - - - - - - - - - - - -\n';
const HEADING = '[ ID] Interval           Transfer     Bitrate';
/** Where there is nothing to say of retransmissions, or of the window. */
const NO_COUNT = ' '.repeat(18);
const NO_WINDOW = ' '.repeat(13);

export interface ReportParts {
  readonly isUdp: boolean;
  readonly isSender: boolean;
  readonly isServer: boolean;
  readonly format: string | undefined;
}

/** What one end has counted of a stream, or of all together. */
export interface Total {
  readonly bytes: number;
  readonly end: number;
  readonly retransmits: number;
  /** Seconds. */
  readonly jitter: number;
  readonly errors: number;
  readonly packets: number;
}

export function totalOf(results: StreamResults | undefined): Total {
  return {
    bytes: results?.bytes ?? 0,
    end: results?.endTime ?? 0,
    retransmits: results?.retransmits ?? 0,
    jitter: results?.jitter ?? 0,
    errors: results?.errors ?? 0,
    packets: results?.packets ?? 0,
  };
}

export function sumOf(totals: readonly Total[]): Total {
  const sum = (of: (total: Total) => number): number =>
    totals.reduce((all, total) => all + of(total), 0);
  return {
    bytes: sum(({ bytes }) => bytes),
    end: totals.reduce((latest, { end }) => Math.max(latest, end), 0),
    retransmits: sum(({ retransmits }) => retransmits),
    jitter: sum(({ jitter }) => jitter) / Math.max(1, totals.length),
    errors: sum(({ errors }) => errors),
    packets: sum(({ packets }) => packets),
  };
}

export class Report {
  readonly #parts: ReportParts;
  #hasHeading = false;

  constructor(parts: ReportParts) {
    this.#parts = parts;
  }

  connected({ parts: { fd, local, remote } }: Stream): string {
    const here = `${local.address} port ${local.port}`;
    return `[${pad(fd)}] local ${here} connected to ${remote.address} port ${remote.port}\n`;
  }

  // ---- Intervals -------------------------------------------------------------------------------

  interval({ start, end, streams }: Interval): string {
    const { isUdp, isSender } = this.#parts;
    let text = '';
    if (!this.#hasHeading) {
      const tcp = isSender ? '         Retr  Cwnd' : '';
      const udp = isSender ? '         Total Datagrams' : JITTER_HEADING;
      text += `${HEADING}${isUdp ? udp : tcp}\n`;
      this.#hasHeading = true;
    } else if (streams.length > 1) {
      text += SEPARATOR;
    }
    for (const part of streams) {
      const amounts = this.#amounts(pad(part.stream.parts.fd), start, end, part.bytes);
      const cwnd = isUdp ? '' : `   ${bytesText(part.cwndBytes)}       `;
      text += amounts + this.#interval(part, cwnd);
    }
    if (streams.length === 1) return text;
    const all = sumOf(streams.map((part) => ({ ...part, end: 0 })));
    return text + this.#amounts('SUM', start, end, all.bytes) + this.#interval(all, NO_WINDOW);
  }

  #interval(part: Omit<Total, 'end'>, cwnd: string): string {
    const { isUdp, isSender } = this.#parts;
    if (isUdp) return isSender ? `  ${part.packets}  \n` : `${lossText(part)}  \n`;
    return isSender ? `  ${pad(part.retransmits)}${cwnd}\n` : `${NO_COUNT}\n`;
  }

  // ---- The end ---------------------------------------------------------------------------------

  /** `own` are this end's counts, `other` what the other end has told, if it has. */
  results(streams: readonly Stream[], own: TestResults, other: TestResults | undefined): string {
    const { isUdp, isSender, isServer } = this.#parts;
    const sending = isSender ? own : other;
    const receiving = isSender ? other : own;
    // A server tells of its own side only.
    const hasRetransmits = (isServer ? own : sending)?.hasRetransmits === 1;
    let text = SEPARATOR + HEADING;
    text += isUdp ? JITTER_HEADING : hasRetransmits ? '         Retr' : '';
    text += '\n';
    const sent: Total[] = [];
    const received: Total[] = [];
    for (const { parts } of streams) {
      const of = (results: TestResults | undefined): Total =>
        totalOf(results?.streams.find(({ id }) => id === parts.id));
      sent.push(of(sending));
      received.push(of(receiving));
    }
    const pair = (label: string, from: Total, to: Total): string => {
      const sender = this.#total(label, from, 'sender', hasRetransmits);
      const receiver = this.#total(label, to, 'receiver', false);
      if (isServer) return isSender ? sender : receiver;
      return sender + receiver;
    };
    for (const [index, { parts }] of streams.entries()) {
      text += pair(pad(parts.fd), sent[index]!, received[index]!);
    }
    return streams.length > 1 ? text + pair('SUM', sumOf(sent), sumOf(received)) : text;
  }

  #total(label: string, total: Total, who: string, hasRetransmits: boolean): string {
    const amounts = this.#amounts(label, 0, total.end, total.bytes);
    if (this.#parts.isUdp) {
      // Who sends does not know what is lost.
      const known = who === 'sender' ? { ...total, jitter: 0, errors: 0 } : total;
      return `${amounts}${lossText(known)}  ${who}\n`;
    }
    const count = hasRetransmits ? `  ${pad(total.retransmits)}${NO_WINDOW}` : NO_COUNT;
    return `${amounts}${count}${who}\n`;
  }

  #amounts(label: string, start: number, end: number, bytes: number): string {
    const seconds = end - start;
    const rate = seconds > 0 ? bytes / seconds : 0;
    const times = `${start.toFixed(2).padStart(6)}-${end.toFixed(2).padEnd(6)}`;
    return `[${label}] ${times} sec  ${bytesText(bytes)}  ${rateText(rate, this.#parts.format)}`;
  }
}

const JITTER_HEADING = '         Jitter    Lost/Total Datagrams';

function pad(number: number): string {
  return String(number).padStart(3);
}

function lossText({ jitter, errors, packets }: Omit<Total, 'end'>): string {
  const percent = packets > 0 ? (errors * 100) / packets : 0;
  const shown = percent === 0 ? '0' : String(Number(percent.toPrecision(2)));
  return `  ${(jitter * 1000).toFixed(3)} ms  ${errors}/${packets} (${shown}%)`;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/** The rows of /proc/net/{tcp,udp,raw} and their kin, and how netstat shows them. */
import { formatIpv4, formatIpv6 } from '../../lib/ip-address.ts';
import { TCP_STATE } from '../../uapi/sock-diag.ts';

export interface SocketRow {
  readonly protocol: string;
  readonly local: { readonly address: string; readonly port: number };
  readonly remote: { readonly address: string; readonly port: number };
  readonly state: number;
  readonly sendQueue: number;
  readonly receiveQueue: number;
  readonly timer: number;
  /** Hundredths of a second. */
  readonly timerTicks: number;
  readonly retransmits: number;
  readonly uid: number;
  readonly probes: number;
  readonly inode: number;
}

/** `0F02000A:1F40`: words of the machine's byte order. */
function parseEndpoint(text: string): SocketRow['local'] {
  const [digits = '', port = '0'] = text.split(':');
  const words = digits.match(/[\dA-Fa-f]{8}/g) ?? [];
  const bytes = words.flatMap((word) => (word.match(/../g) ?? []).toReversed());
  const hex = bytes.join('').toLowerCase();
  const address = hex.length === 8 ? formatIpv4(Number.parseInt(hex, 16)) : formatIpv6(hex);
  return { address, port: Number.parseInt(port, 16) };
}

export function parseSocketTable(protocol: string, text: string): readonly SocketRow[] {
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const words = line.trim().split(/\s+/);
      if (words.length < 10) return [];
      const hexPair = (word: string | undefined): [number, number] => {
        const [first = '0', second = '0'] = (word ?? '').split(':');
        return [Number.parseInt(first, 16), Number.parseInt(second, 16)];
      };
      const [sendQueue, receiveQueue] = hexPair(words[4]);
      const [timer, timerTicks] = hexPair(words[5]);
      return [
        {
          protocol,
          local: parseEndpoint(words[1] ?? ''),
          remote: parseEndpoint(words[2] ?? ''),
          state: Number.parseInt(words[3] ?? '0', 16),
          sendQueue,
          receiveQueue,
          timer,
          timerTicks,
          retransmits: Number.parseInt(words[6] ?? '0', 16),
          uid: Number(words[7]),
          probes: Number(words[8]),
          inode: Number(words[9]),
        },
      ];
    });
}

const STATES: Readonly<Record<number, string>> = {
  [TCP_STATE.ESTABLISHED]: 'ESTABLISHED',
  [TCP_STATE.SYN_SENT]: 'SYN_SENT',
  [TCP_STATE.SYN_RECV]: 'SYN_RECV',
  [TCP_STATE.FIN_WAIT1]: 'FIN_WAIT1',
  [TCP_STATE.FIN_WAIT2]: 'FIN_WAIT2',
  [TCP_STATE.TIME_WAIT]: 'TIME_WAIT',
  [TCP_STATE.CLOSE]: 'CLOSE',
  [TCP_STATE.CLOSE_WAIT]: 'CLOSE_WAIT',
  [TCP_STATE.LAST_ACK]: 'LAST_ACK',
  [TCP_STATE.LISTEN]: 'LISTEN',
  [TCP_STATE.CLOSING]: 'CLOSING',
};

export function isServer({ protocol, state }: SocketRow): boolean {
  return protocol.startsWith('tcp') ? state === TCP_STATE.LISTEN : state === TCP_STATE.CLOSE;
}

/** Which columns there are beside the usual ones. */
export interface SocketColumns {
  readonly isExtended: boolean;
  readonly hasPrograms: boolean;
  readonly hasTimers: boolean;
  readonly isWide: boolean;
}

export function socketHeading(which: string, columns: SocketColumns): string {
  let text = `Active Internet connections (${which})\n`;
  text += 'Proto Recv-Q Send-Q Local Address           Foreign Address         State      ';
  if (columns.isExtended) text += ' User       Inode     ';
  if (columns.hasPrograms) text += ' PID/Program name    ';
  if (columns.hasTimers) text += ' Timer';
  return `${text}\n`;
}

const TIMERS = ['off', 'on', 'keepalive', 'timewait', 'probe'];

/** What a row says in words: names in place of numbers. */
export interface SocketTexts {
  readonly local: string;
  readonly remote: string;
  readonly user: string;
  readonly program: string;
}

export function formatSocket(row: SocketRow, texts: SocketTexts, columns: SocketColumns): string {
  const fit = (text: string): string => (columns.isWide ? text : text.slice(0, 23)).padEnd(23);
  const isTcp = row.protocol.startsWith('tcp');
  const hidesState = !isTcp && row.state !== TCP_STATE.ESTABLISHED;
  const state = hidesState ? '' : (STATES[row.state] ?? 'UNKNOWN');
  let text = `${row.protocol.padEnd(5)} ${String(row.receiveQueue).padStart(6)} `;
  text += `${String(row.sendQueue).padStart(6)} ${fit(texts.local)} ${fit(texts.remote)} `;
  text += state.padEnd(11);
  if (columns.isExtended) text += ` ${texts.user.padEnd(10)} ${String(row.inode).padEnd(10)}`;
  if (columns.hasPrograms) text += ` ${texts.program.slice(0, 19).padEnd(20)}`;
  if (columns.hasTimers) {
    const seconds = (row.timerTicks / 100).toFixed(2);
    const timer = TIMERS[row.timer] ?? `unkn-${row.timer}`;
    text += ` ${timer} (${seconds}/${row.retransmits}/${row.probes})`;
  }
  return `${text}\n`;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/** The table of sockets, in ss's columns. */
import { TCP_STATE } from '../../uapi/sock-diag.ts';
import { serviceName } from '../support/services.ts';
import type { SocketOwner } from '../support/socket-owners.ts';
import type { Listed, Place } from './sockets.ts';

export interface RenderOptions {
  readonly hasHeader: boolean;
  readonly showsKind: boolean;
  readonly isNumeric: boolean;
  /** By inode; undefined when nobody asked. */
  readonly owners: ReadonlyMap<number, readonly SocketOwner[]> | undefined;
}

const STATE_NAMES: Readonly<Record<number, string>> = {
  [TCP_STATE.ESTABLISHED]: 'ESTAB',
  [TCP_STATE.SYN_SENT]: 'SYN-SENT',
  [TCP_STATE.SYN_RECV]: 'SYN-RECV',
  [TCP_STATE.FIN_WAIT1]: 'FIN-WAIT-1',
  [TCP_STATE.FIN_WAIT2]: 'FIN-WAIT-2',
  [TCP_STATE.TIME_WAIT]: 'TIME-WAIT',
  [TCP_STATE.CLOSE]: 'UNCONN',
  [TCP_STATE.CLOSE_WAIT]: 'CLOSE-WAIT',
  [TCP_STATE.LAST_ACK]: 'LAST-ACK',
  [TCP_STATE.LISTEN]: 'LISTEN',
  [TCP_STATE.CLOSING]: 'CLOSING',
};

/** Each with what stands before it, and the columns whose text ends where the column does. */
const COLUMNS = [
  { title: 'Netid', before: '', isRight: false },
  { title: 'State', before: ' ', isRight: false },
  { title: 'Recv-Q', before: ' ', isRight: false },
  { title: 'Send-Q', before: ' ', isRight: false },
  { title: 'Local Address', before: ' ', isRight: true },
  { title: 'Port', before: ':', isRight: false },
  { title: 'Peer Address', before: ' ', isRight: true },
  { title: 'Port', before: ':', isRight: false },
  { title: 'Process', before: '', isRight: false },
] as const;
/** The kernel's numbers are never narrower. */
const QUEUE_COLUMNS = 6;

export function render(sockets: readonly Listed[], options: RenderOptions): string {
  const rows = sockets.map((socket) => cellsOf(socket, options));
  const titles = COLUMNS.map(({ title }) => title);
  const shown = options.hasHeader ? [titles, ...rows] : rows;
  const widths = COLUMNS.map((_, column) =>
    shown.reduce((width, row) => Math.max(width, row[column]?.length ?? 0), 0),
  );
  return shown.map((row) => `${line(row, widths, options.showsKind)}\n`).join('');
}

function line(row: readonly string[], widths: readonly number[], showsKind: boolean): string {
  let text = '';
  for (const [column, { before, isRight }] of COLUMNS.entries()) {
    if (column === 0 && !showsKind) continue;
    const cell = row[column] ?? '';
    const width = widths[column] ?? 0;
    const lead = column === 1 && !showsKind ? '' : before;
    text += lead + (isRight ? cell.padStart(width) : cell.padEnd(width));
  }
  return text;
}

function cellsOf(socket: Listed, { isNumeric, owners }: RenderOptions): string[] {
  const { netid, state, receiveQueue, sendQueue, local, peer, inode, details } = socket;
  const port = (place: Place): string => portText(place, netid, isNumeric);
  return [
    netid,
    STATE_NAMES[state] ?? 'UNKNOWN',
    String(receiveQueue).padEnd(QUEUE_COLUMNS),
    String(sendQueue).padEnd(QUEUE_COLUMNS),
    local.address,
    port(local),
    peer.address,
    port(peer),
    ownersText(owners?.get(inode)) + details,
  ];
}

function portText({ port }: Place, netid: string, isNumeric: boolean): string {
  if (netid.startsWith('u_')) return port === 0 ? '0' : String(port);
  if (port === 0) return '*';
  const name = isNumeric || netid === 'raw' ? '*' : serviceName(port, netid as 'tcp' | 'udp');
  return name === '*' ? String(port) : name;
}

function ownersText(owners: readonly SocketOwner[] | undefined): string {
  if (owners === undefined || owners.length === 0) return '';
  const each = owners.map(({ name, pid, fd }) => `("${name}",pid=${pid},fd=${fd})`);
  return ` users:(${each.join(',')})`;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What /proc/net tells of interfaces and of the ways in.
 *
 * Linux: net/core/net-procfs.c.
 */
import { ETH_P } from '../../uapi/if-ether.ts';
import type { NetCore } from './net-core.ts';
import type { NetDevice } from './net-device.ts';

/** /proc/net/dev. */
export function devText({ devices }: NetCore): string {
  return (
    'Inter-|   Receive                                                |  Transmit\n' +
    ' face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop' +
    ' fifo colls carrier compressed\n' +
    devices.map((dev) => devRow(dev)).join('')
  );
}

/** How wide its columns are. */
const WIDTHS = [7, 7, 4, 4, 4, 5, 10, 9, 8, 7, 4, 4, 4, 5, 7, 10] as const;

function devRow({ name, stats }: NetDevice): string {
  const frame = stats.rxLengthErrors + stats.rxOverErrors + stats.rxCrcErrors + stats.rxFrameErrors;
  const carrier =
    stats.txCarrierErrors + stats.txAbortedErrors + stats.txWindowErrors + stats.txHeartbeatErrors;
  const columns: readonly number[] = [
    stats.rxBytes,
    stats.rxPackets,
    stats.rxErrors,
    stats.rxDropped + stats.rxMissedErrors,
    stats.rxFifoErrors,
    frame,
    stats.rxCompressed,
    stats.multicast,
    stats.txBytes,
    stats.txPackets,
    stats.txErrors,
    stats.txDropped,
    stats.txFifoErrors,
    stats.collisions,
    carrier,
    stats.txCompressed,
  ];
  const text = columns.map((value, n) => String(value).padStart(WIDTHS[n]!)).join(' ');
  return `${name.padStart(6)}: ${text}\n`;
}

/** /proc/net/dev_mcast. */
export function multicastText({ devices }: NetCore): string {
  const rows = devices.flatMap((dev) =>
    [...dev.multicastGroups].map(([group, users]) => {
      const columns = [
        String(dev.ifindex).padEnd(4),
        dev.name.padEnd(15),
        String(users).padEnd(5),
        '0'.padEnd(5),
      ];
      return `${columns.join(' ')} ${group.replaceAll(':', '')}\n`;
    }),
  );
  return rows.join('');
}

/** /proc/net/ptype. */
export function packetTypesText(core: NetCore): string {
  const rows = core.types.listing.map(([type, ifindex, name]) => {
    const shown = type === ETH_P.ALL ? 'ALL ' : hex(type, 4);
    return `${shown} ${(core.byIndex(ifindex)?.name ?? '').padEnd(8)} ${name}\n`;
  });
  return `Type Device      Function\n${rows.join('')}`;
}

/** /proc/net/softnet_stat: a row for each CPU. */
export function softnetText({ receiver }: NetCore): string {
  const rows = receiver.statistics.map(({ processed, dropped, timeSqueezed }, cpu) => {
    const waiting = cpu === 0 ? receiver.backlogLength : 0;
    const columns = [processed, dropped, timeSqueezed, 0, 0, 0, 0, 0, 0, 0, 0, waiting, cpu];
    return `${columns.map((value) => hex(value, 8)).join(' ')}\n`;
  });
  return rows.join('');
}

function hex(value: number, digits: number): string {
  return (value % 2 ** 32).toString(16).padStart(digits, '0');
}

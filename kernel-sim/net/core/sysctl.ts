// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * net.core and net.unix: the limits of sockets, and of what waits to be received.
 *
 * Linux: net/core/sysctl_net_core.c, net/unix/sysctl_net_unix.c.
 */
import type { SockSettings } from '../socket.ts';
import { fieldValue, type SysctlValue } from '../sysctl-value.ts';

/** Linux: SOCK_MIN_RCVBUF and SOCK_MIN_SNDBUF. */
const RCVBUF_MIN = 2304;
const SNDBUF_MIN = 4608;
const SOMAXCONN_MAX = 65_535;

export function coreSysctls(
  settings: SockSettings,
  unix: { queueMax: number },
  receiver: { backlogMax: number },
): readonly SysctlValue[] {
  const setting = (
    name: string,
    key: keyof SockSettings,
    range: Parameters<typeof fieldValue>[3],
  ): SysctlValue => fieldValue<keyof SockSettings>(`core/${name}`, settings, key, range);
  return [
    setting('rmem_default', 'rmemDefault', { min: RCVBUF_MIN }),
    setting('rmem_max', 'rmemMax', { min: RCVBUF_MIN }),
    setting('wmem_default', 'wmemDefault', { min: SNDBUF_MIN }),
    setting('wmem_max', 'wmemMax', { min: SNDBUF_MIN }),
    setting('optmem_max', 'optmemMax', { min: 0 }),
    setting('somaxconn', 'somaxconn', { min: 0, max: SOMAXCONN_MAX }),
    fieldValue('core/netdev_max_backlog', receiver, 'backlogMax', { min: 0 }),
    fieldValue('unix/max_dgram_qlen', unix, 'queueMax', { min: 0 }),
  ];
}

// SPDX-License-Identifier: GPL-2.0-or-later
/** /proc/net and /proc/sys/net: hands procfs what the stack knows and lets be set. */
import type { ProcFs } from '../fs/procfs/procfs.ts';
import type { CtlHeader } from '../fs/procfs/proc-sysctl.ts';
import { coreSysctls } from '../net/core/sysctl.ts';
import type { CtlTable } from '../kernel/sysctl/ctl-table.ts';
import { procDointvecMinmax, showText } from '../kernel/sysctl/handlers.ts';
import type { NetDevice } from '../net/core/net-device.ts';
import {
  arpText,
  icmpText,
  igmpText,
  rawText,
  routeText,
  sockstat6Text,
  sockstatText,
  udpText,
} from '../net/ipv4/proc.ts';
import { confSysctls, ipv4Sysctls } from '../net/ipv4/sysctl.ts';
import { deviceSysctls6, ifInet6Text, ipv6RouteText, ipv6Sysctls } from '../net/ipv6/proc.ts';
import type { SysctlValue } from '../net/sysctl-value.ts';
import { CONGESTION_CONTROLS } from '../net/tcp/congestion.ts';
import { tcpSockstat, tcpSockstat6, tcpText } from '../net/tcp/proc.ts';
import { tcpSysctls } from '../net/tcp/sysctl.ts';
import { decodeUtf8 } from '../lib/utf8.ts';
import { ERRNO } from '../uapi/errno.ts';
import { AF } from '../uapi/socket.ts';
import type { Kernel } from './kernel.ts';

const INT_BYTES = 4;
/** Linux: TCP_CA_NAME_MAX. */
const CONGESTION_NAME_BYTES = 16;

export function registerInetFiles(procfs: ProcFs, kernel: Kernel): void {
  const file = (name: string, text: (net: Kernel['net']) => string): void =>
    procfs.register(`net/${name}`, () => text(kernel.net));
  file('arp', ({ ipv4 }) => arpText(ipv4));
  file('route', ({ ipv4 }) => routeText(ipv4));
  file('igmp', ({ ipv4 }) => igmpText(ipv4));
  file('udp', ({ inet }) => udpText(inet));
  file('raw', ({ inet }) => rawText(inet));
  file('icmp', ({ inet }) => icmpText(inet));
  file('sockstat', ({ inet, tcp }) => {
    return sockstatText(inet, { used: kernel.sockets.files.openFiles, tcp: tcpSockstat(tcp) });
  });
  file('sockstat6', ({ inet, tcp }) => sockstat6Text(inet, tcpSockstat6(tcp)));
  file('tcp', ({ tcp }) => tcpText(tcp, AF.INET));
  file('tcp6', ({ tcp }) => tcpText(tcp, AF.INET6));
  file('raw6', ({ inet }) => rawText(inet, AF.INET6));
  file('ipv6_route', ({ ipv6 }) => ipv6RouteText(ipv6));
  file('udp6', ({ inet }) => udpText(inet, AF.INET6));
  file('if_inet6', ({ ipv6 }) => ifInet6Text(ipv6));
  file('snmp6', ({ statistics }) => statistics.snmp6Text());
  file('netstat', ({ statistics }) => statistics.netstatText());
  file('snmp', ({ ipv4, statistics, tcp }) =>
    statistics.snmpText({
      forwarding: ipv4.devinet.confAll.forwarding !== 0,
      defaultTtl: ipv4.settings.defaultTtl,
      currEstab: tcp.established,
    }),
  );
}

/** Where a value passes on its way to and from the handlers, which know memory alone. */
export interface Scratch {
  /** A pointer to eight bytes. */
  readonly data: number;
}

/** /proc/sys/net; below ipv4 with a directory for each device that is there. */
export function registerNetSysctls(kernel: Kernel, scratch: Scratch): void {
  const { core, ipv4, ipv6, tcp } = kernel.net;
  const register = (value: SysctlValue): CtlHeader | number => add(kernel, scratch, value);
  for (const value of [...ipv4Sysctls(ipv4), ...ipv6Sysctls(ipv6)]) register(value);
  const { sockets, unixSockets } = kernel;
  for (const value of coreSysctls(sockets.settings, unixSockets, core.receiver)) register(value);
  for (const value of tcpSysctls(tcp.settings)) register(value);
  registerCongestionControl(kernel);
  const ofDevice = new Map<NetDevice, readonly (CtlHeader | number)[]>();
  const show = (device: NetDevice): void => {
    const values = [
      ...confSysctls(ipv4, device.name, ipv4.devinet.conf(device)),
      ...deviceSysctls6(ipv6, device),
    ];
    ofDevice.set(
      device,
      values.map((value) => register(value)),
    );
  };
  const hide = (device: NetDevice): void => {
    for (const header of ofDevice.get(device) ?? []) {
      // Handlers never sleep, so nobody is inside one.
      if (typeof header !== 'number') kernel.sysctl.unregister(header).next();
    }
    ofDevice.delete(device);
  };
  for (const device of core.devices) show(device);
  core.onEvent((event, device) => {
    if (event === 'unregister' || event === 'change-name') hide(device);
    if (event === 'register' || event === 'change-name') show(device);
  });
}

/** Names, not numbers. Linux: proc_tcp_congestion_control. */
function registerCongestionControl({ net, ram, sysctl }: Kernel): void {
  const { settings } = net.tcp;
  const place = { ram, data: 0, maxBytes: CONGESTION_NAME_BYTES };
  sysctl.register('net/ipv4', {
    ...place,
    name: 'tcp_congestion_control',
    mode: 0o644,
    handler(_table, transfer) {
      if (!transfer.isWrite) return showText(transfer, `${settings.congestionControl}\n`);
      const text = decodeUtf8(transfer.buffer.subarray(0, transfer.length)).trim();
      const name = CONGESTION_CONTROLS.find((known) => known === text);
      if (name === undefined) return -ERRNO.ENOENT;
      settings.congestionControl = name;
      return 0;
    },
  });
  sysctl.register('net/ipv4', {
    ...place,
    name: 'tcp_available_congestion_control',
    mode: 0o444,
    handler: (_table, transfer) => showText(transfer, `${CONGESTION_CONTROLS.join(' ')}\n`),
  });
}

function add({ ram, sysctl }: Kernel, { data }: Scratch, value: SysctlValue): CtlHeader | number {
  const { path, read, write, min, max } = value;
  const slash = path.lastIndexOf('/');
  const count = read().length;
  const table: CtlTable = {
    name: path.slice(slash + 1),
    mode: 0o644,
    ram,
    data,
    maxBytes: count * INT_BYTES,
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
    handler(table, transfer) {
      for (const [at, number] of read().entries()) ram.store32(data + at * INT_BYTES, number >>> 0);
      const errno = procDointvecMinmax(table, transfer);
      if (errno !== 0 || !transfer.isWrite) return errno;
      write(Array.from({ length: count }, (_, at) => ram.load32(data + at * INT_BYTES) | 0));
      return 0;
    },
  };
  return sysctl.register(`net/${path.slice(0, slash)}`, table, true);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/** Boot of the network: its parts, in the order in which they stand on each other. */
import { addPvNet } from '../drivers/net/pv-net.ts';
import { parseMac } from '../lib/mac-address.ts';
import { NS_PER_SECOND } from '../fs/timespec.ts';
import { DeviceIoctls } from '../net/core/dev-ioctl.ts';
import { addLoopback } from '../net/core/loopback.ts';
import { NetCore } from '../net/core/net-core.ts';
import { NetTimers } from '../net/core/net-timers.ts';
import type { SkBuff } from '../net/core/sk-buff.ts';
import { Inet } from '../net/af-inet.ts';
import { registerDatagramDiag } from '../net/datagram-diag.ts';
import { InetStack, type InetStackParts } from '../net/inet-stack.ts';
import { Ipv4 } from '../net/ipv4/ipv4.ts';
import { Ipv6 } from '../net/ipv6/ipv6.ts';
import { SockDiag } from '../net/netlink/sock-diag.ts';
import { PacketFamily } from '../net/packet/packet-family.ts';
import type { Net } from '../net/net.ts';
import { NetStatistics } from '../net/snmp.ts';
import { registerTcpDiag } from '../net/tcp/diag.ts';
import { Tcp } from '../net/tcp/tcp.ts';
import { AF } from '../uapi/socket.ts';
import type { Kernel } from './kernel.ts';

export function makeNetwork(kernel: Kernel): Net {
  const { sim, scheduler, runtime: execution, softirqs, slabs, printk, image, sockets } = kernel;
  const core = new NetCore({ sim, scheduler, execution, softirqs, slabs, printk });
  reportWrongSums(kernel, core);
  core.skbs.onPanic = (kind, skb, bytes) => panicOf(kernel, kind, skb, bytes);
  core.watchdog.warn = (text) => kernel.die.warnOnce(text, 'dev_watchdog');
  core.bootNs = image.epochSeconds * NS_PER_SECOND;
  addLoopback(core);
  const timers = new NetTimers({ sim, scheduler, softirqs });
  const statistics = new NetStatistics();
  const random = (): number => randomWord(kernel);
  const ipv4 = new Ipv4({ sim, core, timers, statistics, printk, random });
  // Differs from Linux: IPv6 is off where there is a cable, until net.ipv6.conf.all turns it on.
  const isDisabled = true;
  const ipv6 = new Ipv6({ core, timers, statistics, printk, random, isDisabled });
  const inet = makeInet(kernel, { core, ipv4, ipv6, statistics });
  const portRange = (): readonly [number, number] => ipv4.settings.localPortRange;
  const tcp = new Tcp({ stack: inet.stack, timers, printk, portRange, random });
  for (const layer of [ipv4, ipv6]) tcp.attach(layer);
  inet.stream = (family) => tcp.create(family);
  if (image.nic === 'paravirtual') addPvNet(core, kernel.cable, macOf(image.mac));
  const ioctls = new DeviceIoctls(core, () => scheduler.current.credentials);
  ioctls.addressesOf = (dev) =>
    ipv4.devinet.of(dev).map(({ label, local }) => ({ label, address: local }));
  const packet = new PacketFamily(sockets.sockParts, core);
  sockets.families.register(packet);
  const sockDiag = new SockDiag();
  registerDatagramDiag(sockDiag, inet);
  registerTcpDiag(sockDiag, tcp);
  return { core, ioctls, packet, timers, statistics, ipv4, ipv6, inet, tcp, sockDiag };
}

/** AF_INET. */
function makeInet(
  { sockets }: Kernel,
  parts: Pick<InetStackParts, 'core' | 'ipv4' | 'ipv6' | 'statistics'>,
): Inet {
  const { core } = parts;
  const { sockParts } = sockets;
  const stack = new InetStack({ ...parts, sockParts, wallClockNs: (atNs) => core.wallNs(atNs) });
  const inet = new Inet(stack);
  for (const family of [AF.INET, AF.INET6]) sockets.families.register(inet.family(family));
  return inet;
}

/** 32 bits. */
function randomWord({ consoles }: Kernel): number {
  const bytes = consoles.entropy.bytes(4);
  return new DataView(bytes.buffer).getUint32(0);
}

/** An image's address, or the one that the first machine has. */
export function macOf(text: string | undefined): Uint8Array {
  return (text === undefined ? undefined : parseMac(text)) ?? DEFAULT_MAC;
}

const DEFAULT_MAC = Uint8Array.of(0x52, 0x54, 0x00, 0x12, 0x34, 0x56);

/** Linux: skb_panic. */
function panicOf(kernel: Kernel, kind: 'over' | 'under', skb: SkBuff, bytes: number): never {
  const { ram, printk, die } = kernel;
  const [head, data] = [skb.head, skb.data].map((pointer) => ram.formatPointer(pointer));
  printk.emerg(
    `skbuff: skb_${kind}_panic: text:${ram.formatPointer(0)} len:${skb.length} put:${bytes} ` +
      `head:${head!} data:${data!} tail:0x${(skb.tail - skb.head).toString(16)} ` +
      `end:0x${(skb.end - skb.head).toString(16)} dev:${skb.dev?.name ?? '<NULL>'}`,
  );
  throw die.bug('net/core/skbuff.c:206');
}

/** Once: a device that does so does it all the time. Linux: netdev_rx_csum_fault. */
function reportWrongSums({ printk, die }: Kernel, { skbs }: NetCore): void {
  let isTold = false;
  skbs.onWrongSum = ({ dev, length }) => {
    if (isTold) return;
    isTold = true;
    printk.err(`${dev?.name ?? '(unknown)'}: hw csum failure`);
    printk.err(`skb len=${length} csum complete`);
    die.dumpStack();
  };
}

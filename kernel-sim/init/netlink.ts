// SPDX-License-Identifier: GPL-2.0-or-later
/** AF_NETLINK, and who answers there. */
import { Netlink } from '../net/netlink/netlink.ts';
import { RtnlLinks } from '../net/netlink/rtnl-link.ts';
import { RtnlAddresses } from '../net/netlink/rtnl-address.ts';
import { RtnlAddresses6 } from '../net/netlink/rtnl-address6.ts';
import { RtnlNeighbours } from '../net/netlink/rtnl-neighbour.ts';
import { RtnlRoutes } from '../net/netlink/rtnl-route.ts';
import { RtnlRoutes6 } from '../net/netlink/rtnl-route6.ts';
import { Rtnetlink } from '../net/netlink/rtnetlink.ts';
import { UnixDiag } from '../net/unix/unix-diag.ts';
import { AF } from '../uapi/socket.ts';
import type { Kernel } from './kernel.ts';

export function makeNetlink({ sim, sockets, unixSockets, scheduler, net }: Kernel): Netlink {
  const netlink = new Netlink(sockets.sockParts, () => scheduler.current.tgid);
  const rtnl = new Rtnetlink(netlink);
  const { core, ipv4, ipv6 } = net;
  new RtnlLinks(core).register(rtnl);
  new RtnlAddresses(ipv4).register(rtnl);
  new RtnlAddresses6(ipv6).register(rtnl);
  new RtnlRoutes(ipv4).register(rtnl);
  new RtnlRoutes6(ipv6).register(rtnl);
  for (const family of [ipv4, ipv6]) {
    const { neighbours: table } = family;
    const neighbours = new RtnlNeighbours({ core, table, nowNs: () => sim.now() });
    neighbours.register(rtnl);
    family.onNeighbour = (...change) => neighbours.changed(...change);
  }
  net.sockDiag.register(AF.UNIX, new UnixDiag(unixSockets));
  netlink.add(net.sockDiag);
  sockets.families.register(netlink);
  return netlink;
}

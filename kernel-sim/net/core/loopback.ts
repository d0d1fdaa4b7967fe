// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * `lo`: what is sent there comes back.
 *
 * Linux: drivers/net/loopback.c.
 */
import { ethTypeTrans } from './ethernet.ts';
import { NETDEV_TX, setUpLoopback } from './net-device.ts';
import type { NetCore } from './net-core.ts';

export function addLoopback(core: NetCore): void {
  const lo = core.allocDevice('lo', {
    open: () => 0,
    stop: () => 0,
    startXmit(skb, dev) {
      const bytes = skb.length;
      skb.timestampNs = 0;
      skb.orphan();
      ethTypeTrans(skb, dev);
      const { stats } = dev;
      if (core.netifRx(skb) !== 0) {
        stats.rxDropped++;
        return NETDEV_TX.OK;
      }
      stats.txPackets++;
      stats.txBytes += bytes;
      stats.rxPackets++;
      stats.rxBytes += bytes;
      return NETDEV_TX.OK;
    },
  });
  setUpLoopback(lo);
  core.register(lo);
}

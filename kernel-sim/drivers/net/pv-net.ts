// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The network card of machines that are only there to be talked to: no registers and no rings,
 * what is sent goes straight into the cable. Like the UART, the kernel itself drives it.
 *
 * Linux has such a one for each hypervisor: drivers/net/xen-netfront.c.
 */
import type { CableEnd } from '../../hw/cable.ts';
import { ethTypeTrans } from '../../net/core/ethernet.ts';
import type { NetCore } from '../../net/core/net-core.ts';
import { NETDEV_TX, type NetDevice } from '../../net/core/net-device.ts';
import { PacketQueue } from '../../net/core/packet-queue.ts';
import { NET_IP_ALIGN, NET_SKB_PAD } from '../../net/core/sk-buff.ts';
import { ETH_HLEN } from '../../uapi/if-ether.ts';

/** Frames in the card that have not left yet. */
const TX_FRAMES = 256;

/** Registers eth0. */
export function addPvNet(core: NetCore, cable: CableEnd, address: Uint8Array): NetDevice {
  const received = new PacketQueue();
  let leaving = 0;
  const dev = core.allocDevice('eth%d', {
    open: () => 0,
    stop() {
      for (let skb = received.shift(); skb !== undefined; skb = received.shift()) {
        core.skbs.consume(skb);
      }
      return 0;
    },
    startXmit(skb) {
      dev.stats.txPackets++;
      dev.stats.txBytes += skb.length;
      leaving++;
      if (leaving >= TX_FRAMES) core.stopQueue(dev);
      const frame = skb.bytes();
      if (core.frames.isOn) core.frames.add('tx', dev.name, frame.slice(), 0);
      cable.transmit(frame, () => {
        leaving--;
        if (dev.isQueueStopped && leaving < TX_FRAMES / 2) core.wakeQueue(dev);
      });
      core.skbs.consume(skb);
      return NETDEV_TX.OK;
    },
    ethtool: {
      driverInfo: () => ({ driver: 'pv_net', version: '', firmware: '', bus: 'pv-0' }),
      linkSettings: () => ({
        speedMbps: Math.round(cable.bitsPerSecond / 1_000_000),
        isFullDuplex: true,
      }),
    },
  });
  const napi = core.napiAdd(dev, (budget) => {
    let done = 0;
    while (done < budget) {
      const skb = received.shift();
      if (skb === undefined) break;
      ethTypeTrans(skb, dev);
      core.receive(skb);
      done++;
    }
    if (done < budget) napi.complete();
    return done;
  });
  dev.driverName = 'pv_net';
  dev.address = address;
  dev.hasCarrier = cable.hasLink;
  cable.onLinkChanged = () => (cable.hasLink ? core.carrierOn(dev) : core.carrierOff(dev));
  cable.onReceive = (frame) => {
    if (!dev.isUp) return;
    const skb =
      frame.length < ETH_HLEN
        ? undefined
        : core.skbs.alloc(NET_SKB_PAD + NET_IP_ALIGN + frame.length);
    if (skb === undefined) {
      dev.stats.rxDropped++;
      return;
    }
    skb.reserve(NET_SKB_PAD + NET_IP_ALIGN);
    skb.put(frame.length);
    skb.copyIn(0, frame);
    dev.stats.rxPackets++;
    dev.stats.rxBytes += frame.length;
    received.push(skb);
    napi.schedule();
  };
  core.register(dev);
  return dev;
}

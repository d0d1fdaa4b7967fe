// SPDX-License-Identifier: GPL-2.0-or-later
import { expect, test } from 'vitest';

import { TestMachine } from '../../tests/support/machine.ts';
import { type NetDevice, NETDEV_TX } from '../net/core/net-device.ts';

test('interfaces have their files in /proc/net and /sys/class/net while they are there', () => {
  const text = `
    cd /sys/class/net; ls
    cat /proc/net/dev
    head -n 1 /proc/net/ptype; head -n 1 /proc/net/softnet_stat; cat /proc/net/packet
    cd eth0; cat address type mtu operstate flags ifindex
    cat carrier
    cat statistics/rx_packets statistics/tx_carrier_errors
    echo 1400 > mtu; cat mtu
    echo 7 > mtu; echo status $?
    echo 0x1003 > flags; cat operstate carrier speed duplex flags
    echo 100 > tx_queue_len; cat tx_queue_len
    echo done`;
  const guest = TestMachine.boot({ script: { text, user: 'root', args: [] } });
  const { kernel } = guest.machine;
  const { core } = kernel.net;
  const dev: NetDevice = core.allocDevice('eth%d', {
    open: () => 0,
    stop: () => 0,
    startXmit: () => NETDEV_TX.BUSY,
    ethtool: { linkSettings: () => ({ speedMbps: 1000, isFullDuplex: true }) },
  });
  dev.address = Uint8Array.of(2, 0, 0, 0, 0, 0xab);
  Object.assign(dev.stats, { rxPackets: 12, rxBytes: 3456, txCarrierErrors: 3, txErrors: 3 });
  core.register(dev);
  guest.runUntil(() => guest.machine.state === 'halted', 'the end of the script');
  expect(guest.output.get('hvc0')).toBe(
    [
      'eth0',
      'lo',
      'Inter-|   Receive                                                |  Transmit',
      ' face |bytes    packets errs drop fifo frame compressed multicast|' +
        'bytes    packets errs drop fifo colls carrier compressed',
      '    lo:       0       0    0    0    0     0          0         0        0       0' +
        '    0    0    0     0       0          0',
      '  eth0:    3456      12    0    0    0     0          0         0        0       0' +
        '    3    0    0     0       3          0',
      'Type Device      Function',
      `${'00000000 '.repeat(12)}00000000`,
      'sk               RefCnt Type Proto  Iface R Rmem   User   Inode',
      '02:00:00:00:00:ab',
      '1',
      '1500',
      'down',
      '0x1002',
      '2',
      '12',
      '3',
      '1400',
      'status 1',
      'up',
      '1',
      '1000',
      'full',
      '0x1003',
      '100',
      'done',
      '',
    ].join('\n'),
  );
  expect(guest.output.get('hvc1')).toMatch(/carrier: Invalid argument[^]*Invalid argument/);
  expect(core.rename(dev, 'wan0')).toBeLessThan(0);
});

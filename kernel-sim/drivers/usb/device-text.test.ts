// SPDX-License-Identifier: GPL-2.0-or-later
import { expect, test } from 'vitest';

import { parseConfiguration, parseDevice } from './config.ts';
import { devicesText, interfaceAttributes, interfaceEvent, nodePath } from './device-text.ts';
import { activate } from './enumerate.ts';
import { UsbNode } from './usb-node.ts';

const bytesOf = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../gu) ?? [], (pair) => Number.parseInt(pair, 16));

/** The Ethernet function of the LAN9512, as on the bus on which a real kernel was recorded. */
function lan9512(): UsbNode {
  const root = new UsbNode({ bus: 1, parent: undefined, port: 0 }, 'high');
  root.number = 1;
  const node = new UsbNode({ bus: 1, parent: root, port: 1 }, 'high');
  root.children = Array.from({ length: 15 });
  root.children[0] = node;
  node.number = 2;
  node.info = parseDevice(bytesOf('12010002ff000140240400ec000200000001'));
  const configuration = parseConfiguration(
    0,
    bytesOf(
      '09022700010100e001' +
        '0904000003ff00ff00' +
        '07058102000200' +
        '07050202000200' +
        '07058303100004',
    ),
    'high',
    () => undefined,
  );
  if (typeof configuration === 'number') throw new Error('a configuration that makes sense');
  node.configurations = [configuration];
  activate(node, configuration);
  return node;
}

test('debugfs tells of a device what a real kernel told of it', () => {
  expect(devicesText([lan9512()]).replace('(none)', 'smsc95xx')).toBe(`
T:  Bus=01 Lev=01 Prnt=01 Port=00 Cnt=01 Dev#=  2 Spd=480  MxCh= 0
D:  Ver= 2.00 Cls=ff(vend.) Sub=00 Prot=01 MxPS=64 #Cfgs=  1
P:  Vendor=0424 ProdID=ec00 Rev= 2.00
C:* #Ifs= 1 Cfg#= 1 Atr=e0 MxPwr=  2mA
I:* If#= 0 Alt= 0 #EPs= 3 Cls=ff(vend.) Sub=00 Prot=ff Driver=smsc95xx
E:  Ad=81(I) Atr=02(Bulk) MxPS= 512 Ivl=0ms
E:  Ad=02(O) Atr=02(Bulk) MxPS= 512 Ivl=0ms
E:  Ad=83(I) Atr=03(Int.) MxPS=  16 Ivl=1ms
`);
});

test('an interface says by what name its driver is found', () => {
  const node = lan9512();
  const [usbInterface] = node.interfaces;
  expect(interfaceEvent(usbInterface!)).toContain(
    'MODALIAS=usb:v0424pEC00d0200dcFFdsc00dp01icFFisc00ipFFin00',
  );
  expect(new Map(interfaceAttributes(usbInterface!)).get('bNumEndpoints')?.()).toBe('03');
  expect(nodePath(node)).toBe('bus/usb/001/002');
});

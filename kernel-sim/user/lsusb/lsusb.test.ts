// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, test } from 'vitest';

import { runScript } from '../../../tests/support/machine.ts';

/** By usbutils 014 on a Debian kernel (6.1), of this very chip over USB/IP. */
const RECORDED = `\
Device Descriptor:
  bLength                18
  bDescriptorType         1
  bcdUSB               2.00
  bDeviceClass          255 Vendor Specific Class
  bDeviceSubClass         0 
  bDeviceProtocol         1 
  bMaxPacketSize0        64
  idVendor           0x0424 Microchip Technology, Inc. (formerly SMSC)
  idProduct          0xec00 SMSC9512/9514 Fast Ethernet Adapter
  bcdDevice            2.00
  iManufacturer           0 
  iProduct                0 
  iSerial                 0 
  bNumConfigurations      1
  Configuration Descriptor:
    bLength                 9
    bDescriptorType         2
    wTotalLength       0x0027
    bNumInterfaces          1
    bConfigurationValue     1
    iConfiguration          0 
    bmAttributes         0xe0
      Self Powered
      Remote Wakeup
    MaxPower                2mA
    Interface Descriptor:
      bLength                 9
      bDescriptorType         4
      bInterfaceNumber        0
      bAlternateSetting       0
      bNumEndpoints           3
      bInterfaceClass       255 Vendor Specific Class
      bInterfaceSubClass      0 
      bInterfaceProtocol    255 
      iInterface              0 
      Endpoint Descriptor:
        bLength                 7
        bDescriptorType         5
        bEndpointAddress     0x81  EP 1 IN
        bmAttributes            2
          Transfer Type            Bulk
          Synch Type               None
          Usage Type               Data
        wMaxPacketSize     0x0200  1x 512 bytes
        bInterval               0
      Endpoint Descriptor:
        bLength                 7
        bDescriptorType         5
        bEndpointAddress     0x02  EP 2 OUT
        bmAttributes            2
          Transfer Type            Bulk
          Synch Type               None
          Usage Type               Data
        wMaxPacketSize     0x0200  1x 512 bytes
        bInterval               0
      Endpoint Descriptor:
        bLength                 7
        bDescriptorType         5
        bEndpointAddress     0x83  EP 3 IN
        bmAttributes            3
          Transfer Type            Interrupt
          Synch Type               None
          Usage Type               Data
        wMaxPacketSize     0x0010  1x 16 bytes
        bInterval               4
Device Qualifier (for other device speed):
  bLength                10
  bDescriptorType         6
  bcdUSB               2.00
  bDeviceClass          255 Vendor Specific Class
  bDeviceSubClass         0 
  bDeviceProtocol         1 
  bMaxPacketSize0        64
  bNumConfigurations      1
Device Status:     0x0001
  Self Powered`;

const MAKER = 'Microchip Technology, Inc. (formerly SMSC)';
const LIST = `\
Bus 001 Device 003: ID 0424:ec00 ${MAKER} SMSC9512/9514 Fast Ethernet Adapter
Bus 001 Device 002: ID 0424:9512 ${MAKER} SMC9512/9514 USB Hub
Bus 001 Device 001: ID 1d6b:0002 Linux Foundation 2.0 root hub
`;

const TREE = `\
/:  Bus 01.Port 1: Dev 1, Class=root_hub, Driver=pv-hcd/4p, 480M
    |__ Port 1: Dev 2, If 0, Class=Hub, Driver=hub/3p, 480M
        |__ Port 1: Dev 3, If 0, Class=Vendor Specific Class, Driver=, 480M
`;

describe('lsusb', () => {
  test('lists devices and their descriptors as usbutils does', () => {
    const { stdout } = runScript(
      `plug lan9512; sleep 1
      lsusb; echo --; lsusb -t; echo --
      sudo lsusb -v -d 0424:ec00; echo --; lsusb -s 1:2
      lsusb -s :9; echo $?; lsusb -d 1:2; echo $?`,
    );
    const [list, tree, verbose, chosen] = stdout.split('--\n');
    expect(list).toBe(LIST);
    expect(tree).toBe(TREE);
    expect(verbose?.split('\n').slice(2).join('\n')).toBe(`${RECORDED}\n`);
    expect(chosen).toBe(`${LIST.split('\n')[1]}\n1\n1\n`);
  });

  test('are reset by usbreset, which finds them by all that they are called', () => {
    const { stdout, stderr, logText } = runScript(
      `plug loopback; sleep 1; usbreset; echo $?
      usbreset 1209:0001; sudo usbreset 1209:0001; sudo usbreset 1/2
      sudo usbreset 'loop-BACK device'; usbreset 1d6b:0002; echo $?; usbreset nobody; usbreset 1/9`,
    );
    expect(stdout.split('\n').slice(4)).toEqual([
      '',
      'Devices:',
      '  Number 001/002  ID 1209:0001  Loop-back device',
      '1',
      "Resetting Loop-back device ... can't open [Permission denied]",
      ...Array.from({ length: 3 }, () => 'Resetting Loop-back device ... ok'),
      '1',
      '',
    ]);
    expect(stderr).toBe('No such device found\n'.repeat(3));
    expect(logText.split('reset high-speed USB device number 2').length).toBe(4);
  });

  test('may not ask devices as an ordinary user, and says so', () => {
    const { stdout, stderr } = runScript('lsusb -v; lsusb -d zz; lsusb -q; lsusb -D /nope');
    expect(stdout).toContain('  iManufacturer           1 \n');
    expect(stderr).toMatch(
      /^Couldn't open device, some information will be missing\nUsage: lsusb /,
    );
    expect(stderr).toContain("lsusb: invalid option -- 'q'\nUsage: lsusb ");
    expect(stderr).toMatch(/Cannot open \/nope\n$/);
  });
});

describe('/sys/bus/usb', () => {
  test('is as a real kernel has it, for as long as the device is there', () => {
    const { stdout } = runScript(`plug lan9512; sleep 1
      cd /sys/bus/usb/devices/1-1.1; cat idVendor speed version bcdDevice bMaxPower dev
      cat 1-1.1:1.0/uevent 1-1.1:1.0/ep_83/interval; readlink -f subsystem driver; cd /
      unplug; sleep 1; ls /sys/bus/usb/devices /sys/bus/usb/drivers/hub /dev/bus/usb/001`);
    expect(stdout).toBe(`0424
480
 2.00
0200
2mA
189:2
DEVTYPE=usb_interface
PRODUCT=424/ec00/200
TYPE=255/0/1
INTERFACE=255/0/255
MODALIAS=usb:v0424pEC00d0200dcFFdsc00dp01icFFisc00ipFFin00
1ms
/sys/bus/usb
/sys/bus/usb/drivers/usb
/dev/bus/usb/001:
001

/sys/bus/usb/devices:
1-0:1.0
usb1

/sys/bus/usb/drivers/hub:
1-0:1.0
bind
unbind
`);
  });
});

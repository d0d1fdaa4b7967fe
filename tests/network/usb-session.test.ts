// SPDX-License-Identifier: GPL-2.0-or-later
/** What somebody types who has a LAN9512: the tools, the network, and a hand that pulls it out. */
import { expect, it } from 'vitest';

import { runScript } from '../support/machine.ts';

const SESSION = `
cd smsc95xx && make > /dev/null && sudo insmod smsc95xx.ko
plug | grep -q lan9512 || plug lan9512; sleep 1
lsusb -d 0424:; lsusb -t | tail -n 1
sudo ip link set eth0 up; sleep 2; ip -br link show eth0
sudo udhcpc -i eth0 -q -n 2>&1 | tail -n 1
sudo tcpdump -i eth0 -n -c 2 icmp 2>/dev/null | cut -d' ' -f2- & sleep 0.2
ping -c 1 10.0.2.2 | grep loss; wait
wget -qO- http://10.0.2.2/hello.txt
wget -q -O /dev/null http://10.0.2.2/10M.bin & sleep 0.3
unplug; sleep 1; kill %1; wait %1; echo "wget $?"
lsusb -d 0424:; ip -br link | cut -d' ' -f1
cd; sudo rmmod smsc95xx; echo "rmmod $?"
`;

it.each([
  ['pc', '00:80:0f:95:12:01'],
  ['rpi3', 'b8:27:eb:95:12:00'],
] as const)('goes well on a %s', (board, mac) => {
  const { stdout, logText } = runScript(SESSION, { board });
  const maker = 'Microchip Technology, Inc. (formerly SMSC)';
  expect(stdout.replace(/id \d+/gu, 'id N')).toBe(`\
Bus 001 Device 003: ID 0424:ec00 ${maker} SMSC9512/9514 Fast Ethernet Adapter
Bus 001 Device 002: ID 0424:9512 ${maker} SMC9512/9514 USB Hub
        |__ Port 1: Dev 3, If 0, Class=Vendor Specific Class, Driver=smsc95xx, 480M
eth0             UP             ${mac} <BROADCAST,MULTICAST,UP,LOWER_UP> 
udhcpc: lease of 10.0.2.16 obtained from 10.0.2.2, lease time 86400
1 packets transmitted, 1 received, 0% packet loss, time 0ms
IP 10.0.2.16 > 10.0.2.2: ICMP echo request, id N, seq 1, length 64
IP 10.0.2.2 > 10.0.2.16: ICMP echo reply, id N, seq 1, length 64
Hello from the gateway!
wget 143
lo
rmmod 0
`);
  expect(logText).not.toMatch(/BUG|WARNING|Oops|DMA-API/u);
  expect(logText).toContain('usb 1-1.1: USB disconnect, device number 3');
});

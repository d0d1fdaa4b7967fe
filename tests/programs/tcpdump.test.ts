// SPDX-License-Identifier: GPL-2.0-or-later
/** tcpdump on a machine with a network: captures, files, and what it refuses. */
import { expect, it } from 'vitest';

import { runScript } from '../support/machine.ts';

const SCRIPT = `
sudo udhcpc -i eth0 -n -q 2>/dev/null
sudo tcpdump -i eth0 -c 4 -w /tmp/a.pcap icmp &
while ! grep -q '^[0-9a-f]* *3 ' /proc/net/packet; do sleep 0.01; done
ping -c 2 -i 0.2 10.0.2.2 >/dev/null
wait
tcpdump -tnr /tmp/a.pcap
tcpdump -tnr /tmp/a.pcap 'icmp and and'; echo "status $?"
tcpdump -i eth0; echo "status $?"
sudo tcpdump -i eth9; echo "status $?"
tcpdump -Z root; echo "status $?"
tcpdump -D
sudo timeout -s INT 0.1 tcpdump -i lo
`;

it('captures to a file, reads it back, and refuses in its own words', () => {
  const { stdout, stderr } = runScript(SCRIPT, { nic: 'paravirtual' });
  const pings = stdout.split('\n').filter((line) => line.startsWith('IP '));
  expect(pings.map((line) => line.replace(/id \d+/, 'id N'))).toEqual(
    [1, 2].flatMap((seq) => [
      `IP 10.0.2.15 > 10.0.2.2: ICMP echo request, id N, seq ${seq}, length 64`,
      `IP 10.0.2.2 > 10.0.2.15: ICMP echo reply, id N, seq ${seq}, length 64`,
    ]),
  );
  expect(stdout.match(/status \d/g)).toEqual(['status 1', 'status 1', 'status 1', 'status 1']);
  expect(stdout).toContain('1.eth0 [Up, Running, Connected]\n2.any (Pseudo-device');
  const told = [
    'tcpdump: listening on eth0, link-type EN10MB (Ethernet), snapshot length 262144 bytes\n',
    '4 packets captured\n4 packets received by filter\n0 packets dropped by kernel\n',
    'reading from file /tmp/a.pcap, link-type EN10MB (Ethernet), snapshot length 262144\n',
    "tcpdump: can't parse filter expression: syntax error\n",
    "tcpdump: eth0: You don't have permission to perform this capture on that device\n" +
      '(socket: Operation not permitted)\n',
    'tcpdump: eth9: No such device exists\n(SIOCGIFHWADDR: No such device)\n',
    "tcpdump: invalid option -- 'Z'\n",
    'tcpdump: verbose output suppressed, use -v[v]... for full protocol decode\nlistening on lo,',
    '0 packets captured\n0 packets received by filter\n0 packets dropped by kernel\n',
  ];
  for (const text of told) expect(stderr).toContain(text);
});

// SPDX-License-Identifier: GPL-2.0-or-later
/** What `ringzero --help` prints. */
export const USAGE = `\
Usage: ringzero run [OPTION]... {-c SCRIPT | SCRIPT-FILE | -} [ARGUMENT]...
       ringzero check FILE.ts... [--json]
       ringzero usbip [--port PORT] [--control PORT] [--seed N]
       ringzero --help | --version

A simulated Linux-like kernel with drivers written in TypeScript, without a browser.

run    Boots, runs a script in the simulated shell in /home/user, copies its output, and
       exits with its status. With - the script is read from standard input; otherwise
       standard input is the script's.

  -c SCRIPT             the script itself
  --file HOST:GUEST     put a file or folder of the host there before the script runs;
                        a relative GUEST is below /home/user
  --board pc|rpi3       the machine (pc)
  --cpus N              1 to 8 (2)
  --seed N              decides every choice that the machine leaves open (1)
  --cmdline TEXT        the kernel's command line, such as "kasan=off preempt=full"
  --user user|root      who runs the script (user, who may sudo)
  --realtime            let virtual time never run ahead of real time
  --timeout SECONDS     give up after so much real time, with status 124
  --trace FILE          write what happened, as a Chrome trace (Perfetto opens it)
  --loss PERCENT        lose so many of the frames on the machine's wire (0)
  --delay MS            how long a frame takes from end to end (0.1)
  --rate MBIT           how fast the wire is (100)
  --cable udp:LOCAL:REMOTE
                        join the machine's switch to something outside, one Ethernet frame in
                        each UDP datagram between two ports of 127.0.0.1, as qemu's
                        -netdev socket,udp=127.0.0.1:LOCAL,localaddr=127.0.0.1:REMOTE has it;
                        in real time

check  Checks drivers without loading them; exits with 1 when something is found.

  --json                print [{ file, line, column, endLine, endColumn, code, message, help }]

usbip  Exports the network adapter LAN9512 of a simulated world to a real kernel, over USB/IP on
       127.0.0.1, until it is interrupted. Beyond its cable are 10.0.2.2 with DHCP, DNS and HTTP.

  --port PORT           of TCP, for the kernel (3240); 0 is any that is free
  --control PORT        of UDP, for commands: link-down, link-up, unplug (4240)
  --seed N              decides every choice that the world leaves open (1)

Exit status: the script's; 124 when time ran out, 125 when ringzero itself failed, 2 for a
command line that cannot be understood.
`;

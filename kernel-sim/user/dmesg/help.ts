// SPDX-License-Identifier: GPL-2.0-or-later
/** What dmesg can be told. */

export const DMESG_SHORT = 'CcDdEFHJkL::l:n:PprSs:uwWxeTt';

export const DMESG_LONG: Readonly<Record<string, string>> = {
  clear: 'C',
  'read-clear': 'c',
  'console-off': 'D',
  'console-on': 'E',
  color: 'L::',
  level: 'l:',
  'console-level': 'n:',
  kernel: 'k',
  nopager: 'P',
  raw: 'r',
  syslog: 'S',
  follow: 'w',
  'follow-new': 'W',
  decode: 'x',
  'show-delta': 'd',
  ctime: 'T',
  notime: 't',
};

export const DMESG_HELP = `
Usage:
 dmesg [options]

Display or control the kernel ring buffer.

Options:
 -C, --clear                 clear the kernel ring buffer
 -c, --read-clear            read and clear all messages
 -D, --console-off           disable printing messages to console
 -E, --console-on            enable printing messages to console
 -k, --kernel                display kernel messages
 -L, --color[=<when>]        colorize messages (auto, always or never)
 -l, --level <list>          restrict output to defined levels
 -n, --console-level <level> set level of messages printed to console
 -r, --raw                   print the raw message buffer
 -S, --syslog                force to use syslog(2) rather than /dev/kmsg
 -w, --follow                wait for new messages
 -W, --follow-new            wait and print only new messages
 -x, --decode                decode facility and level to readable string
 -d, --show-delta            show time delta between printed messages
 -T, --ctime                 show human-readable timestamp (may be inaccurate!)
 -t, --notime                don't show any timestamp with messages

 -h, --help                  display this help

Supported log levels (priorities):
   emerg - system is unusable
   alert - action must be taken immediately
    crit - critical conditions
     err - error conditions
    warn - warning conditions
  notice - normal but significant condition
    info - informational
   debug - debug-level messages

`;

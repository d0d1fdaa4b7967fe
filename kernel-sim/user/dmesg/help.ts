// SPDX-License-Identifier: GPL-2.0-or-later
/** What dmesg can be told. */

export const DMESG_SHORT = 'CcDdEF:f:HJkL::l:n:PprSs:uwWxeTtVh';

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
  reltime: 'e',
  ctime: 'T',
  notime: 't',
  file: 'F:',
  facility: 'f:',
  human: 'H',
  json: 'J',
  userspace: 'u',
  'buffer-size': 's:',
  'force-prefix': 'p',
  noescape: 'noescape',
  'time-format': 'time-format:',
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
 -F, --file <file>           use the file instead of the kernel log buffer
 -f, --facility <list>       restrict output to defined facilities
 -H, --human                 human readable output
 -J, --json                  use JSON output format
 -k, --kernel                display kernel messages
 -L, --color[=<when>]        colorize messages (auto, always or never)
 -l, --level <list>          restrict output to defined levels
 -n, --console-level <level> set level of messages printed to console
 -P, --nopager               do not pipe output into a pager
 -p, --force-prefix          force timestamp output on each line of multi-line messages
 -r, --raw                   print the raw message buffer
     --noescape              don't escape unprintable character
 -S, --syslog                force to use syslog(2) rather than /dev/kmsg
 -s, --buffer-size <size>    buffer size to query the kernel ring buffer
 -u, --userspace             display userspace messages
 -w, --follow                wait for new messages
 -W, --follow-new            wait and print only new messages
 -x, --decode                decode facility and level to readable string
 -d, --show-delta            show time delta between printed messages
 -e, --reltime               show local time and time delta in readable format
 -T, --ctime                 show human-readable timestamp (may be inaccurate!)
 -t, --notime                don't show any timestamp with messages
     --time-format <format>  show timestamp using the given format:
                               [delta|reltime|ctime|notime|iso]

 -h, --help                  display this help

Supported log facilities:
    kern - kernel messages
    user - random user-level messages
    mail - mail system
  daemon - system daemons
    auth - security/authorization messages
  syslog - messages generated internally by syslogd
     lpr - line printer subsystem
    news - network news subsystem

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

// SPDX-License-Identifier: GPL-2.0-or-later
/** hostname: shows or sets the machine's name. */
import type { Sleeping } from '../uapi/coroutine.ts';
import { O } from '../uapi/fs.ts';
import { NETLINK } from '../uapi/netlink.ts';
import { RT_SCOPE } from '../uapi/rtnetlink.ts';
import { IFADDRMSG, RTM } from '../uapi/rtnetlink-messages.ts';
import { parseAddress } from './ip/model.ts';
import type { Libc } from './libc/libc.ts';
import { command, errorText, has } from './support/command.ts';
import { MessageBuilder, NetlinkClient } from './support/netlink.ts';

export const hostname = command({
  short: 'fsidI',
  long: { 'all-ip-addresses': 'I', fqdn: 'f', short: 's' },
  help: "Usage: hostname [-I|-s|-f] [NAME]\nShow or set the system's host name.\n",
  *main(c, args) {
    if (has(args, 'I')) return yield* showAddresses(c);
    const [name] = args.operands;
    if (name === undefined) {
      const uname = yield* c.uname();
      if (typeof uname === 'number') return yield* c.die(c.program, errorText(uname));
      const short = uname.nodename.replace(/\..*/, '');
      c.out(`${has(args, 's') ? short : uname.nodename}\n`);
      return 0;
    }
    const fd = yield* c.open('/proc/sys/kernel/hostname', O.WRONLY);
    const failure = fd < 0 ? fd : yield* c.write_all(fd, name);
    if (failure >= 0) return 0;
    return yield* c.die(c.program, 'you must be root to change the host name');
  },
});

/** Every address that others can reach: none of the loopback, none that is only good on a link. */
function* showAddresses(c: Libc): Sleeping<number> {
  const netlink = yield* NetlinkClient.open(c, NETLINK.ROUTE);
  if (typeof netlink === 'number') return yield* c.die(c.program, errorText(netlink));
  const request = new MessageBuilder(IFADDRMSG.SIZE).bytes();
  const answer = yield* netlink.dump(RTM.GETADDR, request);
  if ('error' in answer) return yield* c.die(c.program, errorText(answer.error));
  const addresses = answer.messages.map(parseAddress).filter((it) => it.scope < RT_SCOPE.LINK);
  c.out(`${addresses.map(({ local }) => `${local} `).join('')}\n`);
  return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/** hostname: shows or sets the machine's name. */
import { O } from '../uapi/fs.ts';
import { command, errorText, has } from './support/command.ts';

export const hostname = command({
  short: 'fsid',
  long: { fqdn: 'f', short: 's' },
  help: "Usage: hostname [-s|-f] [NAME]\nShow or set the system's host name.\n",
  *main(c, args) {
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

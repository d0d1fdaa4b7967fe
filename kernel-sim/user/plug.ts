// SPDX-License-Identifier: GPL-2.0-or-later
/** plug, unplug: what a hand does at the table where the machine stands. */
import type { Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { O } from '../uapi/fs.ts';
import type { Libc } from './libc/libc.ts';
import { command, complain, errorText } from './support/command.ts';

const BENCH = '/dev/bench';

const PLUG_HELP = `Usage: plug [DEVICE [PORT]]
Plug DEVICE into a port of the USB: the first free one, unless PORT says which.
Without arguments, list the ports and what is in them.

Devices:
  lan9512       a USB 2.0 Ethernet adapter (0424:9512), its cable in the switch
  lan9512-liar  the same, but it says that its frames are longer than they are
  loopback      a device that sends back what it gets (1209:0001)
  hub           a hub with four ports (1209:0002)
`;

const UNPLUG_HELP = `Usage: unplug [PORT]
Pull out what is in a port of the USB: in the only one that is used, unless
PORT says which.
`;

export const plug = command({
  short: '',
  help: PLUG_HELP,
  *main(c, { operands }) {
    const [device, port] = operands;
    if (operands.length > 2) return yield* refuse(c, `extra operand '${operands[2]!}'`);
    if (device === undefined) return yield* list(c);
    const errno = yield* tell(c, ['plug', ...operands].join(' '));
    if (errno === -ERRNO.ENODEV) return yield* refuse(c, `${device}: no such device to plug in`);
    if (errno === -ERRNO.ENXIO) return yield* refuse(c, `${port!}: no such port`);
    if (errno === -ERRNO.ENOSPC) return yield* refuse(c, 'all ports are taken');
    const taken = `${device}: the port or the device is in use`;
    if (errno === -ERRNO.EBUSY) return yield* refuse(c, taken);
    return errno < 0 ? yield* refuse(c, errorText(errno)) : 0;
  },
});

export const unplug = command({
  short: '',
  help: UNPLUG_HELP,
  *main(c, { operands }) {
    if (operands.length > 1) return yield* refuse(c, `extra operand '${operands[1]!}'`);
    const errno = yield* tell(c, ['unplug', ...operands].join(' '));
    if (errno === -ERRNO.ENODEV) return yield* refuse(c, 'nothing is plugged in there');
    if (errno === -ERRNO.EINVAL && operands.length === 0) {
      return yield* refuse(c, 'several devices are plugged in: say which PORT');
    }
    return errno < 0 ? yield* refuse(c, errorText(errno)) : 0;
  },
});

function* refuse(c: Libc, message: string): Sleeping<number> {
  yield* complain(c, message);
  return 1;
}

function* list(c: Libc): Sleeping<number> {
  const fd = yield* c.open(BENCH, O.RDONLY);
  if (fd < 0) return yield* refuse(c, `${BENCH}: ${errorText(fd)}`);
  const lines = c.lines(fd);
  for (let line = yield* lines.next(); typeof line === 'string'; line = yield* lines.next()) {
    yield* c.print(`${line}\n`);
  }
  yield* c.close(fd);
  return 0;
}

/** 0, or a negative errno. */
function* tell(c: Libc, text: string): Sleeping<number> {
  const fd = yield* c.open(BENCH, O.WRONLY);
  if (fd < 0) return fd;
  const errno = yield* c.write(fd, text);
  yield* c.close(fd);
  return Math.min(0, errno);
}

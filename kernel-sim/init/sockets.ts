// SPDX-License-Identifier: GPL-2.0-or-later
/** The sockets of a machine, and the families that it has. */
import { UnixSockets } from '../net/unix/unix.ts';
import { type SocketBackend, Sockets } from '../net/sockets.ts';
import { processOf } from '../process/process.ts';
import { WOULD_BLOCK } from '../uapi/coroutine.ts';
import { DEVICE } from './devices.ts';
import type { Kernel } from './kernel.ts';

export function makeSockets(kernel: Kernel): Sockets {
  const { sim, scheduler, wallClock, signals, vfs } = kernel;
  const sockets = new Sockets(
    {
      sim,
      scheduler,
      wallClock,
      device: DEVICE.SOCKFS,
      credentials: () => scheduler.current.credentials,
      signalCurrent: (signal) => signals.sendCurrent(signal),
      isExiting: () => processOf(scheduler.current)?.leaving?.kind === 'exit',
      *close(file) {
        if (vfs.close(file) === WOULD_BLOCK) yield* vfs.closeBlocking(file);
      },
    },
    devicesOf(kernel),
  );
  return sockets;
}

/** The network comes later in the boot than the first socket could. */
function devicesOf(kernel: Kernel): SocketBackend {
  return {
    queues: {
      get hasWork() {
        return kernel.net.core.hasWork;
      },
      flush: () => kernel.net.core.flush(),
    },
    interfaces: {
      indexOf: (name) => kernel.net.core.byName(name)?.ifindex ?? 0,
      nameOf: (index) => kernel.net.core.byIndex(index)?.name,
    },
    deviceIoctl: (...call) => kernel.net.ioctls.run(...call),
  };
}

/** AF_UNIX. */
export function makeUnixSockets({ sockets, scheduler, vfs }: Kernel): UnixSockets {
  const unix = new UnixSockets({
    sockParts: sockets.sockParts,
    vfs,
    fsContext: () => processOf(scheduler.current) ?? vfs.kernelContext,
    currentPid: () => scheduler.current.tgid,
  });
  sockets.families.register(unix);
  return unix;
}

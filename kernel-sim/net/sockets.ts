// SPDX-License-Identifier: GPL-2.0-or-later
/** All that a machine has for sockets: which families there are, their files, their limits. */
import type { MaySleep } from '../uapi/coroutine.ts';
import { SOMAXCONN } from '../uapi/socket.ts';
import type { WallClock } from '../fs/timespec.ts';
import type { Credentials } from '../kernel/credentials.ts';
import type { IoMemory } from '../mm/io-memory.ts';
import { SocketFiles } from './socket-file.ts';
import { SocketIo, type SocketIoParts, type TransmitQueues } from './socket-io.ts';
import {
  type InterfaceNames,
  SocketFamilies,
  type SockParts,
  type SockSettings,
} from './socket.ts';

/** What those behind sockets do for them: the devices of the machine. */
export interface SocketBackend {
  readonly queues: TransmitQueues;
  readonly interfaces: InterfaceNames;
  /** The ioctls of interfaces, -ENOTTY for others. */
  deviceIoctl(command: number, argument: number, memory: IoMemory): MaySleep<number>;
}

export interface SocketsParts extends Omit<SocketIoParts, 'queues'> {
  readonly wallClock: WallClock;
  /** st_dev of sockets. */
  readonly device: number;
  /** Who the running task acts as. */
  readonly credentials: () => Credentials;
}

export class Sockets {
  readonly families = new SocketFamilies();
  readonly io: SocketIo;
  readonly files: SocketFiles;
  /** net.core's sysctls. */
  readonly settings: SockSettings = {
    rmemDefault: 212_992,
    rmemMax: 212_992,
    wmemDefault: 212_992,
    wmemMax: 212_992,
    somaxconn: SOMAXCONN,
    optmemMax: 131_072,
  };
  /** What protocols make their sockets with. */
  readonly sockParts: SockParts;

  constructor(parts: SocketsParts, backend: SocketBackend) {
    const { sim, scheduler, wallClock, device, credentials } = parts;
    const { settings } = this;
    const { queues, interfaces } = backend;
    this.io = new SocketIo({ ...parts, queues });
    this.files = new SocketFiles({
      io: this.io,
      wallClock,
      device,
      deviceIoctl: (...call) => backend.deviceIoctl(...call),
    });
    this.sockParts = { sim, scheduler, settings, credentials, interfaces };
  }
}

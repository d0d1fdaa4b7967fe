// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The devices that every machine has: memory devices, terminals, the host's ports, /dev/hostcc.
 *
 * Linux: what drivers' initcalls register and devtmpfs shows.
 */
import { BenchFile } from '../drivers/char/bench.ts';
import { Hostcc } from '../drivers/char/hostcc.ts';
import { HvcConsole, registerHvc } from '../drivers/char/hvc.ts';
import { Kmsg } from '../drivers/char/kmsg.ts';
import { registerMemDevices } from '../drivers/char/mem.ts';
import { MiscDevices } from '../drivers/char/misc-device.ts';
import { JobControl } from '../drivers/tty/job-control.ts';
import { SerialPort } from '../drivers/tty/serial.ts';
import type { ProcessGroups } from '../drivers/tty/tty.ts';
import {
  CONSOLE_DEV,
  SERIAL_MINOR,
  TTY_DEV,
  TTY_MAJOR,
  TtyFiles,
} from '../drivers/tty/tty-file.ts';
import { DevFs } from '../fs/devfs/devfs.ts';
import { Uart } from '../hw/uart.ts';
import { Entropy } from '../kernel/entropy.ts';
import { formatKmsg, formatTime } from '../kernel/printk/printk.ts';
import { encodeUtf8 } from '../lib/utf8.ts';
import { assert } from '../lib/assert.ts';
import type { Host, Input, PortName } from '../machine-types.ts';
import { major, makedev, minor } from '../uapi/fs.ts';
import { DEVICE } from './devices.ts';
import type { Kernel } from './kernel.ts';

const TERMINALS = ['ttyS0', 'ttyS1', 'ttyS2', 'ttyS3'] as const;
const TTY_GROUP = 5;
/** Links that udev makes on Linux. */
const STREAMS = [
  ['fd', '/proc/self/fd'],
  ['stdin', '/proc/self/fd/0'],
  ['stdout', '/proc/self/fd/1'],
  ['stderr', '/proc/self/fd/2'],
] as const;

/** Inputs that land at a device. */
export type DeviceInput = Extract<
  Input,
  { kind: 'tty' | 'carrier' | 'resize' | 'stdin' | 'compiled' }
>;

export class Consoles {
  /** Told of each request to build, and of what came of it. */
  onBuilt: (reply: Uint8Array) => void = () => undefined;
  readonly misc: MiscDevices;
  readonly entropy: Entropy;
  readonly #kernel: Kernel;
  readonly #devfs: DevFs;
  readonly #jobs = new JobControl();
  readonly #ports: readonly SerialPort[];
  readonly #uarts: readonly Uart[];
  readonly #hvcs: readonly HvcConsole[];
  readonly #hostcc: Hostcc;

  constructor(kernel: Kernel, host: Host) {
    const { sim, scheduler, charDevices, pages, wallClock } = kernel;
    const output = (port: PortName) => (bytes: Uint8Array) => host.output(port, bytes);
    this.#kernel = kernel;
    this.entropy = new Entropy(sim.oracle);
    this.#devfs = new DevFs(pages, wallClock, DEVICE.DEVTMPFS);
    this.#addMemoryDevices();

    this.#uarts = TERMINALS.map((name, n) => new Uart(sim, output(name), n === 0));
    this.#ports = this.#uarts.map((uart, n) => this.#makePort(uart, n));
    this.#addTerminals();

    const hvc0 = new HvcConsole(sim, scheduler, output('hvc0'));
    const hvc1 = new HvcConsole(sim, scheduler, output('hvc1'));
    [hvc0.peer, hvc1.peer] = [hvc1, hvc0];
    this.#hvcs = [hvc0, hvc1];
    for (const hvc of this.#hvcs) hvc.goAfter(this.#hvcs.filter((other) => other !== hvc));
    registerHvc(charDevices, this.#devfs, this.#hvcs);

    this.misc = new MiscDevices(charDevices, this.#devfs);
    this.misc.onDuplicate = (name) => warnDuplicate(kernel, name);
    this.#hostcc = new Hostcc(scheduler, (id, request) => host.compile(id, request));
    this.misc.register('hostcc', this.#hostcc, { mode: 0o666 });
    if (kernel.usbSockets !== undefined) {
      this.misc.register('bench', new BenchFile(kernel.usbSockets), { mode: 0o666 });
    }
  }

  mountDevices(): void {
    this.#kernel.vfs.mount(this.#devfs, 'devtmpfs', '/dev');
  }

  /** Context: interrupt. */
  land(input: DeviceInput): void {
    switch (input.kind) {
      case 'tty':
        this.#uarts[input.tty]?.receive(input.bytes);
        break;
      case 'carrier':
        this.#uarts[input.tty]?.setCarrier(input.isUp);
        break;
      case 'resize':
        this.#ports[input.tty]?.tty.resize({
          rows: input.rows,
          columns: input.columns,
          xPixels: 0,
          yPixels: 0,
        });
        break;
      case 'stdin':
        this.#hvcs[0]?.receive(input.bytes);
        break;
      case 'compiled':
        this.onBuilt(input.bytes);
        this.#hostcc.deliver(input.id, input.bytes);
        break;
    }
  }

  /** Lets out what the host's ports still hold back: the power goes off. */
  flush(): void {
    for (const hvc of this.#hvcs) hvc.flush();
  }

  /** A session's leader has gone: its terminal is free. */
  endSession(sid: number): void {
    const leader = this.#kernel.tasks.get(sid);
    if (leader !== undefined) this.#jobs.leaderExited(leader);
  }

  /** posix_spawn's way of giving a new group the terminal of its session. */
  setForeground(sid: number, pgid: number): void {
    for (const { tty } of this.#ports) if (tty.session === sid) tty.foreground = pgid;
  }

  /** For each terminal the group that has its keys, 0 when none has. */
  get foregroundGroups(): readonly number[] {
    return this.#ports.map(({ tty }) => tty.foreground);
  }

  /** Device number of a session's controlling terminal, 0 when it has none: for /proc/PID/stat. */
  terminalOf(sid: number): { readonly rdev: number; readonly foreground: number } {
    const tty = this.#ports.find((port) => port.tty.session === sid)?.tty;
    return { rdev: sid === 0 ? 0 : (tty?.rdev ?? 0), foreground: tty?.foreground ?? -1 };
  }

  /** A node below /dev for a device that comes while the machine runs. Linux: devtmpfs. */
  addDeviceNode(path: string, device: number, mode: number): void {
    this.#devfs.addNode(path, device, { mode });
  }

  removeDeviceNode(path: string): void {
    this.#devfs.removeNode(path);
  }

  #addMemoryDevices(): void {
    const { printk, scheduler, charDevices } = this.#kernel;
    const kmsg = new Kmsg(scheduler, {
      get firstSequence() {
        return printk.firstSequence;
      },
      get nextSequence() {
        return printk.nextSequence;
      },
      formatted(sequence) {
        const [record] = printk.since(sequence);
        return record === undefined ? '' : formatKmsg(record);
      },
      print: (level, text) => printk.print(level, text),
    });
    printk.onRecord = () => kmsg.recordAdded();
    printk.onConsole = ({ timeNs, text }) =>
      this.#uarts[0]?.transmitPolled(encodeUtf8(`${formatTime(timeNs)}${text}\r\n`));
    registerMemDevices(charDevices, this.#devfs, (bytes) => this.entropy.fill(bytes), kmsg);
  }

  #makePort(uart: Uart, n: number): SerialPort {
    const { scheduler, signals, tasks } = this.#kernel;
    const groups: ProcessGroups = {
      signalGroup: (pgid, signal) => void signals.sendToGroup(pgid, signal),
      signalLeader: (sid, signal) => {
        const leader = tasks.get(sid);
        if (leader !== undefined) signals.send(leader, signal);
      },
      sessionOf: (pgid) => tasks.inGroup(pgid)[0]?.sid,
      isOrphaned: (pgid) => tasks.isOrphanedGroup(pgid),
    };
    const rdev = makedev(TTY_MAJOR, SERIAL_MINOR + n);
    return new SerialPort(scheduler, groups, uart, { name: TERMINALS[n]!, rdev });
  }

  #addTerminals(): void {
    const { sim, scheduler, charDevices } = this.#kernel;
    const ttys = this.#ports.map(({ tty }) => tty);
    const files = new TtyFiles(sim, scheduler, this.#jobs, ttys);
    const add = (dev: number, count: number, name: string): void => {
      const error = charDevices.registerRegion(dev, count, name);
      assert(error === 0, `${name} has its numbers at boot`);
      charDevices.add(dev, count, files);
    };
    const first = makedev(TTY_MAJOR, SERIAL_MINOR);
    add(first, TERMINALS.length, 'ttyS');
    add(TTY_DEV, 1, '/dev/tty');
    add(CONSOLE_DEV, 1, '/dev/console');
    for (const [name, target] of STREAMS) this.#devfs.addSymlink(name, target);
    this.#devfs.addNode('tty', TTY_DEV, { mode: 0o666, gid: TTY_GROUP });
    this.#devfs.addNode('console', CONSOLE_DEV, { mode: 0o600, gid: TTY_GROUP });
    for (const [n, name] of TERMINALS.entries()) {
      const rdev = makedev(major(first), minor(first) + n);
      this.#devfs.addNode(name, rdev, { mode: 0o620, gid: TTY_GROUP });
    }
  }
}

/** Linux: sysfs_warn_dup, kobject_add_internal. */
function warnDuplicate({ printk, die }: Kernel, name: string): void {
  printk.warn(`sysfs: cannot create duplicate filename '/devices/virtual/misc/${name}'`);
  die.dumpStack();
  printk.err(
    `kobject: kobject_add_internal failed for ${name} with -EEXIST, ` +
      "don't try to register things with the same name in the same directory.",
  );
}

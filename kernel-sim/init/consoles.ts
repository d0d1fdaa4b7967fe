// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * TEMP
 */
import { JobControl } from '../drivers/tty/job-control.ts';
import { SerialPort } from '../drivers/tty/serial.ts';
import { CONSOLE_DEV, SERIAL_MINOR, TTY_DEV, TTY_MAJOR, TtyFiles } from '../drivers/tty/tty-file.ts';
import { DevFs } from '../fs/devfs/devfs.ts';
import { Uart } from '../hw/uart.ts';
import type { Host, Input } from '../machine-types.ts';
import { makedev } from '../uapi/fs.ts';
import { DEVICE, type Kernel } from './kernel.ts';

const TERMINALS = 1;
export class Consoles {
  readonly #kernel: Kernel;
  readonly #jobs = new JobControl();
  readonly #ports: SerialPort[] = [];
  readonly #uarts: Uart[] = [];
  readonly devfs: DevFs;
  onBuilt: (module: string, errors: number, sizeBytes: number) => void = () => undefined;
  constructor(kernel: Kernel, host: Host) {
    this.#kernel = kernel;
    const { sim, scheduler, signals, tasks, charDevices } = kernel;
    this.devfs = new DevFs(kernel.pages, kernel.wallClock, DEVICE.DEVTMPFS);
    const groups = {
      signalGroup: (pgid: number, signal: number) => void signals.sendToGroup(pgid, signal),
      sessionOf: (pgid: number) => tasks.inGroup(pgid)[0]?.sid,
      isOrphaned: () => false,
    };
    for (let n = 0; n < TERMINALS; n++) {
      const name = `ttyS${n}`;
      const uart = new Uart(sim, (bytes) => host.output(name as 'ttyS0', bytes));
      this.#uarts.push(uart);
      const rdev = makedev(TTY_MAJOR, SERIAL_MINOR + n);
      this.#ports.push(new SerialPort(scheduler, groups, uart, { name, rdev }));
      this.devfs.addNode(name, rdev, { mode: 0o620 });
    }
    const files = new TtyFiles(sim, scheduler, this.#jobs, this.#ports.map((p) => p.tty));
    charDevices.register(4, 'ttyS', files);
    charDevices.register(5, '/dev/tty', files);
    this.devfs.addNode('tty', TTY_DEV, { mode: 0o666 });
    this.devfs.addNode('console', CONSOLE_DEV, { mode: 0o600 });
    charDevices.register(1, 'mem', {
      read: (f, m, a, n) => (f.inode.rdev & 0xff) === 5 ? m.fill(a, 0, n) : 0,
      write: (_f, _m, _a, n) => n,
    });
    this.devfs.addNode('null', makedev(1, 3), { mode: 0o666 });
    this.devfs.addNode('zero', makedev(1, 5), { mode: 0o666 });
    charDevices.register(229, 'hvc', {
      isStream: true,
      read: () => 0,
      write: (f, m, a, n) => {
        const b = new Uint8Array(n);
        m.copyFrom(a, b, 0, n);
        host.output((f.inode.rdev & 0xff) === 0 ? 'hvc0' : 'hvc1', b);
        return n;
      },
    });
    this.devfs.addNode('hvc0', makedev(229, 0), { mode: 0o666 });
    this.devfs.addNode('hvc1', makedev(229, 1), { mode: 0o666 });
  }
  mountDevices(): void { this.#kernel.vfs.mount(this.devfs, 'devtmpfs', '/dev'); }
  endSession(sid: number): void { const t = this.#kernel.tasks.get(sid); if (t) this.#jobs.leaderExited(t); }
  setForeground(sid: number, pgid: number): void { for (const p of this.#ports) if (p.tty.session === sid) p.tty.foreground = pgid; }
  get foregroundGroup(): number { return this.#ports[0]?.tty.foreground ?? 0; }
  land(input: Input): void {
    if (input.kind === 'tty') this.#uarts[input.tty]?.receive(input.bytes);
    if (input.kind === 'resize') this.#ports[input.tty]?.tty.resize({ rows: input.rows, columns: input.columns, xPixels: 0, yPixels: 0 });
  }
}

// SPDX-License-Identifier: GPL-2.0-or-later
/** A terminal between a test's hands: keys and screen on one side, programs on the other. */
import { opened, readText, TestKernel } from '../../fs/testing/test-kernel.ts';
import type { OpenFile } from '../../fs/open-file.ts';
import { Uart } from '../../hw/uart.ts';
import type { Task } from '../../kernel/sched/task.ts';
import { decodeUtf8, encodeUtf8 } from '../../lib/utf8.ts';
import { makedev, O } from '../../uapi/fs.ts';
import { SIGNAL_NAMES } from '../../uapi/signal.ts';
import { CharDevices } from '../char/chrdev.ts';
import { JobControl } from '../tty/job-control.ts';
import { SerialPort } from '../tty/serial.ts';
import type { Tty } from '../tty/tty.ts';
import { CONSOLE_DEV, TTY_DEV, TtyFiles } from '../tty/tty-file.ts';

const RDEV = makedev(4, 64);
const SHELL = 100;

export class TestTerminal {
  readonly kernel: TestKernel;
  readonly uart: Uart;
  readonly port: SerialPort;
  readonly tty: Tty;
  readonly jobs = new JobControl();
  /** All that the terminal has been sent. */
  screen = '';
  /** `INT to 100`, in order. */
  readonly signals: string[] = [];
  /** Sessions by process group. */
  readonly sessions = new Map<number, number>();
  /** Groups with nobody to continue them. */
  readonly orphaned = new Set<number>();

  constructor() {
    const devices = new CharDevices();
    this.kernel = new TestKernel((rdev) => devices.find(rdev));
    const { scheduler, sim, vfs, devfs } = this.kernel;
    this.uart = new Uart(sim, (bytes) => {
      this.screen += decodeUtf8(bytes);
    });
    const groups = {
      signalGroup: (pgid: number, signal: number) => {
        this.signals.push(`${SIGNAL_NAMES[signal] ?? signal} to ${pgid}`);
      },
      signalLeader: (sid: number, signal: number) => {
        this.signals.push(`${SIGNAL_NAMES[signal] ?? signal} to leader ${sid}`);
      },
      sessionOf: (pgid: number) => this.sessions.get(pgid),
      isOrphaned: (pgid: number) => this.orphaned.has(pgid),
    };
    this.port = new SerialPort(scheduler, groups, this.uart, { name: 'ttyS0', rdev: RDEV });
    this.tty = this.port.tty;
    const files = new TtyFiles(sim, scheduler, this.jobs, [this.tty]);
    for (const rdev of [RDEV, TTY_DEV, CONSOLE_DEV]) devices.add(rdev, 1, files);
    devfs.addNode('ttyS0', RDEV);
    devfs.addNode('tty', TTY_DEV);
    devfs.addNode('console', CONSOLE_DEV);
    vfs.mkdir(vfs.kernelContext, '/dev', 0o755);
    vfs.mount(devfs, 'devtmpfs', '/dev');
  }

  /** The screen with control characters made visible. */
  get shown(): string {
    return this.screen.replaceAll(/\p{Cc}/gu, (char) => `{${char.charCodeAt(0)}}`);
  }

  tryOpen(name = 'ttyS0', flags: number = O.RDWR): OpenFile | number {
    return this.kernel.vfs.open(this.kernel.vfs.kernelContext, `/dev/${name}`, flags, 0);
  }

  /** Opens without making it anybody's controlling terminal. */
  open(flags: number = O.RDWR | O.NOCTTY): OpenFile {
    return this.kernel.inTask(() => opened(this.tryOpen('ttyS0', flags)));
  }

  /** Keys arrive, as an interrupt. */
  type(keys: string): void {
    const { sim } = this.kernel;
    sim.events.schedule(sim.now() + 1, () => this.uart.receive(encodeUtf8(keys)));
    this.kernel.run(50_000_000);
  }

  /** What a program that reads now gets, without waiting. */
  got(file: OpenFile, count = 4096): unknown {
    return this.kernel.inTask(() => readText(file, count));
  }

  setModes(change: {
    iflag?: number;
    oflag?: number;
    cflag?: number;
    lflag?: number;
    cc?: number[][];
  }): void {
    const { termios } = this.tty;
    const cc = termios.cc.slice();
    for (const [index = 0, value = 0] of change.cc ?? []) cc[index] = value;
    this.tty.setTermios({ ...termios, ...change, cc });
  }

  /** The local flags but for some. */
  without(...flags: number[]): number {
    return flags.reduce((left, flag) => left & ~flag, this.tty.termios.lflag);
  }

  /** A shell in session 100, whose controlling terminal this is, with a job in group 200. */
  startSession(body: (leader: Task) => void = () => undefined): Task {
    this.sessions.set(SHELL, SHELL).set(200, SHELL).set(300, 300);
    const { scheduler } = this.kernel;
    const tryOpen = (): OpenFile => opened(this.tryOpen());
    const leader = this.kernel.spawn(
      'sh',
      function* () {
        tryOpen();
        body(scheduler.current);
        yield* scheduler.sleep('S', 'do_wait');
      },
      { pid: SHELL },
    );
    this.kernel.run(1_000_000);
    return leader;
  }

  /** Runs `body` in a process of session 100 and group `pgid`. */
  inGroup<T>(pgid: number, body: () => T, setUp?: (task: Task) => void): T {
    const results: T[] = [];
    const task = this.kernel.spawn(
      'job',
      function* () {
        results.push(body());
      },
      { sid: SHELL, pgid },
    );
    setUp?.(task);
    this.kernel.run(1_000_000);
    return results[0] as T;
  }
}

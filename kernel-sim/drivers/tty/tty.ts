// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A terminal: a port on one side, programs on the other, the line discipline in between.
 *
 * `Tty` is what both meet at. Input comes from the port as an interrupt and waits in the line
 * discipline (n-tty.ts) until a program reads; output is cooked there on its way to the port. Who
 * may read, and who gets the signals that keys make, is job control (job-control.ts). Programs
 * reach it through tty-file.ts; serial.ts joins it to a UART.
 *
 * Linux: struct tty_struct, drivers/tty/tty_io.c. Differs: one line discipline, no pseudo terminals
 * yet; of the modem lines only the carrier (DCD).
 */
import { SIGNAL } from '../../uapi/signal.ts';
import { CFLAG } from '../../uapi/termios.ts';
import type { Scheduler } from '../../kernel/sched/scheduler.ts';
import { WaitQueue } from '../../kernel/sched/wait-queue.ts';
import { NTty } from './n-tty.ts';
import type { OutputPort } from './output.ts';
import { defaultTermios, type Termios } from './termios.ts';

/** What carries the bytes of a terminal: a UART's driver. Nothing here sleeps. */
export interface TtyPort extends OutputPort {
  /** How many bytes are on their way out. */
  readonly pending: number;
  /** Somebody is at the other end. The port tells of a change by `Tty.carrierChanged`. */
  readonly hasCarrier: boolean;
  /** Throws away what is on its way out. */
  flush(): void;
  /** ^S and ^Q. */
  setStopped(isStopped: boolean): void;
  /** Throws away input that the line discipline has not taken yet. */
  flushInput(): void;
  /** The line discipline has room for more input again. */
  unthrottle(): void;
}

/** What a terminal needs to know about processes: process/ supplies it. */
export interface ProcessGroups {
  /** Sends to every process of the group. */
  signalGroup(pgid: number, signal: number): void;
  /** Sends to the session's leader alone. */
  signalLeader(sid: number, signal: number): void;
  /** The session of a process group, or undefined when there is no such group. */
  sessionOf(pgid: number): number | undefined;
  /** True if nobody outside the group, in its session, could continue it. */
  isOrphaned(pgid: number): boolean;
}

export interface TtySpec {
  /** As in /dev: `ttyS0`. */
  readonly name: string;
  readonly rdev: number;
  readonly port: TtyPort;
}

export interface WindowSize {
  readonly rows: number;
  readonly columns: number;
  readonly xPixels: number;
  readonly yPixels: number;
}

export class Tty {
  readonly name: string;
  readonly rdev: number;
  readonly port: TtyPort;
  readonly groups: ProcessGroups;
  readonly discipline: NTty;
  /** Readers wait here for input, and writers for room. */
  readonly readQueue: WaitQueue;
  readonly writeQueue: WaitQueue;
  /** Where open(2) waits for the carrier. */
  readonly openQueue: WaitQueue;
  /** Set by who knows sessions: a carrier is gone for which nobody said CLOCAL. */
  onCarrierLost: () => void = () => undefined;
  termios: Termios = defaultTermios();
  window: WindowSize = { rows: 0, columns: 0, xPixels: 0, yPixels: 0 };
  /** The session whose controlling terminal this is, 0 when none. */
  session = 0;
  /** The foreground process group, 0 when none. */
  foreground = 0;
  /** How often it has hung up: files from before the last time are dead. */
  hangUps = 0;

  constructor(scheduler: Scheduler, groups: ProcessGroups, spec: TtySpec) {
    this.groups = groups;
    this.name = spec.name;
    this.rdev = spec.rdev;
    this.port = spec.port;
    this.readQueue = new WaitQueue(scheduler, 'wait_woken');
    this.writeQueue = new WaitQueue(scheduler, 'wait_woken');
    this.openQueue = new WaitQueue(scheduler, 'tty_port_block_til_ready');
    this.discipline = new NTty(this);
  }

  /**
   * Input from the port. Returns how many bytes were taken: the rest must be offered again after
   * `unthrottle`. Context: interrupt.
   */
  receive(bytes: Uint8Array, start: number, end: number): number {
    return this.discipline.receive(bytes, start, end);
  }

  /** The port has room again. Context: interrupt. */
  outputDrained(): void {
    this.discipline.outputDrained();
    this.writeQueue.wakeAll();
  }

  setTermios(termios: Termios): void {
    const wasCanonical = this.discipline.isCanonical;
    this.termios = termios;
    this.discipline.modeChanged(wasCanonical);
    this.port.unthrottle();
  }

  /** The window has another size: its foreground group hears of it. Context: any. */
  resize(window: WindowSize): void {
    const old = this.window;
    this.window = window;
    const isSame =
      old.rows === window.rows &&
      old.columns === window.columns &&
      old.xPixels === window.xPixels &&
      old.yPixels === window.yPixels;
    if (!isSame) this.signalForeground(SIGNAL.WINCH);
  }

  /** May be opened without waiting. Linux: tty_port_block_til_ready. */
  get isReady(): boolean {
    return this.port.hasCarrier || (this.termios.cflag & CFLAG.CLOCAL) !== 0;
  }

  /** Linux: uart_handle_dcd_change. Context: interrupt. */
  carrierChanged(): void {
    if (this.port.hasCarrier) this.openQueue.wakeAll();
    else if (!this.isReady) this.onCarrierLost();
  }

  signalForeground(signal: number): void {
    if (this.foreground !== 0) this.groups.signalGroup(this.foreground, signal);
  }

  /** Use `JobControl.hangUp`: who has it open reads the end and writes EIO. */
  hangUp(): void {
    this.hangUps++;
    if (this.session !== 0) {
      this.groups.signalLeader(this.session, SIGNAL.HUP);
      this.groups.signalLeader(this.session, SIGNAL.CONT);
    }
    this.session = 0;
    this.foreground = 0;
    this.discipline.hangUp();
    this.port.flushInput();
    this.readQueue.wakeAll();
    this.writeQueue.wakeAll();
  }
}

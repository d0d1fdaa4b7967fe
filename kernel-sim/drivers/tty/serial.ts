// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A terminal on a UART: moves bytes between the chip and the tty.
 *
 * Input that the line discipline cannot take yet waits here, so that a megabyte that somebody
 * pastes is not lost: the line has flow control, the far end can wait. A key that interrupts does
 * not queue behind it.
 *
 * Linux: drivers/tty/serial/serial_core.c and the flip buffers of drivers/tty/tty_buffer.c.
 * Differs: an interrupting key overtakes what waits, which there only happens when the buffer has
 * room.
 */
import type { Uart } from '../../hw/uart.ts';
import type { Scheduler } from '../../kernel/sched/scheduler.ts';
import { Tty, type ProcessGroups, type TtyPort } from './tty.ts';

/** What waits at most; more is lost, as on a line without flow control. */
const BACKLOG_BYTES_MAX = 4 * 1024 * 1024;

export class SerialPort implements TtyPort {
  readonly tty: Tty;
  /** Bytes that came when the backlog was full. */
  lostBytes = 0;
  readonly #uart: Uart;
  readonly #backlog: Uint8Array[] = [];
  /** How much of the first piece has been taken. */
  #taken = 0;
  #backlogBytes = 0;

  constructor(
    scheduler: Scheduler,
    groups: ProcessGroups,
    uart: Uart,
    spec: { readonly name: string; readonly rdev: number },
  ) {
    this.#uart = uart;
    this.tty = new Tty(scheduler, groups, { ...spec, port: this });
    uart.onReceive = (bytes) => this.#received(bytes);
    uart.onTransmitted = () => this.tty.outputDrained();
    uart.onCarrierChanged = () => this.tty.carrierChanged();
  }

  get hasCarrier(): boolean {
    return this.#uart.hasCarrier;
  }

  get writeRoom(): number {
    return this.#uart.room;
  }

  get pending(): number {
    return this.#uart.pending;
  }

  write(bytes: Uint8Array, start: number, end: number): number {
    return this.#uart.transmit(bytes, start, end);
  }

  flush(): void {
    this.#uart.flush();
    this.tty.writeQueue.wakeAll();
  }

  setStopped(isStopped: boolean): void {
    this.#uart.setStopped(isStopped);
  }

  flushInput(): void {
    this.#backlog.length = 0;
    this.#backlogBytes = 0;
    this.#taken = 0;
  }

  unthrottle(): void {
    for (;;) {
      const first = this.#backlog[0];
      if (first === undefined) return;
      const taken = this.tty.receive(first, this.#taken, first.length);
      this.#taken += taken;
      this.#backlogBytes -= taken;
      if (this.#taken < first.length) return;
      this.#backlog.shift();
      this.#taken = 0;
    }
  }

  #received(bytes: Uint8Array): void {
    let start = 0;
    if (this.#backlogBytes > 0) {
      const { discipline } = this.tty;
      const key = bytes.findLastIndex((byte) => discipline.isFlushingKey(byte));
      if (key >= 0) {
        // What was typed before it would be thrown away as it came to its turn.
        this.flushInput();
        discipline.flushInput();
        start = key;
      }
    }
    if (this.#backlogBytes + bytes.length - start > BACKLOG_BYTES_MAX) {
      this.lostBytes += bytes.length - start;
      return;
    }
    this.#backlog.push(start === 0 ? bytes : bytes.subarray(start));
    this.#backlogBytes += bytes.length - start;
    this.unthrottle();
  }
}

// SPDX-License-Identifier: GPL-2.0-or-later
/** The UART's rate, its FIFO, and what stops it. */
import { beforeEach, describe, expect, it } from 'vitest';

import { fromSeed } from '../sim/oracle.ts';
import { Sim } from '../sim/sim.ts';
import { Uart, UART_FIFO_BYTES } from './uart.ts';

let sim: Sim;
let uart: Uart;
let sent: Uint8Array[];

beforeEach(() => {
  sim = new Sim(fromSeed(1));
  sent = [];
  uart = new Uart(sim, (bytes) => sent.push(bytes));
});

/** Lets time pass, firing what is due at its instant. */
function pass(nanoseconds: number): void {
  const endNs = sim.now() + nanoseconds;
  while (sim.events.nextNs <= endNs) {
    sim.clock.moveTo(sim.events.nextNs);
    sim.events.takeDue(sim.now())?.fire();
  }
  sim.clock.moveTo(endNs);
}

const total = (): number => sent.reduce((sum, piece) => sum + piece.length, 0);

describe('the transmitter', () => {
  it('carries 4 MB a second in few pieces', () => {
    const bytes = new Uint8Array(4096);
    let queued = 0;
    uart.onTransmitted = () => {
      queued += uart.transmit(bytes, 0, bytes.length);
    };
    queued += uart.transmit(bytes, 0, bytes.length);
    pass(1_000_000_000);
    expect(total()).toBeGreaterThan(3_900_000);
    expect(total()).toBeLessThanOrEqual(4_000_000);
    expect(sent.length).toBeLessThan(1000);
    expect(queued - total()).toBe(uart.pending);
  });

  it('gathers what comes within a short while', () => {
    for (const byte of [1, 2, 3]) uart.transmit(Uint8Array.of(byte), 0, 1);
    pass(1_000_000);
    expect(sent.map((piece) => [...piece])).toEqual([[1, 2, 3]]);
  });

  it('keeps order round the end of its FIFO', () => {
    const bytes = Uint8Array.from({ length: 50_000 }, (_, n) => (n * 31) & 0xff);
    let at = 0;
    const fill = (): void => {
      at += uart.transmit(bytes, at, bytes.length);
    };
    uart.onTransmitted = fill;
    fill();
    expect(uart.room).toBe(0);
    expect(uart.transmit(bytes, 0, 1)).toBe(0);
    pass(1_000_000_000);
    const all: number[] = [];
    for (const piece of sent) all.push(...piece);
    expect(all).toEqual([...bytes]);
  });

  it('stops, goes on, and forgets when flushed', () => {
    uart.setStopped(true);
    uart.transmit(new Uint8Array(UART_FIFO_BYTES), 0, UART_FIFO_BYTES);
    pass(1_000_000_000);
    expect(total()).toBe(0);
    uart.setStopped(false);
    pass(1_000_000_000);
    expect(total()).toBe(UART_FIFO_BYTES);

    uart.transmit(new Uint8Array(100), 0, 100);
    uart.flush();
    pass(1_000_000_000);
    expect(total()).toBe(UART_FIFO_BYTES);
    expect(uart.pending).toBe(0);
  });
});

describe('the receiver', () => {
  it('hands bytes to the driver', () => {
    const received: number[] = [];
    uart.onReceive = (bytes) => received.push(...bytes);
    uart.receive(Uint8Array.of(1, 2));
    expect(received).toEqual([1, 2]);
  });
});

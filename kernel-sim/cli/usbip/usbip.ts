// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * `ringzero usbip`: exports the LAN9512 of a simulated world to a real kernel, until it is told to
 * end.
 *
 *     modprobe vhci-hcd && usbip attach -r 127.0.0.1 -b 1-1
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

import { Lan9512 } from '../../hw/lan9512/lan9512.ts';
import type { UsbipRequest } from '../arguments.ts';
import { STATUS_FAILED } from '../messages.ts';
import { AdapterWorld } from './adapter-world.ts';
import { parseCommand, perform } from './control.ts';
import { Export } from './export.ts';
import { LOOPBACK, UsbipServer } from './server.ts';

const NS_PER_MS = 1_000_000;
const MS_PER_S = 1000;
/** Timers of the host are no finer than that: what is due sooner is waited for awake. */
const TIMER_MS_MIN = 1;
const TIMER_MS_MAX = 60_000;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** In the adapter's EEPROM. Of the chip's maker. */
const MAC = Uint8Array.of(0x00, 0x80, 0x0f, 0x95, 0x12, 0x02);

const log = (text: string): void => void process.stderr.write(`ringzero: ${text}\n`);

/** Serves until a signal says to end. Answers the exit status. */
export async function usbip({ port, controlPort, seed }: UsbipRequest): Promise<number> {
  const epochSeconds = Math.floor(Date.now() / MS_PER_S);
  const world = new AdapterWorld((sim, cable) => new Lan9512({ sim, port: cable, mac: MAC }), {
    seed,
    epochSeconds,
  });
  const exported = new Export(world.device, world.clock);
  const turns = new Turns(world);
  const land = (work: () => void): void => {
    world.land(work);
    turns.soon();
  };
  let server: UsbipServer;
  let control: Socket;
  try {
    server = await UsbipServer.listen(port, { exported, land, log });
    control = await listenForCommands(controlPort, (datagram, answer) => {
      const command = parseCommand(datagram);
      if (command === undefined) return;
      const controlled = {
        get isCableIn() {
          return world.isCableIn;
        },
        set isCableIn(isIn: boolean) {
          world.isCableIn = isIn;
        },
        unplug: () => exported.unplug(),
      };
      land(() => answer(perform(command, controlled)));
    });
  } catch (error) {
    log((error as Error).message);
    return STATUS_FAILED;
  }
  turns.after = () => server.flush();
  const { port: controlBound } = control.address();
  process.stdout.write(
    `Exporting 1-1 (0424:ec00) on ${LOOPBACK}:${server.port}, ` +
      `commands on UDP port ${controlBound}\n`,
  );
  await new Promise<void>((resolve) => {
    for (const signal of SIGNALS) process.once(signal, () => resolve());
  });
  turns.stop();
  server.close();
  control.close();
  return 0;
}

/** Commands come as datagrams, and are answered where they came from. */
async function listenForCommands(
  port: number,
  take: (datagram: Uint8Array, answer: (text: string) => void) => void,
): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(port, LOOPBACK);
  await once(socket, 'listening');
  socket.on('message', (datagram, from) =>
    take(datagram, (text) => socket.send(`${text}\n`, from.port, from.address)),
  );
  // Whoever asked no longer listens.
  socket.on('error', (error) => log(error.message));
  return socket;
}

/** Lets the world's time follow the host's: in turns, as often as something happens there. */
class Turns {
  /** What is done after each. */
  after: () => void = () => undefined;
  readonly #world: AdapterWorld;
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;
  #isOver = false;

  constructor(world: AdapterWorld) {
    this.#world = world;
    this.soon();
  }

  /** Something has landed. */
  soon(): void {
    if (this.#isOver || this.#immediate !== undefined) return;
    clearTimeout(this.#timer);
    this.#immediate = setImmediate(() => this.#turn());
  }

  stop(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
  }

  #turn(): void {
    this.#immediate = undefined;
    const waitNs = this.#world.run(Math.round(performance.now() * NS_PER_MS));
    this.after();
    if (waitNs === undefined || this.#immediate !== undefined) return;
    const waitMs = waitNs / NS_PER_MS;
    if (waitMs < TIMER_MS_MIN) this.soon();
    else this.#timer = setTimeout(() => this.#turn(), Math.min(waitMs, TIMER_MS_MAX));
  }
}

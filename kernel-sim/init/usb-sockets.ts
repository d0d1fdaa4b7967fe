// SPDX-License-Identifier: GPL-2.0-or-later
/** What can be plugged into a machine's USB, and where it hangs. */
import type { Bench } from '../drivers/char/bench.ts';
import { CableEnd } from '../hw/cable.ts';
import { HubDevice } from '../hw/usb/hub.ts';
import { LoopbackDevice } from '../hw/usb/loopback.ts';
import type { UsbPort } from '../hw/usb/port.ts';
import type { UsbDevice } from '../hw/usb/usb-device.ts';
import { Lan9512, type OnRegister } from '../hw/lan9512/lan9512.ts';
import { LyingLan9512 } from '../hw/lan9512/liar.ts';
import { ERRNO } from '../uapi/errno.ts';
import type { Kernel } from './kernel.ts';

/** The hub inside of a LAN9512: two more ports beside the Ethernet function's. */
const LAN9512_HUB = { vendor: 0x0424, product: 0x9512, release: 0x0200, ports: 3 } as const;
/** In the EEPROM of an adapter. Of the chip's maker. */
const ADAPTER_MAC = Uint8Array.of(0x00, 0x80, 0x0f, 0x95, 0x12, 0x01);
/** An adapter that lies about the lengths of frames. */
const LIAR = 'lan9512-liar';
const EXTERNAL_HUB = { vendor: 0x1209, product: 0x0002, release: 0x0100, ports: 4 } as const;

export class UsbSockets implements Bench {
  /** A device has a socket for a cable: something may be at its other end. */
  onCable: (name: string, cable: CableEnd) => void = () => undefined;
  /** Told of each access to a register of the LAN9512, or of its PHY. Context: interrupt. */
  onRegister: OnRegister = () => undefined;
  onPhyRegister: OnRegister = () => undefined;
  readonly #kernel: Kernel;
  readonly #ports: readonly UsbPort[];
  /** By number of the port, from 1: what is plugged in. */
  readonly #plugged = new Map<number, string>();
  readonly #cables = new Map<string, CableEnd>();
  #adapter: Lan9512 | undefined = undefined;

  constructor(kernel: Kernel, ports: readonly UsbPort[]) {
    this.#kernel = kernel;
    this.#ports = ports;
  }

  get names(): readonly string[] {
    return ['hub', 'lan9512', LIAR, 'loopback'];
  }

  /** By port, from 1: what is plugged in; empty for nothing. */
  get plugged(): readonly string[] {
    return this.#ports.map((_, at) => this.#plugged.get(at + 1) ?? '');
  }

  /** The LAN9512 that is plugged in. */
  get adapter(): Lan9512 | undefined {
    return this.plugged.some(isAdapter) ? this.#adapter : undefined;
  }

  /** The sockets for cables that there are. */
  get cables(): ReadonlyMap<string, CableEnd> {
    return this.#cables;
  }

  /**
   * Plugs a device in: 0, or -ENODEV when there is none of that name, -EBUSY when the port is
   * taken or the one such device is in use, -ENOSPC when all are. Context: any.
   */
  plug(name: string, port?: number): number {
    const at = port ?? this.#free();
    const socket = at === undefined ? undefined : this.#ports[at - 1];
    if (!this.names.includes(name)) return -ERRNO.ENODEV;
    if (at === undefined) return -ERRNO.ENOSPC;
    if (socket === undefined) return -ERRNO.ENXIO;
    if (this.#plugged.has(at)) return -ERRNO.EBUSY;
    const device = this.#make(name);
    if (device === undefined) return -ERRNO.EBUSY;
    this.#plugged.set(at, name);
    this.#soon(() => socket.plug(device, 'high'));
    return 0;
  }

  /** Pulls out what is in a port; without one, what is in the only port that is used. */
  unplug(port?: number): number {
    const [only] = this.#plugged.size === 1 ? this.#plugged.keys() : [];
    const at = port ?? only;
    if (at === undefined) return this.#plugged.size === 0 ? -ERRNO.ENODEV : -ERRNO.EINVAL;
    if (!this.#plugged.delete(at)) return -ERRNO.ENODEV;
    this.#soon(() => this.#ports[at - 1]!.unplug());
    return 0;
  }

  /** One line for each port: its number, and what is in it. */
  get listing(): string {
    return this.plugged.map((name, at) => `${at + 1} ${name || '-'}\n`).join('');
  }

  /** For the list of frames: by the interface's name, while it has one. */
  #sent(frame: Uint8Array, site: number): void {
    const { core } = this.#kernel.net;
    const dev = core.devices.find(({ driverName }) => driverName === 'smsc95xx');
    core.frames.add('tx', dev?.name ?? 'lan9512', frame, site);
  }

  #free(): number | undefined {
    const at = this.#ports.findIndex((_, index) => !this.#plugged.has(index + 1));
    return at < 0 ? undefined : at + 1;
  }

  /** As an interrupt, whoever asked for it. */
  #soon(then: () => void): void {
    const { sim } = this.#kernel;
    sim.events.schedule(sim.now(), then, 0);
  }

  #make(name: string): UsbDevice | undefined {
    const { sim } = this.#kernel;
    switch (name) {
      case 'hub':
        return new HubDevice(sim, EXTERNAL_HUB);
      case 'lan9512':
        return this.#makeLan9512(Lan9512);
      case LIAR:
        return this.#makeLan9512(LyingLan9512);
      default:
        return new LoopbackDevice();
    }
  }

  /** There is one, since there is one cable for it. */
  #makeLan9512(Chip: typeof Lan9512): UsbDevice | undefined {
    const { sim, board } = this.#kernel;
    if ([...this.#plugged.values()].some(isAdapter)) return undefined;
    let port = this.#cables.get('lan9512');
    if (port === undefined) {
      port = new CableEnd(sim);
      this.#cables.set('lan9512', port);
      this.onCable('lan9512', port);
    }
    // On the board of a Pi no EEPROM is next to it.
    const mac = board.name === 'rpi3' ? undefined : ADAPTER_MAC;
    const hub = new HubDevice(sim, LAN9512_HUB);
    const chip = new Chip({
      sim,
      port,
      mac,
      onRegister: (...access) => this.onRegister(...access),
      onPhyRegister: (...access) => this.onPhyRegister(...access),
      onTransmit: (frame, site) => this.#sent(frame, site),
    });
    this.#adapter = chip;
    hub.ports[0]!.plug(chip, 'high');
    return hub;
  }
}

const isAdapter = (name: string): boolean => name === 'lan9512' || name === LIAR;

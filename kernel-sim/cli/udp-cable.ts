// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A cable to something outside: each datagram between two ports of the loopback is one Ethernet
 * frame, as qemu's `-netdev socket,udp=` has it.
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

const LOOPBACK = '127.0.0.1';

export class UdpCable {
  readonly #socket: Socket;
  readonly #remotePort: number;

  private constructor(socket: Socket, remotePort: number) {
    this.#socket = socket;
    this.#remotePort = remotePort;
  }

  /** Fails when somebody has the port. */
  static async open(ports: {
    readonly localPort: number;
    readonly remotePort: number;
  }): Promise<UdpCable> {
    const socket = createSocket('udp4');
    socket.bind(ports.localPort, LOOPBACK);
    await once(socket, 'listening');
    // That nobody listens at the other end yet is no failure.
    socket.on('error', () => undefined);
    return new UdpCable(socket, ports.remotePort);
  }

  listen(receive: (frame: Uint8Array) => void): void {
    this.#socket.on('message', (bytes, from) => {
      if (from.port === this.#remotePort) receive(Uint8Array.from(bytes));
    });
  }

  send(frame: Uint8Array): void {
    this.#socket.send(frame, this.#remotePort, LOOPBACK);
  }

  close(): void {
    this.#socket.close();
  }
}

// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The sockets of a USB/IP server: who is connected, and how much of what is said to them they have
 * read. Only the loopback is listened to.
 */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';

import { type Client, Connection } from './connection.ts';
import type { Export } from './export.ts';

export const LOOPBACK = '127.0.0.1';
/** How long a client may take to say what it wants. */
const REQUEST_MS = 10_000;
/** Those that have not said it: beyond that many the one that has waited longest goes. */
const REQUESTS_MAX = 256;
/** A client that does not read its answers is not listened to, and in the end is cut off. */
const UNREAD_BYTES_MAX = 32 * 1024 * 1024;

export interface ServerParts {
  readonly exported: Export;
  /** Has something happen in the simulation, now. */
  readonly land: (work: () => void) => void;
  readonly log: (text: string) => void;
}

export class UsbipServer {
  readonly #parts: ServerParts;
  readonly #server: Server;
  /** In the order in which they came. */
  readonly #clients = new Set<SocketClient>();

  private constructor(parts: ServerParts, server: Server) {
    this.#parts = parts;
    this.#server = server;
  }

  /** Fails when somebody has the port; 0 is any that is free. */
  static async listen(port: number, parts: ServerParts): Promise<UsbipServer> {
    const server = createServer({ noDelay: true, keepAlive: true });
    server.listen(port, LOOPBACK);
    await once(server, 'listening');
    const usbip = new UsbipServer(parts, server);
    server.on('connection', (socket) => usbip.#accept(socket));
    // No descriptor is left, say: the next one may fare better.
    server.on('error', (error) => parts.log(error.message));
    return usbip;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' ? (address?.port ?? 0) : 0;
  }

  /** Sends out what the simulation has said: to be called after each of its turns. */
  flush(): void {
    for (const client of this.#clients) client.flush();
  }

  close(): void {
    this.#server.close();
    for (const client of this.#clients) client.cutOff();
  }

  #accept(socket: Socket): void {
    const client = new SocketClient(socket, this.#parts, () => this.#clients.delete(client));
    this.#clients.add(client);
    const waiting = [...this.#clients].filter((each) => !each.hasImported);
    if (waiting.length > REQUESTS_MAX) waiting[0]?.cutOff();
  }
}

class SocketClient implements Client {
  readonly #socket: Socket;
  readonly #name: string;
  readonly #parts: ServerParts;
  readonly #connection: Connection;
  #unsent: Uint8Array[] = [];
  #isClosing = false;

  constructor(socket: Socket, parts: ServerParts, gone: () => void) {
    this.#socket = socket;
    this.#name = `${socket.remoteAddress}:${socket.remotePort}`;
    this.#parts = parts;
    this.#connection = new Connection(parts.exported, this);
    socket.setTimeout(REQUEST_MS, () => this.cutOff());
    socket.on('data', (bytes) => this.#receive(bytes));
    socket.on('drain', () => {
      if (!this.#isClosing) socket.resume();
    });
    // It said its last word, and gets what it still waits for.
    socket.on('end', () => socket.setTimeout(REQUEST_MS));
    // Whatever the reason is, `close` follows.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      gone();
      parts.land(() => this.#connection.stop());
    });
  }

  get hasImported(): boolean {
    return this.#connection.hasImported;
  }

  // Context of both: an event of the simulation, so nothing goes out before that turn is over.

  send(message: Uint8Array): void {
    this.#unsent.push(message);
  }

  close(complaint?: string): void {
    this.#isClosing = true;
    if (complaint !== undefined) this.#parts.log(`${this.#name}: ${complaint}`);
  }

  flush(): void {
    const socket = this.#socket;
    if (socket.destroyed) this.#unsent = [];
    if (this.#unsent.length > 0) {
      const bytes = Buffer.concat(this.#unsent);
      this.#unsent = [];
      // The kernel has it, or nothing more is taken from this client until it has.
      if (!socket.write(bytes)) socket.pause();
      if (socket.writableLength > UNREAD_BYTES_MAX) {
        this.#parts.log(`${this.#name} does not read`);
        this.cutOff();
      }
    }
    if (!this.#isClosing || socket.writableEnded) return;
    socket.pause();
    socket.setTimeout(REQUEST_MS);
    socket.destroySoon();
  }

  cutOff(): void {
    this.#socket.destroy();
  }

  #receive(bytes: Uint8Array): void {
    this.#parts.land(() => {
      const { hasImported } = this;
      this.#connection.receive(bytes);
      if (!hasImported && this.hasImported) this.#socket.setTimeout(0);
    });
  }
}

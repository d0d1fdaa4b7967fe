// SPDX-License-Identifier: GPL-2.0-or-later
/** A USB/IP server with real sockets, and clients that mean it no good. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { LoopbackDevice } from '../../hw/usb/loopback.ts';
import { Prng } from '../../sim/prng.ts';
import { Export } from './export.ts';
import { LOOPBACK, UsbipServer } from './server.ts';

/** As hexadecimal, filled up with zeros. */
const busid = (text: string): string => Buffer.from(text).toString('hex').padEnd(64, '0');
const DEVLIST = Uint8Array.from([0x01, 0x11, 0x80, 0x05, 0, 0, 0, 0]);
const IMPORT = Uint8Array.from(Buffer.from(`0111800300000000${busid('1-1')}`, 'hex'));
const IMPORT_REPLY_BYTES = 8 + 312;
const MANY = 1000;
/** What the server keeps of those that have not said what they want. */
const WAITING_MAX = 256;

let server: UsbipServer;
let complaints: string[];
let sockets: Socket[];

beforeEach(async () => {
  complaints = [];
  sockets = [];
  server = await UsbipServer.listen(0, {
    exported: new Export(new LoopbackDevice(), { now: () => 0, schedule: () => () => undefined }),
    land(work) {
      work();
      server.flush();
    },
    log: (text) => void complaints.push(text),
  });
});

afterEach(() => {
  for (const socket of sockets) socket.destroy();
  server.close();
});

async function open(): Promise<Socket> {
  const socket = connect(server.port, LOOPBACK);
  sockets.push(socket);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** All that comes until the server ends the connection. */
async function toEnd(socket: Socket): Promise<Buffer> {
  const pieces: Buffer[] = [];
  socket.on('data', (piece) => void pieces.push(piece));
  if (!socket.closed) await once(socket, 'close');
  return Buffer.concat(pieces);
}

/** What somebody gets who asks what there is. */
async function listing(): Promise<string> {
  const socket = await open();
  socket.write(DEVLIST);
  return (await toEnd(socket)).toString('latin1');
}

describe('a server', () => {
  it('serves on after a thousand that say nothing, and keeps not all of them', async () => {
    const silent: Socket[] = [];
    while (silent.length < MANY) silent.push(await open());
    expect(await listing()).toContain('1-1');
    const isOver = (socket: Socket): boolean => socket.destroyed;
    while (silent.filter(isOver).length < MANY - WAITING_MAX) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(silent.findLastIndex(isOver)).toBeLessThan(MANY - 1);
  });

  it('ends what makes no sense, and says so', async () => {
    const prng = new Prng(7);
    for (let round = 0; round < 50; round++) {
      const socket = await open();
      const length = 8 + (prng.next() % 200);
      socket.write(Uint8Array.from({ length }, () => prng.next() & 0xff));
      expect(await toEnd(socket)).toHaveLength(0);
    }
    expect(complaints).toHaveLength(50);
    expect(await listing()).toContain('1-1');
  });

  it('has its device back from who leaves, wherever that was in the request', async () => {
    for (let bytes = 0; bytes <= IMPORT.length; bytes++) {
      const socket = await open();
      socket.end(IMPORT.subarray(0, bytes));
      await toEnd(socket);
    }
    const socket = await open();
    const answered = toEnd(socket);
    socket.write(IMPORT);
    while (socket.bytesRead < IMPORT_REPLY_BYTES) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    socket.destroy();
    const reply = await answered;
    expect([reply.length, reply.readUInt32BE(4)]).toEqual([IMPORT_REPLY_BYTES, 0]);
  });
});

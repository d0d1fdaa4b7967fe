// SPDX-License-Identifier: GPL-2.0-or-later
/** Pipes and FIFOs: order, atomicity, who waits for whom. */
import { beforeEach, describe, expect, it } from 'vitest';

import { ROOT } from '../kernel/credentials.ts';
import type { Task } from '../kernel/sched/task.ts';
import { KernelBuffer } from '../mm/io-memory.ts';
import { WOULD_BLOCK, type Sleeping } from '../uapi/coroutine.ts';
import { O, PIPE_BUF, POLL, S } from '../uapi/fs.ts';
import { SIGNAL } from '../uapi/signal.ts';
import { TTY_IOCTL } from '../uapi/termios.ts';
import type { OpenFile } from './open-file.ts';
import { PIPE_BYTES } from './pipe.ts';
import { vfsIoctl, vfsLseek, vfsPoll, vfsPread, vfsRead, vfsWrite } from './read-write.ts';
import {
  nameOf,
  opened,
  read,
  readText,
  TestKernel,
  write,
  writeText,
} from './testing/test-kernel.ts';

let kernel: TestKernel;
let reader: OpenFile;
let writer: OpenFile;

beforeEach(() => {
  kernel = new TestKernel();
  ({ reader, writer } = kernel.pipes.create(ROOT, 0));
});

/** What `body` logs, in the order in which it happens. */
function logged(): { log: unknown[]; say: (what: unknown) => void } {
  const log: unknown[] = [];
  return { log, say: (what) => log.push(what) };
}

describe('a pipe', () => {
  it('passes bytes in order and cannot seek', () => {
    expect(writeText(writer, 'abc')).toBe(3);
    expect(readText(reader, 2)).toBe('ab');
    expect(readText(reader, 2)).toBe('c');
    expect(nameOf(vfsLseek(reader, 0, 0))).toBe('ESPIPE');
    expect(nameOf(vfsPread(reader, new KernelBuffer(new Uint8Array(1)), 0, 1, 0))).toBe('ESPIPE');
  });

  it('makes a reader wait for a writer', () => {
    const { log, say } = logged();
    kernel.spawn('reader', function* () {
      say(yield* read(reader));
    });
    kernel.spawn('writer', function* () {
      say('writing');
      yield* write(writer, 'data');
    });
    kernel.run();
    expect(log).toEqual(['writing', 'data']);
  });

  it('carries ten times its size through, unharmed', () => {
    const bytes = Uint8Array.from({ length: 10 * PIPE_BYTES }, (_, n) => (n * 7 + (n >> 9)) & 0xff);
    const received: number[] = [];
    kernel.spawn('writer', function* () {
      expect(yield* write(writer, bytes)).toBe(bytes.length);
      kernel.vfs.close(writer);
    });
    kernel.spawn('reader', function* () {
      const buffer = new KernelBuffer(new Uint8Array(5000));
      for (;;) {
        let moved = vfsRead(reader, buffer, 0, 5000);
        if (moved === WOULD_BLOCK) {
          yield* reader.ops.readQueue!(reader).sleepInterruptible();
          moved = vfsRead(reader, buffer, 0, 5000);
        }
        if (moved === 0) return;
        if (moved > 0) received.push(...buffer.bytes.subarray(0, moved));
      }
    });
    kernel.run();
    expect(kernel.events).toEqual([]);
    expect(received.length).toBe(bytes.length);
    expect(received.every((byte, n) => byte === bytes[n])).toBe(true);
  });

  it('ends when the last writer is gone', () => {
    const { log, say } = logged();
    kernel.spawn('reader', function* () {
      say(yield* read(reader));
    });
    kernel.spawn('closer', function* () {
      say('closing');
      kernel.vfs.close(writer);
    });
    kernel.run();
    expect(log).toEqual(['closing', '']);
  });

  it('breaks when the last reader is gone: EPIPE and a signal', () => {
    kernel.vfs.close(reader);
    expect(writeText(writer, 'x')).toBe('EPIPE');
    expect(kernel.events).toEqual([`signal ${SIGNAL.PIPE}`]);
  });

  it('tells a waiting writer that its reader has gone, and what went through', () => {
    const { log, say } = logged();
    kernel.spawn('writer', function* () {
      say(yield* write(writer, new Uint8Array(PIPE_BYTES + 10)));
      say(yield* write(writer, 'x'));
    });
    kernel.spawn('closer', function* () {
      kernel.vfs.close(reader);
    });
    kernel.run();
    expect(log).toEqual([PIPE_BYTES, 'EPIPE']);
  });

  it('gives its pages back', () => {
    const free = kernel.pages.freePageCount;
    vfsWrite(writer, new KernelBuffer(new Uint8Array(3 * 4096)), 0, 3 * 4096);
    expect(kernel.pages.freePageCount).toBe(free - 3);
    kernel.vfs.close(reader);
    kernel.vfs.close(writer);
    expect(kernel.pages.freePageCount).toBe(free);
  });

  it('counts what is in it', () => {
    writeText(writer, 'seven b');
    const buffer = new KernelBuffer(new Uint8Array(4));
    expect(vfsIoctl(reader, TTY_IOCTL.FIONREAD, 0, buffer)).toBe(0);
    expect([...buffer.bytes]).toEqual([7, 0, 0, 0]);
    expect(nameOf(vfsIoctl(reader, TTY_IOCTL.TCGETS, 0, buffer))).toBe('ENOTTY');
  });

  it('can be polled', () => {
    expect(vfsPoll(reader)).toBe(0);
    expect(vfsPoll(writer)).toBe(POLL.OUT);
    writeText(writer, 'x');
    expect(vfsPoll(reader)).toBe(POLL.IN);
    kernel.vfs.close(writer);
    expect(vfsPoll(reader)).toBe(POLL.IN | POLL.HUP);
  });

  it('shows who waits by the name of its queue, and lets a signal end the wait', () => {
    const { log, say } = logged();
    const task = kernel.spawn('reader', function* () {
      say(yield* read(reader));
    });
    kernel.run(1000);
    kernel.run(1000);
    expect(task.waitChannel).toBe('pipe_read');
    kernel.signal(task, SIGNAL.INT);
    kernel.run();
    expect(log).toEqual(['EINTR']);
  });
});

describe('a write of up to PIPE_BUF bytes', () => {
  /** Fills the pipe but for `room` bytes, then writes `count` without waiting. */
  function writeInto(room: number, count: number): unknown {
    writer.flags |= O.NONBLOCK;
    const fill = new KernelBuffer(new Uint8Array(PIPE_BYTES - room));
    vfsWrite(writer, fill, 0, fill.bytes.length);
    return nameOf(vfsWrite(writer, new KernelBuffer(new Uint8Array(count)), 0, count));
  }

  it('goes in whole or not at all', () => {
    expect(writeInto(100, 101)).toBe('EAGAIN');
  });

  it('goes in when it just fits', () => {
    expect(writeInto(100, 100)).toBe(100);
  });

  // The twin: beyond the promise, another writer's bytes could come in between.
  it('may be cut when it is longer', () => {
    expect(writeInto(100, PIPE_BUF + 1)).toBe(100);
  });

  /** How many different letters each piece has when three write pieces of their own letter. */
  function lettersPerPiece(pieceBytes: number): number[] {
    for (const letter of [65, 66, 67]) {
      kernel.spawn(`writer${letter}`, function* () {
        for (let n = 0; n < 20; n++) yield* write(writer, new Uint8Array(pieceBytes).fill(letter));
      });
    }
    const counts: number[] = [];
    kernel.spawn('reader', function* () {
      const buffer = new KernelBuffer(new Uint8Array(pieceBytes));
      for (let n = 0; n < 60; n++) {
        let filled = 0;
        while (filled < pieceBytes) {
          const moved = vfsRead(reader, buffer, filled, Math.min(1000, pieceBytes - filled));
          if (moved === WOULD_BLOCK) yield* reader.ops.readQueue!(reader).sleepInterruptible();
          else filled += moved;
        }
        counts.push(new Set(buffer.bytes).size);
      }
    });
    kernel.run();
    return counts;
  }

  it('never mixes with another writer’s', () => {
    expect(lettersPerPiece(PIPE_BUF)).toEqual(Array.from({ length: 60 }, () => 1));
  });
});

describe('a FIFO', () => {
  const open = function* (flags: number): Sleeping<OpenFile | number> {
    const { vfs } = kernel;
    const file = vfs.open(vfs.kernelContext, '/fifo', flags, 0);
    return file === WOULD_BLOCK ? yield* vfs.openRest() : file;
  };

  beforeEach(() => {
    kernel.vfs.mknod(kernel.vfs.kernelContext, '/fifo', S.IFIFO | 0o666, 0);
  });

  it('opens when both ends have come', () => {
    const { log, say } = logged();
    kernel.spawn('reader', function* () {
      const file = opened(yield* open(O.RDONLY));
      say('reader open');
      say(yield* read(file));
    });
    kernel.spawn('writer', function* () {
      say('opening to write');
      const file = opened(yield* open(O.WRONLY));
      yield* write(file, 'through');
    });
    kernel.run();
    expect(log).toEqual(['opening to write', 'reader open', 'through']);
  });

  it('does not keep a reader whose writer came and went', () => {
    const { log, say } = logged();
    kernel.spawn('reader', function* () {
      const file = opened(yield* open(O.RDONLY));
      say(yield* read(file));
    });
    kernel.spawn('writer', function* () {
      kernel.vfs.close(opened(yield* open(O.WRONLY)));
    });
    kernel.run();
    expect(log).toEqual(['']);
  });

  it('without waiting: reading is fine, writing to nobody is ENXIO', () => {
    const { vfs } = kernel;
    const ctx = vfs.kernelContext;
    expect(nameOf(vfs.open(ctx, '/fifo', O.WRONLY | O.NONBLOCK, 0))).toBe('ENXIO');
    const file = opened(vfs.open(ctx, '/fifo', O.RDONLY | O.NONBLOCK, 0));
    expect(readText(file)).toBe('');
    opened(vfs.open(ctx, '/fifo', O.WRONLY | O.NONBLOCK, 0));
    expect(readText(file)).toBe('EAGAIN');
  });

  it('gives up waiting at a signal, and leaves nothing behind', () => {
    const { log, say } = logged();
    const task: Task = kernel.spawn('reader', function* () {
      say(nameOf(yield* open(O.RDONLY)));
    });
    kernel.run(1_000_000);
    expect(task.waitChannel).toBe('wait_for_partner');
    kernel.signal(task, SIGNAL.INT);
    kernel.run(1_000_000);
    expect(log).toEqual(['EINTR']);
    const inode = kernel.root.root.children.get('fifo')?.inode;
    expect(inode).toMatchObject({ fifo: undefined, users: 0 });
  });
});

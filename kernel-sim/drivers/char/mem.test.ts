// SPDX-License-Identifier: GPL-2.0-or-later
/** The devices that every system has: mem.ts, kmsg.ts, misc.ts, hostcc.ts, hvc.ts. */
import { beforeEach, describe, expect, it } from 'vitest';

import {
  nameOf,
  opened,
  read,
  readText,
  TestKernel,
  write,
  writeText,
} from '../../fs/testing/test-kernel.ts';
import { vfsLseek, vfsPoll, vfsRead, vfsWrite } from '../../fs/read-write.ts';
import type { OpenFile } from '../../fs/open-file.ts';
import { KernelBuffer } from '../../mm/io-memory.ts';
import { decodeUtf8, encodeUtf8 } from '../../lib/utf8.ts';
import { makedev, O, POLL, S, SEEK } from '../../uapi/fs.ts';
import { CharDevices } from './chrdev.ts';
import { Hostcc } from './hostcc.ts';
import { HvcConsole, registerHvc } from './hvc.ts';
import { Kmsg } from './kmsg.ts';
import { registerMemDevices } from './mem.ts';
import { MiscDevices } from './misc-device.ts';

let devices: CharDevices;
let kernel: TestKernel;
const log: string[] = [];
let kmsg: Kmsg;
let firstSequence = 0;

beforeEach(() => {
  devices = new CharDevices();
  kernel = new TestKernel((rdev) => devices.find(rdev));
  log.length = 0;
  firstSequence = 0;
  kmsg = new Kmsg(kernel.scheduler, {
    get firstSequence() {
      return firstSequence;
    },
    get nextSequence() {
      return log.length;
    },
    formatted: (sequence) => `6,${sequence},0,-;${log[sequence] ?? ''}\n`,
    print(level, text) {
      log.push(`<${level}>${text}`);
      kmsg.recordAdded();
    },
  });
  let next = 0;
  const fillRandom = (bytes: Uint8Array): void => {
    for (let n = 0; n < bytes.length; n++) bytes[n] = next++ & 0xff;
  };
  registerMemDevices(devices, kernel.devfs, fillRandom, kmsg);
  kernel.vfs.mkdir(kernel.vfs.kernelContext, '/dev', 0o755);
  kernel.vfs.mount(kernel.devfs, 'devtmpfs', '/dev');
});

function open(name: string, flags: number = O.RDWR): OpenFile {
  return opened(kernel.vfs.open(kernel.vfs.kernelContext, `/dev/${name}`, flags, 0));
}

describe('nodes in /dev', () => {
  it.each([
    ['null', 0o666, 1, 3],
    ['zero', 0o666, 1, 5],
    ['full', 0o666, 1, 7],
    ['random', 0o666, 1, 8],
    ['urandom', 0o666, 1, 9],
    ['kmsg', 0o644, 1, 11],
  ])('%s has the mode and the number that Linux gives it', (name, mode, major, minor) => {
    const stat = kernel.vfs.stat(kernel.vfs.kernelContext, `/dev/${name}`);
    expect(stat).toMatchObject({ mode: S.IFCHR | mode, rdev: makedev(major, minor) });
  });
});

describe('null, zero and full', () => {
  it('null is empty and takes everything', () => {
    const file = open('null');
    expect(readText(file)).toBe('');
    expect(writeText(file, 'gone')).toBe(4);
  });

  it('zero is zeros, up to a fault', () => {
    const file = open('zero');
    const buffer = new KernelBuffer(new Uint8Array(4).fill(1));
    expect(vfsRead(file, buffer, 1, 3)).toBe(3);
    expect([...buffer.bytes]).toEqual([1, 0, 0, 0]);
    expect(vfsRead(file, buffer, 2, 10)).toBe(2);
    expect(nameOf(vfsRead(file, buffer, 4, 10))).toBe('EFAULT');
    expect(vfsLseek(file, 99, SEEK.SET)).toBe(0);
  });

  it('full has no room', () => {
    expect(writeText(open('full'), 'x')).toBe('ENOSPC');
  });

  it('move a byte at a time without making anything', () => {
    const source = open('zero');
    const sink = open('null');
    const buffer = new KernelBuffer(new Uint8Array(1));
    for (let n = 0; n < 1000; n++) {
      expect(vfsRead(source, buffer, 0, 1)).toBe(1);
      expect(vfsWrite(sink, buffer, 0, 1)).toBe(1);
    }
  });
});

describe('random', () => {
  it('gives what the kernel’s entropy gives, all of it', () => {
    const buffer = new KernelBuffer(new Uint8Array(600));
    expect(vfsRead(open('urandom'), buffer, 0, 600)).toBe(600);
    expect([...buffer.bytes]).toEqual(Array.from({ length: 600 }, (_, n) => n & 0xff));
    expect(writeText(open('random'), 'seed')).toBe(4);
  });
});

describe('kmsg', () => {
  it('gives one record per read, waits for the next, and takes lines', () => {
    log.push('first', 'second');
    const file = open('kmsg');
    const seen: unknown[] = [];
    kernel.spawn('reader', function* () {
      for (let n = 0; n < 3; n++) seen.push(yield* read(file));
    });
    kernel.spawn('writer', function* () {
      seen.push('writing');
      yield* write(open('kmsg'), '<3>third\n');
    });
    kernel.run();
    expect(seen).toEqual(['6,0,0,-;first\n', '6,1,0,-;second\n', 'writing', '6,2,0,-;<3>third\n']);
  });

  it('tells a reader whom the ring has overtaken', () => {
    log.push('a', 'b', 'c');
    const file = open('kmsg', O.RDONLY | O.NONBLOCK);
    firstSequence = 2;
    expect(readText(file)).toBe('EPIPE');
    expect(readText(file)).toBe('6,2,0,-;c\n');
    expect(readText(file)).toBe('EAGAIN');
    vfsLseek(file, 0, SEEK.SET);
    expect(vfsPoll(file) & POLL.IN).toBe(POLL.IN);
    expect(readText(file, 3)).toBe('EINVAL');
  });

  it('a line without a priority is a warning', () => {
    writeText(open('kmsg'), 'hello');
    expect(log).toEqual(['<4>hello']);
  });
});

describe('misc devices', () => {
  it('come and go with their nodes', () => {
    const misc = new MiscDevices(devices, kernel.devfs);
    expect(misc.register('one', {}, { mode: 0o666 })).toBe(256);
    expect(misc.register('two', {})).toBe(257);
    expect(nameOf(misc.register('one', {}))).toBe('EEXIST');
    expect(misc.listing()).toBe('257 two\n256 one\n');
    open('one');
    misc.deregister('one');
    expect(nameOf(kernel.vfs.lookup(kernel.vfs.kernelContext, '/dev/one'))).toBe('ENOENT');
    expect(devices.find(makedev(10, 256))).toBeUndefined();
    expect(misc.register('three', {})).toBe(256);
  });
});

describe('hostcc', () => {
  const requests: [number, string][] = [];
  let hostcc: Hostcc;

  beforeEach(() => {
    requests.length = 0;
    hostcc = new Hostcc(kernel.scheduler, (id, request) =>
      requests.push([id, decodeUtf8(request)]),
    );
    new MiscDevices(devices, kernel.devfs).register('hostcc', hostcc);
  });

  it('gathers a request, waits for the reply, and gives it in pieces to its end', () => {
    const file = open('hostcc');
    const seen: unknown[] = [];
    kernel.spawn('make', function* () {
      yield* write(file, '{"a":');
      yield* write(file, '1}');
      for (let n = 0; n < 3; n++) seen.push(yield* read(file, 3));
    });
    kernel.run(1_000_000);
    expect(requests).toEqual([[1, '{"a":1}']]);
    expect(writeText(file, 'more')).toBe('EBUSY');
    kernel.sim.events.schedule(kernel.sim.now() + 1, () => hostcc.deliver(1, encodeUtf8('reply')));
    kernel.run();
    expect(seen).toEqual(['rep', 'ly', '']);
  });

  it('serves two at once, and forgets who has gone', () => {
    const files = [open('hostcc'), open('hostcc')];
    for (const [n, file] of files.entries()) {
      writeText(file, `request ${n}`);
      expect(readText(file)).toBe('WOULD_BLOCK');
    }
    kernel.vfs.close(files[0]!);
    hostcc.deliver(1, encodeUtf8('late'));
    hostcc.deliver(2, encodeUtf8('second'));
    expect(readText(files[1]!)).toBe('second');
  });

  it('has nothing to say to who has not asked', () => {
    expect(readText(open('hostcc'))).toBe('EINVAL');
  });
});

describe('hvc', () => {
  const output: string[] = [];
  let console: HvcConsole;

  beforeEach(() => {
    output.length = 0;
    console = new HvcConsole(kernel.sim, kernel.scheduler, (bytes) =>
      output.push(decodeUtf8(bytes)),
    );
    const errors = new HvcConsole(kernel.sim, kernel.scheduler, (bytes) =>
      output.push(`(${decodeUtf8(bytes)})`),
    );
    [console.peer, errors.peer] = [errors, console];
    registerHvc(devices, kernel.devfs, [console, errors]);
  });

  it('gathers output into pieces', () => {
    const file = open('hvc0');
    kernel.spawn('script', function* () {
      yield* write(file, 'one ');
      yield* write(file, 'two\n');
    });
    kernel.run(10_000);
    expect(output).toEqual([]);
    kernel.run();
    expect(output).toEqual(['one two\n']);
    writeText(file, 'x'.repeat(70_000));
    expect(output[1]).toHaveLength(65_536);
    console.flush();
    expect(output[2]).toHaveLength(70_000 - 65_536);
  });

  it('lets nothing overtake what waits in its peer', () => {
    const file = open('hvc0');
    const other = open('hvc1');
    kernel.spawn('script', function* () {
      yield* write(file, 'one ');
      yield* write(other, 'oops');
      yield* write(file, 'two ');
      yield* write(file, 'three');
    });
    kernel.run();
    expect(output).toEqual(['one ', '(oops)', 'two three']);
  });

  it('waits for input until its end', () => {
    const file = open('hvc0');
    const seen: unknown[] = [];
    kernel.spawn('script', function* () {
      for (let n = 0; n < 4; n++) seen.push(yield* read(file, 4));
    });
    kernel.run(1_000_000);
    expect(seen).toEqual([]);
    kernel.sim.events.schedule(kernel.sim.now() + 1, () => {
      console.receive(encodeUtf8('lines'));
      console.receive(new Uint8Array(0));
    });
    kernel.run();
    expect(seen).toEqual(['line', 's', '', '']);
  });
});

// SPDX-License-Identifier: GPL-2.0-or-later
/** Misc devices, ioctl(2) and lseek(2) of drivers, as programs meet them. */
import { describe, expect, it } from 'vitest';

import { runScript, userFile } from '../support/machine.ts';

const COUNTER = `import { Errno, module } from "kernel";
import { miscdev, type File, type FileOperations, type IoctlRequest } from "kernel/fs";
import type { UserSliceReader, UserSliceWriter } from "kernel/fs";
import { Mutex } from "kernel/sync";
import { shared } from "./numbers";

class CounterFile implements FileOperations {
  static readonly mode = 0o666;
  static open(): CounterFile { return new CounterFile(Mutex.new({ value: 0 })); }
  constructor(readonly total: Mutex<{ value: number }>) {}

  read(file: File, out: UserSliceWriter): void {
    out.write_text("at " + String(file.pos));
  }
  write(_file: File, input: UserSliceReader): void { input.skip(input.remaining); }
  ioctl(_file: File, request: IoctlRequest): number {
    switch (request.command) {
      case shared.ADD: {
        using total = this.total.lock();
        total.value = { value: total.value.value + request.reader.read(1)[0] };
        return total.value.value;
      }
      case shared.NAME:
        request.writer.write_text("counter");
        return 0;
      case shared.NEGATIVE:
        return -1;
      default:
        throw Errno.ENOTTY;
    }
  }
  llseek(file: File, offset: number, whence: number): number {
    if (offset < 0) throw Errno.EINVAL;
    return whence === 1 ? file.pos + offset : offset;
  }
}

class CounterModule {
  constructor(readonly device: miscdev.Registration) {}
  static init(): CounterModule {
    return new CounterModule(miscdev.register("counter", CounterFile));
  }
}
export default module(CounterModule, { license: "GPL" });
`;

/** _IOW('c', 1, char), _IOR('c', 2, char[8]), _IO('c', 3). */
const NUMBERS = 'export const shared = { ADD: 0x40016301, NAME: 0x80086302, NEGATIVE: 0x6303 };\n';

const PROGRAM = `import { bad_pointer, ioctl, lseek, malloc, O_RDWR, open, perror } from "libc";
import { pread, printf, read, store8, string_at, SEEK_CUR, SEEK_SET } from "libc";
export function main(): number {
  const fd = open("/dev/counter", O_RDWR);
  if (fd < 0) { perror("open"); return 1; }
  const buffer = malloc(16);
  store8(buffer, 40);
  ioctl(fd, 0x40016301, buffer);
  store8(buffer, 2);
  printf("sum %d\\n", ioctl(fd, 0x40016301, buffer));
  if (ioctl(fd, 0x40016301, bad_pointer(0xdead)) < 0) perror("bad pointer");
  ioctl(fd, 0x80086302, buffer);
  printf("name %s\\n", string_at(buffer));
  printf("negative %d\\n", ioctl(fd, 0x6303));
  if (ioctl(fd, 0x1234) < 0) perror("unknown");
  lseek(fd, 5, SEEK_SET);
  printf("seek %d\\n", lseek(fd, 2, SEEK_CUR));
  if (lseek(fd, -3, SEEK_SET) < 0) perror("lseek");
  printf("read %s\\n", string_at(buffer, read(fd, buffer, 16)));
  printf("pread %s\\n", string_at(buffer, pread(fd, buffer, 16, 100)));
  return 0;
}
`;

const FILES = [
  userFile('counter/counter.ts', COUNTER),
  userFile('counter/numbers.ts', NUMBERS),
  userFile('counter/Kbuild', 'obj-m := counter.o\n'),
  userFile('use.ts', PROGRAM),
];
const LOAD = 'cd counter && make > /tmp/make 2>&1 || { cat /tmp/make; exit 99; }\n';

describe('a misc device', () => {
  it('answers ioctl(2), lseek(2) and pread(2)', () => {
    const script = `${LOAD}sudo insmod counter.ko && cd .. && cc use.ts -o use && ./use`;
    const { stdout, stderr } = runScript(script, { files: FILES });
    expect(stderr.split('\n')).toEqual([
      'bad pointer: Bad address',
      'unknown: Inappropriate ioctl for device',
      'lseek: Invalid argument',
      '',
    ]);
    expect(stdout.split('\n')).toEqual([
      'sum 42',
      'name counter',
      'negative 0',
      'seek 7',
      'read at 7',
      'pread at 100',
      '',
    ]);
  });

  it('has a node in /dev and a line in /proc/misc for as long as it is registered', () => {
    const show = 'ls -l /dev/counter | cut -d" " -f1; grep counter /proc/misc';
    const script = `${LOAD}sudo insmod counter.ko; ${show}; sudo rmmod counter; ls /dev/counter`;
    const { stdout, stderr } = runScript(script, { files: FILES });
    expect(stdout).toBe('crw-rw-rw-\n258 counter\n');
    expect(stderr).toMatch(/cannot access '\/dev\/counter': No such file or directory/);
  });

  it('cannot have a name twice, or one that is no name', () => {
    const source = (name: string): string =>
      COUNTER.replace('register("counter"', `register("${name}"`);
    const errors = ['a/b', '', '..', 'hostcc'].map((name) => {
      const files = [...FILES.slice(1), userFile('counter/counter.ts', source(name))];
      return runScript(`${LOAD}sudo insmod counter.ko`, { files }).stderr.trim();
    });
    const invalid = 'insmod: ERROR: could not insert module counter.ko: Invalid parameters';
    const exists = 'insmod: ERROR: could not insert module counter.ko: File exists';
    expect(errors).toEqual([invalid, invalid, invalid, exists]);
  });
});

const SHARED = `import { module } from "kernel";
import { miscdev, type File, type FileOperations } from "kernel/fs";
import { Page, PAGE_SIZE, type VmArea } from "kernel/mm";
import { Mutex } from "kernel/sync";

class SharedFile implements FileOperations {
  static readonly mode = 0o666;
  constructor(readonly page: Mutex<Page>) {}
  static open(): SharedFile { return new SharedFile(Mutex.new(Page.alloc())); }

  mmap(_file: File, area: VmArea): void {
    using page = this.page.lock();
    page.value.store32(0, PAGE_SIZE);
    area.insert_page(0, page.value);
  }
  ioctl(): number {
    using page = this.page.lock();
    return page.value.load32(4);
  }
}
class SharedModule {
  constructor(readonly device: miscdev.Registration) {}
  static init(): SharedModule { return new SharedModule(miscdev.register("shared", SharedFile)); }
}
export default module(SharedModule, { license: "GPL" });
`;

const MAPPER = `import { close, ioctl, load32, MAP_PRIVATE, MAP_SHARED, mmap, munmap } from "libc";
import { O_RDWR, open } from "libc";
import { perror, printf, PROT_READ, PROT_WRITE, store32 } from "libc";
export function main(argv: readonly string[]): number {
  const fd = open("/dev/shared", O_RDWR);
  const both = PROT_READ | PROT_WRITE;
  const address = mmap(0, 8192, both, argv[1] === "private" ? MAP_PRIVATE : MAP_SHARED, fd, 0);
  if (address < 0) { perror("mmap"); return 1; }
  printf("driver wrote %d\\n", load32(address));
  store32(address + 4, 42);
  printf("driver reads %d\\n", ioctl(fd, 1));
  close(fd);
  printf("still there: %d\\n", load32(address + 4));
  if (argv[1] === "beyond") load32(address + 4096);
  munmap(address, 8192);
  return 0;
}
`;

describe("a driver's page", () => {
  const files = [userFile('shared/shared.ts', SHARED), userFile('map.ts', MAPPER)];
  const load = 'cd shared && make > /tmp/make 2>&1 || { cat /tmp/make; exit 99; }\n';
  const run = (command: string): ReturnType<typeof runScript> =>
    runScript(`${load}sudo insmod shared.ko && cd .. && cc map.ts -o map && ${command}`, { files });

  it('is shared with who maps it, for as long as it is mapped', () => {
    const lines = ['driver wrote 4096', 'driver reads 42', 'still there: 42', ''];
    expect(run('./map').stdout.split('\n')).toEqual(lines);
  });

  it('is copied for a private mapping', () => {
    expect(run('./map private').stdout).toMatch(/^driver reads 0$/m);
  });

  it('is a bus error behind its end', () => {
    expect(run('./map beyond').status).toBe(128 + 7);
  });

  it('leaves nothing behind', () => {
    const free = 'grep MemFree: /proc/meminfo';
    const { stdout } = run(`./map > /dev/null; ${free}; ${free}; ./map > /dev/null; ${free}`);
    const [, before, after] = stdout.trim().split('\n');
    expect(after).toBe(before);
  });
});

// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * /dev/heart says back what it is told, as a sign that it lives. What is written begins with two
 * bytes that say how long the rest is, the low one first.
 */
import { Errno, module } from "kernel";
import { KVec } from "kernel/alloc";
import {
  miscdev,
  type File,
  type FileOperations,
  type UserSliceReader,
  type UserSliceWriter,
} from "kernel/fs";
import { Mutex } from "kernel/sync";
import { u8 } from "uapi";

class HeartFile implements FileOperations {
  static readonly mode = 0o666;

  constructor(readonly beat: Mutex<KVec<u8>>) {}

  static open(): HeartFile {
    return new HeartFile(Mutex.new(KVec.new(u8)));
  }

  write(_file: File, input: UserSliceReader): void {
    const [low, high] = input.read(2);
    if (low === undefined || high === undefined) throw Errno.EINVAL;
    const text = input.read(low + 256 * high); // Never more than there is.
    using beat = this.beat.lock();
    beat.value.clear();
    beat.value.extend_from_slice(text);
  }

  read(_file: File, out: UserSliceWriter): void {
    using beat = this.beat.lock();
    out.write(beat.value.slice(0, beat.value.len()));
  }
}

class HeartModule {
  constructor(readonly device: miscdev.Registration) {}

  static init(): HeartModule {
    return new HeartModule(miscdev.register("heart", HeartFile));
  }
}

export default module(HeartModule, { license: "GPL", description: "Says back what it is told" });

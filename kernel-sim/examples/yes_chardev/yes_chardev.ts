// SPDX-License-Identifier: GPL-2.0-or-later
import { module, println } from "kernel";
import { chrdev, type File, type FileOperations, type UserSliceWriter } from "kernel/fs";

class Yes implements FileOperations {
  static open(): Yes {
    return new Yes();
  }

  /** Fills the caller's buffer with the endless text, from wherever the last read stopped. */
  read(file: File, out: UserSliceWriter): void {
    out.write_repeated("y\n", file.pos);
  }
}

class YesModule {
  constructor(readonly device: chrdev.Registration) {}

  static init(): YesModule {
    println("Hello CharDev from TypeScript!");
    const device = chrdev.register("yes", Yes);
    println(`My major number: ${device.major}`);
    return new YesModule(device);
  }

  [Symbol.dispose](): void {
    println("Goodbye CharDev from TypeScript!");
  }
}

export default module(YesModule, { name: "yes_chardev", license: "GPL" });

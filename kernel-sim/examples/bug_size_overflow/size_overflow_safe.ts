// SPDX-License-Identifier: GPL-2.0-or-later
/** /dev/table has as many rows as it is asked for, and each can be marked. */
import { Errno, module } from "kernel";
import { KVec } from "kernel/alloc";
import { miscdev, type File, type FileOperations, type IoctlRequest } from "kernel/fs";
import { Mutex } from "kernel/sync";
import { array, struct, u32 } from "uapi";

import { MARK, RESIZE } from "./table";

class Row extends struct({ mark: u32, value: array(u32, 3) }) {}

class TableFile implements FileOperations {
  static readonly mode = 0o666;

  constructor(readonly rows: Mutex<KVec<Row>>) {}

  static open(): TableFile {
    return new TableFile(Mutex.new(KVec.new(Row)));
  }

  ioctl(_file: File, request: IoctlRequest): void {
    using rows = this.rows.lock();
    switch (request.command) {
      case RESIZE:
        rows.value.clear();
        rows.value.reserve(request.argument); // ENOMEM, however large the product would be.
        for (let n = 0; n < request.argument; n++) rows.value.push(new Row());
        break;
      case MARK:
        if (request.argument >= rows.value.len()) throw Errno.EINVAL;
        rows.value.at(request.argument).mark = 1;
        break;
      default:
        throw Errno.ENOTTY;
    }
  }
}

class TableModule {
  constructor(readonly device: miscdev.Registration) {}

  static init(): TableModule {
    return new TableModule(miscdev.register("table", TableFile));
  }
}

export default module(TableModule, { license: "GPL", description: "Rows to be marked" });

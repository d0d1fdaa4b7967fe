// SPDX-License-Identifier: GPL-2.0-or-later
/** /dev/table has as many rows as it is asked for, and each can be marked. */
import { Errno, module } from "kernel";
import { miscdev, type File, type FileOperations, type IoctlRequest } from "kernel/fs";
import { GFP_KERNEL, kcalloc, kfree, kzalloc, type Ptr } from "kernel/raw";
import { array, ptr, struct, u32 } from "uapi";

import { MARK, RESIZE } from "./table";

class Row extends struct({ mark: u32, value: array(u32, 3) }) {}

class Table extends struct({ rows: ptr<Row>(), count: u32 }) {}

class TableFile implements FileOperations {
  static readonly mode = 0o666;

  constructor(readonly table: Ptr<Table>) {}

  static open(): TableFile {
    // SAFETY: zeros are a table without rows.
    unsafe: {
      const table: Ptr<Table> = kzalloc(Table.size, GFP_KERNEL);
      if (!table) throw Errno.ENOMEM;
      return new TableFile(table);
    }
  }

  ioctl(_file: File, request: IoctlRequest): void {
    const table = this.table;
    // SAFETY: there are `count` rows.
    unsafe: {
      switch (request.command) {
        case RESIZE: {
          const rows: Ptr<Row> = kcalloc(request.argument, Row.size, GFP_KERNEL);
          if (!rows) throw Errno.ENOMEM;
          kfree(table.$.rows);
          table.$.rows = rows;
          table.$.count = request.argument;
          break;
        }
        case MARK:
          if (request.argument >= table.$.count) throw Errno.EINVAL;
          table.$.rows[request.argument].mark = 1;
          break;
        default:
          throw Errno.ENOTTY;
      }
    }
  }

  [Symbol.dispose](): void {
    // SAFETY: the file is closed, so nobody has the table any more.
    unsafe: {
      kfree(this.table.$.rows);
      kfree(this.table);
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

// SPDX-License-Identifier: GPL-2.0-or-later
/** A driver whose two functions take the same two mutexes in opposite orders. */
export const BANK = `import { module } from "kernel";
import { miscdev, type File, type FileOperations } from "kernel/fs";
import type { UserSliceReader, UserSliceWriter } from "kernel/fs";
import { Mutex } from "kernel/sync";
import { msleep } from "kernel/time";

const accounts = Mutex.new(100);
const journal = Mutex.new(0);

class Teller implements FileOperations {
  static readonly mode = 0o666;
  static open(): Teller { return new Teller(); }
  write(_file: File, input: UserSliceReader): void {
    input.skip(input.remaining);
    using money = accounts.lock();
    msleep(20);
    using lines = journal.lock();
    lines.value += money.value;
  }
  read(_file: File, out: UserSliceWriter): void {
    using lines = journal.lock();
    msleep(20);
    using money = accounts.lock();
    out.write_text(\`\${lines.value} \${money.value}\`);
  }
}
class Bank {
  constructor(readonly device: miscdev.Registration) {}
  static init(): Bank { return new Bank(miscdev.register("bank", Teller)); }
}
export default module(Bank, { name: "bank", license: "GPL" });
`;

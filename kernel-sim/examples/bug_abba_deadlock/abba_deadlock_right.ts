// SPDX-License-Identifier: GPL-2.0-or-later
/** The same, and whoever holds both accounts took the checking account first. */
import { module, println } from "kernel";
import { miscdev, type File, type FileOperations, type UserSliceReader } from "kernel/fs";
import { Mutex } from "kernel/sync";
import { msleep } from "kernel/time";

const CHECKING = Mutex.new(10);
const SAVINGS = Mutex.new(0);
const TO_SAVINGS = 0x73; // s
const COUNTING_MS = 20;

/** Checking comes before savings, whichever way the money goes. */
function move(amount: number): void {
  using checking = CHECKING.lock();
  msleep(COUNTING_MS);
  using savings = SAVINGS.lock();
  checking.value -= amount;
  savings.value += amount;
}

class BankFile implements FileOperations {
  static readonly mode = 0o666;

  static open(): BankFile {
    return new BankFile();
  }

  write(_file: File, input: UserSliceReader): void {
    const isToSavings = input.read_all()[0] === TO_SAVINGS;
    move(isToSavings ? 1 : -1);
  }
}

class BankModule {
  constructor(readonly device: miscdev.Registration) {}

  static init(): BankModule {
    return new BankModule(miscdev.register("bank", BankFile));
  }

  [Symbol.dispose](): void {
    using savings = SAVINGS.lock();
    println(`${savings.value} in savings`);
  }
}

export default module(BankModule, { license: "GPL", description: "Two accounts and their locks" });

// SPDX-License-Identifier: GPL-2.0-or-later
/** /dev/bank moves money between two accounts: to savings for "s", back for anything else. */
import { module, println, type Ref } from "kernel";
import { miscdev, type File, type FileOperations, type UserSliceReader } from "kernel/fs";
import { Mutex } from "kernel/sync";
import { msleep } from "kernel/time";

const CHECKING = Mutex.new(10);
const SAVINGS = Mutex.new(0);
const TO_SAVINGS = 0x73; // s
const COUNTING_MS = 20;

/** Holds both accounts, so that nobody sees money that is nowhere. */
function move(from: Ref<Mutex<number>>, to: Ref<Mutex<number>>): void {
  using source = from.lock();
  msleep(COUNTING_MS);
  using target = to.lock(); // And who moves money the other way?
  source.value -= 1;
  target.value += 1;
}

class BankFile implements FileOperations {
  static readonly mode = 0o666;

  static open(): BankFile {
    return new BankFile();
  }

  write(_file: File, input: UserSliceReader): void {
    const isToSavings = input.read_all()[0] === TO_SAVINGS;
    if (isToSavings) move(CHECKING, SAVINGS);
    else move(SAVINGS, CHECKING);
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

// SPDX-License-Identifier: GPL-2.0-or-later
/** Locks that no line of its own makes: those of fields and constants are told apart by name. */
import { expect, it } from 'vitest';

import { runScript, userFile } from '../support/machine.ts';

const DRIVER = `import { module } from "kernel";
import { Mutex } from "kernel/sync";
const ledger = Mutex.new(0);
class Bank {
  readonly #accounts = Mutex.new(1);
  readonly journal = Mutex.new(2);
  static init(): Bank {
    const bank = new Bank();
    {
      using total = ledger.lock();
      using accounts = bank.#accounts.lock();
      using journal = bank.journal.lock();
      total.value = accounts.value + journal.value;
    }
    return bank;
  }
}
export default module(Bank, { license: "GPL" });
`;

it('are of classes of their own, named as they are written', () => {
  const files = [userFile('bank/bank.ts', DRIVER), userFile('bank/Kbuild', 'obj-m := bank.o\n')];
  const { stdout, stderr, status, logText } = runScript(
    'cd bank && make > make.log && sudo insmod bank.ko && sudo cat /proc/lockdep',
    { files },
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(logText).not.toContain('WARNING');
  for (const name of ['ledger', 'Bank.accounts', 'Bank.journal']) expect(stdout).toContain(name);
});

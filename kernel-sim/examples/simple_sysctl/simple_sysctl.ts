// SPDX-License-Identifier: GPL-2.0-or-later
import { module, println } from "kernel";
import { sysctl } from "kernel/sysctl";

class SimpleSysctl {
  constructor(readonly test: sysctl.Registration<number>) {}

  static init(): SimpleSysctl {
    const test = sysctl.register("rust/example", "test", sysctl.int(1, { min: 0, max: 2 }), 0o644);
    println("Hello Sysctl from TypeScript!");
    return new SimpleSysctl(test);
  }

  [Symbol.dispose](): void {
    println(`Goodbye Sysctl from TypeScript! The value is ${this.test.get()}.`);
  }
}

export default module(SimpleSysctl, { name: "simple_sysctl", license: "GPL" });

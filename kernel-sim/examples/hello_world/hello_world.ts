// SPDX-License-Identifier: GPL-2.0-or-later
import { module, println } from "kernel";

class HelloWorld {
  static init(): HelloWorld {
    println("Hello from TypeScript!");
    return new HelloWorld();
  }

  [Symbol.dispose](): void {
    println("Goodbye from TypeScript!");
  }
}

export default module(HelloWorld, {
  name: "helloworld",
  license: "GPL",
  description: "Says hello and goodbye.",
});

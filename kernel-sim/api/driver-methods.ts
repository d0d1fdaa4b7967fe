// SPDX-License-Identifier: GPL-2.0-or-later
/** Calling the methods of an object that a driver handed over, whether they may switch or not. */
import { isSwitching } from '../kernel/module/runtime.ts';
import type { EntryPath } from '../kernel/module/sites.ts';
import type { LoadedModule } from '../kernel/module/loaded-module.ts';
import { after } from '../lib/coroutine.ts';
import type { MaySleep } from '../uapi/coroutine.ts';
import type { ApiContext } from './context.ts';
import { applyMethod, type Method, methodOf } from './driver-object.ts';

/** Makes something of an answer, or of the negative errno that was thrown instead. */
export type Then<R> = (value: unknown, errno: number) => R;

export class DriverMethods {
  readonly object: object;
  readonly module: LoadedModule;
  readonly #context: ApiContext;

  /** Of the module that runs now, unless told. */
  constructor(context: ApiContext, object: object, module = context.module) {
    this.#context = context;
    this.object = object;
    this.module = module;
  }

  find(name: string): Method | undefined {
    return methodOf(this.object, name);
  }

  /** One that is not there does nothing. */
  call<R>(path: EntryPath, name: string, args: readonly unknown[], then: Then<R>): MaySleep<R> {
    return this.run(path, this.find(name), args, then);
  }

  /** At once, unless the method may switch. */
  run<R>(
    path: EntryPath,
    method: Method | undefined,
    args: readonly unknown[],
    then: Then<R>,
  ): MaySleep<R> {
    if (method === undefined) return then(undefined, 0);
    const { calls, runtime } = this.#context.services;
    if (!isSwitching(method)) {
      const { value, errno } = calls.call(this.module, path, () =>
        applyMethod(method, this.object, args),
      );
      return then(value, errno);
    }
    const answer = calls.callSwitching(this.module, path, () =>
      runtime.maybe(applyMethod(method, this.object, args)),
    );
    return after(answer, ({ value, errno }) => then(value, errno));
  }
}

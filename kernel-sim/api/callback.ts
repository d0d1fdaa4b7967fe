// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Objects of drivers that something calls later: a timer, a work item, a thread, an interrupt line.
 *
 * What calls lies in memory, with the address of the method; the object is owned by the value of
 * the API that the driver holds, and dropped with it.
 */
import { errnoValue } from '../kernel/module/errno-value.ts';
import type { LoadedModule } from '../kernel/module/loaded-module.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { dropNow } from './allocation.ts';
import type { ApiContext } from './context.ts';
import { applyMethod, methodOf } from './driver-object.ts';
import { LockMemory } from './guard.ts';

export interface CallbackSpec {
  /** What the driver calls the value: for the panic of one that nobody would ever drop. */
  readonly what: string;
  readonly object: object;
  readonly method: string;
  /** What the method is given. */
  readonly values: (...values: readonly unknown[]) => readonly unknown[];
  /** Of the struct that calls. */
  readonly sizeBytes: number;
}

export class Callback {
  /** Of the struct that calls. */
  readonly pointer: number;
  /** Of the method. */
  readonly address: number;
  readonly #context: ApiContext;
  readonly #spec: CallbackSpec;
  readonly #memory: LockMemory;

  /**
   * @throws EINVAL the object has no such method
   * @throws ENOMEM
   */
  constructor(context: ApiContext, spec: CallbackSpec) {
    const { object, values, sizeBytes, what } = spec;
    const { module } = context;
    if (!module.isLinked) throw new Error(`a ${what} at the top level would outlive its module`);
    const method = methodOf(object, spec.method);
    if (method === undefined) {
      dropNow(context, object);
      throw errnoValue(ERRNO.EINVAL);
    }
    this.#context = context;
    this.#spec = spec;
    this.#memory = LockMemory.holding(context, object, sizeBytes);
    this.pointer = this.#memory.pointer;
    this.address = addressOf(module, object, spec.method);
    context.services.functions().methods.bind(this.pointer, {
      address: this.address,
      run: (...given) => applyMethod(method, object, values(...given)),
    });
  }

  /**
   * What lockdep calls it that becomes a field: `told` is the field's name, if the toolchain told
   * one. `kind` stands before it.
   */
  name(kind: string, told: unknown): void {
    const { module, services } = this.#context;
    if (typeof told !== 'string') return;
    services.callbackMaps.defineField(this.pointer, kind, module.name, told);
  }

  /** Gives memory and object back. Nothing calls it any more. Context: process. */
  *drop(): Sleeping<void> {
    const { object, sizeBytes } = this.#spec;
    const { functions, runtime } = this.#context.services;
    functions().methods.forget(this.pointer);
    this.#memory.free(sizeBytes);
    yield* runtime.dropSwitching(object);
  }
}

/** Of a method in the text of its module; of the text, for what has no name there. */
function addressOf({ image }: LoadedModule, object: object, method: string): number {
  let holder: unknown = object;
  while (holder !== null && !Object.hasOwn(holder as object, method)) {
    holder = Object.getPrototypeOf(holder);
  }
  const name: unknown = ownValue(ownValue(holder, 'constructor'), 'name');
  const address = image.functionAddresses.get(`${String(name)}.${method}`);
  return address ?? image.address;
}

function ownValue(owner: unknown, name: string): unknown {
  if (owner === undefined || owner === null) return undefined;
  return Object.getOwnPropertyDescriptor(owner, name)?.value;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Takes from the worker's global everything that a driver has no business with.
 *
 * The frame's policy already keeps the network and the page out of reach. This removes what is
 * left (timers, messages, storage, blobs, other workers) from the global and from its whole
 * prototype chain, and pins what stays, so that no driver can swap `Map` under the kernel's feet.
 */

/** The language itself. Absent on purpose: Date, Intl, Promise, WeakRef, Atomics, WebAssembly. */
const LANGUAGE: ReadonlySet<string> = new Set(
  `
  globalThis Infinity NaN undefined isFinite isNaN parseFloat parseInt decodeURI
  decodeURIComponent encodeURI encodeURIComponent Object Function Boolean Symbol Number
  BigInt Math String RegExp Array Map Set WeakMap WeakSet Iterator ArrayBuffer DataView
  Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array
  Float32Array Float64Array BigInt64Array BigUint64Array Reflect Proxy JSON Error
  AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError
  SuppressedError
`
    .trim()
    .split(/\s+/),
);

/** What this worker needs of the browser, taken before the doors close. */
export interface Browser {
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
  /** Hears a port; its own method is gone by then. */
  readonly listen: (port: MessagePort, take: (data: unknown) => void) => void;
  /** Calls `tick` after the events that wait already. */
  readonly soon: (tick: () => void) => () => void;
  readonly after: (milliseconds: number, tick: () => void) => number;
  readonly cancel: (timer: number) => void;
  /** Evaluates one function expression in this realm. Lock it down first. */
  readonly evaluate: (code: string, name: string) => unknown;
}

type Scope = typeof globalThis & { importScripts(...urls: string[]): void };

const HAND_OVER = '$handOver';

export function captureBrowser(scope: Scope): Browser {
  const { performance, MessageChannel, Blob, URL } = scope;
  const createObjectUrl = URL.createObjectURL.bind(URL);
  const revokeObjectUrl = URL.revokeObjectURL.bind(URL);
  const importScripts = scope.importScripts.bind(scope);
  const setTimer = scope.setTimeout.bind(scope);
  const clearTimer = scope.clearTimeout.bind(scope);

  // A script hands its value over by calling this; between two evaluations it does nothing.
  let waiting: ((value: unknown) => void) | undefined;
  Object.defineProperty(scope, HAND_OVER, {
    value: (value: unknown) => {
      const take = waiting;
      waiting = undefined;
      take?.(value);
    },
  });

  // oxlint-disable-next-line typescript/unbound-method -- called with a port as `this`
  const { addEventListener } = scope.EventTarget.prototype;
  const listen: Browser['listen'] = (port, take) => {
    const handler = (event: Event): void => take((event as MessageEvent).data);
    addEventListener.call(port, 'message', handler);
    port.start();
  };

  return {
    listen,
    now: () => performance.now(),
    soon(tick) {
      const { port1, port2 } = new MessageChannel();
      listen(port1, tick);
      return () => port2.postMessage(null);
    },
    after: (milliseconds, tick) => setTimer(tick, milliseconds),
    cancel: (timer) => clearTimer(timer),
    evaluate(code, name) {
      let result: unknown;
      waiting = (value) => {
        result = value;
      };
      const sourceUrl = name.replaceAll(/[^\w./[\]-]/g, '_');
      const text = `'use strict';${HAND_OVER}(${code}\n);\n//# sourceURL=${sourceUrl}`;
      const url = createObjectUrl(new Blob([text], { type: 'text/javascript' }));
      try {
        importScripts(url);
      } finally {
        waiting = undefined;
        revokeObjectUrl(url);
      }
      return result;
    },
  };
}

/** First step. What the engine does not let go stays, and is returned by name. */
export function removeGlobals(scope: object): readonly string[] {
  const left: string[] = [];
  const objectPrototype = Object.getPrototypeOf({}) as object;
  for (
    let holder: object | null = scope;
    holder !== null && holder !== objectPrototype;
    holder = Object.getPrototypeOf(holder) as object | null
  ) {
    for (const key of Reflect.ownKeys(holder)) {
      if (key === HAND_OVER) continue;
      if (holder === scope && typeof key === 'string' && LANGUAGE.has(key)) continue;
      if (!Reflect.deleteProperty(holder, key)) left.push(String(key));
    }
  }
  return left;
}

/** Last step, after the kernel has taken out and frozen what it wants to. */
export function pinGlobals(scope: object): void {
  const descriptors = Object.entries(Object.getOwnPropertyDescriptors(scope));
  for (const [key, descriptor] of descriptors) {
    if (descriptor.configurable !== true) continue;
    Object.defineProperty(scope, key, {
      value: descriptor.value as unknown,
      enumerable: false,
      writable: false,
      configurable: false,
    });
  }
  Object.preventExtensions(scope);
}

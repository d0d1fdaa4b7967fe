// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Makes a realm fit for drivers: what would leave the sandbox or break determinism is removed, and
 * every intrinsic is frozen, so that a patched prototype harms nobody.
 *
 * Called once per realm, by the host, before the first driver is loaded and after the kernel's
 * bundle has run. The border is the realm's own (the frame's, the process's); this keeps drivers
 * apart from each other and from the kernel, and runs repeatable.
 */

/** Globals that a driver's library does not have (toolchain: lib.driver.d.ts). */
const REMOVED = [
  'Atomics',
  'Date',
  'FinalizationRegistry',
  'Function',
  'Intl',
  'Promise',
  'Proxy',
  'Reflect',
  'SharedArrayBuffer',
  'WeakRef',
  'WebAssembly',
  'console',
  'escape',
  'eval',
  'unescape',
] as const;

/** Functions whose results differ from engine to engine, or from run to run. */
const REMOVED_FROM_MATH = [
  'acos', 'acosh', 'asin', 'asinh', 'atan', 'atan2', 'atanh', 'cbrt', 'cos', 'cosh', 'exp', 'expm1',
  'hypot', 'log', 'log10', 'log1p', 'log2', 'pow', 'random', 'sin', 'sinh', 'tan', 'tanh',
] as const; // prettier-ignore

/**
 * Names that drivers assign on instances of their own. Frozen on the prototype as data they could
 * not be assigned any more, so they become accessors that define them on the instance.
 */
const OVERRIDABLE: readonly (readonly [object, readonly string[]])[] = [
  [Object.prototype, ['constructor', 'toString', 'valueOf']],
  [Error.prototype, ['name', 'message']],
];

export function freezeIntrinsics(realm: object): void {
  const global = realm as Record<string, unknown>;
  const roots: unknown[] = [...hiddenIntrinsics()];
  for (const name of Object.getOwnPropertyNames(global)) {
    roots.push(Object.getOwnPropertyDescriptor(global, name)?.value);
  }
  for (const name of REMOVED) remove(global, name);
  for (const name of REMOVED_FROM_MATH) remove(Math, name);
  for (const prototype of functionPrototypes()) remove(prototype, 'constructor');
  for (const [owner, names] of OVERRIDABLE) for (const name of names) allowOverride(owner, name);
  freezeAll(roots.filter((root) => root !== realm));
}

/** Removes a property; one that cannot be removed is at least made useless. */
function remove(owner: object, name: string): void {
  if (!Object.hasOwn(owner, name)) return;
  if (deleteProperty(owner, name)) return;
  try {
    Object.defineProperty(owner, name, { value: undefined });
  } catch {
    // A fixed property of the host's global: the host's own border has to hold.
  }
}

/** `delete` that answers instead of throwing. */
function deleteProperty(owner: object, name: string): boolean {
  return Object.getOwnPropertyDescriptor(owner, name)?.configurable === true
    ? delete (owner as Record<string, unknown>)[name]
    : false;
}

function functionPrototypes(): object[] {
  const kinds = [function () {}, function* () {}, async function () {}, async function* () {}];
  return kinds.map((fn) => Object.getPrototypeOf(fn) as object);
}

/** What no global names: prototypes of generators and iterators. */
function* hiddenIntrinsics(): Generator {
  yield* functionPrototypes();
  const iterators: object[] = [
    [][Symbol.iterator](),
    new Map()[Symbol.iterator](),
    new Set()[Symbol.iterator](),
    ''[Symbol.iterator](),
    (function* () {})(),
    'a'.matchAll(/a/g),
  ];
  for (const iterator of iterators) yield Object.getPrototypeOf(iterator);
  yield Object.getPrototypeOf(Uint8Array);
}

function allowOverride(owner: object, name: string): void {
  const descriptor = Object.getOwnPropertyDescriptor(owner, name);
  if (descriptor?.configurable !== true || !('value' in descriptor)) return;
  const { value } = descriptor as { value: unknown };
  Object.defineProperty(owner, name, {
    get: () => value,
    set(this: object, replacement: unknown) {
      if (this === owner) throw new TypeError(`${name} is frozen`);
      const data = { value: replacement, writable: true, enumerable: true, configurable: true };
      Object.defineProperty(this, name, data);
    },
    enumerable: false,
    configurable: false,
  });
}

/**
 * Where `Object.freeze` would make V8 send each store into a typed array through a slow stub (40 ns
 * instead of 1), the same is said property by property.
 */
const PINNED: ReadonlySet<object> = new Set<object>([
  Object.prototype,
  Object.getPrototypeOf(Uint8Array.prototype) as object,
  Int8Array.prototype,
  Uint8Array.prototype,
  Uint8ClampedArray.prototype,
  Int16Array.prototype,
  Uint16Array.prototype,
  Int32Array.prototype,
  Uint32Array.prototype,
  Float32Array.prototype,
  Float64Array.prototype,
  BigInt64Array.prototype,
  BigUint64Array.prototype,
]);

/** As frozen as `Object.freeze` makes it, but for the engine's own mark. */
function pin(value: object): void {
  for (const key of namesOf(value)) {
    const descriptor = Object.getOwnPropertyDescriptor(value, key);
    if (descriptor?.configurable !== true) continue;
    const isData = 'value' in descriptor;
    Object.defineProperty(value, key, {
      configurable: false,
      ...(isData ? { writable: false } : {}),
    });
  }
  Object.preventExtensions(value);
}

/** Freezes everything that can be reached from `roots` by properties and prototypes. */
function freezeAll(roots: readonly unknown[]): void {
  const seen = new Set<object>();
  const queue: unknown[] = [...roots];
  for (let value = queue.pop(); queue.length > 0 || value !== undefined; value = queue.pop()) {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) continue;
    if (seen.has(value)) continue;
    seen.add(value);
    queue.push(Object.getPrototypeOf(value));
    for (const key of namesOf(value)) {
      const parts = Object.values(Object.getOwnPropertyDescriptor(value, key) ?? {}) as unknown[];
      queue.push(...parts.filter((part) => part !== undefined && part !== null));
    }
    // Typed arrays with elements cannot be frozen, and none is an intrinsic.
    if (ArrayBuffer.isView(value)) continue;
    if (PINNED.has(value)) pin(value);
    else Object.freeze(value);
  }
}

/** Names and symbols: much of the language hangs on `Symbol.iterator` and its like. */
function namesOf(value: object): readonly (string | symbol)[] {
  return [...Object.getOwnPropertyNames(value), ...Object.getOwnPropertySymbols(value)];
}

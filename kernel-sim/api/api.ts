// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The whole driver API of one machine: what `require` answers inside a module.
 *
 * Each subpath is a frozen object of bound functions, so that a driver can take it apart as an
 * import does, and can change nothing of it for the next driver.
 */
import { ALLOC_FLAGS, AllocApi } from './alloc.ts';
import { Arc } from './arc.ts';
import { AtomicU32 } from './atomic.ts';
import { AtomicBool } from './atomic-bool.ts';
import { AtomicU64 } from './atomic-u64.ts';
import { Completion } from './completion.ts';
import { CondVar } from './cond-var.ts';
import { ApiContext, type ApiServices } from './context.ts';
import { DmaApi } from './dma.ts';
import { DmaSkbs } from './dma-skbs.ts';
import { DmaVec } from './dma-vec.ts';
import { FsApi } from './fs.ts';
import { KernelApi } from './kernel.ts';
import { Guard, ReadGuard } from './guard.ts';
import { HrTimer } from './hr-timer.ts';
import { IoApi } from './io.ts';
import { IoMem } from './io-mem.ts';
import { IrqApi } from './irq.ts';
import { Registration as IrqRegistration } from './irq-registration.ts';
import { MmApi, Page, PageStatics } from './mm.ts';
import { KBox } from './k-box.ts';
import { KString } from './k-string.ts';
import { KVec } from './k-vec.ts';
import { Mutex } from './mutex.ts';
import { Napi } from './napi.ts';
import { NetApi } from './net.ts';
import { NetDevice } from './net-device.ts';
import { Counter, NetStats } from './net-stats.ts';
import { Registration as NetRegistration } from './netdev.ts';
import { PerCpu } from './per-cpu.ts';
import { Phy } from './phy.ts';
import { PlatformDevice, Registration as PlatformRegistration } from './platform.ts';
import { RandomApi } from './random.ts';
import { GFP_FLAG_MODIFIERS, GFP_FLAGS, RawAllocApi } from './raw-alloc.ts';
import { RawAtomicApi } from './raw-atomic.ts';
import { RawAtomic64Api } from './raw-atomic64.ts';
import { RawBarrierApi } from './raw-barrier.ts';
import { RawBitApi } from './raw-bits.ts';
import { RawBugApi } from './raw-bug.ts';
import { RawCacheApi, SLAB_FLAGS } from './raw-cache.ts';
import { RawDmaApi } from './raw-dma.ts';
import { RawHlistApi } from './raw-hlist.ts';
import { RawCompletionApi } from './raw-completion.ts';
import { RawInterruptApi } from './raw-interrupt.ts';
import { RawIrqApi } from './raw-irq.ts';
import { RawKmemleakApi } from './raw-kmemleak.ts';
import { RawKthreadApi } from './raw-kthread.ts';
import { RawListApi } from './raw-list.ts';
import { RawPageApi } from './raw-pages.ts';
import { RawModuleApi } from './raw-module.ts';
import { RawMempoolApi } from './raw-mempool.ts';
import { RawMutexApi } from './raw-mutex.ts';
import { RawPercpuApi } from './raw-percpu.ts';
import { RawRawSpinlockApi } from './raw-raw-spinlock.ts';
import { RawRwlockApi } from './raw-rwlock.ts';
import { RawRwsemApi } from './raw-rwsem.ts';
import { RawSemaphoreApi } from './raw-semaphore.ts';
import { RawSeqlockApi } from './raw-seqlock.ts';
import { RawSpinlockApi } from './raw-spinlock.ts';
import { RawStackApi } from './raw-stack.ts';
import { RawPointerApi } from './raw-pointer.ts';
import { RawRcuListApi } from './raw-rcu-list.ts';
import { RawRcuApi } from './raw-rcu.ts';
import { RawRefcountApi } from './raw-refcount.ts';
import { RawStringApi } from './raw-string.ts';
import { RawDelayApi } from './raw-delay.ts';
import { RawDelayedWorkApi } from './raw-delayed-work.ts';
import { RawTaskApi } from './raw-task.ts';
import { RawProcApi } from './raw-proc.ts';
import { RawHrTimerApi } from './raw-hrtimer.ts';
import { RawTimerApi } from './raw-timer.ts';
import { MAP_FLAGS, PROT_FLAGS, RawUserApi } from './raw-user.ts';
import { RawTaskletApi } from './raw-tasklet.ts';
import { RawUsbApi } from './raw-usb.ts';
import { RawVmallocApi } from './raw-vmalloc.ts';
import { RawWaitEventApi } from './raw-wait-event.ts';
import { RawWaitApi, TASK_STATES } from './raw-wait.ts';
import { RawLockdepApi } from './raw-lockdep.ts';
import { RawWatchdogApi } from './raw-watchdog.ts';
import { RawWorkqueueApi, WORKQUEUE_FLAGS } from './raw-workqueue.ts';
import { RwLock } from './rw-lock.ts';
import { RwSemaphore } from './rw-semaphore.ts';
import { Semaphore } from './semaphore.ts';
import { SeqLock } from './seq-lock.ts';
import { SkBuff } from './sk-buff.ts';
import { Slot } from './slot.ts';
import { Spinlock } from './spinlock.ts';
import { SyncApi } from './sync.ts';
import { HandlerRegistration, Registration, SysctlApi } from './sysctl.ts';
import { Value } from './sysctl-value.ts';
import { TaskApi } from './task.ts';
import { Thread, CurrentThread } from './thread.ts';
import { Tick } from './tick.ts';
import { TimeApi } from './time.ts';
import { Timer } from './timer.ts';
import { UapiApi } from './uapi.ts';
import { UsbApi } from './usb.ts';
import { UsbDevice } from './usb-device.ts';
import { UsbNet } from './usbnet-device.ts';
import { Registration as UsbNetRegistration } from './usbnet.ts';
import { DelayedWork, Work } from './work.ts';
import { Workqueue } from './work-queue.ts';
import { WorkqueueApi } from './workqueue.ts';

/** The exports of a subpath, undefined for one that is not there. */
export type DriverApi = (specifier: string) => object | undefined;

/** Each part is made when a module first asks for it: most machines load few. */
export function makeDriverApi(services: ApiServices): DriverApi {
  const context = new ApiContext(services);
  const uapi = new UapiApi(context.classes);
  const makers = makersOf(context, uapi);
  const made = new Map<string, object>();
  return (specifier) => {
    const known = made.get(specifier);
    const make = makers.get(specifier);
    if (known !== undefined || make === undefined) return known;
    const part = Object.freeze(make());
    made.set(specifier, part);
    return part;
  };
}

function makersOf(context: ApiContext, uapi: UapiApi): ReadonlyMap<string, () => object> {
  return new Map<string, () => object>([
    [
      'kernel',
      () => {
        const kernel = new KernelApi(context);
        return { ...exportsOf(kernel), param: exportsOf(kernel.param) };
      },
    ],
    [
      'kernel/alloc',
      () => {
        const alloc = new AllocApi(context);
        const classes = classesOf(alloc, { Arc, KBox, KString, KVec, Slot });
        return { ...ALLOC_FLAGS, ...exportsOf(alloc), ...classes };
      },
    ],
    ['kernel/dma', () => classesOf(new DmaApi(context), { DmaSkbs, DmaVec })],
    [
      'kernel/fs',
      () => {
        const fs = new FsApi(context);
        return { chrdev: exportsOf(fs.chrdev), miscdev: exportsOf(fs.miscdev) };
      },
    ],
    ['kernel/io', () => ({ platform: exportsOf(new IoApi(context).platform) })],
    [
      'kernel/irq',
      () => {
        const irq = new IrqApi(context);
        return { ...exportsOf(irq), ...classesOf(irq, { Tick }), irq: exportsOf(irq.irq) };
      },
    ],
    [
      'kernel/mm',
      () => ({ ...exportsOf(new MmApi()), Page: classOf(Page, new PageStatics(context)) }),
    ],
    [
      'kernel/net',
      () => {
        const net = new NetApi(context);
        return { ...classesOf(net, { Napi, Phy, SkBuff }), netdev: exportsOf(net.netdev) };
      },
    ],
    ['kernel/random', () => exportsOf(new RandomApi(context))],
    ['kernel/raw', () => rawExports(context, uapi)],
    ['kernel/sync', () => syncExports(new SyncApi(context))],
    ['kernel/sysctl', () => ({ sysctl: exportsOf(new SysctlApi(context).sysctl) })],
    [
      'kernel/task',
      () => {
        const task = new TaskApi(context);
        return { ...exportsOf(task), ...classesOf(task, { Thread }) };
      },
    ],
    [
      'kernel/time',
      () => {
        const time = new TimeApi(context);
        return { ...exportsOf(time), ...classesOf(time, { HrTimer, Timer }) };
      },
    ],
    ['kernel/usb', () => usbExports(new UsbApi(context))],
    [
      'kernel/workqueue',
      () => classesOf(new WorkqueueApi(context), { DelayedWork, Work, Workqueue }),
    ],
    ['uapi', () => exportsOf(uapi)],
  ]);
}

function usbExports({ usb, usbnet }: UsbApi): object {
  return { usb: exportsOf(usb), usbnet: exportsOf(usbnet) };
}

function syncExports(sync: SyncApi): object {
  return classesOf(sync, {
    AtomicBool,
    AtomicU32,
    AtomicU64,
    Completion,
    CondVar,
    Mutex,
    PerCpu,
    RwLock,
    RwSemaphore,
    Semaphore,
    SeqLock,
    Spinlock,
  });
}

/** `kernel/raw` is made of many parts, which know nothing of each other. */
function rawExports(context: ApiContext, uapi: UapiApi): object {
  const lists = new RawListApi(context, uapi);
  const spinlocks = new RawSpinlockApi(context, uapi);
  const pages = new RawPageApi(context);
  const timers = new RawTimerApi(context, uapi);
  const works = new RawWorkqueueApi(context, uapi);
  const waits = new RawWaitApi(context, uapi, lists);
  const parts = [
    new RawAllocApi(context),
    new RawAtomic64Api(context, uapi),
    new RawAtomicApi(context, uapi),
    new RawBarrierApi(context),
    new RawBitApi(context),
    new RawBugApi(context),
    new RawCacheApi(context),
    new RawDmaApi(context),
    new RawHlistApi(context, uapi),
    new RawHrTimerApi(context, uapi),
    new RawProcApi(context),
    new RawInterruptApi(context),
    new RawIrqApi(context),
    new RawKmemleakApi(context),
    lists,
    new RawMempoolApi(context, pages),
    new RawMutexApi(context, uapi, lists),
    new RawModuleApi(context),
    pages,
    new RawPercpuApi(context),
    new RawPointerApi(),
    new RawRawSpinlockApi(context, uapi),
    new RawRwlockApi(context, uapi),
    new RawRwsemApi(context, uapi, lists),
    new RawSemaphoreApi(context, uapi, lists),
    new RawSeqlockApi(context, uapi, spinlocks),
    spinlocks,
    new RawStackApi(context),
    new RawRcuApi(context, uapi),
    new RawLockdepApi(context),
    new RawRcuListApi(context),
    new RawWatchdogApi(context),
    new RawRefcountApi(context, uapi),
    new RawStringApi(context),
    new RawUsbApi(context, uapi),
    new RawUserApi(context),
    new RawTaskletApi(context, uapi),
    new RawVmallocApi(context),
    waits,
    new RawWaitEventApi(context),
    new RawCompletionApi(context, uapi, waits),
    new RawKthreadApi(context),
    new RawTaskApi(context),
    timers,
    new RawDelayApi(context),
    new RawDelayedWorkApi(context, uapi, works, timers),
    works,
  ];
  const constants = [
    GFP_FLAGS,
    GFP_FLAG_MODIFIERS,
    MAP_FLAGS,
    PROT_FLAGS,
    SLAB_FLAGS,
    TASK_STATES,
    WORKQUEUE_FLAGS,
  ];
  const exports: object[] = [...constants, ...parts.map(exportsOf)];
  return Object.defineProperties({}, descriptorsOf(exports));
}

/**
 * A class as an import sees it: its instances are those of `type`, its static functions those of
 * one machine. It makes none by itself.
 */
function classOf(type: { readonly prototype: object }, statics: object): object {
  const facade = function (): never {
    throw new TypeError('Illegal constructor');
  };
  facade.prototype = type.prototype;
  return Object.freeze(Object.assign(facade, exportsOf(statics)));
}

/** The same for some of them, whose static functions `statics` has by the same names. */
function classesOf<Name extends string>(
  statics: { readonly [Each in NoInfer<Name>]: object },
  types: { readonly [Each in Name]: { readonly prototype: object } },
): object {
  const names = Object.keys(types) as Name[];
  const entries = names.map((name) => [name, classOf(types[name], statics[name])] as const);
  return Object.freeze(Object.fromEntries(entries));
}

/** Accessors stay what they are: what they answer changes. */
function descriptorsOf(exports: readonly object[]): PropertyDescriptorMap {
  const all = exports.map((part) => Object.getOwnPropertyDescriptors(part));
  return Object.assign({}, ...all) as PropertyDescriptorMap;
}

/** Own fields, variables and methods of an API object, as an import would see them. */
function exportsOf(api: object): object {
  const exports: Record<string, unknown> = { ...api };
  const prototype: object = Object.getPrototypeOf(api) as object;
  for (const name of Object.getOwnPropertyNames(prototype)) {
    const property = Object.getOwnPropertyDescriptor(prototype, name);
    const value: unknown = property?.value;
    if (property?.get !== undefined) {
      const get = property.get.bind(api) as () => unknown;
      Object.defineProperty(exports, name, { get, enumerable: true });
    }
    if (name === 'constructor' || typeof value !== 'function') continue;
    exports[name] = Object.freeze((value as (...args: never[]) => unknown).bind(api));
  }
  return Object.freeze(exports);
}

// All modules share them: none may put a function of its own in the place of ours.
for (const shared of [
  Arc,
  AtomicBool,
  AtomicU32,
  AtomicU64,
  Completion,
  CondVar,
  Counter,
  CurrentThread,
  DelayedWork,
  DmaSkbs,
  DmaVec,
  Guard,
  HrTimer,
  IoMem,
  IrqRegistration,
  ReadGuard,
  RwLock,
  RwSemaphore,
  Semaphore,
  HandlerRegistration,
  KBox,
  KString,
  KVec,
  Mutex,
  Napi,
  NetDevice,
  NetRegistration,
  NetStats,
  PerCpu,
  Phy,
  PlatformDevice,
  PlatformRegistration,
  UsbDevice,
  UsbNet,
  UsbNetRegistration,
  Registration,
  SeqLock,
  SkBuff,
  Slot,
  Spinlock,
  Thread,
  Tick,
  Timer,
  Value,
  Work,
  Workqueue,
]) {
  Object.freeze(shared.prototype);
}

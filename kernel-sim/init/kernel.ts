// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Boot: the one place that constructs everything, in the only order that works.
 *
 * Linux: init/main.c (start_kernel). Lower rooms know nothing of higher ones; what they need from
 * them is handed down here.
 */
// tidy: long because everything is constructed here, and the order is read as one
import { makeDriverApi } from '../api/api.ts';
import type { StructClasses } from '../api/struct-class.ts';
import { makeStructs } from '../api/views.ts';
import { ModuleDefinition } from '../api/driver-module.ts';
import { CharDevices } from '../drivers/char/chrdev.ts';
import type { UsbCore } from '../drivers/usb/core.ts';
import type { UrbLog } from '../drivers/usb/urb-log.ts';
import type { DebugFs } from '../fs/debugfs/debugfs.ts';
import { Pipes } from '../fs/pipe-file.ts';
import type { ProcEntries } from '../fs/procfs/proc-entries.ts';
import type { ProcSysctl } from '../fs/procfs/proc-sysctl.ts';
import { RamFs } from '../fs/ramfs/ramfs.ts';
import { CoarseClock } from '../fs/timespec.ts';
import { Vfs } from '../fs/vfs.ts';
import { Ram } from '../hw/ram/ram.ts';
import { Die } from '../kernel/die.ts';
import type { RaceDetector } from '../kernel/kcsan/race-detector.ts';
import { DriverCalls } from '../kernel/module/driver-calls.ts';
import type { LoadedModule } from '../kernel/module/loaded-module.ts';
import type { Interrupts } from '../kernel/irq/interrupts.ts';
import { Tasklets } from '../kernel/irq/tasklet.ts';
import type { Softirqs } from '../kernel/irq/softirq.ts';
import { CableEnd } from '../hw/cable.ts';
import type { RingNic } from '../hw/ringnic/ringnic.ts';
import { TickDevice } from '../hw/tick-device.ts';
import { makeInterrupts, makeSoftirqs } from './interrupts.ts';
import { KernelThreads } from '../kernel/kthread/kthread.ts';
import { FunctionCalls } from '../kernel/module/function-calls.ts';
import type { Workqueues } from '../kernel/workqueue/workqueue.ts';
import { Rcu } from '../kernel/rcu/rcu.ts';
import { ModuleLoader } from '../kernel/module/loader.ts';
import { DebugObjects } from '../kernel/debug-objects.ts';
import { DriverRuntime } from '../kernel/module/runtime.ts';
import { SiteRegistry } from '../kernel/module/sites.ts';
import { ObjectSizes } from '../kernel/object-sizes.ts';
import { Oops } from '../kernel/oops.ts';
import type { Net } from '../net/net.ts';
import { TaskTable } from '../kernel/pid.ts';
import { Policy } from '../kernel/policy.ts';
import { LEVEL, Printk } from '../kernel/printk/printk.ts';
import { Scheduler } from '../kernel/sched/scheduler.ts';
import type { Task } from '../kernel/sched/task.ts';
import { StackDepot } from '../kernel/stack-depot.ts';
import { Signals } from '../kernel/signal.ts';
import { taintBit } from '../kernel/taint.ts';
import { assert } from '../lib/assert.ts';
import { encodeUtf8 } from '../lib/utf8.ts';
import type { BootImage, Host } from '../machine-types.ts';
import { AddressSpace } from '../mm/address-space.ts';
import type { InjectedFaults } from '../mm/failslab.ts';
import { SlabAllocator } from '../mm/kmalloc.ts';
import type { FaultTables } from '../mm/kernel-fault.ts';
import { formatGfp } from '../mm/gfp-names.ts';
import { KernelSpace } from '../mm/kernel-space.ts';
import { PageOwner } from '../mm/page-owner.ts';
import { MemoryFindings } from '../mm/memory-findings.ts';
import { KernelStacks, STACK_BYTES } from '../mm/kernel-stacks.ts';
import { reportBadMemory } from '../mm/memory-report.ts';
import { reportBadSlabs } from '../mm/slub-report.ts';
import { OwnedPointers } from '../mm/owned-pointers.ts';
import { PageAllocator } from '../mm/page-alloc.ts';
import type { PageTable } from '../mm/page-table.ts';
import { PercpuAllocator } from '../mm/percpu.ts';
import { Vmalloc } from '../mm/vmalloc.ts';
import type { Sockets } from '../net/sockets.ts';
import type { Netlink } from '../net/netlink/netlink.ts';
import type { UnixSockets } from '../net/unix/unix.ts';
import { ExecutableLoader } from '../process/executable.ts';
import { signalFault } from '../process/fault-signals.ts';
import { Futexes } from '../process/futex.ts';
import { Lifecycle } from '../process/lifecycle.ts';
import { checkCpuTime } from '../process/limits.ts';
import { OomKiller } from '../process/oom-kill.ts';
import { processOf } from '../process/process.ts';
import { ProcessMemory } from '../process/process-memory.ts';
import { Tracing } from '../process/tracing.ts';
import type { SyscallHandler } from '../process/user-mode.ts';
import type { Strategy } from '../sim/oracle.ts';
import { EventRing } from '../sim/event-ring.ts';
import { Sim } from '../sim/sim.ts';
import { fillSyscallTable } from '../syscall/table.ts';
import { KERNEL_RELEASE } from '../uapi/module-abi.ts';
import { defineProgram } from '../user/libc/libc.ts';
import { INSTALLED_PROGRAMS, INTERPRETERS } from '../user/programs.ts';
import { scriptInit } from '../user/script-init.ts';
import { type Board, BOARDS } from './board.ts';
import { type KernelOptions, parseCommandLine } from './command-line.ts';
import { Consoles } from './consoles.ts';
import { mountDebug } from './debug-files.ts';
import { DEVICE } from './devices.ts';
import { injectFaults, registerFaultFiles } from './fault-files.ts';
import { HostFiles } from './host-files.ts';
import { detectLeaks, type LeakDetector, startLeakDetector } from './leak-files.ts';
import { KERNEL_IMAGE, makeKernelSymbols } from './kernel-symbols.ts';
import { loadProgram } from './load-program.ts';
import { registerKernelSysctls } from './kernel-sysctls.ts';
import { type Locks, makeLocks } from './locks.ts';
import { makeModuleMemory } from './module-memory.ts';
import { makeWorkqueues } from './workqueues.ts';
import { makeNetlink } from './netlink.ts';
import { makeNetwork } from './network.ts';
import { type DeviceParts, makeDeviceParts, plugInNic } from './nic.ts';
import { mountProc } from './proc-files.ts';
import { makeRawParts } from './raw-parts.ts';
import { SlabFiles } from './slab-files.ts';
import { Uevents } from './uevents.ts';
import { mountSys } from './sys-files.ts';
import { detectRaces } from './races.ts';
import { makeRawHooks } from './raw-hooks.ts';
import { makeSockets, makeUnixSockets } from './sockets.ts';
import { logUrbs, makeUsb, makeUsbSockets, usbServices } from './usb.ts';
import type { UsbSockets } from './usb-sockets.ts';
import { startWatchers, type Watchers } from './watchers.ts';
import { populateRoot, withExecutables } from './rootfs.ts';

export const HOSTNAME = 'pc';
const SCRIPT_INIT = '/sbin/script-init';
/** Where a script lies that is longer than a command may be. */
const SCRIPT_FILE = '/run/script';
const COMMAND_BYTES_MAX = 32 * 1024;
/** What the root file system has, and the process 1 that runs a script for the host. */
const PROGRAMS = withExecutables([
  ...INSTALLED_PROGRAMS,
  { path: SCRIPT_INIT, mode: 0o755, program: defineProgram(scriptInit) },
]);
const BUILD = '#1';
/** Events of a timeline: some seconds of a busy machine. */
const TIMELINE_EVENTS = 128 * 1024;
/** Of the network, for who looks at them. */
const LATEST_FRAMES = 16 * 1024;

/** What a host decides about a run that is not part of the image. */
export interface KernelSettings {
  readonly strategy: Strategy;
  readonly isTraced: boolean;
  /** Keeps the latest events for a timeline. */
  readonly keepsTimeline: boolean;
  /** Overrides what the command line's `preempt` says: a recorded run again, in smaller steps. */
  readonly build?: 'fast' | 'stepped' | undefined;
}

export class Kernel {
  readonly image: BootImage;
  readonly board: Board;
  readonly options: KernelOptions;
  readonly identity: {
    release: string;
    version: string;
    machine: string;
    hostname: string;
    domainname: string;
  };
  readonly policy = new Policy();
  /** Why the kernel may no longer be trusted: a word that all rooms share. */
  readonly taint = { mask: 0 };

  // sim, hw
  readonly sim: Sim;
  /** The latest events, if its host wants to show them. */
  readonly timeline: EventRing | undefined;
  readonly runtime = new DriverRuntime();
  readonly ram: Ram;

  // kernel
  readonly scheduler: Scheduler;
  readonly tasks = new TaskTable();
  readonly kthreads: KernelThreads;
  readonly softirqs: Softirqs;
  readonly interrupts: Interrupts;
  readonly tick: TickDevice;
  readonly rcu: Rcu;
  readonly workqueues: Workqueues;
  readonly races: RaceDetector | undefined;
  readonly signals: Signals;
  readonly printk: Printk;
  readonly sites = new SiteRegistry();
  readonly objectSizes = new ObjectSizes(this.runtime, this.sites);
  readonly calls: DriverCalls;
  readonly die: Die;
  readonly locks: Locks;
  readonly loader: ModuleLoader;
  readonly functionCalls: FunctionCalls;
  readonly structs: StructClasses;

  // mm
  readonly pages: PageAllocator;
  readonly kernelSpace: KernelSpace;
  readonly stackDepot = new StackDepot();
  readonly vmalloc: Vmalloc;
  readonly kernelStacks: KernelStacks;
  readonly memoryFindings = new MemoryFindings();
  readonly slabs: SlabAllocator;
  readonly debugObjects: DebugObjects;
  readonly slabFiles = new SlabFiles();
  readonly ownedPointers = new OwnedPointers();
  readonly percpu: PercpuAllocator;
  readonly faults: InjectedFaults;
  readonly leaks: LeakDetector;
  readonly watchers: Watchers;

  // fs, drivers
  readonly wallClock: CoarseClock;
  readonly charDevices = new CharDevices();
  readonly pipes: Pipes;
  readonly sockets: Sockets;
  readonly unixSockets: UnixSockets;
  readonly netlink: Netlink;
  readonly vfs: Vfs;
  readonly consoles: Consoles;
  readonly hostFiles: HostFiles;
  readonly sysctl: ProcSysctl;
  readonly procEntries: ProcEntries;
  readonly debugfs: DebugFs;

  // net
  /** The socket of its network card. */
  readonly cable: CableEnd;
  /** The card that drivers drive; undefined where the kernel drives one by itself. */
  readonly nic: RingNic | undefined;
  /** Undefined where there is no host controller. */
  readonly usb: UsbCore | undefined;
  readonly usbSockets: UsbSockets | undefined;
  readonly uevents = new Uevents(this);
  /** For who looks at them. */
  readonly urbs: UrbLog | undefined;
  readonly devices: DeviceParts;
  readonly net: Net;

  // process, syscall
  readonly lifecycle: Lifecycle;
  readonly oomKiller: OomKiller;

  // oxlint-disable-next-line eslint/max-lines-per-function -- the order is read as one
  constructor(image: BootImage, host: Host, settings: KernelSettings) {
    this.image = image;
    this.board = BOARDS[image.board];
    this.options = parseCommandLine(image.cmdline);
    this.identity = {
      release: KERNEL_RELEASE,
      version: `${BUILD} SMP PREEMPT_DYNAMIC`,
      machine: this.board.machine,
      hostname: image.hostname ?? HOSTNAME,
      domainname: '(none)',
    };

    this.sim = new Sim(settings.strategy, this.runtime);
    this.sim.site = () => this.runtime.site;
    if (settings.isTraced) this.sim.trace.start();
    if (settings.keepsTimeline) {
      this.timeline = new EventRing(TIMELINE_EVENTS);
      this.sim.trace.keep(this.timeline);
    }
    this.scheduler = new Scheduler(this.sim, this.runtime, image.cpus);
    this.kthreads = new KernelThreads(this.scheduler, this.tasks);
    this.rcu = new Rcu(this.sim, this.scheduler, this.kthreads);
    this.#setWatchdogs();
    this.printk = new Printk(this.sim);
    this.softirqs = makeSoftirqs(this);
    this.interrupts = makeInterrupts(this);
    this.tick = new TickDevice(this.sim, (irq) => this.interrupts.raise(irq));
    this.signals = new Signals(this.sim, this.scheduler, this.tasks);
    this.#announce();

    this.ram = new Ram(
      image.memoryBytes ?? RAM_BYTES,
      this.board.memory,
      this.options.detectors.kasan,
    );
    this.pages = new PageAllocator(this.sim, this.ram, KERNEL_IMAGE.sizeBytes);
    this.kernelSpace = new KernelSpace(this.pages, KERNEL_IMAGE);
    this.vmalloc = this.#makeVmalloc();
    this.kernelStacks = new KernelStacks(this.pages, this.vmalloc, this.scheduler);
    this.slabs = this.#makeSlabs();
    this.debugObjects = new DebugObjects({
      isOn: this.options.detectors.debugObjects,
      warner: () => this.die,
      formatPointer: (pointer) => this.ram.formatPointer(pointer),
      nameOf: (func) => this.functionCalls.nameOf(func),
    });
    this.percpu = new PercpuAllocator(this.sim, this.pages, image.cpus);
    this.#announceMemory();
    this.cable = new CableEnd(this.sim);
    this.devices = makeDeviceParts(this);

    this.wallClock = new CoarseClock(this.sim.clock, image.epochSeconds);
    this.pipes = this.#makePipes();
    this.vfs = this.#makeVfs();
    this.sockets = makeSockets(this);
    this.unixSockets = makeUnixSockets(this);

    this.calls = new DriverCalls(this.sim, this.scheduler, this.runtime);
    this.structs = makeStructs(this.ram, this.runtime);
    this.workqueues = makeWorkqueues(this);
    this.locks = makeLocks(this);
    this.races = detectRaces(this);
    this.loader = this.#makeLoader(host, settings.build);
    this.die = this.#makeDie();
    reportBadMemory(this);
    reportBadSlabs(this);
    this.faults = injectFaults(this);
    this.functionCalls = this.#attachRuntime();
    this.leaks = detectLeaks(this);
    this.net = makeNetwork(this);
    if (settings.keepsTimeline) this.net.core.frames.keep(LATEST_FRAMES);
    this.nic = plugInNic(this);
    this.usb = makeUsb(this);
    this.usbSockets = makeUsbSockets(this);
    this.urbs = settings.keepsTimeline ? logUrbs(this) : undefined;
    this.netlink = makeNetlink(this);

    this.consoles = new Consoles(this, host);
    this.lifecycle = this.#makeLifecycle(host);
    this.oomKiller = new OomKiller(this);
    this.pages.outOfMemory = () => this.oomKiller.outOfMemory();
    populateRoot(this.vfs, this.identity.hostname, PROGRAMS);
    this.consoles.mountDevices();
    ({ sysctl: this.sysctl, entries: this.procEntries } = mountProc(this));
    mountSys(this);
    this.debugfs = mountDebug(this);
    registerFaultFiles(this);
    this.watchers = startWatchers(this, registerKernelSysctls(this));
    this.kthreads.start();
    this.hostFiles = new HostFiles(this, host);
    startLeakDetector(this);
    this.hostFiles.install(image.files);
    this.#startInit();
  }

  /** The first line of the log, and /proc/version. */
  get banner(): string {
    const { release, version } = this.identity;
    return `Linux version ${release} (ringzero@${HOSTNAME}) (tsc 6.0.3) ${version}`;
  }

  #setWatchdogs(): void {
    const { softlockup, hardlockup, atomicSleep } = this.options.detectors;
    const { watchdogSeconds } = this.options;
    this.scheduler.watchdog.setThreshold(watchdogSeconds, softlockup, hardlockup);
    this.scheduler.reportsAtomicSleep = atomicSleep;
  }

  // ---- Messages of the boot ------------------------------------------------------------------

  #announce(): void {
    this.printk.print(LEVEL.NOTICE, this.banner);
    this.printk.info(`Command line: ${this.image.cmdline}`);
    const { detectors, complaints, unknown } = this.options;
    for (const complaint of complaints) this.printk.warn(complaint);
    if (unknown.length > 0) {
      const words = unknown.join(' ');
      this.printk.print(
        LEVEL.NOTICE,
        `Unknown kernel command line parameters "${words}", will be passed to user space.`,
      );
    }
    if (detectors.kasan) this.printk.info('kasan: KernelAddressSanitizer initialized (generic)');
  }

  #announceMemory(): void {
    const kib = (bytes: number): string => `${Math.floor(bytes / 1024)}K`;
    const { freeBytes } = this.pages;
    const { sizeBytes } = this.ram;
    this.printk.info(
      `Memory: ${kib(freeBytes)}/${kib(sizeBytes)} available ` +
        `(${kib(KERNEL_IMAGE.sizeBytes)} kernel code, ${kib(sizeBytes - freeBytes)} reserved)`,
    );
    const { cpus } = this.image;
    this.printk.info(`SLUB: HWalign=64, Order=0-3, MinObjects=0, CPUs=${cpus}, Nodes=1`);
    this.printk.info(`smp: Brought up 1 node, ${cpus} CPU${cpus === 1 ? '' : 's'}`);
  }

  /** Who has an address outside of the direct map, for reports. */
  describeMapped(pointer: number): readonly string[] {
    return [...this.kernelStacks.describe(pointer), ...this.vmalloc.describe(pointer)];
  }

  /** Where a fault of the kernel's own looks. */
  get faultTables(): FaultTables {
    const user = (): PageTable | undefined => {
      return processOf(this.scheduler.current)?.space.faults.table;
    };
    return { kernel: this.kernelSpace.table, user, stacks: this.kernelStacks };
  }

  // ---- Parts -----------------------------------------------------------------------------------

  #makeSlabs(): SlabAllocator {
    const { sim, pages, runtime: execution, stackDepot: depot } = this;
    const { kasan, slubDebug, slabNomerge } = this.options.detectors;
    const trackSource = { sim, execution, depot };
    if (kasan) pages.owner = new PageOwner(trackSource, this.ram.sizeBytes);
    const slabs = new SlabAllocator(sim, pages, this.image.cpus, {
      slubDebug,
      noMerge: slabNomerge,
      trackSource,
      watcher: this.slabFiles,
    });
    slabs.callRcu = (then) => this.rcu.call(then);
    return slabs;
  }

  #makeVmalloc(): Vmalloc {
    const { pages, kernelSpace, image, printk } = this;
    return new Vmalloc({
      pages,
      space: kernelSpace,
      cpus: image.cpus,
      caller: () => ({ symbol: this.die.callerSymbol, stack: this.stackDepot.save(this.runtime) }),
      onFailure: (text, gfp) => {
        const { name } = this.scheduler.current;
        printk.warn(`${name}: ${text}, mode:${formatGfp(gfp)}, nodemask=(null)`);
        this.die.dumpStack();
      },
      warn: (text) => this.die.warn(text),
      warnOnce: (text, place) => this.die.warnOnce(text, place),
    });
  }

  #makePipes(): Pipes {
    return new Pipes({
      scheduler: this.scheduler,
      pages: this.pages,
      wallClock: this.wallClock,
      device: DEVICE.PIPEFS,
      signalCurrent: (signal) => this.signals.sendCurrent(signal),
    });
  }

  #makeVfs(): Vfs {
    return new Vfs({
      clock: this.sim.clock,
      wallClock: this.wallClock,
      rootFileSystem: new RamFs(this.pages, this.wallClock, {
        type: 'tmpfs',
        device: DEVICE.ROOT,
      }),
      rootSource: 'rootfs',
      special: { charDevice: (rdev) => this.charDevices.find(rdev), fifo: this.pipes },
    });
  }

  #makeDie(): Die {
    return new Die({
      sim: this.sim,
      scheduler: this.scheduler,
      execution: this.runtime,
      printk: this.printk,
      sites: this.sites,
      modules: () => this.loader.modules,
      taint: this.taint,
      policy: this.policy,
      panic: (text) => this.panic(text),
      formatPointer: (pointer) => this.ram.formatPointer(pointer),
      header: {
        release: this.identity.release,
        build: BUILD,
        preempt: this.options.preempt,
        hardware: this.board.hardware,
        features: this.options.detectors.kasan ? ' KASAN NOPTI' : ' NOPTI',
      },
    });
  }

  #makeLoader(host: Host, build: KernelSettings['build']): ModuleLoader {
    const { sim, printk, sites, runtime, calls, taint, board, options, scheduler } = this;
    const { charDevices, slabs, ownedPointers, locks } = this;
    const memory = makeModuleMemory(slabs, this.vmalloc, this.kernelSpace, this.objectSizes);
    const sysctl = (): ProcSysctl => this.sysctl;
    const services = {
      scheduler,
      runtime,
      sites,
      printk,
      calls,
      charDevices,
      slabs,
      ownedPointers,
      ...locks,
      raw: makeRawParts(this),
      vmalloc: this.vmalloc,
      moduleData: (module: LoadedModule, bytes: number) => memory.allocateStatic(module, bytes),
      miscDevices: () => this.consoles.misc,
      structs: this.structs,
      pages: this.pages,
      races: this.races,
      rcu: this.rcu,
      debugObjects: this.debugObjects,
      procEntries: () => this.procEntries,
      workqueues: this.workqueues,
      functions: () => this.functionCalls,
      interrupts: this.interrupts,
      tick: this.tick,
      tasklets: new Tasklets({
        ram: this.ram,
        scheduler,
        execution: runtime,
        softirqs: this.softirqs,
        functions: () => this.functionCalls,
      }),
      ...this.devices,
      net: () => this.net.core,
      ...usbServices(this),
      modules: () => [...this.loader.modules],
      entropy: () => this.consoles.entropy,
      get sysctl() {
        return sysctl();
      },
    };
    return new ModuleLoader({
      sim,
      printk,
      sites,
      runtime,
      calls,
      taint,
      board: board.name,
      preempt: this.scheduler.preempt,
      warn: (text) => this.die.warn(text),
      addTaint: (letter) => this.die.addTaint(letter),
      signatures: options.moduleSignatures,
      build: build ?? (options.preempt === 'full' ? 'stepped' : 'fast'),
      evaluate: (code, name) => host.evaluate(code, name),
      resolveApi: makeDriverApi(services),
      initOf(exported) {
        const moduleClass = ModuleDefinition.classOf(exported);
        return moduleClass === undefined
          ? undefined
          : (parameters) => moduleClass.init(parameters as never);
      },
      memory,
      kernelSymbols: makeKernelSymbols(board.memory),
    });
  }

  #attachRuntime(): FunctionCalls {
    const { die, scheduler, sim } = this;
    this.runtime.stepping = this.options.preempt === 'full';
    this.runtime.attach({
      overrun: () => scheduler.overrun(),
      watch: () => scheduler.watch(),
      panic: (thrown) => die.panic(thrown),
      stackOverflow: () => this.#stackOverflow(),
      step: () => {
        if (sim.oracle.choose('step', 2) === 0) return false;
        scheduler.stepAside();
        return true;
      },
    });
    const raw = makeRawHooks(this);
    this.runtime.attachMemory(raw);
    die.context.heldLocks = (task) => this.locks.lockdep.heldBy(task);
    scheduler.hooks = {
      onLockup(_task, stuckNs, kind) {
        throw kind === 'soft' ? die.softLockup(stuckNs) : die.hardLockup();
      },
      onEnd: (task, thrown) => this.#onTaskEnd(task, thrown),
      onAtomicSchedule: (task, count) => die.context.scheduling(task, count),
      onAtomicCall: (task, count) => {
        this.locks.rcuUsage.checkSleep();
        die.context.sleeping(task, count, scheduler.preempt.irqsDisabled);
      },
      onReaderSchedule: () =>
        die.warnOnce('Voluntary context switch within RCU read-side critical section!', 'rcu'),
      onCpuLimit: (task) => checkCpuTime(task, this.signals),
    };
    const { runtime, calls, loader, sites } = this;
    calls.onGone = ({ image }) => raw.badFetch(image.address);
    return new FunctionCalls({
      runtime,
      calls,
      sites,
      symbols: makeKernelSymbols(this.board.memory),
      functions: raw.functions,
      badFetch: (address) => raw.badFetch(address),
      modules: () => loader.modules,
    });
  }

  /** Frames are counted; the one that is too many would have begun below the stack. */
  #stackOverflow(): Oops {
    const start = this.kernelStacks.bottom();
    return this.die.stackGuardHit(start - 8, { start, end: start + STACK_BYTES });
  }

  /** A task's own code always ends in `Lifecycle.exit`; only a kernel thread may end here. */
  #onTaskEnd(task: Task, thrown: unknown): void {
    // oxlint-disable-next-line typescript/only-throw-error -- a bug of ours, passed on as it is
    if (thrown !== undefined && !(thrown instanceof Oops)) throw thrown;
    assert(task.isKernelThread, 'a process ends by exit');
    this.locks.lockdep.taskExit(task);
    task.state = 'X';
    this.scheduler.happens.ended(task);
    this.kernelStacks.release(task);
    task.parent?.children.delete(task);
    this.tasks.remove(task);
  }

  #makeLifecycle(host: Host): Lifecycle {
    const syscalls: (SyscallHandler | undefined)[] = [];
    const programs = new Map(PROGRAMS.map(({ path, program }) => [path, program]));
    const { sim, scheduler, vfs, pages, tasks, signals, printk, loader, pipes } = this;
    const { sockets } = this;
    const futexes = new Futexes(sim, scheduler);
    const memory = new ProcessMemory(this.slabs, pages, this.kernelStacks);
    const lifecycle: Lifecycle = new Lifecycle({
      sim,
      execution: this.runtime,
      scheduler,
      syscalls,
      vfs,
      pages,
      tasks,
      signals,
      memory,
      executables: new ExecutableLoader(vfs, {
        builtin: programs,
        compiled: (code, sites) => loadProgram(code, sites, host),
        interpreters: INTERPRETERS,
      }),
      fork: (parent, child) => lifecycle.fork(parent, child),
      createThread: (maker, start, options) => lifecycle.createThread(maker, start, options),
      exitGroup: (process, status) => lifecycle.threads.exitGroup(process, status),
      lockdep: this.locks.lockdep,
      onFault: (...fault) => signalFault({ signals, printk }, ...fault),
      nowhere: new AddressSpace(pages, sim.clock),
      futexes,
      tracing: new Tracing({ scheduler, signals, tasks }, syscalls),
      onStopOrContinue: (task) => lifecycle.children.stoppedOrContinued(task),
      onProgramError: (process) =>
        printk.info(`${process.task.name}[${process.task.pid}]: program error`),
      onSessionEnd: (sid) => this.consoles.endSession(sid),
      onInitExit: (status) => this.#onInitExit(status),
    });
    fillSyscallTable(syscalls, {
      sim,
      scheduler,
      tasks,
      signals,
      printk,
      vfs,
      pages,
      loader,
      lifecycle,
      creds: memory.creds,
      futexes,
      pipes,
      sockets,
      identity: this.identity,
      policy: this.policy,
      epochSeconds: this.image.epochSeconds,
      powerOff: (status) => {
        this.consoles.flush();
        scheduler.halt(status);
      },
      random: (bytes) => this.consoles.entropy.fill(bytes),
      makeForeground: (sid, pgid) => this.consoles.setForeground(sid, pgid),
    });
    return lifecycle;
  }

  // ---- Process 1 ------------------------------------------------------------------------------

  #startInit(): void {
    const path = this.image.script === undefined ? '/sbin/init' : SCRIPT_INIT;
    this.printk.info(`Run ${path} as init process`);
    const args = this.#initArguments();
    const init =
      typeof args === 'number'
        ? args
        : this.lifecycle.startInit(path, [path, ...args], ['HOME=/', 'TERM=linux']);
    if (typeof init !== 'number') return;
    this.panic(`Requested init ${path} failed (error ${init}).`);
  }

  /** A script longer than execve takes lies in a file. A number: there is no room for it. */
  #initArguments(): readonly string[] | number {
    const { script } = this.image;
    if (script === undefined) return [];
    const bytes = encodeUtf8(script.text);
    if (bytes.length <= COMMAND_BYTES_MAX) {
      return [script.user, '-c', script.text, 'bash', ...script.args];
    }
    const failure = this.vfs.kernelWriteFile(SCRIPT_FILE, bytes);
    return failure < 0 ? failure : [script.user, SCRIPT_FILE, ...script.args];
  }

  #onInitExit(status: number): void {
    const code = status.toString(16).padStart(8, '0');
    this.panic(`Attempted to kill init! exitcode=0x${code}`);
  }

  /**
   * Nothing can go on: says why, on the console whatever its level, and turns the power off. Where
   * Linux would start anew, nobody waits for it.
   */
  panic(text: string): void {
    const { printk, policy, scheduler } = this;
    if (scheduler.haltStatus !== undefined) return;
    printk.levels[0] = LEVEL_VERBOSE;
    printk.emerg(`Kernel panic - not syncing: ${text}`);
    // An oops has just said it.
    if ((this.taint.mask & taintBit('D')) === 0) this.die.dumpStack(LEVEL.EMERG);
    printk.emerg('Kernel Offset: disabled');
    const seconds = policy.panicTimeout();
    if (seconds > 0) printk.emerg(`Rebooting in ${seconds} seconds..`);
    else printk.emerg(`---[ end Kernel panic - not syncing: ${text} ]---`);
    this.consoles.flush();
    scheduler.halt(1);
  }

  /** The process of a task number, for views. */
  process(pid: number): ReturnType<typeof processOf> {
    const task = this.tasks.get(pid);
    return task === undefined ? undefined : processOf(task);
  }
}

/** Linux: CONSOLE_LOGLEVEL_MOTORMOUTH. */
const LEVEL_VERBOSE = 15;
const RAM_BYTES = 64 * 1024 * 1024;

// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Devices that lie: real ones, with something done to what they say of themselves, or to how they
 * answer. Each field of each descriptor has each value that code gets wrong; each transfer is once
 * too long, too short, stalled, garbled or never answered; then whatever a seed says.
 */
import { CableEnd } from '../../kernel-sim/hw/cable.ts';
import { Lan9512 } from '../../kernel-sim/hw/lan9512/lan9512.ts';
import { findDescriptor } from '../../kernel-sim/hw/usb/descriptors.ts';
import { HubDevice } from '../../kernel-sim/hw/usb/hub.ts';
import { LoopbackDevice } from '../../kernel-sim/hw/usb/loopback.ts';
import type { SetupPacket, UsbTransfer } from '../../kernel-sim/hw/usb/transfer.ts';
import type { UsbDevice } from '../../kernel-sim/hw/usb/usb-device.ts';
import { Prng } from '../../kernel-sim/sim/prng.ts';
import { fromSeed } from '../../kernel-sim/sim/oracle.ts';
import { Sim } from '../../kernel-sim/sim/sim.ts';
import { USB_DIR_IN, USB_DT, USB_REQ, USB_TYPE } from '../../kernel-sim/uapi/usb.ts';

/** One that lies, and when it is pulled out. */
export interface Lie {
  readonly name: string;
  readonly make: (sim: Sim) => UsbDevice;
  readonly staysMs: number;
}

type Kind = 'loopback' | 'hub' | 'adapter';
/** A descriptor's kind and number, as a request has them. */
type Which = number;
type Answers = ReadonlyMap<Which, Uint8Array>;
/** What becomes of a transfer. */
type Fault = (transfer: UsbTransfer, honest: (transfer: UsbTransfer) => void) => void;

const NOTHING = new Uint8Array(0);
const KINDS: readonly Kind[] = ['loopback', 'hub', 'adapter'];
const MAC = Uint8Array.of(0x00, 0x80, 0x0f, 0x95, 0x12, 0x01);
const HUB = { vendor: 0x1209, product: 0x0002, release: 0x0100, ports: 4 } as const;
const HUB_DESCRIPTOR = Uint8Array.of(9, USB_DT.HUB, 4, 9, 0, 1, 0, 0, 0xff);
const STAYS_MS = 700;
/** Longer than any of the devices is asked something before its driver has it. */
const TRANSFERS = { loopback: 40, hub: 30, adapter: 160 } as const;
const which = (kind: number, index = 0): Which => (kind << 8) | index;
const NAMES: ReadonlyMap<Which, string> = new Map([
  [which(USB_DT.DEVICE), 'device'],
  [which(USB_DT.CONFIG), 'configuration'],
  [which(USB_DT.STRING), 'languages'],
  [which(USB_DT.STRING, 1), 'string'],
  [which(USB_DT.BOS), 'capabilities'],
  [which(USB_DT.HUB), 'hub'],
]);
/** Two capabilities, of which one is known. */
const BOS = Uint8Array.of(5, USB_DT.BOS, 15, 0, 2, 7, 16, 2, 2, 0, 0, 0, 3, 16, 0xff);

// ---- Honest devices -----------------------------------------------------------------------------

export function honest(kind: Kind, sim: Sim): UsbDevice {
  switch (kind) {
    case 'loopback':
      return new LoopbackDevice();
    case 'hub':
      return new HubDevice(sim, HUB);
    case 'adapter': {
      const port = new CableEnd(sim);
      // Whoever is there says everything back.
      port.plug((frame, leftNs) => sim.events.schedule(leftNs, () => port.arrive(frame), 0));
      return new Lan9512({ sim, port, mac: MAC });
    }
  }
}

/** What a device says of itself. */
function answersOf(kind: Kind, sim: Sim): Map<Which, Uint8Array> {
  const device = honest(kind, sim);
  const answers = new Map<Which, Uint8Array>();
  for (const wanted of NAMES.keys()) {
    const bytes = findDescriptor(device.descriptors, wanted >>> 8, wanted & 0xff);
    if (bytes !== undefined) answers.set(wanted, bytes.slice());
  }
  if (kind === 'hub') answers.set(which(USB_DT.HUB), HUB_DESCRIPTOR);
  answers.set(which(USB_DT.BOS), BOS);
  return answers;
}

// ---- Lies ---------------------------------------------------------------------------------------

/** The same device, but for its descriptors and for what `fault` does to a transfer. */
function lying(device: UsbDevice, answers: Answers, fault?: Fault): UsbDevice {
  const { descriptors } = device;
  const own = answers.get(which(USB_DT.CONFIG));
  // Its endpoints are those that it tells of.
  Object.defineProperty(device, 'descriptors', {
    value: own === undefined ? descriptors : { ...descriptors, configurations: [own] },
  });
  const submit = device.submit.bind(device);
  const told = (transfer: UsbTransfer): void => {
    const bytes = transfer.setup === undefined ? undefined : answerTo(transfer.setup, answers);
    if (bytes === undefined) submit(transfer);
    else transfer.complete('done', bytes.subarray(0, transfer.room));
  };
  device.submit = (transfer) => {
    if (device.isAttached && fault !== undefined) fault(transfer, told);
    else told(transfer);
  };
  return device;
}

function answerTo({ type, request, value }: SetupPacket, answers: Answers): Uint8Array | undefined {
  const isAsked = (type & USB_DIR_IN) !== 0 && request === USB_REQ.GET_DESCRIPTOR;
  if (!isAsked || (type & USB_TYPE.MASK) === USB_TYPE.VENDOR) return undefined;
  // All its strings are the same, and all its configurations.
  const kind = value >>> 8;
  return answers.get(kind === USB_DT.STRING ? which(kind, Math.min(1, value & 0xff)) : which(kind));
}

const changed =
  (change: (data: Uint8Array) => Uint8Array): Fault =>
  (transfer, submit) =>
    submit({ ...transfer, complete: (status, data) => transfer.complete(status, change(data)) });

export const FAULTS: Readonly<Record<string, Fault>> = {
  stalled: (transfer) => transfer.complete('stall', NOTHING),
  garbled: (transfer) => transfer.complete('protocol-error', NOTHING),
  'too long': (transfer) => transfer.complete('babble', new Uint8Array(transfer.room).fill(0xa5)),
  'never answered': () => undefined,
  empty: changed(() => NOTHING),
  'a byte short': changed((data) => data.subarray(0, -1)),
  halved: changed((data) => data.subarray(0, data.length >>> 1)),
  zeros: changed((data) => new Uint8Array(data.length)),
  ones: changed((data) => new Uint8Array(data.length).fill(0xff)),
};

/** Does it to the n-th transfer, from 0. */
function once(n: number, fault: Fault): Fault {
  let count = 0;
  return (transfer, submit) => (count++ === n ? fault : submit)(transfer, submit);
}

// ---- One after the other ------------------------------------------------------------------------

/** What a byte is made, which of all that is said is right. */
function edges(value: number): number[] {
  const all = [0, 1, 2, 0x7f, 0x80, 0xfe, 0xff, value - 1, value + 1, value ^ 0x80];
  return [...new Set(all.map((edge) => edge & 0xff))].filter((edge) => edge !== value);
}

/** Each byte of each descriptor with each edge, each descriptor of each length. */
export function* spoiltDescriptors(sim: Sim): Generator<Lie> {
  for (const kind of KINDS) {
    for (const [wanted, right] of answersOf(kind, sim)) {
      const name = `${kind}: ${NAMES.get(wanted)!} descriptor`;
      for (const [what, wrong] of spoiltBytes(right)) {
        yield lie(`${name} ${what}`, kind, wanted, wrong);
      }
    }
  }
}

function* spoiltBytes(right: Uint8Array): Generator<readonly [what: string, wrong: Uint8Array]> {
  for (const [at, value] of right.entries()) {
    for (const edge of edges(value)) yield [`with ${edge} at ${at}`, right.with(at, edge)];
    yield [`of ${at} bytes`, right.slice(0, at)];
  }
  const longer = new Uint8Array(right.length + 1);
  longer.set(right);
  yield ['and one byte more', longer];
  const twice = new Uint8Array(2 * right.length);
  twice.set(right);
  twice.set(right, right.length);
  yield ['twice', twice];
}

function lie(name: string, kind: Kind, wanted: Which, wrong: Uint8Array): Lie {
  return {
    name,
    staysMs: STAYS_MS,
    make: (sim) => {
      const answers = answersOf(kind, sim).set(wanted, wrong);
      // Only newer devices are asked for capabilities.
      const device = answers.get(which(USB_DT.DEVICE))!;
      if (wanted === which(USB_DT.BOS)) answers.set(which(USB_DT.DEVICE), device.with(2, 0x10));
      return lying(honest(kind, sim), answers);
    },
  };
}

/** So many configurations without a device: each byte with each edge, then several at once. */
export function* spoiltConfigurations(count: number): Generator<Uint8Array> {
  const random = new Prng(count);
  const sim = new Sim(fromSeed(1));
  const right = KINDS.map((kind) => answersOf(kind, sim).get(which(USB_DT.CONFIG))!);
  for (const bytes of right) for (const [, wrong] of spoiltBytes(bytes)) yield wrong;
  for (let round = 0; round < count; round++) {
    const bytes = right[random.below(right.length)]!;
    // Interfaces and endpoints come once more, so that there are several.
    const whole = new Uint8Array([...bytes, ...bytes.subarray(9), ...bytes.subarray(9)]);
    for (let spoilt = random.below(8); spoilt > 0; spoilt--) {
      whole[random.below(whole.length)] = random.below(256);
    }
    yield whole;
  }
}

/** Each transfer of each device in each way; pulled out after each of them as well. */
export function* faultyTransfers(): Generator<Lie> {
  for (const kind of KINDS) {
    for (let n = 0; n < TRANSFERS[kind]; n++) {
      for (const [what, fault] of Object.entries(FAULTS)) {
        yield {
          name: `${kind}: transfer ${n} ${what}`,
          staysMs: 3 * STAYS_MS,
          make: (sim) => lying(honest(kind, sim), new Map(), once(n, fault)),
        };
      }
    }
  }
}

/** Whatever a seed says, for ever. */
export function* randomLies(seed: number): Generator<Lie> {
  const random = new Prng(seed);
  for (let round = 0; ; round++) {
    const own = random.next();
    const kind = KINDS[random.below(KINDS.length)]!;
    const staysMs = random.below(3 * STAYS_MS);
    const make = (sim: Sim): UsbDevice => randomLiar(kind, sim, new Prng(own));
    yield { name: `${kind}: round ${round} of seed ${seed}`, staysMs, make };
  }
}

function randomLiar(kind: Kind, sim: Sim, random: Prng): UsbDevice {
  const answers = answersOf(kind, sim);
  for (let count = random.below(4); count > 0; count--) {
    const [wanted, bytes] = [...answers][random.below(answers.size)]!;
    if (bytes.length > 0) {
      const at = random.below(bytes.length);
      const around = edges(bytes[at]!);
      const value =
        random.below(2) === 0 ? random.below(256) : around[random.below(around.length)]!;
      answers.set(wanted, bytes.with(at, value));
    }
  }
  const faults = Object.values(FAULTS);
  const oneIn = 1 << random.below(10);
  const noise = changed((data) => data.map((byte) => byte ^ (1 << random.below(8))));
  return lying(honest(kind, sim), answers, (transfer, submit) => {
    if (random.below(oneIn + 8) !== 0) return submit(transfer);
    const fault = random.below(2) === 0 ? noise : faults[random.below(faults.length)]!;
    fault(transfer, submit);
  });
}

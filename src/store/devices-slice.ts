// SPDX-License-Identifier: GPL-2.0-or-later
/** What the page knows of the machine's USB, and what of it somebody looks at. */
import type { StateCreator } from 'zustand/vanilla';

import type {
  AdapterView,
  RegisterAccessView,
  TimelinePlace,
  UrbView,
  UsbView,
} from '../../kernel-sim/machine-types.ts';
import type { PlaygroundState } from './playground-store.ts';

/** More than the kernel keeps, so that a long run can be read. */
const URBS_MAX = 50_000;

export interface DeviceBook {
  /** Undefined until the kernel was asked. */
  readonly ports: readonly string[] | undefined;
  readonly isSoldered: boolean;
  readonly adapter: AdapterView | undefined;
  readonly urbs: readonly UrbView[];
  /** By offset: the last time that a driver read or wrote each register. */
  readonly accesses: ReadonlyMap<number, RegisterAccessView>;
  /** By site: lines of drivers. */
  readonly places: ReadonlyMap<number, TimelinePlace>;
  /** Number of the first URB that has not been asked for. */
  readonly next: number;
}

export interface DevicesSlice {
  readonly devices: DeviceBook;
  readonly devicesPart: 'registers' | 'urbs' | 'wire';
  /** Offset of the register that is open. */
  readonly register: number | undefined;
  /** Number of the URB that is open. */
  readonly urb: number | undefined;
  readonly takeDevices: (view: UsbView) => void;
  readonly forgetDevices: () => void;
  readonly showDevices: (
    change: Partial<Pick<DevicesSlice, 'devicesPart' | 'register' | 'urb'>>,
  ) => void;
}

const NO_DEVICES: DeviceBook = {
  ports: undefined,
  isSoldered: false,
  adapter: undefined,
  urbs: [],
  accesses: new Map(),
  places: new Map(),
  next: 0,
};

export const createDevicesSlice: StateCreator<PlaygroundState, [], [], DevicesSlice> = (set) => ({
  devices: NO_DEVICES,
  devicesPart: 'registers',
  register: undefined,
  urb: undefined,
  takeDevices: (view) => set(({ devices }) => ({ devices: withUsb(devices, view) })),
  forgetDevices: () => set({ devices: NO_DEVICES, urb: undefined }),
  showDevices: (change) => set(change),
});

/** What was known, with an answer behind it. */
export function withUsb(known: DeviceBook, view: UsbView): DeviceBook {
  // A machine that was booted anew counts from 0 again.
  const old = view.next < known.next ? NO_DEVICES : known;
  const fresh = view.urbs.filter(({ number }) => number >= old.next);
  const accesses = new Map(old.accesses);
  for (const access of view.accesses) {
    const before = access.before ?? old.accesses.get(access.offset)?.value;
    accesses.set(access.offset, { ...access, ...(before === undefined ? {} : { before }) });
  }
  return {
    ports: view.ports,
    isSoldered: view.isSoldered,
    adapter: view.adapter,
    urbs: fresh.length === 0 ? old.urbs : [...old.urbs, ...fresh].slice(-URBS_MAX),
    accesses: view.accesses.length === 0 ? old.accesses : accesses,
    places:
      view.places.length === 0
        ? old.places
        : new Map([...old.places, ...view.places.map((place) => [place.site, place] as const)]),
    next: view.next,
  };
}

// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';

import type { AdapterView, UrbView, UsbView } from '../../kernel-sim/machine-types.ts';
import { parseFromKernel } from './parse.ts';

const URB: UrbView = {
  number: 3,
  submittedNs: 1,
  endedNs: 2,
  device: '1-1.1',
  address: 3,
  kind: 'control',
  isIn: true,
  endpoint: 0,
  setup: new Uint8Array(8),
  meaning: 'read ID_REV',
  wanted: 4,
  actual: 4,
  status: 0,
  error: '',
  data: new Uint8Array(4),
  site: 9,
};
const ADAPTER: AdapterView = {
  isHighSpeed: true,
  isLinkLit: false,
  isActivityLit: false,
  isSpeedLit: false,
  isFullDuplexLit: false,
  isCablePlugged: true,
  interface: 'eth0',
  registers: [
    {
      name: 'ID_REV',
      offset: 0,
      meaning: 'device and revision',
      value: 0xec00_0002,
      fields: [{ name: 'CHIP_REV', at: 0, width: 16, access: 'ro', meaning: 'revision' }],
    },
  ],
};
const VIEW: UsbView = {
  nowNs: 5,
  ports: ['lan9512', ''],
  isSoldered: false,
  adapter: ADAPTER,
  first: 3,
  next: 4,
  urbs: [URB],
  accesses: [{ offset: 0, atNs: 2, isWrite: false, value: 1, before: 0, site: 9 }],
  places: [{ site: 9, where: 'probe', source: { module: 'm', file: 'm.ts', line: 1 } }],
};

function isTaken(view: unknown): boolean {
  return parseFromKernel({ kind: 'usb', id: 1, view }) !== undefined;
}

describe('a view of the USB', () => {
  it.each([
    ['whole', VIEW],
    ['without an adapter', { ...VIEW, adapter: undefined }],
    ['nothing', null],
  ])('is taken: %s', (_what, view) => {
    expect(isTaken(view)).toBe(true);
  });

  it.each([
    ['a port that is no text', { ...VIEW, ports: [1] }],
    ['an URB of no kind', { ...VIEW, urbs: [{ ...URB, kind: 'telepathy' }] }],
    ['an URB whose bytes are a list', { ...VIEW, urbs: [{ ...URB, data: [1] }] }],
    ['an URB from before time', { ...VIEW, urbs: [{ ...URB, submittedNs: -1 }] }],
    ['a register without bits', { ...VIEW, adapter: { ...ADAPTER, registers: [{ name: 'X' }] } }],
    ['a light that may be lit', { ...VIEW, adapter: { ...ADAPTER, isLinkLit: 'yes' } }],
    ['an access to nothing', { ...VIEW, accesses: [{}] }],
    ['a place without a name', { ...VIEW, places: [{ site: 1 }] }],
    ['no view', undefined],
  ])('is not taken: %s', (_what, view) => {
    expect(isTaken(view)).toBe(false);
  });
});

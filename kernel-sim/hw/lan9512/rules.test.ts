// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What a real driver demands of the chip, rule by rule, and what none looks at but the data sheet
 * promises: README.md says where each comes from.
 */
import { describe, expect, it } from 'vitest';

import { USB_DT, USB_FEATURE, USB_RECIP, USB_REQ } from '../../uapi/usb.ts';
import { onesSum } from './checksum.ts';
import { LAN9512_ENDPOINT } from './descriptors.ts';
import { VENDOR_REQUEST } from './registers.ts';
import { Bench, broughtUp, entriesOf, frameTo, OWN_MAC, txTransfer } from './testing/rig.ts';

const OWN = [...OWN_MAC];
const BROADCAST = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff];

const PHY = { BMCR: 0, BMSR: 1, ID1: 2, ID2: 3, ANAR: 4, ANLPAR: 5, INT_SRC: 29, INT_MASK: 30 };
const hex = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');

describe('the chip, over USB', () => {
  it('describes itself as the real part does', () => {
    const bench = new Bench();
    const descriptor = (kind: number, length: number): string =>
      hex(bench.control(0x80, USB_REQ.GET_DESCRIPTOR, { value: kind << 8, length }).data);
    expect(descriptor(USB_DT.DEVICE, 64)).toBe('12010002ff000140240400ec000200000001');
    expect(descriptor(USB_DT.CONFIG, 9)).toBe('09022700010100e001');
    expect(descriptor(USB_DT.CONFIG, 39)).toBe(
      '09022700010100e001' +
        '0904000003ff00ff00' +
        '07058102000200' +
        '07050202000200' +
        '07058303100004',
    );
    const { status } = bench.control(USB_RECIP.INTERFACE, USB_REQ.SET_INTERFACE);
    expect(status).toBe('done');
  });

  it('stalls at no address: where no register is there are zeros', () => {
    const bench = new Bench();
    for (let index = 0; index <= 0x130; index += 4) {
      const asked = bench.control(0xc0, VENDOR_REQUEST.READ_REGISTER, { index, length: 4 });
      expect([index, asked.status, asked.data.length]).toEqual([index, 'done', 4]);
    }
    for (const index of [0x004, 0x054, 0x05c, 0x070, 0x0fc, 0x003, 0xffff]) {
      bench.writeAt(index, 0xffff_ffff);
      expect(bench.readAt(index)).toBe(0);
    }
  });

  it('takes exactly four bytes for a register', () => {
    const bench = new Bench();
    const write = (bytes: number): unknown =>
      bench.control(0x40, VENDOR_REQUEST.WRITE_REGISTER, {
        index: 0x038,
        out: new Uint8Array(bytes).fill(0x11),
      }).status;
    expect([write(3), write(5), bench.read('BURST_CAP')]).toEqual(['stall', 'stall', 0]);
    expect(write(4)).toBe('done');
    expect(bench.read('BURST_CAP')).not.toBe(0);
  });

  it('goes on after a halt when that is cleared', () => {
    const bench = broughtUp();
    expect(bench.bulkOut(Uint8Array.of(1, 2, 3)).status).toBe('stall');
    expect(bench.bulkOut(txTransfer(frameTo(BROADCAST))).status).toBe('stall');
    bench.control(USB_RECIP.ENDPOINT, USB_REQ.CLEAR_FEATURE, {
      value: USB_FEATURE.ENDPOINT_HALT,
      index: LAN9512_ENDPOINT.OUT,
    });
    expect(bench.bulkOut(txTransfer(frameTo(BROADCAST))).status).toBe('done');
    bench.run(1);
    expect(bench.sent).toHaveLength(1);
  });
});

describe('the EEPROM', () => {
  const byteAt = (bench: Bench, offset: number): number => {
    bench.write('E2P_CMD', (0x8000_0000 | offset) >>> 0);
    for (let tries = 0; (bench.read('E2P_CMD') & 0x8000_0000) !== 0; tries++) {
      expect(tries).toBeLessThan(1000);
      bench.run(1);
    }
    return bench.read('E2P_DATA');
  };

  it('has a signature and the address, byte by byte, in less than a second', () => {
    const bench = new Bench();
    const bytes = [0, 1, 2, 3, 4, 5, 6].map((offset) => byteAt(bench, offset));
    expect(bytes).toEqual([0xa5, ...OWN]);
    expect(bench.read('E2P_CMD') & 0x400).toBe(0);
  });

  it('that is not there answers with a timeout', () => {
    const bench = new Bench({ mac: undefined });
    byteAt(bench, 1);
    expect(bench.read('E2P_CMD') & 0x400).toBe(0x400);
  });
});

describe('a lite reset', () => {
  it('ends by itself, and empties the FIFOs', () => {
    const bench = broughtUp();
    bench.port.arrive(frameTo(OWN));
    bench.run(1);
    expect(bench.read('RX_FIFO_INF')).toBeGreaterThan(0);
    bench.write('HW_CFG', 8);
    bench.run(10);
    expect(bench.read('HW_CFG') & 8).toBe(0);
    expect(bench.read('RX_FIFO_INF')).toBe(0);
  });

  it('leaves the PHY alone: its link, and what it interrupts for', () => {
    const bench = broughtUp();
    bench.write('HW_CFG', 8);
    bench.run(10);
    expect(bench.phyRead(PHY.INT_MASK)).toBe(0xd0);
    bench.phyRead(PHY.BMSR);
    expect(bench.phyRead(PHY.BMSR) & 0x24).toBe(0x24);
  });

  it('a soft reset takes the PHY with it', () => {
    const bench = broughtUp();
    bench.write('HW_CFG', 1);
    bench.run(10);
    expect([bench.read('HW_CFG') & 1, bench.phyRead(PHY.INT_MASK)]).toEqual([0, 0]);
  });
});

describe('the PHY', () => {
  it('is the one inside, at address 1, and tells what it can', () => {
    const bench = new Bench();
    bench.run(1);
    expect(bench.read('HW_CFG') & 4).toBe(0);
    expect(bench.phyRead(PHY.ID1)).toBe(0x0007);
    expect(bench.phyRead(PHY.ID2) & 0xfff0).toBe(0xc0c0);
    expect(bench.phyRead(PHY.BMSR) & 0x7900).toBe(0x7800);
    expect([0x3000, 0x3100]).toContain(bench.phyRead(PHY.BMCR));
    expect(bench.phyRead(PHY.ANAR)).toBe(0x01e1);
  });

  it('at another address nobody answers', () => {
    const bench = new Bench();
    bench.write('MII_ACC', (2 << 11) | (PHY.ID1 << 6) | 1);
    bench.run(1);
    expect(bench.read('MII_DATA')).toBe(0xffff);
  });

  it('its reset takes power-down with it and ends in less than 0.6 s', () => {
    const bench = broughtUp();
    bench.phyWrite(PHY.BMCR, 0x3800);
    bench.phyWrite(PHY.BMCR, 0xbb00);
    expect(bench.phyRead(PHY.BMCR) & 0x8000).toBe(0x8000);
    bench.run(50);
    expect(bench.phyRead(PHY.BMCR) & 0x8a00).toBe(0);
    bench.run(1600);
    bench.phyRead(PHY.BMSR);
    expect(bench.phyRead(PHY.BMSR) & 0x24).toBe(0x24);
  });

  it('negotiates by itself, and says what both can', () => {
    const bench = broughtUp();
    bench.phyRead(PHY.BMSR);
    expect(bench.phyRead(PHY.BMSR) & 0x24).toBe(0x24);
    expect(bench.phyRead(PHY.ANLPAR) & 0x01e0).toBe(0x01e0);
    const slow = broughtUp({ rate: 10_000_000 });
    expect(slow.phyRead(PHY.ANLPAR) & 0x01e0).toBe(0x0060);
  });

  it('tells the loss of the link once more after it is back', () => {
    const bench = broughtUp();
    bench.phyRead(PHY.BMSR);
    bench.port.plug(undefined);
    bench.plugCable();
    bench.run(1600);
    expect(bench.phyRead(PHY.BMSR) & 4).toBe(0);
    expect(bench.phyRead(PHY.BMSR) & 4).toBe(4);
  });

  it('in loop-back it has a link at once, and frames come back to who sent them', () => {
    const bench = broughtUp({ rate: 0 });
    bench.phyWrite(PHY.BMCR, 0x6100);
    bench.run(100);
    bench.phyRead(PHY.BMSR);
    expect(bench.phyRead(PHY.BMSR) & 4).toBe(4);
    const asked = bench.bulkIn();
    bench.bulkOut(txTransfer(frameTo(OWN, 67)));
    bench.run(1);
    const [entry] = entriesOf(asked.data);
    expect(entry!.subarray(4, 4 + 67)).toEqual(frameTo(OWN, 67));
    expect(bench.sent).toEqual([]);
  });

  it('without power has no link, and nothing comes in', () => {
    const bench = broughtUp();
    bench.phyWrite(PHY.BMCR, 0x3800);
    bench.phyRead(PHY.BMSR);
    expect(bench.phyRead(PHY.BMSR) & 4).toBe(0);
    bench.port.arrive(frameTo(OWN));
    bench.run(1);
    expect(bench.read('RX_FIFO_INF')).toBe(0);
  });
});

describe('the interrupt endpoint', () => {
  const causeOf = (bench: Bench): string => {
    const asked = bench.poll();
    bench.run(1);
    return hex(asked.data);
  };

  it('tells of the PHY for as long as nobody has asked it, and not longer', () => {
    const bench = broughtUp();
    expect([causeOf(bench), causeOf(bench)]).toEqual(['00800000', '00800000']);
    expect(bench.phyRead(PHY.INT_SRC) & 0x40).toBe(0x40);
    expect(bench.phyRead(PHY.INT_SRC)).toBe(0);
    expect(causeOf(bench)).toBe('');
  });

  it('what was there before it was asked is told at its first poll', () => {
    const bench = new Bench();
    bench.phyWrite(PHY.INT_MASK, 0xd0);
    bench.write('INT_EP_CTL', 0x8000);
    bench.run(1600);
    expect(causeOf(bench)).toBe('00800000');
  });

  it('bit 15 of INT_STS is no latch: writing it changes nothing', () => {
    const bench = broughtUp();
    bench.write('INT_STS', 0xffff_ffff);
    expect(bench.read('INT_STS') & 0x8000).toBe(0x8000);
    bench.phyRead(PHY.INT_SRC);
    expect(bench.read('INT_STS') & 0x8000).toBe(0);
  });

  it('says nothing of causes that nobody wants', () => {
    const bench = broughtUp();
    bench.write('INT_EP_CTL', 0);
    expect(causeOf(bench)).toBe('');
  });

  it.each([
    ['loss of the link', 0x10, (bench: Bench) => bench.port.plug(undefined)],
    [
      'a link',
      0x40,
      (bench: Bench) => {
        bench.port.plug(undefined);
        bench.phyRead(PHY.INT_SRC);
        bench.plugCable();
        bench.run(1600);
      },
    ],
  ])('%s has its cause in the PHY', (_what, cause, happen) => {
    const bench = broughtUp();
    bench.phyRead(PHY.INT_SRC);
    happen(bench);
    expect(bench.phyRead(PHY.INT_SRC) & cause).toBe(cause);
  });
});

describe('a frame on its way out', () => {
  it.each([
    ['padded to 60', 14, 60],
    ['as it is', 60, 60],
    ['of 1514', 1514, 1514],
  ])('is %s', (_what, bytes, onWire) => {
    const bench = broughtUp();
    expect(bench.bulkOut(txTransfer(frameTo(BROADCAST, bytes))).status).toBe('done');
    bench.run(1);
    expect(bench.sent.map(({ length }) => length)).toEqual([onWire]);
    expect(bench.sent[0]!.subarray(0, bytes)).toEqual(frameTo(BROADCAST, bytes));
  });

  it.each([
    ['TCP', 34, 50],
    ['UDP', 34, 40],
  ])('gets the sum of %s where it is told to, over what it is told to', (_kind, from, at) => {
    const bench = broughtUp();
    const frame = frameTo(BROADCAST, 300);
    const transfer = new Uint8Array(12 + frame.length);
    const view = new DataView(transfer.buffer);
    view.setUint32(0, 0x3000 | (frame.length + 4), true);
    view.setUint32(4, 0x4000 | (frame.length + 4), true);
    view.setUint32(8, (at << 16) | from, true);
    transfer.set(frame, 12);
    bench.bulkOut(transfer);
    bench.run(1);
    const [sent] = bench.sent;
    expect(sent).toHaveLength(300);
    const stored = (sent![at]! << 8) | sent![at + 1]!;
    expect(stored).toBe(~onesSum(frame, from, frame.length) & 0xffff);
    sent!.set(frame.subarray(at, at + 2), at);
    expect(sent).toEqual(frame);
  });

  it('without a word before it keeps the sum that it has, though the chip could make one', () => {
    const bench = broughtUp();
    bench.bulkOut(txTransfer(frameTo(BROADCAST, 300)));
    bench.run(1);
    expect(bench.sent).toEqual([frameTo(BROADCAST, 300)]);
  });

  it('waits while the transmitter is off', () => {
    const bench = broughtUp();
    bench.write('MAC_CR', bench.read('MAC_CR') & ~8);
    bench.bulkOut(txTransfer(frameTo(BROADCAST)));
    bench.run(5);
    expect(bench.sent).toEqual([]);
    bench.set('MAC_CR', 8);
    bench.run(1);
    expect(bench.sent).toHaveLength(1);
  });
});

describe('power', () => {
  it('is ready, and remembers in which way it is to sleep', () => {
    const bench = broughtUp();
    expect(bench.read('PM_CTRL') & 0x80).toBe(0x80);
    bench.write('PM_CTRL', (bench.read('PM_CTRL') & ~0x6c) | 0x40);
    expect(bench.read('PM_CTRL') & 0x60).toBe(0x40);
  });

  it('takes forty words of wake-up filters, and clears what is written as one', () => {
    const bench = broughtUp();
    for (let word = 0; word < 40; word++) bench.write('WUFF', 0xffff_ffff);
    bench.set('WUCSR', 0x40);
    bench.set('WUCSR', 0x20);
    expect(bench.read('WUCSR') & 0x60).toBe(0);
    bench.set('WUCSR', 6);
    expect(bench.read('WUCSR') & 6).toBe(6);
  });
});

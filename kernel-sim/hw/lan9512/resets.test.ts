// SPDX-License-Identifier: GPL-2.0-or-later
/** What a reset takes, what it takes with it, and what of the FIFOs is told. */
import { describe, expect, it } from 'vitest';

import { HW_CFG, INT_STS, MAC_CR } from './registers.ts';
import { type Bench, broughtUp, frameTo, OWN_MAC, txTransfer } from './testing/rig.ts';

const OWN = [...OWN_MAC];
const BMCR = 0;
const POWER_DOWN = 0x3800;
/** The status word, the checksum and the sum. */
const ENTRY_BYTES = 4 + 4 + 2;

const isResetting = (bench: Bench): boolean =>
  (bench.read('HW_CFG') & (HW_CFG.SRST | HW_CFG.LRST)) !== 0;

describe('a reset', () => {
  it.each([
    ['lite', HW_CFG.LRST],
    ['soft', HW_CFG.SRST],
  ])('(%s) is not over at once, and ends by itself', (_kind, bit) => {
    const bench = broughtUp();
    bench.write('HW_CFG', bit);
    expect(bench.read('HW_CFG') & bit).toBe(bit);
    bench.run(0.1);
    // What is written meanwhile does not end it.
    bench.write('HW_CFG', HW_CFG.BIR);
    expect(bench.read('HW_CFG')).toBe(HW_CFG.BIR | bit);
    bench.run(0.9);
    expect(bench.read('HW_CFG')).toBe(HW_CFG.BIR);
    expect(bench.read('INT_STS') & INT_STS.MAC_RTO).toBe(0);
  });

  it('that follows another one begins anew', () => {
    const bench = broughtUp();
    bench.write('HW_CFG', HW_CFG.LRST);
    bench.run(0.4);
    bench.write('HW_CFG', HW_CFG.LRST);
    bench.run(0.4);
    expect(isResetting(bench)).toBe(true);
    bench.run(0.4);
    expect(isResetting(bench)).toBe(false);
  });

  it('is ended by a watchdog while the PHY gives no clock, which is told', () => {
    const bench = broughtUp();
    bench.phyWrite(BMCR, POWER_DOWN);
    bench.write('HW_CFG', HW_CFG.LRST);
    bench.run(7);
    expect(isResetting(bench)).toBe(true);
    bench.write('INT_EP_CTL', 1 << 19);
    const asked = bench.poll();
    bench.run(3);
    expect(isResetting(bench)).toBe(false);
    expect(bench.read('INT_STS') & INT_STS.MAC_RTO).toBe(INT_STS.MAC_RTO);
    expect([...asked.data]).toEqual([0, 0, 0x08, 0]);
    bench.write('INT_STS', INT_STS.MAC_RTO);
    expect(bench.read('INT_STS') & INT_STS.MAC_RTO).toBe(0);
  });

  it('loses a frame that goes round inside of the MAC', () => {
    const loopedBack = (isReset: boolean): number => {
      const bench = broughtUp();
      bench.set('MAC_CR', MAC_CR.LOOPBK);
      bench.bulkOut(txTransfer(frameTo(OWN, 1514)));
      if (isReset) {
        bench.write('HW_CFG', HW_CFG.LRST);
        bench.write('MAC_CR', MAC_CR.RXEN | MAC_CR.PRMS | MAC_CR.LOOPBK);
      }
      bench.run(5);
      return bench.read('RX_FIFO_INF');
    };
    expect(loopedBack(false)).toBeGreaterThan(0);
    expect(loopedBack(true)).toBe(0);
  });
});

describe('the FIFOs', () => {
  it('hold what comes until its transfer is sent', () => {
    const bench = broughtUp();
    bench.write('BULK_IN_DLY', 0xffff);
    const asked = bench.bulkIn();
    bench.port.arrive(frameTo(OWN, 62));
    expect(bench.read('RX_FIFO_INF')).toBe(62 + ENTRY_BYTES);
    expect(asked.status).toBeUndefined();
    bench.run(2);
    expect(asked.status).toBe('done');
    expect(bench.read('RX_FIFO_INF')).toBe(0);
  });

  it('drop what there is no room for, and say so', () => {
    const bench = broughtUp();
    for (let n = 0; n < 12; n++) bench.port.arrive(frameTo(OWN, 1514));
    expect(bench.read('INT_STS') & INT_STS.RXDF).toBe(0);
    for (let n = 0; n < 3; n++) bench.port.arrive(frameTo(OWN, 1514));
    expect(bench.read('INT_STS') & INT_STS.RXDF).toBe(INT_STS.RXDF);
  });

  it.each([
    [1534, 'done'],
    [1535, 'stall'],
  ])('take frames that are no longer than a frame may be: %i bytes', (bytes, status) => {
    const bench = broughtUp();
    const isWrong = status === 'stall';
    expect(bench.bulkOut(txTransfer(frameTo(OWN, bytes))).status).toBe(status);
    expect((bench.read('INT_STS') & INT_STS.TXE) !== 0).toBe(isWrong);
    bench.run(1);
    expect(bench.sent).toHaveLength(isWrong ? 0 : 1);
  });

  it('run over when a frame never ends', () => {
    const bench = broughtUp();
    bench.set('HW_CFG', HW_CFG.SBP);
    const piece = new Uint8Array(40);
    const view = new DataView(piece.buffer);
    view.setUint32(4, 1500, true);
    const skipped = new Uint8Array(40 * 150);
    for (let at = 0; at < skipped.length; at += piece.length) {
      // Nothing of the frame, and much to skip.
      view.setUint32(0, (at === 0 ? 0x2000 : 0) | (31 << 16), true);
      skipped.set(piece, at);
    }
    bench.bulkOut(skipped);
    const told = bench.read('INT_STS');
    expect(told & INT_STS.TDFO).toBe(INT_STS.TDFO);
    expect(told & INT_STS.TXE).toBe(INT_STS.TXE);
  });
});

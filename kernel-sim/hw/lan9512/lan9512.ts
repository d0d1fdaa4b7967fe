// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The Ethernet function of the LAN9512, a USB device: README.md is its data sheet.
 *
 * A driver reaches its registers over endpoint 0; frames go over two bulk endpoints, each with a
 * word or two before it; an interrupt endpoint tells of causes for as long as they last. Here is
 * what binds the parts together: `Mac` and `Phy`, the way out (`TxPath`) and in (`RxPath`), causes
 * (`Interrupts`) and sleep (`Power`). Whatever a host sends, nothing throws.
 *
 * Linux: drivers/net/usb/smsc95xx.c drives it.
 */
import { USB_DIR_IN, USB_RECIP, USB_TYPE } from '../../uapi/usb.ts';
import type { Sim } from '../../sim/sim.ts';
import type { CableEnd } from '../cable.ts';
import type { SetupPacket, UsbTransfer } from '../usb/transfer.ts';
import { type RequestAnswer, UsbDevice } from '../usb/usb-device.ts';
import { FULL_SPEED, HIGH_SPEED, LAN9512_ENDPOINT, PACKET_BYTES } from './descriptors.ts';
import { Interrupts } from './interrupts.ts';
import { Mac } from './mac.ts';
import { type Leds, ledsOf } from './leds.ts';
import { Phy } from './phy.ts';
import { Pins } from './pins.ts';
import { Power } from './power.ts';
import { registerAt, RegisterFile } from './register-file.ts';
import {
  COE_CR,
  FLOW,
  HW_CFG,
  INT_STS,
  MAC_CR,
  PM_CTRL,
  type RegisterName,
  RX_CFG,
  TX_CFG,
  VENDOR_REQUEST,
  WUCSR,
} from './registers.ts';
import { ResetTimer } from './reset-timer.ts';
import { type BurstRules, RxPath } from './rx-path.ts';
import { EepromAccess, MiiAccess } from './slow-buses.ts';
import { TxPath } from './tx-path.ts';

const NOTHING = new Uint8Array(0);
const REGISTER_BYTES = 4;
/** BULK_IN_DLY counts periods of 60 MHz. */
const NS_PER_DELAY = 1000 / 60;
const STATISTICS = { RX: 0, TX: 1 } as const;

/** A driver read or wrote a register: by `wIndex`, which need not be one of a register. */
export type OnRegister = (offset: number, value: number, isWrite: boolean) => void;

export interface Lan9512Parts {
  readonly sim: Sim;
  readonly port: CableEnd;
  /** The address in its EEPROM; undefined where there is no EEPROM. */
  readonly mac: Uint8Array | undefined;
  readonly onRegister?: OnRegister;
  /** The same of the PHY, by its register's number. */
  readonly onPhyRegister?: OnRegister;
  /** A frame is on its way to the wire: `site` is the line of a driver that handed it over. */
  readonly onTransmit?: (frame: Uint8Array, site: number) => void;
}

export class Lan9512 extends UsbDevice {
  readonly mac: Mac;
  readonly phy: Phy;
  readonly #parts: Lan9512Parts;
  readonly pins: Pins;
  readonly #registers = new RegisterFile();
  readonly #reset: ResetTimer;
  readonly #eeprom: EepromAccess;
  readonly #mii: MiiAccess;
  readonly #power: Power;
  readonly #interrupts: Interrupts;
  readonly #tx: TxPath;
  readonly #rx: RxPath;

  constructor(parts: Lan9512Parts) {
    super(HIGH_SPEED, FULL_SPEED);
    const { sim, port } = parts;
    this.#parts = parts;
    this.phy = new Phy(sim, port);
    this.#eeprom = new EepromAccess(sim, this.#registers, parts.mac);
    this.#mii = new MiiAccess(sim, this.#registers, this.phy);
    if (parts.onPhyRegister !== undefined) this.#mii.onAccess = parts.onPhyRegister;
    this.#power = new Power({
      registers: this.#registers,
      phy: this.phy,
      isSuspended: () => this.isSuspended,
      wakeHost: () => this.#wakeHost(),
    });
    this.#interrupts = this.#makeInterrupts();
    this.#reset = new ResetTimer(sim, this.#registers, () => {
      this.#interrupts.raise(INT_STS.MAC_RTO);
    });
    this.pins = new Pins({
      registers: this.#registers,
      onInterrupt: () => this.#interrupts.run(),
      isSuspended: () => this.isSuspended,
      wakeHost: () => this.#wakeHost(),
    });
    this.#tx = this.#makeTxPath();
    this.#rx = this.#makeRxPath();
    this.mac = this.#makeMac();
    this.phy.onChange = () => this.#phyChanged();
    port.onReceive = (frame) => this.#arrive(frame);
    port.onLinkChanged = () => this.phy.cableChanged();
  }

  #makeMac(): Mac {
    const { sim, port, onTransmit } = this.#parts;
    return new Mac({
      sim,
      port,
      registers: this.#registers,
      phy: this.phy,
      onTransmit: onTransmit ?? (() => undefined),
      deliver: (entry) => this.#deliver(entry),
      intercept: (frame) => this.#power.lookAt(frame),
      onPassed: () => this.#power.framePassed(),
      rxLevel: () => this.#rx.usedBytes,
      onResumed: () => this.#tx.run(),
    });
  }

  #makeInterrupts(): Interrupts {
    return new Interrupts({
      sim: this.#parts.sim,
      registers: this.#registers,
      status: () => this.peek('INT_STS'),
      hasFrame: () => this.#rx.hasFrame,
      isAsked: () => this.isAsked(LAN9512_ENDPOINT.INT),
      send: (packet) => this.send(LAN9512_ENDPOINT.INT, packet),
    });
  }

  #makeTxPath(): TxPath {
    return new TxPath({
      packetBytes: () => this.#packetBytes,
      isOn: () => this.mac.mayTransmit,
      isOffloading: () => this.#registers.has('COE_CR', COE_CR.TX_COE_EN),
      send: (frame, site, sent) => {
        this.mac.transmit(frame, site, () => {
          sent();
          this.#finishStop();
        });
      },
      fail: (isOverrun) => this.#failTx(isOverrun),
    });
  }

  #makeRxPath(): RxPath {
    return new RxPath({
      sim: this.#parts.sim,
      rules: () => this.#burstRules(),
      packetBytes: () => this.#packetBytes,
      isAsked: () => this.isAsked(LAN9512_ENDPOINT.IN),
      send: (bytes) => this.#sendBurst(bytes),
      onDrained: () => this.mac.drained(),
    });
  }

  #wakeHost(): void {
    if (this.mayWakeHost) this.onRemoteWakeup();
  }

  /** The lights of the socket. */
  get leds(): Leds {
    const sinceNs = this.#parts.sim.now() - this.mac.lastActivityNs;
    return ledsOf(this.#registers.get('LED_GPIO_CFG'), this.phy.link, sinceNs);
  }

  /** What a register holds, for who only looks: nothing is cleared by it. */
  peek(name: RegisterName): number {
    this.#mii.settle();
    this.#eeprom.settle();
    const value = this.#registers.get(name);
    switch (name) {
      case 'INT_STS':
        return this.phy.isInterrupting ? value | INT_STS.PHY_INT : value;
      case 'RX_FIFO_INF':
        return this.#rx.usedBytes;
      case 'TX_FIFO_INF':
        return this.#tx.freeBytes;
      case 'GPIO_CFG':
        return this.pins.lowConfig;
      case 'LED_GPIO_CFG':
        return this.pins.highConfig;
      case 'WUFF':
        return 0;
      default:
        return value;
    }
  }

  // ---- Power and resets -------------------------------------------------------------------------

  protected onPowerOn(): void {
    this.phy.setPower(true);
    this.#resetAll();
  }

  protected onPowerOff(): void {
    this.#tx.giveUp(undefined);
    this.#resetMac();
    this.phy.setPower(false);
  }

  /** All but what speaks USB. */
  protected onBusReset(): void {
    this.#tx.giveUp(undefined);
    this.phy.setPower(true);
    this.#resetAll();
  }

  #resetAll(): void {
    this.mac.received.reset();
    this.mac.sent.reset();
    this.#eeprom.reset();
    this.#registers.reset();
    this.#eeprom.loadMac();
    this.#resetMac();
  }

  /** FIFOs, filters, and what is under way. */
  #resetMac(): void {
    this.#reset.cancel();
    this.#mii.reset();
    this.#power.filters.reset();
    this.mac.reset();
    this.#rx.flush();
    this.#tx.flush();
    this.clear(LAN9512_ENDPOINT.IN);
    this.clear(LAN9512_ENDPOINT.INT);
    this.#tx.run();
    this.#rx.run();
  }

  /** Not the PHY, whose interrupt mask a driver sets only once. */
  #liteReset(): void {
    this.#registers.reset();
    this.#eeprom.reset();
    this.#eeprom.loadMac();
    this.#resetMac();
  }

  protected override onConfigured(): void {
    this.#tx.giveUp('protocol-error');
  }

  protected override onSuspend(): void {
    this.#power.suspend();
  }

  protected override onResume(): void {
    this.#power.resume();
  }

  // ---- Endpoint 0 -------------------------------------------------------------------------------

  protected request(setup: SetupPacket, out: Uint8Array): RequestAnswer {
    if ((setup.type & ~USB_DIR_IN) !== (USB_TYPE.VENDOR | USB_RECIP.DEVICE)) return 'stall';
    const isIn = (setup.type & USB_DIR_IN) !== 0;
    switch (setup.request) {
      case VENDOR_REQUEST.READ_REGISTER:
        return isIn ? this.#answerRegister(setup.index) : 'stall';
      case VENDOR_REQUEST.WRITE_REGISTER:
        if (isIn || out.length !== REGISTER_BYTES) return 'stall';
        this.#write(setup.index, new DataView(out.buffer, out.byteOffset).getUint32(0, true));
        return NOTHING;
      case VENDOR_REQUEST.GET_STATISTICS:
        return isIn ? this.#statistics(setup.index) : 'stall';
      default:
        return 'stall';
    }
  }

  #statistics(which: number): RequestAnswer {
    if (which === STATISTICS.RX) return this.mac.received.toBytes();
    return which === STATISTICS.TX ? this.mac.sent.toBytes() : 'stall';
  }

  #answerRegister(offset: number): Uint8Array {
    const name = registerAt(offset);
    // Where no register is, there are zeros.
    const value = name === undefined ? 0 : this.peek(name);
    this.#parts.onRegister?.(offset, value, false);
    const bytes = new Uint8Array(REGISTER_BYTES);
    new DataView(bytes.buffer).setUint32(0, value, true);
    return bytes;
  }

  #write(offset: number, value: number): void {
    this.#parts.onRegister?.(offset, value, true);
    const name = registerAt(offset);
    if (name === undefined) return;
    this.#mii.settle();
    this.#eeprom.settle();
    if ((name === 'MII_ACC' || name === 'MII_DATA') && this.#mii.isBusy) return;
    if ((name === 'E2P_CMD' || name === 'E2P_DATA') && this.#eeprom.isBusy) return;
    const old = this.#registers.get(name);
    const started = this.#registers.write(name, value);
    this.#act(name, started, old, value);
  }

  /** What a write sets off: `started` are the bits that ask for something to be done. */
  #act(name: RegisterName, started: number, old: number, value: number): void {
    switch (name) {
      case 'HW_CFG':
        this.#configureHardware(started);
        break;
      case 'RX_CFG':
        this.#registers.clearBits('RX_CFG', RX_CFG.FIFO_FLUSH);
        if (started !== 0) this.#rx.flush();
        break;
      case 'TX_CFG':
        this.#configureTx(started);
        break;
      case 'MAC_CR':
        if ((old & ~value & MAC_CR.RXEN) !== 0) this.#interrupts.raise(INT_STS.RX_STOP);
        this.#tx.run();
        break;
      case 'PM_CTRL':
        this.#registers.clearBits('PM_CTRL', PM_CTRL.PHY_RST);
        if (started !== 0) this.phy.reset();
        break;
      case 'MII_ACC':
        if (started !== 0) this.#mii.start();
        break;
      case 'E2P_CMD':
        if (started !== 0) this.#eeprom.start();
        break;
      case 'FLOW':
        if (started !== 0) this.mac.sendPause(() => this.#registers.clearBits('FLOW', FLOW.FCBSY));
        break;
      case 'WUFF':
        this.#power.filters.write(value);
        break;
      case 'WUCSR':
        this.#registers.clearBits('WUCSR', WUCSR.WFF_PTR_RST);
        if (started !== 0) this.#power.filters.resetPointer();
        break;
      case 'INT_STS':
      case 'INT_EP_CTL':
        this.#interrupts.run();
        break;
      case 'BURST_CAP':
      case 'BULK_IN_DLY':
        this.#rx.run();
        break;
      default:
    }
  }

  #configureHardware(started: number): void {
    if ((started & HW_CFG.SRST) !== 0) {
      this.phy.reset();
      this.#resetAll();
      this.#reset.start(HW_CFG.SRST, true);
    } else if ((started & HW_CFG.LRST) !== 0) {
      this.#liteReset();
      this.#reset.start(HW_CFG.LRST, this.phy.hasClock);
    }
    this.#rx.run();
  }

  #configureTx(started: number): void {
    this.#registers.clearBits('TX_CFG', TX_CFG.FIFO_FLUSH);
    if ((started & TX_CFG.FIFO_FLUSH) !== 0) this.#tx.flush();
    this.#finishStop();
    this.#tx.run();
  }

  /** The transmitter was told to stop, and nothing is on its way any more. */
  #finishStop(): void {
    if (!this.#registers.has('TX_CFG', TX_CFG.STOP) || this.#tx.isSending) return;
    this.#registers.clearBits('TX_CFG', TX_CFG.STOP | TX_CFG.ON);
    this.#interrupts.raise(INT_STS.TX_STOP);
  }

  // ---- Interrupts -------------------------------------------------------------------------------

  protected override onAsked(endpoint: number): void {
    if (endpoint === LAN9512_ENDPOINT.IN) this.#rx.run();
    else this.#interrupts.run();
  }

  protected override onTaken(endpoint: number): void {
    if (endpoint === LAN9512_ENDPOINT.IN) this.#rx.run();
  }

  #phyChanged(): void {
    this.#interrupts.run();
    this.#power.phyChanged();
  }

  // ---- Bulk endpoints ---------------------------------------------------------------------------

  get #packetBytes(): number {
    return this.speed === 'high' ? PACKET_BYTES.high : PACKET_BYTES.full;
  }

  protected onOut(_endpoint: number, transfer: UsbTransfer): void {
    this.#tx.submit(transfer);
  }

  protected override onCancelOut(transfer: UsbTransfer): boolean {
    return this.#tx.cancel(transfer);
  }

  #failTx(isOverrun: boolean): boolean {
    this.mac.sent.count('bad');
    this.#interrupts.raise(isOverrun ? INT_STS.TXE | INT_STS.TDFO : INT_STS.TXE);
    const isHalted = !this.#registers.has('HW_CFG', HW_CFG.SBP);
    if (isHalted) this.halt(LAN9512_ENDPOINT.OUT);
    return isHalted;
  }

  #burstRules(): BurstRules {
    const hardware = this.#registers.get('HW_CFG');
    const isCapped = (hardware & HW_CFG.BCE) !== 0;
    return {
      isMany: (hardware & HW_CFG.MEF) !== 0,
      capBytes: isCapped ? this.#registers.get('BURST_CAP') * this.#packetBytes : Infinity,
      delayNs: Math.floor(this.#registers.get('BULK_IN_DLY') * NS_PER_DELAY),
      answersEmpty: (hardware & HW_CFG.BIR) === 0,
    };
  }

  #sendBurst(bytes: Uint8Array): void {
    const room = this.waiting(LAN9512_ENDPOINT.IN)[0]?.room ?? 0;
    // A transfer that is full has ended: a packet of no bytes would begin the next one.
    const fillsTransfer = bytes.length > 0 && room > 0 && bytes.length % room === 0;
    this.send(LAN9512_ENDPOINT.IN, bytes, !fillsTransfer);
  }

  #deliver(entry: Uint8Array): boolean {
    const isTaken = this.#rx.add(entry);
    if (isTaken) this.#interrupts.run();
    else this.#interrupts.raise(INT_STS.RXDF);
    return isTaken;
  }

  #arrive(frame: Uint8Array): void {
    if (this.isAttached && !this.#power.isDeaf) this.mac.arrive(frame);
  }
}

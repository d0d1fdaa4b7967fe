// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What the chip reaches slowly: the PHY over MII, the EEPROM over three wires. A command says that
 * it is busy for as long as its bits need.
 */
import type { Sim } from '../../sim/sim.ts';
import { Eeprom, EEPROM_COMMAND, EEPROM_TIMEOUT_NS } from './eeprom.ts';
import { PHY_ADDRESS } from './phy-registers.ts';
import type { Phy } from './phy.ts';
import type { RegisterFile } from './register-file.ts';
import { E2P_CMD, MII_ACC } from './registers.ts';

/** 64 bits at 2.5 MHz. */
const MII_NS = 25_600;
const PHY_SHIFT = 11;
const REGISTER_SHIFT = 6;
const NUMBER_MASK = 0x1f;
/** What a read gives where no PHY is. */
const NOBODY = 0xffff;
const COMMAND_SHIFT = 28;

interface Pending {
  readonly untilNs: number;
  /** For the data register, when it is done. */
  readonly data: number | undefined;
}

export class MiiAccess {
  /** A register of the PHY was read, or written. */
  onAccess: (register: number, value: number, isWrite: boolean) => void = () => undefined;
  readonly #sim: Sim;
  readonly #registers: RegisterFile;
  readonly #phy: Phy;
  #pending: Pending | undefined;

  constructor(sim: Sim, registers: RegisterFile, phy: Phy) {
    this.#sim = sim;
    this.#registers = registers;
    this.#phy = phy;
  }

  get isBusy(): boolean {
    return this.#pending !== undefined && this.#sim.now() < this.#pending.untilNs;
  }

  reset(): void {
    this.#pending = undefined;
  }

  /** Before a driver looks: what is done by now is done. */
  settle(): void {
    if (this.#pending === undefined || this.isBusy) return;
    const { data } = this.#pending;
    this.#pending = undefined;
    this.#registers.clearBits('MII_ACC', MII_ACC.BUSY);
    if (data !== undefined) this.#registers.put('MII_DATA', data);
  }

  start(): void {
    const access = this.#registers.get('MII_ACC');
    const isOurs = access >>> PHY_SHIFT === PHY_ADDRESS;
    const number = (access >>> REGISTER_SHIFT) & NUMBER_MASK;
    const untilNs = this.#sim.now() + MII_NS;
    if ((access & MII_ACC.WRITE) !== 0) {
      const value = this.#registers.get('MII_DATA');
      this.#pending = { untilNs, data: undefined };
      if (!isOurs) return;
      this.#phy.write(number, value);
      this.onAccess(number, value, true);
      return;
    }
    const data = isOurs ? this.#phy.read(number) : NOBODY;
    this.#pending = { untilNs, data };
    if (isOurs) this.onAccess(number, data, false);
  }
}

export class EepromAccess {
  readonly eeprom: Eeprom | undefined;
  readonly #sim: Sim;
  readonly #registers: RegisterFile;
  #pending: Pending | undefined;

  constructor(sim: Sim, registers: RegisterFile, mac: Uint8Array | undefined) {
    this.#sim = sim;
    this.#registers = registers;
    this.eeprom = mac === undefined ? undefined : new Eeprom(mac);
  }

  get isBusy(): boolean {
    return this.#pending !== undefined && this.#sim.now() < this.#pending.untilNs;
  }

  reset(): void {
    this.#pending = undefined;
  }

  /** Takes the MAC's address over, if there is one. */
  loadMac(): void {
    const mac = this.eeprom?.mac;
    if (mac === undefined) return;
    const word = (at: number, bytes: number): number =>
      Array.from({ length: bytes }, (_, n) => mac[at + n]! * 2 ** (8 * n)).reduce((a, b) => a + b);
    this.#registers.put('ADDRL', word(0, 4));
    this.#registers.put('ADDRH', word(4, 2));
    this.#registers.setBits('E2P_CMD', E2P_CMD.LOADED);
  }

  settle(): void {
    if (this.#pending === undefined || this.isBusy) return;
    const { data } = this.#pending;
    this.#pending = undefined;
    this.#registers.clearBits('E2P_CMD', E2P_CMD.BUSY);
    if (this.eeprom === undefined) this.#registers.setBits('E2P_CMD', E2P_CMD.TIMEOUT);
    if (data !== undefined) this.#registers.put('E2P_DATA', data);
  }

  start(): void {
    const value = this.#registers.get('E2P_CMD');
    const command = (value & E2P_CMD.COMMAND) >>> COMMAND_SHIFT;
    this.#registers.clearBits('E2P_CMD', E2P_CMD.TIMEOUT);
    const nowNs = this.#sim.now();
    if (this.eeprom === undefined) {
      this.#pending = { untilNs: nowNs + EEPROM_TIMEOUT_NS, data: undefined };
      return;
    }
    const data = this.#registers.get('E2P_DATA');
    const result = this.eeprom.run(command, value & E2P_CMD.ADDR, data);
    this.#pending = { untilNs: nowNs + result.takesNs, data: result.data };
    if (command !== EEPROM_COMMAND.RELOAD) return;
    this.#registers.clearBits('E2P_CMD', E2P_CMD.LOADED);
    this.loadMac();
  }
}

// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The EEPROM beside the chip: a 93C46, 128 bytes, with the MAC address behind a signature; and the
 * commands by which the chip reaches it.
 */

/** Commands, as E2P_CMD has them in [30:28]. */
export const EEPROM_COMMAND = {
  READ: 0,
  EWDS: 1,
  EWEN: 2,
  WRITE: 3,
  WRAL: 4,
  ERASE: 5,
  ERAL: 6,
  RELOAD: 7,
} as const;

export const EEPROM_BYTES = 128;
export const EEPROM_SIGNATURE = 0xa5;
const MAC_AT = 1;
const MAC_BYTES = 6;
const ERASED = 0xff;
/** A command of some 20 bits, and what it takes to burn a byte. */
const READ_NS = 30_000;
const BURN_NS = 5_000_000;
/** Nobody answered for so long. */
export const EEPROM_TIMEOUT_NS = 30_000_000;

export class Eeprom {
  readonly bytes = new Uint8Array(EEPROM_BYTES).fill(ERASED);
  #isWritable = false;

  /** One whose address is `mac`. */
  constructor(mac: Uint8Array) {
    this.bytes[0] = EEPROM_SIGNATURE;
    this.bytes.set(mac.subarray(0, MAC_BYTES), MAC_AT);
  }

  /** The address, if the signature says that there is one. */
  get mac(): Uint8Array | undefined {
    if (this.bytes[0] !== EEPROM_SIGNATURE) return undefined;
    return this.bytes.subarray(MAC_AT, MAC_AT + MAC_BYTES);
  }

  /** Answers the byte that a read gives, and how long the command takes. */
  run(command: number, address: number, data: number): { data?: number; takesNs: number } {
    const at = address % EEPROM_BYTES;
    switch (command) {
      case EEPROM_COMMAND.READ:
        return { data: this.bytes[at]!, takesNs: READ_NS };
      case EEPROM_COMMAND.EWDS:
      case EEPROM_COMMAND.EWEN:
        this.#isWritable = command === EEPROM_COMMAND.EWEN;
        return { takesNs: READ_NS };
      case EEPROM_COMMAND.WRITE:
        return this.#burn(at, at + 1, data);
      case EEPROM_COMMAND.ERASE:
        return this.#burn(at, at + 1, ERASED);
      case EEPROM_COMMAND.WRAL:
        return this.#burn(0, EEPROM_BYTES, data);
      case EEPROM_COMMAND.ERAL:
        return this.#burn(0, EEPROM_BYTES, ERASED);
      default:
        return { takesNs: READ_NS * (1 + MAC_BYTES) };
    }
  }

  #burn(from: number, to: number, value: number): { takesNs: number } {
    if (!this.#isWritable) return { takesNs: READ_NS };
    this.bytes.fill(value, from, to);
    return { takesNs: BURN_NS };
  }
}

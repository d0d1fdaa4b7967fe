// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * All that may be said of a device that lies, `#` for a number: the words of Linux 6.1 (usbcore.ko
 * has them), of its network stack and of the drivers.
 */
const OF_ENDPOINT = 'config # interface # altsetting # endpoint #';
const OF_SETTING = 'config # interface # altsetting #';

/** Behind `usb 1-1: `. */
const OF_DEVICE = [
  'New USB device found, idVendor=#, idProduct=#, bcdDevice=#',
  'New USB device strings: Mfr=#, Product=#, SerialNumber=#',
  'USB disconnect, device number #',
  "can't read configurations, error #",
  "can't set config ##, error #",
  'chopping to # config(s)',
  'config # contains an unexpected descriptor of type #, skipping',
  'config # descriptor has # excess byte, ignoring',
  'config # descriptor??',
  "config # has # interface, different from the descriptor's value: #",
  "config # has # interfaces, different from the descriptor's value: #",
  'config # has an invalid descriptor of length #, skipping remainder of the config',
  'config # has an invalid interface association descriptor of length #, skipping',
  'config # has an invalid interface descriptor of length #, skipping',
  'config # has an invalid interface number: # but max is #',
  'config # has no interface number #',
  'config # has no interfaces?',
  'config # has too many interfaces: #, using maximum allowed: #',
  'config # interface # has no altsetting #',
  `${OF_SETTING} bulk endpoint # has invalid maxpacket #`,
  `${OF_ENDPOINT} has an invalid bInterval #, changing to #`,
  `${OF_ENDPOINT} has invalid maxpacket #, setting to #`,
  `${OF_ENDPOINT} has invalid wMaxPacketSize #`,
  `${OF_SETTING} has # endpoint descriptor, different from the interface descriptor's value: #`,
  `${OF_SETTING} has # endpoint descriptors, different from the interface descriptor's value: #`,
  `${OF_SETTING} has a duplicate endpoint with address #, skipping`,
  `${OF_SETTING} has an endpoint descriptor with address #, changing to #`,
  `${OF_SETTING} has an invalid endpoint descriptor of length #, skipping`,
  `${OF_SETTING} has an invalid endpoint with address #, skipping`,
  'Duplicate descriptor for config # interface # altsetting #, skipping',
  'config index # descriptor too short (expected #, got #)',
  'device descriptor read/#, error #',
  'device descriptor read/all, error #',
  'device firmware changed',
  'device not accepting address #, error #',
  'invalid descriptor for config index #: type = #, length = #',
  'language id specifier not provided by device, defaulting to English',
  'new high-speed USB device number # using pv-hcd',
  'no configuration chosen from # choice',
  'no configuration chosen from # choices',
  'no configurations',
  'rejected # configuration due to insufficient available bus power',
  'rejected # configurations due to insufficient available bus power',
  'reset high-speed USB device number # using pv-hcd',
  'string descriptor # read error: #',
  'too many alternate settings for config # interface #: #, using maximum allowed: #',
  'too many configurations: #, using maximum allowed: #',
  'too many endpoints for config # interface # altsetting #: #, using maximum allowed: #',
  'unable to get BOS descriptor or descriptor too short',
  'unable to get BOS descriptor set',
  'unable to read config index # descriptor/all',
  'unable to read config index # descriptor/start: #',
];
/** Behind `usb 1-1-port1: `. */
const OF_PORT = [
  'Cannot enable. Maybe the USB cable is bad?',
  'attempt power cycle',
  'connect-debounce failed',
  'disabled by hub (EMI?), re-enabling...',
  'unable to enumerate USB device',
];
/** Behind `hub 1-1:1.0: `. */
const OF_HUB = [
  '# port detected',
  '# ports detected',
  'Invalid hub with more than one config or interface',
  'USB hub found',
  'bad descriptor, ignoring hub',
  "config failed, can't read hub descriptor (err #)",
  "config failed, hub doesn't have any ports! (err #)",
  'config failed, hub has too many ports! (err #)',
  'hub_ext_port_status failed (err = #)',
  'probe with driver hub failed with error #',
];
/** What drivers do and do not like is their own affair. */
const OF_DRIVERS = [
  /^(?:smsc95xx|usb_loopback) 1-1:[\d.]+ ?[^:]*: /u,
  /^(?:SMSC LAN8700|Generic PHY) usb-/u,
  /^EEPROM |^unexpected (?:urb length|interrupt)/u,
  /^1-1: (?:everything comes back|good-bye)$|^IPv6: /u,
];

const NUMBER = /0x[\dA-F]+|-?\d+/gu;
/** A device's identity is hexadecimal without saying so. */
const IDENTITY = /(idVendor|idProduct|bcdDevice)=[ \da-f.]+/gu;
const SAYINGS: readonly (readonly [who: RegExp, what: ReadonlySet<string>])[] = [
  [/^usb (?:usb1|1-[\d.]+)-port\d+: /u, new Set(OF_PORT)],
  [/^usb 1-[\d.]+: /u, new Set(OF_DEVICE)],
  [/^hub 1-[\d.]+:[\d.]+: /u, new Set(OF_HUB)],
];
const NAME = /^usb 1-[\d.]+: (?:Product|Manufacturer|SerialNumber): /u;

/** Linux would say that, too. */
function isUsual(line: string): boolean {
  if (OF_DRIVERS.some((saying) => saying.test(line))) return true;
  const found = SAYINGS.find(([who]) => who.test(line));
  if (found === undefined) return false;
  const [who, what] = found;
  const words = line.replace(who, '').replaceAll(IDENTITY, '$1=#').replaceAll(NUMBER, '#');
  return what.has(words);
}

/** Lines that Linux would not have said. A device's own name may have several. */
export function unusual(lines: readonly string[]): string[] {
  let isName = false;
  return lines.filter((line) => {
    if (NAME.test(line)) isName = true;
    else if (isUsual(line)) isName = false;
    return !isName && !isUsual(line);
  });
}

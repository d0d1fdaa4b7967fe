// SPDX-License-Identifier: GPL-2.0-or-later
/** `ethtool eth0`: what its link is, and could be. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import {
  AUTONEG_ENABLE,
  DUPLEX,
  ETHTOOL,
  ETHTOOL_LINK_SETTINGS,
  ETHTOOL_VALUE,
  LINK_MODE,
  LINK_MODE_WORDS,
  PORT,
  SPEED_UNKNOWN,
} from '../../uapi/ethtool.ts';
import type { Card } from './card.ts';

const NO_DATA = 75;
/** Modes by speed: those of one speed share a line. */
const MODES = [
  [
    [LINK_MODE.BASE10_HALF, '10baseT/Half'],
    [LINK_MODE.BASE10_FULL, '10baseT/Full'],
  ],
  [
    [LINK_MODE.BASE100_HALF, '100baseT/Half'],
    [LINK_MODE.BASE100_FULL, '100baseT/Full'],
  ],
  [[LINK_MODE.BASE1000_FULL, '1000baseT/Full']],
] as const;
const PORTS = [
  [LINK_MODE.TP, 'TP'],
  [LINK_MODE.MII, 'MII'],
] as const;
const MESSAGE_KINDS = ['drv', 'probe', 'link', 'timer', 'ifdown', 'ifup', 'rx_err', 'tx_err'];
const MASK = { SUPPORTED: 0, ADVERTISED: 1, PARTNER: 2 } as const;
const DUPLEXES = new Map<number, string>([
  [DUPLEX.HALF, 'Half'],
  [DUPLEX.FULL, 'Full'],
]);

export function* showSettings(card: Card): Sleeping<number> {
  const { c } = card;
  const link = yield* card.ask(ETHTOOL.GLINK, ETHTOOL_VALUE.SIZE);
  if (link === -ERRNO.ENODEV) {
    yield* c.err('netlink error: No such device\n');
    c.out('No data available\n');
    return NO_DATA;
  }
  c.out(`Settings for ${card.name}:\n`);
  const settings = yield* readSettings(card);
  if (settings !== undefined) c.out(settingsText(settings));
  const level = yield* card.ask(ETHTOOL.GMSGLVL, ETHTOOL_VALUE.SIZE);
  if (typeof level !== 'number') c.out(levelText(level.getUint32(ETHTOOL_VALUE.data, true)));
  const hasLink = typeof link !== 'number' && link.getUint32(ETHTOOL_VALUE.data, true) !== 0;
  c.out(`\tLink detected: ${hasLink ? 'yes' : 'no'}\n`);
  return 0;
}

/** The first question says how many words a mask has, the second is answered. */
export function* readSettings(card: Card): Sleeping<DataView | undefined> {
  const first = yield* card.ask(ETHTOOL.GLINKSETTINGS, ETHTOOL_LINK_SETTINGS.masks);
  if (typeof first === 'number') return undefined;
  const words = -first.getInt8(ETHTOOL_LINK_SETTINGS.words);
  if (words <= 0 || words > LINK_MODE_WORDS) return undefined;
  const size = ETHTOOL_LINK_SETTINGS.masks + 3 * 4 * words;
  const answer = yield* card.ask(ETHTOOL.GLINKSETTINGS, size, (view) =>
    view.setInt8(ETHTOOL_LINK_SETTINGS.words, words),
  );
  return typeof answer === 'number' ? undefined : answer;
}

type Has = (bit: number) => boolean;

/** Whether a bit is in a mask. */
function maskOf(view: DataView, mask: number): Has {
  const words = view.getInt8(ETHTOOL_LINK_SETTINGS.words);
  return (bit) => {
    const word = ETHTOOL_LINK_SETTINGS.masks + 4 * (mask * words + (bit >>> 5));
    return (view.getUint32(word, true) & (1 << (bit & 31))) !== 0;
  };
}

function modesText(label: string, has: Has): string {
  const lines = MODES.map((row) => row.filter(([bit]) => has(bit)).map(([, name]) => name));
  const text = lines.filter(({ length }) => length > 0).map((names) => names.join(' '));
  if (text.length === 0) return `\t${label}Not reported\n`;
  return `\t${label}${text.join(`\n\t${' '.repeat(label.length)}`)}\n`;
}

function pauseText(has: Has): string {
  const isAsymmetric = has(LINK_MODE.ASYM_PAUSE);
  if (!has(LINK_MODE.PAUSE)) return isAsymmetric ? 'Transmit-only' : 'No';
  return isAsymmetric ? 'Symmetric Receive-only' : 'Symmetric';
}

const yes = (isSo: boolean): string => (isSo ? 'Yes' : 'No');

/** What one side offers, or both could. */
function sideText(who: string, verb: string, label: string, has: Has): string {
  return (
    modesText(label, has) +
    `\t${who} pause frame use: ${pauseText(has)}\n` +
    `\t${verb} auto-negotiation: ${yes(has(LINK_MODE.AUTONEG))}\n` +
    `\t${who} FEC modes: Not reported\n`
  );
}

function settingsText(view: DataView): string {
  const supported = maskOf(view, MASK.SUPPORTED);
  const partner = maskOf(view, MASK.PARTNER);
  const ports = PORTS.filter(([bit]) => supported(bit)).map(([, name]) => name);
  const advertised = maskOf(view, MASK.ADVERTISED);
  const theirs = 'Link partner advertised';
  const speed = view.getUint32(ETHTOOL_LINK_SETTINGS.speed, true);
  const duplex = view.getUint8(ETHTOOL_LINK_SETTINGS.duplex);
  const isAuto = view.getUint8(ETHTOOL_LINK_SETTINGS.autoneg) === AUTONEG_ENABLE;
  const isTwisted = view.getUint8(ETHTOOL_LINK_SETTINGS.port) === PORT.TP;
  return (
    `\tSupported ports: [ ${ports.join('\t ')} ]\n` +
    sideText('Supported', 'Supports', 'Supported link modes:   ', supported) +
    sideText('Advertised', 'Advertised', 'Advertised link modes:  ', advertised) +
    (partner(LINK_MODE.AUTONEG)
      ? sideText(theirs, theirs, 'Link partner advertised link modes:  ', partner)
      : '') +
    `\tSpeed: ${speed === SPEED_UNKNOWN ? 'Unknown!' : `${speed}Mb/s`}\n` +
    `\tDuplex: ${DUPLEXES.get(duplex) ?? 'Unknown! (255)'}\n` +
    `\tAuto-negotiation: ${isAuto ? 'on' : 'off'}\n` +
    `\tPort: ${isTwisted ? 'Twisted Pair' : 'Other'}\n` +
    `\tPHYAD: ${view.getUint8(ETHTOOL_LINK_SETTINGS.phyAddress)}\n` +
    `\tTransceiver: internal\n` +
    (isTwisted ? '\tMDI-X: Unknown\n' : '')
  );
}

function levelText(level: number): string {
  const kinds = MESSAGE_KINDS.filter((_, bit) => (level & (1 << bit)) !== 0);
  return (
    `        Current message level: 0x${level.toString(16).padStart(8, '0')} (${level})\n` +
    `                               ${kinds.join(' ')}\n`
  );
}

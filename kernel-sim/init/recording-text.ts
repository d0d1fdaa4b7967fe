// SPDX-License-Identifier: GPL-2.0-or-later
/** A recording as text, to be kept, sent or compared: JSON, with bytes in base64. */
import { decodeBase64, encodeBase64 } from '../lib/base64.ts';
import type { Input, Recording } from '../machine-types.ts';

/** How bytes stand in the text: `{ "base64": "…" }`. */
const BYTES = 'base64';
/** As many as a machine may have. */
const CPUS_MAX = 8;

export function encodeRecording(recording: Recording): string {
  return JSON.stringify(recording, function (this: Record<string, unknown>, key, value: unknown) {
    // A host's kind of byte array may have a toJSON of its own, which has run by now.
    const original = this[key];
    return original instanceof Uint8Array ? { [BYTES]: encodeBase64(original) } : value;
  });
}

/** The recording in `text`, or undefined when it is none of this version. */
export function decodeRecording(text: string): Recording | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text, (_key, part: unknown) => {
      const encoded = (part as { [BYTES]?: unknown } | null)?.[BYTES];
      return typeof encoded === 'string' ? (decodeBase64(encoded) ?? part) : part;
    });
  } catch {
    return undefined;
  }
  return isRecording(value) ? (value as Recording) : undefined;
}

/** Says of any value whether it has a certain form. */
type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isBytes: Check = (value) => value instanceof Uint8Array;
const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isNumber: Check = (value) => Number.isFinite(value);

function isOneOf(...values: readonly unknown[]): Check {
  return (value) => values.includes(value);
}

function isArrayOf(check: Check): Check {
  return (value) => Array.isArray(value) && value.every(check);
}

function isMissingOr(check: Check): Check {
  return (value) => value === undefined || check(value);
}

/** An object with these fields, and any others. */
function hasFields(fields: Readonly<Record<string, Check>>): Check {
  return (value) =>
    typeof value === 'object' &&
    value !== null &&
    Object.entries(fields).every(([name, check]) =>
      check((value as Record<string, unknown>)[name]),
    );
}

const isImage = hasFields({
  board: isOneOf('pc', 'rpi3'),
  cpus: (value) => isCount(value) && value !== 0 && (value as number) <= CPUS_MAX,
  seed: isCount,
  cmdline: isText,
  files: isArrayOf(
    hasFields({
      path: isText,
      bytes: isBytes,
      mode: isMissingOr(isCount),
      uid: isMissingOr(isCount),
      gid: isMissingOr(isCount),
    }),
  ),
  epochSeconds: isNumber,
  memoryBytes: isMissingOr(isCount),
  nic: isMissingOr(isOneOf('ringnic', 'paravirtual')),
  mac: isMissingOr(isText),
  hostname: isMissingOr(isText),
  neighbours: isMissingOr(isOneOf('world', 'none')),
  script: isMissingOr(
    hasFields({ text: isText, user: isOneOf('user', 'root'), args: isArrayOf(isText) }),
  ),
});

const isBoolean: Check = (value) => typeof value === 'boolean';

const isWireSettings = hasFields({
  lossPerMille: isMissingOr(isCount),
  duplicatePerMille: isMissingOr(isCount),
  reorderPerMille: isMissingOr(isCount),
  corruptPerMille: isMissingOr(isCount),
  delayNs: isMissingOr(isCount),
  jitterNs: isMissingOr(isCount),
  bitsPerSecond: isMissingOr(isCount),
});

/** What each kind of input carries. */
const INPUTS: Readonly<Record<Input['kind'], Check>> = {
  tty: hasFields({ tty: isCount, bytes: isBytes }),
  carrier: hasFields({ tty: isCount, isUp: isBoolean }),
  resize: hasFields({ tty: isCount, rows: isCount, columns: isCount }),
  stdin: hasFields({ bytes: isBytes }),
  compiled: hasFields({ id: isCount, bytes: isBytes }),
  'write-file': hasFields({ path: isText, bytes: isBytes }),
  'remove-file': hasFields({ path: isText }),
  'rename-file': hasFields({ from: isText, to: isText }),
  usb: hasFields({
    port: isCount,
    device: (value) => value === null || isOneOf('hub', 'lan9512', 'loopback')(value),
  }),
  cable: hasFields({ isPlugged: isBoolean, socket: isMissingOr(isOneOf('lan9512')) }),
  wire: hasFields({ settings: isWireSettings }),
  uplink: hasFields({ isPlugged: isBoolean, isIsolated: isMissingOr(isBoolean) }),
  frame: hasFields({ bytes: isBytes }),
};

const isInput: Check = (value) => {
  const kind = (value as { kind?: unknown } | null)?.kind;
  return (
    isText(kind) && Object.hasOwn(INPUTS, kind as string) && INPUTS[kind as Input['kind']](value)
  );
};

const isChoice: Check = (value) =>
  Array.isArray(value) &&
  value.length === 3 &&
  isText(value[0]) &&
  isCount(value[1]) &&
  isCount(value[2]);

const isRecording = hasFields({
  version: isOneOf(1),
  image: isImage,
  inputs: isArrayOf(hasFields({ atNs: isCount, input: isInput })),
  choices: isArrayOf(isChoice),
  endNs: isCount,
});

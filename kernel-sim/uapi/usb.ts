// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The numbers of chapter 9 of the USB 2.0 specification: requests, descriptors, features.
 *
 * Linux: include/uapi/linux/usb/ch9.h.
 */

/** Bytes of a setup packet. */
export const USB_SETUP_BYTES = 8;

/** `bmRequestType`: direction, kind, recipient. */
export const USB_DIR_IN = 0x80;
export const USB_TYPE = { MASK: 0x60, STANDARD: 0x00, CLASS: 0x20, VENDOR: 0x40 } as const;
export const USB_RECIP = {
  MASK: 0x1f,
  DEVICE: 0,
  INTERFACE: 1,
  ENDPOINT: 2,
  OTHER: 3,
} as const;

/** Standard requests. */
export const USB_REQ = {
  GET_STATUS: 0,
  CLEAR_FEATURE: 1,
  SET_FEATURE: 3,
  SET_ADDRESS: 5,
  GET_DESCRIPTOR: 6,
  SET_DESCRIPTOR: 7,
  GET_CONFIGURATION: 8,
  SET_CONFIGURATION: 9,
  GET_INTERFACE: 10,
  SET_INTERFACE: 11,
} as const;

/** Features that standard requests set and clear. */
export const USB_FEATURE = { ENDPOINT_HALT: 0, REMOTE_WAKEUP: 1, TEST_MODE: 2 } as const;

/** Bits that GET_STATUS of a device answers. */
export const USB_DEVICE_STATUS = { SELF_POWERED: 1 << 0, REMOTE_WAKEUP: 1 << 1 } as const;

/** Kinds of descriptors. */
export const USB_DT = {
  DEVICE: 1,
  CONFIG: 2,
  STRING: 3,
  INTERFACE: 4,
  ENDPOINT: 5,
  DEVICE_QUALIFIER: 6,
  OTHER_SPEED_CONFIG: 7,
  INTERFACE_ASSOCIATION: 11,
  BOS: 15,
  HUB: 0x29,
} as const;

/** Bytes of descriptors whose length is fixed. */
export const USB_DT_BYTES = {
  DEVICE: 18,
  CONFIG: 9,
  INTERFACE: 9,
  ENDPOINT: 7,
  DEVICE_QUALIFIER: 10,
} as const;

/** Bits of a configuration's `bmAttributes`; the topmost is always set. */
export const USB_CONFIG_ATT = { ONE: 0x80, SELF_POWERED: 0x40, WAKEUP: 0x20 } as const;

/** `bEndpointAddress`: a number and a direction; `bmAttributes`: the kind of transfers. */
export const USB_ENDPOINT = {
  NUMBER_MASK: 0x0f,
  DIR_MASK: 0x80,
  XFERTYPE_MASK: 0x03,
  MAXP_MASK: 0x07ff,
} as const;
export const USB_XFER = { CONTROL: 0, ISOC: 1, BULK: 2, INT: 3 } as const;

/** The language of string descriptors: English (United States). */
export const USB_LANGUAGE_EN_US = 0x0409;

/** What a device draws of its port, in megabits per second. */
export type UsbSpeed = 'low' | 'full' | 'high';
export const USB_SPEED_MBITS = { low: 1.5, full: 12, high: 480 } as const;

/** Flags of an URB. Linux: include/linux/usb.h. */
export const URB = {
  /** A shorter answer than there is room for is an error: -EREMOTEIO. */
  SHORT_NOT_OK: 0x0001,
  /** Ends with a packet of no bytes when the last one was a whole one. */
  ZERO_PACKET: 0x0040,
} as const;

/** Requests to a hub, and features of its ports. Linux: include/uapi/linux/usb/ch11.h. */
export const USB_PORT_FEAT = {
  CONNECTION: 0,
  ENABLE: 1,
  SUSPEND: 2,
  RESET: 4,
  POWER: 8,
  C_CONNECTION: 16,
  C_ENABLE: 17,
  C_SUSPEND: 18,
  C_OVER_CURRENT: 19,
  C_RESET: 20,
} as const;

/** What a port is asked for: `wPortStatus`. */
export const USB_PORT_STAT = {
  CONNECTION: 0x0001,
  ENABLE: 0x0002,
  SUSPEND: 0x0004,
  RESET: 0x0010,
  POWER: 0x0100,
  LOW_SPEED: 0x0200,
  HIGH_SPEED: 0x0400,
} as const;

/** And what of it is new: `wPortChange`. */
export const USB_PORT_STAT_C = {
  CONNECTION: 0x0001,
  ENABLE: 0x0002,
  SUSPEND: 0x0004,
  RESET: 0x0010,
} as const;

export const USB_CLASS = { HUB: 9, VENDOR: 0xff } as const;

/** ioctls of /dev/bus/usb. Linux: include/uapi/linux/usbdevice_fs.h. */
export const USBDEVFS = {
  /** A control transfer: struct usbdevfs_ctrltransfer, on x86-64. */
  CONTROL: 0xc018_5500,
  CONTROL_BYTES: 24,
  RESET: 0x5514,
} as const;

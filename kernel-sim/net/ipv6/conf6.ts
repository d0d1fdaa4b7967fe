// SPDX-License-Identifier: GPL-2.0-or-later
/** What can be set of IPv6, of each device and of all. Linux: struct ipv6_devconf. */

export class Ipv6Conf {
  /** No addresses, and nothing goes in or out. */
  disabled: number;
  /** Routers are listened to. */
  acceptRa = 1;
  /** Their prefixes make addresses. */
  autoconf = 1;
  /** 0: nobody is asked whether an address is taken. */
  acceptDad = 1;
  /** How often it is asked. */
  dadTransmits = 1;
  /** How often routers are asked for. */
  routerSolicitations = 3;
  hopLimit = 64;
  /** As many addresses a device may have of what routers say. */
  maxAddresses = 16;
  /** What a router says of the link; 0: nothing. */
  mtu = 0;

  constructor(disabled: number) {
    this.disabled = disabled;
  }

  /** A device begins with the defaults. */
  clone(): Ipv6Conf {
    return Object.assign(new Ipv6Conf(this.disabled), this);
  }
}

// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The ioctls of interfaces, which any socket answers, and their structures.
 *
 * Linux: include/uapi/linux/sockios.h, include/uapi/linux/if.h, netdevice(7).
 */

// prettier-ignore
export const SIOC = {
  ADDRT: 0x890b, DELRT: 0x890c,
  GIFNAME: 0x8910, GIFCONF: 0x8912, GIFFLAGS: 0x8913, SIFFLAGS: 0x8914, GIFADDR: 0x8915,
  SIFADDR: 0x8916, GIFDSTADDR: 0x8917, SIFDSTADDR: 0x8918, GIFBRDADDR: 0x8919, SIFBRDADDR: 0x891a,
  GIFNETMASK: 0x891b, SIFNETMASK: 0x891c, GIFMETRIC: 0x891d, SIFMETRIC: 0x891e, GIFMEM: 0x891f,
  SIFMEM: 0x8920, GIFMTU: 0x8921, SIFMTU: 0x8922, SIFNAME: 0x8923, SIFHWADDR: 0x8924,
  GIFENCAP: 0x8925, GIFHWADDR: 0x8927, GIFSLAVE: 0x8929, SIFSLAVE: 0x8930, ADDMULTI: 0x8931,
  DELMULTI: 0x8932, GIFINDEX: 0x8933, SIFHWBROADCAST: 0x8937, GIFCOUNT: 0x8938,
  GIFTXQLEN: 0x8942, SIFTXQLEN: 0x8943, ETHTOOL: 0x8946, GMIIPHY: 0x8947, GMIIREG: 0x8948,
  SMIIREG: 0x8949, DARP: 0x8953, GARP: 0x8954, SARP: 0x8955, GIFMAP: 0x8970, SIFMAP: 0x8971,
} as const;

/**
 * struct ifreq: a name, and what the ioctl is about. An address is a struct sockaddr; `data` points
 * to what it is about elsewhere.
 */
export const IFREQ = {
  name: 0,
  NAME_SIZE: 16,
  flags: 16,
  value: 16,
  address: 16,
  data: 16,
  newName: 16,
  SIZE: 40,
} as const;

/** struct sockaddr: a family, and so many bytes. */
export const SOCKADDR = { family: 0, data: 2, DATA_SIZE: 14, SIZE: 16 } as const;

/** struct ifmap, where an ifreq has its union. */
// prettier-ignore
export const IFMAP = {
  memStart: 16, memEnd: 24, baseAddr: 32, irq: 34, dma: 35, port: 36,
} as const;

/** struct ifconf: how many bytes there are for ifreqs, and where. */
export const IFCONF = { len: 0, buf: 8, SIZE: 16 } as const;

// SPDX-License-Identifier: GPL-2.0-or-later
/** Some lines of /etc/services: ports by name, and the protocols that have them. */

// prettier-ignore
export const SERVICES: Readonly<Record<string, readonly [port: number, ...protocols: string[]]>> = {
  ftp: [21, 'tcp'], ssh: [22, 'tcp'], telnet: [23, 'tcp'], smtp: [25, 'tcp'],
  domain: [53, 'tcp', 'udp'], bootps: [67, 'udp'], bootpc: [68, 'udp'], tftp: [69, 'udp'],
  http: [80, 'tcp'], ntp: [123, 'udp'], snmp: [161, 'tcp', 'udp'],
  https: [443, 'tcp', 'udp'], syslog: [514, 'udp'], 'http-alt': [8080, 'tcp', 'udp'],
};

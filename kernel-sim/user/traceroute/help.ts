// SPDX-License-Identifier: GPL-2.0-or-later
/** What traceroute says of its options, in the form of Debian's; it lists those that ours has. */

export const TRACEROUTE_HELP = `Usage:
  traceroute [ -46dFITnreUV ] [ -f first_ttl ] [ -i device ] [ -m max_ttl ] \
[ -N squeries ] [ -p port ] [ -t tos ] [ -w MAX,HERE,NEAR ] [ -q nqueries ] \
[ -s src_addr ] [ -z sendwait ] host [ packetlen ]
Options:
  -4                          Use IPv4
  -6                          Use IPv6
  -d  --debug                 Enable socket level debugging
  -F  --dont-fragment         Do not fragment packets
  -f first_ttl  --first=first_ttl
                              Begin at this hop, not at the first one
  -I  --icmp                  Probe with ICMP echo requests
  -T  --tcp                   Probe with TCP SYN (default port is 80)
  -i device  --interface=device
                              Send through this network interface
  -m max_ttl  --max-hops=max_ttl
                              Go no further than so many hops (default is 30)
  -N squeries  --sim-queries=squeries
                              Have so many probes on their way at once
                              (default is 16)
  -n                          Do not resolve IP addresses to their domain names
  -p port  --port=port        The destination port: of the first probe of the
                              default method (each has one more, default is
                              33434), the first sequence number for "icmp"
                              (default 1), the port of all probes for the other
                              methods (default 80 for "tcp", 53 for "udp")
  -t tos  --tos=tos           Set the TOS (IPv4) or traffic class (IPv6) value
  -w MAX,HERE,NEAR  --wait=MAX,HERE,NEAR
                              Give a probe up after HERE (default 3) times the
                              time of an answer from the same hop, NEAR (default
                              10) times that of a later hop, or MAX (default
                              5.0) seconds
  -q nqueries  --queries=nqueries
                              Send so many probes per hop. Default is 3
  -r                          Send to hosts on attached networks only
  -s src_addr  --source=src_addr
                              Use source src_addr for outgoing packets
  -z sendwait  --sendwait=sendwait
                              Wait so long between probes: seconds, or
                              milliseconds if it is more than 10 (default 0)
  -e  --extensions            Show ICMP extensions, where there are any
  -M name  --module=name      Use this method: default, icmp, tcp or udp
  --sport=num                 Use source port num. Implies \`-N 1'
  -U  --udp                   Probe with UDP to one port (default 53)
  --back                      Tell the hops of the way back, where they differ
  -V  --version               Print version info and exit
  --help                      Read this help and exit

Arguments:
+     host          The host to trace the way to
      packetlen     The length of packets (default is the length of an IP header
                    plus 40)
`;

// SPDX-License-Identifier: GPL-2.0-or-later
/** What the root file system holds when a machine starts: directories, /etc, programs. */
import { builtinExecutable } from '../process/executable.ts';
import { encodeUtf8 } from '../lib/utf8.ts';
import { KERNEL_RELEASE } from '../uapi/module-abi.ts';
import type { Vfs } from '../fs/vfs.ts';
import type { InstalledProgram } from '../user/programs.ts';

export const USER_ID = 1000;

/** [path, mode, owner]. */
const DIRECTORIES: readonly (readonly [string, number, number])[] = [
  ['/dev', 0o755, 0],
  ['/etc', 0o755, 0],
  ['/etc/modprobe.d', 0o755, 0],
  ['/etc/udhcpc', 0o755, 0],
  ['/home', 0o755, 0],
  ['/home/user', 0o755, USER_ID],
  ['/lib', 0o755, 0],
  ['/lib/modules', 0o755, 0],
  [`/lib/modules/${KERNEL_RELEASE}`, 0o755, 0],
  ['/proc', 0o555, 0],
  ['/root', 0o700, 0],
  ['/run', 0o755, 0],
  ['/sys', 0o555, 0],
  ['/tmp', 0o1777, 0],
  ['/usr', 0o755, 0],
  ['/usr/bin', 0o755, 0],
  ['/usr/sbin', 0o755, 0],
  ['/usr/local', 0o755, 0],
  ['/usr/local/bin', 0o755, 0],
  ['/usr/local/sbin', 0o755, 0],
  ['/var', 0o755, 0],
  ['/var/log', 0o755, 0],
];

/** Merged as in Debian: /bin is a link to /usr/bin. */
const LINKS = [
  ['usr/bin', '/bin'],
  ['usr/sbin', '/sbin'],
] as const;

const ETC = {
  passwd:
    'root:x:0:0:root:/root:/bin/bash\n' +
    'nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n' +
    'user:x:1000:1000:user:/home/user:/bin/bash\n',
  group: 'root:x:0:\ntty:x:5:\nsudo:x:27:user\nuser:x:1000:\nnogroup:x:65534:\n',
  shells: '/bin/sh\n/bin/bash\n',
  hosts: '127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n',
  'resolv.conf': '',
  issue: 'Ring Zero \\r \\n \\l\n\n',
  'os-release':
    'PRETTY_NAME="Ring Zero"\nNAME="Ring Zero"\nID=ringzero\nID_LIKE=debian\nVERSION_ID="1"\n',
} as const;

/** What udhcpc runs when it has got an address, or has lost it. */
const UDHCPC_SCRIPT = `#!/bin/sh
# Run by udhcpc with what the server has told in the environment.
case "$1" in
deconfig)
\tip link set "$interface" up
\tip -4 addr flush dev "$interface"
\t;;
bound | renew)
\tif [ "$1" = bound ]; then ip -4 addr flush dev "$interface"; fi
\tip -4 addr replace "$ip/\${mask:-24}" \${broadcast:+broadcast $broadcast} dev "$interface"
\tfor gateway in $router; do
\t\tip -4 route replace default via "$gateway" dev "$interface"
\t\tbreak
\tdone
\t{
\t\tif [ -n "$domain" ]; then echo "search $domain"; fi
\t\tfor server in $dns; do echo "nameserver $server"; done
\t} >/etc/resolv.conf
\t;;
leasefail | nak)
\techo "udhcpc: configuration failed: $1\${message:+: $message}" >&2
\t;;
esac
`;

/** What the kernel's own build says of its modules: it has none. */
const BUILD_FILES = ['modules.order', 'modules.builtin', 'modules.builtin.modinfo'] as const;

/** A program with its executable. */
export interface ProgramFile extends InstalledProgram {
  readonly bytes: Uint8Array;
}

/** Adds the executables, which are the same for every machine. */
export function withExecutables(programs: readonly InstalledProgram[]): readonly ProgramFile[] {
  return programs.map((file) => {
    return { ...file, bytes: builtinExecutable(file.path, file.program.options) };
  });
}

/** Fills the empty root. Nothing here can fail but for want of memory, which boot checks. */
export function populateRoot(vfs: Vfs, hostname: string, programs: readonly ProgramFile[]): void {
  const ctx = vfs.kernelContext;
  for (const [path, mode, owner] of DIRECTORIES) {
    vfs.mkdir(ctx, path, mode);
    if (owner !== 0) vfs.chown(ctx, path, owner, owner);
  }
  for (const [text, path] of LINKS) vfs.symlink(ctx, text, path);
  for (const [name, text] of Object.entries(ETC)) {
    vfs.kernelWriteFile(`/etc/${name}`, encodeUtf8(text));
  }
  vfs.kernelWriteFile('/etc/udhcpc/default.script', encodeUtf8(UDHCPC_SCRIPT), { mode: 0o755 });
  for (const name of BUILD_FILES) {
    vfs.kernelWriteFile(`/lib/modules/${KERNEL_RELEASE}/${name}`, new Uint8Array(0));
  }
  vfs.kernelWriteFile('/etc/hostname', encodeUtf8(`${hostname}\n`));
  for (const { path, mode, bytes } of programs) {
    vfs.kernelWriteFile(path, bytes, { mode });
    // A set-id bit does not survive a write.
    if (mode > 0o777) vfs.chmod(ctx, path, mode);
  }
}

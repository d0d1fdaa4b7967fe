#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# guest.sh LAB: makes what qemu boots, in LAB: Debian's kernel as it is, and a file system around
# busybox. A second call does nothing. Ends with 3 where that cannot be done, and says why.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
lab=$1
mkdir -p "$lab"
PATH=$PATH:/sbin:/usr/sbin

give_up() {
	echo "interop: $*" >&2
	exit 3
}

missing=()
for pair in qemu-system-x86_64:qemu-system-x86 cpio:cpio depmod:kmod xz:xz-utils; do
	command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}")
done
[ -x /usr/bin/busybox ] && ! ldd /usr/bin/busybox >/dev/null 2>&1 || missing+=(busybox-static)
if [ ${#missing[@]} -gt 0 ]; then
	[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || give_up "missing: ${missing[*]}"
	echo "interop: installing ${missing[*]}"
	export DEBIAN_FRONTEND=noninteractive
	apt-get -o DPkg::Lock::Timeout=300 -qq update >/dev/null 2>&1 || give_up "apt-get update failed"
	apt-get -o DPkg::Lock::Timeout=300 -qq install -y --no-install-recommends "${missing[@]}" \
		>/dev/null 2>&1 || give_up "cannot install: ${missing[*]}"
fi

if [ ! -e "$lab/release" ]; then
	package=$(apt-cache depends linux-image-amd64 2>/dev/null |
		sed -n 's/.*Depends: \(linux-image-[0-9].*-amd64\)$/\1/p' | head -n 1)
	[ -n "$package" ] || give_up "no Debian kernel is known here"
	work=$(mktemp -d "$lab/work.XXXXXX")
	trap 'rm -rf "$work"' EXIT
	(cd "$work" && apt-get -qq download "$package" >/dev/null 2>&1) || give_up "cannot fetch $package"
	dpkg -x "$work/$package"_*.deb "$work/kernel"
	release=$(basename "$work"/kernel/lib/modules/*)
	from=$work/kernel/lib/modules/$release
	to=$lab/root/lib/modules/$release
	rm -rf "$lab/root"
	mkdir -p "$to"
	cp "$from"/modules.{order,builtin,builtin.modinfo} "$to/"
	# A module, and what it needs.
	take() {
		local file name
		file=$(find "$from" \( -name "$1.ko*" -o -name "${1//-/_}.ko*" -o -name "${1//_/-}.ko*" \) | head -n 1)
		[ -n "$file" ] && [ ! -e "$to/${file#"$from"/}" ] || return 0
		install -D -m 644 "$file" "$to/${file#"$from"/}"
		for name in $(modinfo -F depends "$file" | tr , ' '); do take "$name"; done
	}
	take virtio_pci
	take virtio_net
	depmod -b "$lab/root" "$release"
	cp "$work"/kernel/boot/vmlinuz-* "$lab/vmlinuz"
	echo "$release" >"$lab/release"
fi

mkdir -p "$lab"/root/{bin,proc,sys,dev,tmp}
cp /usr/bin/busybox "$lab/root/bin/"
install -m 755 "$here/guest-init" "$lab/root/init"
chmod 755 "$lab/root"
(cd "$lab/root" && find . | LC_ALL=C sort | cpio -o -H newc --quiet -R 0:0) >"$lab/initramfs"

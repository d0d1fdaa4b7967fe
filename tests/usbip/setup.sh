#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds what run.sh boots: Debian's stock kernel (unmodified) and an initramfs around it.
# Everything lands in $USBIP_LAB (80 MB); a second call does nothing.
# Needs root for apt-get install only; with the programs already there, any user.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
lab=${USBIP_LAB:-${TMPDIR:-/tmp}/usbip-lab}
mkdir -p "$lab"
PATH=$PATH:/sbin:/usr/sbin

need=()
command -v qemu-system-x86_64 >/dev/null || need+=(qemu-system-x86)
[ -x /usr/bin/busybox ] && ! ldd /usr/bin/busybox >/dev/null 2>&1 || need+=(busybox-static)
command -v cpio >/dev/null || need+=(cpio)
command -v depmod >/dev/null || need+=(kmod)
command -v gcc >/dev/null || need+=(gcc libc6-dev)
command -v xz >/dev/null || need+=(xz-utils)
if [ ${#need[@]} -gt 0 ]; then
	echo "setup: installing ${need[*]}"
	apt-get -o DPkg::Lock::Timeout=300 -qq update
	DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -qq install -y --no-install-recommends "${need[@]}" >/dev/null
fi

# the kernel package is unpacked, never installed (no postinst, no initramfs-tools); of its 480 MB
# the kernel image and some twenty modules are kept
if [ ! -e "$lab/kernel-version" ]; then
	latest() { apt-cache depends linux-image-amd64 2>/dev/null | sed -n 's/.*Depends: \(linux-image-[0-9].*-amd64\)$/\1/p' | head -n1; }
	pkg=$(latest)
	[ -n "$pkg" ] || { apt-get -qq update; pkg=$(latest); }
	[ -n "$pkg" ] || { echo "setup: no linux-image-amd64 here (not Debian?)" >&2; exit 1; }
	echo "setup: fetching $pkg"
	tmp=$(mktemp -d "$lab/unpack.XXXXXX")
	(cd "$tmp" && { apt-get -qq download "$pkg" 2>/dev/null || { apt-get -qq update && apt-get -qq download "$pkg"; }; } && dpkg -x "$pkg"_*.deb k)
	ver=$(basename "$tmp"/k/lib/modules/*)
	src=$tmp/k/lib/modules/$ver dst=$tmp/m/lib/modules/$ver
	mkdir -p "$dst"; cp "$src"/modules.{order,builtin,builtin.modinfo} "$dst/"
	add() { # a module and what it depends on
		local m=$1 f d
		f=$(find "$src" -name "$m.ko*" -o -name "${m//_/-}.ko*" -o -name "${m//-/_}.ko*" | head -n1)
		[ -n "$f" ] || return 0 # built in
		[ ! -e "$dst/${f#"$src"/}" ] || return 0
		install -D -m644 "$f" "$dst/${f#"$src"/}"
		for d in $(modinfo -F depends "$f" | tr , ' '); do add "$d"; done
	}
	for m in virtio_pci virtio_net usbcore usbnet mii libphy smsc smsc95xx vhci-hcd mdio_devres fwnode_mdio; do add $m; done
	depmod -b "$tmp/m" "$ver"
	# an ELF vmlinux (taken out of the bzImage, same bytes) boots 2.7 s sooner under TCG
	z=$(ls "$tmp"/k/boot/vmlinuz-*)
	off=$(LC_ALL=C grep -obUaP '\xfd7zXZ\x00' "$z" | head -n1 | cut -d: -f1)
	tail -c +$((off + 1)) "$z" | xz -dc --single-stream 2>/dev/null >"$tmp/vmlinux" || true
	[ "$(head -c4 "$tmp/vmlinux" | tail -c3)" = ELF ] || cp "$z" "$tmp/vmlinux"
	rm -rf "$lab/modules"; mv "$tmp/m" "$lab/modules"; mv "$tmp/vmlinux" "$lab/vmlinux"; rm -rf "$tmp"
	echo "$ver" >"$lab/kernel-version"
fi
ver=$(cat "$lab/kernel-version")
[ "$lab/attach" -nt "$here/attach.c" ] || gcc -static -Os -s -Wall -o "$lab/attach" "$here/attach.c"

# initramfs: busybox, attach, init, modules
new="$lab/initramfs.cpio"
[ "$new" -nt "$here/init" ] && [ "$new" -nt "$lab/attach" ] && [ "$new" -nt "$lab/kernel-version" ] && exit 0
root=$(mktemp -d "$lab/root.XXXXXX")
mkdir -p "$root"/{bin,sbin,etc,proc,sys,dev,tmp}
cp -r "$lab/modules/lib" "$root/"
cp /usr/bin/busybox "$lab/attach" "$root/bin/"
install -m755 "$here/init" "$root/init"
chmod 755 "$root"
(cd "$root" && find . | LC_ALL=C sort | cpio -o -H newc --quiet -R 0:0) >"$root.cpio"
mv "$root.cpio" "$new"; rm -rf "$root"
echo "setup: kernel $ver, initramfs $(du -h "$new" | cut -f1), cache $lab"

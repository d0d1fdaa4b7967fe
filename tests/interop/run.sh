#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# run.sh: a simulated world and a real kernel on one wire; README.md says what is looked at.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
lab=${INTEROP_LAB:-${TMPDIR:-/tmp}/ringzero-interop}
limit=${INTEROP_LIMIT:-240}
"$here/guest.sh" "$lab" || exit $?
command=$top/dist/cli/ringzero.mjs
[ -e "$command" ] || { echo "interop: no $command: npm run build" >&2; exit 3; }

out=$(mktemp -d "$lab/run.XXXXXX")
ours=$((20000 + RANDOM % 20000))
theirs=$((ours + 1))
node "$command" run --cable "udp:$ours:$theirs" --timeout "$limit" "$here/pc-script" \
	>"$out/pc.log" 2>"$out/pc.err" </dev/null &
pc=$!
qemu-system-x86_64 -nodefaults -display none -no-reboot -accel tcg -cpu max -m 256 \
	-kernel "$lab/vmlinuz" -initrd "$lab/initramfs" -append "console=ttyS0 quiet panic=-1" \
	-netdev "socket,id=wire,udp=127.0.0.1:$ours,localaddr=127.0.0.1:$theirs" \
	-device virtio-net-pci,netdev=wire,mac=52:54:00:aa:bb:01,romfile= \
	-serial "file:$out/console.log" -serial "file:$out/guest.log" </dev/null >"$out/qemu.log" 2>&1 &
guest=$!
trap 'kill $pc $guest 2>/dev/null; wait 2>/dev/null' EXIT

ends=$((SECONDS + limit))
while kill -0 $pc 2>/dev/null || kill -0 $guest 2>/dev/null; do
	[ $SECONDS -lt $ends ] || break
	sleep 0.5
done
tr -d '\r' <"$out/guest.log" 2>/dev/null | grep -E '^(PASS|FAIL) ' >"$out/results"
grep -E '^(PASS|FAIL) ' "$out/pc.log" >>"$out/results"
failed=0
for name in guest-dhcp guest-ping-gateway guest-ping-pc guest-download guest-closed \
	pc-dhcp pc-ping-guest pc-download pc-closed; do
	line=$(grep -E "^(PASS|FAIL) $name( |$)" "$out/results" | head -n 1)
	echo "${line:-FAIL $name never came}"
	case $line in PASS*) ;; *) failed=$((failed + 1)) ;; esac
done
if [ $failed = 0 ]; then
	echo "interop: all pass, with Debian's $(cat "$lab/release")"
	exit 0
fi
echo "interop: $failed failed; logs in $out" >&2
tail -n 5 "$out/pc.err" "$out/qemu.log" "$out/console.log" >&2
exit 1

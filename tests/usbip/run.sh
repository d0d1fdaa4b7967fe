#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# run.sh [options] HOST:PORT
# Boots Debian's kernel in QEMU (TCG), lets its unmodified smsc95xx driver bind to the
# device a USB/IP server exports at HOST:PORT (loopback), and judges. See README.md.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
lab=${USBIP_LAB:-${TMPDIR:-/tmp}/usbip-lab}
busid=1-1 id=0424:ec00 far=10.0.2.2 ip=10.0.2.15/24 url= sha= mac= hookcmd= debug=0 modparam= out= limit=240 smp=1 minrate=0
mgmtnet=192.0.2 quiet=0 optional=
usage() { sed -n '/^## Options/,/^## /p' "$here/README.md" | sed '$d'; exit 2; }
while [ $# -gt 0 ]; do
	case $1 in
	--busid) busid=$2; shift 2;; --id) id=$2; shift 2;;
	--far) far=$2; shift 2;; --ip) ip=$2; shift 2;;
	--url) url=$2; shift 2;; --sha256) sha=$2; shift 2;;
	--mac) mac=$2; shift 2;;
	--hook) hookcmd=$2; shift 2;; --modparam) modparam=$2; shift 2;;
	--out) out=$2; shift 2;; --limit) limit=$2; shift 2;; --smp) smp=$2; shift 2;;
	--min-rate) minrate=$2; shift 2;; --optional) optional=$2; shift 2;; --mgmt-net) mgmtnet=$2; shift 2;;
	--debug) debug=1; shift;; --quiet) quiet=1; shift;;
	-*) usage;; *) break;;
	esac
done
[ $# = 1 ] || usage
host=${1%:*} port=${1##*:}
case $host in 127.*|localhost) srv=$mgmtnet.2;; *) echo "run: only a loopback server is judged" >&2; exit 2;; esac
"$here/setup.sh" || exit 3

out=${out:-$(mktemp -d "$lab/run.XXXXXX")}; mkdir -p "$out"; rm -f "$out"/*.log "$out"/results.txt
fifo=$(mktemp -u "$out/ctl.XXXX"); mkfifo "$fifo.in" "$fifo.out"
append="console=ttyS0 panic=-1 loglevel=7 nokaslr mitigations=off cryptomgr.notests random.trust_cpu=on log_buf_len=4M net.ifnames=0 \
lab.srv=$srv lab.port=$port lab.mgmt=$mgmtnet.15/24 lab.busid=$busid lab.id=$id lab.far=$far lab.ip=$ip \
lab.debug=$debug lab.minrate=$minrate"
[ -n "$optional" ] && append+=" lab.optional=$optional"
[ -n "$url" ] && append+=" lab.url=$url"
[ -n "$sha" ] && append+=" lab.sha=$sha"
[ -n "$mac" ] && append+=" lab.mac=$mac"
[ -n "$modparam" ] && append+=" lab.modparam=$modparam"
[ -n "$hookcmd" ] && append+=" lab.hooks=1"

start=$(date +%s.%N)
qemu-system-x86_64 -nodefaults -display none -no-reboot -accel tcg,thread=multi -cpu max -M q35 -smp "$smp" -m 384 \
	-kernel "$lab/vmlinux" -initrd "$lab/initramfs.cpio" -append "$append" \
	-netdev "user,id=m,net=$mgmtnet.0/24,host=$mgmtnet.2,ipv6=off" -device virtio-net-pci,netdev=m,romfile= \
	-serial "file:$out/console.log" -chardev "pipe,id=ctl,path=$fifo" -serial chardev:ctl -serial "file:$out/dmesg.log" \
	</dev/null >"$out/qemu.log" 2>&1 &
qemu=$!
cleanup() { kill "$qemu" 2>/dev/null; wait "$qemu" 2>/dev/null; rm -f "$fifo.in" "$fifo.out"; }
trap cleanup EXIT
trap 'exit 130' INT TERM
exec 7<>"$fifo.out" 6<>"$fifo.in"

npass=0 nfail=0 nskip=0 done=0 failed=
while :; do
	now=$(date +%s); [ $((now - ${start%.*})) -lt "$limit" ] || { echo "FAIL timeout no end after $limit s" | tee -a "$out/results.txt"; nfail=$((nfail + 1)); failed+=" timeout"; break; }
	if IFS= read -r -t 2 line <&7; then
		line=${line%$'\r'}
		case $line in
		HOOK\ *) if $hookcmd ${line#HOOK } >>"$out/hook.log" 2>&1; then echo OK >&6; else echo NO >&6; fi; continue;;
		PASS\ *) npass=$((npass + 1));; FAIL\ *) nfail=$((nfail + 1)); set -- $line; failed+=" $2";; SKIP\ *) nskip=$((nskip + 1));;
		esac
		echo "$line" >>"$out/results.txt"
		case $line in INFO\ regs*|INFO\ desc*) ;; INFO\ *) [ $quiet = 1 ] || echo "$line";; *) echo "$line";; esac
		case $line in INFO\ done=*) done=1; break;; esac
	elif ! kill -0 "$qemu" 2>/dev/null; then
		echo "FAIL guest QEMU ended early: $(tail -n 2 "$out/qemu.log" "$out/console.log" 2>/dev/null | tr '\n' ' ')" | tee -a "$out/results.txt"
		nfail=$((nfail + 1)); failed+=" guest"; break
	fi
done
if [ $done = 1 ]; then for _ in $(seq 50); do kill -0 "$qemu" 2>/dev/null || break; sleep 0.1; done; fi
wall=$(echo "$(date +%s.%N) - $start" | bc 2>/dev/null || echo $(($(date +%s) - ${start%.*})))
if [ $quiet = 0 ]; then
	echo "---- dmesg ($out/dmesg.log) ----"
	if [ -s "$out/dmesg.log" ]; then tr -d '\r' <"$out/dmesg.log" | sed -n '/judge: phase devlist/,$p' | grep -vE 'vhci_hcd: (unlink->seqnum|urb->status)'; else tail -n 40 "$out/console.log"; fi
fi
verdict=PASS; [ $nfail = 0 ] && [ $done = 1 ] || verdict=FAIL
printf 'SUMMARY %s pass=%d fail=%d skip=%d wall=%.1fs out=%s%s\n' $verdict $npass $nfail $nskip "$wall" "$out" "${failed:+ failed:$failed}" | tee -a "$out/results.txt"
[ $verdict = PASS ]

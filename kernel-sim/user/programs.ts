// SPDX-License-Identifier: GPL-2.0-or-later
/** Every program of the machine, and where it is installed. Boot makes an executable of each. */
import type { Program } from '../uapi/user-cpu.ts';
import { arp } from './arp.ts';
import { basename } from './basename.ts';
import { cat } from './cat.ts';
import { cc } from './cc.ts';
import { chmod } from './chmod.ts';
import { md5sum, sha1sum, sha224sum, sha256sum, sha384sum, sha512sum } from './checksum.ts';
import { chown } from './chown.ts';
import { chrt } from './chrt.ts';
import { clear } from './clear.ts';
import { cmp } from './cmp.ts';
import { comm } from './comm.ts';
import { cp } from './cp.ts';
import { curl } from './curl.ts';
import { cut } from './cut.ts';
import { date } from './date.ts';
import { dd } from './dd.ts';
import { diff } from './diff.ts';
import { depmod } from './depmod.ts';
import { dirname } from './dirname.ts';
import { dmesg } from './dmesg.ts';
import { dnsd } from './dnsd.ts';
import { echo } from './echo.ts';
import { env } from './env.ts';
import { ethtool } from './ethtool.ts';
import { falseProgram } from './false.ts';
import { find } from './find.ts';
import { free } from './free.ts';
import { getty } from './getty.ts';
import { grep } from './grep.ts';
import { groups } from './groups.ts';
import { halt, poweroff, reboot, shutdown } from './halt.ts';
import { head } from './head.ts';
import { hd, hexdump } from './hexdump.ts';
import { hostname } from './hostname.ts';
import { hotplug } from './hotplug.ts';
import { httpd } from './httpd.ts';
import { id } from './id.ts';
import { ifconfig } from './ifconfig.ts';
import { init } from './init.ts';
import { insmod } from './insmod.ts';
import { ip } from './ip.ts';
import { iperf3 } from './iperf3.ts';
import { kill } from './kill.ts';
import { less } from './less.ts';
import { ln } from './ln.ts';
import { ls } from './ls.ts';
import { lsmod } from './lsmod.ts';
import { lsusb } from './lsusb.ts';
import { usbreset } from './usbreset.ts';
import { make } from './make.ts';
import { mkdir } from './mkdir.ts';
import { mkfifo } from './mkfifo.ts';
import { mknod } from './mknod.ts';
import { modinfo } from './modinfo.ts';
import { modprobe } from './modprobe.ts';
import { mv } from './mv.ts';
import { nc } from './nc.ts';
import { netstat } from './netstat.ts';
import { nice } from './nice.ts';
import { nproc } from './nproc.ts';
import { nslookup } from './nslookup.ts';
import { od } from './od.ts';
import { paste } from './paste.ts';
import { ping } from './ping.ts';
import { printenv } from './printenv.ts';
import { printf } from './printf.ts';
import { ps } from './ps.ts';
import { pwd } from './pwd.ts';
import { readlink } from './readlink.ts';
import { realpath } from './realpath.ts';
import { plug, unplug } from './plug.ts';
import { rev } from './rev.ts';
import { renice } from './renice.ts';
import { rm } from './rm.ts';
import { route } from './route.ts';
import { rmdir } from './rmdir.ts';
import { rmmod } from './rmmod.ts';
import { sed } from './sed.ts';
import { seq } from './seq.ts';
import { sh } from './sh/main.ts';
import { slabtop } from './slabtop.ts';
import { sleep } from './sleep.ts';
import { sort } from './sort.ts';
import { ss } from './ss.ts';
import { stat } from './stat.ts';
import { stty } from './stty.ts';
import { sudo } from './sudo.ts';
import { strace } from './strace.ts';
import { sync } from './sync.ts';
import { sysctl } from './sysctl.ts';
import { tac } from './tac.ts';
import { tail } from './tail.ts';
import { taskset } from './taskset.ts';
import { tcpdump } from './tcpdump.ts';
import { tee } from './tee.ts';
import { bracket, test } from './test.ts';
import { timeout } from './timeout.ts';
import { top } from './top.ts';
import { touch } from './touch.ts';
import { tr } from './tr.ts';
import { traceroute } from './traceroute.ts';
import { trueProgram } from './true.ts';
import { tsRun } from './ts-run.ts';
import { udhcpc } from './udhcpc.ts';
import { udhcpd } from './udhcpd.ts';
import { uname } from './uname.ts';
import { uniq } from './uniq.ts';
import { uptime } from './uptime.ts';
import { vmstat } from './vmstat.ts';
import { watch } from './watch.ts';
import { wc } from './wc.ts';
import { wget } from './wget.ts';
import { which } from './which.ts';
import { whoami } from './whoami.ts';
import { xargs } from './xargs.ts';
import { yes } from './yes.ts';

export interface InstalledProgram {
  readonly path: string;
  readonly mode: number;
  readonly program: Program;
}

const EXECUTABLE = 0o755;
const SET_USER_ID = 0o4755;

function inFolder(
  folder: string,
  programs: Readonly<Record<string, Program>>,
): readonly InstalledProgram[] {
  return Object.entries(programs).map(([name, program]) => ({
    path: `${folder}/${name}`,
    mode: EXECUTABLE,
    program,
  }));
}

/** What runs a file that cannot run itself, by the ending of its name. Linux: binfmt_misc. */
export const INTERPRETERS: ReadonlyMap<string, string> = new Map([['.ts', '/usr/bin/ts-run']]);

/** Where Debian has them; /bin and /sbin are links to these folders. */
export const INSTALLED_PROGRAMS: readonly InstalledProgram[] = [
  ...inFolder('/usr/bin', {
    '[': bracket,
    basename,
    bash: sh,
    cat,
    cc,
    chmod,
    chown,
    chrt,
    clear,
    cmp,
    comm,
    cp,
    curl,
    cut,
    date,
    dd,
    diff,
    dirname,
    dmesg,
    echo,
    env,
    false: falseProgram,
    find,
    free,
    grep,
    groups,
    hd,
    head,
    hexdump,
    hostname,
    id,
    iperf3,
    kill,
    less,
    ln,
    ls,
    lsmod,
    lsusb,
    usbreset,
    make,
    md5sum,
    mkdir,
    mkfifo,
    mknod,
    mv,
    nc,
    netstat,
    nice,
    nproc,
    nslookup,
    renice,
    taskset,
    od,
    paste,
    ping,
    printenv,
    printf,
    ps,
    pwd,
    readlink,
    realpath,
    plug,
    rev,
    rm,
    rmdir,
    sed,
    seq,
    sh,
    sha1sum,
    sha224sum,
    sha256sum,
    sha384sum,
    sha512sum,
    slabtop,
    sleep,
    sort,
    ss,
    stat,
    stty,
    strace,
    sync,
    tac,
    tail,
    tcpdump,
    tee,
    test,
    timeout,
    top,
    touch,
    tr,
    traceroute,
    traceroute6: traceroute,
    true: trueProgram,
    'ts-run': tsRun,
    uname,
    uniq,
    unplug,
    uptime,
    vmstat,
    watch,
    wc,
    wget,
    which,
    whoami,
    xargs,
    yes,
  }),
  ...inFolder('/usr/sbin', {
    dnsd,
    ethtool,
    hotplug,
    httpd,
    udhcpc,
    udhcpd,
    arp,
    ifconfig,
    route,
    getty,
    depmod,
    init,
    insmod,
    ip,
    modinfo,
    modprobe,
    rmmod,
    sysctl,
    halt,
    poweroff,
    reboot,
    shutdown,
  }),
  { path: '/usr/bin/sudo', mode: SET_USER_ID, program: sudo },
];

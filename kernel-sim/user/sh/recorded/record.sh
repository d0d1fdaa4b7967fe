#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Records what the real bash answers to each script of scripts.txt, for conformance.test.ts.
# Run as root on a Linux machine with bash 5.2, python3 and util-linux; writes bash.json beside itself.
cd "$(dirname "$0")" || exit 1
exec unshare --mount python3 - <<'PY'
import json, os, pathlib, shutil, subprocess
scripts = [s for s in pathlib.Path('scripts.txt').read_text().split('\n%%\n')]
scripts[-1] = scripts[-1].rstrip('\n')
home = '/home/user'
os.makedirs(home, exist_ok=True)
subprocess.run(['mount', '-t', 'tmpfs', '-o', 'uid=1000,gid=1000', 'none', home], check=True)
env = {'HOME': home, 'USER': 'user', 'LOGNAME': 'user', 'SHELL': '/bin/bash', 'LANG': 'C.UTF-8', 'PWD': home,
       'PATH': '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'}
records = []
for script in scripts:
    for entry in pathlib.Path(home).iterdir():
        shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    run = subprocess.run(['bash', '-c', script, 'bash'], cwd=home, env=env, stdin=subprocess.DEVNULL,
                         capture_output=True, text=True, user=1000, group=1000, extra_groups=[])
    records.append({'script': script, 'stdout': run.stdout, 'stderr': run.stderr, 'status': run.returncode})
pathlib.Path('bash.json').write_text(json.dumps(records, indent=2, ensure_ascii=False) + '\n')
PY

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Records what Debian 12's tools answer to each line of scripts.txt, for conformance.test.ts.
# Run as root on such a machine with python3 and procps; writes tools.json beside itself.
cd "$(dirname "$0")" || exit 1
exec unshare --mount python3 - <<'PY'
import json, os, pathlib, shutil, subprocess
scripts = pathlib.Path('scripts.txt').read_text().rstrip('\n').split('\n')
fixture = pathlib.Path('fixture.sh').read_text()
home = '/home/user'
os.makedirs(home, exist_ok=True)
subprocess.run(['mount', '-t', 'tmpfs', '-o', 'uid=1000,gid=1000', 'none', home], check=True)
etc = pathlib.Path('/tmp/ringzero-etc')
etc.mkdir(exist_ok=True)
for name, text in {
    'passwd': 'root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n'
              'user:x:1000:1000:user:/home/user:/bin/bash\n',
    'group': 'root:x:0:\ntty:x:5:\nsudo:x:27:user\nuser:x:1000:\nnogroup:x:65534:\n',
}.items():
    (etc / name).write_text(text)
    subprocess.run(['mount', '--bind', etc / name, f'/etc/{name}'], check=True)
env = {'HOME': home, 'USER': 'user', 'LOGNAME': 'user', 'SHELL': '/bin/bash', 'LANG': 'C.UTF-8',
       'PWD': home, 'TZ': 'UTC', 'PATH': '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'}
records = []
for script in scripts:
    for entry in pathlib.Path(home).iterdir():
        shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
    run = subprocess.run(['bash', '-c', fixture + script, 'bash'], cwd=home, env=env,
                         stdin=subprocess.DEVNULL, capture_output=True, user=1000, group=1000,
                         extra_groups=[27])
    text = lambda data: data.decode('utf-8', 'replace')
    records.append({'script': script, 'stdout': text(run.stdout), 'stderr': text(run.stderr),
                    'status': run.returncode})
pathlib.Path('tools.json').write_text(json.dumps(records, indent=1, ensure_ascii=False) + '\n')
PY

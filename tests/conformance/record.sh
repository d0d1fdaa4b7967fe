#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Records what Debian 12's tools answer to the scripts of tools/ and shell/, for replay.ts.
#
#     tests/conformance/record.sh [GROUP]...
#
# Run as root on such a machine with python3; each group becomes GROUP.json beside its GROUP.txt.
# A script sees an empty /dev/null, a home of its own and, in tools/, the files of fixture.sh.
cd "$(dirname "$0")" || exit 1
exec unshare --mount --uts python3 - "$@" <<'PY'
import json, os, pathlib, shutil, subprocess, sys
PACKAGES = ['bash', 'bsdextrautils', 'bsdutils', 'coreutils', 'debianutils', 'diffutils', 'file', 'findutils',
            'grep', 'hostname', 'less', 'mawk', 'ncurses-bin', 'procps', 'sed', 'util-linux', 'xxd', 'binutils']
home = '/home/user'
os.makedirs(home, exist_ok=True)
subprocess.run(['mount', '-t', 'tmpfs', '-o', 'uid=1000,gid=1000', 'none', home], check=True)
subprocess.run(['mount', '-t', 'tmpfs', '-o', 'mode=1777', 'none', '/tmp'], check=True)
subprocess.run(['hostname', 'ringzero'], check=True)
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
query = subprocess.run(['dpkg-query', '-W', '-f', '${Package} ${Version}\n', *PACKAGES],
                       capture_output=True, text=True)
versions = dict(line.split() for line in query.stdout.splitlines())
pathlib.Path('versions.json').write_text(json.dumps(versions, indent=2) + '\n')

def scripts_of(path):
    """Blocks between lines of %%, or else a script per line."""
    text = path.read_text().rstrip('\n')
    return text.split('\n%%\n') if '\n%%\n' in text else text.split('\n')

def record(script, fixture):
    for entry in pathlib.Path(home).iterdir():
        shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
    run = subprocess.run(['bash', '-c', fixture + script, 'bash'], cwd=home, env=env,
                         stdin=subprocess.DEVNULL, capture_output=True, user=1000, group=1000,
                         extra_groups=[27], timeout=20)
    text = lambda data: data.decode('utf-8', 'replace')
    return {'script': script, 'stdout': text(run.stdout), 'stderr': text(run.stderr), 'status': run.returncode}

for folder in ['tools', 'shell']:
    fixture = pathlib.Path('fixture.sh').read_text() if folder == 'tools' else ''
    for path in sorted(pathlib.Path(folder).glob('*.txt')):
        if len(sys.argv) > 1 and path.stem not in sys.argv[1:]:
            continue
        records = [record(script, fixture) for script in scripts_of(path)]
        path.with_suffix('.json').write_text(json.dumps(records, indent=1, ensure_ascii=False) + '\n')
PY

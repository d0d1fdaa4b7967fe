// SPDX-License-Identifier: GPL-2.0-or-later
/** /sys/kernel/slab: what each cache tells, and what can be asked of it. */
import { expect, it } from 'vitest';

import { runScript, userFile, type ScriptResult } from '../support/machine.ts';

/** The first build of a run is slow where machines are shared. */
const PATIENCE_MS = 60_000;

/** A module with a cache of its own, and one object of it. */
const SOURCE = `import { module } from "kernel";
import {
  GFP_KERNEL, kmem_cache_alloc, kmem_cache_create, kmem_cache_destroy, kmem_cache_free, NULL,
} from "kernel/raw";
import type { kmem_cache, Ptr } from "kernel/raw";
import type { u8 } from "uapi";

class Things implements Disposable {
  readonly cache: Ptr<kmem_cache>;
  readonly thing: Ptr<u8>;
  constructor(cache: Ptr<kmem_cache>, thing: Ptr<u8>) {
    this.cache = cache;
    this.thing = thing;
  }
  static init(): Things {
    // SAFETY: what may be written behind the object is what the test is about.
    unsafe: {
      const cache = kmem_cache_create("things/odd", 64, 0, 0, NULL);
      const p: Ptr<u8> = kmem_cache_alloc(cache, GFP_KERNEL);
      SPOIL
      return new Things(cache, p);
    }
  }
  [Symbol.dispose](): void {
    // SAFETY: nobody has them any more.
    unsafe: {
      kmem_cache_free(this.cache, this.thing);
      kmem_cache_destroy(this.cache);
    }
  }
}

export default module(Things, { license: "GPL" });
`;

function load(script: string, cmdline: string, spoil = ''): ScriptResult {
  const source = SOURCE.replace('SPOIL', spoil);
  const files = [userFile('t/things.ts', source), userFile('t/Kbuild', 'obj-m := things.o\n')];
  const build = 'cd t && make > /tmp/make 2>&1 || { cat /tmp/make; exit 99; }';
  return runScript(`${build}\n${script}`, { files, cmdline });
}

it('describes each cache to root', () => {
  const { stdout, stderr, status } = runScript(`
cd /sys/kernel/slab/kmem_cache || exit 1
ls
cat object_size || true
sudo grep . align object_size objs_per_slab order aliases usersize red_zone
sudo cat objects total_objects slabs slab_size
sudo grep '^kmem_cache ' /proc/slabinfo
ls /sys/kernel/slab/none`);
  expect(stderr).toContain('cat: object_size: Permission denied');
  expect(stderr).toContain("'/sys/kernel/slab/none': No such file");
  expect(status).toBe(2);
  expect(stdout).toMatch(
    /^aliases\nalign\n[^]*\nvalidate\nalign:64\nobject_size:256\nobjs_per_slab:/u,
  );
  expect(stdout).toContain('aliases:0\nusersize:0\nred_zone:0\n');
  const numbers = /^(\d+) N0=\1\n(\d+) N0=\2\n(\d+) N0=\3\n(\d+)\nkmem_cache +(.*) : tun/mu;
  const [, active, total, slabs, slotBytes, columns = ''] = numbers.exec(stdout) ?? [];
  const [, all, sizeBytes] = columns.split(/ +/u);
  expect([total, slotBytes]).toEqual([all, sizeBytes]);
  expect(Number(active)).toBeGreaterThan(0);
  expect(Number(slabs)).toBeGreaterThan(0);
});

it('has the caches of modules for as long as they are there', { timeout: PATIENCE_MS }, () => {
  const { stdout, stderr } = load(
    `sudo insmod things.ko; cd /sys/kernel/slab; ls -d things*
sudo grep . things!odd/object_size things!odd/objects; sudo rmmod things; ls -d things*`,
    '',
  );
  expect(stdout).toBe('things!odd\nthings!odd/object_size:64\nthings!odd/objects:1 N0=1\n');
  expect(stderr).toContain("'things*': No such file or directory");
});

const SPOILT = 'p[70] = 0x12;';

it('looks at the objects of a cache when told', { timeout: PATIENCE_MS }, () => {
  const asked = 'sudo insmod things.ko; echo 1 | sudo tee "/sys/kernel/slab/things!odd/validate"';
  const { stdout, logText } = load(asked, 'kasan=off slub_debug=FZPU', SPOILT);
  expect(stdout).toBe('1\n');
  expect(logText).toMatch(/BUG things\/odd \(.*\): Right Redzone overwritten/u);
  const sound = load(asked, 'kasan=off slub_debug=FZPU');
  expect(sound.stdout).toBe('1\n');
  expect(sound.logText).not.toContain('overwritten');
});

it('refuses to look where nothing is noted', () => {
  const { stderr } = runScript('echo 1 | sudo tee /sys/kernel/slab/kmalloc-96/validate');
  expect(stderr).toBe('tee: /sys/kernel/slab/kmalloc-96/validate: Invalid argument\n');
});

it('links a cache that was merged to what it is', { timeout: PATIENCE_MS }, () => {
  const twice = 'kmem_cache_create("twice", 64, 0, 0, NULL);';
  const { stdout, stderr } = load(
    `sudo insmod things.ko; cd /sys/kernel/slab; readlink twice
sudo grep . twice/aliases twice/object_size; echo 1 | sudo tee twice/failslab`,
    'kasan=off',
    twice,
  );
  expect(stdout).toBe('things!odd\ntwice/aliases:1\ntwice/object_size:64\n1\n');
  expect(stderr).toBe('tee: twice/failslab: Invalid argument\n');
});

it('marks the caches that failslab may let fail', () => {
  const { stdout, stderr } = runScript(`
cd /sys/kernel/slab
sudo cat kmalloc-64/failslab
echo 1 | sudo tee kmalloc-64/failslab
sudo cat kmalloc-64/failslab kmalloc-96/failslab`);
  expect(stderr).toBe('');
  expect(stdout).toBe('0\n1\n1\n0\n');
});

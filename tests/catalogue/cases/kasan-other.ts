// SPDX-License-Identifier: GPL-2.0-or-later
/** What is no object of kmalloc's: globals, vmalloc areas; and what is freed by somebody else. */
import { SETTING, type BugCase } from '../bug-case.ts';

const setting = SETTING.KASAN;

export const KASAN_OTHER_CASES: readonly BugCase[] = [
  {
    id: 'kasan/kasan_global_oob_right',
    top: '  const global_array: Ptr<u8> = global_buffer(10);',
    body: `
  const p = global_array; // PLACE p
- void p[13]; // BAD R1@p+13
+ void p[9];`,
    setting,
  },
  {
    id: 'kasan/kasan_global_oob_left',
    top: `
  const neighbour: Ptr<u8> = global_buffer(10);
  const global_array: Ptr<u8> = global_buffer(10);`,
    body: `
  neighbour[0] = 1;
  const p = global_array; // PLACE p
- void p[-3]; // BAD R1@p-3
+ void p[3];`,
    setting,
  },
  {
    id: 'kasan/vmalloc_oob',
    body: `
  const p: Ptr<u8> = vmalloc(2035); // PAGES p 2035
- void p[2035]; // BAD R1@p+2035
- void p[2040]; // BAD R1@p+2040
+ void p[2034];
  vfree(p);`,
    setting,
  },
  {
    id: 'kasan-extra/vmalloc-uaf-after-vfree',
    body: `
  const p: Ptr<u8> = vmalloc(4096); // PAGES p 4096
- vfree(p); // FREE p
- void p[0]; // BAD R1@p trap
+ void p[0];
+ vfree(p);`,
    // The sanitizer says so, and then nothing is there: killed.
    status: 137,
    setting,
  },
  {
    id: 'kasan/kmem_cache_rcu_uaf',
    body: `
  const cache = kmem_cache_create("things", 200, 0, SLAB_TYPESAFE_BY_RCU, NULL);
  const p: Ptr<u8> = kmem_cache_alloc(cache, GFP_KERNEL); // ALLOC p 200
  p[0] = 1;
  rcu_read_lock();
  kmem_cache_free(cache, p); // FREE p
  void p[0];
  rcu_read_unlock();
  rcu_barrier();
- void p[0]; // BAD R1@p
  kmem_cache_destroy(cache);`,
    setting,
  },
  {
    id: 'kasan/rcu_uaf',
    top: `
  class Info extends struct({ value: u32, rcu: rcu_head }) {}
  function reclaim(head: Ptr<rcu_head>): void {
    "use unsafe";
    const info = container_of(head, Info, "rcu");
-   kfree(info); // FREE p
-   void info.$.value; // BAD R4@p
+   void info.$.value;
+   kfree(info);
  }`,
    body: `
  const p: Ptr<Info> = kmalloc(Info.size, GFP_KERNEL); // ALLOC p 24
  p.$.value = 1;
  call_rcu(addr_of(p.$.rcu), reclaim); // WORK p
  rcu_barrier();`,
    setting,
  },
  {
    id: 'kasan/workqueue_uaf',
    top: `
  function free_itself(work: Ptr<work_struct>): void {
    "use unsafe";
    kfree(work); // FREE p
  }
+ function do_nothing(work: Ptr<work_struct>): void {
+   "use unsafe";
+   void work.$.data;
+ }`,
    body: `
  const workqueue = create_workqueue("things");
  const p: Ptr<work_struct> = kmalloc(work_struct.size, GFP_KERNEL); // ALLOC p 32
- INIT_WORK(p, free_itself);
+ INIT_WORK(p, do_nothing);
  queue_work(workqueue, p); // WORK p
  destroy_workqueue(workqueue);
- void p.$.data; // BAD R8@p
+ void p.$.data;
+ free_itself(p);`,
    setting,
  },
];

// SPDX-License-Identifier: GPL-2.0-or-later
/** Reads what an adapter has counted, once a second: an URB that a thread submits over and over. */
import { Errno, println, type Ref } from "kernel";
import {
  GFP_KERNEL,
  IS_ERR,
  kfree,
  kmalloc,
  kthread_run,
  kthread_should_stop,
  kzalloc,
  usb_alloc_urb,
  usb_ctrlrequest,
  usb_fill_control_urb,
  usb_free_urb,
  usb_kill_urb,
  usb_rcvctrlpipe,
  usb_submit_urb,
  task_struct,
  urb,
  type Ptr,
  type VoidPtr,
} from "kernel/raw";
import { msleep } from "kernel/time";
import type { UsbDevice } from "kernel/usb";
import { le32, ptr, struct, u32 } from "uapi";

/** A vendor request to the device, which it answers. */
const TYPE = 0xc0;
const GET_STATISTICS = 0xa2;
const PERIOD_MS = 1000;

/** What it answers for index 0: the frames that have come. */
class Counters extends struct({
  good: le32,
  crc_errors: le32,
  runts: le32,
  alignment_errors: le32,
  too_long: le32,
  late_collisions: le32,
  bad: le32,
  dropped: le32,
}) {}

export class Poller extends struct({
  request: ptr<urb>(),
  setup: ptr<usb_ctrlrequest>(),
  counters: ptr<Counters>(),
  thread: ptr<task_struct>(),
  good: u32,
}) {}

/** Context: softirq. */
function answered(request: Ptr<urb>): void {
  "use unsafe";
  const poller: Ptr<Poller> = request.$.context;
  if (request.$.status === 0) poller.$.good = poller.$.counters.$.good;
}

function poll(data: VoidPtr): number {
  "use unsafe";
  const poller: Ptr<Poller> = data;
  while (!kthread_should_stop()) {
    usb_submit_urb(poller.$.request, GFP_KERNEL);
    msleep(PERIOD_MS);
  }
  return 0;
}

/** To be ended by `kthread_stop(poller.$.thread)`, then `free_poller`. */
export function start_polling(device: Ref<UsbDevice>): Ptr<Poller> {
  "use unsafe";
  const poller: Ptr<Poller> = kzalloc(Poller.size, GFP_KERNEL);
  if (!poller) throw Errno.ENOMEM;
  poller.$.request = usb_alloc_urb(0, GFP_KERNEL);
  poller.$.setup = kzalloc(usb_ctrlrequest.size, GFP_KERNEL);
  poller.$.counters = kmalloc(Counters.size, GFP_KERNEL);
  if (!poller.$.request || !poller.$.setup || !poller.$.counters) {
    free_poller(poller);
    throw Errno.ENOMEM;
  }
  poller.$.setup.$.bRequestType = TYPE;
  poller.$.setup.$.bRequest = GET_STATISTICS;
  poller.$.setup.$.wLength = Counters.size;
  usb_fill_control_urb(
    poller.$.request,
    device,
    usb_rcvctrlpipe(device, 0),
    poller.$.setup,
    poller.$.counters,
    Counters.size,
    answered,
    poller,
  );
  poller.$.thread = kthread_run(poll, poller, "smsc95xx_stats");
  if (IS_ERR(poller.$.thread)) {
    free_poller(poller);
    throw Errno.ENOMEM;
  }
  return poller;
}

/** Nobody submits its URB any more. */
export function free_poller(poller: Ptr<Poller>): void {
  "use unsafe";
  if (poller.$.request) usb_kill_urb(poller.$.request);
  println(`the adapter has heard ${poller.$.good} frames`);
  usb_free_urb(poller.$.request);
  kfree(poller.$.setup);
  kfree(poller.$.counters);
  kfree(poller);
}

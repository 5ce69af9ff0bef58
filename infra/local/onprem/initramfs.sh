#!/bin/sh
# The initramfs: drivers, then the root file system of the guest's own disk.
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
for module in virtio_pci virtio_blk virtio_net virtio_rng ext4 button evdev; do
  modprobe $module 2>/dev/null
done
until [ -b /dev/vda2 ]; do usleep 20000; done
mount -t ext4 /dev/vda2 /mnt
for name in proc sys dev; do mount --move /$name /mnt/$name; done
exec switch_root /mnt /sbin/init

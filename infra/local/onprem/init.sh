#!/bin/sh
# The guest: its first line on the console, an address, the seed, the power button, new disks.
/bin/busybox --install -s /bin
exec >/dev/ttyS0 2>&1
# -d: in the foreground, without a log file.
acpid -d >/dev/null 2>&1 &
echo "novacron guest ready: Linux $(uname -r), root on $(awk '$2 == "/" && $3 == "ext4" {print $1}' /proc/mounts)"
if [ -d /sys/class/net/eth0 ]; then
  ifconfig eth0 up
  udhcpc -i eth0 -q -n -t 5 >/dev/null 2>&1 && echo "novacron guest address: $(ifconfig eth0 | awk -F'[: ]+' '/inet addr/ {print $4}')"
fi
# A label as cloud-init's NoCloud looks for it (ISO 9660's volume name is at byte 32808).
for module in ata_piix sr_mod isofs; do modprobe $module; done
for disk in /sys/block/sr*; do
  disk=/dev/${disk##*/}
  [ "$(dd if=$disk bs=1 skip=32808 count=6 2>/dev/null)" = CIDATA ] || continue
  mount -t iso9660 -o ro $disk /mnt && echo "novacron guest seed: $(tail -n 1 /mnt/user-data)"
done
known=""
while true; do
  for disk in /sys/block/vd*; do
    name=${disk##*/}
    case " $known " in *" $name "*) ;; *) known="$known $name"; echo "novacron guest disk $name: $(cat $disk/size) sectors";; esac
  done
  sleep 1
done

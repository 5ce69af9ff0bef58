#!/bin/sh
# The guest: its first line on the console, an address, the seed, the power button, new disks; and
# a writer on a disk that it once was told to write to, also after that disk has moved.
/bin/busybox --install -s /bin
exec >/dev/ttyS0 2>&1
# -d: in the foreground, without a log file.
acpid -d >/dev/null 2>&1 &
echo "novacron guest ready: Linux $(uname -r), root on $(awk '$2 == "/" && $3 == "ext4" {print $1}' /proc/mounts)"
# Record n is 4 KiB at 4 KiB * n: its number, and the SHA-256 of the line before. Record 0 marks the
# disk. What the console says is written was synced before.
record() {
  echo "record $2 $(echo "record $2" | sha256sum | cut -c 1-64)" |
    dd of=$1 bs=4096 seek=$2 count=1 conv=sync,fsync 2>/dev/null
}
is_there() {
  [ "$(dd if=$1 bs=4096 skip=$2 count=1 2>/dev/null | head -c $((8 + ${#2})))" = "record $2 " ]
}
writer() {
  low=0 high=1
  while is_there $1 $high; do low=$high high=$((high * 2)); done
  while [ $((high - low)) -gt 1 ]; do
    middle=$(((low + high) / 2))
    if is_there $1 $middle; then low=$middle; else high=$middle; fi
  done
  echo "novacron guest writes after $low"
  while true; do
    low=$((low + 1))
    record $1 $low && echo "novacron guest wrote $low"
  done
}
for disk in /sys/block/vd*; do
  disk=/dev/${disk##*/}
  is_there $disk 0 && writer $disk &
done
if [ -d /sys/class/net/eth0 ]; then
  ifconfig eth0 up
  udhcpc -i eth0 -q -n -t 5 >/dev/null 2>&1 && echo "novacron guest address: $(ifconfig eth0 | awk -F'[: ]+' '/inet addr/ {print $4}')"
fi
# A label as cloud-init's NoCloud looks for it (ISO 9660's volume name is at byte 32808).
for module in ata_piix sr_mod isofs; do modprobe $module; done
for disk in /sys/block/sr*; do
  disk=/dev/${disk##*/}
  [ "$(dd if=$disk bs=1 skip=32808 count=6 2>/dev/null)" = CIDATA ] || continue
  mount -t iso9660 -o ro $disk /mnt && seed=$(tail -n 1 /mnt/user-data)
  echo "novacron guest seed: $seed"
  case $seed in "#write "*) disk=/dev/${seed#"#write "}; is_there $disk 0 || { record $disk 0; writer $disk & } ;; esac
done
known=""
while true; do
  for disk in /sys/block/vd*; do
    name=${disk##*/}
    case " $known " in *" $name "*) ;; *) known="$known $name"; echo "novacron guest disk $name: $(cat $disk/size) sectors";; esac
  done
  sleep 1
done

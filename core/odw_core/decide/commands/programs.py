"""Which rule judges which program. A program that is not named here is taken for harmless."""

from __future__ import annotations

from collections.abc import Mapping

from odw_core.decide.commands import changing, reaching, running
from odw_core.decide.commands.judging import (
    DELETE,
    DROP,
    ERASE,
    NETWORK,
    OPEN,
    OUTSIDE,
    PUBLISH,
    RUN,
    STOP,
    SUDO,
    Handler,
    Judging,
)
from odw_core.decide.commands.rules import always, verbs


def _each(names: str, handler: Handler) -> dict[str, Handler]:
    return dict.fromkeys(names.split(), handler)


HANDLERS: Mapping[str, Handler] = {
    **_each("sudo doas pkexec run0 chroot", running.sudo),
    **_each("su runuser", running.su),
    **_each(" ".join(running.SHELLS), running.shell),
    **_each("python python3 node perl ruby php deno osascript", running.interpreter),
    **_each(". source", running.source),
    **_each("env nohup setsid exec command builtin time caffeinate busybox", running.prefix("-u -C -S -a -f -o")),
    **_each("nice ionice", running.prefix("-n -c")),
    "timeout": running.prefix("-s -k --signal --kill-after", counted=1),
    "stdbuf": running.prefix("-i -o -e"),
    "watch": running.prefix("-n"),
    "flock": running.prefix("-w -E", counted=1),
    **_each("xargs parallel", running.xargs),
    "eval": running.evaluate,
    "trap": running.trap,
    **_each("cd pushd", Judging.cd),
    "rm": changing.rm,
    **_each("find fd fdfind", changing.find),
    **_each("tee touch mkdir truncate mkfifo rmdir unlink", changing.written),
    **_each("cp ln install", changing.to_last),
    "mv": changing.mv,
    "sed": changing.sed,
    "dd": changing.dd,
    **_each("tar unzip bsdtar", changing.tar),
    **_each("chmod chown chgrp", changing.chmod),
    **_each("kill pkill killall xkill skill fuser", changing.kill),
    "git": reaching.git,
    **_each("curl wget http https aria2c telnet nc ncat netcat socat ftp sftp lynx w3m nmap", reaching.network),
    **_each("scp rsync rclone", reaching.copies),
    **_each(
        "npm npx pnpm yarn bun pip pip3 pipx uv poetry cargo gem go composer bundle",
        reaching.packages,
    ),
    **_each("ssh mosh autossh", always(NETWORK, "it works on another machine")),
    **_each("aws gcloud gsutil az heroku flyctl vercel netlify doctl", always(NETWORK, "it works on another machine")),
    **_each(
        "apt apt-get yum dnf pacman brew apk zypper snap port",
        verbs(
            OUTSIDE,
            "it changes what is installed on this machine",
            "install remove purge upgrade dist-upgrade autoremove add uninstall del -S -R -Syu",
        ),
    ),
    "twine": verbs(PUBLISH, "it publishes to everybody", "upload"),
    "gh": verbs(PUBLISH, "it changes what others see", "create merge delete close edit api upload sync comment"),
    **_each(
        "docker podman nerdctl", verbs(DELETE, "it deletes containers, images or data", "rm rmi prune kill down stop")
    ),
    **_each(
        "kubectl helm oc",
        verbs(
            DELETE,
            "it changes or deletes what runs elsewhere",
            "delete drain uninstall apply replace scale rollback patch",
        ),
    ),
    **_each(
        "terraform tofu pulumi",
        verbs(DELETE, "it changes or deletes what runs elsewhere", "destroy apply up taint import"),
    ),
    **_each("dropdb dropuser", always(DROP, "it deletes data of a database")),
    **_each("chattr setfacl", always(OPEN, "it changes who may do what")),
    **_each(
        "mkfs mke fdisk sfdisk gdisk parted wipefs shred blkdiscard mkswap hdparm diskutil cryptsetup",
        always(ERASE, "it erases a disk or a file for good"),
    ),
    **_each("shutdown reboot halt poweroff init telinit", always(STOP, "it stops this machine")),
    **_each(
        "systemctl service launchctl rc-service",
        verbs(
            STOP,
            "it changes what this machine runs by itself",
            "stop disable enable start restart mask unload load bootout kill poweroff reboot",
        ),
    ),
    **_each("crontab at batch", always(RUN, "it plans programs that run later by themselves")),
    **_each(
        "iptables nft ufw sysctl mount umount modprobe insmod useradd userdel usermod passwd visudo",
        always(SUDO, "it changes how this machine works"),
    ),
}

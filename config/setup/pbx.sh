#!/bin/bash
# A private Asterisk with a softphone-ready configuration, and the service on it, until Ctrl-C. As root (chroot).
#
#   make pbx                    for browsers on this computer: http://127.0.0.1:8080
#   make pbx HOST=name          for other computers too: https://name:8443, with a certificate made for the name
#   PBX_ARGS="--trunk-host ..." anything of `python -m config.pbx --help`: your trunk, ports, public address, STUN and TURN
#
# What must be kept (passwords, certificate, database) lies in PBX_DATA (default var/pbx).
set -euo pipefail
cd "$(dirname "$0")/../.."

if [ "$(id -u)" != 0 ]; then
    echo "make pbx needs root for its private Asterisk: sudo make pbx (docs/howto/attach-asterisk.md: with your own, none)" >&2
    exit 1
fi
command -v espeak-ng >/dev/null || { echo "espeak-ng, which speaks the prompts, is missing: apt-get install espeak-ng" >&2; exit 1; }

chroot_folder=$(config/setup/asterisk.sh)
data=${PBX_DATA:-var/pbx}
home=$chroot_folder/srv/callcenter/pbx
mkdir -p "$data"
exec 8>"$data/lock"
flock -n 8 || { echo "make pbx runs already with $data: end it, or set PBX_DATA to another folder" >&2; exit 1; }

read -r -a more <<<"${PBX_ARGS:-}"
.venv/bin/python -m config.pbx --chroot "$chroot_folder" --data "$data" --host "${HOST:-127.0.0.1}" "${more[@]}"
# Asterisk reads its music when it starts; the service makes the prompts.
.venv/bin/python -c 'import sys; from pathlib import Path; from callcenter.media.tune import write_tune; write_tune(Path(sys.argv[1]))' \
    "$home/moh/waiting.wav"
user=$(chroot "$chroot_folder" id -u asterisk)
chown -R "$user:$user" "$home"

chroot --userspec="$user:$user" "$chroot_folder" /usr/sbin/asterisk -f -C /srv/callcenter/pbx/etc/asterisk.conf \
    >"$data/asterisk.log" 2>&1 </dev/null 8>&- &
asterisk=$!
finish() {
    kill "$asterisk" 2>/dev/null || true
    for _ in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$asterisk" 2>/dev/null || return 0; sleep 0.3; done
    kill -KILL "$asterisk" 2>/dev/null || true
}
trap finish EXIT
trap 'exit 0' INT TERM
echo "Asterisk runs (log: $data/asterisk.log); SIP for your trunk and the ports for sound are in $home/etc/pjsip.conf and rtp.conf"

set -a
. "$data/passwords"
set +a
.venv/bin/callcenter serve --config "$data/service.yaml" &
service=$!
wait -n "$service" "$asterisk" && status=0 || status=$?
kill -0 "$asterisk" 2>/dev/null || echo "Asterisk has ended: see $data/asterisk.log" >&2
kill "$service" 2>/dev/null || true
wait "$service" || true
exit "$status"

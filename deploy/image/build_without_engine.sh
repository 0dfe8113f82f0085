#!/usr/bin/env bash
# Builds the image and runs the bot in it without an engine or an image registry, to show that the Dockerfile is right.
#
#   make .venv/.dev && sudo deploy/image/build_without_engine.sh
#
# For root on Debian with buildah and debootstrap, and with a Python of its own prefix in PATH, such as pyenv's or that of
# the image python:3.11. The base is laid out like python:3.11-slim-bookworm: a minimal Debian, with that Python in
# /usr/local. Packages come from where this machine's apt and pip get them. It takes two minutes, and a gigabyte until it ends.
set -euo pipefail
cd "$(dirname "$0")/../.."

stop() { printf '%s\n' "$@" >&2; exit 1; }
for tool in buildah debootstrap; do
  command -v "$tool" >/dev/null || stop "$tool is missing: apt-get install --no-install-recommends $tool"
done
[ "$(id -u)" = 0 ] || stop "Only root can make a root file system: run it with sudo."
[ -e .venv/.dev ] || stop "The sandbox, in which the bot is tried, is not installed: make .venv/.dev"
prefix=$(python3 -c 'import sys; print(sys.base_prefix)')
python=$(python3 -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
[ "$prefix" != /usr ] || stop "python3 is Debian's own, which is spread over /usr: put another one first in PATH."

work=$(mktemp -d /var/tmp/codecheck-image.XXXXXX)
buildah() { command buildah --root "$work/storage" --runroot "$work/run" --storage-driver vfs "$@"; }
trap 'buildah umount --all >/dev/null; rm -rf --one-file-system "$work"' EXIT
step() { printf '\n== %s (%d s)\n' "$1" "$SECONDS"; }
quietly() { "$@" >"$work/log" 2>&1 || stop "$(tail -20 "$work/log")"; }

step "The base: Debian and $python"
# shellcheck source=/dev/null
release=$(. /etc/os-release && echo "$VERSION_CODENAME")
# shellcheck disable=SC2016 # apt-get fills it in
mirror=$(apt-get indextargets --format '$(REPO_URI)' "Release: $release" "Component: main" | head -1)
# What Python's own modules are linked with.
libraries=$(find "$prefix/lib/$python/lib-dynload" -name '*.so' -exec ldd {} + | awk '/=> \// {print "*/" $1}' | sort -u |
  xargs dpkg-query --search 2>/dev/null | awk -F: -v of="$(dpkg --print-architecture)" '$2 == of {print $1}' | sort -u |
  paste -sd,)
quietly debootstrap --variant=minbase --include="ca-certificates,netbase,tzdata,$libraries" "$release" "$work/base" "$mirror"
rm -rf "$work"/base/var/{cache/apt,lib/apt/lists}/* "$work"/base/usr/share/{doc,locale,man}/*
cp /etc/ssl/certs/ca-certificates.crt "$work/base/etc/ssl/certs/" # this machine may trust a mirror that Debian does not
tar -C "$prefix" -cf - --exclude={__pycache__,'*.a',site-packages,test,idlelib} "bin/$python" lib |
  tar -C "$work/base/usr/local" -xf -
ln -s "$python" "$work/base/usr/local/bin/python"
quietly chroot "$work/base" sh -c "ldconfig && python -m ensurepip"
scratch=$(buildah from scratch)
quietly buildah add "$scratch" "$work/base" /
buildah config --env PATH=/usr/local/bin:/usr/local/sbin:/usr/bin:/usr/sbin:/bin:/sbin "$scratch"
quietly buildah commit --rm "$scratch" localhost/base
rm -rf "$work/base"
base=localhost/base@$(buildah inspect --type image --format '{{.FromImageDigest}}' localhost/base)

step "The image, from $base"
{
  printf '[global]\ncert = /etc/ssl/certs/ca-certificates.crt\n'
  index=$(python3 -m pip config list | sed -n "s/^[a-z:]*\.index-url='\(.*\)'$/\1/p" | tail -1)
  [ -z "$index" ] || echo "index-url = $index"
} >"$work/pip.conf"
quietly buildah build --isolation chroot --format docker --build-arg PYTHON="$base" \
  --secret id=pip.conf,src="$work/pip.conf" --tag localhost/codecheck-bot .
grep STEP "$work/log"
sed -E 's/"diff-size":([0-9]+)[0-9]{6},?/\nlayer: \1 MB\n/g' "$work/storage/vfs-layers/layers.json" | grep '^layer'

step "The bot in the image"
# As an engine runs it with `--read-only --cap-drop ALL --security-opt no-new-privileges --tmpfs /tmp -v data:/data
# -v "$PWD:/etc/codecheck:ro" --network host`: with the image's user, variables and working folder.
config() { buildah inspect --type image --format "{{$1}}" localhost/codecheck-bot; }
user=$(config .Docker.Config.User)
root=$(buildah mount "$(buildah from localhost/codecheck-bot)")
cp --archive "$root/data" "$work/data" # a new volume gets the image's content and owner
cat >"$work/in_image" <<IN_IMAGE
#!/usr/bin/env bash
set -euo pipefail
[ -n "\${INSIDE:-}" ] || INSIDE=yes exec unshare --mount "\$0" "\$@"
mount --bind "$root" "$root"
mount --bind "\$PWD" "$root/etc/codecheck"
mount -o remount,bind,ro "$root/etc/codecheck"
mount --bind "$work/data" "$root/data"
mount -t tmpfs tmpfs "$root/tmp"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -o remount,bind,ro "$root"
while read -r variable; do
  name=\${variable%%=*}
  [ "\$name" != PATH ] && [ -n "\${!name:-}" ] || export "\$variable"
done <<<'$(config 'range .Docker.Config.Env}}{{println .}}{{end')'
unset INSIDE HOME
exec chroot "$root" setpriv --reuid=${user%:*} --regid=${user#*:} --clear-groups --bounding-set=-all --inh-caps=-all --no-new-privs \
  env --chdir='$(config .Docker.Config.WorkingDir)' "\$@"
IN_IMAGE
chmod +x "$work/in_image"
mkdir "$work/empty"
in_image() { (cd "$work/empty" && env -i PATH="$PATH" "$work/in_image" "$@"); }
must() { if "${@:2}"; then echo "✓ $1"; else stop "✗ $1: ${*:2}"; fi; }
says() { [[ $(in_image "${@:2}" 2>&1) == *"$1"* ]]; }
must "--version answers" says "codecheck-bot $(sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)" codecheck-bot --version
must "--help answers" says Commands: codecheck-bot --help
must "doctor names the settings that are missing" says "SLACK_BOT_TOKEN is not set" codecheck-bot doctor
must "the bot is not root" says "uid=10001(codecheck) gid=10001(codecheck) groups=10001(codecheck)" id
must "it writes to /data only" in_image sh -c 'touch /data/x && rm /data/x && ! touch /x 2>/dev/null && ! touch x 2>/dev/null'
must "pip is not there" says "No module named pip" /usr/local/bin/python -m pip
must "nor is the address of the index" test ! -s "$root/etc/pip.conf"
mapfile -t health_check < <(config 'range slice .Docker.Config.Healthcheck.Test 1}}{{println .}}{{end' | sed '/^$/d')
.venv/bin/python -m deploy.image.conversation "$work/in_image" "${health_check[@]}"

step "Done"

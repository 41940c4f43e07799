#!/bin/sh
# Starts Curfew with its sandbox tenant: installs what is missing, builds, starts both, says who can sign in.
# Usage: sh broker/demo.sh [--port 8080] [--sandbox-port 8090] [--state DIR] [--build DIR]
# Ctrl-C or TERM ends both. What it keeps is in the state folder; delete that to begin afresh.
set -eu
source=$(cd "$(dirname "$0")/.." && pwd)
port=8080 sandbox_port=8090 state=$source/state build=$source/build/demo

fail() {
    printf 'demo: %s\n' "$1" >&2
    exit 1
}

usage() {
    printf 'demo: %s\nusage: sh broker/demo.sh [--port 8080] [--sandbox-port 8090] [--state DIR] [--build DIR]\n' "$1" >&2
    exit 2
}

read_port() {
    case $2 in
    '' | 0* | *[!0-9]* | ??????*) usage "$1 takes a port from 1 to 65535" ;;
    esac
    [ "$2" -le 65535 ] || usage "$1 takes a port from 1 to 65535"
}

read_options() {
    while [ $# != 0 ]; do
        case $1 in
        --port | --sandbox-port | --state | --build) [ -n "${2-}" ] || usage "$1 lacks its value" ;;
        *) usage "$1 is not known" ;;
        esac
        case $1 in
        --port) port=$2 ;;
        --sandbox-port) sandbox_port=$2 ;;
        --state) state=$2 ;;
        --build) build=$2 ;;
        esac
        shift 2
    done
    read_port --port "$port"
    read_port --sandbox-port "$sandbox_port"
    [ "$port" != "$sandbox_port" ] || usage '--port and --sandbox-port must differ'
}

# Whether something listens on a port of the loopback addresses, or of all.
is_taken() {
    cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk -v port="$(printf '%04X' "$1")" '
        $4 == "0A" && split($2, part, ":") == 2 && part[2] == port && part[1] ~ /^(0+|0*FFFF00000+|0*0100007F|0*FFFF00000100007F|0*01000000)$/ { found = 1 }
        END { exit !found }'
}

# Makes a folder and answers its full name.
folder() {
    mkdir -p "$1" 2>/dev/null || fail "$1 cannot be made"
    (cd "$1" && pwd)
}

build() {
    sh "$source/docker/install.sh" build || exit 1
    [ -f "$build/build.ninja" ] ||
        sh "$source/docker/step.sh" "$build/configure.log" 'Looking at the compiler and the libraries' \
            cmake -G Ninja -S "$source" -B "$build"
    sh "$source/docker/step.sh" "$build/build.log" 'Building Curfew (some minutes the first time)' \
        ninja -C "$build" curfew curfew-sandbox
}

# Text as it stands between quotes in JSON.
json() {
    printf '%s' "$1" | sed 's/[\\"]/\\&/g'
}

write_settings() {
    cat >"$state/curfew.json" <<END
{
  "listen": "127.0.0.1:$port",
  "public_url": "http://127.0.0.1:$port",
  "store": "sqlite:curfew.db",
  "policies": "$(json "$source/policies/examples/sandbox")",
  "keys": "keys",
  "entra": {
    "tenant_id": "7e4a0000-0000-4000-8000-000000000001",
    "authority": "http://localhost:$sandbox_port",
    "graph": "http://localhost:$sandbox_port",
    "arm": "http://localhost:$sandbox_port",
    "sign_in": {
      "client_id": "$client",
      "certificate_file": "sandbox/curfew.cert.pem",
      "key_file": "sandbox/curfew.key.pem"
    },
    "contexts": {"c1": ["mfa", "phishing_resistant", "compliant_device"]}
  },
  "activation": "application",
  "notify": [{"kind": "graph_mail", "from": "curfew@contoso.example"}],
  "limits": {"anonymous_per_minute": 600, "sign_ins_per_minute": 60, "requests_per_hour": 100}
}
END
}

# Waits until a program's log holds a text; says its last words when it ended instead.
wait_for() {
    tries=0
    until grep -q "$3" "$4"; do
        tries=$((tries + 1))
        kill -0 "$2" 2>/dev/null || fail "$1 does not start: $(tail -n 1 "$4")"
        [ "$tries" -lt 600 ] || fail "$1 does not start in a minute: $(tail -n 1 "$4")"
        sleep 0.1
    done
}

# The sandbox knows this address for coming back from the sign-in.
register() {
    node -e '
        const [, url, uri] = process.argv;
        const body = JSON.stringify({ redirect_uris: [uri] });
        fetch(url, { method: "PATCH", headers: { "content-type": "application/json" }, body }).then(async (answer) => {
            if (!answer.ok) throw new Error(await answer.text());
        });' "http://127.0.0.1:$sandbox_port/_sandbox/apps/$client" "http://127.0.0.1:$port/auth/callback" ||
        fail 'the sandbox does not take the redirect URI'
}

start() {
    unset CURFEW_TEST_CLOCK
    "$build/tests/sandbox/curfew-sandbox" --port "$sandbox_port" --state "$state/sandbox" >"$state/sandbox.log" 2>&1 &
    sandbox=$!
    wait_for 'the sandbox' "$sandbox" 'listening on' "$state/sandbox.log"
    register
    write_settings
    "$build/curfew" serve --config "$state/curfew.json" 2>"$state/curfew.log" &
    curfew=$!
    wait_for Curfew "$curfew" '"service.started"' "$state/curfew.log"
}

# Ends a program in order, or after 15 seconds by force.
end_one() {
    kill -TERM "$1" 2>/dev/null || return 0
    tries=0
    while kill -0 "$1" 2>/dev/null && [ "$tries" -lt 150 ]; do
        tries=$((tries + 1))
        sleep 0.1
    done
    kill -KILL "$1" 2>/dev/null || true
}

end() {
    trap '' INT TERM HUP
    [ -z "$curfew" ] || end_one "$curfew"
    [ -z "$sandbox" ] || end_one "$sandbox"
}

welcome() {
    cat <<END

  Curfew       http://127.0.0.1:$port    ask for access, decide, read the history
  its tenant   http://localhost:$sandbox_port    a stand-in for Entra: the mailbox, who holds what, every call

Sign in at Curfew as one of these; the tenant's page lists them and asks for no password:
  Ana Torres    analyst: asks for access
  Ben Okafor    analyst and lead: asks, and decides on what others ask for
  Lena Vogt     lead: decides; the tenant's mailbox has her mail with the link
  Marc Dubois   lead: decides
  Priya Nair    auditor: reads the whole history, and exports it
  Tom Berg      administrator: sees all access, and can revoke it
  Nils Frost    nobody: may sign in, and ask for nothing

Settings, store and logs are in $state.
Ctrl-C ends both programs.
END
}

client=a9900000-0000-4000-8000-000000000001
curfew='' sandbox=''
read_options "$@"
! is_taken "$port" || fail "port $port is taken by another program: end that one, or choose another with --port"
! is_taken "$sandbox_port" ||
    fail "port $sandbox_port is taken by another program: end that one, or choose another with --sandbox-port"
state=$(folder "$state")
build=$(folder "$build")
build
trap end EXIT
trap 'echo; echo "Ending both programs"; exit 0' INT TERM HUP
start
welcome
while kill -0 "$curfew" 2>/dev/null && kill -0 "$sandbox" 2>/dev/null; do
    sleep 1 &
    wait $! || true
done
kill -0 "$curfew" 2>/dev/null || fail "Curfew ended by itself: $(tail -n 1 "$state/curfew.log")"
fail "the sandbox ended by itself: $(tail -n 1 "$state/sandbox.log")"

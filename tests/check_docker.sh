#!/bin/sh
# What docker/ says in more than one place agrees: secrets by name, the ports, where things lie; and the unit stays shut.
. "$(dirname "$0")/checking.sh"
begin docker

# Compares lists of words, one a line, as complaints about a file.
agree() {
    [ "$2" = "$3" ] || echo "$1:1: $4: $(echo "$2" | tr '\n' ' ')instead of $(echo "$3" | tr '\n' ' ')"
}

settings=$(grep -o '/run/secrets/[a-z_]*' docker/curfew.json | sed 's,.*/,,' | sort)
composed=$(sed -n 's/^  \([a-z_]*\): {file: .*/\1/p' docker/compose.yaml | sort)
given=$(sed -n 's/^ *secrets: \[\(.*\)\]/\1/p' docker/compose.yaml | tr -d ' ' | tr ',' '\n' | sort)
loaded=$(sed -n 's/^LoadCredential=\([a-z_]*\):.*/\1/p' docker/curfew.service | sort)
{
    agree docker/compose.yaml "$composed" "$settings" 'the secrets that it knows'
    agree docker/compose.yaml "$given" "$settings" 'the secrets that Curfew gets'
    agree docker/curfew.service "$loaded" "$settings" 'the credentials that it loads'
    port=$(sed -n 's/.*"listen": ".*:\([0-9]*\)".*/\1/p' docker/curfew.json)
    agree docker/Dockerfile "$(sed -n 's/^EXPOSE //p' docker/Dockerfile)" "$port" 'the port'
    agree docker/compose.yaml "$(sed -n 's/^ *ports: \[".*:\([0-9]*\)"\]/\1/p' docker/compose.yaml)" "$port" 'the port'
    sed -n 's/.*"\(store\|keys\)": "\(sqlite:\)\{0,1\}\([^"]*\)".*/\3/p' docker/curfew.json | sed 's,/[^/]*\.db$,,' | while read -r folder; do
        grep -q "^VOLUME.*\"$folder\"" docker/Dockerfile || echo "docker/Dockerfile:1: $folder is no volume"
        grep -q "^ *- [a-z]*:$folder\$" docker/compose.yaml || echo "docker/compose.yaml:1: $folder is no volume"
    done
} | complain

if command -v systemd-analyze >/dev/null; then
    systemd-analyze security --offline=true --threshold=15 docker/curfew.service >/dev/null 2>&1 ||
        echo 'docker/curfew.service:1: systemd-analyze says that it leaves more open than 1.5 of 10' | complain
fi
verdict

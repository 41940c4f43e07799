#!/bin/sh
# What may include what: base <- model <- {policies, store, outbound, audit}; outbound <- {notify, identity, directory};
# all of them <- access <- web <- the main files in broker/. Libraries that stand behind one file or folder stay there.
. "$(dirname "$0")/checking.sh"
begin arrows

files c h | xargs awk '
BEGIN {
    may["base"] = "base"
    may["model"] = may["base"] " model"
    may["policies"] = may["model"] " policies"
    may["store"] = may["model"] " store"
    may["audit"] = may["model"] " audit"
    may["outbound"] = may["model"] " outbound"
    may["notify"] = may["outbound"] " notify"
    may["identity"] = may["outbound"] " identity"
    may["directory"] = may["outbound"] " directory"
    may["access"] = may["outbound"] " policies store notify identity directory audit access"
    may["web"] = may["access"] " web"
    may["broker"] = may["web"] " broker"
    may["sandbox"] = "base sandbox" # it shares nothing else with the product, so that mistakes do not hide in what both use

    home["microhttpd.h"] = "^(web/serv(er|er_head|er_send|ing)\\.[ch]|tests/)"
    home["cjose/"] = "^(broker/identity/jws\\.c|tests/)"
    home["curl/"] = "^(broker/outbound/|tests/)"
    home["sqlite3.h"] = "^(store/|tests/)"
    home["openssl/"] = "^(broker/identity/|broker/outbound/library\\.c$|tests/)"
}
# The folder that a file of the product or of the sandbox belongs to; none for other tests, which may include all.
function folder_of(file, part, count) {
    count = split(file, part, "/")
    if (part[1] == "tests")
        return part[2] == "sandbox" ? "sandbox" : ""
    if (part[1] == "broker")
        return count == 2 ? "broker" : part[2]
    return part[1]
}
function says(what) {
    print FILENAME ":" FNR ": " what
}
/^#[ ]*include[ ]*"/ {
    from = folder_of(FILENAME)
    if (!from)
        next
    split($0, quoted, "\"")
    to = quoted[2] ~ /\// ? substr(quoted[2], 1, index(quoted[2], "/") - 1) : "broker"
    if (!(from in may))
        says("the folder " from " has no arrows in tests/check_arrows.sh")
    else if (index(" " may[from] " ", " " to " ") == 0)
        says(from " must not include " quoted[2] ": it may use " may[from])
}
/^#[ ]*include[ ]*</ {
    split($0, quoted, /[<>]/)
    for (library in home)
        if (index(quoted[2], library) == 1 && FILENAME !~ home[library])
            says("<" quoted[2] "> belongs behind " home[library])
}' | complain

verdict

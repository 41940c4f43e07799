// "localhost" is this machine, whatever the resolver knows (RFC 6761, 6.3). Chromium and libcurl see to that by themselves;
// Node asks the resolver, which on a machine without /etc/hosts has no answer.
import dns from "node:dns";
import { syncBuiltinESMExports } from "node:module";

const lookup = dns.lookup;

dns.lookup = function (name, options, callback) {
  const rest = typeof options === "function" ? [options] : [options, callback];
  return lookup.call(dns, name === "localhost" ? "127.0.0.1" : name, ...rest);
};
syncBuiltinESMExports();
